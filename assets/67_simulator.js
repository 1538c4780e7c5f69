// The simulator's page: which room is chosen, and what the desk and the monitor say of it, side by side.
"use strict";

(function (im) {
  const t = im.t;

  let page = null;
  let chosen = null;

  const place = (name) => document.getElementById(`simulator-${name}`);

  function mount(element) {
    page = { element, drive: place("drive") };
    page.desk = im.textIn(place("desk"));
    page.nobody = im.textIn(place("nobody"));
    page.told = im.textIn(place("told"));
    im.simulatorRooms.mount(place("rooms"), (room) => choose(room));
    im.simulatorForms.mountStart(place("start"));
    im.simulatorForms.mountEnds(place("ends"));
    im.simulatorSeen.mount(place("head"), place("seen"), turn);
    im.simulatorDrive.mount({ page: element, vitals: place("vitals"), cuff: place("cuff"), log: place("log") }, happen);
    element.addEventListener("click", pressed);
    im.desk.watch(paint);
    paint();
  }

  function unmount() {
    im.desk.leave();
    im.simulatorDrive.unmount();
    im.simulatorSeen.unmount();
    im.simulatorForms.unmount();
    page = null;
  }

  function choose(room, { unlessChosen = false } = {}) {
    if (unlessChosen && im.desk.bed(chosen)) return;
    chosen = room;
    if (!page) return;
    im.setText(page.told, "");
    paint();
  }

  function pressed(event) {
    const deed = event.target.closest("[data-event]");
    if (deed) happen(JSON.parse(deed.dataset.event));
  }

  // Returns whether it was taken; a refusal stands beside what was pressed until something is done again.
  async function happen(event) {
    if (chosen === null) return false;
    const room = chosen;
    const answer = await im.desk.order("happen", { room, event });
    if (page && chosen === room) im.setText(page.told, answer.ok ? "" : t("Not done: {why}", { why: answer.message }));
    return answer.ok;
  }

  // A patient that is started again begins anew, as the first time.
  async function turn() {
    const bed = im.desk.bed(chosen);
    if (!bed) return;
    const { room, scenario, place: at, seed, speed, into_infusion_min: from } = bed;
    const again = { room, scenario, place: at, seed, speed, into_infusion_min: from };
    const answer = await (bed.running ? im.desk.order("stop", { room }) : im.desk.order("set-up", again));
    if (page) im.setText(page.told, answer.ok ? "" : t("Not done: {why}", { why: answer.message }));
  }

  function paint() {
    if (!page) return;
    const { state } = im.desk;
    if (state.known && !im.desk.bed(chosen)) chosen = state.beds.length ? state.beds[0].room : null;
    paintDesk(state);
    im.simulatorRooms.refresh(chosen);
    im.simulatorForms.paint();
    paintChosen(state);
    if (im.model.ready) judge(im.clock.now());
  }

  const runningWords = (n) => (n === 1 ? t("1 patient runs") : t("{n} patients run", { n }));

  function paintDesk(state) {
    const running = state.beds.filter((bed) => bed.running).length;
    im.setText(page.desk, state.known ? runningWords(running) : t("No answer from the desk"));
    im.setAttr(page.desk.parentNode, "data-desk", state.known ? "live" : "lost");
  }

  // Where the desk says nothing, nothing may look as if it ran.
  function paintChosen(state) {
    const bed = im.desk.bed(chosen);
    page.drive.hidden = chosen === null;
    im.setAttr(page.drive, "data-desk", state.known ? "live" : "lost");
    const nobody = t("Start patients in one room or several; then drive them here by hand.");
    const lost = t("{why} Whether the patients still run is not known.", { why: state.trouble });
    im.setText(page.nobody, state.known ? (chosen === null ? nobody : "") : lost);
    im.setAttr(page.nobody.parentNode, "data-trouble", state.known ? null : "true");
    if (bed) {
      im.simulatorSeen.paintBody(bed);
      im.simulatorDrive.paint(bed);
    } else if (chosen !== null) {
      im.simulatorSeen.forgetBody();
      im.simulatorDrive.forget();
    }
  }

  function judge(now) {
    im.simulatorSeen.judge(chosen, now);
  }

  im.simulator = {
    mount, unmount, choose, judge,
    load: () => judge(im.clock.now()),
    update: () => judge(im.clock.now()),
    second: (now) => im.simulatorSeen.second(chosen, now),
  };
})(window.InfusionMonitor);
