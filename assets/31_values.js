// One number on the screen: its text, its age, whether it may still be believed, and the alarm on it.
"use strict";

(function (im) {
  const t = im.t;
  const METRICS = ["pulse_rate", "spo2", "nibp"];

  function plain(value) {
    const rounded = Math.round(value * 10) / 10;
    const text = String(rounded);
    return im.language() === "nb" ? text.replace(".", ",") : text;
  }

  function textOf(metric, value) {
    if (!value) return "--";
    if (metric !== "nibp") return value.value === null ? "--" : plain(value.value);
    if (value.systolic === null || value.diastolic === null) return "--";
    return `${plain(value.systolic)}/${plain(value.diastolic)}`;
  }

  const label = {
    pulse_rate: () => t("Pulse"),
    spo2: () => t("SpO₂ %"),
    nibp: () => t("BP mmHg"),
  };

  const statusWords = {
    sensor_off: () => t("sensor off"),
    no_signal: () => t("no signal"),
    cuff_error: () => t("cuff error"),
    low_perfusion: () => t("low perfusion"),
    motion: () => t("motion"),
    demo: () => t("demo value"),
  };

  // Builds the cell; a cuff's has the mean pressure beside the number.
  function create(metric) {
    const cell = im.el("div", `value value-${metric}`);
    const caption = im.el("div", "value-caption");
    const name = im.textIn(im.el("span", "value-name"), label[metric]());
    caption.append(name.parentNode);
    const note = im.textIn(im.el("span", "value-note"));
    caption.append(note.parentNode);
    const figures = im.el("div", "value-figures");
    const number = im.el("span", "value-number");
    number.dataset.metric = metric;
    const text = im.textIn(number);
    figures.append(number);
    let mean = null;
    if (metric === "nibp") {
      mean = im.textIn(im.el("span", "value-mean"));
      figures.append(mean.parentNode);
    }
    cell.append(caption, figures);
    return { metric, cell, number, text, name, note, noteBox: note.parentNode, mean, others: "", meanWords: (words) => `(${words})`, stale: null, status: null, worst: null };
  }

  // Writes what differs from what stands there. Returns whether the number is stale.
  function paint(view, room, now, feedLost) {
    const value = im.model.shown(room, view.metric, now);
    const text = textOf(view.metric, value);
    if (view.text.data !== text) {
      view.text.data = text;
      view.number.classList.toggle("value-none", text === "--");
    }
    if (view.mean) im.setText(view.mean, value && value.mean !== null ? view.meanWords(plain(value.mean)) : "");
    const stale = isStale(value, now, feedLost);
    if (stale !== view.stale) {
      view.stale = stale;
      im.setAttr(view.number, "data-stale", String(stale));
      im.setAttr(view.cell, "data-stale", String(stale));
      view.status = null;
    }
    const others = othersOf(view, room, value, now);
    const status = value ? `${value.status} ${value.from} ${others}` : "none";
    if (status !== view.status) {
      view.status = status;
      view.others = others;
      im.setAttr(view.cell, "data-differs", others ? "true" : null);
      writeNote(view, room, value, now);
    }
    return stale;
  }

  // A cuff value of a feed that fell silent is struck with it; what a person entered stands by its own age.
  function isStale(value, now, feedLost) {
    if (!value) return feedLost;
    return im.model.isStale(value, now) || (feedLost && value.source !== "manual");
  }

  // The words beside the name: how old, how marked, by whom. Refreshed once a second and when staleness changes.
  function paintNote(view, room, now) {
    const value = im.model.shown(room, view.metric, now);
    writeNote(view, room, value, now);
  }

  function writeNote(view, room, value, now) {
    const words = view.others ? ageOf(view, value, now) : noteOf(view, value, now);
    const note = view.others ? `≠ ${view.others} · ${words} · ${sourceName(room, value)}` : words;
    im.setText(view.note, note);
    const title = view.others ? t("The worst of several sources: {source}, {age}. The others: {others}",
      { source: sourceName(room, value), age: im.clock.age(now - value.at), others: view.others }) : null;
    im.setAttr(view.noteBox, "title", title);
  }

  const sourceName = (room, value) => (value.source === "manual" ? t("by hand") : room.sources[value.from] || value.from);

  // What other sources say now where they differ from the one that is shown.
  function othersOf(view, room, value, now) {
    const sources = room.values[view.metric];
    if (!value || !sources || sources.size < 2) return "";
    const mine = textOf(view.metric, value);
    const found = im.model.current(room, view.metric, now).map((one) => textOf(view.metric, one));
    return Array.from(new Set(found)).filter((text) => text !== mine).join(", ");
  }

  // What stands on the number now as somebody would say it; nothing while it is struck or there is none.
  function spoken(room, metric, now) {
    const value = im.model.shown(room, metric, now);
    const text = textOf(metric, value);
    return text === "--" || isStale(value, now, isFeedLost(room, now)) ? "" : text;
  }

  function ageOf(view, value, now) {
    if (view.stale && value.staleAfter !== null) return t("stale {age}", { age: im.clock.age(now - value.receivedAt) });
    return im.clock.age(now - value.at);
  }

  function noteOf(view, value, now) {
    if (!value) return view.stale ? t("no data") : "";
    const parts = [ageOf(view, value, now)];
    if (view.stale && value.staleAfter !== null) return parts[0];
    if (value.status !== "ok" && statusWords[value.status]) parts.unshift(statusWords[value.status]());
    if (value.source === "manual") parts.unshift(t("by hand"));
    return parts.join(" · ");
  }

  // The worst alarm whose condition holds colours its number; its words stand in the strip and in the list.
  function paintAlarm(view, alarms) {
    const alarm = alarms.find((one) =>
      one.metric === view.metric && one.type === "physiological" && one.state !== "latched");
    const worst = alarm ? alarm.priority : null;
    if (worst === view.worst) return;
    view.worst = worst;
    im.setAttr(view.cell, "data-worst", worst);
  }

  // Whether every continuous value of the room has gone silent: then its cuff value is no live one either.
  function isFeedLost(room, now) {
    if (!room.session) return false;
    let any = false;
    for (const metric of ["pulse_rate", "spo2"]) {
      for (const value of room.values[metric] ? room.values[metric].values() : []) {
        if (value.staleAfter === null) continue;
        any = true;
        if (!im.model.isStale(value, now)) return false;
      }
    }
    return any || im.watchdog.connection() === "lost" || (room.devices.length > 0 && !hasAny(room));
  }

  function hasAny(room) {
    return Object.values(room.values).some((sources) => sources.size > 0);
  }

  im.values = { METRICS, create, paint, paintNote, paintAlarm, isFeedLost, label, plain, textOf, spoken };
})(window.InfusionMonitor);
