// The alarm rehearsal: gathers the limits as they stand in their fields, starts, follows how far it is, and stops.
"use strict";

(function (im) {
  // Between two answers, so that a fast rehearsal does not redraw the tables at every session.
  const PAUSE_MS = 400;
  const AGAIN_MS = 3000;

  let page = null;
  let asks = 0;
  let following = 0;
  let answer = null;

  const part = (name) => page.querySelector(`#rehearsal-${name}`);
  const setProps = (id, props) => window.dash_clientside.set_props(id, props);

  function mount(element) {
    page = element;
    page.addEventListener("click", pressed);
    page.addEventListener("input", typed);
    page.addEventListener("change", typed);
    page.addEventListener("keydown", keyed);
    count();
    follow(0, -1);
  }

  function unmount() {
    page = null;
    following += 1;
  }

  function pressed(event) {
    const button = event.target.closest("button");
    if (!button) return;
    if (button.id === "rehearsal-start") start();
    if (button.id === "rehearsal-stop") setProps("rehearsal-stopped", { data: (asks += 1) });
    if (button.id === "rehearsal-reset") reset();
  }

  // Enter in a field rehearses, as in any form.
  function keyed(event) {
    if (event.key !== "Enter" || !event.target.closest(".rehearsal-rule, .rehearsal-sessions input[type=text]")) return;
    if (event.target.tagName !== "INPUT" || event.target.closest("[data-dates-input]")) return;
    event.preventDefault();
    start();
  }

  function fields(rule) {
    const found = {};
    for (const field of rule.querySelectorAll("input, select")) found[field.id.split("-").pop()] = field;
    return found;
  }

  function typed(event) {
    event.target.removeAttribute("aria-invalid");
    const rule = event.target.closest(".rehearsal-rule");
    if (rule) mark(rule);
  }

  function mark(rule) {
    const changed = Object.values(fields(rule)).some((field) => field.value.trim() !== field.dataset.own);
    im.setAttr(rule, "data-changed", changed ? "true" : null);
    count();
  }

  function count() {
    const n = page.querySelectorAll('[data-changed="true"]').length;
    part("changed").textContent = n ? im.t("Changed: {n}", { n }) : im.t("Unchanged limits: every alarm must be as recorded");
  }

  function reset() {
    for (const rule of page.querySelectorAll(".rehearsal-rule")) {
      for (const field of Object.values(fields(rule))) putBack(field);
      im.setAttr(rule, "data-changed", null);
    }
    count();
    refuse("", "");
  }

  // Dash knows what stands in a text field, and nothing of what is chosen.
  function putBack(field) {
    if (field.tagName === "SELECT") field.value = field.dataset.own;
    else setProps(field.id, { value: field.dataset.own });
  }

  function start() {
    if (part("start").disabled) return;
    refuse("", "");
    const rules = {};
    for (const rule of page.querySelectorAll(".rehearsal-rule")) {
      rules[rule.dataset.rule] = Object.fromEntries(Object.entries(fields(rule)).map(([name, field]) => [name, field.value]));
    }
    part("start").disabled = true;
    say(im.t("Looking for the sessions…"));
    setProps("rehearsal-asked", { data: { rules, n: (asks += 1) } });
  }

  // What the dashboard says to it: refused in one sentence, or begun.
  function answered(told) {
    if (!page || !told) return;
    part("start").disabled = false;
    say("");
    if (told.error) {
      refuse(told.error, told.field);
      return;
    }
    answer = told.job;
    follow(told.job, -1);
  }

  function refuse(sentence, field) {
    setProps("rehearsal-told", { children: sentence });
    for (const one of page.querySelectorAll("[aria-invalid]")) one.removeAttribute("aria-invalid");
    const wrong = field && document.getElementById(field);
    if (!wrong) return;
    wrong.setAttribute("aria-invalid", "true");
    wrong.focus();
  }

  function say(text) {
    const place = page && part("progress");
    if (place && place.textContent !== text) place.textContent = text;
  }

  // One question at a time; the dashboard answers when there is something new.
  async function follow(job, seen) {
    const mine = (following += 1);
    let known = { job, done: seen, running: true };
    while (page && mine === following && known.running) {
      const told = await asked(known);
      if (!page || mine !== following) return;
      if (told) {
        show(told, told.job !== known.job || told.done !== known.done || !told.running);
        known = told;
      }
      await new Promise((done) => setTimeout(done, told ? PAUSE_MS : AGAIN_MS));
    }
  }

  async function asked({ job, done }) {
    try {
      const response = await fetch(`/api/rehearsal?job=${job}&seen=${done}`);
      if (response.ok) return await response.json();
    } catch (fault) {
      console.warn("rehearsal", fault);
    }
    say(im.t("The dashboard does not answer; asking again…"));
    return null;
  }

  function show(told, isNews) {
    if (!told.job) {
      gone();
      return;
    }
    part("start").disabled = told.running;
    part("stop").hidden = !told.running;
    say(told.running ? im.t("{done} of {of} sessions rehearsed", told) : "");
    const result = part("result");
    if (result.hidden) {
      result.hidden = false;
      // The grid measured itself while it was out of sight.
      window.dispatchEvent(new Event("resize"));
    }
    if (isNews) setProps("rehearsal-news", { data: told });
    if (answer === told.job) {
      answer = null;
      // Below the buttons, which stay in sight.
      const room = page.querySelector(".rehearsal-buttons").offsetHeight + 12;
      page.scrollTop += result.getBoundingClientRect().top - page.getBoundingClientRect().top - room;
      result.querySelector("h2").focus({ preventScroll: true });
    }
  }

  // A dashboard that was started anew knows nothing of what ran before.
  function gone() {
    const was = !part("stop").hidden;
    part("start").disabled = false;
    part("stop").hidden = true;
    say(was ? im.t("The rehearsal is lost: the dashboard was started anew") : "");
  }

  im.rehearsal = { mount, unmount, answered };
})(window.InfusionMonitor);
