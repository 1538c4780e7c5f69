// What is paused in a room, and how much longer: the same words on every screen; and the buttons that a room has everywhere.
"use strict";

(function (im) {
  const t = im.t;
  const PAUSE_S = 120;
  const SURE_MS = 5000;
  // The second press of a slip of the finger comes sooner.
  const SLIP_MS = 350;

  const left = (until, now) => (until && until > now ? until - now : 0);
  const audioLeft = (session, now) => left(session.audio_paused_until, now);

  function words(session, now) {
    const audio = audioLeft(session, now);
    const alarms = left(session.alarms_paused_until, now);
    const parts = [];
    if (alarms) parts.push(t("Alarms paused {time}", { time: im.clock.duration(alarms) }));
    if (audio) parts.push(t("Audio paused {time}", { time: im.clock.duration(audio) }));
    return parts.join(" · ");
  }

  const pausedRooms = (now) =>
    Array.from(im.model.rooms.values()).filter((room) => room.session && audioLeft(room.session, now) > 0);

  // A button that gives one order; what it does not get done stands beside it.
  function orderButton(className, action) {
    const button = im.el("button", className);
    button.type = "button";
    button.dataset.action = action;
    const caption = im.textIn(button);
    const trouble = im.textIn(im.el("div", "alarm-trouble"));
    trouble.parentNode.setAttribute("role", "alert");
    return { button, caption, trouble, troubleBox: trouble.parentNode, order: null };
  }

  function give(view, order) {
    if (view.order) return;
    view.order = im.orders.send(order, (state, told) => {
      if (state === "refused") finish(view, told);
      else if (state === "confirmed" && order.kind === "call_help") finish(view, "");
      else im.setText(view.trouble, "");
    });
    im.setAttr(view.button, "aria-disabled", view.order ? "true" : null);
  }

  function finish(view, trouble) {
    if (view.order) im.orders.settle(view.order);
    view.order = null;
    im.setAttr(view.button, "aria-disabled", null);
    im.setText(view.trouble, trouble);
  }

  // "Pause audio 2:00" of a room; with the time that is left, "Resume audio" while it is paused.
  function audioButton(roomId) {
    const view = orderButton("button", "pause-audio");
    const room = () => im.model.rooms.get(roomId);
    let paused = null;
    view.button.addEventListener("click", () => {
      const here = room();
      if (!here) return;
      give(view, paused ? { kind: "resume_audio", room: here.name } : { kind: "pause_audio", room: here.name, seconds: PAUSE_S });
    });
    view.paint = (now) => {
      const here = room();
      const rest = here && here.session ? audioLeft(here.session, now) : 0;
      view.button.hidden = !here || !here.session;
      if (paused !== rest > 0) finish(view, "");
      paused = rest > 0;
      view.button.dataset.action = paused ? "resume-audio" : "pause-audio";
      const time = im.clock.duration(rest);
      im.setText(view.caption, paused ? t("Resume audio · {time}", { time }) : t("Pause audio 2:00"));
    };
    view.paint(im.clock.now());
    return view;
  }

  // Two presses, so that no slip calls; the second is quick, and its words say what it will do.
  function helpButton(roomId) {
    const view = orderButton("button button-help", "call-help");
    let armedAt = null;
    const disarm = () => {
      armedAt = null;
      im.setAttr(view.button, "data-armed", null);
      im.setText(view.caption, t("Call for help"));
    };
    view.button.addEventListener("click", () => {
      const now = im.clock.elapsed();
      if (armedAt === null || now - armedAt > SURE_MS) {
        armedAt = now;
        im.setAttr(view.button, "data-armed", "true");
        im.setText(view.caption, t("Press again: call for help"));
        im.watchdog.after(`help ${roomId}`, SURE_MS, disarm);
      } else if (now - armedAt > SLIP_MS) {
        const room = im.model.rooms.get(roomId);
        disarm();
        if (room) give(view, { kind: "call_help", room: room.name });
      }
    });
    view.paint = () => {
      const room = im.model.rooms.get(roomId);
      view.button.hidden = !room || !room.session;
    };
    disarm();
    view.paint();
    return view;
  }

  // A room whose sound is paused, with what is left of it and the way back.
  function row(room) {
    const root = im.el("div", "pause-row");
    root.dataset.paused = room.name;
    const text = im.textIn(im.el("span"));
    const audio = audioButton(room.id);
    root.append(text.parentNode, audio.button, audio.troubleBox);
    const paint = (now) => {
      im.setText(text, t("{room}: no sound", { room: im.roomTitle(room.name) }));
      audio.paint(now);
    };
    paint(im.clock.now());
    return { root, paint };
  }

  // Rows for these rooms; those that stand already stay the same.
  function rows(known, rooms) {
    const ids = new Set(rooms.map((room) => room.id));
    for (const id of known.keys()) if (!ids.has(id)) known.delete(id);
    for (const room of rooms) if (!known.has(room.id)) known.set(room.id, row(room));
    return Array.from(known.values(), (one) => one.root);
  }

  // Help and sound of one room, for its own page and for its menu in the ward.
  function actions(roomId) {
    const help = helpButton(roomId);
    const audio = audioButton(roomId);
    const root = im.el("div", "room-actions", help.button, audio.button, help.troubleBox, audio.troubleBox);
    const paint = (now) => {
      help.paint();
      audio.paint(now);
    };
    return { root, paint, help };
  }

  im.pauses = { words, audioLeft, pausedRooms, audioButton, rows, actions };
})(window.InfusionMonitor);
