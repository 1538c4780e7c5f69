// The small trend of a tile: the last fifteen minutes on a canvas. Gaps are gaps; late points are drawn faint.
"use strict";

(function (im) {
  // Where no number's frame comes to draw with, and then until the next few.
  const ALONE_AFTER_MS = 700;
  const AFTER_MS = 60;
  const BUDGET_MS = 3;
  const FRAME_BUDGET_MS = 1;
  const SCALES = { spo2: { low: 80, high: 100, top: 0.02, bottom: 0.4 }, other: { low: 40, high: 200, top: 0.24, bottom: 0.98 } };
  const dirty = new Set();
  let waiting = false;
  let colours = null;

  function palette() {
    if (colours) return colours;
    const style = getComputedStyle(document.documentElement);
    const colour = (name) => style.getPropertyValue(name).trim();
    colours = {
      pulse_rate: colour("--pulse"), spo2: colour("--spo2"), nibp: colour("--pressure-bar"), grid: colour("--trend-grid"),
    };
    return colours;
  }
  new MutationObserver(() => {
    colours = null;
    for (const trend of all) {
      trend.drawnAt = -Infinity;
      redraw(trend);
    }
  }).observe(document.documentElement, { attributes: true, attributeFilter: ["data-mantine-color-scheme"] });

  const all = new Set();

  function create(canvas) {
    const trend = { canvas, room: null, width: 0, height: 0, drawnAt: 0 };
    all.add(trend);
    return trend;
  }
  const forget = (trend) => { all.delete(trend); dirty.delete(trend); };

  // A room's model is another one after each snapshot.
  function show(trend, room) {
    if (trend.room === room) return;
    trend.room = room;
    trend.drawnAt = -Infinity;
    redraw(trend);
  }

  function resize(trend, width, height) {
    const ratio = window.devicePixelRatio || 1;
    trend.width = width;
    trend.height = height;
    trend.canvas.width = Math.round(width * ratio);
    trend.canvas.height = Math.round(height * ratio);
    trend.drawnAt = -Infinity;
    redraw(trend);
  }

  // The newest last: it stands on the tile whose number has just been written.
  function redraw(trend) {
    dirty.delete(trend);
    dirty.add(trend);
    schedule(ALONE_AFTER_MS);
  }

  function schedule(ms) {
    if (waiting || document.hidden) return;
    waiting = true;
    setTimeout(drawSome, ms);
  }
  document.addEventListener("visibilitychange", () => dirty.size && schedule(AFTER_MS));

  // How long nothing changes that could be seen: the time of one pixel.
  const pixelMs = (trend) => im.model.TREND_MS / Math.max(1, trend.width) / im.clock.speed();

  // Each when it has moved by a pixel, those given first, and no more than the time allows.
  function drawDue(trends, budget) {
    const began = performance.now();
    for (const trend of trends) {
      if (began - trend.drawnAt < pixelMs(trend)) continue;
      dirty.delete(trend);
      trend.drawnAt = began;
      draw(trend);
      if (performance.now() - began > budget) return;
    }
  }

  // In a frame that a number has asked for: a drawing between two of them costs the page a frame of its own.
  function drawWithFrame() {
    if (dirty.size) drawDue(Array.from(dirty).reverse(), FRAME_BUDGET_MS);
  }

  function drawSome() {
    waiting = false;
    drawDue(dirty, BUDGET_MS);
    if (dirty.size) schedule(isAnyDue() ? AFTER_MS : ALONE_AFTER_MS);
  }

  function isAnyDue() {
    const now = performance.now();
    for (const trend of dirty) if (now - trend.drawnAt >= pixelMs(trend)) return true;
    return false;
  }

  function draw(trend) {
    const { canvas, room, width, height } = trend;
    if (!width || !height || !room) return;
    const ratio = canvas.width / width;
    const context = canvas.getContext("2d");
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.clearRect(0, 0, width, height);
    const now = im.clock.now();
    const across = (at) => width * (1 - (now - at) / im.model.TREND_MS);
    drawGrid(context, width, height, across, now);
    drawPressure(context, room.trend.nibp || [], across, height);
    drawLine(context, room.trend.spo2 || [], across, height, SCALES.spo2, palette().spo2);
    drawLine(context, room.trend.pulse_rate || [], across, height, SCALES.other, palette().pulse_rate);
  }

  function down(value, scale, height) {
    const part = (Math.min(Math.max(value, scale.low), scale.high) - scale.low) / (scale.high - scale.low);
    return height * (scale.bottom - part * (scale.bottom - scale.top));
  }

  function drawGrid(context, width, height, across, now) {
    context.strokeStyle = palette().grid;
    context.lineWidth = 1;
    context.beginPath();
    for (let minutes = 5; minutes < 15; minutes += 5) {
      const x = Math.round(across(now - minutes * 60000)) + 0.5;
      context.moveTo(x, 0);
      context.lineTo(x, height);
    }
    context.stroke();
  }

  function drawPressure(context, points, across, height) {
    context.lineWidth = 2;
    context.lineCap = "butt";
    for (const [, , at, , , systolic, diastolic, mean, , late] of points) {
      const x = across(at);
      if (x < 0) continue;
      context.globalAlpha = late ? 0.4 : 1;
      context.strokeStyle = context.fillStyle = palette().nibp;
      if (systolic !== null && diastolic !== null) {
        context.beginPath();
        context.moveTo(x, down(systolic, SCALES.other, height));
        context.lineTo(x, down(diastolic, SCALES.other, height));
        context.stroke();
      } else if (mean !== null) {
        context.fillRect(x - 2, down(mean, SCALES.other, height) - 2, 4, 4);
      }
    }
    context.globalAlpha = 1;
  }

  // The longest silence that still counts as one unbroken line: a little over the metric's usual interval.
  function longestStep(points) {
    const steps = [];
    for (let i = Math.max(1, points.length - 30); i < points.length; i += 1) steps.push(points[i][2] - points[i - 1][2]);
    steps.sort((one, other) => one - other);
    // A snapshot brings a point each four seconds at most.
    return Math.max(6000, 2.5 * (steps[steps.length >> 1] || 0));
  }

  function drawLine(context, points, across, height, scale, colour) {
    const longest = longestStep(points);
    context.strokeStyle = context.fillStyle = colour;
    context.lineWidth = 2;
    context.lineJoin = "round";
    let before = null;
    let late = 0;
    context.beginPath();
    const finish = () => {
      context.globalAlpha = late ? 0.4 : 1;
      context.setLineDash(late ? [3, 3] : []);
      context.stroke();
      context.beginPath();
    };
    const byHand = [];
    for (const point of points) {
      const value = point[4];
      const x = across(point[2]);
      if (x < 0) continue;
      if (value === null) { before = null; continue; }
      if (point[9] !== late) {
        finish();
        late = point[9];
        before = null;
      }
      const y = down(value, scale, height);
      if (point[10] === "manual") {
        // What a person read is a mark of its own, never a part of the device's line.
        byHand.push([x, y]);
        continue;
      }
      if (before !== null && point[2] - before <= longest) context.lineTo(x, y);
      else {
        // A lone point would be an invisible line of no length.
        context.moveTo(x - 0.75, y);
        context.lineTo(x + 0.75, y);
      }
      before = point[2];
    }
    finish();
    context.globalAlpha = 1;
    context.setLineDash([]);
    for (const [x, y] of byHand) context.fillRect(x - 2, y - 2, 4, 4);
  }

  im.trend = { create, forget, show, resize, redraw, drawWithFrame };
})(window.InfusionMonitor);
