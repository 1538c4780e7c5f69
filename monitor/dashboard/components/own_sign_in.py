"""An operator's own sign-in: the PIN for coming back to a station, and the end of it everywhere."""

from __future__ import annotations

from typing import Any

import dash_mantine_components as dmc
from dash import Dash, Input, Output, State, ctx, html
from pydantic import ValidationError

from monitor.dashboard import ids
from monitor.dashboard.components.attributes import attributes
from monitor.dashboard.components.fields import button
from monitor.dashboard.orders import GatewayUnreachableError
from monitor.dashboard.presenters import refusal_text, unreachable_text
from monitor.dashboard.visit import Visit, current_visit
from monitor.wire.orders import Order, SetPin, SignOutEverywhere


def own_sign_in(visit: Visit) -> Any:
    """The panel in the settings."""
    _ = visit.words.gettext
    return html.Section(
        [
            html.H2(_("Your sign-in"), className="panel-title"),
            html.P(
                _("With a PIN you come back quickly to a station where you have signed in today."),
                className="page-lead",
            ),
            html.Div(
                [
                    _secret(ids.PIN_OWNER, _("Your password"), "current-password"),
                    _secret(ids.PIN, _("New PIN, 4 to 12 digits"), "off"),
                    button(ids.PIN_SET, _("Set the PIN"), kind="primary"),
                ],
                className="own-sign-in",
            ),
            html.P(id=ids.PIN_TOLD, className="test-told", **attributes(role="status")),
            html.P(
                _(
                    "Signing out everywhere ends your sign-ins; stations go on showing the ward, locked."
                    " A device that was lost is shut out by a new password, which an administrator gives."
                ),
                className="page-lead",
            ),
            button(ids.SIGN_OUT_EVERYWHERE, _("Sign out everywhere")),
        ],
        className="panel",
    )


def register_callbacks(app: Dash) -> None:
    """The two buttons; what was typed is gone afterwards."""

    @app.callback(
        Output(ids.PIN_TOLD, "children"),
        Output(ids.PIN_OWNER, "value"),
        Output(ids.PIN, "value"),
        Input(ids.PIN_SET, "n_clicks"),
        Input(ids.SIGN_OUT_EVERYWHERE, "n_clicks"),
        State(ids.PIN_OWNER, "value"),
        State(ids.PIN, "value"),
        prevent_initial_call=True,
    )
    async def act(
        _set: int | None, _out: int | None, password: str | None, pin: str | None
    ) -> tuple[str, str, str]:
        visit = current_visit()
        if ctx.triggered_id == ids.SIGN_OUT_EVERYWHERE:
            return await sign_out_everywhere(visit), "", ""
        return await set_pin(visit, password or "", pin or ""), "", ""


async def set_pin(visit: Visit, password: str, pin: str) -> str:
    """Order it; what became of it, in one sentence."""
    _ = visit.words.gettext
    try:
        order = SetPin(pin=pin, password=password)
    except ValidationError:
        return _("Your password, and a PIN of 4 to 12 digits.")
    return await _sent(visit, order, _("Your PIN is set."))


async def sign_out_everywhere(visit: Visit) -> str:
    """Order it; this page locks with the others."""
    order = SignOutEverywhere(operator=visit.operator.name)
    return await _sent(visit, order, visit.words.gettext("You are signed out everywhere."))


async def _sent(visit: Visit, order: Order, done: str) -> str:
    _ = visit.words.gettext
    try:
        result = await visit.send(order)
    except GatewayUnreachableError as error:
        return unreachable_text(visit.words, error)
    if result.code == "wrong_password":
        return _("This is not your password.")
    return done if result.ok else refusal_text(visit.words, result)


def _secret(field_id: str, label: str, autocomplete: str) -> Any:
    return dmc.PasswordInput(id=field_id, label=label, value="", autoComplete=autocomplete)
