// The simulator desk as this page knows it: asked once a second while the page is in sight, believed only while it answers.
"use strict";

(function (im) {
  const t = im.t;
  const EVERY_MS = 1000;
  const ANSWER_MS = 2500;
  const WORK_MS = 30000;

  // `trouble` is empty while the desk answers; without an answer nothing is known, not even what ran a second ago.
  const desk = { known: false, trouble: "", beds: [], scenarios: [] };
  let changed = null;
  let round = 0;

  async function exchange(path, given, deadline) {
    const options = { credentials: "same-origin", cache: "no-store", signal: AbortSignal.timeout(deadline) };
    if (given) Object.assign(options, { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(given) });
    const response = await fetch(path, options);
    if (response.status === 401) {
      im.recheck();
      return { ok: false, message: t("Locked: sign in to act") };
    }
    const answer = await response.json();
    return "ok" in answer ? answer : { ok: false, message: t("This is not possible.") };
  }

  // Never throws: what went wrong is an answer too.
  async function ask(path, given, deadline) {
    try {
      return await exchange(path, given, deadline);
    } catch (error) {
      const late = error.name === "TimeoutError" || error.name === "AbortError";
      return { ok: false, message: late ? t("The simulator desk does not answer.") : t("The dashboard does not answer.") };
    }
  }

  async function look() {
    if (!changed || document.hidden) return;
    const mine = (round += 1);
    const answer = await ask("/api/simulator", null, ANSWER_MS);
    if (mine !== round || !changed) return;
    learn(answer);
    im.watchdog.after("simulator desk", EVERY_MS, look);
  }

  function learn(answer) {
    desk.known = answer.ok;
    desk.trouble = answer.ok ? "" : answer.message;
    desk.beds = answer.ok ? answer.beds.filter(isThere).sort(byRoom) : [];
    // The list of scenarios does not age; a form that is being filled in keeps its choices.
    if (answer.ok) desk.scenarios = answer.scenarios;
    changed();
  }

  // Of a room that the ward has given up nothing is left to start again.
  const isThere = (bed) => bed.running || !im.model.ready || Array.from(im.model.rooms.values()).some((room) => room.name === bed.room);
  const byRoom = (one, other) => one.room.localeCompare(other.room, undefined, { numeric: true });

  // What stood on a page that nobody saw is not shown again as if it were new.
  function shown() {
    if (!changed || document.hidden) return;
    learn({ ok: false, message: t("Asking the desk…") });
    look();
  }
  document.addEventListener("visibilitychange", shown);

  // Something is done: the answer, and at once the state that it has led to.
  async function order(what, given) {
    const answer = await ask(`/api/simulator/${what}`, given, WORK_MS);
    look();
    return answer;
  }

  function watch(whenChanged) {
    changed = whenChanged;
    Object.assign(desk, { known: false, trouble: t("Asking the desk…"), beds: [] });
    look();
  }

  function leave() {
    changed = null;
    round += 1;
  }

  im.desk = {
    watch, leave, order,
    state: desk,
    bed: (room) => desk.beds.find((bed) => bed.room === room) || null,
  };
})(window.InfusionMonitor);
