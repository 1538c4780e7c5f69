// The live session: banner of its alarms, big numbers with limits, phase clock, keys. The trace is its own script's.
"use strict";

(function (im) {
  const t = im.t;
  const CHANGED_MS = 300;
  const ROWS = 2;
  const ROOMS_ELSEWHERE = 3;
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
    height.disconnect();
    document.documentElement.style.removeProperty("--banner-bottom");
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
    im.watchdog.soon("session changed", CHANGED_MS, () => {
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
    const given = (value) => value !== null && value !== undefined;
    if (given(limit.low) && given(limit.high)) {
      // Joined: a span is read as one, also where a line ends.
      return `${im.values.plain(limit.low)}\u2060–\u2060${im.values.plain(limit.high)}`;
    }
    if (given(limit.low)) return `≥\u00a0${im.values.plain(limit.low)}`;
    return given(limit.high) ? `≤\u00a0${im.values.plain(limit.high)}` : "";
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
    else fitRows();
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

  // A dialog stands below the banner: what says an alarm is never covered.
  const height = new ResizeObserver(([{ target }]) => {
    document.documentElement.style.setProperty("--banner-bottom", `${Math.ceil(target.getBoundingClientRect().bottom)}px`);
  });

  function buildBanner(place) {
    height.disconnect();
    height.observe(place);
    place.replaceChildren();
    const link = im.el("a", "banner-elsewhere");
    link.href = "/";
    link.addEventListener("click", (event) => im.follow(event, link));
    const elsewhere = im.textIn(im.el("span", "banner-elsewhere-words"));
    const elsewhereMore = im.textIn(im.el("span", "banner-elsewhere-more"));
    link.append(elsewhere.parentNode, elsewhereMore.parentNode);
    const rows = im.el("div", "banner-rows");
    rows.addEventListener("scroll", tellMore, { passive: true });
    const more = im.el("button", "banner-more");
    more.type = "button";
    more.addEventListener("click", showMore);
    banner = { place, rows, more, moreWords: im.textIn(more), link, elsewhere, elsewhereMore, worst: null };
    alarms = new Map();
    pauses = new Map();
  }

  // No more than two alarms at their full height, so that the patient's numbers stay on the page; the rest scrolls there.
  function fitRows() {
    if (!banner) return;
    const shown = Array.from(banner.rows.children);
    const last = shown[Math.min(ROWS, shown.length) - 1];
    const height = shown.length > ROWS ? `${last.offsetTop + last.offsetHeight - shown[0].offsetTop}px` : "";
    if (banner.rows.style.maxHeight !== height) banner.rows.style.maxHeight = height;
    tellMore();
  }

  const below = () => {
    const { rows } = banner;
    const end = rows.scrollTop + rows.clientHeight + 4;
    return Array.from(rows.children).filter((row) => row.offsetTop - rows.offsetTop + row.offsetHeight > end);
  };

  function tellMore() {
    if (!banner) return;
    const { rows, more } = banner;
    const hidden = rows.children.length > ROWS ? below().length : 0;
    more.hidden = rows.children.length <= ROWS;
    const words = hidden === 1 ? t("1 more alarm in this room ▾") : t("{n} more alarms in this room ▾", { n: hidden });
    im.setText(banner.moreWords, hidden ? words : t("Back to the first alarm ▴"));
  }

  // The next two; after the last ones the first again.
  function showMore() {
    const [next] = below();
    banner.rows.scrollTop = next ? next.offsetTop - banner.rows.offsetTop : 0;
    tellMore();
  }

  // The other rooms: one entry each with its worst alarm, in the colour of the worst of all; how many there are stands first.
  function paintElsewhere(now) {
    const found = Array.from(im.model.alarms.values())
      .filter((alarm) => alarm.room_id !== page.roomId && alarm.state !== "acknowledged").sort(im.model.byUrgency);
    const worst = found.filter((alarm, index) => found.findIndex((one) => one.room_id === alarm.room_id) === index);
    const words = worst.map((alarm) => `${im.roomTitle(alarm.room)}: ${im.alarmWords(alarm, now)}`);
    const told = words.slice(0, ROOMS_ELSEWHERE).join("   ·   ");
    const rest = words.length - ROOMS_ELSEWHERE;
    im.setText(banner.elsewhere, told && t("Elsewhere {n}:", { n: words.length }) + " " + told);
    im.setText(banner.elsewhereMore, rest > 0 ? t("{n} more", { n: rest }) : "");
    im.setAttr(banner.link, "data-priority", worst.length ? worst[0].priority : null);
    im.setAttr(banner.link, "title", words.join("\n"));
    return worst.length > 0;
  }

  // This room's alarms with their buttons, the worst first and large; one line for the other rooms.
  function paintBanner() {
    const place = document.getElementById("session-banner");
    if (!place) return;
    if (!banner || banner.place !== place) buildBanner(place);
    const here = im.model.alarmsOf(page.roomId);
    for (const id of alarms.keys()) if (!here.some((alarm) => alarm.id === id)) alarms.delete(id);
    for (const alarm of here) {
      if (alarms.has(alarm.id)) im.alarm.paint(alarms.get(alarm.id), alarm);
      else alarms.set(alarm.id, im.alarm.create(alarm));
    }
    const shown = here.map((alarm) => alarms.get(alarm.id).root);
    shown.forEach((root, index) => root.classList.toggle("alarm-worst", index === 0 && root.dataset.state !== "acknowledged"));
    const now = im.clock.now();
    const elsewhere = paintElsewhere(now);
    for (const view of alarms.values()) im.alarm.paintTime(view, now);
    im.arrange(banner.rows, shown);
    const parts = [...(shown.length ? [banner.rows, banner.more] : []), ...im.pauses.rows(pauses, pausedHere(now))];
    im.arrange(place, elsewhere ? [...parts, banner.link] : parts);
    // What is new and worse is seen at once.
    if (here.length && banner.worst !== here[0].id) banner.rows.scrollTop = 0;
    banner.worst = here.length ? here[0].id : null;
    fitRows();
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
