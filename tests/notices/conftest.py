"""Servers that take notices, or refuse a few, or never answer."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.notices.recipient import Recipient, listening


@pytest.fixture
def recipient() -> Iterator[Recipient]:
    with listening(Recipient()) as recipient:
        yield recipient


@pytest.fixture
def refusing_twice() -> Iterator[Recipient]:
    with listening(Recipient(refusing=2)) as recipient:
        yield recipient


@pytest.fixture
def mute() -> Iterator[Recipient]:
    with listening(Recipient(answering=False)) as recipient:
        yield recipient
