// A day that there is none of is refused beside its field: the field itself keeps such words and passes them over.
"use strict";

(function (im) {
  const DAY = /^(\d{1,2})[./](\d{1,2})[./](\d{4})$/;

  function isDay(text) {
    const [, day, month, year] = (DAY.exec(text) || []).map(Number);
    if (!day) return false;
    const date = new Date(Date.UTC(year, month - 1, day));
    return date.getUTCDate() === day && date.getUTCMonth() === month - 1;
  }

  function judge(event) {
    const place = event.target instanceof HTMLInputElement && event.target.closest("[data-day]");
    if (!place) return;
    const text = event.target.value.trim();
    const known = !text || isDay(text);
    const error = known ? "" : im.t("{day} is no day: it chooses nothing.").replace("{day}", text);
    const change = known ? { error } : { error, value: null };
    window.dash_clientside.set_props(place.dataset.day, change);
  }

  // Before the field makes of it what it can.
  document.addEventListener("focusout", judge, true);
  document.addEventListener("keydown", (event) => { if (event.key === "Enter") judge(event); }, true);
})(window.InfusionMonitor);
