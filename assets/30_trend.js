// The small trend of a tile: its last fifteen minutes. Gaps are gaps; late points are drawn faint.
"use strict";

(function (im) {
  // Where no number's frame comes to draw with: what was due that long, and then until the next few.
  const ALONE_AFTER_MS = 1200;
  const AFTER_MS = 60;
  const BUDGET_MS = 3;
  const FRAME_BUDGET_MS = 1;
  const SVG = "http://www.w3.org/2000/svg";
  const SCALES = { spo2: { low: 80, high: 100, top: 0.02, bottom: 0.4 }, other: { low: 40, high: 200, top: 0.24, bottom: 0.98 } };
  const dirty = new Set();
  // Those whose numbers have just been written.
  const numbered = new Set();
  let timer = null;
  let timerAt = Infinity;

  // Drawn as paths, in the colours of the style sheet: a canvas is a layer of its own, and the browser hands every canvas
  // of the page on with every frame of any of them.
  function create(svg) {
    const trend = { svg, paths: new Map(), room: null, width: 0, height: 0, drawnAt: 0 };
    return trend;
  }

  function forget(trend) {
    dirty.delete(trend);
    numbered.delete(trend);
  }

  // A room's model is another one after each snapshot.
  function show(trend, room) {
    if (trend.room === room) return;
    trend.room = room;
    trend.drawnAt = -Infinity;
    redraw(trend);
  }

  function resize(trend, width, height) {
    trend.width = width;
    trend.height = height;
    trend.svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
    setPath(trend, "grid", grid(width, height));
    trend.drawnAt = -Infinity;
    redraw(trend);
  }

  function redraw(trend) {
    dirty.add(trend);
    // One that was never drawn is an empty place.
    schedule(trend.drawnAt === -Infinity ? AFTER_MS : ALONE_AFTER_MS);
  }

  // With the frame that its tile's new number is drawn in.
  function redrawWithNumber(trend) {
    numbered.add(trend);
    redraw(trend);
  }

  function schedule(ms) {
    const at = performance.now() + ms;
    if (at >= timerAt || document.hidden) return;
    clearTimeout(timer);
    timerAt = at;
    timer = setTimeout(drawSome, ms);
  }
  document.addEventListener("visibilitychange", () => dirty.size && schedule(AFTER_MS));

  // How long nothing changes that could be seen: the time of one pixel.
  const pixelMs = (trend) => im.model.TREND_MS / Math.max(1, trend.width) / im.clock.speed();

  // Each when it has moved by a pixel and waited so long since, and no more than the time allows.
  function drawDue(trends, waited, budget) {
    const began = performance.now();
    for (const trend of trends) {
      if (began - trend.drawnAt < pixelMs(trend) + waited) continue;
      dirty.delete(trend);
      trend.drawnAt = began;
      draw(trend);
      if (performance.now() - began > budget) return;
    }
  }

  // In a frame that a number has asked for: a drawing between two of them costs the page a frame of its own, and one on
  // another tile a second picture of a tile in this.
  function drawWithFrame() {
    drawDue(numbered, 0, FRAME_BUDGET_MS);
    numbered.clear();
  }

  function drawSome() {
    timerAt = Infinity;
    drawDue(dirty, ALONE_AFTER_MS, BUDGET_MS);
    if (dirty.size) schedule(isAnyLate() ? AFTER_MS : ALONE_AFTER_MS);
  }

  function isAnyLate() {
    const now = performance.now();
    for (const trend of dirty) if (now - trend.drawnAt >= pixelMs(trend) + ALONE_AFTER_MS) return true;
    return false;
  }

  function draw(trend) {
    const { room, width, height } = trend;
    if (!width || !height || !room) return;
    const now = im.clock.now();
    const across = (at) => width * (1 - (now - at) / im.model.TREND_MS);
    const drawn = {
      nibp: pressures(room.trend.nibp || [], across, height),
      spo2: line(room.trend.spo2 || [], across, height, SCALES.spo2),
      pulse_rate: line(room.trend.pulse_rate || [], across, height, SCALES.other),
    };
    for (const [metric, parts] of Object.entries(drawn))
      for (const [part, steps] of Object.entries(parts)) setPath(trend, `${metric} ${part}`, steps.join(""));
  }

  function setPath(trend, name, d) {
    let path = trend.paths.get(name);
    if (!path) {
      if (!d) return;
      path = document.createElementNS(SVG, "path");
      path.setAttribute("class", `trend-${name.replace(" ", " is-")}`);
      trend.paths.set(name, path);
      trend.svg.append(path);
    }
    im.setAttr(path, "d", d);
  }

  function down(value, scale, height) {
    const part = (Math.min(Math.max(value, scale.low), scale.high) - scale.low) / (scale.high - scale.low);
    return height * (scale.bottom - part * (scale.bottom - scale.top));
  }

  const px = (length) => Math.round(length * 10) / 10;
  const square = (x, y) => `M${px(x - 2)} ${px(y - 2)}h4v4h-4z`;

  function grid(width, height) {
    let steps = "";
    for (const part of [1 / 3, 2 / 3]) steps += `M${Math.round(width * part) + 0.5} 0V${height}`;
    return steps;
  }

  function pressures(points, across, height) {
    const parts = { now: [], late: [], mark: [], latemark: [] };
    for (const [, , at, , , systolic, diastolic, mean, , late] of points) {
      const x = across(at);
      if (x < 0) continue;
      if (systolic !== null && diastolic !== null) {
        const [top, bottom] = [systolic, diastolic].map((value) => px(down(value, SCALES.other, height)));
        parts[late ? "late" : "now"].push(`M${px(x)} ${top}V${bottom}`);
      } else if (mean !== null) {
        parts[late ? "latemark" : "mark"].push(square(x, down(mean, SCALES.other, height)));
      }
    }
    return parts;
  }

  // The longest silence that still counts as one unbroken line: a little over the metric's usual interval.
  function longestStep(points) {
    const steps = [];
    for (let i = Math.max(1, points.length - 30); i < points.length; i += 1) steps.push(points[i][2] - points[i - 1][2]);
    steps.sort((one, other) => one - other);
    // A snapshot brings a point each four seconds at most.
    return Math.max(6000, 2.5 * (steps[steps.length >> 1] || 0));
  }

  function line(points, across, height, scale) {
    const longest = longestStep(points);
    const parts = { now: [], late: [], mark: [] };
    let before = null;
    let wasLate = 0;
    for (const [, , at, , value, , , , , late, source] of points) {
      const x = across(at);
      if (x < 0) continue;
      if (value === null) {
        before = null;
        continue;
      }
      const y = down(value, scale, height);
      // What a person read is a mark of its own, never a part of the device's line.
      if (source === "manual") {
        parts.mark.push(square(x, y));
        continue;
      }
      const isOn = before !== null && late === wasLate && at - before <= longest;
      // A lone point would be an invisible line of no length.
      parts[late ? "late" : "now"].push(isOn ? `L${px(x)} ${px(y)}` : `M${px(x - 0.75)} ${px(y)}h1.5`);
      before = at;
      wasLate = late;
    }
    return parts;
  }

  im.trend = { create, forget, show, resize, redraw, redrawWithNumber, drawWithFrame };
})(window.InfusionMonitor);
