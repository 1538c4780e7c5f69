"""What the product is made of is listed, and asked about where there is somebody to ask."""

from __future__ import annotations

import json
import os
import re
import subprocess
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]

pytestmark = pytest.mark.skipif(
    not (ROOT / ".venv/bin/uv").exists(), reason="uv is not in .venv, where the scripts have it"
)


def test_the_bill_of_materials_has_every_dependency_with_its_version(tmp_path: Path) -> None:
    file = tmp_path / "bill.json"
    subprocess.run([ROOT / ".ci/sbom.sh", file], check=True, capture_output=True, timeout=60)
    bill = json.loads(file.read_text())
    assert (bill["bomFormat"], bill["metadata"]["component"]["name"]) == (
        "CycloneDX",
        "infusion-monitor",
    )
    parts = {part["name"]: part["purl"] for part in bill["components"]}
    assert all(f"@{part['version']}" in part["purl"] for part in bill["components"])
    lines = PROJECT["dependencies"]
    wanted = {re.split(r"[>\[]", line)[0].lower().replace(".", "-") for line in lines}
    assert wanted <= set(parts)
    assert "pytest" not in parts, "tools of the tests are no part of the product"


def test_an_audit_that_cannot_ask_says_so_and_claims_nothing() -> None:
    asked = subprocess.run(
        [ROOT / ".ci/audit.sh"],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
        env={**os.environ, "AUDIT_SERVICE": "http://127.0.0.1:9"},
    )
    assert asked.stdout == ""
    assert "audit skipped, nothing is known: http://127.0.0.1:9 cannot be reached" in asked.stderr
