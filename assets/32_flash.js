// The pace at which alarms flash: one mark on the page for each priority, set and taken away by a timer.
// An endless CSS animation has the browser draw sixty frames a second, and every number waits for the next of them.
"use strict";

(function (im) {
  // IEC 60601-1-8: high flashes at 1.4-2.8 Hz, medium at 0.4-0.8 Hz, lit 20-60 % of the time; low is steady.
  const PACES = { high: { lit: 275, dark: 225 }, medium: { lit: 880, dark: 720 } };
  const still = window.matchMedia("(prefers-reduced-motion: reduce)");
  const timers = new Map();

  const flashing = (priority) =>
    `.tile[data-worst="${priority}"][data-signal="active"], .alarm-worst[data-priority="${priority}"][data-state="active"]`;

  // Without a mark everything is lit: so it stays should no timer ever come again.
  function turn(priority, dark) {
    const name = `data-${priority}-dark`;
    if (still.matches || !document.querySelector(flashing(priority))) {
      timers.delete(priority);
      im.setAttr(document.documentElement, name, null);
      return;
    }
    im.setAttr(document.documentElement, name, dark ? "true" : null);
    timers.set(priority, setTimeout(() => turn(priority, !dark), PACES[priority][dark ? "dark" : "lit"]));
  }

  // Something may flash from now on; what flashes already keeps its pace.
  function look() {
    for (const priority of Object.keys(PACES)) if (!timers.has(priority)) turn(priority, false);
  }
  still.addEventListener("change", look);

  im.flash = { look };
})(window.InfusionMonitor);
