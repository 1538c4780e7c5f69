// The watchdog's heart: timers of a dedicated worker keep their pace in hidden tabs, a page's timers do not.
// Dash loads every script of this folder into the page as well; there this file does nothing.
"use strict";

if (typeof WorkerGlobalScope !== "undefined" && self instanceof WorkerGlobalScope) {
  const TICK_MS = 100;
  const waiting = new Map();

  setInterval(() => self.postMessage({ tick: true }), TICK_MS);

  self.onmessage = (event) => {
    const { name, after } = event.data;
    clearTimeout(waiting.get(name));
    if (after === null) return;
    waiting.set(name, setTimeout(() => self.postMessage({ due: name }), after));
  };
}
