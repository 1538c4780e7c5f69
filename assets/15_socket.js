// Owns the live socket: subscribes, follows the sequence, comes back by itself, carries orders and receipts.
"use strict";

(function (im) {
  const FIRST_RETRY_MS = 120;
  // Whoever waits longer sees a gateway that was started again that much later.
  const LONGEST_RETRY_MS = 400;
  const OPENING_MS = 4000;
  const LATE_LINK_MS = 2000;
  const RESYNC_MS = 3000;

  const screenId = im.newId();
  let url = null;
  let page = "ward";
  let socket = null;
  let failures = 0;
  let seq = null;
  let resyncing = false;
  let resyncAsked = 0;
  let oneWay = 0;
  let opened = false;
  const handlers = { snapshot: null, update: null, heartbeat: null, orderResult: null, refused: null, closed: null };

  function send(message) {
    if (!socket || socket.readyState !== WebSocket.OPEN) return false;
    socket.send(JSON.stringify(message));
    return true;
  }

  function open() {
    drop();
    const askedAt = im.clock.elapsed();
    const mine = new WebSocket(url);
    socket = mine;
    mine.onopen = () => {
      if (mine !== socket) return;
      oneWay = (im.clock.elapsed() - askedAt) / 4;
      // While there was no socket nobody could say that a sign-in was ended.
      if (opened) handlers.refused();
      opened = true;
      send({ type: "subscribe", screen: screenId, page, kind: im.soundContext.kind() });
    };
    mine.onmessage = (event) => mine === socket && receive(event.data);
    mine.onclose = () => mine === socket && lost();
    im.watchdog.after("opening", OPENING_MS, () => {
      if (mine === socket && mine.readyState === WebSocket.CONNECTING) lost();
    });
  }

  // The old socket's last words must not reach the page: they may be old.
  function drop() {
    if (!socket) return;
    const old = socket;
    socket = null;
    old.onopen = old.onmessage = old.onclose = null;
    old.close();
  }

  function lost() {
    drop();
    seq = null;
    resyncing = false;
    im.watchdog.snapshotIs(false);
    handlers.closed();
    failures += 1;
    if (failures % 5 === 0) handlers.refused();
    const longest = Math.min(LONGEST_RETRY_MS, FIRST_RETRY_MS * 2 ** (failures - 1));
    im.watchdog.after("reconnect", longest * (0.5 + Math.random() / 2), open);
    im.watchdog.judge();
  }

  function restart() {
    if (!url || !socket) return;
    failures = 0;
    lost();
  }

  function receive(data) {
    if (im.watchdog.wasFrozen()) {
      im.watchdog.tick();
      return;
    }
    const message = JSON.parse(data);
    im.watchdog.contact();
    if (message.type === "update") followed(message);
    else if (message.type === "heartbeat") beat(message);
    else if (message.type === "snapshot") begin(message);
    else if (message.type === "order_result") handlers.orderResult(message);
  }

  function begin(snapshot) {
    failures = 0;
    resyncing = false;
    seq = snapshot.seq;
    im.clock.restart(snapshot.server_time, snapshot.clock_speed);
    im.watchdog.snapshotIs(true);
    handlers.snapshot(snapshot);
    im.watchdog.judge();
  }

  function followed(update) {
    if (seq === null || resyncing || update.seq <= seq) return;
    if (update.seq !== seq + 1) {
      resync();
      return;
    }
    seq = update.seq;
    handlers.update(update, im.clock.observe(update.server_time));
  }

  function beat(heartbeat) {
    const late = im.clock.observe(heartbeat.server_time);
    if (resyncing && im.clock.elapsed() - resyncAsked > RESYNC_MS) restart();
    if (seq === null || resyncing) return;
    // Words that took seconds to come mean a link that lags behind, or a gateway whose clock was set: begin anew.
    if (late > LATE_LINK_MS) restart();
    else if (heartbeat.seq > seq) resync();
    else handlers.heartbeat(heartbeat);
  }

  function resync() {
    resyncing = true;
    resyncAsked = im.clock.elapsed();
    send({ type: "resync" });
  }

  im.socket = {
    start(address, pageName, given) {
      url = address;
      page = pageName;
      Object.assign(handlers, given);
      open();
    },
    restart,
    resync,
    send,
    seq: () => seq,
    // Opening a socket takes two journeys there and back.
    oneWay: () => oneWay,
    isOpen: () => Boolean(socket) && socket.readyState === WebSocket.OPEN && seq !== null,
  };
})(window.InfusionMonitor);
