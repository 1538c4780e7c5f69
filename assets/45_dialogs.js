// Dialogs open in the same task as the key or press that asks for them: what a hand types next must find its field, whatever
// the server is doing. Dash draws them once, closed; this script opens, fills, sends and closes them. By its `data-dialog`
// a dialog says which fields it clears and reads, what it puts back at each opening, and the stores that Dash listens to.
"use strict";

(function (im) {
  const t = im.t;
  const REPEAT_MS = 5000;
  const SLOW_MS = 2500;
  const CONTACT_MS = 2000;
  // A question about a value is read before it is answered: a second Enter of a quick hand is no answer.
  const CONFIRM_MS = 1000;

  // One opening of a dialog: `entry` names what is sent, so that a repeat of it is recognised; `touched` are fields by hand.
  let current = null;
  const last = new Map();
  const unanswered = new Map();
  let writing = false;

  const planOf = (root) => JSON.parse(root.dataset.dialog);
  const part = (root, name) => root.querySelector(`[data-part="${name}"]`);
  const field = (id) => document.getElementById(id);
  const setProps = (id, props) => window.dash_clientside.set_props(id, props);

  function begin(root) {
    return { root, plan: planOf(root), entry: im.newId(), openedAt: Math.round(im.clock.now()), touched: new Set(), sent: null, asked: null, askedAt: 0, amends: null, clean: "", warned: false, before: document.activeElement };
  }

  // `given`: what an entry that is corrected or voided had, see 46_picks.js.
  function open(id, given) {
    const root = field(id);
    if (!root || (current && current.root === root)) return;
    if (current) close();
    current = begin(root);
    last.set(id, current);
    root.hidden = false;
    for (const name of Object.values(current.plan.texts)) write(field(name), "");
    for (const group of Object.values(current.plan.picks)) im.picks.clear(group);
    im.amending.fill(current, given || null);
    current.clean = typedIn(current);
    say(root, "error", "");
    ask(root, "");
    wait(root, "");
    focusFirst(root);
    reset(current);
  }

  // What Dash holds comes after the focus: it may take its time, and takes neither focus nor text.
  function reset({ plan, entry, openedAt, amends }) {
    for (const [id, props] of Object.entries(plan.resets)) setProps(id, props);
    for (const id of plan.refused) setProps(id, { error: "" });
    if (plan.clock && !amends) setProps(plan.clock, { value: im.clock.timeOfDay(openedAt) });
    if (plan.opening) setProps(plan.opening, { data: { entry, at: openedAt } });
  }

  function show(state) {
    current = state;
    state.root.hidden = false;
    focusFirst(state.root);
  }

  // Words that were not sent are not thrown away by one press.
  function leave() {
    if (!current) return;
    const waits = current.sent && unanswered.has(current.entry) && current.sent.words === wordsOf(current);
    if (waits || current.warned || typedIn(current) === current.clean) {
      close();
      return;
    }
    current.warned = true;
    wait(current.root, t("This is not saved. Close once more to throw it away."));
  }

  function close() {
    if (!current) return;
    const { root, before } = current;
    current = null;
    root.hidden = true;
    const back = before !== document.body && im.redrawn.successor(before) ? im.redrawn.successor(before) : field("page");
    if (back) back.focus({ preventScroll: true });
  }

  // A field of React's takes a text only by the way in which a person types it.
  function write(input, text) {
    if (!input || input.value === text) return;
    const kind = input instanceof HTMLTextAreaElement ? HTMLTextAreaElement : HTMLInputElement;
    writing = true;
    Object.getOwnPropertyDescriptor(kind.prototype, "value").set.call(input, text);
    input.dispatchEvent(new Event("input", { bubbles: true }));
    writing = false;
  }

  function say(root, name, words) {
    const place = part(root, name);
    if (place && place.textContent !== words) place.textContent = words;
  }

  function ask(root, question) {
    const place = part(root, "question");
    if (!place) return;
    say(root, "question-text", question);
    place.hidden = !question;
    const confirm = field(planOf(root).confirm);
    im.setAttr(confirm, "aria-disabled", question ? "true" : null);
    if (question) im.watchdog.after(`question ${root.id}`, CONFIRM_MS, () => im.setAttr(confirm, "aria-disabled", null));
  }

  function wait(root, words) {
    im.setAttr(root, "data-waiting", words ? "true" : null);
    say(root, "waiting", words);
  }

  const FOCUSABLE = "button, input, textarea, select, a[href], [tabindex]";
  const canFocus = (element) => !element.disabled && element.tabIndex >= 0 && element.type !== "hidden" && element.getClientRects().length > 0;
  // A group whose buttons send at once has the focus itself: Enter on it presses none of them.
  const isShownGroup = (element) => element.matches("[data-picks]") && element.getClientRects().length > 0;
  const focusable = (root) => Array.from(root.querySelectorAll(FOCUSABLE)).filter(canFocus);

  // What is corrected or voided wants its reason first.
  function unsaidReason(root) {
    const fields = root.querySelectorAll("[data-part=amending] input, [data-part=amending] textarea");
    return Array.from(fields).find((one) => canFocus(one) && !one.value.trim());
  }

  function focusFirst(root) {
    const wanted = Array.from(root.querySelectorAll("[data-autofocus]")).find((element) => canFocus(element) || isShownGroup(element));
    const first = unsaidReason(root) || wanted || root.querySelector("[role=dialog]");
    first.focus({ preventScroll: true });
    if (first.select && first.value) first.select();
  }

  function textsOf(state) {
    const values = {};
    for (const [name, id] of Object.entries(state.plan.texts)) values[name] = field(id) ? field(id).value.trim() : "";
    for (const [name, id] of Object.entries(state.plan.picks)) values[name] = im.picks.chosen(id);
    // A time that nobody touched means now, whatever the field shows by then.
    if (state.plan.clock) {
      const clock = document.querySelector(`input[name="${state.plan.clock}"]`);
      values.clock = state.touched.has(state.plan.clock) && clock ? clock.value : "";
    }
    return values;
  }

  const typedIn = (state) => JSON.stringify({ ...textsOf(state), clock: "" });
  const chosenOf = (state) => state.plan.choices.map((id) => (field(id) ? field(id).value : ""));
  const wordsOf = (state) => JSON.stringify([textsOf(state), chosenOf(state)]);

  // What stands in the fields at this instant goes to Dash. A second press sends nothing while the first waits for its answer.
  function send(root, pressed) {
    const state = current && current.root === root ? current : begin(root);
    const words = wordsOf(state);
    const now = im.clock.elapsed();
    const before = state.sent;
    if (pressed === state.plan.confirm && (state.asked === null || now - state.askedAt < CONFIRM_MS)) return;
    if (before && before.words === words && before.pressed === pressed && now - before.at < REPEAT_MS && unanswered.has(state.entry)) return;
    // Another text is another entry: the gateway knows one by its first content.
    if (before && before.words !== words) state.entry = im.newId();
    state.sent = { words, pressed, at: now };
    state.lost = false;
    const confirmed = state.asked === words && pressed === state.plan.confirm;
    unanswered.set(state.entry, state);
    im.watchdog.after(`answer ${state.entry}`, SLOW_MS, () => {
      if (!unanswered.has(state.entry)) return;
      wait(root, t("No answer yet. What you typed is kept."));
      lookForContact(state, state.entry);
    });
    if (state.plan.asks) wait(root, t("Asked for. Not in force before the gateway confirms it."));
    setProps(state.plan.sent, { data: { values: textsOf(state), pressed, entry: state.entry, opened_at: state.openedAt, confirmed, amends: state.amends, at: Date.now() } });
  }

  async function hasContact() {
    const aborting = new AbortController();
    im.watchdog.after("contact of a dialog", CONTACT_MS, () => aborting.abort());
    try {
      const response = await fetch("/api/screen", { signal: aborting.signal, cache: "no-store" });
      return response.status < 500 && im.watchdog.connection() === "live";
    } catch {
      return false;
    }
  }

  // A request of this page has failed: whether it was this one's nobody can say, but no answer may be counted on.
  function lost() {
    for (const state of unanswered.values()) state.lost = true;
  }

  // What was lost with the contact gets no answer any more when it is back: it may be sent again, as the same entry.
  function lookForContact(state, entry) {
    im.watchdog.after(`contact ${entry}`, CONTACT_MS, async () => {
      const waits = () => unanswered.get(entry) === state && state.entry === entry;
      if (!waits()) return;
      const isThere = await hasContact();
      if (!waits()) return;
      if (!isThere) state.lost = true;
      if (!isThere || !state.lost) lookForContact(state, entry);
      else {
        state.sent.at = -Infinity;
        if (last.get(state.root.id) === state) wait(state.root, t("Contact is back: send again. What you typed is kept."));
      }
    });
  }

  // The server's answer: {entry, done, stays, errors by field, sentence, question}.
  function answer(told) {
    const state = unanswered.get(told.entry);
    if (!state || !unanswered.delete(told.entry)) return;
    if (state.entry !== told.entry) return;
    wait(state.root, "");
    if (!state.root.isConnected || last.get(state.root.id) !== state) {
      if (!told.done) notice(state, told);
      return;
    }
    for (const id of state.plan.refused) setProps(id, { error: told.errors[id] || "" });
    for (const id of Object.values(state.plan.picks)) im.picks.refuse(id, told.errors[id] || "");
    say(state.root, "error", told.sentence);
    if (told.done) finish(state, told);
    else refused(state, told);
  }

  // Nobody was signed in: what was sent has reached nobody, and stays to be sent again.
  function locked() {
    const sentence = t("Not saved: nobody was signed in. Send it again.");
    for (const entry of Array.from(unanswered.keys())) answer({ entry, done: false, errors: {}, sentence, question: "" });
  }

  // A dialog that somebody closed before its refusal came stands there again, with what was typed.
  function refused(state, told) {
    if (!current) show(state);
    else if (current !== state) {
      notice(state, told);
      return;
    }
    const again = told.question && state.asked === state.sent.words;
    if (again) return;
    // The focus stays in the field that is doubted: only a press of its own answers the question.
    state.asked = told.question ? state.sent.words : null;
    state.askedAt = im.clock.elapsed();
    ask(state.root, told.question);
  }

  // What was typed while the answer was on its way is not what was saved: it stays.
  function finish(state, told) {
    if (state.amends) im.sessionTrace.reload();
    ask(state.root, "");
    const [saved, chosen] = JSON.parse(state.sent.words);
    const changed = wordsOf(state) !== JSON.stringify([saved, chosen]);
    if (!told.stays && !changed) {
      if (current === state) close();
      return;
    }
    for (const [name, id] of Object.entries(state.plan.texts)) if (field(id).value.trim() === saved[name]) write(field(id), "");
    if (!changed) state.clean = typedIn(state);
    Object.assign(state, { entry: im.newId(), sent: null, asked: null });
    if (changed) wait(state.root, t("Saved. What you typed since then is not saved yet."));
  }

  function notice(state, told) {
    const [values] = JSON.parse(state.sent.words);
    const typed = Object.values(values).filter(Boolean).join(", ");
    const why = [told.sentence, told.question, ...Object.values(told.errors)].filter(Boolean).join(" ");
    setProps("notice", { children: t("Not saved: {typed}. {why}", { typed, why }) });
  }

  // What the server proposes goes into fields that nobody has touched since this opening.
  function offer(told) {
    const state = current;
    if (!state || state.entry !== told.entry) return;
    for (const [id, text] of Object.entries(told.texts)) if (!state.touched.has(id) && !field(id).value) write(field(id), text);
    const focused = document.activeElement;
    if (focused && focused.id in told.texts && !state.touched.has(focused.id)) focused.select();
    if (!state.touched.size) state.clean = typedIn(state);
  }

  function touch(event) {
    if (writing || !current || !current.root.contains(event.target)) return;
    const { clock } = current.plan;
    if (event.type === "input") current.warned = false;
    if (event.type === "input" && event.target.id) current.touched.add(event.target.id);
    const place = clock && event.target.closest("[data-clock]");
    if (place && !["Tab", "Shift", "Enter", "Escape"].includes(event.key)) current.touched.add(clock);
  }

  function pressed(event) {
    const target = event.target.closest("[data-opens], [data-sends], [data-closes]");
    if (!target || target.disabled || target.dataset.disabled) return;
    if (target.dataset.opens) open(target.dataset.opens);
    else if (target.dataset.sends) send(field(target.dataset.sends), target.id);
    else leave();
  }

  function key(event) {
    touch(event);
    if (!current || event.isComposing) return;
    const { root, plan } = current;
    // An open list of choices has these keys first.
    if (event.target.dataset && event.target.dataset.mantineStopPropagation === "true") return;
    if (event.key === "Escape") leave();
    else if (event.key === "Tab") circle(event, root);
    else if (event.key === "Enter" && plan.submit && !event.repeat && root.contains(event.target) && isText(event.target)) send(root, plan.submit);
  }

  // A key that is held down presses nothing twice.
  function held(event) {
    if (!event.repeat || (event.key !== "Enter" && event.key !== " ")) return;
    if (event.target.closest("button, summary, [role=button], [role=radio], [role=radiogroup]")) event.preventDefault();
  }

  const isText = (element) => element instanceof HTMLInputElement && !element.getAttribute("aria-haspopup");

  function circle(event, root) {
    const places = focusable(root);
    const at = places.indexOf(document.activeElement);
    const leaves = at === -1 ? !root.contains(document.activeElement) : event.shiftKey ? at === 0 : at === places.length - 1;
    if (!leaves || !places.length) return;
    event.preventDefault();
    const next = places[event.shiftKey ? places.length - 1 : 0];
    next.focus();
    if (next.select) next.select();
  }

  // A menu that closes behind the dialog would take the focus back to its own button.
  function keepFocus(event) {
    if (!current) return;
    const { root } = current;
    if (root.contains(event.target)) current.focused = event.target;
    else if (!event.target.closest("[data-portal], #connection-cover, #system-trouble, #alarm-test")) {
      const back = current.focused && current.focused.isConnected ? current.focused : root.querySelector("[role=dialog]");
      back.focus({ preventScroll: true });
    }
  }

  // A page that Dash took away took its dialog with it.
  const shown = () => {
    if (current && !current.root.isConnected) current = null;
    return current ? current.root : null;
  };

  document.addEventListener("click", pressed, true);
  // The sign-in of a locked station stands before all dialogs.
  const isSignIn = (event) => event.target.closest(".sign-in-dialog") !== null;
  document.addEventListener("keydown", held, true);
  document.addEventListener("keydown", (event) => shown() && !isSignIn(event) && key(event), true);
  for (const name of ["input", "paste", "wheel"]) document.addEventListener(name, touch, { capture: true, passive: true });
  document.addEventListener("focusin", (event) => shown() && !isSignIn(event) && keepFocus(event));

  im.dialogs = { open, close, answer, offer, locked, lost, shown, send, write, now: () => current };
})(window.InfusionMonitor);
