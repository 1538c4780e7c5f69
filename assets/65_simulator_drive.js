// Driving by hand: a slider for each vital sign, buttons for everything else, and what has been done.
"use strict";

(function (im) {
  const t = im.t;
  const SETTLE_MS = 400;
  const LEAD_MS = 5000;
  const OVER_S = [0, 10, 30, 60];

  let view = null;

  // `act(event)` sends one event to the chosen room.
  function mount(places, act) {
    view = { act, room: null, log: places.log, logged: "" };
    view.over = overChoice();
    const head = im.el("div", "drive-vitals-head", im.el("h2", "side-title", t("Drive a vital sign")), overField());
    view.vitals = im.simulated.VITALS.map(vitalRow);
    places.vitals.replaceChildren(head, ...view.vitals.map((one) => one.root));
    places.cuff.replaceChildren(...cuffSays());
    view.deeds = Array.from(places.page.querySelectorAll("[data-event], .cuff-says :is(button, input)"));
  }

  function unmount() {
    if (view) for (const one of view.vitals) clearTimeout(one.timer);
    view = null;
  }

  function overChoice() {
    const select = im.el("select", "sim-input");
    select.id = "simulator-over";
    for (const n of OVER_S) {
      const option = im.el("option", null, n ? t("within {n} s", { n }) : t("at once"));
      option.value = String(n);
      select.append(option);
    }
    select.value = "10";
    return select;
  }

  function overField() {
    const label = im.el("label", "sim-inline", t("The value is reached"), view.over);
    label.htmlFor = view.over.id;
    return label;
  }

  function vitalRow(vital) {
    const one = { vital, timer: null, sent: null, sentAt: 0 };
    one.now = im.textIn(im.el("output", "vital-now"));
    one.range = numberInput("range", vital, t("{vital}: drive to", { vital: vital.label() }));
    one.number = numberInput("number", vital, t("{vital}: value to drive to", { vital: vital.label() }));
    one.range.addEventListener("input", () => moved(one, one.range.value, SETTLE_MS));
    one.number.addEventListener("change", () => moved(one, one.number.value, 0));
    one.hold = button(t("Hold"), t("Hold {vital} where it is", { vital: vital.label() }), () => hold(one));
    one.release = button(t("Release"), t("Release {vital}", { vital: vital.label() }), () => release(one));
    const name = im.el("span", "vital-name", vital.label(), " ", im.el("small", null, vital.unit));
    one.root = im.el("div", "vital-row", name, one.now.parentNode, one.range, one.number, one.hold, one.release);
    one.root.dataset.vital = vital.name;
    return one;
  }

  function numberInput(type, vital, label) {
    const input = im.el("input", type === "range" ? "vital-range" : "sim-input vital-number");
    Object.assign(input, { type, min: vital.low, max: vital.high, step: 1 });
    input.setAttribute("aria-label", label);
    return input;
  }

  function button(text, label, press) {
    const made = im.el("button", "button", text);
    made.type = "button";
    made.setAttribute("aria-label", label);
    made.addEventListener("click", press);
    return made;
  }

  // The hand leads: until what it has set is in force, nothing else moves the slider; what never comes into force gives way.
  function lead(one, to) {
    one.sent = to;
    one.sentAt = im.clock.elapsed();
    place(one, to);
  }

  const isLed = (one) => one.sent !== null && (one.timer !== null || im.clock.elapsed() - one.sentAt < LEAD_MS);

  function moved(one, written, wait) {
    const value = Number(written);
    if (written === "" || !Number.isFinite(value)) return;
    const to = Math.min(one.vital.high, Math.max(one.vital.low, Math.round(value)));
    lead(one, to);
    clearTimeout(one.timer);
    one.timer = setTimeout(() => drive(one, to, Number(view.over.value)), wait);
  }

  async function drive(one, to, over) {
    one.timer = null;
    const room = view.room;
    const done = await view.act({ do: "drive", vital: one.vital.name, to, over_s: over });
    if (!done && view && view.room === room) one.sent = null;
  }

  function hold(one) {
    const bed = im.desk.bed(view.room);
    if (!bed || !bed.vitals) return;
    lead(one, Math.round(bed.vitals[one.vital.name]));
    drive(one, one.sent, 0);
  }

  function release(one) {
    clearTimeout(one.timer);
    one.timer = one.sent = null;
    view.act({ do: "release", vital: one.vital.name, over_s: Number(view.over.value) });
  }

  function place(one, value) {
    one.range.value = value;
    if (document.activeElement !== one.number) one.number.value = value;
    one.range.style.setProperty("--part", String((value - one.vital.low) / (one.vital.high - one.vital.low)));
  }

  function cuffSays() {
    const make = (name, value, label) => {
      const input = im.el("input", "sim-input");
      Object.assign(input, { type: "number", min: 0, max: 300, step: 1, value });
      input.setAttribute("aria-label", label);
      input.dataset.cuff = name;
      return input;
    };
    const systolic = make("systolic", 195, t("Systolic of the next cuff, mmHg"));
    const diastolic = make("diastolic", 115, t("Diastolic of the next cuff, mmHg"));
    const press = im.el("button", "button deed", t("Next cuff says"));
    press.type = "button";
    press.addEventListener("click", () => view.act({ do: "cuff_says", systolic: Number(systolic.value), diastolic: Number(diastolic.value) }));
    return [press, systolic, im.el("span", null, "/"), diastolic];
  }

  function paint(bed) {
    if (view.room !== bed.room) {
      view.room = bed.room;
      for (const one of view.vitals) {
        clearTimeout(one.timer);
        one.timer = one.sent = null;
      }
    }
    for (const one of view.vitals) paintVital(one, bed);
    for (const deed of view.deeds) paintDeed(deed, bed);
    paintLog(bed);
  }

  function paintVital(one, bed) {
    const { name } = one.vital;
    const driven = bed.running && name in bed.driven ? Math.round(bed.driven[name]) : null;
    im.setText(one.now, im.simulated.rounded(bed, name));
    if (!isLed(one) || (driven === one.sent && one.timer === null)) one.sent = null;
    im.setAttr(one.root, "data-driven", driven !== null ? "true" : null);
    setDisabled(one, !bed.running, driven === null && one.sent === null);
    if (one.sent !== null || document.activeElement === one.number) return;
    if (driven !== null) place(one, driven);
    else if (!bed.vitals) one.number.value = "";
    else if (document.activeElement !== one.range) place(one, Math.round(bed.vitals[name]));
  }

  function setDisabled(one, isStopped, isFree) {
    for (const input of [one.range, one.number, one.hold]) input.disabled = isStopped;
    // A button that has the focus keeps it: what it undid may be driven again at once.
    one.release.disabled = (isStopped || isFree) && document.activeElement !== one.release;
  }

  const holding = { probe: (bed) => bed.probe, frozen: (bed) => String(bed.frozen), network: (bed) => bed.network, clock: (bed) => String(Math.round(bed.clock_error_ms)) };

  function paintDeed(deed, bed) {
    deed.disabled = !bed.running;
    if (!deed.dataset.holds) return;
    const [part, value] = deed.dataset.holds.split("=");
    im.setAttr(deed, "aria-pressed", String(holding[part](bed) === value));
  }

  // Newest first; rows are made anew only when something was done.
  function paintLog(bed) {
    const newest = bed.log.length ? bed.log[bed.log.length - 1].at_ms : 0;
    const key = `${bed.room} ${bed.events} ${newest}`;
    if (key === view.logged) return;
    view.logged = key;
    const rows = bed.log.slice().reverse().map((done) => {
      const at = im.el("time", "log-at", im.clock.timeOfDay(done.at_ms, true));
      return im.el("li", null, at, im.el("span", null, im.simulated.deedWords(done.event)));
    });
    view.log.replaceChildren(...(rows.length ? rows : [im.el("li", "log-none", t("Nothing yet."))]));
  }

  function forget() {
    if (!view) return;
    for (const one of view.vitals) {
      im.setText(one.now, "–");
      one.number.value = "";
      im.setAttr(one.root, "data-driven", null);
      setDisabled(one, true, true);
    }
    for (const deed of view.deeds) deed.disabled = true;
  }

  im.simulatorDrive = { mount, unmount, paint, forget };
})(window.InfusionMonitor);
