// Whether this screen can sound: the browser's audio, which waits for a person's touch, and the choice to stay quiet.
"use strict";

(function (im) {
  const QUIET_KEY = "infusion-monitor.quiet";
  const STALLED_MS = 1500;
  const GESTURES = ["pointerdown", "pointerup", "touchend", "keydown", "click"];

  let context = null;
  let moved = { at: 0, time: -1 };
  let quiet = readQuiet();

  function readQuiet() {
    return localStorage.getItem(QUIET_KEY) === "true";
  }

  function start() {
    for (const name of GESTURES) window.addEventListener(name, unlock, { capture: true, passive: true });
    // Another tab of this browser has chosen.
    window.addEventListener("storage", (event) => event.key === QUIET_KEY && chosen());
    open();
  }

  function open() {
    if (context) {
      context.onstatechange = null;
      if (context.state !== "closed") context.close().catch((error) => console.warn(`The old sound stays open: ${error.message}`));
    }
    context = quiet ? null : newContext();
    if (context) context.onstatechange = changed;
  }

  // A browser without audio must still show everything: its sound counts as blocked.
  function newContext() {
    try {
      return new AudioContext();
    } catch (error) {
      console.warn(`This browser gives no sound: ${error.message}`);
      return null;
    }
  }

  function changed() {
    moved = { at: performance.now(), time: -1 };
    im.views.soundChanged();
  }

  // Browsers let a page sound only after a person has touched it. A sound that stands still is begun anew.
  function unlock() {
    if (state() !== "blocked") return;
    if (!context || context.state === "running" || context.state === "closed") open();
    if (!context) return;
    if (context.state === "suspended" || context.state === "interrupted") {
      context.resume().catch((error) => console.warn(`The browser keeps the sound blocked: ${error.message}`));
    }
  }

  // A context may say that it runs while its clock stands still: then nothing is heard.
  function isStalled() {
    const now = performance.now();
    if (context.currentTime !== moved.time) moved = { at: now, time: context.currentTime };
    return now - moved.at > STALLED_MS;
  }

  function state() {
    if (quiet) return "quiet";
    return context && context.state === "running" && !isStalled() ? "on" : "blocked";
  }

  function setQuiet(wanted) {
    localStorage.setItem(QUIET_KEY, String(wanted));
    chosen();
  }

  // The gateway learns with a new subscription whether anybody may count on this screen's sound.
  function chosen() {
    quiet = readQuiet();
    open();
    unlock();
    im.views.soundChanged();
    im.socket.restart();
  }

  im.soundContext = {
    start, state, setQuiet, unlock,
    running: () => (state() === "on" ? context : null),
    kind: () => (quiet ? "quiet" : "station"),
  };
})(window.InfusionMonitor);
