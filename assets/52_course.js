// What time changes on the course of a session: how long the infusion runs or stands still, and whether the patient may leave.
// Dash draws the panel; its places with `data-live` are this script's.
"use strict";

(function (im) {
  const t = im.t;

  let place = null;
  let list = null;
  let rows = new Map();

  function mount(element) {
    place = { element, id: element.dataset.session };
    load();
  }

  function unmount() {
    place = list = null;
    rows = new Map();
  }

  function session() {
    for (const room of im.model.rooms.values()) if (room.session && room.session.id === place.id) return room.session;
    return null;
  }

  function load() {
    if (!place || !im.model.ready) return;
    second(im.clock.now());
    im.checks.again();
  }

  function second(now) {
    if (!place || !im.model.ready) return;
    const mine = session();
    if (!mine) return;
    say("infusion", infusionWords(mine, now));
    say("leave-at", leaveWords(mine));
    paintCriteria(mine);
  }

  const live = (name) => place.element.querySelector(`[data-live="${name}"]`);

  function say(name, words) {
    const spot = live(name);
    if (spot) im.setText(spot.firstChild || im.textIn(spot), words);
  }

  // How long it has run, pauses left out; `left` is null while nobody can say when it ends.
  function infusion(mine, now) {
    const planned = (mine.infusion ? mine.infusion.minutes : mine.phase_minutes || 0) * 60000;
    if (mine.paused_since) return { planned, ran: mine.ran_ms || 0, left: null };
    const left = mine.phase_ends_at ? mine.phase_ends_at - now : null;
    return { planned, ran: left === null ? now - mine.phase_started_at : planned - left, left };
  }

  function infusionWords(mine, now) {
    if (mine.phase !== "infusion") return "";
    if (mine.paused_since) return t("Infusion paused {time}. Its end is not known.", { time: im.clock.duration(now - mine.paused_since) });
    const { left } = infusion(mine, now);
    if (left === null) return "";
    const at = im.clock.timeOfDay(mine.phase_ends_at);
    if (left < 0) return t("Should have ended at {at}", { at });
    return t("Ends {at}, in {time}", { at, time: im.clock.duration(left) });
  }

  // What a person must do comes before what time will bring, and of that the last.
  function blocking(mine) {
    const open = mine.discharge.filter((one) => !one.met);
    const byHand = open.find((one) => one.met_at === null || one.met_at === undefined);
    return byHand || open.sort((one, other) => other.met_at - one.met_at)[0] || null;
  }

  function leaveWords(mine) {
    if (mine.phase !== "observation" || !mine.discharge.length) return "";
    const first = blocking(mine);
    if (!first) return t("All met: may be discharged");
    if (mine.discharge_at) return t("Discharge at the earliest {at}", { at: im.clock.timeOfDay(mine.discharge_at) });
    return t("Not yet: {what}", { what: im.spoken(first.text) });
  }

  const rank = (one, first) => (one === first ? 0 : one.met ? 2 : 1);

  function paintCriteria(mine) {
    const spot = live("criteria");
    if (!spot) return;
    if (list !== spot) {
      list = spot;
      rows = new Map();
    }
    const items = JSON.parse(spot.dataset.items);
    const first = blocking(mine);
    const sorted = mine.discharge.slice().sort((one, other) => rank(one, first) - rank(other, first));
    for (const one of sorted) {
      if (!rows.has(one.id)) rows.set(one.id, row(one, items[one.id]));
      paintRow(rows.get(one.id), one, one === first);
    }
    // A row that holds the focus is not moved from under the hand that is about to press.
    if (!spot.contains(document.activeElement) || spot.children.length !== sorted.length) im.arrange(spot, sorted.map((one) => rows.get(one.id).root));
  }

  function row(one, item) {
    const mark = im.textIn(im.el("span", "criterion-mark"));
    const word = im.textIn(im.el("span", "criterion-word"));
    const state = im.textIn(im.el("span", "criterion-state"));
    const name = im.el("span", "criterion-name", im.spoken(one.text));
    const words = im.el("div", "criterion-words", name, im.el("span", "criterion-now", word.parentNode, state.parentNode));
    const root = im.el("li", "criterion", mark.parentNode, words);
    if (item) root.append(answers(root, item, one));
    return { root, mark, word, state };
  }

  function answers(root, { item, mayNotApply }, one) {
    root.dataset.check = item;
    const group = im.el("div", "check-answers");
    group.setAttribute("role", "group");
    group.setAttribute("aria-label", im.spoken(one.text));
    const words = { yes: t("Yes"), no: t("No"), ...(mayNotApply ? { not_applicable: t("Not applicable") } : {}) };
    for (const [answer, text] of Object.entries(words)) {
      const button = im.el("button", "button check-answer", text);
      button.type = "button";
      button.dataset.checkAnswer = answer;
      group.append(button);
    }
    return group;
  }

  function paintRow(view, one, isFirst) {
    im.setAttr(view.root, "data-met", String(one.met));
    im.setAttr(view.root, "data-criterion", one.id);
    im.setAttr(view.root, "data-blocking", isFirst ? "true" : null);
    im.setText(view.mark, one.met ? "✓" : isFirst ? "!" : "○");
    im.setText(view.word, one.met ? t("met") : t("not met"));
    const state = im.spoken(one.state);
    im.setText(view.state, state ? ` · ${state}` : "");
  }

  // What another operator must do: this one leaves, and the station asks who comes.
  document.addEventListener("click", (event) => {
    if (event.target instanceof Element && event.target.closest("[data-locks]")) im.lock.lock().then(() => im.lock.demand());
  });

  im.course = { mount, unmount, load, update: () => second(im.clock.now()), second, infusion, blocking, leaveWords };
})(window.InfusionMonitor);
