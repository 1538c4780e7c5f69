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
  const list = { mount: () => idle(() => im.plotly().catch((error) => console.warn(error.message))), unmount: () => {} };

  // Opened by its address: what takes longest begins before Dash has put the page there.
  const opened = REVIEW.exec(location.pathname);
  if (opened) ask(decodeURIComponent(opened[1]));

  im.reviewFigure = { take, list };
})(window.InfusionMonitor);
