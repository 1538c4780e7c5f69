// The ward's grid: one tile per room, sized so that twelve fit, worst first on demand.
"use strict";

(function (im) {
  const SMALLEST = { width: 232, height: 150 };
  const ORDER_KEY = "infusion-monitor.order";
  const GAP = 12;
  // Tiles of other shapes are laid out otherwise (ward.css).
  const NARROW = 300;
  const LOW = 200;
  const ROOM_BELOW = 250;
  const TALL = 330;

  let root = null;
  let sizes = null;
  let tiles = new Map();
  let byUrgency = false;
  let judgedAt = -Infinity;

  function mount(element) {
    root = element;
    root.replaceChildren();
    tiles = new Map();
    byUrgency = localStorage.getItem(ORDER_KEY) === "urgency";
    sizes = new ResizeObserver(fit);
    sizes.observe(root);
    load();
  }

  function unmount() {
    sizes.disconnect();
    for (const tile of tiles.values()) im.tile.forget(tile);
    tiles.clear();
    root = null;
  }

  function load() {
    if (!im.model.ready) return;
    const now = im.clock.now();
    for (const [id, tile] of tiles) {
      if (im.model.rooms.has(id)) continue;
      im.tile.forget(tile);
      tiles.delete(id);
    }
    for (const room of im.model.rooms.values()) {
      if (!tiles.has(room.id)) tiles.set(room.id, im.tile.create(room));
      paintRoom(room, now);
    }
    arrange();
    fit();
  }

  function paintRoom(room, now) {
    const tile = tiles.get(room.id);
    im.tile.paintSession(tile, room);
    im.tile.paintAlarms(tile, room, now);
    im.tile.paintValues(tile, room, now);
    im.tile.paintTimes(tile, room, now);
    if (tile.trend) im.trend.redraw(tile.trend);
  }

  function urgency(room) {
    const worst = im.model.alarmsOf(room.id)[0];
    if (!worst) return room.session ? 8 : 9;
    return im.PRIORITIES.indexOf(worst.priority) + (worst.state === "acknowledged" ? 4 : 0);
  }

  function arrange() {
    const rooms = Array.from(im.model.rooms.values());
    if (byUrgency) rooms.sort((one, other) => urgency(one) - urgency(other));
    im.arrange(root, rooms.map((room) => tiles.get(room.id).root));
    root.classList.toggle("ward-empty", rooms.length === 0);
  }

  // The number of columns that gives the largest tiles of a good shape.
  function columnsFor(count, width, height) {
    let best = { columns: 1, score: 0, rows: count };
    for (let columns = 1; columns <= count; columns += 1) {
      const rows = Math.ceil(count / columns);
      const wide = (width - GAP * (columns - 1)) / columns;
      const high = (height - GAP * (rows - 1)) / rows;
      if (wide < SMALLEST.width && columns > 1) break;
      const score = Math.min(wide / 320, high / 240);
      if (score > best.score) best = { columns, rows, score };
    }
    return best;
  }

  // All tiles are of one size. It is measured here once: container queries would measure it again with every number.
  function shape() {
    const { clientWidth: width, clientHeight: height } = root.firstElementChild;
    root.style.setProperty("--cw", `${width / 100}px`);
    root.style.setProperty("--ch", `${height / 100}px`);
    const narrow = width <= NARROW;
    root.classList.toggle("is-low", height <= LOW);
    root.classList.toggle("is-crowded", height < ROOM_BELOW);
    root.classList.toggle("is-narrow", narrow);
    root.classList.toggle("is-narrow-tall", narrow && height >= ROOM_BELOW);
    root.classList.toggle("is-narrow-low", narrow && height < ROOM_BELOW);
    root.classList.toggle("is-tall", !narrow && height >= TALL);
  }

  // Reads all sizes, then writes: one layout, not one per tile.
  function fit() {
    const count = tiles.size;
    if (!count || !root) return;
    const { columns } = columnsFor(count, root.clientWidth, root.clientHeight);
    root.style.setProperty("--columns", columns);
    shape();
    const boxes = Array.from(tiles.values(), (tile) =>
      tile.trend ? [tile, tile.trendBox.clientWidth, tile.trendBox.clientHeight] : null);
    for (const box of boxes) {
      if (!box) continue;
      const [tile, width, height] = box;
      tile.width = width;
      if (tile.trend.width !== width || tile.trend.height !== height) im.trend.resize(tile.trend, width, height);
    }
  }

  function update(changes) {
    if (changes.rooms) {
      load();
      return;
    }
    const now = im.clock.now();
    for (const id of changes.sessions) paintRoom(im.model.rooms.get(id), now);
    for (const id of changes.values) {
      const room = im.model.rooms.get(id);
      const tile = tiles.get(id);
      if (!room || !tile) continue;
      im.tile.paintValues(tile, room, now);
      // What grows older is written with the new number: the tile is laid out once.
      im.tile.paintTimes(tile, room, now);
      tile.timesPainted = true;
      if (tile.trend) im.trend.redrawWithNumber(tile.trend);
    }
    for (const id of new Set(changes.alarms.map((alarm) => alarm.room_id))) {
      const room = im.model.rooms.get(id);
      if (room) im.tile.paintAlarms(tiles.get(id), room, now);
    }
    if (changes.sessions.size) fit();
    if (byUrgency && (changes.alarms.length || changes.sessions.size)) arrange();
  }

  // Ten times a second: of those rooms in which something has become stale meanwhile, and of all with the connection.
  function judge(now, connectionChanged) {
    const before = judgedAt;
    judgedAt = now;
    for (const [id, tile] of tiles) {
      const room = im.model.rooms.get(id);
      if (connectionChanged || im.model.turned(room, before, now)) im.tile.paintValues(tile, room, now);
    }
  }

  function second(now) {
    for (const [id, tile] of tiles) {
      if (!tile.timesPainted) im.tile.paintTimes(tile, im.model.rooms.get(id), now);
      tile.timesPainted = false;
    }
  }

  // An empty room's trend moves too: its line must not stand still at the right edge.
  function refresh() {
    for (const tile of tiles.values()) if (tile.trend) im.trend.redraw(tile.trend);
  }

  function setOrder(worstFirst) {
    byUrgency = worstFirst;
    localStorage.setItem(ORDER_KEY, worstFirst ? "urgency" : "room");
    if (root && im.model.ready) arrange();
  }

  im.ward = {
    mount, unmount, load, update, judge, second, refresh, setOrder,
    isWorstFirst: () => localStorage.getItem(ORDER_KEY) === "urgency",
  };
})(window.InfusionMonitor);
