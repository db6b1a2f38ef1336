"""Whether a key is in the log is known in little memory, and never believed of views alone."""

from __future__ import annotations

import tracemalloc
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compliance.audit import known_keys
from compliance.audit.known_keys import KeySet, KnownKeys
from compliance.audit.log_files import LogFiles
from compliance.audit.sealing import key_in
from tests.audit.disks import SimulatedDisk
from tests.audit.seals import DIRECTORY, EMPTY, leaves_in, record, sealer, writer
from tests.examples import are_all

keys = st.binary(max_size=2).map(lambda seed: sha256(seed).hexdigest())


@given(st.lists(st.lists(keys, max_size=30), max_size=8), st.lists(keys, max_size=30))
def test_a_set_has_what_was_put_in_and_nothing_else(batches: list[list[str]], others: list[str]) -> None:
    found, least = KeySet(), known_keys._MOST_RECENT
    known_keys._MOST_RECENT = 5  # type: ignore[misc]
    try:
        for each in batches:
            found.add(each)
    finally:
        known_keys._MOST_RECENT = least  # type: ignore[misc]
    there = {key for each in batches for key in each}
    assert all((key in found) == (key in there) for key in [*there, *others])


def test_many_keys_need_less_than_64_bytes_each(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two hundred thousand in the proofs; an eighth of them, with an eighth of what is recent, in every run."""
    scale = 1 if are_all() else 8
    monkeypatch.setattr(known_keys, "_MOST_RECENT", known_keys._MOST_RECENT // scale)
    count = 200_000 // scale
    tracemalloc.start()
    found = KeySet()
    found.add(sha256(number.to_bytes(4)).hexdigest() for number in range(count))
    size, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert size < 64 * count
    assert sha256((7).to_bytes(4)).hexdigest() in found
    assert sha256(b"other").hexdigest() not in found


class Finder:
    """Says always the same."""

    def __init__(self, number: int | None) -> None:
        self.number = number

    def leaf_of(self, key: str) -> int | None:
        assert len(key) == 64
        return self.number


def test_what_views_say_counts_only_if_the_leaf_itself_says_so() -> None:
    disk = SimulatedDisk(EMPTY)
    writer(disk).commit([record("table", name) for name in "abc"])
    sealer(disk).seal()
    leaves = [key_in(each) or "" for each in leaves_in(disk)]
    known = KnownKeys(LogFiles(DIRECTORY, disk), 3)
    for number in (0, 1, 2, 3, -1, 10**9, None):
        right = {leaves[number]} if number in {0, 1, 2} else set()
        assert {key for key in leaves if known.among([key], Finder(number))} == right
    assert known.among([*leaves, sha256(b"").hexdigest()], None) == {*leaves}
