// The live session: banner of its alarms, big numbers with limits, phase clock, keys. The trace is its own script's.
"use strict";

(function (im) {
  const t = im.t;
  const CHANGED_MS = 300;
  const LIMITS = { pulse_rate: ["pulse_rate"], spo2: ["spo2"], nibp: ["systolic", "diastolic"] };

  let page = null;
  let numerics = null;
  let banner = null;
  let alarms = new Map();
  let pauses = new Map();
  let changed = 0;

  function mount(element) {
    page = { element, id: element.dataset.session, roomId: element.dataset.roomId };
    document.addEventListener("keydown", pressed);
    im.sessionTrace.mount(page.id, page.roomId);
    load();
  }

  function unmount() {
    document.removeEventListener("keydown", pressed);
    im.sessionTrace.unmount();
    page = numerics = banner = null;
    alarms = new Map();
  }

  // The page's room while the page's session is the open one in it.
  function room() {
    const found = page && im.model.rooms.get(page.roomId);
    return found && found.session && found.session.id === page.id ? found : null;
  }

  // A session that moved to another room took its page along.
  function follow() {
    const there = Array.from(im.model.rooms.values()).find((one) => one.session && one.session.id === page.id);
    if (!there || there.id === page.roomId) return;
    page.roomId = there.id;
    numerics = banner = null;
    im.sessionTrace.unmount();
    im.sessionTrace.mount(page.id, page.roomId);
    tellDash();
  }

  function load() {
    if (!page || !im.model.ready) return;
    follow();
    buildNumerics();
    paintBanner();
    paintLimits();
    const now = im.clock.now();
    judge(now);
    second(now);
    im.sessionTrace.catchUp();
  }

  function update(changes) {
    if (!page) return;
    const mine = changes.values.has(page.roomId);
    if (mine) judge(im.clock.now());
    if (changes.alarms.length || changes.sessions.has(page.roomId)) paintBanner();
    if (changes.sessions.has(page.roomId)) {
      paintLimits();
      second(im.clock.now());
    }
    const points = changes.points.filter((point) => point[0] === page.roomId);
    if (room()) im.sessionTrace.add(points);
    const told = points.some((point) => point[10] === "manual") || changes.sessions.has(page.roomId) ||
      changes.alarms.some((alarm) => alarm.room_id === page.roomId);
    if (told) tellDash();
  }

  // One word to Dash for everything that came close together: it reads the log anew.
  function tellDash() {
    im.watchdog.after("session changed", CHANGED_MS, () => {
      changed += 1;
      if (page && window.dash_clientside) window.dash_clientside.set_props("session-changed", { data: changed });
    });
  }

  function buildNumerics() {
    const place = document.getElementById("session-numerics");
    if (!place || (numerics && numerics.place === place)) return;
    const cards = im.values.METRICS.map((metric) => {
      const view = im.values.create(metric);
      view.cell.classList.add("numeric");
      view.meanWords = (mean) => t("MAP {mean}", { mean });
      view.limits = im.textIn(im.el("div", "numeric-limits"));
      view.cell.append(view.limits.parentNode);
      return view;
    });
    const actions = im.pauses.actions(page.roomId);
    place.replaceChildren(...cards.map((view) => view.cell), actions.root);
    numerics = { place, cards, actions };
  }

  function span(limit) {
    if (!limit) return "";
    const side = (value) => (value === null || value === undefined ? "–" : im.values.plain(value));
    return limit.low === null && limit.high === null ? "" : `${side(limit.low)} … ${side(limit.high)}`;
  }

  function paintLimits() {
    const here = room();
    if (!numerics) return;
    for (const view of numerics.cards) {
      const spans = here ? LIMITS[view.metric].map((name) => span(here.session.limits[name])).filter(Boolean) : [];
      const words = spans.length ? t("Limits {limits}", { limits: spans.join(" / ") }) : t("No limits");
      im.setText(view.limits, here ? words : "");
    }
  }

  function judge(now) {
    if (!page || !numerics) return;
    const here = room();
    if (!here) {
      for (const view of numerics.cards) {
        im.setText(view.text, "--");
        im.setText(view.note, t("not live"));
      }
      return;
    }
    for (const view of alarms.values()) im.alarm.paintPresent(view, now);
    const feedLost = im.values.isFeedLost(here, now);
    let stale = feedLost;
    for (const view of numerics.cards) stale = im.values.paint(view, here, now, feedLost) || stale;
    im.setAttr(page.element, "data-stale", String(stale));
  }

  function second(now) {
    if (!page) return;
    for (const view of alarms.values()) im.alarm.paintTime(view, now);
    const here = room();
    if (numerics) numerics.actions.root.hidden = !here;
    // Other rooms' words say what their numbers are now.
    if (pauses.size !== pausedHere(now).length || (banner && banner.elsewhere.data)) paintBanner();
    for (const row of pauses.values()) row.paint(now);
    if (!here) return;
    if (numerics) numerics.actions.paint(now);
    if (numerics) for (const view of numerics.cards) im.values.paintNote(view, here, now);
    paintPhase(here.session, now);
  }

  function paintPhase(session, now) {
    const clock = document.querySelector("#session-head [data-phase-clock]");
    if (!clock) return;
    const { text, over, paused } = im.phaseTime(session, now);
    const node = clock.firstChild || im.textIn(clock);
    im.setText(node, paused ? t("paused {time}", { time: text }) : text);
    clock.classList.toggle("over", over);
  }

  const pausedHere = (now) => im.pauses.pausedRooms(now).filter((one) => one.id === page.roomId);

  // This room's alarms with their buttons, the worst first and large; one line for the other rooms.
  function paintBanner() {
    const place = document.getElementById("session-banner");
    if (!place) return;
    if (!banner || banner.place !== place) {
      place.replaceChildren();
      banner = { place, elsewhere: im.textIn(im.el("a", "banner-elsewhere")) };
      banner.elsewhere.parentNode.href = "/";
      banner.elsewhere.parentNode.addEventListener("click", (event) => im.follow(event, banner.elsewhere.parentNode));
      alarms = new Map();
      pauses = new Map();
    }
    const here = im.model.alarmsOf(page.roomId);
    for (const id of alarms.keys()) if (!here.some((alarm) => alarm.id === id)) alarms.delete(id);
    for (const alarm of here) {
      if (alarms.has(alarm.id)) im.alarm.paint(alarms.get(alarm.id), alarm);
      else alarms.set(alarm.id, im.alarm.create(alarm));
    }
    const shown = here.map((alarm) => alarms.get(alarm.id).root);
    shown.forEach((root, index) => root.classList.toggle("alarm-worst", index === 0 && root.dataset.state !== "acknowledged"));
    const elsewhere = Array.from(im.model.alarms.values())
      .filter((alarm) => alarm.room_id !== page.roomId && alarm.state !== "acknowledged").sort(im.model.byUrgency);
    const now = im.clock.now();
    const told = elsewhere.map((alarm) => `${im.roomTitle(alarm.room)}: ${im.alarmWords(alarm, now)}`).join("   ·   ");
    // How many there are stands first: the line is cut where it has no room.
    im.setText(banner.elsewhere, told && t("Elsewhere {n}:", { n: elsewhere.length }) + " " + told);
    im.setAttr(banner.elsewhere.parentNode, "title", told);
    for (const view of alarms.values()) im.alarm.paintTime(view, now);
    shown.push(...im.pauses.rows(pauses, pausedHere(now)));
    im.arrange(place, elsewhere.length ? [...shown, banner.elsewhere.parentNode] : shown);
    const mine = room();
    if (numerics && mine) for (const view of numerics.cards) im.values.paintAlarm(view, here);
  }

  // A letter or digit presses the button that carries it: of the open dialog, else of the page.
  function pressed(event) {
    if (event.key.length !== 1 || event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
    if (event.target.closest("input, textarea, select, [contenteditable]")) return;
    const place = im.dialogs.shown() || document.getElementById("page") || document;
    const keyed = `[data-key="${CSS.escape(event.key.toLowerCase())}"]:not(:disabled)`;
    // A letter is first of all one of the group of choices that has the focus.
    const group = event.target.closest("[data-picks]");
    // The closed dialogs are on the page too: a digit there is no score.
    const buttons = [...(group ? group.querySelectorAll(keyed) : []), ...place.querySelectorAll(keyed)];
    const button = buttons.find((one) => !one.closest("[hidden]"));
    if (!button) return;
    event.preventDefault();
    button.click();
  }

  im.session = {
    mount, unmount, load, update, judge, second, refresh: () => im.sessionTrace.refresh(), reload: () => im.sessionTrace.reload(),
  };
})(window.InfusionMonitor);
