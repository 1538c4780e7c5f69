"""What surrounds every page: the bar with the navigation and the state of everything, and the operator's menu."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import dash_mantine_components as dmc
from dash import Dash, Input, Output, ctx, dcc, html, page_container, set_props

from monitor.dashboard import ids
from monitor.dashboard.components.attributes import attributes
from monitor.dashboard.components.start import start_dialog
from monitor.dashboard.orders import GatewayUnreachableError
from monitor.dashboard.presenters import operator_label, refusal_text, unreachable_text
from monitor.dashboard.simulator_access import may_simulate
from monitor.dashboard.theme import MANTINE_THEME
from monitor.dashboard.visit import THEME_COOKIE, Visit, current_visit
from monitor.dashboard.words import Words
from monitor.domain.permissions import OPEN_RECORD, SEE_FIGURES, SEE_PLAN, SEE_SETTINGS, SEE_WARD
from monitor.locale import LANGUAGES
from monitor.wire.orders import ChooseLanguage

_LANGUAGE_BUTTONS = {ids.LANGUAGE_EN: "en", ids.LANGUAGE_NB: "nb"}
_THEME_BUTTONS = {ids.THEME_DARK: "dark", ids.THEME_LIGHT: "light"}


def layout() -> Any:
    """The shell of the current visit, with an empty place for the page."""
    visit = current_visit()
    _ = visit.words.gettext
    return dmc.MantineProvider(
        theme=MANTINE_THEME,
        forceColorScheme=visit.theme,
        children=html.Div(
            id=ids.SCREEN,
            className="screen",
            children=[
                html.A(_("Skip to the page"), href=f"#{ids.PAGE}", className="skip-link"),
                _appbar(visit),
                html.Main(page_container, id=ids.PAGE, className="page", tabIndex="-1"),
                html.Div(id=ids.NOTICE, className="notice", role="alert"),
                html.Div(id=ids.CONNECTION_COVER, className="connection-cover", hidden=True),
                dcc.Store(id=ids.LANGUAGE_CHOSEN),
                dcc.Store(id=ids.THEME_CHOSEN),
                dcc.Location(id=ids.GO_TO, refresh="callback-nav"),
                start_dialog(visit),
            ],
        ),
    )


def navigation(
    words: Words, path: str, *, simulates: bool = False, may: Callable[[str], bool] = lambda _: True
) -> list[Any]:
    """The links to the pages that somebody who ``may`` do such a thing can see, the shown one marked."""
    _ = words.gettext
    simulator = [("/simulator", _("Simulator"), SEE_SETTINGS)] if simulates else []
    links = [
        ("/", _("Ward"), SEE_WARD),
        ("/plan", _("Plan"), SEE_PLAN),
        ("/sessions", _("Sessions"), OPEN_RECORD),
        ("/alarms", _("Alarms"), OPEN_RECORD),
        ("/clinic", _("Clinic"), SEE_FIGURES),
        ("/unassigned", _("Unassigned"), OPEN_RECORD),
        *simulator,
        ("/settings", _("Settings"), SEE_SETTINGS),
    ]
    return [
        _nav_link(address, text, _is_under(path, address))
        for address, text, action in links
        if may(action)
    ]


def show_notice(text: str) -> None:
    """Say one sentence across the page, from any callback."""
    set_props(ids.NOTICE, {"children": text})


def register_callbacks(app: Dash) -> None:
    """Navigation marks, language and theme."""

    @app.callback(Output(ids.NAV, "children"), Input(ids.LOCATION, "pathname"))
    def mark_shown_page(path: str) -> list[Any]:
        visit = current_visit()
        return navigation(visit.words, path, simulates=may_simulate(visit), may=visit.may)

    @app.callback(
        Output(ids.LANGUAGE_CHOSEN, "data"),
        Output(ids.NOTICE, "children"),
        [Input(button, "n_clicks") for button in _LANGUAGE_BUTTONS],
        prevent_initial_call=True,
    )
    async def choose_language(*_clicks: int | None) -> tuple[str | None, str]:
        return await _choose_language(current_visit(), _LANGUAGE_BUTTONS[str(ctx.triggered_id)])

    @app.callback(
        Output(ids.THEME_CHOSEN, "data"),
        [Input(button, "n_clicks") for button in _THEME_BUTTONS],
        prevent_initial_call=True,
    )
    def choose_theme(*_clicks: int | None) -> str:
        ctx.response.set_cookie(THEME_COOKIE, _THEME_BUTTONS[str(ctx.triggered_id)])
        return _THEME_BUTTONS[str(ctx.triggered_id)]

    app.clientside_callback(
        "function(language, theme) { if (language || theme) window.location.reload(); }",
        Input(ids.LANGUAGE_CHOSEN, "data"),
        Input(ids.THEME_CHOSEN, "data"),
        prevent_initial_call=True,
    )


async def _choose_language(visit: Visit, language: str) -> tuple[str | None, str]:
    try:
        result = await visit.send(ChooseLanguage.model_validate({"language": language}))
    except GatewayUnreachableError as error:
        return None, unreachable_text(visit.words, error)
    return (language, "") if result.ok else (None, refusal_text(visit.words, result))


def _appbar(visit: Visit) -> Any:
    _ = visit.words.gettext
    simulated = (
        [
            html.Span(
                _("SIMULATED DATA"), className="pill simulated", **attributes(data_simulated="true")
            )
        ]
        if visit.parts.settings.simulated
        else []
    )
    return html.Header(
        id=ids.APPBAR,
        className="appbar",
        children=[
            dcc.Link(_("Infusion monitor"), href="/", className="brand"),
            html.Nav(id=ids.NAV, className="nav", **attributes(aria_label=_("Pages"))),
            html.Div(
                className="appbar-status",
                children=[
                    *simulated,
                    html.Div(id=ids.ALARM_COUNTS, className="alarm-counts"),
                    # Not live until the script says so.
                    html.Span(
                        id=ids.CONNECTION, className="pill", **attributes(data_connection="lost")
                    ),
                    html.Span(id=ids.SOUND_STATE, className="pill"),
                    html.Time(id=ids.CLOCK, className="pill"),
                    _locked_button(visit.words),
                    _operator_menu(visit),
                ],
            ),
        ],
    )


def _locked_button(words: Words) -> Any:
    """Stands in the operator's place while nobody is signed in; its script opens the sign-in."""
    text = words.gettext("Locked: sign in to act")
    return html.Button(text, id=ids.LOCKED, type="button", className="pill locked-pill")


