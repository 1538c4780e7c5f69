// Orders that go out from this screen over the live socket, and what becomes of each.
"use strict";

(function (im) {
  const t = im.t;
  const CONFIRM_MS = 5000;
  const waiting = new Map();
  // By code, in the reader's language; the gateway's own words for a reason that is new.
  const known = {
    locked: () => t("Locked: sign in to act"),
    too_many_orders: () => t("Too many orders of yours within a minute: wait a little."),
  };

  // `tell(state, words)` hears "sent", then "confirmed" or "refused" with the reason. Returns the order's id, or null.
  // At a locked station nothing is sent and nothing told: the sign-in opens instead.
  function send(order, tell) {
    if (im.lock.isLocked()) {
      im.lock.demand();
      return null;
    }
    const id = im.newId();
    if (!im.socket.isOpen() || !im.socket.send({ type: "order", order_id: id, order })) {
      tell("refused", t("Not sent: no contact with the gateway"));
      return null;
    }
    waiting.set(id, tell);
    im.watchdog.after(`order ${id}`, CONFIRM_MS, () => refuse(id, t("Not confirmed. Try again.")));
    tell("sent", "");
    return id;
  }

  function refuse(id, words) {
    const tell = waiting.get(id);
    if (!tell) return;
    waiting.delete(id);
    tell("refused", words);
  }

  function result(message) {
    const tell = waiting.get(message.order_id);
    if (!tell) return;
    if (message.ok) {
      tell("confirmed", "");
      return;
    }
    if (message.code === "locked") im.lock.found(true);
    refuse(message.order_id, known[message.code]?.() || message.message || t("Refused"));
  }

  function connectionLost() {
    for (const id of Array.from(waiting.keys())) refuse(id, t("Not confirmed. Try again."));
  }

  im.orders = {
    send, result, connectionLost,
    // What was ordered has come true on this screen; until then an order that was confirmed may still be late.
    settle: (id) => waiting.delete(id),
  };
})(window.InfusionMonitor);
