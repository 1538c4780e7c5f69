"""A start is refused for settings that do not fit the data directory, certificates and addresses that are none."""

from __future__ import annotations

import ssl
from collections.abc import Callable, Iterable
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
    settings: Settings,
    faults: Iterable[str],
    *,
    simulated: bool,
    auto_sign_in: bool,
    stepped: bool,
) -> None:
    """Raises StartRefusedError with these faults of settings and all that such a directory may not be asked for."""
    found = [*faults]
    found += refusals(
        lambda: check_speed(settings, simulated=simulated, stepped=stepped),
        lambda: notice_addresses(settings, simulated=simulated),
        lambda: tls_context(settings),
        lambda: check_auto_sign_in(simulated=simulated) if auto_sign_in else None,
    )
    if found:
        raise StartRefusedError("; ".join(found))


def refusals(*checks: Callable[[], object]) -> list[str]:
    """What each of these would refuse a start for."""
    found = []
    for check in checks:
        try:
            check()
        except StartRefusedError as error:
            found.append(str(error))
    return found


def tls_context(settings: Settings) -> ssl.SSLContext | None:
    """What gateway and dashboard speak TLS with, or None where they do not. Raises StartRefusedError."""
    try:
        files = tls_files(settings.tls_certificate, settings.tls_key)
        return None if files is None else server_context(files)
    except TlsError as error:
        raise StartRefusedError(str(error)) from None


def notice_addresses(settings: Settings, *, simulated: bool) -> list[AppriseAddress]:
    """Where notices go. Raises StartRefusedError for those that are no address, without repeating them."""
    if not settings.notice_urls:
        return []
    from monitor.notices.addresses import AddressError, AppriseAddress

    addresses, faults = [], []
    for number, url in enumerate(settings.notice_urls, start=1):
        try:
            addresses.append(AppriseAddress(url.get_secret_value(), simulated=simulated))
        except AddressError as error:
            faults.append(f"notice_urls: number {number}: {error}")
    if faults:
        raise StartRefusedError("; ".join(faults))
    return addresses
