// Starts the screen: asks the dashboard who is signed in and where the gateway is, then opens the socket.
"use strict";

(function (im) {
  const RETRY_MS = 1000;
  let started = false;
  let isKnown = false;

  // A screen that once was live keeps warning when the dashboard does not know its browser any more.
  im.isWatching = () => started;
  im.isKnown = () => isKnown;

  async function ask() {
    const response = await fetch("/api/screen", { credentials: "same-origin", cache: "no-store" });
    if (response.status === 401) return null;
    if (!response.ok) throw new Error(`screen settings: HTTP ${response.status}`);
    return response.json();
  }

  function gatewayUrl(screen) {
    if (screen.gateway_url) return screen.gateway_url.replace(/\/$/, "").replace(/(\/live)?$/, "/live");
    const scheme = location.protocol === "https:" ? "wss" : "ws";
    const host = location.hostname.includes(":") ? `[${location.hostname.replace(/[[\]]/g, "")}]` : location.hostname;
    return `${scheme}://${host}:${screen.gateway_port}/live`;
  }

  async function start() {
    let screen;
    try {
      screen = await ask();
    } catch (error) {
      console.warn(`No answer from the dashboard: ${error.message}`);
      im.watchdog.after("settings", RETRY_MS, start);
      return;
    }
    isKnown = screen !== null;
    if (!isKnown) {
      im.watchdog.judge();
      im.topbar.paintConnection();
      return;
    }
    if (started) {
      im.lock.learn(screen);
      return;
    }
    started = true;
    im.useLanguage(screen.language, screen.strings);
    im.clock.useZone(screen.clinic_time_zone);
    im.lock.learn(screen);
    im.soundContext.start();
    im.views.watchPage();
    im.socket.start(gatewayUrl(screen), location.pathname.startsWith("/session/") ? "session" : "ward", {
      snapshot: im.views.snapshot,
      update: im.views.update,
      heartbeat: im.views.heartbeat,
      orderResult: im.orders.result,
      closed: im.views.closed,
      refused: start,
    });
  }

  // Somebody has signed in or out, here or in another tab, or a sign-in has run out.
  im.recheck = start;
  im.watchdog.start();
  start();
})(window.InfusionMonitor);
