"""The protocol reference is what the models say."""

from __future__ import annotations

import pytest
from pydantic import BaseModel

from monitor.wire.reference import README, models, reference


def test_the_reference_is_up_to_date() -> None:
    assert README.read_text(encoding="utf-8") == reference(), (
        "run: python -m monitor.wire.reference"
    )


@pytest.mark.parametrize("model", models(), ids=lambda model: model.__name__)
def test_every_message_refuses_fields_it_does_not_know(model: type[BaseModel]) -> None:
    assert model.model_config.get("extra") == "forbid"
