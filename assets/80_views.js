// Brings news to whatever is on the page: mounts views as Dash shows them, paints, and sends the receipts.
"use strict";

(function (im) {
  const RECEIPT_MS = 250;
  const REFRESH_MS = 5000;

  // Which element a view lives in; Dash puts it there and takes it away again.
  const places = [
    { id: "appbar", view: () => im.topbar, element: null },
    { id: "ward-grid", view: () => im.ward, element: null },
    { id: "ward-side", view: () => im.side, element: null },
    { id: "session-page", view: () => im.session, element: null },
    { id: "session-next", view: () => im.course, element: null },
    { id: "sessions-table", view: () => im.reviewFigure.list, element: null },
    { id: "review-seal", view: () => im.reviewSeal, element: null },
    { id: "review-page", view: () => im.review, element: null },
    { id: "series-page", view: () => im.series, element: null },
    { id: "rehearsal-page", view: () => im.rehearsal, element: null },
    { id: "plan-page", view: () => im.plan, element: null },
    { id: "simulator-page", view: () => im.simulator, element: null },
  ];

  let lastSecond = 0;
  let lastRefresh = 0;
  let receipt = null;
  let lastReceipt = 0;
  let lastAudio = "";
  // A number that goes the way of a reading and back; it is no value and stands nowhere.
  let canary = null;
  let paintedCanary = null;

  function attach() {
    for (const place of places) {
      const element = document.getElementById(place.id);
      if (element === place.element) continue;
      if (place.element) place.view().unmount();
      place.element = element;
      if (element) place.view().mount(element);
    }
    offerOrder();
  }

  function watchPage() {
    attach();
    new MutationObserver(attach).observe(document.body, { childList: true, subtree: true });
  }

  function mounted(name) {
    for (const place of places) if (place.element && place.view()[name]) return true;
    return false;
  }

  function each(name, ...given) {
    for (const place of places) {
      if (!place.element) continue;
      const view = place.view();
      if (view[name]) view[name](...given);
    }
  }

  function snapshot(message) {
    im.model.load(message);
    im.model.degraded = [];
    each("load");
    im.topbar.paintCounts();
    im.topbar.paintConnection();
    im.flash.look();
    im.sound.learn();
    painted(message.seq, null, true);
  }

  function update(message, late) {
    const arrived = performance.now() - late;
    const changes = im.model.apply(message);
    if (message.canary !== null && message.canary !== undefined) canary = message.canary;
    each("update", changes);
    // A value was withdrawn: no list of changes can say what must leave the screen.
    if (message.reload) {
      im.socket.resync();
      each("reload");
    }
    if (changes.sessions.size) im.roomMenu.second(im.clock.now());
    if (changes.alarms.length) {
      im.topbar.paintCounts();
      im.flash.look();
    }
    // Sight before sound: no fault of the audio may hold a number back.
    im.sound.news(message);
    painted(message.seq, arrived, changes.alarms.length > 0);
  }

  function heartbeat(message) {
    im.model.selfCheckAge = message.self_check_age_s;
    im.model.degraded = message.degraded;
    im.watchdog.judge();
    im.topbar.paintConnection();
    painted(message.seq, null, false);
  }

  // A frame after the writing is what a person can see. A hidden tab gets no frames: it says so at once.
  function painted(seq, arrived, urgent) {
    if (document.hidden) {
      report(seq, null, true, urgent);
      return;
    }
    const waiting = receipt !== null;
    receipt = { seq, arrived: waiting ? receipt.arrived : arrived, urgent: urgent || (waiting && receipt.urgent) };
    if (!waiting) requestAnimationFrame(inFrame);
  }

  function inFrame() {
    // An alarm's frame has nothing else in it.
    if (receipt && !receipt.urgent) im.trend.drawWithFrame();
    setTimeout(confirm, 0);
  }

  function confirm() {
    if (!receipt) return;
    const { seq, arrived, urgent } = receipt;
    receipt = null;
    paintedCanary = canary;
    const took = arrived === null ? null : performance.now() - arrived;
    if (took !== null) im.topbar.sawDelay(took + im.socket.oneWay());
    report(seq, took, document.hidden, urgent);
  }

  function report(seq, took, hidden, urgent) {
    const now = performance.now();
    if (!urgent && now - lastReceipt < RECEIPT_MS) return;
    lastReceipt = now;
    const alarms = hidden ? [] : shownAlarms();
    const sounded = im.sound.sounded();
    const message = { type: "painted", seq, alarms, hidden, sounded, audio: im.soundContext.state() };
    if (took !== null) message.paint_ms = Math.round(took * 10) / 10;
    if (!hidden && paintedCanary !== null) message.canary = paintedCanary;
    if (im.socket.send(message)) im.sound.told(sounded);
  }

  // What was not painted but heard, or can no longer be heard, is told at once too.
  function tell() {
    if (im.socket.isOpen()) painted(im.socket.seq(), null, true);
  }

  function soundChanged() {
    const audio = im.soundContext.state();
    im.sound.tick();
    if (audio === lastAudio) return;
    lastAudio = audio;
    im.soundPill.paint();
    tell();
  }

  function shownAlarms() {
    if (!im.model.alarms.size) return [];
    return Array.from(document.querySelectorAll("[data-alarm]"), (element) => element.dataset.alarm).slice(0, 1000);
  }

  // Called by the watchdog: what the clock alone has changed.
  function tick(connectionChanged) {
    const now = im.clock.now();
    if (connectionChanged) im.topbar.paintConnection();
    if (im.model.ready) each("judge", now, connectionChanged);
    soundChanged();
    const mono = performance.now();
    if (mono - lastSecond < 900) return;
    lastSecond = mono;
    im.topbar.second();
    im.soundPill.second();
    im.flash.look();
    if (!im.model.ready) return;
    each("second", now);
    im.roomMenu.second(now);
    if (mono - lastRefresh < REFRESH_MS) return;
    lastRefresh = mono;
    each("refresh");
  }

  function closed() {
    im.orders.connectionLost();
  }

  // The "worst first" switch stands beside the grid when Dash leaves a place for it.
  function offerOrder() {
    const place = document.getElementById("ward-order");
    if (!place || place.firstElementChild) return;
    const button = im.el("button", "button button-quiet", im.t("Worst first"));
    button.type = "button";
    button.setAttribute("aria-pressed", String(im.ward.isWorstFirst()));
    button.addEventListener("click", () => {
      im.ward.setOrder(!im.ward.isWorstFirst());
      button.setAttribute("aria-pressed", String(im.ward.isWorstFirst()));
    });
    place.append(button);
  }

  // Within the app a link changes the page without loading it anew, so the live socket stays.
  im.follow = function (event, link) {
    if (event.button || event.ctrlKey || event.metaKey || event.shiftKey || !window.dash_clientside) return;
    event.preventDefault();
    history.pushState({}, "", link.href);
    window.dispatchEvent(new CustomEvent("_dashprivate_pushstate"));
    window.scrollTo(0, 0);
  };

  let requests = 0;
  function startIn(roomName, request) {
    requests += 1;
    if (!window.dash_clientside) return;
    window.dash_clientside.set_props("start-session-request", { data: { ...request, room: roomName, n: requests } });
    window.dash_clientside.set_props("start-title", { children: im.t("Start a session in room {room}", { room: roomName }) });
    im.dialogs.open("start-dialog");
  }

  im.startSession = function (roomId) {
    const room = im.model.rooms.get(roomId);
    if (room) startIn(room.name, {});
  };

  // A planned visit in its room, with what is known of it.
  im.startPlanned = function ({ room, visit, patient, protocol }) {
    startIn(room, { visit, texts: { "start-patient": patient } });
    window.dash_clientside.set_props("start-protocol", { value: protocol });
  };

  im.views = { watchPage, snapshot, update, heartbeat, tick, closed, mounted, tell, soundChanged };
})(window.InfusionMonitor);
