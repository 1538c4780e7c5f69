// Groups of large buttons in a dialog, of which one holds: by press, by its key, by arrows, or by a typed number.
// A quick group sends its dialog at the press. Below: filling a dialog with the entry that it corrects or voids.
"use strict";

(function (im) {
  const TYPED_MS = 1200;
  const RADIO = "[role=radio]";
  const groupOf = (element) => element.closest("[data-picks]");
  const radios = (group) => Array.from(group.querySelectorAll(RADIO));
  const checked = (group) => group.querySelector('[role=radio][aria-checked="true"]');

  let digits = { group: null, text: "", at: 0 };

  function chosen(id) {
    const group = document.getElementById(id);
    const radio = group && checked(group);
    return radio ? radio.dataset.value : "";
  }

  // One radio of a group is the group's place in the order of the Tab key.
  function mark(group, radio) {
    const all = radios(group);
    for (const one of all) {
      im.setAttr(one, "aria-checked", String(one === radio));
      one.tabIndex = one === (radio || all[0]) ? 0 : -1;
    }
    refuse(group.id, "");
    show(group);
  }

  // Parts that belong to one choice of a group stand there only while it holds.
  function show(group) {
    const value = chosen(group.id);
    const root = group.closest("[data-dialog]");
    for (const part of root.querySelectorAll(`[data-of="${group.id}"]`)) part.hidden = part.dataset.when !== value;
  }

  function clear(id) {
    const group = document.getElementById(id);
    if (group) mark(group, group.querySelector("[data-usual]"));
  }

  function set(id, value) {
    const group = document.getElementById(id);
    const radio = group && radios(group).find((one) => one.dataset.value === value);
    if (radio) mark(group, radio);
    return Boolean(radio);
  }

  function refuse(id, words) {
    const place = document.querySelector(`[data-error-of="${CSS.escape(id)}"]`);
    if (place && place.textContent !== words) place.textContent = words;
  }

  function choose(radio) {
    const group = groupOf(radio);
    const again = radio.getAttribute("aria-checked") === "true";
    mark(group, again && group.dataset.optional ? null : radio);
    const words = document.getElementById(group.dataset.clears);
    if (words) im.dialogs.write(words, "");
    if (wants(radio)) return;
    const state = im.dialogs.now();
    if (group.dataset.quick && state && !state.amends) im.dialogs.send(state.root, group.dataset.quick);
    else if (!again) onwards(group);
  }

  // A choice that says nothing without words leads to the field for them.
  function wants(radio) {
    const words = document.getElementById(radio.dataset.wants);
    if (!words || words.value.trim()) return false;
    refuse(groupOf(radio).id, im.t("Say in words what it was, then press Enter."));
    words.focus();
    return true;
  }

  function onwards(group) {
    const next = document.getElementById(group.dataset.next);
    if (!next) return;
    const radio = next.matches("[data-picks]") ? checked(next) || next.querySelector(RADIO) : next;
    radio.focus();
    if (radio.select) radio.select();
  }

  // What stands in front when a part comes on screen with its group: its own first place.
  function focusShown(group) {
    const root = group.closest("[data-dialog]");
    const part = Array.from(root.querySelectorAll(`[data-of="${group.id}"]`)).find((one) => !one.hidden);
    const sends = part && part.querySelector("[data-picks][data-quick]");
    const first = part && (part.querySelector('[aria-checked="true"]') || sends || part.querySelector(RADIO));
    if (first) first.focus();
  }

  function pressed(event) {
    const radio = event.target.closest(RADIO);
    if (!radio || !groupOf(radio) || radio.disabled) return;
    choose(radio);
    if (groupOf(radio).dataset.shows) focusShown(groupOf(radio));
  }

  const STEPS = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 };

  function key(event) {
    const radio = event.target.closest && event.target.closest(RADIO);
    // A group that sends at once has the focus itself until an arrow or a digit leads into it.
    const group = event.target.closest && groupOf(event.target);
    if (!group || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key in STEPS) {
      event.preventDefault();
      const all = radios(group);
      const next = radio ? all[(all.indexOf(radio) + STEPS[event.key] + all.length) % all.length] : checked(group) || all[0];
      // Where a choice is sent at once, the arrows only walk.
      if (!group.dataset.quick) mark(group, next);
      for (const one of all) one.tabIndex = one === next ? 0 : -1;
      next.focus();
    } else if (event.key === "Enter") enter(event, group, radio);
    else if (group.dataset.typed && /^[0-9-]$/.test(event.key)) number(event, group);
  }

  // Enter saves what is chosen; a quick group's button chooses and saves.
  function enter(event, group, radio) {
    const state = im.dialogs.now();
    event.preventDefault();
    if (event.repeat || !state || !radio) return;
    if (checked(group) === radio && state.plan.submit) im.dialogs.send(state.root, state.plan.submit);
    else choose(radio);
  }

  function number(event, group) {
    const now = im.clock.elapsed();
    const text = digits.group === group && now - digits.at < TYPED_MS ? digits.text + event.key : event.key;
    const found = [text, event.key].find((one) => radios(group).some((radio) => radio.dataset.value === one));
    event.preventDefault();
    event.stopPropagation();
    digits = { group, text: found || text, at: now };
    if (!found) return;
    set(group.id, found);
    checked(group).focus();
  }

  // Words typed in place of a choice take the choice back.
  function typed(event) {
    const group = event.isTrusted && event.target.id && document.querySelector(`[data-clears="${CSS.escape(event.target.id)}"]`);
    if (group) mark(group, null);
  }

  document.addEventListener("click", pressed);
  document.addEventListener("keydown", key, true);
  document.addEventListener("input", typed, true);

  im.picks = { chosen, clear, set, refuse };

  // An entry that is corrected stands in its dialog as it was entered; voiding one needs nothing but the reason.
  function fill(state, given) {
    const { root, plan } = state;
    const place = root.querySelector("[data-part=amending]");
    im.setAttr(root, "data-amending", given ? "true" : null);
    if (place) place.hidden = !given;
    const title = root.querySelector("[data-part=correction]");
    if (title) im.setText(title, given && given.texts ? im.t("Correction:") + " " : "");
    state.amends = given ? given.entry : null;
    if (!given) return;
    root.querySelector("[data-part=amended]").textContent = given.said;
    for (const [name, text] of Object.entries(given.texts || {})) im.dialogs.write(document.getElementById(plan.texts[name]), text);
    for (const [name, value] of Object.entries(given.picks || {})) set(plan.picks[name], value);
    if (!plan.clock) return;
    state.touched.add(plan.clock);
    window.dash_clientside.set_props(plan.clock, { value: given.clock });
  }

  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-amends]");
    if (!button) return;
    const given = JSON.parse(button.dataset.amends);
    im.dialogs.open(given.dialog, given);
  });

  im.amending = { fill };
})(window.InfusionMonitor);
