// The menu of a tile: what can be done for its room without leaving the ward.
"use strict";

(function (im) {
  const t = im.t;
  const GAP = 6;
  let open = null;

  function button(roomId) {
    const anchor = im.el("button", "tile-menu", "⋯");
    anchor.type = "button";
    anchor.dataset.action = "room-menu";
    anchor.setAttribute("aria-expanded", "false");
    const room = im.model.rooms.get(roomId);
    anchor.setAttribute("aria-label", t("Menu of {room}", { room: im.roomTitle(room.name) }));
    anchor.addEventListener("click", () => (open && open.anchor === anchor ? close(true) : show(roomId, anchor)));
    return anchor;
  }

  function show(roomId, anchor) {
    close(false);
    const actions = im.pauses.actions(roomId);
    const room = im.model.rooms.get(roomId);
    const root = im.el("div", "room-menu", im.el("b", null, im.roomTitle(room.name)), actions.root);
    root.setAttribute("role", "group");
    root.setAttribute("aria-label", im.roomTitle(room.name));
    document.body.append(root);
    open = { root, anchor, actions, roomId };
    anchor.setAttribute("aria-expanded", "true");
    place(root, anchor.getBoundingClientRect());
    actions.help.button.focus();
  }

  // Below its button, or above it where there is no room below.
  function place(root, at) {
    const { offsetWidth: width, offsetHeight: height } = root;
    const top = at.bottom + GAP + height > innerHeight ? at.top - GAP - height : at.bottom + GAP;
    root.style.top = `${Math.max(GAP, top)}px`;
    root.style.left = `${Math.max(GAP, Math.min(at.right - width, innerWidth - width - GAP))}px`;
  }

  function close(focus) {
    if (!open) return;
    const { root, anchor } = open;
    open = null;
    root.remove();
    anchor.setAttribute("aria-expanded", "false");
    if (focus) anchor.focus();
  }

  function second(now) {
    if (!open) return;
    if (!open.anchor.isConnected) close(false);
    else open.actions.paint(now);
  }

  document.addEventListener("pointerdown", (event) => {
    if (open && !open.root.contains(event.target) && !open.anchor.contains(event.target)) close(false);
  });
  document.addEventListener("keydown", (event) => event.key === "Escape" && close(true));

  im.roomMenu = { button, second };
})(window.InfusionMonitor);
