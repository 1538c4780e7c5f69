"""TLS of gateway and dashboard: one certificate and key for both, and how programs of this machine trust it."""

from __future__ import annotations

import ssl
import stat
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

_FLIGHTS = 3
"""A handshake has at most that many messages each way."""


class TlsError(ValueError):
    """Certificate or key cannot be used; the message is one sentence that says which and why."""


class TlsFiles(NamedTuple):
    """PEM files: the certificate with its chain, and its private key."""

    certificate: Path
    key: Path


def tls_files(certificate: str, key: str) -> TlsFiles | None:
    """The files of the settings ``tls_certificate`` and ``tls_key``; None where neither is set. Raises TlsError."""
    if not certificate and not key:
        return None
    if not certificate or not key:
        raise TlsError("tls_certificate and tls_key are set together or not at all")
    return TlsFiles(Path(certificate), Path(key))


def server_context(files: TlsFiles) -> ssl.SSLContext:
    """What a server of ours speaks TLS with: version 1.2 or newer. Raises TlsError."""
    _refuse_readable_by_others(files.key)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    try:
        # A password would be asked for on a terminal that a server does not have.
        context.load_cert_chain(files.certificate, files.key, password=_no_password)
    except ssl.SSLError as error:
        what = error.reason.lower().replace("_", " ") if error.reason else str(error)
        raise TlsError(f"{files.certificate} and {files.key} are no pair for TLS: {what}") from None
    except OSError as error:
        raise TlsError(f"{files.certificate}: {error.strerror}") from None
    return context


def local_context(certificate: str) -> ssl.SSLContext | None:
    """How a program of this machine trusts the gateway that named this certificate in its note; None without one.

    It trusts this very certificate and no other. The name in it is the clinic's, not this machine's, so the name is
    not compared: whoever holds the key of the certificate is the gateway. Raises TlsError.
    """
    if not certificate:
        return None
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
    try:
        context.load_verify_locations(certificate)
    except OSError as error:
        raise TlsError(f"{certificate}: {error.strerror or error}") from None
    return context


def valid_until(files: TlsFiles) -> int:
    """When the certificate expires, in ms since the epoch, found by a handshake with itself. Raises TlsError."""
    trusting = local_context(str(files.certificate))
    if trusting is None:
        raise TlsError("tls_certificate is empty")
    to_client, to_server = ssl.MemoryBIO(), ssl.MemoryBIO()
    server = server_context(files).wrap_bio(to_server, to_client, server_side=True)
    client = trusting.wrap_bio(to_client, to_server)
    try:
        for one in (client, server) * _FLIGHTS:
            with suppress(ssl.SSLWantReadError):
                one.do_handshake()
        known = client.getpeercert() or {}
        return round(ssl.cert_time_to_seconds(str(known["notAfter"])) * 1000)
    except ssl.SSLCertVerificationError as error:
        raise TlsError(f"{files.certificate}: {error.verify_message}") from None
    except (ssl.SSLError, KeyError, ValueError) as error:
        raise TlsError(f"{files.certificate}: {error}") from None


def _refuse_readable_by_others(key: Path) -> None:
    try:
        mode = key.stat().st_mode
    except OSError as error:
        raise TlsError(f"{key}: {error.strerror}") from None
    if stat.S_IMODE(mode) & 0o077:
        raise TlsError(f"{key}: others than its owner can read or change this key (chmod 600)")


def _no_password() -> str:
    raise TlsError("tls_key is locked with a password: it must be one without")
