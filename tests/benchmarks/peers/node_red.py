"""Peer: Node-RED with its dashboard, and where it is asked for a table of SQLite. The flow is made for the rooms.

A frame comes in by a websocket node of its room, a function takes the texts out, and one template of the dashboard
shows the room. With alarms a function of each room keeps who is below the limit in a list that another template
shows, and a trigger node tells the page that a room has been silent for three seconds. With a store each reading is
one row by the SQLite node, and its acknowledgement goes out after the row is in the database.
"""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

from tests.benchmarks.peers.frames import rooms

LIMIT = 85
SILENT_MS = 3000
PAGE = "/dashboard/ward"

_TEXTS = """const said = JSON.parse(msg.payload);
if (said.type !== "readings") return null;
const cells = {};
for (const reading of said.readings) {
  const { metric, value, systolic, diastolic } = reading;
  cells[metric] = metric === "nibp" ? `${systolic}/${diastolic}` : String(value);
}
return { payload: cells };"""

_ALARM = """const low = Number(msg.payload.spo2) < LIMIT;
const alarms = flow.get("alarms") || {};
if (low === (ROOM in alarms)) return null;
const known = flow.get("known") || 0;
if (low) {
  alarms[ROOM] = { id: known + 1, room: ROOM, words: `SpO2 ${msg.payload.spo2} %` };
  flow.set("known", known + 1);
} else {
  delete alarms[ROOM];
}
flow.set("alarms", alarms);
return { payload: Object.values(alarms) };"""

_TILE = """<template><div data-room="ROOM" :data-stale="String(msg?.stale === true)">
<span data-metric="pulse_rate">{{ msg?.payload?.pulse_rate ?? "--" }}</span>
<span data-metric="spo2">{{ msg?.payload?.spo2 ?? "--" }}</span>
<span data-metric="nibp">{{ msg?.payload?.nibp ?? "--" }}</span></div></template>"""

_LIST = """<template><div><div v-for="alarm in msg?.payload ?? []" :key="alarm.id" :data-alarm="alarm.id"
 :data-room="alarm.room" data-priority="high">{{ alarm.room }} {{ alarm.words }}</div></div></template>"""

_ROWS = """const said = JSON.parse(msg.payload);
const to = msg._session;
if (said.type === "hello") {
  return [null, { _session: to, payload: JSON.stringify({ type: "welcome", last_seq: 0 }) }];
}
const [{ metric, value, measured_at }] = said.readings;
const params = { $device: DEVICE, $seq: said.seq, $metric: metric, $value: value, $at: measured_at };
return [{ _session: to, seq: said.seq, params }, null];"""

_ACKNOWLEDGED = """return { _session: msg._session,
  payload: JSON.stringify({ type: "ack", seq: msg.seq, stored: 1, rejected: [] }) };"""

_INSERT = "INSERT OR IGNORE INTO readings (device, seq, metric, value, at) VALUES ($device, $seq, $metric, $value, $at)"
_TABLE = (
    "CREATE TABLE readings"
    " (device TEXT, seq INTEGER, metric TEXT, value REAL, at TEXT, PRIMARY KEY (device, seq, at)) WITHOUT ROWID"
)

Node = dict[str, Any]


def write_user(folder: Path, modules: Path, flow: list[Node]) -> None:
    """A directory to start Node-RED in: the flow, the settings, and where its nodes are found."""
    folder.mkdir(parents=True)
    (folder / "node_modules").symlink_to(modules)
    (folder / "package.json").write_text('{"name": "ward", "private": true}')
    settings = {
        "uiHost": "127.0.0.1",
        "flowFile": "flows.json",
        "credentialSecret": False,
        "httpAdminRoot": False,
        "diagnostics": {"enabled": False},
        "telemetry": {"enabled": False},
        "logging": {"console": {"level": "warn"}},
    }
    (folder / "settings.js").write_text(f"module.exports = {json.dumps(settings)}\n")
    (folder / "flows.json").write_text(json.dumps(flow))


def ward(count: int, *, alarms: bool) -> list[Node]:
    """The flow of a ward page, with its alarms and silences or without."""
    nodes = _dashboard()
    for room in rooms(count):
        shown = [f"tile{room}", *([f"judge{room}", f"silent{room}"] if alarms else [])]
        nodes += [
            *_device(room, [f"texts{room}"]),
            _function(f"texts{room}", _TEXTS, [shown]),
            _template(f"tile{room}", _TILE.replace("ROOM", room)),
        ]
        if alarms:
            judged = _ALARM.replace("ROOM", f'"{room}"').replace("LIMIT", str(LIMIT))
            nodes += [_function(f"judge{room}", judged, [["alarms"]]), *_silence(room)]
    if alarms:
        nodes.append(_template("alarms", _LIST))
    return nodes


