// The plan: tells Dash the gateway's time and the planned ends that it says now, and opens the dialogs with what is known.
"use strict";

(function (im) {
  const CHANGED_MS = 300;
  const MINUTE_MS = 60000;

  let page = null;
  let told = 0;
  let minute = null;

  function mount(element) {
    page = element;
    page.addEventListener("click", pressed);
    minute = null;
    load();
  }

  function unmount() {
    page = null;
  }

  function load() {
    if (page && im.model.ready) tellDash();
  }

  function update(changes) {
    if (page && (changes.sessions.size || changes.rooms)) im.watchdog.soon("plan changed", CHANGED_MS, tellDash);
  }

  // The line of the present moves on, and what was planned becomes late, without anything having come.
  function refresh() {
    if (page && Math.floor(im.clock.now() / MINUTE_MS) !== minute) tellDash();
  }

  function tellDash() {
    if (!page || !window.dash_clientside) return;
    const now = Math.round(im.clock.now());
    minute = Math.floor(now / MINUTE_MS);
    told += 1;
    window.dash_clientside.set_props("plan-changed", { data: { n: told, at: now, ends: ends() } });
  }

  // Where an infusion stands still nobody can say its end but by the clock: Dash works that one out.
  function ends() {
    const found = {};
    for (const room of im.model.rooms.values()) {
      const { session } = room;
      if (session && session.phase === "infusion" && session.phase_ends_at && !session.paused_since) found[session.id] = session.phase_ends_at;
    }
    return found;
  }

  function pressed(event) {
    const button = event.target.closest("[data-plan]");
    if (!button) return;
    const known = JSON.parse(button.dataset.known);
    if (button.dataset.plan === "start") im.startPlanned(known);
    else open(button.dataset.plan, known);
  }

  function open(form, known) {
    const setProps = window.dash_clientside.set_props;
    setProps("plan-visit", { data: known });
    im.dialogs.open(`plan-${form}-form-dialog`);
    const who = document.getElementById(`plan-${form}-form-who`);
    if (who) setProps(who.id, { children: known.who });
    if (form === "move") setProps("plan-move-form-room", { value: known.room || null });
  }

  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-prints]")) window.print();
  });

  im.plan = { mount, unmount, load, update, refresh };
})(window.InfusionMonitor);
