// Answers to checks: a press or a key sends one at once, and the next open check takes the focus.
"use strict";

(function (im) {
  const t = im.t;
  const KEYS = { y: "yes", j: "yes", n: "no", a: "not_applicable" };

  // What was given and is not confirmed yet: item to its order. It is sent again when the gateway is back.
  const waiting = new Map();
  // Which button has the focus: Dash draws the rows anew when an answer has come back.
  let at = null;

  const rowOf = (item) => {
    const rows = Array.from(document.querySelectorAll("[data-check]")).filter((row) => row.dataset.check === item);
    return rows.find((row) => row.getClientRects().length) || rows[0] || null;
  };

  function say(root, words) {
    const dialog = root && root.closest(".dialog");
    const place = dialog && dialog.querySelector('[data-part="error"]');
    if (place) place.textContent = words;
    else if (words && window.dash_clientside) window.dash_clientside.set_props("notice", { children: words });
  }

  function give(item, answer) {
    const page = document.getElementById("session-page");
    if (!page) return;
    waiting.set(item, { kind: "answer_check", session: page.dataset.session, item, answer });
    send(item);
  }

  function send(item) {
    const order = waiting.get(item);
    const id = im.orders.send(order, (state, words) => {
      if (waiting.get(item) !== order) return;
      const root = rowOf(item);
      if (root) im.setAttr(root, "data-waiting", state === "confirmed" ? null : "true");
      if (state === "confirmed") confirmed(id, item, root, order.answer);
      else if (state === "refused") refused(item, root, words);
    });
  }

  // Confirmed: it stands before Dash has read who gave it and when.
  function confirmed(id, item, root, answer) {
    waiting.delete(item);
    im.orders.settle(id);
    if (!root) return;
    say(root, "");
    if (root.dataset.answer !== undefined) root.dataset.answer = answer;
    for (const button of root.querySelectorAll("[data-check-answer]")) button.setAttribute("aria-pressed", String(button.dataset.checkAnswer === answer));
  }

  function refused(item, root, words) {
    if (!im.socket.isOpen()) {
      say(root, t("No contact: what you answered is sent when it is back."));
      return;
    }
    waiting.delete(item);
    if (root) im.setAttr(root, "data-waiting", null);
    say(root, `${t("Not answered.")} ${words}`);
  }

  function again() {
    const page = document.getElementById("session-page");
    for (const [item, order] of waiting) {
      if (page && order.session === page.dataset.session) send(item);
      else waiting.delete(item);
    }
  }

  const rowsBeside = (row) => Array.from(row.closest(".checks-body, .criteria").querySelectorAll("[data-check]"));
  const isOpen = (row) => !waiting.has(row.dataset.check) && (row.dataset.answer === undefined ? row.dataset.met === "false" : !row.dataset.answer);

  function focusRow(row) {
    const button = row && row.querySelector("[data-check-answer]");
    if (!button) return;
    button.focus();
    row.scrollIntoView({ block: "nearest" });
  }

  function goOn(row) {
    const rows = rowsBeside(row);
    const after = [...rows.slice(rows.indexOf(row) + 1), ...rows].find((one) => one !== row && isOpen(one));
    const done = row.closest(".dialog") && row.closest(".dialog").querySelector(".dialog-actions [data-closes]");
    if (after) focusRow(after);
    else if (done) done.focus();
  }

  function pressed(event) {
    const button = event.target.closest("[data-check-answer]");
    if (button) give(button.closest("[data-check]").dataset.check, button.dataset.checkAnswer);
  }

  // In the open checklist a key answers the row that has the focus, or the first that is open.
  function currentRow(event) {
    const row = event.target.closest && event.target.closest("[data-check]");
    const shown = im.dialogs.shown();
    if (row || !shown || !shown.querySelector(".checks-body") || event.target.closest("button")) return row;
    return Array.from(shown.querySelectorAll("[data-check]")).find(isOpen) || null;
  }

  function key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
    const row = currentRow(event);
    if (!row) return;
    const rows = rowsBeside(row);
    const answer = KEYS[event.key.toLowerCase()];
    if (answer && row.querySelector(`[data-check-answer="${answer}"]`)) {
      give(row.dataset.check, answer);
      goOn(row);
    } else if (event.key === "ArrowDown") focusRow(rows[rows.indexOf(row) + 1]);
    else if (event.key === "ArrowUp") focusRow(rows[rows.indexOf(row) - 1]);
    else return;
    // What answers a check presses no button of the page.
    event.preventDefault();
    event.stopPropagation();
  }

  function remember(event) {
    const button = event.target.closest("[data-check-answer]");
    at = button ? { item: button.closest("[data-check]").dataset.check, answer: button.dataset.checkAnswer } : null;
  }

  // The row that had the focus was drawn anew: its successor takes it over.
  function restore() {
    if (!at || (document.activeElement && document.activeElement !== document.body)) return;
    const row = rowOf(at.item);
    const button = row && row.querySelector(`[data-check-answer="${at.answer}"]`);
    if (button && button.getClientRects().length) button.focus({ preventScroll: true });
  }

  document.addEventListener("click", pressed);
  document.addEventListener("keydown", key, true);
  document.addEventListener("focusin", remember);
  new MutationObserver(restore).observe(document.documentElement, { childList: true, subtree: true });

  im.checks = { again };
})(window.InfusionMonitor);
