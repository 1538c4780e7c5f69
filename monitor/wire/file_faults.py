"""What is wanted in a file that people write: the words of messages, but keys, tables and letters are called so."""

from __future__ import annotations

from collections.abc import Mapping

from pydantic_core import ErrorDetails

from monitor.wire.base import what_is_wanted

_OF_FILES = {
    "missing": "this key is missing",
    "extra_forbidden": "this key is not known",
    "frozen_set_type": "a list is wanted",
    "dict_type": "a table is wanted",
    "model_type": "a table is wanted",
    "model_attributes_type": "a table is wanted",
    "greater_than": "more than {gt:g} is wanted",
    "greater_than_equal": "at least {ge:g} is wanted",
    "less_than_equal": "at most {le:g} is wanted",
    "string_too_short": "at least {min_length} letters are wanted",
    "string_too_long": "at most {max_length} letters are wanted",
}


def wanted_in_file(error: ErrorDetails, own: Mapping[str, str]) -> str:
    """Instead of what was found; ``own``, by kind of error, are the words of this kind of file."""
    words = own.get(error["type"]) or _OF_FILES.get(error["type"])
    return what_is_wanted(error) if words is None else words.format(**error.get("ctx", {}))
