// One alarm on the screen, with its words and its buttons.
"use strict";

(function (im) {
  const t = im.t;

  // An alarm's words keep the value at which it was raised; beside them stands what the number says now, where it differs.
  function present(alarm, now) {
    const room = im.model.rooms.get(alarm.room_id);
    if (!room || alarm.type !== "physiological" || !im.values.METRICS.includes(alarm.metric)) return "";
    const value = im.values.spoken(room, alarm.metric, now);
    const [raisedAt] = im.spoken(alarm.text).split(/ [–-] /);
    return !value || raisedAt.split(/\s+/).includes(value) ? "" : " · " + t("now {value}", { value });
  }

  im.alarmWords = (alarm, now) => `${im.MARKS[alarm.priority]} ${im.spoken(alarm.text)}${present(alarm, now)}`;

  // An alarm that nobody answers goes to the next holder, then to everybody: here everyone can read whose it is.
  function unanswered(alarm) {
    if (!alarm.level) return "";
    return alarm.addressed_to
      ? t("not answered: now for {operator}").replace("{operator}", alarm.addressed_to)
      : t("not answered: for everybody");
  }

  const stateWords = {
    active: unanswered,
    latched: (alarm) => [t("condition over, not acknowledged"), unanswered(alarm)].filter(Boolean).join(" · "),
    acknowledged: () => t("acknowledged"),
  };

  function create(alarm) {
    const root = im.el("div", "alarm");
    root.dataset.alarm = alarm.id;
    const view = { root, alarm: null, order: null };
    view.title = im.textIn(im.el("div", "alarm-title"));
    view.words = im.textIn(im.el("div", "alarm-words"));
    view.present = im.textIn(im.el("b", "alarm-present"));
    view.words.parentNode.append(view.present.parentNode);
    view.state = im.textIn(im.el("div", "alarm-state"));
    view.time = im.textIn(im.el("span", "alarm-time"));
    view.trouble = im.textIn(im.el("div", "alarm-trouble"));
    view.trouble.parentNode.setAttribute("role", "alert");
    view.button = im.el("button", "button");
    view.button.type = "button";
    view.button.dataset.action = "acknowledge";
    view.caption = im.textIn(view.button, t("Acknowledge"));
    view.button.addEventListener("click", () => acknowledge(view));
    view.audio = im.pauses.audioButton(alarm.room_id);
    const row = im.el("div", "alarm-row", view.button, view.audio.button, view.time.parentNode);
    const text = im.el("div", "alarm-text");
    for (const node of [view.title, view.words, view.state]) text.append(node.parentNode);
    root.append(text, row, view.trouble.parentNode, view.audio.troubleBox);
    paint(view, alarm);
    return view;
  }

  function paint(view, alarm) {
    view.alarm = alarm;
    const { root } = view;
    im.setAttr(root, "data-room", alarm.room);
    im.setAttr(root, "data-priority", alarm.priority);
    im.setAttr(root, "data-state", alarm.state);
    im.setText(view.title, `${im.MARKS[alarm.priority]} ${im.roomTitle(alarm.room)}`);
    im.setText(view.words, im.spoken(alarm.text));
    const by = alarm.state === "acknowledged" && alarm.acknowledged_by ? ` · ${alarm.acknowledged_by}` : "";
    im.setText(view.state, stateWords[alarm.state](alarm) + by);
    view.button.hidden = alarm.state === "acknowledged";
    if (alarm.state === "acknowledged") settle(view, "");
    paintTime(view, im.clock.now());
  }

  const paintPresent = (view, now) => im.setText(view.present, present(view.alarm, now));

  function paintTime(view, now) {
    const { alarm } = view;
    paintPresent(view, now);
    const from = alarm.state === "acknowledged" && alarm.acknowledged_at ? alarm.acknowledged_at : alarm.onset;
    im.setText(view.time, im.clock.duration(now - from));
    view.audio.paint(now);
    // The row of the paused room has the way back; what does not sound needs no pause.
    const room = im.model.rooms.get(alarm.room_id);
    const paused = Boolean(room && room.session) && im.pauses.audioLeft(room.session, now) > 0;
    if (alarm.state !== "active" || paused) view.audio.button.hidden = true;
  }

  // A confirmed order stays "sending" until the alarm itself comes back acknowledged: only that is the truth.
  function acknowledge(view) {
    if (view.order) return;
    view.order = im.orders.send({ kind: "acknowledge_alarm", alarm: view.alarm.id }, (state, words) => {
      if (state === "sent") pending(view);
      else if (state === "refused") settle(view, words);
    });
  }

  function pending(view) {
    view.root.dataset.order = "pending";
    view.button.setAttribute("aria-disabled", "true");
    im.setText(view.caption, t("Sending…"));
    im.setText(view.trouble, "");
  }

  function settle(view, trouble) {
    if (view.order) im.orders.settle(view.order);
    view.order = null;
    im.setAttr(view.root, "data-order", trouble ? "refused" : null);
    im.setAttr(view.button, "aria-disabled", null);
    im.setText(view.caption, t("Acknowledge"));
    im.setText(view.trouble, trouble);
  }

  im.alarm = { create, paint, paintTime, paintPresent };
})(window.InfusionMonitor);
