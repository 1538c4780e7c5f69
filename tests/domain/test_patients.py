"""Patient references are pseudonyms."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.domain.patients import reference_fault

births = st.dates(date(1900, 1, 1), date(2025, 12, 31))
digits = st.integers(0, 9)


def tail(count: int) -> st.SearchStrategy[str]:
    return st.lists(digits, min_size=count, max_size=count).map(
        lambda known: "".join(map(str, known))
    )


@given(births, tail(5))
def test_a_norwegian_number_is_refused(born: date, rest: str) -> None:
    assert reference_fault(f"{born:%d%m%y}{rest}")
    assert reference_fault(f"{born:%d%m%y}-{rest}")
    assert reference_fault(f"{born:%d%m%y}.{rest}")


@given(births, tail(4), st.sampled_from(["", "-"]))
def test_a_swedish_or_danish_number_is_refused(born: date, rest: str, mark: str) -> None:
    assert reference_fault(f"{born:%y%m%d}{mark}{rest}")
    assert reference_fault(f"{born:%Y%m%d}{mark}{rest}")
    assert reference_fault(f"{born:%d%m%y}{mark}{rest}")


@given(
    births, st.sampled_from("-ABCDEFUVWXY"), tail(3), st.sampled_from("0123ABCDEFHJKLMNPRSTUVWXY")
)
def test_a_finnish_number_is_refused(born: date, century: str, rest: str, check: str) -> None:
    assert reference_fault(f"{born:%d%m%y}{century}{rest}{check}")
    assert reference_fault(f"{born:%d%m%y}{century}{rest}{check}".lower())


@given(tail(3), tail(2), tail(4), st.sampled_from(["", "-", "."]))
def test_an_american_number_is_refused(area: str, group: str, rest: str, mark: str) -> None:
    assert reference_fault(mark.join((area, group, rest)))


@pytest.mark.parametrize("name", ["Olsen", "KariNordmann", "kari.nordmann", "K-N"])
def test_what_has_no_digit_may_be_a_name(name: str) -> None:
    assert "digit" in (reference_fault(name) or "")


@given(st.sampled_from(["P-", "P", "IM-", "kt", "A1-"]), st.integers(0, 99_999))
def test_a_clinics_own_reference_is_taken(prefix: str, number: int) -> None:
    assert reference_fault(f"{prefix}{number:04d}") is None


@given(st.integers(0, 99_999_999).map(str))
def test_a_short_number_is_taken(number: str) -> None:
    assert reference_fault(number) is None
