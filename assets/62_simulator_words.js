// Words of the simulator: vital signs, the state of a bed, and what was done to it.
"use strict";

(function (im) {
  const t = im.t;

  // In the order in which they stand everywhere; the range is what a hand may drive.
  const VITALS = [
    { name: "pulse_rate", label: () => t("Pulse"), unit: "/min", low: 20, high: 220 },
    { name: "systolic", label: () => t("Systolic"), unit: "mmHg", low: 40, high: 260 },
    { name: "diastolic", label: () => t("Diastolic"), unit: "mmHg", low: 20, high: 160 },
    { name: "spo2", label: () => t("SpO₂"), unit: "%", low: 40, high: 100 },
    { name: "resp_rate", label: () => t("Breathing"), unit: "/min", low: 0, high: 60 },
  ];
  const labelOf = (name) => (VITALS.find((vital) => vital.name === name) || { label: () => name }).label();

  const links = {
    connected: () => t("Connected"),
    connecting: () => t("Connecting…"),
    cut: () => t("Network cut"),
    refused: () => t("Refused"),
  };
  const linkWords = (bed) => (bed.running || bed.link ? (links[bed.link] || (() => String(bed.link)))() : t("Stopped"));

  // Why a patient does not run; what the gateway said of the device stays in its own words.
  const stoppedWords = (bed) => (bed.stopped_because === "stopped by hand" ? t("stopped by hand") : bed.stopped_because || "");

  // A patient's minutes as "patient 12:31 into the infusion": a session's time may be another.
  function patientTime(minutes) {
    const time = im.clock.duration(Math.abs(minutes) * 60000);
    return minutes < 0 ? t("patient {time} before the infusion", { time }) : t("patient {time} into the infusion", { time });
  }

  // Vital signs rounded as a screen shows them; a dash where nothing is known.
  const rounded = (bed, name) => (bed && bed.running && bed.vitals ? String(Math.round(bed.vitals[name])) : "–");
  const pressure = (bed) => `${rounded(bed, "systolic")}/${rounded(bed, "diastolic")}`;

  const seconds = (event) => im.clock.duration((event.for_s || 0) * 1000);
  const lasting = (words, event) => (event.for_s && event.for_s < 86400 ? `${words} · ${seconds(event)}` : words);

  const deeds = {
    drive: (e) => t("{vital} to {value} in {n} s", { vital: labelOf(e.vital), value: e.to, n: e.over_s || 0 }),
    release: (e) => t("{vital} released", { vital: labelOf(e.vital) }),
    airway: () => t("Airway closes"),
    vasovagal: () => t("Faint"),
    panic: () => t("Panic"),
    stimulate: () => t("Speak, lift the chin"),
    reassure: () => t("Reassure"),
    oxygen: (e) => (e.l_per_min ? t("Oxygen {n} l/min", { n: e.l_per_min }) : t("Oxygen off")),
    labetalol: (e) => t("Labetalol {n} mg", { n: e.mg }),
    pump: (e) => (e.rate ? t("Pump on") : t("Pump off")),
    sensor_off: () => t("Probe off"),
    sensor_on: () => t("Probe on"),
    motion: (e) => lasting(t("Motion"), e),
    cuff_now: () => t("Cuff now"),
    cuff_fails: () => t("Next cuff fails"),
    cuff_says: (e) => t("Next cuff says {value}", { value: `${e.systolic}/${e.diastolic}` }),
    stuck: (e) => lasting(t("{vital} stuck", { vital: labelOf(e.metric) }), e),
    freeze: () => t("Freeze"),
    thaw: () => t("Thaw"),
    battery: (e) => t("Battery {n} %", { n: e.percent }),
    device_well: () => t("Device well again"),
    network_cut: () => t("Cut the network"),
    network_back: () => t("Restore it"),
    delay: (e) => lasting(t("Frames {n} s late", { n: e.delay_s }), e),
    duplicates: (e) => lasting(t("Frames twice"), e),
    reorder: (e) => lasting(t("Frames out of order"), e),
    garbage: (e) => lasting(t("Garbage"), e),
    skew: (e) => (e.offset_s ? t("Clock {n} s", { n: (e.offset_s > 0 ? "+" : "−") + Math.abs(e.offset_s) }) : t("Clock right")),
    network_well: () => t("Network well again"),
  };
  const deedWords = (event) => (deeds[event.do] ? deeds[event.do](event) : event.do);

  im.simulated = { VITALS, linkWords, stoppedWords, patientTime, rounded, pressure, deedWords };
})(window.InfusionMonitor);