def _operator_menu(visit: Visit) -> Any:
    _ = visit.words.gettext
    label = "" if visit.is_locked else operator_label(visit.words, visit.operator)
    sign_out = dmc.MenuItem(
        _("Lock or sign out"), id=ids.SIGN_OUT, n_clicks=0, className="menu-choice"
    )
    return dmc.Menu(
        position="bottom-end",
        children=[
            dmc.MenuTarget(
                html.Span(label, id=ids.OPERATOR_NAME),
                # The target's own box is the button: what it says about the menu is for a button to say.
                boxWrapperProps={
                    "component": "button",
                    "type": "button",
                    "className": "pill operator",
                    "aria-label": _("Operator menu"),
                },
            ),
            dmc.MenuDropdown(
                [
                    dmc.MenuLabel(_("Language")),
                    *_language_choices(visit),
                    dmc.MenuDivider(),
                    dmc.MenuLabel(_("Theme")),
                    *_theme_choices(visit),
                    dmc.MenuDivider(),
                    sign_out,
                ]
            ),
        ],
    )


def _language_choices(visit: Visit) -> list[Any]:
    return [
        _choice(button, LANGUAGES[language], chosen=language == visit.words.language)
        for button, language in _LANGUAGE_BUTTONS.items()
    ]


def _theme_choices(visit: Visit) -> list[Any]:
    _ = visit.words.gettext
    names = {"dark": _("Dark"), "light": _("Light")}
    return [
        _choice(button, names[theme], chosen=theme == visit.theme)
        for button, theme in _THEME_BUTTONS.items()
    ]


def _choice(button: str, text: str, *, chosen: bool) -> Any:
    return dmc.MenuItem(
        text, id=button, n_clicks=0, leftSection="✓" if chosen else " ", className="menu-choice"
    )


def _nav_link(address: str, text: str, shown: bool) -> Any:
    class_name = "nav-link active" if shown else "nav-link"
    link = dcc.Link(text, href=address, className=class_name)
    return html.Span(
        link, className="nav-item", **attributes(aria_current="page" if shown else None)
    )


def _is_under(path: str, address: str) -> bool:
    if address == "/":
        return path == "/" or path.startswith("/session/")
    if address == "/plan":
        return path == address or path.startswith("/paper/")
    if address == "/sessions":
        return path == address or path.startswith(("/review/", "/series/"))
    if address == "/clinic":
        return path in (address, "/rehearsal")
    return path == address
