// Who is signed in at this station. While nobody is, it is locked: all stays in sight and audible, and whoever wants to act signs in.
"use strict";

(function (im) {
  const t = im.t;
  const CHANNEL = "infusion-monitor.sign-in";
  const GRACE_MS = 500;
  const HAND_MS = 1000;
  const TELL_HAND_MS = 20000;
  // What would change something, or leave the live ward; orders of the scripts themselves are held up in 16_orders.js.
  const ACTS = "#session-actions button, #session-next button, #session-head button, [data-action=start-session], [data-action=quiet], [data-action=sound]";
  const LIVE = /^\/(session\/[^/]+)?$/;

  // What the dashboard said last about who is looking; null before it did.
  let known = null;
  let dialog = null;
  let wanted = null;
  let handAt = -Infinity;
  let toldAt = -Infinity;
  // Who was signed in here last: most often the same hand comes back.
  let lastName = "";
  const tabs = "BroadcastChannel" in window ? new BroadcastChannel(CHANNEL) : null;
  if (tabs) tabs.onmessage = () => im.recheck();

  const isLocked = () => known !== null && known.operator === null;
  const nameOf = (screen) => (screen.operator ? screen.operator.name : "");
  const setProps = (id, props) => window.dash_clientside && window.dash_clientside.set_props && window.dash_clientside.set_props(id, props);

  // Called with each answer of the dashboard. Another operator needs another socket: the gateway knows one by its cookies.
  function learn(screen) {
    const before = known;
    known = screen;
    im.setAttr(document.documentElement, "data-locked", isLocked() ? "true" : null);
    if (!isLocked()) {
      lastName = nameOf(screen);
      endsIn(screen.signed_in_for_s);
    }
    if (before === null || nameOf(before) === nameOf(screen)) return;
    handAt = -Infinity;
    if (dialog && !isLocked()) close();
    if (screen.language !== before.language) {
      // Not a reload: after one the browser would keep the sound blocked.
      location.assign(wanted || location.href);
      return;
    }
    im.socket.restart();
    show(screen);
  }

  function endsIn(seconds) {
    im.watchdog.after("sign-in ends", seconds * 1000 + GRACE_MS, im.recheck);
  }

  // While a hand is here the sign-in goes on, for the pages and for the orders of the live screen.
  async function tellHand() {
    const now = performance.now();
    if (known === null || isLocked() || now - toldAt < TELL_HAND_MS) return;
    toldAt = now;
    im.socket.send({ type: "active" });
    try {
      const response = await fetched("/api/active", { method: "POST", credentials: "same-origin" });
      if (!response.ok) throw new Error(`HTTP ${response.status}`);
      const answer = await response.json();
      if (answer.signed_in_for_s > 0) endsIn(answer.signed_in_for_s);
      else im.recheck();
    } catch (error) {
      // Without it the station locks as if nobody were here: orders want a sign-in then, and nothing else changes.
      console.warn(`The dashboard did not hear of the hand: ${error.message}`);
    }
  }

  function show(screen) {
    if (screen.operator) setProps("operator-name", { children: screen.operator.label });
    if (document.getElementById("session-page")) setProps("session-changed", { data: Date.now() });
    if (isLocked() && !LIVE.test(location.pathname)) go("/");
    else if (!isLocked() && wanted) go(wanted);
    if (!isLocked()) wanted = null;
  }

  // Within the app, so that neither the socket nor the sound is lost.
  function go(path) {
    history.pushState({}, "", path);
    window.dispatchEvent(new CustomEvent("_dashprivate_pushstate"));
  }

  function post(path, fields) {
    const body = new URLSearchParams(fields);
    return fetch(path, { method: "POST", body, credentials: "same-origin", headers: { accept: "application/json" } });
  }

  function changed() {
    if (tabs) tabs.postMessage("changed");
    return im.recheck();
  }

  async function lock() {
    let response;
    try {
      response = await post("/sign-out", {});
      if (!response.ok && response.status !== 401) throw new Error(`HTTP ${response.status}`);
    } catch (error) {
      console.warn(`Not locked: ${error.message}`);
      setProps("notice", { children: t("Not locked: the dashboard does not answer. Try again.") });
      return;
    }
    await changed();
    if (response.status === 202) setProps("notice", { children: t("Locked here. The gateway does not answer: until it does, a screen opened with this sign-in may still take orders.") });
  }

  // Somebody wants to act, or to see the page `next`: first they say who they are.
  function demand(next) {
    wanted = next || null;
    if (!dialog || !dialog.root.isConnected) dialog = build();
    if (dialog.root.open) return;
    dialog.operator.value = (known && known.automatic) || lastName;
    dialog.password.value = "";
    dialog.password.required = !(known && known.automatic);
    im.setText(dialog.trouble, "");
    im.setText(dialog.note, known && known.automatic ? t("Demonstration: no password is needed.") : "");
    dialog.root.showModal();
    (dialog.operator.value ? dialog.password : dialog.operator).focus();
  }

  function close() {
    dialog.password.value = "";
    dialog.root.close();
  }

  function input(name, type, autocomplete, words) {
    const field = im.el("input");
    Object.assign(field, { name, type, autocomplete, required: true });
    return { field, label: im.el("label", null, words, field) };
  }

  function build() {
    const operator = input("operator", "text", "username", t("Operator"));
    const password = input("password", "password", "current-password", t("Password or PIN"));
    const trouble = im.textIn(im.el("p", "form-error"));
    trouble.parentNode.setAttribute("role", "alert");
    const note = im.textIn(im.el("p", "sign-in-note"));
    const cancel = im.el("button", "button", t("Close"));
    cancel.type = "button";
    cancel.addEventListener("click", close);
    const submit = im.el("button", "button primary", t("Sign in"));
    const title = im.el("h2", null, t("Sign in to act"));
    title.id = "sign-in-title";
    const form = im.el("form", "sign-in-form",
      title,
      im.el("p", "sign-in-lead", t("The ward stays in sight, and alarms go on. Nothing was changed.")),
      operator.label, password.label, note.parentNode, trouble.parentNode,
      im.el("div", "dialog-actions", cancel, submit),
    );
    const root = im.el("dialog", "sign-in-dialog", form);
    root.id = "sign-in-dialog";
    root.setAttribute("aria-labelledby", title.id);
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      signIn(submit);
    });
    document.body.append(root);
    return { root, operator: operator.field, password: password.field, note, trouble };
  }

  async function signIn(submit) {
    submit.disabled = true;
    im.setText(dialog.trouble, "");
    try {
      const response = await post("/sign-in", { operator: dialog.operator.value, password: dialog.password.value });
      if (response.ok) await changed();
      else refused((await response.json()).error);
    } catch (error) {
      console.warn(`No sign-in: ${error.message}`);
      refused(t("The dashboard does not answer. Try again."));
    } finally {
      submit.disabled = false;
    }
  }

  function refused(words) {
    im.setText(dialog.trouble, words);
    dialog.password.value = "";
    dialog.password.focus();
  }

  // The server refused for want of a sign-in: this tab had not heard of it, or a hand did what only somebody signed in may do.
  async function found(byHand) {
    await im.recheck();
    if (!isLocked()) return;
    im.dialogs.locked();
    if (byHand) demand();
  }

  const fetched = window.fetch;
  window.fetch = async function (...given) {
    const byHand = performance.now() - handAt < HAND_MS;
    const path = new URL(given[0] instanceof Request ? given[0].url : given[0], location.href).pathname;
    const response = await fetched.apply(this, given).catch((error) => {
      if (path === "/_dash-update-component") im.dialogs.lost();
      throw error;
    });
    const refused = response.headers.get("x-infusion-monitor") === "locked" || response.status === 401;
    if (refused && !/^\/(sign-|api\/screen)/.test(path)) found(byHand);
    return response;
  };

  // When a hand last did something; what follows at once is its doing. A way to another page asks for nothing.
  const hand = () => {
    handAt = performance.now();
    tellHand();
  };
  for (const name of ["pointerdown", "keydown"]) window.addEventListener(name, hand, { capture: true, passive: true });

  // Before anything on the page hears of the press.
  function pressed(event) {
    if (!(event.target instanceof Element)) return;
    if (event.target.closest("#sign-out")) {
      lock();
      return;
    }
    if (event.target.closest("#locked")) demand();
    hand();
    if (event.target.closest("a")) handAt = -Infinity;
    if (!isLocked()) return;
    const link = event.target.closest("a[href^='/']");
    const leaves = link && !event.ctrlKey && !event.metaKey && !LIVE.test(link.pathname) && link.pathname !== "/sign-in";
    if (!leaves && !event.target.closest(ACTS)) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    demand(leaves ? link.pathname : null);
  }
  document.addEventListener("click", pressed, true);

  im.lock = { learn, isLocked, lock, demand, found };
})(window.InfusionMonitor);
