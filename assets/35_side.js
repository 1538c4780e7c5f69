// The ward's side column: active alarms, tasks due, acknowledged, and what is not watched now.
"use strict";

(function (im) {
  const t = im.t;
  const LISTS = ["alarm-list", "due-list", "acknowledged-list", "not-watched-list"];
  const PLACES = [...LISTS, "unassigned-note"];

  // What is far off would push what is not watched out of sight.
  const SHOWN_ALWAYS = 6;
  const SOON_MS = 5 * 60 * 1000;

  let root = null;
  let place = {};
  let alarms = new Map();
  let pauses = new Map();
  let pausedCount = 0;
  let judgedAt = -Infinity;
  let rows = [];

  function mount(element) {
    root = element;
    place = {};
    for (const id of PLACES) place[id] = document.getElementById(id);
    im.sideLists.mount(LISTS.map((id) => place[id]).filter(Boolean));
    alarms = new Map();
    pauses = new Map();
    load();
  }

  function unmount() {
    im.sideLists.unmount();
    root = null;
    place = {};
    alarms = new Map();
    rows = [];
  }

  function load() {
    if (!root || !im.model.ready) return;
    paintAlarms();
    paintTasks();
  }

  function update(changes) {
    if (!root) return;
    if (changes.alarms.length || changes.rooms || changes.sessions.size) paintAlarms(changes.rooms ? null : changes.sessions);
    if (changes.tasks || changes.rooms) paintTasks();
    if (alarms.size && changes.values.size) paintPresent(changes.values, im.clock.now());
  }

  // The number beside an alarm's words is the tile's own, at every moment.
  function paintPresent(rooms, now) {
    for (const view of alarms.values()) if (rooms.has(view.alarm.room_id)) im.alarm.paintPresent(view, now);
  }

  function judge(now, connectionChanged) {
    const before = judgedAt;
    judgedAt = now;
    const turned = new Set();
    for (const { alarm } of alarms.values()) {
      const room = im.model.rooms.get(alarm.room_id);
      if (connectionChanged || (room && im.model.turned(room, before, now))) turned.add(alarm.room_id);
    }
    if (turned.size) paintPresent(turned, now);
  }

  // All of them, or those that have changed and those of rooms whose session has.
  function paintAlarms(sessions) {
    const focused = document.activeElement;
    for (const id of alarms.keys()) if (!im.model.alarms.has(id)) alarms.delete(id);
    const sorted = Array.from(im.model.alarms.values()).sort(im.model.byUrgency);
    for (const alarm of sorted) {
      const view = alarms.get(alarm.id);
      if (!view) alarms.set(alarm.id, im.alarm.create(alarm));
      else if (view.alarm !== alarm) im.alarm.paint(view, alarm);
    }
    const roots = (wanted) => sorted.filter((alarm) => (alarm.state === "acknowledged") === wanted).map((alarm) => alarms.get(alarm.id).root);
    const now = im.clock.now();
    const paused = im.pauses.pausedRooms(now);
    pausedCount = paused.length;
    for (const view of alarms.values()) if (!sessions || sessions.has(view.alarm.room_id)) im.alarm.paintTime(view, now);
    const active = roots(false);
    list("alarm-list", [...im.pauses.rows(pauses, paused), ...active], t("No active alarms"), active.length);
    const acknowledged = roots(true);
    list("acknowledged-list", acknowledged, t("None"), acknowledged.length);
    keepFocus(focused);
  }

  // An acknowledged alarm leaves the list with the focus on it; the next one takes it.
  function keepFocus(before) {
    if (!before || before === document.activeElement || before.dataset.action !== "acknowledge") return;
    const next = place["alarm-list"].querySelector("[data-action=acknowledge]");
    if (next) next.focus({ preventScroll: true });
  }

  function list(id, children, emptyWords, count) {
    const parent = place[id];
    if (!parent) return;
    im.arrange(parent, children.length ? children : [im.el("div", "list-empty", emptyWords)]);
    im.sideLists.count(parent, count);
  }

  function taskRow(name, title, words, kind) {
    const row = im.el("div", `task ${kind}`);
    const text = im.el("span", "task-words");
    text.append(im.el("b", null, im.roomTitle(name)), ` · ${words}`);
    const when = im.textIn(im.el("span", "task-when"));
    row.append(text, when.parentNode);
    if (title) row.title = title;
    return { row, when };
  }

  function paintTasks() {
    rows = [];
    const tasks = im.model.due.slice().sort((one, other) => one.at - other.at);
    const soon = tasks.filter((task, place) => place < SHOWN_ALWAYS || task.at - im.clock.now() < SOON_MS);
    const due = soon.map((task) => {
      const { row, when } = taskRow(task.room, "", im.spoken(task.text), "task-due");
      rows.push((now) => {
        im.setText(when, im.clock.until(task.at - now));
        row.classList.toggle("over", task.at < now);
      });
      return row;
    });
    const unwatched = im.model.notWatched.map((one) => {
      const { row, when } = taskRow(one.room, im.clock.timeOfDay(one.since), im.spoken(one.text), "task-unwatched");
      rows.push((now) => im.setText(when, one.until ? im.clock.duration(one.until - now) : im.clock.duration(now - one.since)));
      return row;
    });
    if (tasks.length > soon.length) due.push(im.el("div", "list-empty", t("{n} more later", { n: tasks.length - soon.length })));
    list("due-list", due, t("Nothing due"), tasks.length);
    list("not-watched-list", unwatched, t("Nothing: everything is watched"), unwatched.length);
    paintUnassigned();
    second(im.clock.now());
  }

  function paintUnassigned() {
    const note = place["unassigned-note"];
    if (!note) return;
    const count = im.model.unassigned;
    const words = count === 1 ? t("1 reading of the last day belongs to no session") : t("{n} readings of the last day belong to no session", { n: count });
    im.arrange(note, count ? [im.el("div", "unassigned", words)] : []);
  }

  function second(now) {
    if (!root) return;
    if (im.model.ready && im.pauses.pausedRooms(now).length !== pausedCount) paintAlarms();
    for (const view of alarms.values()) im.alarm.paintTime(view, now);
    for (const row of pauses.values()) row.paint(now);
    for (const paint of rows) paint(now);
    im.sideLists.soon();
  }

  im.side = { mount, unmount, load, update, judge, second, refresh: () => im.model.ready && paintTasks() };
})(window.InfusionMonitor);
