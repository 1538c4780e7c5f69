"""Looking over a data directory and its settings."""

from __future__ import annotations

import time

import typer

from monitor.cli.common import AsJson, Refusal, chosen_settings, existing_directory, put, put_json


def register(app: typer.Typer) -> None:
    """Add this command to the program."""
    app.command()(doctor)


def doctor(context: typer.Context, as_json: AsJson = False) -> None:
    """Look the data directory over: what is well, and what is to be done; exit 1 where anything is."""
    from monitor.keeping.doctor import examine
    from monitor.service.findings import told

    settings = chosen_settings(context, {})
    found = examine(existing_directory(context), settings, round(time.time() * 1000))
    if as_json:
        put_json(
            [
                {"code": one.code, "well": one.is_well, "values": dict(one.values)}
                | told(one)._asdict()
                for one in found
            ]
        )
    else:
        for one in found:
            words = told(one)
            put(f"{'ok       ' if one.is_well else 'attention'}  {words.what}: {words.said}")
            if words.do:
                put(f"{'':11}{words.do}")
    wanting = sum(not one.is_well for one in found)
    if wanting:
        raise Refusal(f"{wanting} of {len(found)} findings want attention")
