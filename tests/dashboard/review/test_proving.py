from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from monitor.dashboard.review.proving import Proof, Prover, Standing
from monitor.dashboard.review.seal_words import describe_proof
from monitor.data_directory import DataDirectory, create
from monitor.storage.engine import DATABASE_NAME
from tests import past_session
from tests.dashboard.clinic import T0, parts


@pytest.fixture(scope="module")
def directory(tmp_path_factory: pytest.TempPathFactory) -> DataDirectory:
    directory = create(tmp_path_factory.mktemp("proven") / "data", simulated=True)
    past_session.write(directory, minutes=20, hz_metrics=1)
    return directory


def told(proof: Proof, language: str = "en") -> dict[str, Any]:
    return describe_proof(parts().words(language), proof, T0)


async def test_a_record_is_proven_until_a_byte_of_it_is_changed(directory: DataDirectory) -> None:
    proof = await Prover(directory.path).prove(past_session.SESSION)
    assert (proof.standing, proof.batch) == (Standing.PROVEN, None)
    assert proof.seal
    with closing(sqlite3.connect(directory.path / DATABASE_NAME)) as database:
        database.execute("UPDATE facts SET body = replace(body, 'Calm', 'Rest')")
        database.commit()
    proof = await Prover(directory.path).prove(past_session.SESSION)
    assert proof.standing is Standing.ALTERED
    assert str(proof.batch) in proof.message


async def test_what_could_not_be_looked_at_is_neither_sealed_nor_altered(tmp_path: Path) -> None:
    missing = await Prover(tmp_path / "none").prove("s1")
    late = await Prover(tmp_path, longest_s=0).prove("s1")
    assert (missing.standing, late.standing) == (Standing.UNKNOWN, Standing.UNKNOWN)
    assert missing.message
    assert "0 s" in late.message


@pytest.mark.parametrize("language", ["en", "nb"])
def test_only_a_proven_record_is_called_sealed(language: str) -> None:
    proven = told(Proof(Standing.PROVEN, "8f3c-91d0-0000", alarms_derived=True), language)
    altered = told(Proof(Standing.ALTERED, "8f3c-91d0", 12, "batch 12 was changed"), language)
    unknown = told(Proof(Standing.UNKNOWN, message="the disk is gone"), language)
    assert proven["pill"].startswith("✓")
    assert proven["pill"].endswith("8f3c 91d0")
    assert proven["warning"] == unknown["warning"] == ""
    assert not unknown["pill"].startswith("✓")
    assert "12" in altered["warning"]
    assert "the disk is gone" in unknown["told"]
