"""Whether a request was begun by somebody else's page: a browser sends the cookies of this site along with it.

The cookies are ``SameSite=Strict``, which keeps them from other sites; another port of this host is the same site to a
browser, though, so it is asked what it says of the page that began the request. Browsers say it by themselves and let
no script change it. A program that is not a browser says nothing, and has no cookies of anybody else's to abuse.
"""

from __future__ import annotations

from urllib.parse import urlsplit

from starlette.datastructures import Headers

_OWN = ("same-origin", "none")
_READING = ("GET", "HEAD")


def is_from_elsewhere(method: str, headers: Headers, *, is_page: bool) -> bool:
    """Whether another origin's page began this request. ``is_page``: links to it may stand anywhere."""
    if method in _READING and is_page:
        return False
    said = headers.getlist("sec-fetch-site")
    if said:
        return any(site not in _OWN for site in said)
    # Without TLS browsers leave that header out, except for their own machine; what changes something has this one.
    return any(not _is_own(origin, headers.get("host", "")) for origin in headers.getlist("origin"))


def _is_own(origin: str, host: str) -> bool:
    try:
        address = urlsplit(origin)
    except ValueError:
        return False
    return address.scheme in ("http", "https") and address.netloc.lower() == host.lower() != ""
