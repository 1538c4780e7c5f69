"""Pages that show a session's points as plainly as it can be done: Plotly alone, and a static page without a script."""

from __future__ import annotations

import http.server
import json
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from importlib.resources import files
from pathlib import Path

from monitor.data_directory import DataDirectory
from monitor.storage import open_records
from tests import past_session
from tests.benchmarks.clinic import REPOSITORY

_WIDTH, _LANE = 1440, 170

_PLOTLY = """<!doctype html><meta charset="utf-8"><script src="LIBRARY"></script>
<button>trace</button><div id="trace" style="width:1440px;height:700px"></div>
<script>
const draw = () => fetch("points.json").then((answer) => answer.json()).then((figure) => {
  const graph = document.getElementById("trace");
  Plotly.newPlot(graph, figure.data, figure.layout).then(() => {
    requestAnimationFrame(() => { window.readyAt = Date.now(); });
  });
});
document.querySelector("button").addEventListener("click", draw);
if (location.hash) draw();
</script>"""

Line = tuple[list[int], list[float]]


class _Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_given: object) -> None:
        pass


@contextmanager
def plain_pages(path: Path, directory: DataDirectory) -> Iterator[str]:
    """The address of ``plotly.html``, which draws on a press or at once with a ``#``, and of ``static.html``.

    ``basic.html`` is the first with the part of the library alone that ours draws with.
    """
    path.mkdir()
    lines = _lines(directory)
    [basic] = (REPOSITORY / "assets" / "plotly").glob("plotly-basic-*.min.js")
    for page, library in (
        ("plotly", files("plotly") / "package_data" / "plotly.min.js"),
        ("basic", basic),
    ):
        shutil.copy(str(library), path / f"{page}.js")
        (path / f"{page}.html").write_text(_PLOTLY.replace("LIBRARY", f"{page}.js"))
    (path / "points.json").write_text(json.dumps(_figure(lines)))
    (path / "static.html").write_text(_static(lines))
    (path / "list.html").write_text('<!doctype html><a href="static.html">the session</a>')
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=str(path)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def _lines(directory: DataDirectory) -> list[Line]:
    lines: dict[str, Line] = {}
    records = open_records(directory.path)
    for point in records.trace(past_session.SESSION).points:
        if point[4] is not None:
            x, y = lines.setdefault(point[1], ([], []))
            x.append(point[2])
            y.append(point[4])
    records.close()
    return list(lines.values())


def _figure(lines: list[Line]) -> dict[str, object]:
    data = [
        {"x": x, "y": y, "mode": "lines", "yaxis": f"y{place + 1}" if place else "y"}
        for place, (x, y) in enumerate(lines)
    ]
    layout: dict[str, object] = {"xaxis": {"type": "date"}, "showlegend": False}
    for place in range(len(data)):
        share = 1 / len(data)
        layout[f"yaxis{place + 1}"] = {"domain": [place * share, (place + 1) * share - 0.03]}
    return {"data": data, "layout": layout}


def _static(lines: list[Line]) -> str:
    """Every point in one polyline of each metric, each in a lane of its own."""
    lanes = "".join(_lane(place, line) for place, line in enumerate(lines))
    height = _LANE * len(lines)
    style = "polyline{fill:none;stroke:#246;stroke-width:1}"
    picture = f'<svg width="{_WIDTH}" height="{height}"><style>{style}</style>{lanes}</svg>'
    return f'<!doctype html><meta charset="utf-8"><title>Session</title>{picture}'


def _lane(place: int, line: Line) -> str:
    (first, last), (low, high) = ((min(values), max(values)) for values in line)
    wide, tall = _WIDTH / max(1, last - first), _LANE / max(1.0, high - low)
    points = " ".join(
        f"{(x - first) * wide:.1f},{(place + 1) * _LANE - (y - low) * tall:.1f}"
        for x, y in zip(*line, strict=True)
    )
    return f'<polyline points="{points}"/>'
