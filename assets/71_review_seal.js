// The seal of the record on its page: checked when the page is opened, on press, and whenever something was added.
// Nothing is claimed that was not looked at: until the answer is there the pill says that it is being checked.
"use strict";

(function (im) {
  let shown = null;

  function mount(pill) {
    const page = pill.closest(".review");
    shown = { pill, page, asked: 0, added: new MutationObserver(() => check()) };
    pill.addEventListener("click", check);
    paint({ standing: "checking", pill: im.t("Record: not checked yet"), told: "", warning: "" });
    shown.added.observe(page.querySelector("#review-standing"), { childList: true, characterData: true, subtree: true });
  }

  function unmount() {
    if (shown) shown.added.disconnect();
    shown = null;
  }

  function paint(known) {
    im.setAttr(shown.pill, "data-seal", known.standing);
    im.setAttr(shown.pill, "title", known.told);
    shown.pill.textContent = known.pill;
    shown.page.querySelector("#review-altered").textContent = known.warning;
    im.setAttr(shown.page, "data-altered", known.standing === "altered" ? "true" : null);
  }

  async function check() {
    const mine = shown;
    if (!mine) return;
    const number = ++mine.asked;
    // A warning stays until somebody has looked again.
    if (mine.pill.dataset.seal !== "altered") paint({ standing: "checking", pill: im.t("Checking the record…"), told: "", warning: "" });
    const known = await asked(mine.page.dataset.session);
    if (mine === shown && number === mine.asked) paint(known);
  }

  async function asked(session) {
    try {
      const response = await fetch(`/api/review/${encodeURIComponent(session)}/proof`, { cache: "no-store" });
      if (!response.ok) throw new Error(`HTTP ${response.status}`);
      return await response.json();
    } catch (error) {
      console.warn(`The record was not checked: ${error.message}`);
      return { standing: "unknown", pill: im.t("Record not proven"), told: im.t("The dashboard does not answer. Try again."), warning: "" };
    }
  }

  im.reviewSeal = { mount, unmount, check };
})(window.InfusionMonitor);
