from __future__ import annotations

from dash import html, no_update

from monitor.dashboard.components.redrawing import digests, redrawn


def button(text: str) -> html.Div:
    return html.Div([html.Button(text, id="go"), "words"])


def test_what_is_shown_already_is_not_drawn_again() -> None:
    shown = digests({"head": button("Go"), "log": [button("one")]})
    head, log, now = redrawn(shown, {"head": button("Go"), "log": [button("two")]})
    assert head is no_update
    assert log[0].children[0].children == "two"
    assert now == digests({"head": button("Go"), "log": [button("two")]})


def test_a_page_that_remembers_nothing_is_drawn_whole() -> None:
    head, _now = redrawn(None, {"head": button("Go")})
    assert head is not no_update
