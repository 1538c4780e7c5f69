// Dash builds what it draws again anew. A press that began on the old button, and the focus that it had, go to the new one.
"use strict";

(function (im) {
  let focused = null;
  let pressed = null;

  // The element that stands where this one stood; itself while it is there, null when nobody can say which one it is.
  function successor(old) {
    if (!old || old.isConnected) return old;
    if (old.id) return document.getElementById(old.id);
    const alike = Array.from(document.getElementsByTagName(old.tagName)).filter((one) => one.outerHTML === old.outerHTML);
    return alike.length === 1 ? alike[0] : null;
  }

  function keepFocus() {
    if (!focused || focused.isConnected || document.activeElement !== document.body) return;
    const next = successor(focused);
    focused = null;
    if (next && next.getClientRects().length) next.focus({ preventScroll: true });
  }

  // A finger's press is one event at its end and finds the new button by itself; a mouse's has two ends.
  function finish(event) {
    const old = pressed;
    pressed = null;
    if (!old || old.isConnected || event.pointerType !== "mouse") return;
    const under = document.elementFromPoint(event.clientX, event.clientY);
    const button = under && under.closest("button");
    if (button && button === successor(old)) button.click();
  }

  document.addEventListener("focusin", (event) => {
    focused = event.target;
  });
  // An element that is being taken away loses the focus while it is still there: whether it stays is known only afterwards.
  document.addEventListener("focusout", (event) => setTimeout(() => {
    if (focused === event.target && focused.isConnected && document.activeElement !== focused) focused = null;
  }, 0));
  document.addEventListener("pointerdown", (event) => {
    pressed = event.target.closest("button");
  }, true);
  document.addEventListener("pointerup", finish, true);
  new MutationObserver(keepFocus).observe(document.documentElement, { childList: true, subtree: true });

  im.redrawn = { successor };
})(window.InfusionMonitor);
