"""What is sealed next: each key once, what others name before them, and otherwise in an order that tells nothing."""

from __future__ import annotations

from collections.abc import Iterable
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from compliance.audit.sealing import Batch, Waiting, batch_of, key_in
from tests.audit.seals import record

KINDS = ("table", "outcome", "rendered", "ruleset", "counters", "mode", "erasure", "verdict", "decision", "later")
PLACES = {"outcome": 1, "table": 2, "rendered": 3, "decision": 3, "later": 3}
records = st.builds(record, st.sampled_from(KINDS), st.sampled_from("abc"), st.integers(0, 3))
batches = st.lists(records, max_size=20)


def sealed(found: list[bytes], known: frozenset[str] = frozenset(), seed: int = 0) -> Batch:
    waiting = [Waiting(each, each) for each in found]
    return batch_of(waiting, lambda keys: known & set(keys), Random(seed).shuffle)  # noqa: S311 - repeatable


def _keys(found: Iterable[bytes]) -> list[str]:
    return [key for each in found if (key := key_in(each)) is not None]


@given(batches, batches, st.integers())
def test_every_record_is_sealed_once_or_its_key_is_there(old: list[bytes], new: list[bytes], seed: int) -> None:
    known = frozenset(_keys(old))
    found = sealed(new, known, seed)
    assert len(found.leaves) + found.dropped == len(new)
    keys = _keys(found.leaves)
    assert sorted(keys) == sorted(found.keys)
    assert len(keys) == len({*keys})
    assert known.isdisjoint(keys)
    assert {*_keys(new)} <= known | {*keys}
    without = [each for each in new if key_in(each) is None]
    assert sorted(without) == sorted(leaf for leaf in found.leaves if key_in(leaf) is None)


@given(batches, st.integers())
def test_what_others_name_comes_before_them(found: list[bytes], seed: int) -> None:
    places = [PLACES.get(kind, 0) for leaf in sealed(found, seed=seed).leaves for kind in KINDS if _is(leaf, kind)]
    assert places == sorted(places)


def _is(leaf: bytes, kind: str) -> bool:
    return b'"kind":"%s"' % kind.encode() in leaf


@given(st.permutations(range(6)), st.integers(0, 50))
def test_the_order_in_which_records_came_does_not_change_what_chance_says(order: list[int], seed: int) -> None:
    """Each order of leaves comes from each order of records, by some chance: the first cannot be told from it."""
    came = [record("table", str(number)) for number in order]
    assert {*sealed(came, seed=seed).leaves} == {record("table", str(number)) for number in range(6)}
    firsts = {sealed(came, seed=each).leaves[0] for each in range(100)}
    assert firsts == {*came}, "each is the first one by some chance"


def test_which_of_two_records_with_one_key_stays_is_chance() -> None:
    pair = [record("table", "a", 1), record("table", "a", 2)]
    assert {sealed(pair, seed=seed).leaves for seed in range(50)} == {(pair[0],), (pair[1],)}


def test_a_record_beside_the_log_counts_by_what_it_says_and_one_that_is_not_to_be_had_is_sealed() -> None:
    said = record("table", "a")
    body, lost = record("body", "b"), record("body", "c")
    waiting = [Waiting(body, said), Waiting(lost, None), Waiting(record("table", "a", 1), record("table", "a", 1))]
    found = batch_of(waiting, lambda _: (), lambda _: None)
    assert found.leaves == (body, lost)
    assert found.keys == (key_in(said),)


def test_what_is_no_record_is_sealed_as_it_is() -> None:
    for other in (b"", b"\xff", b"{}", b"[1]", b'{"kind":1}', b"{" * 5_000):
        assert sealed([other, other]).leaves == (other, other)
