// Extends the open session's figure with what arrives. Dash draws it once; a reader's zoom is never touched.
// A trace says by its meta what it shows: {metric, source: device|manual, part: line|range|mean|point|late}.
"use strict";

(function (im) {
  const FLUSH_MS = 500;
  const THINNED_EVERY_MS = 60000;
  const AHEAD_MS = 120000;
  const TICK_PX = 20;
  const MOST_TICKS = 10;
  const PANELS = { yaxis: "nibp", yaxis2: "pulse_rate", yaxis3: "spo2" };

  let session = null;

  function mount(id, roomId) {
    session = { id, roomId, pending: [], graph: null, data: null, batch: null, catching: false, zoomed: false, own: false, thinnedTo: -Infinity };
  }

  function unmount() {
    session = null;
  }

  function add(points) {
    if (!session || !points.length) return;
    session.pending.push(...points);
    schedule();
  }

  // A hidden tab collects; what it missed is drawn when somebody looks.
  function schedule() {
    im.watchdog.soon("session trace", FLUSH_MS, () => {
      if (session && !document.hidden) flush();
    });
  }
  document.addEventListener("visibilitychange", () => {
    if (session && !document.hidden) schedule();
  });

  // The drawn figure, or null while Dash has not drawn it. A figure drawn anew starts from its own batch.
  function graph() {
    const drawn = document.querySelector("#session-trace .js-plotly-plot");
    if (!drawn || !window.Plotly || !drawn.data || !drawn.layout || !drawn.layout.meta) return null;
    if (drawn !== session.graph) {
      session.graph = drawn;
      drawn.on("plotly_relayout", (change) => noticeZoom(change));
    }
    if (drawn.data !== session.data) {
      session.data = drawn.data;
      session.batch = drawn.layout.meta.batch;
      session.thinnedTo = -Infinity;
      catchUp();
    }
    return drawn;
  }

  // No more numbers at an axis than stand apart.
  function spaceTicks(drawn) {
    const full = drawn._fullLayout;
    if (!full) return;
    const change = {};
    for (const name of ["yaxis", "yaxis2", "yaxis3"]) {
      const axis = full[name];
      if (!axis || !axis._length) continue;
      const ticks = Math.min(MOST_TICKS, Math.max(2, Math.floor(axis._length / TICK_PX)));
      if (axis.nticks !== ticks) change[`${name}.nticks`] = ticks;
    }
    if (Object.keys(change).length) window.Plotly.relayout(drawn, change);
  }

  // A panel has its usual ends; a reading beyond one moves it, so that none is out of sight.
  function widen(drawn, points) {
    const change = {};
    for (const [name, metric] of Object.entries(PANELS)) {
      const axis = drawn._fullLayout && drawn._fullLayout[name];
      const ends = axis && axis.autorangeoptions;
      if (!ends) continue;
      const mine = points.filter((point) => point[1] === metric);
      const values = mine.flatMap((point) => [point[4], point[5], point[6]]).filter(Number.isFinite);
      if (Math.min(...values) < ends.clipmin) change[`${name}.autorangeoptions.clipmin`] = Math.min(...values) - 2;
      if (Math.max(...values) > ends.clipmax) change[`${name}.autorangeoptions.clipmax`] = Math.max(...values) + 2;
    }
    if (Object.keys(change).length) window.Plotly.relayout(drawn, change);
  }

  function noticeZoom(change) {
    if (!session || session.own) return;
    if (change["xaxis.autorange"]) session.zoomed = false;
    else if (Object.keys(change).some((key) => key.startsWith("xaxis.range"))) session.zoomed = true;
  }

  // Everything committed since the figure was drawn or last caught up; what stands there already is recognised.
  async function catchUp() {
    const mine = session;
    if (!mine || mine.catching) return;
    if (mine.batch === null) {
      schedule();
      return;
    }
    mine.catching = true;
    try {
      const response = await fetch(`/api/trace/${encodeURIComponent(mine.id)}?after_batch=${mine.batch}`, { cache: "no-store" });
      if (!response.ok) throw new Error(`HTTP ${response.status}`);
      const answer = await response.json();
      if (mine === session) {
        mine.batch = answer.batch;
        add(answer.points);
      }
    } catch (error) {
      console.warn(`The trace has not caught up yet: ${error.message}`);
      im.watchdog.after("trace catch-up", 1000, catchUp);
    } finally {
      mine.catching = false;
    }
  }

  function flush() {
    const drawn = graph();
    if (!drawn) {
      if (document.getElementById("session-trace")) schedule();
      return;
    }
    const points = session.pending;
    session.pending = [];
    const { shift_ms: shift } = drawn.layout.meta;
    const extended = { x: [], y: [], at: [] };
    let redraw = false;
    drawn.data.forEach((trace, index) => {
      if (!trace.meta) return;
      const fresh = points.filter((point) => belongs(point, trace.meta)).map((point) => [point, point[2] + shift]);
      if (!fresh.length) return;
      const isLine = trace.meta.part === "line";
      if (isLine && !isInOrder(trace, fresh)) {
        redraw = reorder(trace, fresh) || redraw;
        return;
      }
      const [x, y] = isLine ? im.lines.continued(lineOf(trace), pairsOf(fresh)) : marks(trace, fresh);
      if (!x.length) return;
      extended.x.push(x);
      extended.y.push(y);
      extended.at.push(index);
    });
    // Not restyle: it would forget that the axis is one of time.
    redraw = thin(drawn) || redraw;
    if (redraw) window.Plotly.redraw(drawn);
    if (extended.at.length) window.Plotly.extendTraces(drawn, { x: extended.x, y: extended.y }, extended.at);
    widen(drawn, points);
    spaceTicks(drawn);
    follow(drawn, shift);
  }

  function isInOrder(trace, fresh) {
    let before = im.lines.lastOf(trace.x);
    for (const [, x] of fresh) {
      if (x <= before) return false;
      before = x;
    }
    return true;
  }

  const lineOf = (trace) => [trace.x || [], trace.y || []];
  const pairsOf = (fresh) => fresh.map(([point, x]) => [x, point[4]]);

  // True when the line differs. What came late into its older part is thinned there at once.
  function reorder(trace, fresh) {
    const line = im.lines.merged(lineOf(trace), pairsOf(fresh));
    if (!line) return false;
    [trace.x, trace.y] = line;
    session.thinnedTo = -Infinity;
    return true;
  }

  // Plotly holds some 400 bytes for each point, and a session has two a second: once a minute the older ones are
  // thinned, without a step that could be seen. True when a line differs.
  function thin(drawn) {
    const lines = drawn.data.filter((trace) => trace.meta && trace.meta.part === "line");
    const from = im.lines.detailFrom(Math.max(...lines.map((trace) => im.lines.lastOf(trace.x))));
    if (!(from - session.thinnedTo >= THINNED_EVERY_MS)) return false;
    session.thinnedTo = from;
    let differs = false;
    for (const trace of lines) {
      const before = lineOf(trace);
      [trace.x, trace.y] = im.lines.thinned(before, from);
      differs = differs || trace.x.length !== before[0].length;
    }
    return differs;
  }

  function belongs(point, meta) {
    if (point[1] !== meta.metric || (point[10] === "manual") !== (meta.source === "manual")) return false;
    if (meta.part === "late") return point[9] === 1;
    if (meta.part === "range") return point[5] !== null && point[6] !== null;
    if (meta.part === "line") return true;
    return (meta.metric === "nibp" ? point[7] : point[4]) !== null;
  }

  // Bars and dots need no order; each is drawn once.
  function marks(trace, fresh) {
    const { metric, part } = trace.meta;
    const known = new Set((trace.x || []).map((x, i) => `${x} ${trace.y[i]}`));
    const xs = [];
    const ys = [];
    for (const [point, x] of fresh) {
      const value = part === "range" ? point[5] : metric === "nibp" ? point[7] : point[4];
      if (known.has(`${x} ${value}`)) continue;
      known.add(`${x} ${value}`);
      xs.push(...(part === "range" ? [x, x, x] : [x]));
      ys.push(...(part === "range" ? [value, point[6], null] : [value]));
    }
    return [xs, ys];
  }

  // Unless the reader has zoomed, the axis reaches the present, so that a trace that ended is seen to have ended.
  function follow(drawn, shift) {
    if (session.zoomed || !drawn._fullLayout) return;
    const axis = drawn._fullLayout.xaxis;
    const now = im.clock.now() + shift;
    if (!axis || axis.r2l(axis.range[1]) >= now) return;
    session.own = true;
    Promise.resolve(window.Plotly.relayout(drawn, { "xaxis.range": [axis.r2l(axis.range[0]), now + AHEAD_MS] }))
      .finally(() => { if (session) session.own = false; });
  }

  // A value entered by hand was withdrawn: those that count are drawn anew, and nothing else is touched.
  async function reload() {
    const mine = session;
    if (!mine) return;
    try {
      const response = await fetch(`/api/trace/${encodeURIComponent(mine.id)}`, { cache: "no-store" });
      if (!response.ok) throw new Error(`HTTP ${response.status}`);
      const { points } = await response.json();
      const drawn = mine === session ? graph() : null;
      if (drawn) redrawManual(drawn, points);
    } catch (error) {
      console.warn(`A withdrawn value is still drawn: ${error.message}`);
      im.watchdog.after("trace reload", 1000, reload);
    }
  }

  function redrawManual(drawn, points) {
    const { shift_ms: shift } = drawn.layout.meta;
    session.pending = session.pending.filter((point) => point[10] !== "manual");
    for (const trace of drawn.data) {
      if (!trace.meta || trace.meta.source !== "manual") continue;
      const fresh = points.filter((point) => belongs(point, trace.meta)).map((point) => [point, point[2] + shift]);
      Object.assign(trace, { x: [], y: [] });
      [trace.x, trace.y] = marks(trace, fresh);
    }
    window.Plotly.redraw(drawn);
  }

  // Every few seconds, whether anything came or not.
  function refresh() {
    if (!session || document.hidden) return;
    const drawn = graph();
    if (!drawn) return;
    spaceTicks(drawn);
    follow(drawn, drawn.layout.meta.shift_ms);
  }

  im.sessionTrace = { mount, unmount, add, catchUp, refresh, reload };
})(window.InfusionMonitor);
