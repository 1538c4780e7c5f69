// Putting patients into rooms, one or a whole scenario; saving what was driven; stopping all; emptying the ward.
"use strict";

(function (im) {
  const t = im.t;
  const MOST_ROOMS = 24;

  let start = null;
  let ends = null;

  function field(label, input) {
    const root = im.el("label", "sim-field", im.el("span", "sim-label", label), input);
    return { root, input };
  }

  function input(type, name, given) {
    const made = im.el(type === "select" ? "select" : "input", "sim-input");
    if (type !== "select") made.type = type;
    made.dataset.field = name;
    made.autocomplete = "off";
    Object.assign(made, given);
    return made;
  }

  function button(text, kind, action, press) {
    const made = im.el("button", `button ${kind}`.trim(), text);
    made.type = "button";
    made.dataset.action = action;
    made.addEventListener("click", press);
    return made;
  }

  function mountStart(place) {
    start = { busy: false, scenarios: "", place };
    const f = {
      scenario: field(t("Scenario"), input("select", "scenario", {})),
      room: field(t("Room"), input("text", "room", { maxLength: 60, value: "1" })),
      patient: field(t("Patient of the scenario"), input("select", "place", {})),
      count: field(t("How many"), input("number", "count", { min: 1, max: MOST_ROOMS, value: 1 })),
      seed: field(t("Seed"), input("number", "seed", { min: 0, value: 1 })),
      speed: field(t("Speed"), input("number", "speed", { min: 1, max: 60, value: 1 })),
      minute: field(t("Begin at minute"), input("number", "into_infusion_min", { min: -240, max: 600, step: "any", placeholder: t("as written") })),
    };
    start.fields = f;
    const session = input("checkbox", "session", { checked: true });
    session.className = "sim-check";
    start.session = session;
    const check = im.el("label", "sim-check-field", session, t("Start a session in the patient's phase"));
    start.one = button(t("Start in this room"), "primary", "start-one", () => begin([roomWish()]));
    start.many = button("", "primary", "start-many", () => begin(manyWishes()));
    start.manyText = im.textIn(start.many);
    start.told = im.textIn(im.el("p", "sim-told"));
    start.told.parentNode.setAttribute("role", "status");
    const both = im.el("div", "sim-fields", f.scenario.root, f.seed.root, f.speed.root);
    const one = group(t("One room"), im.el("div", "sim-fields", f.room.root, f.patient.root, f.minute.root), start.one);
    const many = group(t("Several rooms"), im.el("div", "sim-fields", f.count.root), start.many);
    const summary = im.el("summary", "sim-summary", t("Start patients"));
    start.details = im.el("details", "panel sim-details", summary, both, check, im.el("div", "sim-groups", one, many));
    start.known = im.el("datalist");
    start.known.id = "simulator-known-rooms";
    f.room.input.setAttribute("list", start.known.id);
    for (const one of [f.room, f.count, f.seed, f.speed]) one.input.required = true;
    start.details.append(start.known);
    start.details.addEventListener("toggle", proposeRoom);
    f.scenario.input.addEventListener("change", scenarioChosen);
    f.count.input.addEventListener("input", countChanged);
    place.replaceChildren(start.details, start.told.parentNode);
    countChanged();
  }

  function group(heading, ...parts) {
    const root = im.el("fieldset", "sim-group", im.el("legend", "side-title", heading), ...parts);
    return root;
  }

  function mountEnds(place) {
    ends = { place, clearing: false };
    ends.save = button("", "", "save", save);
    ends.saveText = im.textIn(ends.save);
    ends.stop = button(t("Stop all"), "", "stop-all", stopAll);
    ends.clear = button(t("Clear the ward"), "danger", "clear", () => askToClear(true));
    ends.told = im.textIn(im.el("p", "sim-told"));
    ends.told.parentNode.setAttribute("role", "status");
    ends.question = im.textIn(im.el("p", "sim-question"));
    ends.sure = button(t("Clear the ward now"), "danger", "clear-now", clear);
    ends.keep = button(t("Keep it"), "", "keep", () => askToClear(false));
    ends.asking = im.el("div", "sim-asking", ends.question.parentNode, im.el("div", "sim-buttons", ends.keep, ends.sure));
    ends.asking.setAttribute("role", "alertdialog");
    ends.asking.setAttribute("aria-label", t("Clear the ward"));
    ends.asking.hidden = true;
    ends.asking.addEventListener("keydown", (event) => event.key === "Escape" && askToClear(false));
    ends.usual = im.el("div", "sim-buttons", ends.save, ends.stop, ends.clear);
    place.replaceChildren(ends.usual, ends.asking, ends.told.parentNode);
  }

  function unmount() {
    start = ends = null;
  }

  const scenario = () => im.desk.state.scenarios.find((one) => one.name === start.fields.scenario.input.value) || null;

  function options(select, pairs) {
    select.replaceChildren(...pairs.map(([value, text]) => {
      const option = im.el("option", null, text);
      option.value = String(value);
      return option;
    }));
  }

  function scenarioChosen() {
    const chosen = scenario();
    if (!chosen) return;
    options(start.fields.patient.input, chosen.places.map((place, n) => [n, t("{n}: {phase}", { n: place.name, phase: im.phaseWord(place.phase) })]));
    start.fields.count.input.value = Math.min(chosen.places.length, MOST_ROOMS);
    countChanged();
  }

  function countChanged() {
    const n = Math.round(Number(start.fields.count.input.value)) || 0;
    im.setText(start.manyText, n === 1 ? t("Set up 1 room") : t("Set up {n} rooms", { n }));
    start.many.disabled = start.busy || n < 1 || n > MOST_ROOMS;
  }

  function common() {
    const { scenario: which, seed, speed } = start.fields;
    return { scenario: which.input.value, seed: Number(seed.input.value), speed: Number(speed.input.value), session: start.session.checked };
  }

  function roomWish() {
    const { room, patient, minute } = start.fields;
    const written = minute.input.value.trim();
    return { ...common(), room: room.input.value.trim(), place: Number(patient.input.value), into_infusion_min: written === "" ? null : Number(written) };
  }

  function manyWishes() {
    const count = Math.round(Number(start.fields.count.input.value));
    return freeRooms(count).map((room, place) => ({ ...common(), room, place, into_infusion_min: null }));
  }

  // Rooms without a session and without a simulated patient first, then numbers that no room has.
  function freeRooms(count) {
    const running = new Set(im.desk.state.beds.filter((bed) => bed.running).map((bed) => bed.room));
    const rooms = Array.from(im.model.rooms.values());
    const free = rooms.filter((room) => !room.session && !running.has(room.name)).map((room) => room.name);
    const taken = new Set(rooms.map((room) => room.name));
    for (let n = 1; free.length < count; n += 1) if (!taken.has(String(n)) && !running.has(String(n))) free.push(String(n));
    return free.slice(0, count).sort((one, other) => one.localeCompare(other, undefined, { numeric: true }));
  }

  // One room after another: what is done already stays when one is refused.
  async function begin(wishes) {
    if (start.busy || !isFilled()) return;
    busy(true);
    let done = 0;
    let refusal = "";
    for (const wish of wishes) {
      tell(start, t("{room}: {n} of {m}…", { room: im.roomTitle(wish.room), n: done + 1, m: wishes.length }));
      const answer = await im.desk.order("set-up", wish);
      if (!start) return;
      if (!answer.ok) {
        refusal = t("{room}: {why}", { room: im.roomTitle(wish.room), why: answer.message });
        break;
      }
      done += 1;
      im.simulator.choose(wish.room, { unlessChosen: wishes.length > 1 });
    }
    busy(false);
    proposeRoom();
    const words = wishes.length > 1 ? t("{n} of {m} rooms set up.", { n: done, m: wishes.length }) : refusal ? "" : t("{room} is set up.", { room: im.roomTitle(wishes[0].room) });
    // What is there now is what is looked at next.
    if (!refusal) start.details.open = false;
    tell(start, [words, refusal].filter(Boolean).join(" "), refusal !== "");
  }

  // The next room in which nobody is; the ward's other rooms are offered while a name is typed.
  function proposeRoom() {
    if (!start || !im.model.ready) return;
    const [room] = freeRooms(1);
    start.fields.room.input.value = room;
    const names = Array.from(im.model.rooms.values(), (one) => one.name);
    options(start.known, Array.from(new Set([room, ...names]), (name) => [name, ""]));
  }

  // What the browser itself finds wrong with a field, it says there.
  const isFilled = () => Array.from(start.details.querySelectorAll("input")).every((one) => one.reportValidity());

  function busy(is) {
    start.busy = is;
    start.one.disabled = is;
    countChanged();
  }

  function tell(where, words, isTrouble) {
    im.setText(where.told, words);
    im.setAttr(where.told.parentNode, "data-trouble", isTrouble ? "true" : null);
  }

  async function save() {
    const title = t("Driven by hand, {when}", { when: `${new Date().toISOString().slice(0, 10)} ${im.clock.timeOfDay(im.clock.now())}` });
    const answer = await im.desk.order("record", { title });
    if (!ends) return;
    if (!answer.ok) {
      tell(ends, answer.message, true);
      return;
    }
    download(answer.name.endsWith(".toml") ? answer.name : `${answer.name}.toml`, answer.toml);
    tell(ends, t("Saved. Rooms: {n}, events: {m}.", { n: answer.rooms, m: answer.events }));
  }

  function download(name, text) {
    const link = im.el("a");
    link.href = URL.createObjectURL(new Blob([text], { type: "application/toml" }));
    link.download = name;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10000);
  }

  async function stopAll() {
    let refusal = "";
    for (const bed of im.desk.state.beds.filter((one) => one.running)) {
      const answer = await im.desk.order("stop", { room: bed.room });
      if (!answer.ok) refusal = t("{room}: {why}", { room: im.roomTitle(bed.room), why: answer.message });
    }
    if (ends) tell(ends, refusal || t("All patients are stopped. Their sessions stay open."), refusal !== "");
  }

  function askToClear(is) {
    const rooms = Array.from(im.model.rooms.values());
    const sessions = rooms.filter((room) => room.session).length;
    im.setText(ends.question, t("Sessions that end: {n}. Rooms taken out of use with their simulated devices: {m}. What is on record stays there.", { n: sessions, m: rooms.length }));
    ends.asking.hidden = !is;
    ends.usual.hidden = is;
    (is ? ends.keep : ends.clear).focus();
  }

  async function clear() {
    ends.sure.disabled = ends.keep.disabled = true;
    tell(ends, t("Clearing the ward…"));
    const answer = await im.desk.order("clear", {});
    if (!ends) return;
    ends.sure.disabled = ends.keep.disabled = false;
    askToClear(false);
    const words = answer.ok ? t("The ward is clear. Sessions ended: {n}, devices revoked: {m}, rooms taken out of use: {k}.", { n: answer.sessions, m: answer.devices, k: answer.rooms }) : answer.message;
    tell(ends, words, !answer.ok);
  }

  function saveWords(state, n) {
    if (!state.known) return t("Save all rooms as a scenario file");
    return n === 1 ? t("Save all rooms as a scenario file (1 event)") : t("Save all rooms as a scenario file ({n} events)", { n });
  }

  function paint() {
    const { state } = im.desk;
    const names = state.scenarios.map((one) => one.name).join(" ");
    if (names && names !== start.scenarios) {
      start.scenarios = names;
      options(start.fields.scenario.input, state.scenarios.map((one) => [one.name, `${one.name} – ${one.title}`]));
      if (state.scenarios.some((one) => one.name === "ward")) start.fields.scenario.input.value = "ward";
      scenarioChosen();
      if (!state.beds.length) start.details.open = true;
    }
    const events = state.beds.reduce((sum, bed) => sum + bed.events, 0);
    im.setText(ends.saveText, saveWords(state, events));
    const running = state.beds.some((bed) => bed.running);
    ends.save.disabled = ends.stop.disabled = !running;
    ends.clear.disabled = !state.known;
    if (!start.busy) start.one.disabled = !state.known;
    if (!state.known) start.many.disabled = true;
    else countChanged();
  }

  im.simulatorForms = { mountStart, mountEnds, unmount, paint };
})(window.InfusionMonitor);
