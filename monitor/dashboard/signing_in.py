"""Signing in and out: plain HTML forms that work without scripts, and the signed cookie of an operator."""

from __future__ import annotations

import asyncio
from html import escape
from string import Template
from urllib.parse import parse_qs, quote

from fastapi import FastAPI, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from monitor.dashboard.visit import THEME_COOKIE, THEMES, Parts
from monitor.dashboard.words import Words
from monitor.domain.registry import Operator
from monitor.identity import COOKIE_MAX_AGE_S, COOKIE_NAME, read_cookie, sign_cookie

SIGN_IN = "/sign-in"
SIGN_OUT = "/sign-out"
_LARGEST_FORM_BYTES = 8 * 1024


def signed_in_operator(parts: Parts, cookie: str | None) -> Operator | None:
    """The operator whom a cookie proves, unless disabled since."""
    name = read_cookie(parts.settings.cookie_key, cookie) if cookie else None
    return None if name is None else _operator_in_use(parts, name)


def automatic_operator(parts: Parts) -> Operator | None:
    """The operator as whom a simulated directory signs every visitor in, if it does."""
    name = parts.settings.auto_sign_in
    return None if name is None else _operator_in_use(parts, name)


def set_operator_cookie(response: Response, parts: Parts, operator: str) -> None:
    """Let the browser prove from now on who this is; scripts and other sites cannot read it."""
    response.set_cookie(
        COOKIE_NAME,
        sign_cookie(parts.settings.cookie_key, operator),
        max_age=COOKIE_MAX_AGE_S,
        path="/",
        httponly=True,
        samesite="strict",
    )


def chosen_theme(cookies: dict[str, str]) -> str:
    """The theme that this browser has chosen; dark, for dim rooms, until it has."""
    theme = cookies.get(THEME_COOKIE, THEMES[0])
    return theme if theme in THEMES else THEMES[0]


def register_sign_in(server: FastAPI, parts: Parts) -> None:
    """Add the pages for signing in and out."""

    @server.get(SIGN_IN)
    async def show_form(request: Request) -> Response:
        return HTMLResponse(_page(parts, request))

    @server.post(SIGN_IN)
    async def sign_in(request: Request) -> Response:
        fields = await _form(request)
        name, password = fields.get("operator", "").strip(), fields.get("password", "")
        # Argon2 takes its time on purpose; the other visitors' requests go on meanwhile.
        if not await asyncio.to_thread(_is_right, parts, name, password):
            return HTMLResponse(_page(parts, request, refused=True, operator=name), 401)
        response = RedirectResponse(_safe_path(fields.get("next", "/")), 303)
        set_operator_cookie(response, parts, name)
        return response

    @server.post(SIGN_OUT)
    async def sign_out() -> Response:
        response = RedirectResponse(SIGN_IN, 303)
        response.delete_cookie(COOKIE_NAME, path="/", httponly=True, samesite="strict")
        return response


def sign_in_address(wanted_path: str) -> str:
    """Where to send a visitor who must sign in first."""
    return SIGN_IN if wanted_path == "/" else f"{SIGN_IN}?next={quote(wanted_path)}"


def plain_page(parts: Parts, words: Words, theme: str, title: str, body: str) -> str:
    """A page without scripts, in the product's look. ``body`` is HTML."""
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
    )


def _operator_in_use(parts: Parts, name: str) -> Operator | None:
    return next((o for o in parts.records.operators() if o.name == name and not o.disabled), None)


def _is_right(parts: Parts, name: str, password: str) -> bool:
    operator = _operator_in_use(parts, name)
    if operator is None:
        # As slow as a wrong password, so that names cannot be found out by timing.
        parts.hasher.hash(password)
        return False
    return parts.hasher.verify(operator.password_hash, password)


async def _form(request: Request) -> dict[str, str]:
    body = bytearray()
    async for part in request.stream():
        body += part
        if len(body) > _LARGEST_FORM_BYTES:
            return {}
    return {name: values[0] for name, values in parse_qs(body.decode("utf-8", "replace")).items()}


def _safe_path(path: str) -> str:
    """A path of this site; anything that a browser could take for another site becomes the ward."""
    return path if path.startswith("/") and not path.startswith(("//", "/\\")) else "/"


def _page(parts: Parts, request: Request, *, refused: bool = False, operator: str = "") -> str:
    words = parts.words(parts.settings.language)
    _ = words.gettext
    refusal = _REFUSAL.substitute(text=escape(_("This name and password do not sign you in.")))
    form = _FORM.substitute(
        heading=escape(_("Infusion monitor")),
        lead=escape(_("Sign in to see the ward and to give orders.")),
        refusal=refusal if refused else "",
        operator_label=escape(_("Operator")),
        operator=escape(operator),
        password_label=escape(_("Password")),
        submit=escape(_("Sign in")),
        next=escape(request.query_params.get("next", "/")),
        # After a refusal the cursor waits where the mistake most often is.
        focus_operator="" if operator else "autofocus",
        focus_password="autofocus" if operator else "",
        # The lost-connection mark belongs to every page; this one has no live data to lose.
        connection=escape(_("No live data on this page")),
    )
    return plain_page(parts, words, chosen_theme(request.cookies), _("Sign in"), form)


_SIMULATED = Template('<p class="pill simulated" data-simulated>$text</p>')
_REFUSAL = Template('<p class="form-error" role="alert">$text</p>')
_PAGE = Template("""<!DOCTYPE html>
<html lang="$language" data-mantine-color-scheme="$theme">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>$title</title><link rel="icon" href="/assets/favicon.svg">$sheets</head>
<body class="sign-in-page"><main class="sign-in-card">$simulated$body</main></body>
</html>
""")
_FORM = Template("""<h1 class="brand">$heading</h1>
<p class="sign-in-lead">$lead</p>
<form method="post" action="/sign-in" class="sign-in-form">
$refusal
<label>$operator_label
<input name="operator" value="$operator" autocomplete="username" required $focus_operator></label>
<label>$password_label
<input name="password" type="password" autocomplete="current-password" required $focus_password></label>
<input type="hidden" name="next" value="$next">
<button type="submit" class="button primary">$submit</button>
</form>
<p class="sign-in-note" data-connection="lost">$connection</p>
""")
