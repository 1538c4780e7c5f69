// The bar on every page: alarms by priority, the connection and its latency, sound, clock; and the cover of a lost gateway.
"use strict";

(function (im) {
  const t = im.t;
  const SELF_CHECK_S = 3;
  const SLOW_MS = 1000;

  const countWords = {
    high: (n) => t("{n} high", { n }),
    medium: (n) => t("{n} medium", { n }),
    low: (n) => t("{n} low", { n }),
  };
  const connectionWords = {
    live: () => t("Live"),
    stale: () => t("Connecting…"),
    lost: () => t("No contact"),
  };

  let bar = null;
  let cover = null;
  let delay = null;

  function mount() {
    bar = {};
    const counts = document.getElementById("alarm-counts");
    if (counts) {
      bar.counts = im.PRIORITIES.map((priority) => {
        const pill = im.el("span", `pill count count-${priority}`);
        pill.hidden = true;
        return { priority, pill, text: im.textIn(pill) };
      });
      counts.replaceChildren(...bar.counts.map((count) => count.pill));
      counts.setAttribute("role", "status");
    }
    for (const [id, name] of [["connection", "connection"], ["clock", "clock"]]) {
      const element = document.getElementById(id);
      if (!element) continue;
      element.replaceChildren();
      bar[name] = im.textIn(element);
    }
    im.soundPill.mount(document.getElementById("sound-state"));
    paintConnection();
    paintCounts();
    second();
  }

  function unmount() {
    bar = null;
  }

  function paintCounts() {
    if (!bar || !bar.counts) return;
    const found = { high: 0, medium: 0, low: 0 };
    for (const alarm of im.model.alarms.values()) if (alarm.state !== "acknowledged") found[alarm.priority] += 1;
    for (const { priority, pill, text } of bar.counts) {
      pill.hidden = found[priority] === 0;
      im.setText(text, `${im.MARKS[priority]} ${countWords[priority](found[priority])}`);
    }
  }

  const latencyWords = (ms) => (ms > SLOW_MS ? t("{n} s", { n: im.values.plain(ms / 1000) }) : `${Math.max(1, Math.round(ms))} ms`);

  // The middle of the last delays: one slow frame is not a slow connection.
  const delays = [];
  function sawDelay(ms) {
    delays.push(ms);
    if (delays.length > 15) delays.shift();
    delay = delays.slice().sort((one, other) => one - other)[delays.length >> 1];
  }

  function paintConnection() {
    const state = im.watchdog.connection();
    im.setAttr(document.documentElement, "data-gateway", state);
    if (bar && bar.connection) {
      im.setAttr(bar.connection.parentNode, "data-connection", state);
      const live = state === "live" && delay !== null;
      const slow = live && delay > SLOW_MS;
      im.setAttr(bar.connection.parentNode, "data-slow", slow ? "true" : null);
      im.setText(bar.connection, (slow ? t("Slow") : connectionWords[state]()) + (live ? " · " + latencyWords(delay) : ""));
    }
    paintCover(state === "lost" && im.isWatching());
    paintTrouble();
  }

  function paintCover(wanted) {
    const given = document.getElementById("connection-cover");
    if (!cover || cover.root !== given) {
      // Dash draws the page, and the place for the cover with it, after this script began.
      if (cover) cover.root.remove();
      cover = buildCover(given || im.el("div"));
      if (!cover.root.isConnected) document.body.append(cover.root);
    }
    if (cover.root.hidden !== !wanted) cover.root.hidden = !wanted;
    if (!wanted) return;
    cover.comesBack.hidden = !im.isKnown();
    cover.signIn.hidden = im.isKnown();
    const last = im.watchdog.lastContact();
    im.setText(cover.since, last === null
      ? t("This screen has not reached the gateway yet.")
      : t("Last contact {time}, {age} ago.", { time: im.clock.timeOfDay(last, true), age: im.clock.age(im.watchdog.silence()) }));
  }

  function buildCover(root) {
    root.id = "connection-cover";
    root.replaceChildren();
    root.setAttribute("role", "alert");
    root.hidden = true;
    const since = im.textIn(im.el("p", "cover-since"));
    const comesBack = im.el("p", "cover-note", t("It comes back by itself."));
    const signIn = im.el("a", "button", t("Signed out. Sign in again."));
    signIn.href = "/sign-in";
    root.append(im.el("div", "cover-box",
      im.el("h1", null, t("No contact with the gateway")),
      im.el("p", "cover-warning", t("Nothing on this screen is live. Alarms do not reach it. Watch the patients directly.")),
      since.parentNode,
      comesBack,
      im.soundPill.localPause(),
      signIn,
    ));
    return { root, since, comesBack, signIn };
  }

  // The alarm system's own troubles, said on every screen while the connection itself is fine.
  function paintTrouble() {
    const words = [];
    if (im.model.selfCheckAge > SELF_CHECK_S) {
      words.push(t("The alarm system has not checked itself for {n} s", { n: Math.round(im.model.selfCheckAge) }));
    }
    words.push(...im.model.degraded);
    const present = document.getElementById("system-trouble");
    im.setAttr(document.documentElement, "data-trouble", words.length ? "true" : null);
    if (!words.length) {
      if (present) present.remove();
      return;
    }
    const box = present || im.el("div");
    if (!present) {
      box.id = "system-trouble";
      box.setAttribute("role", "alert");
      im.textIn(box);
      box.append(im.soundPill.localPause());
      document.body.append(box);
    }
    im.setText(box.firstChild, t("!!! Technical fault: {faults}", { faults: words.join(" · ") }));
  }

  function second() {
    paintConnection();
    if (bar && bar.clock) im.setText(bar.clock, im.clock.timeOfDay(im.clock.now(), true));
  }

  im.topbar = { mount, unmount, paintCounts, paintConnection, second, sawDelay };
})(window.InfusionMonitor);
