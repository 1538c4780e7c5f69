// The sound test of the sign-in page, which has neither a gateway nor the rest of these scripts; its words come with the page.
"use strict";

(function (im) {
  const LEAD_S = 0.05;
  const STARTING_MS = 1000;

  const box = document.getElementById("sound-test");
  if (!box) return;
  const told = box.querySelector(".sound-test-told");
  let context = null;

  // True when the browser's audio runs; one that neither runs nor refuses counts as blocked.
  async function runs() {
    if (!context) context = new AudioContext();
    await Promise.race([context.resume(), new Promise((resolve) => setTimeout(resolve, STARTING_MS))]);
    return context.state === "running";
  }

  async function test() {
    told.textContent = "";
    let heard = false;
    try {
      heard = await runs();
      if (heard) im.alarmAudio.begin(context, "medium", 0, context.currentTime + LEAD_S);
    } catch (error) {
      console.warn(`No sound: ${error.message}`);
    }
    box.dataset.state = heard ? "played" : "blocked";
    told.textContent = heard ? box.dataset.heard : box.dataset.blocked;
  }

  box.querySelector("[data-action=test-sound]").addEventListener("click", test);
  box.hidden = false;
})(window.InfusionMonitor);
