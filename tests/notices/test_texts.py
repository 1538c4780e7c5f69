"""What leaves the house has words in every language, and no patient in it."""

from __future__ import annotations

import pytest

from monitor.locale import load_translations
from monitor.notices.texts import notice_text
from monitor.service.ports import Page

UNANSWERED = Page("unanswered", "3", "s17-a4", "high", "limit", 60)
ALONE = Page("nobody_watches", "", "", "high", "screen", 10)


def test_a_notice_tells_room_priority_kind_and_how_long() -> None:
    text = notice_text(UNANSWERED, load_translations()["en"])
    assert text == "Room 3: high alarm (vital signs) not answered for 60 s. Now for everybody."


def test_a_ward_that_nobody_watches_has_a_notice_of_its_own() -> None:
    text = notice_text(ALONE, load_translations()["en"])
    assert text.startswith("No station has confirmed for 10 s")


@pytest.mark.parametrize("page", [UNANSWERED, ALONE, UNANSWERED._replace(kind="silence")])
def test_a_notice_speaks_every_language_and_names_no_session(page: Page) -> None:
    texts = {lang: notice_text(page, known) for lang, known in load_translations().items()}
    assert len(set(texts.values())) == len(texts)
    assert not any("s17" in text for text in texts.values())
