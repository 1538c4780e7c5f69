"""The factory of the dashboard: a Dash app on its FastAPI backend behind the gate, with nothing kept in modules."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable
from typing import Any

import dash
from dash.exceptions import PreventUpdate
from fastapi import FastAPI, Request, Response
from fastapi.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from monitor.dashboard.api import register_api
from monitor.dashboard.components import shell
from monitor.dashboard.doors import Doors
from monitor.dashboard.gate import Gate
from monitor.dashboard.guarding import guarded, guarded_title
from monitor.dashboard.pages import PAGES, register_callbacks
from monitor.dashboard.pages.named import is_there
from monitor.dashboard.rehearsal.api import register_rehearsal_api
from monitor.dashboard.review.api import register_review_api
from monitor.dashboard.signing_in import register_sign_in
from monitor.dashboard.signing_out import register_sign_out
from monitor.dashboard.simulator_api import register_simulator
from monitor.dashboard.visit import Parts, current_visit
from monitor.dashboard.web_headers import WebHeaders

_INDEX = """<!DOCTYPE html>
<html>
<head>{%metas%}<title>{%title%}</title><link rel="icon" href="/assets/favicon.svg">{%css%}</head>
<body>{%app_entry%}<footer>{%config%}{%scripts%}{%renderer%}</footer></body>
</html>
"""
_NOT_ON_EVERY_PAGE = r".*worker.*|plotly.*"
"""Scripts that others load when they need them."""
_VIEWPORT = {"name": "viewport", "content": "width=device-width, initial-scale=1"}


class _FailureLog:
    """ASGI middleware: every request that breaks is logged with its traceback."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await self._app(scope, receive, send)
        except PreventUpdate:
            raise
        except Exception:
            logging.getLogger(__name__).exception("%s broke", scope.get("path", scope["type"]))
            raise


class _Dash(dash.Dash):
    """A Dash app whose first byte already has the visitor's language and theme, so that nothing flashes white."""

    def interpolate_index(self, *parts: Any, **named_parts: Any) -> str:
        visit = current_visit()
        # A function that answers many callbacks is written once: browsers compile each as if they had never seen it.
        scripts = dict.fromkeys(re.split(r"(?<=</script>)\n", named_parts["scripts"]))
        named_parts["scripts"] = "\n".join(scripts)
        dash_html: Any = super().interpolate_index
        html = str(dash_html(*parts, **named_parts))
        locked = ' data-locked="true"' if visit.is_locked else ""
        loading = visit.words.gettext("Loading...")
        return html.replace(
            "<html>",
            f'<html lang="{visit.words.language}" data-mantine-color-scheme="{visit.theme}"{locked}>',
            1,
        ).replace("Loading...", loading, 1)


def create_app(parts: Parts, *, has_checks: bool = True) -> Any:
    """A dashboard of these parts; ``app.server`` is the ASGI application. Several live side by side in one process.

    ``has_checks``: each page carries the layouts of all, in which the browser looks for the ids of every callback.
    """
    # FastAPI's own documentation pages would load scripts from elsewhere and tell strangers the routes.
    server: Any = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    # Innermost, so that it sees what Dash's own middleware would answer with 500 and forget.
    server.add_middleware(_FailureLog)
    app = _dash_on(server, parts, has_checks=has_checks)
    _register_pages()
    # Set before the layout: Dash would otherwise try the layout at once, when nobody visits yet.
    app.validation_layout = dash.html.Div("-")
    app.layout = shell.layout
    doors = Doors(register_callbacks(app), app.callback_map)
    register_sign_in(server, parts)
    register_sign_out(server, parts)
    register_api(server)
    register_simulator(server)
    register_review_api(server)
    register_rehearsal_api(server)
    headers = WebHeaders(app.csp_hashes, parts.settings.gateway_url, parts.gateway_port)
    server.add_exception_handler(Exception, _broken(headers))
    server.add_middleware(
        Gate, parts=parts, pages=_page_paths(), shows=is_there, doors=doors, headers=headers
    )
    return app


def _dash_on(server: Any, parts: Parts, *, has_checks: bool) -> Any:
    # Dash's own annotations know neither a FastAPI server nor a layout that is set later.
    app: Any = _Dash(
        __name__,
        server=server,
        use_pages=True,
        pages_folder="",
        include_pages_meta=False,
        assets_folder=str(parts.settings.assets.resolve()),
        assets_ignore=_NOT_ON_EVERY_PAGE,
        index_string=_INDEX,
        meta_tags=[_VIEWPORT],
        serve_locally=True,
        suppress_callback_exceptions=not has_checks,
        title="Infusion monitor",
        update_title="",
        add_log_handler=False,
        on_error=_tell_failure,
    )
    # No callback of ours travels over Dash's own socket, so no page should keep one open.
    app.backend.websocket_capability = False
    return app


def _register_pages() -> None:
    for page in PAGES:
        dash.register_page(
            page.name,
            path=page.path,
            path_template=page.path_template,
            title=guarded_title(page),
            layout=guarded(page),
            name=page.name,
        )


def _page_paths() -> re.Pattern[str]:
    patterns = [
        re.sub(r"<\w+>", r"[^/]+", page.path_template) if page.path_template else page.path or "/"
        for page in PAGES
    ]
    return re.compile("|".join(patterns))


def _broken(headers: WebHeaders) -> Callable[[Request, Exception], Response]:
    """The answer where something broke; it is given outside the gate, which would tell the browser what it may do."""

    def answer(request: Request, _error: Exception) -> Response:
        host = request.headers.get("host", "")
        told = headers.of(request.url.path, request.url.scheme, host, is_page=False)
        return PlainTextResponse("this failed; the dashboard's log has why\n", 500, headers=told)

    return answer


def _tell_failure(error: Exception) -> None:
    """A callback broke: the reader is told so, because what is on the screen may no longer be true."""
    logging.getLogger(__name__).error("a callback failed", exc_info=error)
    shell.show_notice(current_visit().words.gettext("This part of the page failed: reload it."))
