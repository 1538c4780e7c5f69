from __future__ import annotations

import ast
import os
import re
import shutil
import string
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

import monitor
from monitor import locale
from monitor.dashboard.words import words_for
from monitor.locale import LANGUAGES, catalog_path, load_translations, strings
from monitor.service.protocols import load_protocols

REPOSITORY = Path(monitor.__file__).parents[1]
KEYWORDS: dict[str, Any] = {
    "_": None,
    "N_": None,
    "t": None,
    "gettext": None,
    "ngettext": (1, 2),
}
METHODS = [("monitor/**.py", "python"), ("assets/*.js", "javascript")]
OPTIONS = {"assets/*.js": {"parse_template_string": True}}


def texts_in_source() -> set[str]:
    found = extract_from_dir(REPOSITORY, METHODS, OPTIONS, KEYWORDS)
    return {text if isinstance(text, str) else text[0] for _, _, text, _, _ in found}


def catalog(language: str) -> Catalog:
    with catalog_path(language).open("rb") as lines:
        return read_po(lines, locale=language, abort_invalid=True)


def ids_of(language: str) -> set[str]:
    return {m.id if isinstance(m.id, str) else m.id[0] for m in catalog(language) if m.id}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_text_of_the_program_is_in_the_catalog(language: str) -> None:
    assert texts_in_source() - ids_of(language) == set()


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_catalog_has_no_text_that_the_program_lost(language: str) -> None:
    assert ids_of(language) - texts_in_source() == set()


def test_norwegian_is_complete() -> None:
    for message in catalog("nb"):
        if not message.id:
            continue
        texts = message.string if isinstance(message.string, tuple) else (message.string,)
        assert all(texts), f"untranslated: {message.id}"
        assert not message.fuzzy, f"unsure: {message.id}"


def test_translations_keep_the_places_for_values() -> None:
    for message in catalog("nb"):
        if message.id:
            one = message.id if isinstance(message.id, str) else message.id[1]
            other = message.string if isinstance(message.string, str) else (message.string or "")[1]
            assert places(one) == places(other), message.id


def places(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def test_texts_are_never_inside_an_f_string() -> None:
    """The extractor does not look there, so such a text would stay English."""
    for source in (REPOSITORY / "monitor").rglob("*.py"):
        for node in ast.walk(ast.parse(source.read_text(encoding="utf-8"))):
            if isinstance(node, ast.JoinedStr):
                calls = [n for n in ast.walk(node) if isinstance(n, ast.Call)]
                names = {ast.unparse(call.func).rsplit(".", 1)[-1] for call in calls}
                assert not names & {"_", "gettext", "ngettext"}, f"{source}:{node.lineno}"


def test_every_protocol_that_comes_along_has_a_title_in_the_catalogs() -> None:
    titles = {protocol.title for protocol in load_protocols().values()}
    assert titles <= ids_of("nb")


def test_every_limit_that_comes_along_has_its_source_in_the_catalogs() -> None:
    settings = [protocol.alarms for protocol in load_protocols().values()]
    sources = {one.source for known in settings for one in known.limits}
    sources |= {one.source for known in settings for one in known.rises}
    sources |= {one.source for known in settings for one in known.scores}
    assert sources - {""} <= ids_of("nb")


def test_a_checkout_without_compiled_catalogs_or_with_old_ones_speaks_norwegian(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for language in LANGUAGES:
        shutil.copy(catalog_path(language), tmp_path / f"{language}.po")
    monkeypatch.setattr(locale, "catalog_path", lambda language: tmp_path / f"{language}.po")
    assert load_translations()["nb"].gettext("Acknowledge") == "Kvitter"
    old = tmp_path / "nb.mo"
    old.write_bytes(b"not even a catalog")
    os.utime(old, (0, 0))
    assert load_translations()["nb"].gettext("Acknowledge") == "Kvitter"


def test_the_strings_for_scripts_are_all_texts() -> None:
    norwegian = strings(load_translations()["nb"])
    assert norwegian["No contact"] == "Ingen kontakt"
    assert all(isinstance(text, str) for text in norwegian.values())


def test_every_text_of_the_scripts_is_handed_to_them() -> None:
    norwegian = strings(load_translations()["nb"])
    for script in (REPOSITORY / "assets").glob("*.js"):
        for text in re.findall(r'\bt\("([^"]+)"', script.read_text(encoding="utf-8")):
            assert text in norwegian, f"{script.name}: {text}"


def test_times_are_those_of_the_clinics_wall() -> None:
    words = words_for("nb", load_translations(), ZoneInfo("Europe/Oslo"))
    summer, winter = 1_782_900_000_000, 1_795_252_800_000
    assert words.clock(summer) == "12:00"
    assert words.clock(winter) == "10:20"
    assert words.day_and_clock(winter) == "21. nov. 2026, 10:20"


def test_numbers_have_the_languages_decimal_sign() -> None:
    translations = load_translations()
    zone = ZoneInfo("Europe/Oslo")
    assert words_for("nb", translations, zone).number(36.65) == "36,65"
    assert words_for("en", translations, zone).number(36.65) == "36.65"


def test_a_clock_time_is_the_newest_such_moment_that_has_passed() -> None:
    words = words_for("en", load_translations(), ZoneInfo("Europe/Oslo"))
    opened_at = 1_795_252_800_000  # 10:20
    assert words.moment_at("10:15", opened_at) == opened_at - 5 * 60_000
    assert words.moment_at("10:30", opened_at) == opened_at - (24 * 60 - 10) * 60_000
    with pytest.raises(ValueError, match=r"."):
        words.moment_at("25:00", opened_at)
