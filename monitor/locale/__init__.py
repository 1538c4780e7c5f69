"""The catalogs: every word a person reads, in every language of the product.

The ``.po`` files are the source. A compiled ``.mo`` is used only while it is as new as its source; otherwise the source
is compiled at start, so that a checkout without compiled catalogs is never silently English.
"""

from __future__ import annotations

import gettext
from io import BytesIO
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

SOURCE_LANGUAGE = "en"
LANGUAGES = {"en": "English", "nb": "Norsk bokmål"}
"""Language tag to its name in that language."""
DOMAIN = "messages"

Translations = gettext.NullTranslations


def load_translations() -> dict[str, Translations]:
    """The translations of every language. Raises OSError or ValueError for a missing or damaged catalog."""
    return {language: _translations(language) for language in LANGUAGES}


def strings(translations: Translations) -> dict[str, str]:
    """English to translated text, for readers outside Python; plural forms are left out."""
    catalog: dict[object, str] = getattr(translations, "_catalog", {})
    return {
        english: text for english, text in catalog.items() if isinstance(english, str) and english
    }


def catalog_path(language: str) -> Path:
    """Where the source catalog of a language lies."""
    return Path(__file__).parent / language / "LC_MESSAGES" / f"{DOMAIN}.po"


def _translations(language: str) -> Translations:
    source = catalog_path(language)
    compiled = source.with_suffix(".mo")
    if compiled.exists() and compiled.stat().st_mtime >= source.stat().st_mtime:
        return gettext.GNUTranslations(BytesIO(compiled.read_bytes()))
    with source.open("rb") as lines:
        catalog = read_po(lines, locale=language, abort_invalid=True)
    binary = BytesIO()
    write_mo(binary, catalog)
    binary.seek(0)
    return gettext.GNUTranslations(binary)
