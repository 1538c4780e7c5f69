// What a review is drawn with, asked for before it is needed: Plotly while the list of sessions stands idle, the figure
// of a session when a hand rests on the way to it.
"use strict";

(function (im) {
  // The part of Plotly that draws what these pages show; the whole takes a browser four times as long to read.
  const PLOTLY = "/assets/plotly/plotly-basic-4.1.1.min.js";
  const REVIEW = /^\/review\/([^/]+)$/;
  const REST_MS = 80;
  // The record of a closed session may be added to; a figure that was asked for so long ago is asked for anew.
  const KEPT_MS = 10000;

  let library = null;
  let ahead = null;
  let resting = null;
  let isPractised = false;

  // Dash asks here for the library that its figures are drawn with, and would name the whole.
  Object.defineProperty(window, "_dashPlotlyJSURL", { get: () => PLOTLY, set: () => {} });

  // The library that Dash draws with too: it takes the one that is there.
  im.plotly = function () {
    if (window.Plotly) return Promise.resolve(window.Plotly);
    library = library || load().catch((error) => {
      library = null;
      throw error;
    });
    return library;
  };

  function load() {
    return new Promise((done, failed) => {
      const script = document.createElement("script");
      script.src = PLOTLY;
      script.addEventListener("load", () => done(window.Plotly));
      script.addEventListener("error", () => failed(new Error("Plotly did not come")));
      document.head.append(script);
    });
  }

  // A small figure of the same parts as a review's, out of sight: the first figure that a page draws takes longer
  // than the next, because the browser reads each function of the library when it is called for the first time.
  async function practise(plotly) {
    if (isPractised) return;
    isPractised = true;
    const place = im.el("div", "review-practice");
    place.setAttribute("aria-hidden", "true");
    document.body.append(place);
    // Twice: what is called often enough the browser then has compiled. In turns of their own, which hold no alarm up for
    // long, and no more of them once a session is asked for.
    for (let round = 0; round < 2 && !ahead; round += 1) {
      const { data, layout } = practice();
      await plotly.newPlot(place, data, layout, { displaylogo: false, scrollZoom: true, modeBarButtonsToRemove: ["lasso2d"] });
      plotly.purge(place);
      await new Promise((done) => idle(done));
    }
    place.remove();
  }

  const PANELS = ["", "2", "3", "4", "5"];

  function practice() {
    const data = PANELS.flatMap((panel) => practiceLines(`y${panel}`));
    const axis = { nticks: 5, gridcolor: "#888", zeroline: false, fixedrange: true, ticklabeloverflow: "allow" };
    const axes = PANELS.map((panel, place) => [`yaxis${panel}`, { ...axis, range: [0, 100], domain: [place / 5, place / 5 + 0.15] }]);
    const spikes = { showspikes: true, spikemode: "across", spikesnap: "cursor", spikethickness: 1, spikecolor: "#888" };
    const xaxis = { ...axis, ...spikes, range: [0, 180], ticksuffix: " min", tickformat: "~g", nticks: 11, showgrid: false, linecolor: "#888", anchor: "y" };
    const shape = { layer: "below", xref: "x", yref: "paper", x0: 1, x1: 2, y0: 0, y1: 1, line: { color: "#888", width: 1, dash: "solid" } };
    const text = { xref: "paper", yref: "paper", x: 1, y: 1, showarrow: false, xanchor: "right", yanchor: "top" };
    const layout = {
      xaxis,
      ...Object.fromEntries(axes),
      shapes: PANELS.flatMap(() => [{ ...shape, type: "rect", fillcolor: "#888", opacity: 0.2 }, { ...shape, type: "line" }]),
      annotations: PANELS.flatMap((panel) => [
        { ...text, text: "<b>Pulse /min</b>", font: { color: "#888", size: 12 } },
        { ...text, text: "90", x: 1, y: 90, yref: `y${panel}`, font: { color: "#888", size: 11 } },
      ]),
      showlegend: false,
      hovermode: "closest",
      dragmode: "zoom",
      margin: { l: 40, r: 34, t: 4, b: 6 },
    };
    return { data, layout };
  }

  function practiceLines(yaxis) {
    const minutes = Float64Array.from({ length: 500 }, (_, place) => place * 0.36);
    const values = minutes.map((minute) => 50 + 40 * Math.sin(minute * 7));
    const told = { type: "scatter", yaxis, hovertemplate: "%{customdata|%H:%M:%S} %{y:~g}", connectgaps: false, name: "" };
    const few = { ...told, x: [0, 60, null, 60, 180], y: [20, 20, null, 40, 40], customdata: [1, 2, 3, 4, 5] };
    const hatch = { shape: "/", size: 7, solidity: 0.22, fgcolor: "#888", bgcolor: "rgba(0, 0, 0, 0)" };
    return [
      { ...few, mode: "none", fill: "toself", fillcolor: "rgba(0, 0, 0, 0)", fillpattern: hatch, zorder: -3, hoveron: "fills", hoverinfo: "name" },
      { ...few, mode: "lines", zorder: -2, opacity: 0.7, line: { color: "#888", width: 1, dash: "dash" } },
      { ...told, mode: "lines", x: packed(minutes), y: packed(values), customdata: packed(minutes), line: { color: "#888", width: 1.6 } },
      { ...few, mode: "markers", cliponaxis: false, marker: { symbol: "diamond", size: 7, color: "#888" } },
    ];
  }

  // As the server writes numbers.
  const packed = (numbers) => ({ dtype: "f8", bdata: btoa(String.fromCharCode(...new Uint8Array(numbers.buffer))) });

  async function fetched(session) {
    const response = await fetch(`/api/review/${encodeURIComponent(session)}/figure`, { cache: "no-store" });
    if (!response.ok) throw new Error(`HTTP ${response.status}`);
    return response.json();
  }

  function ask(session) {
    const now = performance.now();
    if (ahead && ahead.session === session && now - ahead.at < KEPT_MS) return;
    const figure = fetched(session);
    // Whoever takes it hears of a failure; before that nobody need.
    figure.catch(() => {});
    ahead = { session, at: now, figure };
    im.plotly().catch(() => {});
  }

  // Given to one page only: a page that is opened again shows what is on record then.
  function take(session) {
    ask(session);
    const { figure } = ahead;
    ahead = null;
    return figure;
  }

  function sessionOf(event) {
    const link = event.target instanceof Element && event.target.closest('a[href^="/review/"]');
    const found = link && REVIEW.exec(link.pathname);
    return found ? decodeURIComponent(found[1]) : null;
  }

  function rest(event) {
    clearTimeout(resting);
    const session = sessionOf(event);
    if (session !== null) resting = setTimeout(ask, REST_MS, session);
  }

  function press(event) {
    const session = event.button === 0 ? sessionOf(event) : null;
    if (session !== null) ask(session);
  }

  document.addEventListener("pointerover", rest);
  document.addEventListener("focusin", rest);
  document.addEventListener("pointerdown", press, true);

  const idle = window.requestIdleCallback || ((action) => setTimeout(action, 500));
  const list = { mount: () => idle(() => im.plotly().then(practise).catch((error) => console.warn(error.message))), unmount: () => {} };

  // Opened by its address: what takes longest begins before Dash has put the page there.
  const opened = REVIEW.exec(location.pathname);
  if (opened) ask(decodeURIComponent(opened[1]));

  im.reviewFigure = { take, list };
})(window.InfusionMonitor);
