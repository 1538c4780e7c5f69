"""The bare pages of the fine browser tests: the places that the dashboard leaves to the scripts, and nothing else."""

from __future__ import annotations

from pathlib import Path

ASSETS = Path(__file__).parents[2] / "assets"

_SHELL = """<!DOCTYPE html>
<html lang="en" data-mantine-color-scheme="{theme}">
<head><meta charset="utf-8"><title>Test page</title>{styles}</head>
<body><div id="screen" class="screen">
<header id="appbar" class="appbar"><a class="brand" href="/">Infusion monitor</a>
<nav class="nav"><span class="nav-item"><a class="nav-link active" href="/">Ward</a></span></nav>
<div class="appbar-status"><span class="pill simulated" data-simulated="true">SIMULATED DATA</span>
<div id="alarm-counts" class="alarm-counts"></div>
<span id="connection" class="pill" data-connection="lost"></span>
<span id="sound-state" class="pill"></span><time id="clock" class="pill"></time>
<button id="locked" type="button" class="pill locked-pill">Locked: sign in to act</button>
<span class="pill operator">N-12 nurse</span></div></header>
<main id="page" class="page">{page}</main>
<div id="connection-cover" class="connection-cover" hidden></div>
</div>{scripts}</body></html>
"""

WARD = """<div class="ward"><div id="ward-grid" class="ward-grid"></div>
<aside id="ward-side" class="ward-side"><div class="ward-side-body"><div id="ward-order"></div>
<section class="side-block"><h2 class="side-title">Active alarms</h2>
<div id="alarm-list" class="side-list"></div></section>
<section class="side-block"><h2 class="side-title">Due</h2><div id="due-list" class="side-list"></div></section>
<section class="side-block"><h2 class="side-title">Acknowledged</h2>
<div id="acknowledged-list" class="side-list"></div></section>
<section class="side-block"><h2 class="side-title">Not watched now</h2>
<div id="not-watched-list" class="side-list"></div></section>
<div id="unassigned-note"></div></div></aside></div>
"""

SESSION = """<div id="session-page" class="session" data-session="s1" data-room-id="r1">
<div id="session-banner"></div>
<div id="session-head"><span class="step-time" data-phase-clock="true"></span></div>
<div id="session-trace" style="height: 500px"><div class="js-plotly-plot"></div></div>
<div id="session-numerics"></div><input id="typing"><button id="vitals-open" data-key="v">Enter vitals</button></div>
"""


def html(page: str, *, theme: str = "dark", extra_scripts: str = "") -> str:
    """A whole page with every style and script of the assets, in the order in which Dash loads them."""
    names = sorted(path.name for path in ASSETS.iterdir())
    styles = "".join(
        f'<link rel="stylesheet" href="/assets/{n}">' for n in names if n.endswith(".css")
    )
    scripts = "".join(f'<script src="/assets/{n}"></script>' for n in names if n.endswith(".js"))
    return _SHELL.format(page=page, styles=styles, scripts=extra_scripts + scripts, theme=theme)
