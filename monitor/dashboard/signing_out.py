"""Signing out: it ends this sign-in for every browser that has its cookie, and the station shows the ward on."""

from __future__ import annotations

from html import escape
from string import Template

from fastapi import FastAPI, Request, Response
from fastapi.responses import HTMLResponse, JSONResponse

from monitor.dashboard.knocks import signed_out
from monitor.dashboard.signing_in import chosen_theme, done, plain_page, wants_json, words_of
from monitor.dashboard.visit import Parts
from monitor.dashboard.visitors import forget_operator, set_station_cookie, visitor_of

SIGN_OUT = "/sign-out"


def register_sign_out(server: FastAPI, parts: Parts) -> None:
    """Add what signs out."""

    @server.post(SIGN_OUT)
    async def sign_out(request: Request) -> Response:
        visitor = visitor_of(parts, request.cookies)
        is_everywhere = True
        if visitor.operator is not None:
            is_everywhere = await signed_out(parts, visitor, visitor.operator.name)
        response = done(request, "/") if is_everywhere else _signed_out_here(parts, request)
        forget_operator(response)
        if visitor.operator is not None:
            # The ward stays in sight and audible: only orders are locked.
            set_station_cookie(response, parts, visitor.station, visitor.operator)
        return response


def _signed_out_here(parts: Parts, request: Request) -> Response:
    """What is said where the gateway could not be told: this sign-in may go on at its port until it is."""
    words = words_of(parts, request)
    if wants_json(request):
        return JSONResponse({"gateway": "not told yet"}, _NOT_TOLD)
    body = _HALF_OUT.substitute(
        heading=escape(words.gettext("Signed out at this dashboard only")),
        text=escape(words.gettext(_GATEWAY_AWAY)),
        back=escape(words.gettext("Back to the ward")),
        connection=escape(words.gettext("No live data on this page")),
    )
    title = words.gettext("Signed out at this dashboard only")
    page = plain_page(parts, words, chosen_theme(request.cookies), title, body)
    return HTMLResponse(page, _NOT_TOLD)


def N_(message: str) -> str:  # noqa: N802 - the extractor's usual name for "translate this one later"
    """Mark a message for the catalogs."""
    return message


_NOT_TOLD = 202
_GATEWAY_AWAY = N_(
    "The gateway does not answer: until it does, a live screen that was opened with this sign-in may still take orders."
    " It is told as soon as it answers; if the dashboard is stopped before that, give yourself a new password."
)
_HALF_OUT = Template("""<h1>$heading</h1>
<p class="form-error" role="alert">$text</p>
<p class="sign-in-note" data-connection="lost">$connection</p>
<p><a class="button" href="/">$back</a></p>
""")
