"""What all tables of a scenario file share."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

Name = Annotated[str, Field(min_length=1, max_length=40, pattern=r"^[a-zA-Z0-9][a-zA-Z0-9_-]*$")]
Words = Annotated[str, Field(min_length=1, max_length=200)]
"""Part of a sentence; an empty one is in every sentence."""


class Part(BaseModel):
    """A table of the file; a key that is not known is refused, and so is what is not a number."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)
