// Judges by the clock, ten times a second, what may still be believed: the connection, and through the views every value.
"use strict";

(function (im) {
  const LOST_MS = 3000;
  const DOUBTFUL_MS = 1800;
  const FROZEN_MS = 2000;

  const state = { connection: "stale", contactAt: im.clock.elapsed(), contactTime: null, snapshot: false };
  let lastTick = im.clock.elapsed();
  let lastJumps = im.clock.jumps();
  let worker = null;
  const due = new Map();

  // Any message of the gateway proves that it lives.
  function contact() {
    state.contactAt = im.clock.elapsed();
    state.contactTime = Date.now();
  }

  function judgeConnection() {
    const silence = im.clock.elapsed() - state.contactAt;
    if (silence >= LOST_MS) return "lost";
    return state.snapshot && silence < DOUBTFUL_MS ? "live" : "stale";
  }

  // True when the page stood still: what waits in its socket may be old, so the socket is replaced.
  function wokeUp() {
    const now = im.clock.elapsed();
    const stoodStill = now - lastTick > FROZEN_MS || im.clock.jumps() !== lastJumps;
    lastTick = now;
    lastJumps = im.clock.jumps();
    return stoodStill;
  }

  function judge() {
    const before = state.connection;
    state.connection = judgeConnection();
    if (im.views) im.views.tick(before !== state.connection);
  }

  function tick() {
    const woke = wokeUp();
    judge();
    if (woke && im.socket) im.socket.restart();
  }

  function after(name, ms, action) {
    due.set(name, action);
    if (worker) worker.postMessage({ name, after: ms });
    else setTimeout(() => run(name), ms);
  }

  // For what may be asked for again and again: the first asking sets the time, so that a flow without a pause delays nothing.
  function soon(name, ms, action) {
    if (!due.has(name)) after(name, ms, action);
  }

  function run(name) {
    const action = due.get(name);
    due.delete(name);
    if (action) action();
  }

  function start() {
    worker = new Worker(`${im.scriptBase}watchdog_worker.js`);
    worker.onmessage = (event) => (event.data.tick ? tick() : run(event.data.due));
    worker.onerror = () => {
      // Without its worker the page still judges, at the pace a page is given.
      worker = null;
      for (const name of Array.from(due.keys())) run(name);
    };
    // A second pulse, should the worker ever die unheard.
    setInterval(tick, 1000);
    for (const name of ["visibilitychange", "resume"]) document.addEventListener(name, tick);
    for (const name of ["pageshow", "focus", "online"]) window.addEventListener(name, tick);
  }

  im.watchdog = {
    start,
    contact,
    judge,
    after,
    soon,
    // Called before a message is believed: true when the page had stood still and the message may be an old one.
    wasFrozen: () => im.clock.elapsed() - lastTick > FROZEN_MS,
    tick,
    connection: () => state.connection,
    silence: () => im.clock.elapsed() - state.contactAt,
    lastContact: () => state.contactTime,
    snapshotIs: (here) => { state.snapshot = here; },
  };
})(window.InfusionMonitor);
