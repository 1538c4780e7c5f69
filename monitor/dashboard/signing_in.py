"""Signing in: plain HTML forms that work without scripts, and short answers for the page's own script."""

from __future__ import annotations

import asyncio
import math
import re
import time
from html import escape
from string import Template
from typing import NamedTuple
from urllib.parse import parse_qs, quote

from fastapi import FastAPI, Request, Response
from fastapi.responses import HTMLResponse, JSONResponse, RedirectResponse

from monitor.dashboard.knocks import begin, knock_of, let_in, refused
from monitor.dashboard.presenters import wait_text
from monitor.dashboard.returning import is_pin
from monitor.dashboard.visit import THEME_COOKIE, THEMES, Parts
from monitor.dashboard.visitors import (
    set_operator_cookie,
    set_station_cookie,
    visitor_of,
)
from monitor.dashboard.words import Words
from monitor.domain.registry import Operator, operator_as_typed
from monitor.identity import COOKIE_MAX_AGE_S, new_station

SIGN_IN = "/sign-in"
_LARGEST_FORM_BYTES = 8 * 1024
_OWN_PATH = re.compile(r"/(?![/\\])[^\\\x00-\x20\x7f]*")
_SOUND_SCRIPTS = ("00_base.js", "40_alarm_audio.js", "43_sound_test.js")


def chosen_theme(cookies: dict[str, str]) -> str:
    """The theme that this browser has chosen; dark, for dim rooms, until it has."""
    theme = cookies.get(THEME_COOKIE, THEMES[0])
    return theme if theme in THEMES else THEMES[0]


def register_sign_in(server: FastAPI, parts: Parts) -> None:
    """Add the page for signing in."""

    @server.get(SIGN_IN)
    async def show_form(request: Request) -> Response:
        return HTMLResponse(_page(parts, request))

    @server.post(SIGN_IN)
    async def sign_in(request: Request) -> Response:
        fields = await _form(request)
        name, password = fields.get("operator", "").strip(), fields.get("password", "")
        knock = knock_of(parts, request, name)
        wait_s = await begin(parts, knock)
        if wait_s > 0:
            return _refusal(parts, request, name, wait_s)
        # Argon2 takes its time on purpose; the other visitors' requests go on meanwhile.
        proof = await asyncio.to_thread(_proven, parts, name, password, knock.attempt.station)
        if proof is None:
            refused(parts, knock, "wrong")
            return _refusal(parts, request, name)
        let_in(parts, knock, proof.operator.name, proof.how)
        response = done(request, _safe_path(fields.get("next", "/")))
        _set_cookies(response, parts, request, proof)
        return response


def _set_cookies(response: Response, parts: Parts, request: Request, proof: _Proof) -> None:
    station = visitor_of(parts, request.cookies).station or new_station("", "")
    until_s = proof.until_s
    if until_s is None:
        # Looked at once: what the station remembers and what the cookie says end together.
        until_s = int(time.time()) + COOKIE_MAX_AGE_S
        parts.returning.came(station.id, proof.operator, until_s)
    set_operator_cookie(response, parts, proof.operator, until_s)
    set_station_cookie(response, parts, station, proof.operator)


def sign_in_address(wanted_path: str) -> str:
    """Where to send a visitor who must sign in first."""
    return SIGN_IN if wanted_path == "/" else f"{SIGN_IN}?next={quote(wanted_path)}"


def plain_page(
    parts: Parts, words: Words, theme: str, title: str, body: str, scripts: tuple[str, ...] = ()
) -> str:
    """A page that works without scripts, in the product's look. ``body`` is HTML; ``scripts`` name assets."""
    sheets = "".join(
        f'<link rel="stylesheet" href="/assets/{escape(sheet.name)}">'
        for sheet in sorted(parts.settings.assets.glob("*.css"))
    )
    simulated = ""
    if parts.settings.simulated:
        simulated = _SIMULATED.substitute(text=escape(words.gettext("SIMULATED DATA")))
    return _PAGE.substitute(
        language=words.language,
        theme=theme,
        title=escape(title),
        sheets=sheets,
        simulated=simulated,
        body=body,
        scripts="".join(f'<script src="/assets/{name}" defer></script>' for name in scripts),
    )


class _Proof(NamedTuple):
    """Who it is, and how that was shown: ``until_s`` where a PIN goes on with an earlier sign-in."""

    operator: Operator
    how: str = "password"
    until_s: int | None = None


def _proven(parts: Parts, name: str, password: str, station: str) -> _Proof | None:
    operator = operator_as_typed(parts.records.operators(), name)
    if operator is None:
        # As slow as a wrong password, so that names cannot be found out by timing.
        parts.hasher.hash(password)
        return None
    if operator.name == parts.settings.auto_sign_in:
        # Every visitor of such a directory is let in under this name; it has no password that anybody knows.
        return _Proof(operator, "automatic")
    if operator.pin_hash and is_pin(password):
        until_s = parts.returning.until_s(station, operator, time.time())
        if until_s is not None:
            if parts.hasher.verify(operator.pin_hash, password):
                parts.returning.was_right(station, operator)
                return _Proof(operator, "PIN", until_s)
            parts.returning.was_wrong(station, operator)
    return _Proof(operator) if parts.hasher.verify(operator.password_hash, password) else None


def wants_json(request: Request) -> bool:
    """Whether the page's own script asks."""
    return "application/json" in request.headers.get("accept", "")


