// One room of the ward: built once, then only what changed is written.
"use strict";

(function (im) {
  const t = im.t;

  const phaseWords = {
    precheck: () => t("Pre-check"),
    baseline: () => t("Baseline"),
    infusion: () => t("Infusion"),
    observation: () => t("Observation"),
    discharged: () => t("Discharged"),
    cancelled: () => t("Cancelled"),
  };

  function sessionWords(session) {
    if (session.planned) return t("session {n} of {m}", { n: session.number, m: session.planned });
    return t("session {n}", { n: session.number });
  }

  // "23:10 / 40" and how far the bar stands, or the time alone for a phase without a planned length. The time of an infusion
  // is the time that it ran; while it stands still so does the bar, and what counts is how long it has been paused.
  function phaseTime(session, now) {
    const infusing = session.phase === "infusion";
    const minutes = infusing && session.infusion ? session.infusion.minutes : session.phase_minutes;
    const planned = minutes ? minutes * 60000 : null;
    const passed = Math.max(0, infusing ? im.course.infusion(session, now).ran : now - session.phase_started_at);
    const paused = infusing && Boolean(session.paused_since);
    const over = planned !== null && passed > planned;
    const part = planned ? Math.min(1, passed / planned) : 0;
    const text = im.clock.duration(passed) + (planned ? ` / ${im.values.plain(minutes)}` : "");
    return { text: paused ? im.clock.duration(now - session.paused_since) : text, part, over, paused };
  }

  const phaseWord = (session, paused) => (paused ? t("Infusion paused") : im.phaseWord(session.phase, session.phase_text));

  function create(room) {
    const root = im.el("article", "tile");
    const tile = { root, roomId: room.id, name: null, sessionId: undefined, stale: null, width: 0, height: 0 };
    fill(tile, room);
    return tile;
  }

  // A tile is built anew when its session comes or goes.
  function fill(tile, room) {
    if (tile.trend) im.trend.forget(tile.trend);
    tile.sessionId = room.session ? room.session.id : null;
    tile.stale = null;
    tile.trend = null;
    tile.staleWords = null;
    tile.views = [];
    tile.root.replaceChildren();
    tile.root.classList.toggle("tile-free", !room.session);
    rename(tile, room);
    if (room.session) fillSession(tile, room);
    else fillFree(tile, room);
  }

  function rename(tile, room) {
    tile.name = room.name;
    tile.root.dataset.room = room.name;
    tile.root.setAttribute("aria-label", im.roomTitle(room.name));
  }

  function fillFree(tile, room) {
    const button = im.el("button", "button", t("Start a session"));
    button.type = "button";
    button.dataset.action = "start-session";
    button.addEventListener("click", () => im.startSession(room.id));
    const title = im.el("h2", "tile-room", im.roomTitle(room.name));
    const note = im.textIn(im.el("p", "tile-free-note"), t("Free"));
    tile.root.append(im.el("div", "tile-free-box", title, note.parentNode, button));
  }

  function fillSession(tile, room) {
    const link = im.el("a", "tile-room", im.roomTitle(room.name));
    link.href = `/session/${encodeURIComponent(room.session.id)}`;
    link.addEventListener("click", (event) => im.follow(event, link));
    tile.patient = im.textIn(im.el("span", "tile-patient"));
    tile.which = im.textIn(im.el("span", "tile-which"));
    tile.phase = im.textIn(im.el("span", "tile-phase"));
    tile.phaseTime = im.textIn(im.el("span", "tile-phase-time"));
    const whose = im.el("span", "tile-whose", tile.patient.parentNode, tile.which.parentNode);
    const phase = im.el("span", "tile-where", tile.phase.parentNode, tile.phaseTime.parentNode);
    const head = im.el("header", "tile-head", im.el("h2", null, link), whose, phase);
    tile.bar = im.el("div", "tile-bar-done");
    tile.views = im.values.METRICS.map(im.values.create);
    const row = im.el("div", "tile-values", ...tile.views.map((view) => view.cell));
    const trend = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    trend.setAttribute("role", "img");
    trend.setAttribute("aria-label", t("Trend of the last 15 minutes"));
    tile.staleWords = im.textIn(im.el("div", "tile-stale-words"));
    tile.trendBox = im.el("div", "tile-trend", trend, tile.staleWords.parentNode);
    tile.trend = im.trend.create(trend);
    tile.due = im.textIn(im.el("div", "tile-due"));
    tile.strip = im.el("div", "tile-strip");
    tile.stripText = im.textIn(im.el("span", "tile-strip-words"));
    tile.stripTime = im.textIn(im.el("span", "tile-strip-time"));
    tile.strip.append(tile.stripText.parentNode, tile.stripTime.parentNode);
    tile.strip.hidden = true;
    const bar = im.el("div", "tile-bar", tile.bar);
    tile.paused = im.textIn(im.el("div", "tile-paused"));
    const foot = im.el("div", "tile-foot", tile.due.parentNode, tile.paused.parentNode, im.roomMenu.button(room.id));
    tile.root.append(im.el("div", "tile-body", head, bar, row, tile.trendBox, foot, tile.strip));
    tile.alarm = undefined;
    if (tile.width) fitTrend(tile);
  }

  function fitTrend(tile) {
    const box = tile.trendBox;
    if (!box) return;
    im.trend.resize(tile.trend, box.clientWidth, box.clientHeight);
  }

  // New values or the clock's judgement: numbers, staleness.
  function paintValues(tile, room, now) {
    if (!room.session) {
      paintStale(tile, im.watchdog.connection() === "lost");
      return;
    }
    const feedLost = im.values.isFeedLost(room, now);
    let stale = feedLost;
    for (const view of tile.views) stale = im.values.paint(view, room, now, feedLost) || stale;
    if (tile.alarm) im.setText(tile.stripText, im.alarmWords(tile.alarm, now));
    paintStale(tile, stale, feedLost);
  }

  function paintStale(tile, stale, feedLost) {
    const state = stale ? (feedLost ? "feed" : "some") : "no";
    if (tile.stale === state) return;
    tile.stale = state;
    tile.root.dataset.stale = String(stale);
    if (tile.staleWords) im.setText(tile.staleWords, stale && feedLost ? t("No live values") : "");
  }

  // Once a second: everything that grows older.
  function paintTimes(tile, room, now) {
    if (!room.session) return;
    for (const view of tile.views) im.values.paintNote(view, room, now);
    const { text, part, over, paused } = phaseTime(room.session, now);
    im.setText(tile.phase, phaseWord(room.session, paused));
    im.setText(tile.phaseTime, text);
    for (const words of [tile.phase, tile.phaseTime]) words.parentNode.classList.toggle("paused", paused);
    const percent = `${(part * 100).toFixed(1)}%`;
    if (tile.bar.style.width !== percent) tile.bar.style.width = percent;
    tile.bar.classList.toggle("over", over);
    if (tile.alarm) im.setText(tile.stripTime, im.clock.duration(now - tile.alarm.onset));
    im.setText(tile.paused, im.pauses.words(room.session, now));
    paintDue(tile, room, now);
  }

  function paintDue(tile, room, now) {
    const due = im.model.due.filter((one) => one.room_id === room.id).sort((one, other) => one.at - other.at)[0];
    const next = due ? t("Next: {task} {when}", { task: im.spoken(due.text), when: im.clock.until(due.at - now) }) : "";
    im.setText(tile.due, [im.course.leaveWords(room.session), next].filter(Boolean).join(" · "));
    tile.due.parentNode.classList.toggle("over", Boolean(due) && due.at < now);
  }

  function paintSession(tile, room) {
    if (tile.sessionId !== (room.session ? room.session.id : null)) fill(tile, room);
    else if (tile.name !== room.name) fill(tile, room);
    if (!room.session) return;
    const { patient, number, planned } = room.session;
    const which = planned ? t("{n} of {m}", { n: number, m: planned }) : sessionWords(room.session);
    im.setText(tile.patient, patient);
    im.setText(tile.which, ` · ${which}`);
    tile.patient.parentNode.title = `${patient}, ${sessionWords(room.session)}`;
    im.trend.show(tile.trend, room);
  }

  function paintAlarms(tile, room, now) {
    const alarms = im.model.alarmsOf(room.id);
    const worst = alarms.find((alarm) => alarm.state !== "acknowledged") || alarms[0] || null;
    tile.alarm = worst;
    im.setAttr(tile.root, "data-worst", worst ? worst.priority : null);
    im.setAttr(tile.root, "data-signal", worst ? worst.state : null);
    if (!room.session) return;
    for (const view of tile.views) im.values.paintAlarm(view, alarms);
    tile.strip.hidden = !worst;
    if (!worst) return;
    im.setText(tile.stripText, im.alarmWords(worst, now));
    im.setText(tile.stripTime, im.clock.duration(now - worst.onset));
  }

  function forget(tile) {
    if (tile.trend) im.trend.forget(tile.trend);
  }

  // A protocol may have a word of its own for a phase.
  im.phaseWord = (phase, own) => (own && own[im.language()]) || phaseWords[phase]();
  im.sessionWords = sessionWords;
  im.phaseTime = phaseTime;
  im.tile = { create, paintValues, paintTimes, paintSession, paintAlarms, fitTrend, forget };
})(window.InfusionMonitor);
