// The list of simulated rooms: who lives there, how fast, whether the device gets through, and what the body does now.
"use strict";

(function (im) {
  const t = im.t;

  let list = null;
  let choose = null;
  let rows = new Map();
  let empty = null;
  let emptyWords = null;

  function mount(element, whenChosen) {
    list = element;
    choose = whenChosen;
    rows = new Map();
    empty = im.el("li", "simulator-none");
    emptyWords = im.textIn(empty);
    list.replaceChildren();
  }

  function create(room) {
    const button = im.el("button", "sim-room");
    button.type = "button";
    button.dataset.bed = room;
    button.addEventListener("click", () => choose(room));
    const view = { root: im.el("li", null, button), button };
    for (const name of ["name", "link", "who", "time", "vitals"]) view[name] = im.textIn(im.el("span", `sim-room-${name}`));
    button.append(...["name", "link", "who", "time", "vitals"].map((name) => view[name].parentNode));
    return view;
  }

  function paint(view, bed, isChosen) {
    im.setAttr(view.button, "aria-pressed", String(isChosen));
    im.setAttr(view.button, "data-link", bed.running ? bed.link : "stopped");
    im.setText(view.name, im.roomTitle(bed.room));
    im.setText(view.link, im.simulated.linkWords(bed));
    const who = [bed.scenario, t("seed {n}", { n: bed.seed })];
    if (bed.speed > 1) who.push(t("lives {n}× as fast", { n: bed.speed }));
    im.setText(view.who, who.join(" · "));
    im.setText(view.time, bed.running ? im.simulated.patientTime(bed.minutes) : "");
    im.setText(view.vitals, bed.running ? vitals(bed) : im.simulated.stoppedWords(bed));
  }

  function vitals(bed) {
    const { rounded, pressure } = im.simulated;
    const driven = Object.keys(bed.driven).length ? ` · ${t("driven")}` : "";
    return `${rounded(bed, "pulse_rate")} · ${rounded(bed, "spo2")} % · ${pressure(bed)} · ${rounded(bed, "resp_rate")}/min${driven}`;
  }

  function refresh(chosen) {
    const { state } = im.desk;
    const beds = state.beds;
    for (const room of Array.from(rows.keys())) if (!beds.some((bed) => bed.room === room)) rows.delete(room);
    for (const bed of beds) {
      if (!rows.has(bed.room)) rows.set(bed.room, create(bed.room));
      paint(rows.get(bed.room), bed, bed.room === chosen);
    }
    im.setText(emptyWords, state.trouble || t("No patient is simulated yet."));
    im.setAttr(empty, "data-trouble", state.known ? null : "true");
    im.arrange(list, beds.length ? beds.map((bed) => rows.get(bed.room).root) : [empty]);
  }

  im.simulatorRooms = { mount, refresh };
})(window.InfusionMonitor);