def store(database: Path) -> list[Node]:
    """The flow that keeps one-reading frames in SQLite, each durable when it is acknowledged, and shows nothing."""
    flow = {"id": "flow", "type": "tab", "label": "Store"}
    return [flow, _database(database), *_device("", ["rows"]), *_kept("", "to.id")]


def storing_ward(count: int, database: Path) -> list[Node]:
    """The flow of a ward page that keeps its readings too."""
    nodes = [*ward(count, alarms=False), _database(database)]
    for node in nodes:
        if node["type"] == "websocket in":
            node["wires"][0].append(node["id"].replace("in", "rows"))
    return nodes + [node for room in rooms(count) for node in _kept(room, f'"{room}"')]


def _database(path: Path) -> Node:
    with closing(sqlite3.connect(path)) as made:
        # The mode stays with the file; SQLite's default beside it is to wait for the disk at every commit.
        made.execute("PRAGMA journal_mode=WAL")
        made.execute(_TABLE)
    return {"id": "db", "type": "sqlitedb", "db": str(path), "mode": "RWC"}


def _kept(room: str, device: str) -> list[Node]:
    insert, out, acked = f"insert{room}", f"out{room}", f"acked{room}"
    prepared = {"mydb": "db", "sqlquery": "prepared", "sql": _INSERT}
    back = {"server": f"listen{room}", "client": ""}
    return [
        _function(f"rows{room}", _ROWS.replace("DEVICE", device), [[insert], [out]]),
        {"id": insert, "type": "sqlite", "z": "flow", **prepared, "wires": [[acked]]},
        _function(acked, _ACKNOWLEDGED, [[out]]),
        {"id": out, "type": "websocket out", "z": "flow", **back, "wires": []},
    ]


def _dashboard() -> list[Node]:
    return [
        {"id": "flow", "type": "tab", "label": "Ward"},
        {"id": "base", "type": "ui-base", "name": "Ward", "path": "/dashboard"}
        | {"includeClientData": False, "acceptsClientConfig": [], "showPathInSidebar": False},
        {"id": "theme", "type": "ui-theme", "name": "Plain", "colors": {}, "sizes": {}},
        {"id": "page", "type": "ui-page", "name": "Ward", "ui": "base", "path": "/ward"}
        | {"layout": "grid", "theme": "theme", "order": 1, "visible": True, "disabled": False},
        {"id": "group", "type": "ui-group", "name": "Rooms", "page": "page", "width": "12"}
        | {"height": "1", "order": 1, "showTitle": False, "visible": True, "disabled": False},
    ]


def _device(room: str, to: list[str]) -> list[Node]:
    return [
        {"id": f"listen{room}", "type": "websocket-listener", "wholemsg": "false"}
        | {"path": f"/device/{room}".rstrip("/")},
        {"id": f"in{room}", "type": "websocket in", "z": "flow", "server": f"listen{room}"}
        | {"client": "", "wires": [to]},
    ]


def _silence(room: str) -> list[Node]:
    """A room that has been silent is marked with what it showed last; its next frame takes the mark away."""
    trigger = {
        "id": f"silent{room}",
        "type": "trigger",
        "z": "flow",
        "op1type": "nul",
        "op2": "",
        "op2type": "payl",
        "duration": str(SILENT_MS),
        "units": "ms",
        "extend": True,
        "reset": "",
        "bytopic": "all",
        "outputs": 1,
        "wires": [[f"stale{room}"]],
    }
    mark = "msg.stale = true; return msg;"
    return [trigger, _function(f"stale{room}", mark, [[f"tile{room}"]])]


def _function(name: str, body: str, to: list[list[str]]) -> Node:
    return {
        "id": name,
        "type": "function",
        "z": "flow",
        "func": body,
        "outputs": len(to),
        "wires": to,
    }


def _template(name: str, text: str) -> Node:
    return {
        "id": name,
        "type": "ui-template",
        "z": "flow",
        "group": "group",
        "order": 1,
        "width": "3",
        "height": "1",
        "format": text,
        "storeOutMessages": True,
        "passthru": False,
        "resendOnRefresh": True,
        "templateScope": "local",
        "wires": [[]],
    }
