// The review of a session: zooms to what is pressed, draws a stretch in full, lays other curves behind the trace.
// The figure comes reduced; layout.meta.whole is the axis of the whole session in minutes.
"use strict";

(function (im) {
  const PAUSE_MS = 180;
  const NEARLY_ALL = 0.98;
  const SHORTEST_MIN = 0.2;
  // The width of A4 on its long side, less the margins of the style sheet.
  const PAPER_PX = 1040;
  const MOST_ON_PAPER = 1.4;

  let shown = null;

  function mount(element) {
    shown = { element, id: element.dataset.session, graph: null, lines: [], full: false, asked: 0, extra: null, sizes: null, onPaper: false };
    bring(shown);
  }

  function unmount() {
    if (shown) {
      im.reviewOverview.unmount();
      if (shown.sizes) shown.sizes.disconnect();
      if (shown.graph) window.Plotly.purge(shown.graph);
    }
    shown = null;
  }

  async function bring(mine) {
    const place = mine.element.querySelector("#review-trace");
    try {
      const [plotly, figure] = await Promise.all([im.plotly(), im.reviewFigure.take(mine.id)]);
      if (mine !== shown) return;
      const graph = im.el("div", "review-plot");
      place.replaceChildren(graph);
      await plotly.newPlot(graph, figure.data, figure.layout, figure.config);
      if (mine === shown) begin(mine, graph);
    } catch (error) {
      console.warn(`No trace: ${error.message}`);
      if (mine === shown) place.replaceChildren(...missing(mine));
    }
    // After the trace: looking through the record takes the machine a while.
    if (mine === shown) im.reviewSeal.check();
  }

  // An empty place would look like a session in which nothing was measured.
  function missing(mine) {
    const said = im.el("p", "review-missing", im.t("The trace could not be read."));
    said.setAttribute("role", "alert");
    const again = im.el("button", "button", im.t("Try again"));
    again.type = "button";
    again.addEventListener("click", () => bring(mine));
    return [said, again];
  }

  function begin(mine, graph) {
    mine.graph = graph;
    mine.lines = graph.data.flatMap((trace, place) => {
      if (!trace.meta || trace.meta.part !== "line") return [];
      return [{ place, metric: trace.meta.metric, source: trace.meta.source, whole: trace.meta.whole, first: points(trace) }];
    });
    graph.on("plotly_relayout", () => zoomed());
    graph.on("plotly_click", (event) => clicked(event));
    graph.on("plotly_doubleclick", () => zoom(...whole()));
    im.reviewOverview.mount(mine.element.querySelector("#review-overview"), graph, zoom);
    zoomed();
    mine.sizes = new ResizeObserver(() => mine.onPaper || fit(graph));
    mine.sizes.observe(graph);
    mine.element.dataset.ready = "true";
  }

  function fit(graph) {
    const { width, height } = graph._fullLayout;
    if (!graph.clientWidth || (Math.abs(graph.clientWidth - width) < 1 && Math.abs(graph.clientHeight - height) < 1)) return;
    window.Plotly.Plots.resize(graph).catch((error) => console.warn(`Not fitted: ${error.message}`));
  }

  const points = (trace) => ({ x: trace.x, y: trace.y, customdata: trace.customdata });
  const whole = () => shown.graph.layout.meta.whole;
  const range = () => shown.graph.layout.xaxis.range.map(Number);

  function zoom(from, to) {
    if (!shown || !shown.graph) return;
    const [first, last] = whole();
    const width = Math.min(Math.max(to - from, SHORTEST_MIN), last - first);
    const begin = Math.min(Math.max(from, first), last - width);
    window.Plotly.relayout(shown.graph, { "xaxis.range": [begin, begin + width] });
  }

  const isWhole = ([from, to]) => to - from >= (whole()[1] - whole()[0]) * NEARLY_ALL;

  function zoomed() {
    const now = range();
    im.reviewOverview.show(now);
    shown.element.dataset.zoomed = String(!isWhole(now));
    tellHours(isWhole(now));
    markPressed(now);
    im.watchdog.after("review points", PAUSE_MS, refine);
  }

  // A long session has whole hours on its axis; Plotly chooses for a stretch of it.
  function tellHours(all) {
    const { meta, xaxis } = shown.graph.layout;
    const step = (all && meta.hourly) || null;
    if (meta.hourly && (xaxis.dtick || null) !== step) window.Plotly.relayout(shown.graph, { "xaxis.dtick": step });
  }

  // The button whose stretch is shown stays pressed until another one is.
  function markPressed([from, to]) {
    for (const button of shown.element.querySelectorAll(".review-alarm")) {
      const isShown = Math.abs(Number(button.dataset.zoomFrom) - from) < 0.05 && Math.abs(Number(button.dataset.zoomTo) - to) < 0.05;
      im.setAttr(button, "aria-pressed", isShown);
    }
  }

  // A stretch is drawn with every point that its pixels can show; the whole session as it came.
  async function refine() {
    const mine = shown;
    if (!mine || !mine.graph || mine.lines.every((line) => line.whole)) return;
    const wanted = range();
    const number = ++mine.asked;
    if (isWhole(wanted)) {
      if (mine.full) draw(mine, mine.lines.map((line) => ({ ...line, points: line.first })));
      mine.full = false;
      return;
    }
    try {
      const address = `/api/review/${encodeURIComponent(mine.id)}/points?since=${wanted[0]}&until=${wanted[1]}`;
      const response = await fetch(address, { cache: "no-store" });
      if (!response.ok) throw new Error(`HTTP ${response.status}`);
      const answer = await response.json();
      if (mine !== shown || number !== mine.asked) return;
      const found = answer.lines.flatMap((line) => {
        const known = mine.lines.find((one) => one.metric === line.meta.metric && one.source === line.meta.source);
        return known ? [{ ...known, points: points(line) }] : [];
      });
      mine.full = true;
      draw(mine, found);
      note("");
    } catch (error) {
      console.warn(`The stretch stays reduced: ${error.message}`);
      if (mine === shown) note(im.t("This stretch could not be read in full: fewer points are drawn, no extreme is left out."));
    }
  }

  function draw(mine, lines) {
    const change = { x: [], y: [], customdata: [] };
    for (const { points: drawn } of lines) for (const name of Object.keys(change)) change[name].push(drawn[name]);
    if (lines.length) window.Plotly.restyle(mine.graph, change, lines.map((line) => line.place));
    mine.element.dataset.points = mine.full ? "full" : "reduced";
  }

  function note(text) {
    const place = shown.element.querySelector("#review-expected-notes");
    if (place && place.textContent !== text) place.textContent = text;
  }

  function clicked(event) {
    const alarm = event.points && event.points.map((point) => point.customdata && point.customdata[2]).find(Boolean);
    const button = alarm && shown.element.querySelector(`[data-review-alarm="${CSS.escape(alarm)}"]`);
    if (button) zoom(Number(button.dataset.zoomFrom), Number(button.dataset.zoomTo));
  }

  function placesOf(part) {
    return shown.graph.data.flatMap((trace, place) => (trace.meta && trace.meta.part === part ? [place] : []));
  }

  async function toggle(button) {
    const part = button.dataset.shows;
    const on = button.getAttribute("aria-pressed") !== "true";
    button.setAttribute("aria-pressed", String(on));
    if (part !== "limit" && !(await bringExpected())) {
      button.setAttribute("aria-pressed", "false");
      return;
    }
    const places = placesOf(part);
    if (places.length) window.Plotly.restyle(shown.graph, { visible: on }, places);
    if (part !== "limit") note(on ? shown.extra[part] : "");
  }

  // What is laid behind the trace is read when it is first wanted.
  async function bringExpected() {
    const mine = shown;
    if (mine.extra) return true;
    try {
      const response = await fetch(`/api/review/${encodeURIComponent(mine.id)}/expected`, { cache: "no-store" });
      if (!response.ok) throw new Error(`HTTP ${response.status}`);
      const answer = await response.json();
      if (mine !== shown) return false;
      mine.extra = answer.notes;
      if (answer.traces.length) await window.Plotly.addTraces(mine.graph, answer.traces);
      return true;
    } catch (error) {
      console.warn(`No curves to compare: ${error.message}`);
      if (mine === shown) note(im.t("The curves to compare with could not be read."));
      return false;
    }
  }

  document.addEventListener("click", (event) => {
    if (!shown || !shown.graph || !shown.element.contains(event.target)) return;
    const button = event.target.closest("[data-zoom], [data-zoom-from], [data-shows]");
    if (!button) return;
    if (button.dataset.shows) toggle(button);
    else if (button.dataset.zoom === "whole") zoom(...whole());
    else zoom(Number(button.dataset.zoomFrom), Number(button.dataset.zoomTo));
  });

  // Drawn for the screen's width: on paper it is scaled to that of the sheet.
  function scaled(forPaper) {
    if (!shown || !shown.graph) return;
    shown.onPaper = forPaper;
    shown.graph.style.zoom = forPaper ? String(Math.min(MOST_ON_PAPER, PAPER_PX / shown.graph._fullLayout.width)) : "";
  }
  window.addEventListener("beforeprint", () => scaled(true));
  window.addEventListener("afterprint", () => scaled(false));

  document.addEventListener("keydown", (event) => {
    if (!shown || event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input, textarea, [contenteditable]")) return;
    const button = shown.element.querySelector(`[data-key="${CSS.escape(event.key.toLowerCase())}"]:not(:disabled)`);
    if (button) button.click();
  });

  // A table draws plain links: within the app they change the page without loading everything anew.
  document.addEventListener("click", (event) => {
    const link = event.target.closest('.ag-root a[href^="/"]');
    if (link) im.follow(event, link);
  });

  im.review = { mount, unmount };
})(window.InfusionMonitor);
