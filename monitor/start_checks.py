"""A start is refused for settings that do not fit the data directory, certificates and addresses that are none."""

from __future__ import annotations

import ssl
from typing import TYPE_CHECKING

from monitor.settings import Settings
from monitor.tls import TlsError, server_context, tls_files

if TYPE_CHECKING:
    from monitor.notices.addresses import AppriseAddress


class StartRefusedError(RuntimeError):
    """The program cannot start as asked; the message is one sentence."""


def check_speed(settings: Settings, *, simulated: bool, stepped: bool = False) -> None:
    """Raises StartRefusedError for a fast clock, or one that stands, over real data."""
    if settings.speed != 1 and not simulated:
        raise StartRefusedError(f"speed {settings.speed:g} is for simulated data directories only")
    if stepped and not simulated:
        raise StartRefusedError("a stepped clock is for simulated data directories only")


def check_auto_sign_in(*, simulated: bool) -> None:
    """Raises StartRefusedError for real data, which nobody sees without a password."""
    if not simulated:
        raise StartRefusedError(
            "visitors are signed in by themselves in a simulated directory only"
        )


def check_allowed(
    settings: Settings, *, simulated: bool, auto_sign_in: bool, stepped: bool
) -> None:
    """Raises StartRefusedError for what a data directory of this kind may not be asked for."""
    check_speed(settings, simulated=simulated, stepped=stepped)
    notice_addresses(settings, simulated=simulated)
    tls_context(settings)
    if auto_sign_in:
        check_auto_sign_in(simulated=simulated)


def tls_context(settings: Settings) -> ssl.SSLContext | None:
    """What gateway and dashboard speak TLS with, or None where they do not. Raises StartRefusedError."""
    try:
        files = tls_files(settings.tls_certificate, settings.tls_key)
        return None if files is None else server_context(files)
    except TlsError as error:
        raise StartRefusedError(str(error)) from None


def notice_addresses(settings: Settings, *, simulated: bool) -> list[AppriseAddress]:
    """Where notices go. Raises StartRefusedError for one that is no address, without repeating it."""
    if not settings.notice_urls:
        return []
    from monitor.notices.addresses import AddressError, AppriseAddress

    addresses = []
    for number, url in enumerate(settings.notice_urls, start=1):
        try:
            addresses.append(AppriseAddress(url.get_secret_value(), simulated=simulated))
        except AddressError as error:
            raise StartRefusedError(f"notice_urls: number {number}: {error}") from None
    return addresses
