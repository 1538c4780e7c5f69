from __future__ import annotations

import json
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from monitor.domain.permissions import MAY_ORDER
from tests.fuzz.guided import take
from tests.fuzz.mutating import CORPUS, corpus, mutated


def test_the_corpus_has_an_order_of_every_kind() -> None:
    assert {json.loads(frame)["order"]["kind"] for frame in orders()} == set(MAY_ORDER)


def orders() -> list[str]:
    return (CORPUS / "orders.jsonl").read_text("utf-8").splitlines()


@given(
    st.one_of(
        st.binary(max_size=200),
        st.text(max_size=200).map(lambda text: text.encode("utf-8", "replace")),
    )
)
def test_whatever_bytes_come_are_a_message_or_are_refused_with_a_reason(data: bytes) -> None:
    take(data)


@given(st.sampled_from(["device", "greetings", "orders", "screens"]), st.integers(0, 2**32))
def test_what_is_almost_a_message_is_one_or_is_refused_with_a_reason(name: str, seed: int) -> None:
    chance = Random(seed)
    take(mutated(chance.choice(corpus(name)), chance).encode("utf-8", "replace"))