def done(request: Request, next_path: str) -> Response:
    """What was wanted is done; a form leads on."""
    return Response(status_code=204) if wants_json(request) else RedirectResponse(next_path, 303)


def _refusal(parts: Parts, request: Request, name: str, wait_s: float = 0.0) -> Response:
    words = words_of(parts, request)
    refusal, status = words.gettext(_REFUSED), 401
    headers: dict[str, str] = {}
    if wait_s > 0:
        refusal = wait_text(words, wait_s)
        status, headers = 429, {"retry-after": str(math.ceil(wait_s))}
    if wants_json(request):
        return JSONResponse({"error": refusal}, status, headers)
    return HTMLResponse(_page(parts, request, refusal=refusal, operator=name), status, headers)


async def _form(request: Request) -> dict[str, str]:
    body = bytearray()
    async for part in request.stream():
        body += part
        if len(body) > _LARGEST_FORM_BYTES:
            return {}
    return {name: values[0] for name, values in parse_qs(body.decode("utf-8", "replace")).items()}


def _safe_path(path: str) -> str:
    """A path of this site; anything that a browser could take for another site becomes the ward."""
    return path if _OWN_PATH.fullmatch(path) else "/"


def words_of(parts: Parts, request: Request) -> Words:
    """Of whoever used this browser last, else of the clinic."""
    station = visitor_of(parts, request.cookies).station
    return parts.words(parts.settings.language if station is None else station.language)


def _page(parts: Parts, request: Request, *, refusal: str = "", operator: str = "") -> str:
    words = words_of(parts, request)
    _ = words.gettext
    automatic = parts.settings.auto_sign_in
    known = operator or automatic or ""
    is_locked = visitor_of(parts, request.cookies).is_locked
    lead = _("Sign in to see the ward and to give orders.")
    if is_locked:
        lead = _("Sign in to give orders. The ward can be seen without it.")
    form = _FORM.substitute(
        heading=escape(_("Infusion monitor")),
        lead=escape(lead),
        refusal=_REFUSAL.substitute(text=escape(refusal)) if refusal else "",
        operator_label=escape(_("Operator")),
        operator=escape(known),
        password_label=escape(_("Password or PIN") if is_locked else _("Password")),
        required="" if automatic else "required",
        automatic=escape(_("Demonstration: no password is needed.")) if automatic else "",
        submit=escape(_("Sign in")),
        next=escape(request.query_params.get("next", "/")),
        # After a refusal the cursor waits where the mistake most often is.
        focus_operator="" if known else "autofocus",
        focus_password="autofocus" if known else "",
        sound=_sound_test(words),
        back=_way_back(parts, request, words),
        # The lost-connection mark belongs to every page; this one has no live data to lose.
        connection=escape(_("No live data on this page")),
    )
    return plain_page(
        parts, words, chosen_theme(request.cookies), _("Sign in"), form, _SOUND_SCRIPTS
    )


def _sound_test(words: Words) -> str:
    _ = words.gettext
    return _SOUND.substitute(
        text=escape(_("Test the sound")),
        note=escape(_("Alarms sound here once you have signed in. Test it before you rely on it.")),
        heard=escape(
            _("Three tones were played. If you did not hear them, check the loudspeaker.")
        ),
        blocked=escape(_("This browser gives no sound: alarms would only be seen here.")),
    )


def _way_back(parts: Parts, request: Request, words: Words) -> str:
    """A locked station is led back to the ward, which it may show."""
    if not visitor_of(parts, request.cookies).is_locked:
        return ""
    return _BACK.substitute(text=escape(words.gettext("Back to the ward (locked)")))


def N_(message: str) -> str:  # noqa: N802 - the extractor's usual name for "translate this one later"
    """Mark a message for the catalogs."""
    return message


_REFUSED = N_("This name and password do not sign you in.")
_SIMULATED = Template('<p class="pill simulated" data-simulated>$text</p>')
_REFUSAL = Template('<p class="form-error" role="alert">$text</p>')
_PAGE = Template("""<!DOCTYPE html>
<html lang="$language" data-mantine-color-scheme="$theme">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>$title</title><link rel="icon" href="/assets/favicon.svg">$sheets</head>
<body class="sign-in-page"><main class="sign-in-card">$simulated$body</main>$scripts</body>
</html>
""")
_FORM = Template("""<h1 class="brand">$heading</h1>
<p class="sign-in-lead">$lead</p>
<form method="post" action="/sign-in" class="sign-in-form">
$refusal
<label>$operator_label
<input name="operator" value="$operator" autocomplete="username" required $focus_operator></label>
<label>$password_label
<input name="password" type="password" autocomplete="current-password" $required $focus_password></label>
<input type="hidden" name="next" value="$next">
<p class="sign-in-note">$automatic</p>
<button type="submit" class="button primary">$submit</button>
</form>
$sound
$back
<p class="sign-in-note" data-connection="lost">$connection</p>
""")
_SOUND = Template("""<div id="sound-test" class="sound-test" data-heard="$heard" data-blocked="$blocked" hidden>
<p class="sign-in-note">$note</p>
<button type="button" class="button" data-action="test-sound">$text</button>
<p class="sound-test-told" role="status"></p>
</div>
""")
_BACK = Template("""<p><a class="button" href="/">$text</a></p>
""")
