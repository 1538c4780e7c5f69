// One alarm on the screen, with its words and its button; and the orders that go out from here.
"use strict";

(function (im) {
  const t = im.t;
  const CONFIRM_MS = 5000;
  const orders = new Map();

  im.alarmWords = (alarm) => `${im.MARKS[alarm.priority]} ${im.spoken(alarm.text)}`;

  const stateWords = {
    active: () => "",
    latched: () => t("condition over, not acknowledged"),
    acknowledged: () => t("acknowledged"),
  };

  function create(alarm) {
    const root = im.el("div", "alarm");
    root.dataset.alarm = alarm.id;
    const view = { root, alarm: null, order: null };
    view.title = im.textIn(im.el("div", "alarm-title"));
    view.words = im.textIn(im.el("div", "alarm-words"));
    view.state = im.textIn(im.el("div", "alarm-state"));
    view.time = im.textIn(im.el("span", "alarm-time"));
    view.trouble = im.textIn(im.el("div", "alarm-trouble"));
    view.trouble.parentNode.setAttribute("role", "alert");
    view.button = im.el("button", "button");
    view.button.type = "button";
    view.button.dataset.action = "acknowledge";
    view.caption = im.textIn(view.button, t("Acknowledge"));
    view.button.addEventListener("click", () => acknowledge(view));
    const row = im.el("div", "alarm-row", view.button, view.time.parentNode);
    const text = im.el("div", "alarm-text");
    for (const node of [view.title, view.words, view.state]) text.append(node.parentNode);
    root.append(text, row, view.trouble.parentNode);
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
    im.setText(view.state, stateWords[alarm.state]() + by);
    view.button.hidden = alarm.state === "acknowledged";
    if (alarm.state === "acknowledged") settle(view, "");
    paintTime(view, im.clock.now());
  }

  function paintTime(view, now) {
    const { alarm } = view;
    const from = alarm.state === "acknowledged" && alarm.acknowledged_at ? alarm.acknowledged_at : alarm.onset;
    im.setText(view.time, im.clock.duration(now - from));
  }

  // The same order id until it is settled: sending it again is harmless.
  function acknowledge(view) {
    if (view.order) return;
    const orderId = im.newId();
    const order = { kind: "acknowledge_alarm", alarm: view.alarm.id };
    if (!im.socket.isOpen() || !im.socket.send({ type: "order", order_id: orderId, order })) {
      settle(view, t("Not sent: no contact with the gateway"));
      return;
    }
    view.order = orderId;
    orders.set(orderId, view);
    view.root.dataset.order = "pending";
    view.button.setAttribute("aria-disabled", "true");
    im.setText(view.caption, t("Sending…"));
    im.setText(view.trouble, "");
    im.watchdog.after(`order ${orderId}`, CONFIRM_MS, () => orders.has(orderId) && settle(view, t("Not confirmed. Try again.")));
  }

  function settle(view, trouble) {
    if (view.order) orders.delete(view.order);
    view.order = null;
    im.setAttr(view.root, "data-order", trouble ? "refused" : null);
    im.setAttr(view.button, "aria-disabled", null);
    im.setText(view.caption, t("Acknowledge"));
    im.setText(view.trouble, trouble);
  }

  // Confirmed orders stay "sending" until the alarm itself comes back acknowledged: only that is the truth.
  function result(message) {
    const view = orders.get(message.order_id);
    if (view && !message.ok) settle(view, message.message || t("Refused"));
  }

  function connectionLost() {
    for (const view of Array.from(orders.values())) settle(view, t("Not confirmed. Try again."));
  }

  im.alarm = { create, paint, paintTime, result, connectionLost };
})(window.InfusionMonitor);
