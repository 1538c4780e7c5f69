// The series of a patient: makes the session stand out that is picked, and opens the dialogs of the outcome scores.
"use strict";

(function (im) {
  let page = null;

  function mount(element) {
    page = element;
    page.addEventListener("click", pressed);
  }

  function unmount() {
    page = null;
  }

  function pressed(event) {
    const pick = event.target.closest("[data-series-pick]");
    if (pick) show(pick);
    const act = event.target.closest("[data-outcome]");
    if (act) open(act.dataset.outcome, JSON.parse(act.dataset.known));
  }

  // A second press lets go: then all look alike.
  function show(pick) {
    const graph = page.querySelector("#series-overlay .js-plotly-plot");
    if (!graph || !window.Plotly) return;
    const again = pick.getAttribute("aria-pressed") === "true";
    for (const one of page.querySelectorAll("[data-series-pick]")) im.setAttr(one, "aria-pressed", String(one === pick && !again));
    const { loud, quiet } = graph.layout.meta;
    const lines = graph.data.flatMap((trace, place) => (trace.meta.part === "line" ? [place] : []));
    const looks = lines.map((place) => (graph.data[place].meta.session === pick.dataset.seriesPick && !again ? loud : quiet));
    const even = again ? (loud.opacity + quiet.opacity) / 2 : null;
    window.Plotly.restyle(graph, { opacity: looks.map((look) => even || look.opacity), "line.width": looks.map((look) => look.width) }, lines);
  }

  function open(form, known) {
    const setProps = window.dash_clientside.set_props;
    setProps("series-chosen", { data: known });
    im.dialogs.open(`outcome-${form}-form-dialog`);
    if (form === "void") setProps("outcome-void-form-who", { children: known.who });
  }

  im.series = { mount, unmount };
})(window.InfusionMonitor);
