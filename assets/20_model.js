// What this screen knows: rooms with their newest values and trends, alarms, tasks. Plain data; judged by the clock when asked.
"use strict";

(function (im) {
  const TREND_MS = 15 * 60 * 1000;
  // Until the room says how long a device's values last.
  const CONTINUOUS_STALE_MS = 3000;
  // At a speed above 1 three gateway seconds may be shorter than the way to the screen; no value is struck for that.
  const SHORTEST_REAL_MS = 250;
  // A value by hand or cuff counts so long as one among several.
  const SPOT_MS = 15 * 60 * 1000;
  // What comes continuously from a device, unless the room says otherwise.
  const CONTINUOUS = new Set(["pulse_rate", "spo2", "resp_rate"]);

  const model = {
    ready: false,
    rooms: new Map(),
    alarms: new Map(),
    due: [],
    notWatched: [],
    unassigned: 0,
    selfCheckAge: 0,
    degraded: [],
  };

  function valueOf(room, point) {
    const [, metric, at, receivedAt, value, systolic, diastolic, mean, status, , source] = point;
    const kind = source === "manual" ? "manual" : "device";
    return { at, receivedAt, value, systolic, diastolic, mean, status, source: kind, from: source, staleAfter: staleAfter(room, metric, kind) };
  }

  function staleAfter(room, metric, source) {
    if (source === "manual") return null;
    if (metric in room.staleAfter) return room.staleAfter[metric] * 1000;
    return CONTINUOUS.has(metric) ? CONTINUOUS_STALE_MS : null;
  }

  function valueIn(room, metric, view) {
    const { at, value, systolic, diastolic, mean, status } = view;
    return {
      at, value, systolic, diastolic, mean, status,
      receivedAt: view.received_at,
      source: view.source,
      from: view.source === "manual" ? "manual" : sourceNamed(room, view.device),
      staleAfter: staleAfter(room, metric, view.source),
    };
  }

  // Values of a snapshot name their device, points carry its id.
  function sourceNamed(room, name) {
    const found = Object.entries(room.sources).find(([, known]) => known === name);
    return found ? found[0] : name;
  }

  function newRoom(view) {
    return { id: view.id, name: view.name, session: view.session, devices: view.devices, sources: view.sources || {}, connected: view.connected, staleAfter: view.stale_after_s, values: {}, trend: {} };
  }

  function loadRoom(view) {
    const room = newRoom(view);
    for (const [metric, value] of Object.entries(view.values)) keepValue(room, metric, valueIn(room, metric, value));
    for (const point of view.trend) {
      keepPoint(room, point);
      if (!point[9]) keepValue(room, point[1], valueOf(room, point));
    }
    return room;
  }

  // The newest value of each source is kept apart: no device and no person hides another.
  function keepValue(room, metric, value) {
    const sources = room.values[metric] || (room.values[metric] = new Map());
    const before = sources.get(value.from);
    if (before && before.at > value.at) return;
    sources.set(value.from, value);
  }

  // Points come in order as a rule; a late one goes to its place.
  function keepPoint(room, point) {
    const points = room.trend[point[1]] || (room.trend[point[1]] = []);
    let place = points.length;
    while (place > 0 && points[place - 1][2] > point[2]) place -= 1;
    if (place === points.length) points.push(point);
    else points.splice(place, 0, point);
    const oldest = points[points.length - 1][2] - TREND_MS;
    if (points.length > 64 && points[32][2] < oldest) points.splice(0, 32);
  }

  function load(snapshot) {
    model.ready = true;
    model.rooms = new Map(snapshot.rooms.map((view) => [view.id, loadRoom(view)]));
    model.alarms = new Map(snapshot.alarms.filter((alarm) => alarm.state !== "ended").map((alarm) => [alarm.id, alarm]));
    model.due = snapshot.due;
    model.notWatched = snapshot.not_watched;
    model.unassigned = snapshot.unassigned;
    model.selfCheckAge = snapshot.self_check_age_s;
  }

  // Takes an update in. Returns what changed: room ids with new values, and which lists.
  function apply(update) {
    const changes = { points: update.points, values: new Set(), rooms: false, sessions: new Set(), alarms: update.alarms, tasks: false };
    for (const point of update.points) takePoint(point, changes);
    for (const view of update.rooms) takeRoom(view, changes);
    for (const id of update.retired_rooms) changes.rooms = model.rooms.delete(id) || changes.rooms;
    for (const alarm of update.alarms) takeAlarm(alarm, changes);
    for (const [field, name] of [["due", "due"], ["not_watched", "notWatched"], ["unassigned", "unassigned"]]) {
      if (update[field] === null || update[field] === undefined) continue;
      model[name] = update[field];
      changes.tasks = true;
    }
    return changes;
  }

  function takePoint(point, changes) {
    const room = model.rooms.get(point[0]);
    if (!room) return;
    keepPoint(room, point);
    // A late reading belongs to the trace, never to the number that stands for now.
    if (!point[9]) keepValue(room, point[1], valueOf(room, point));
    changes.values.add(room.id);
  }

  function takeRoom(view, changes) {
    const room = model.rooms.get(view.id);
    if (!room) {
      model.rooms.set(view.id, newRoom(view));
      changes.rooms = true;
      return;
    }
    changes.rooms = changes.rooms || room.name !== view.name;
    const another = (room.session && room.session.id) !== (view.session && view.session.id);
    if (another) Object.assign(room, { values: {}, trend: {} });
    Object.assign(room, { name: view.name, session: view.session, devices: view.devices, sources: view.sources || {}, connected: view.connected });
    takePace(room, view.stale_after_s);
    changes.sessions.add(room.id);
    changes.values.add(room.id);
  }

  // A device has said how often it sends: what is shown of it already lasts as long as what will come.
  function takePace(room, pace) {
    room.staleAfter = pace;
    for (const [metric, sources] of Object.entries(room.values)) {
      for (const value of sources.values()) value.staleAfter = staleAfter(room, metric, value.source);
    }
  }

  function takeAlarm(alarm, changes) {
    if (alarm.state === "ended") model.alarms.delete(alarm.id);
    else model.alarms.set(alarm.id, alarm);
    changes.values.add(alarm.room_id);
  }

  function isStale(value, now) {
    if (im.watchdog.connection() === "lost") return true;
    if (value.staleAfter === null) return false;
    return now - value.receivedAt > longest(value);
  }

  const longest = (value) => Math.max(value.staleAfter, SHORTEST_REAL_MS * im.clock.speed());

  // Whether time alone has made something of a room stale, or too old to count, after one moment and by another.
  function turned(room, after, by) {
    for (const metric in room.values) {
      for (const value of room.values[metric].values()) {
        const lasts = value.staleAfter === null ? value.at + SPOT_MS : value.receivedAt + longest(value);
        if (lasts >= after && lasts < by) return true;
      }
    }
    return false;
  }

  const newer = (one, other) => (other === null || one.at > other.at ? one : other);

  // What a source says now: a device's value that is not stale, or one that was measured by hand or cuff of late.
  function current(room, metric, now) {
    const found = [];
    for (const value of room.values[metric] ? room.values[metric].values() : []) {
      const counts = value.value !== null || value.systolic !== null || value.mean !== null;
      if (counts && (value.staleAfter === null ? now - value.at <= SPOT_MS : !isStale(value, now))) found.push(value);
    }
    return found;
  }

  // How far inside its limits a value is; below zero it is beyond one.
  function margin(session, metric, value) {
    const parts = metric === "nibp" ? ["systolic", "diastolic"] : ["value"];
    let least = Infinity;
    for (const part of parts) {
      const limit = session && session.limits[part === "value" ? metric : part];
      if (!limit || value[part] === null) continue;
      if (limit.low !== null) least = Math.min(least, value[part] - limit.low);
      if (limit.high !== null) least = Math.min(least, limit.high - value[part]);
    }
    return least;
  }

  // The value that stands for now: the worst of the devices that send, and before them any recent one beyond its limits;
  // without either the newest there is.
  function shown(room, metric, now) {
    const sources = current(room, metric, now);
    const live = sources.filter((value) => value.staleAfter !== null);
    let worst = null;
    let least = Infinity;
    for (const value of sources) {
      const inside = margin(room.session, metric, value);
      if ((value.staleAfter !== null || inside < 0) && (worst === null || inside < least)) {
        worst = value;
        least = inside;
      }
    }
    if (worst !== null && (least < Infinity || live.length === 1)) return worst;
    return newestOf(live.length ? live : room.values[metric] ? room.values[metric].values() : [], now);
  }

  // A device that still sends comes before all others, also when it has no value to give.
  function newestOf(values, now) {
    let fresh = null;
    let any = null;
    for (const value of values) {
      if (value.staleAfter !== null && !isStale(value, now)) fresh = newer(value, fresh);
      any = newer(value, any);
    }
    return fresh || any;
  }

  function alarmsOf(roomId) {
    return Array.from(model.alarms.values()).filter((alarm) => alarm.room_id === roomId).sort(byUrgency);
  }

  const STATE_RANK = { active: 0, latched: 1, acknowledged: 2 };
  function byUrgency(one, other) {
    return (
      Number(one.state === "acknowledged") - Number(other.state === "acknowledged") ||
      im.PRIORITIES.indexOf(one.priority) - im.PRIORITIES.indexOf(other.priority) ||
      STATE_RANK[one.state] - STATE_RANK[other.state] ||
      other.raised_at - one.raised_at
    );
  }

  Object.assign(model, { load, apply, isStale, turned, shown, current, alarmsOf, byUrgency, TREND_MS });
  im.model = model;
})(window.InfusionMonitor);
