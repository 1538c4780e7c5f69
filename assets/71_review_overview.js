// The whole session in one low band, with the shown stretch as a window that can be moved by hand or by keys.
"use strict";

(function (im) {
  const STEP_MIN = 1;
  const PAGE_MIN = 10;
  const SHORTEST_MIN = 0.5;
  const SVG = "http://www.w3.org/2000/svg";

  let band = null;

  function mount(element, graph, zoom) {
    const ends = graph.layout.meta.whole;
    const frame = im.el("div", "overview-frame");
    const pane = im.el("div", "overview-window");
    band = { element, graph, zoom, ends, frame, pane, range: ends, grips: [grip(0, im.t("Shown from")), grip(1, im.t("Shown to"))] };
    frame.append(curve(graph, ends), ...ticks(graph, ends), pane, ...band.grips);
    frame.addEventListener("pointerdown", press);
    element.replaceChildren(frame);
    show(ends);
  }

  function unmount() {
    band = null;
  }

  function grip(end, label) {
    const handle = im.el("div", "overview-grip");
    handle.tabIndex = 0;
    handle.setAttribute("role", "slider");
    handle.setAttribute("aria-label", label);
    handle.dataset.end = String(end);
    handle.addEventListener("keydown", (event) => moveByKey(event, end));
    return handle;
  }

  function show(range) {
    if (!band) return;
    band.range = range;
    const [left, right] = range.map(share);
    band.pane.style.left = `${left}%`;
    band.pane.style.width = `${right - left}%`;
    band.grips.forEach((handle, end) => {
      const minute = range[end];
      handle.style.left = `${share(minute)}%`;
      handle.setAttribute("aria-valuemin", String(Math.round(band.ends[0])));
      handle.setAttribute("aria-valuemax", String(Math.round(band.ends[1])));
      handle.setAttribute("aria-valuenow", String(Math.round(minute * 10) / 10));
      handle.setAttribute("aria-valuetext", im.t("{n} min", { n: Math.round(minute * 10) / 10 }));
    });
  }

  const share = (minute) => (100 * (minute - band.ends[0])) / (band.ends[1] - band.ends[0]);

  // The pulse as Plotly has decoded it; where there is none, the first line that there is.
  function curve(graph, ends) {
    const svg = document.createElementNS(SVG, "svg");
    svg.setAttribute("viewBox", "0 0 1000 100");
    svg.setAttribute("preserveAspectRatio", "none");
    svg.setAttribute("aria-hidden", "true");
    const lines = graph._fullData.filter((trace) => trace.meta && trace.meta.part === "line" && trace.x.length);
    const line = lines.find((trace) => trace.meta.metric === "pulse_rate") || lines[0];
    if (!line) return svg;
    const values = Array.from(line.y).filter(Number.isFinite);
    const low = Math.min(...values);
    const span = Math.max(...values) - low || 1;
    let path = "";
    let isBroken = true;
    Array.from(line.x).forEach((minute, place) => {
      const value = line.y[place];
      if (!Number.isFinite(value)) {
        isBroken = true;
        return;
      }
      const x = (1000 * (minute - ends[0])) / (ends[1] - ends[0]);
      path += `${isBroken ? "M" : "L"}${x.toFixed(1)} ${(88 - (76 * (value - low)) / span).toFixed(1)}`;
      isBroken = false;
    });
    const drawn = document.createElementNS(SVG, "path");
    drawn.setAttribute("d", path);
    drawn.setAttribute("vector-effect", "non-scaling-stroke");
    svg.append(drawn);
    return svg;
  }

  // Where alarms were raised, in the colours of the signs under the axis.
  function ticks(graph, ends) {
    const marks = graph.data.find((trace) => trace.meta && trace.meta.part === "mark");
    if (!marks) return [];
    return marks.x.flatMap((minute, place) => {
      if (!marks.customdata[place][2]) return [];
      const tick = im.el("i", "overview-tick");
      tick.style.left = `${(100 * (minute - ends[0])) / (ends[1] - ends[0])}%`;
      tick.style.background = marks.marker.color[place];
      return [tick];
    });
  }

  function moved(end, minute) {
    const range = band.range.slice();
    if (end === 0) range[0] = Math.max(band.ends[0], Math.min(minute, range[1] - SHORTEST_MIN));
    else range[1] = Math.min(band.ends[1], Math.max(minute, range[0] + SHORTEST_MIN));
    return range;
  }

  function moveByKey(event, end) {
    const steps = { ArrowLeft: -STEP_MIN, ArrowDown: -STEP_MIN, ArrowRight: STEP_MIN, ArrowUp: STEP_MIN, PageDown: -PAGE_MIN, PageUp: PAGE_MIN };
    const ends = { Home: band.ends[0], End: band.ends[1] };
    if (!(event.key in steps) && !(event.key in ends)) return;
    event.preventDefault();
    band.zoom(...moved(end, event.key in ends ? ends[event.key] : band.range[end] + steps[event.key]));
  }

  // A grip moves one end, the window moves whole, a press beside it brings the window there.
  function press(event) {
    const box = band.frame.getBoundingClientRect();
    const minuteAt = (x) => band.ends[0] + ((band.ends[1] - band.ends[0]) * (x - box.left)) / box.width;
    const handle = event.target.closest(".overview-grip");
    const width = band.range[1] - band.range[0];
    const begin = minuteAt(event.clientX);
    const isInside = begin >= band.range[0] && begin <= band.range[1];
    const from = isInside ? band.range[0] : begin - width / 2;
    const move = (at) => {
      const minute = minuteAt(at.clientX);
      if (handle) band.zoom(...moved(Number(handle.dataset.end), minute));
      else band.zoom(from + minute - begin, from + minute - begin + width);
    };
    event.preventDefault();
    if (handle) handle.focus();
    else if (!isInside) move(event);
    band.frame.setPointerCapture(event.pointerId);
    band.frame.addEventListener("pointermove", move);
    const release = () => band && band.frame.removeEventListener("pointermove", move);
    band.frame.addEventListener("pointerup", release, { once: true });
    band.frame.addEventListener("pointercancel", release, { once: true });
  }

  im.reviewOverview = { mount, unmount, show };
})(window.InfusionMonitor);
