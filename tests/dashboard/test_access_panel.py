"""The access log in the settings."""

from __future__ import annotations

from dataclasses import replace

from monitor.dashboard.components.access_panel import access_panel, access_row
from monitor.domain import facts
from monitor.domain.facts import Fact
from tests.dashboard.clinic import T0, parts, records, visit_of, visiting

SIGNED_IN = facts.AccessNoted("signed_in", "", "PIN", "a1", "10.0.0.9", 0)
REFUSED = facts.SignInRefused("", "t", "wrong", "", "10.0.0.9", 4, 1)


def test_administrators_see_who_came_in_and_nobody_else_does() -> None:
    known = records()
    known.all_operators[0] = replace(known.all_operators[0], role="administrator")
    known.all_facts = [Fact(T0, "kari", None, SIGNED_IN), Fact(T0, "system", None, REFUSED)]
    given = parts(records=known)
    with visiting(visit_of(given, "anna")) as visit:
        panel = str(access_panel(visit))
        assert "signed in" in panel
        assert "sign-in refused" in panel
    with visiting(visit_of(given, "kari")) as visit:
        assert access_panel(visit) == []


def test_a_row_says_who_what_and_how() -> None:
    words = parts().words("en")
    assert access_row(words, Fact(T0, "kari", None, SIGNED_IN))[1:] == [
        "kari",
        "signed in",
        "",
        "PIN",
    ]
    refused = access_row(words, Fact(T0, "system", None, REFUSED))
    assert refused[1:] == ["–", "sign-in refused", "", "10.0.0.9 · 4×"]
    tested = Fact(T0, "kari", None, facts.AlarmsTested())
    assert access_row(words, tested)[1:] == ["kari", "alarms tested", "", ""]
