"""Asks a gateway on this machine how it is."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from typing import Any

from monitor.data_directory import GatewayAddress
from monitor.tls import TlsError, local_context

_ANSWER_S = 3.0


def health_of(address: GatewayAddress) -> dict[str, Any] | None:
    """What it answers on ``/healthz``, well or not; None where it answers nothing."""
    url = f"{address.url.replace('ws', 'http', 1)}/healthz"
    try:
        context = local_context(address.certificate)
        with urllib.request.urlopen(  # noqa: S310 - our own gateway's
            url, timeout=_ANSWER_S, context=context
        ) as answer:
            found: dict[str, Any] = json.load(answer)
    except urllib.error.HTTPError as error:
        with error:
            found = json.load(error)
    except (OSError, TlsError, ValueError):
        return None
    return found
