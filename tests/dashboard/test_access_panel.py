"""The access log in the settings."""

from __future__ import annotations

from dataclasses import replace
from typing import get_args

from monitor.dashboard.components import access_panel as panel
from monitor.dashboard.components.access_panel import access_panel, access_row, access_rows
from monitor.dashboard.fact_words import ACCESS_KINDS, DETAIL_WORDS, FACT_WORDS
from monitor.domain import facts
from monitor.domain.facts import Fact, kind_of
from monitor.service.ports import AccessFilter
from monitor.storage.access_records import KINDS
from tests.dashboard.clinic import T0, parts, records, visit_of, visiting

SIGNED_IN = facts.AccessNoted("signed_in", "", "PIN", "a1", "10.0.0.9", 0)
OPENED = facts.AccessNoted("record_opened", "s1", "review", "a1", "", 0)
REFUSED = facts.SignInRefused("", "t", "wrong", "", "10.0.0.9", 4, 1)
DAY = 86_400_000


def test_administrators_see_who_came_in_and_nobody_else_does() -> None:
    known = records()
    known.all_operators[0] = replace(known.all_operators[0], role="administrator")
    known.all_facts = [Fact(T0, "kari", None, SIGNED_IN), Fact(T0, "system", None, REFUSED)]
    given = parts(records=known)
    with visiting(visit_of(given, "anna")) as visit:
        shown = str(access_panel(visit))
        assert "signed in" in shown
        assert "was refused to sign in" in shown
    with visiting(visit_of(given, "kari")) as visit:
        assert access_panel(visit) == []


def test_a_row_says_who_what_and_how() -> None:
    words = parts().words("en")
    signed_in = access_row(words, Fact(T0, "kari", None, SIGNED_IN))
    assert signed_in[1:] == ["kari", "signed in", "", "PIN · 10.0.0.9"]
    opened = access_row(words, Fact(T0, "kari", None, OPENED))
    assert opened[1:] == ["kari", "opened a record", "s1", "review"]
    refused = access_row(words, Fact(T0, "system", None, REFUSED))
    assert refused[1:] == ["–", "was refused to sign in", "", "wrong password · 10.0.0.9 · 4×"]
    changed = access_row(words, Fact(T0, "kari", None, facts.RoleChanged("ola", "clinician")))
    assert changed[1:] == ["kari", "changed a role", "", "ola · clinician"]


def test_a_row_in_norwegian_has_no_english_in_it() -> None:
    words = parts().words("nb")
    refused = access_row(words, Fact(T0, "system", None, REFUSED))
    assert refused[2:] == ["ble nektet å logge inn", "", "feil passord · 10.0.0.9 · 4×"]
    for text in (*FACT_WORDS.values(), *DETAIL_WORDS.values(), *ACCESS_KINDS.values()):
        assert words.gettext(text) not in ("", text), text


def test_no_text_about_a_patient_is_in_a_row() -> None:
    words = parts().words("en")
    note = facts.NoteEntered("s1", "e1", "P-0388 was restless", T0)
    assert access_row(words, Fact(T0, "kari", "s1", note))[2:] == ["entered a note", "s1", ""]


def test_every_kind_of_fact_and_of_access_has_words() -> None:
    noted = {"signed_in", "signed_out", "record_opened", "record_exported", "erasures_settled"}
    told = {kind_of(body) for body in get_args(facts.FactBody)} - {"access_noted"}
    assert FACT_WORDS.keys() == told | noted
    assert ACCESS_KINDS.keys() == KINDS.keys()


def test_the_newest_are_shown_and_where_the_rest_is_said() -> None:
    known = records()
    times = range(T0, T0 + 60 * DAY, DAY)
    known.all_facts = [Fact(at, "kari", None, SIGNED_IN) for at in times]
    with visiting(visit_of(parts(records=known))) as visit:
        everything = str(access_rows(visit, AccessFilter()))
        assert everything.count("signed in") == panel.MOST
        assert f"The newest {panel.MOST}" in everything
        one_day = panel.filter_of(visit.words, "sign_ins", "kari", "2026-11-23", "2026-11-23")
        assert str(access_rows(visit, one_day)).count("signed in") == 1
        nobody = panel.filter_of(visit.words, "made up", "ola", "2026-11-2", "")
        assert nobody == AccessFilter(by="ola")
        assert "Nothing matches." in str(access_rows(visit, nobody))
