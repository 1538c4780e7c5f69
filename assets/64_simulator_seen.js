// What the body of the chosen patient does, and below it what the monitor makes of it: numbers, ages, the worst alarm.
"use strict";

(function (im) {
  const t = im.t;

  let view = null;

  // `turn` stops the chosen patient, or starts the stopped one again.
  function mount(head, seen, turn) {
    view = { title: im.textIn(im.el("h2", "drive-room")), about: im.textIn(im.el("p", "drive-about")), pace: im.textIn(im.el("p", "drive-pace")) };
    view.turn = im.el("button", "button");
    view.turn.type = "button";
    view.turn.dataset.action = "turn-patient";
    view.turn.addEventListener("click", turn);
    view.turnText = im.textIn(view.turn);
    head.replaceChildren(im.el("div", null, view.title.parentNode, view.about.parentNode, view.pace.parentNode), view.turn);
    seen.replaceChildren(bodyRow(), monitorRow(), alarmRow());
  }

  function unmount() {
    view = null;
  }

  function bodyRow() {
    const cells = [["pulse_rate", t("Pulse")], ["spo2", t("SpO₂ %")], ["nibp", t("BP mmHg")], ["resp_rate", t("Breathing")]];
    view.body = {};
    const row = im.el("div", "seen-row", im.el("h3", "seen-whose", t("The body does")));
    for (const [name, label] of cells) {
      view.body[name] = im.textIn(im.el("span", "value-number"));
      const caption = im.el("div", "value-caption", im.el("span", "value-name", label));
      const cell = im.el("div", `value value-${name}`, caption, im.el("div", "value-figures", view.body[name].parentNode));
      cell.dataset.body = name;
      row.append(cell);
    }
    return row;
  }

  function monitorRow() {
    view.monitor = im.values.METRICS.map(im.values.create);
    view.nobody = im.textIn(im.el("span", "seen-nobody"));
    return im.el("div", "seen-row", im.el("h3", "seen-whose", t("The monitor shows")), ...view.monitor.map((one) => one.cell), view.nobody.parentNode);
  }

  function alarmRow() {
    view.alarm = im.el("a", "seen-alarm");
    view.alarmWords = im.textIn(im.el("span", "seen-alarm-words"));
    view.alarmTime = im.textIn(im.el("span", "seen-alarm-time"));
    view.alarm.append(view.alarmWords.parentNode, view.alarmTime.parentNode);
    view.alarm.addEventListener("click", (event) => im.follow(event, view.alarm));
    return view.alarm;
  }

  const roomOf = (name) => Array.from(im.model.rooms.values()).find((room) => room.name === name) || null;

  // Once a second: what the desk has said.
  function paintBody(bed) {
    const { rounded, pressure, patientTime, linkWords } = im.simulated;
    im.setText(view.title, im.roomTitle(bed.room));
    const about = [bed.scenario, t("seed {n}", { n: bed.seed }), linkWords(bed)];
    if (bed.running) about.splice(2, 0, patientTime(bed.minutes));
    if (bed.clock_error_ms) about.push(t("device's clock off by {n} s", { n: im.values.plain(bed.clock_error_ms / 1000) }));
    if (bed.battery_percent < 20) about.push(t("battery {n} %", { n: Math.round(bed.battery_percent) }));
    im.setText(view.about, about.join(" · "));
    im.setText(view.pace, paceWords(bed));
    for (const name of ["pulse_rate", "spo2", "resp_rate"]) im.setText(view.body[name], rounded(bed, name));
    im.setText(view.body.nibp, pressure(bed));
    im.setText(view.turnText, bed.running ? t("Stop this patient") : t("Start this patient again"));
    view.turn.disabled = false;
  }

  function paceWords(bed) {
    if (!bed.running) return im.simulated.stoppedWords(bed);
    if (bed.speed === 1) return "";
    return t("Lives {n} times as fast as the ward's clock: readings keep the ward's time.", { n: bed.speed });
  }

  function forgetBody() {
    for (const text of Object.values(view.body)) im.setText(text, "–");
    im.setText(view.about, t("What this patient does now is not known."));
    view.turn.disabled = true;
  }

  // As the ward's tiles: at each tick of the clock, so that nothing old stands here as new.
  function judge(name, now) {
    if (!view || name === null) return;
    const room = roomOf(name);
    const session = room && room.session;
    for (const one of view.monitor) one.cell.hidden = !session;
    im.setText(view.nobody, session ? "" : room ? t("No session is open in this room: nothing is watched.") : t("The ward has no such room."));
    if (!session) {
      paintAlarm(null, null, now);
      return;
    }
    const feedLost = im.values.isFeedLost(room, now);
    const alarms = im.model.alarmsOf(room.id);
    for (const one of view.monitor) {
      im.values.paint(one, room, now, feedLost);
      im.values.paintAlarm(one, alarms);
    }
    paintAlarm(session, alarms.find((alarm) => alarm.state !== "acknowledged") || alarms[0] || null, now);
  }

  function paintAlarm(session, alarm, now) {
    im.setAttr(view.alarm, "data-priority", alarm ? alarm.priority : null);
    im.setAttr(view.alarm, "href", session ? `/session/${encodeURIComponent(session.id)}` : null);
    view.alarm.hidden = !session;
    im.setText(view.alarmWords, alarm ? im.alarmWords(alarm, now) : t("No alarm. To the session"));
    im.setText(view.alarmTime, alarm ? im.clock.duration(now - alarm.onset) : "›");
  }

  function second(name, now) {
    const room = view && name !== null ? roomOf(name) : null;
    if (room && room.session) for (const one of view.monitor) im.values.paintNote(one, room, now);
  }

  im.simulatorSeen = { mount, unmount, paintBody, forgetBody, judge, second };
})(window.InfusionMonitor);
