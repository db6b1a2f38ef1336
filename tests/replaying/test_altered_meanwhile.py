"""What cannot be decided again is a finding with its reason, also if the log changes after it was counted."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path

import msgspec
import pytest

from compliance.audit.log_files import LogFiles, blob_path
from compliance.audit.record import BodyRecord, TableRecord, encode
from compliance.replaying.again import Tally, What
from compliance.replaying.inventory import Span, taken
from compliance.replaying.running import replay
from compliance.store import open_snapshot
from tests import tiny
from tests.replaying.logs import NONCE, Sealed, changed, replayed, seal, under_both

TABLES = 24
NOT_THERE = "its outcome is not in the log"


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Sealed:
    """Tables under two versions of small rules."""
    place = tmp_path_factory.mktemp("small")
    wording = tiny.changed("warn.yaml", ("take care", "mind this"))
    old = open_snapshot(tiny.written(place / "old"))
    return under_both(old, open_snapshot(tiny.written(place / "new", wording)), place / "evidence", TABLES)


def altered_meanwhile(small: Sealed, to: Path, after: Sequence[bytes], before: Sequence[bytes] | None = None) -> Tally:
    """What comes of a log whose leaves become others between the count and the decisions."""
    small.altered(small.entries if before is None else before, to)
    found = taken(LogFiles(to), Span())
    seal(to, after)
    return replay(to, found, jobs=1)


def with_leaves(small: Sealed, leaves: dict[int, bytes]) -> list[bytes]:
    return [leaves.get(number, each) for number, each in enumerate(small.entries)]


def two_of_two_outcomes(small: Sealed) -> tuple[int, TableRecord, TableRecord]:
    """The number of a table, that table, and one with another outcome."""
    number, first = small.tables()[0]
    return number, first, next(each for _, each in small.tables() if each.outcome != first.outcome)


@pytest.mark.parametrize("leaf", ["a rule set", "no record"])
def test_a_leaf_that_is_no_table_any_more_is_never_the_same(small: Sealed, tmp_path: Path, leaf: str) -> None:
    number, _ = small.tables()[0]
    data = small.entries[0] if leaf == "a rule set" else b"no record"
    tally = altered_meanwhile(small, tmp_path / "log", with_leaves(small, {number: data}))
    assert (tally.tables, tally.same, tally.found) == (TABLES, TABLES - 1, 1)
    (finding,) = tally.findings
    assert (finding.what, finding.leaf) == (What.UNDECIDED, number)
    assert finding.reason
    assert (finding.reason == "this is no table") is (leaf == "a rule set")


def test_tables_whose_tile_is_gone_are_each_a_finding(small: Sealed, tmp_path: Path) -> None:
    to = small.altered(small.entries, tmp_path / "log")
    found = taken(LogFiles(to), Span())
    shutil.rmtree(to / "log/tile/entries")
    tally = replay(to, found, jobs=1)
    assert (tally.tables, tally.same, tally.found) == (TABLES, 0, TABLES)
    assert sorted(each.leaf for each in tally.findings) == [number for number, _ in small.tables()]
    assert {each.what for each in tally.findings} == {What.UNDECIDED}
    assert all(each.reason.endswith("is missing") for each in tally.findings)


def test_a_table_whose_body_is_gone_is_a_finding_and_those_beside_it_are_decided(small: Sealed, tmp_path: Path) -> None:
    to, (number, record) = tmp_path / "log", small.tables()[0]
    data = small.entries[number]
    small.altered(small.entries, to)
    sha256 = LogFiles(to).put_blob(data)
    body = BodyRecord(nonce=NONCE, day=record.day, of="table", sha256=sha256, size=len(data))
    seal(to, with_leaves(small, {number: encode(body)}))
    found = taken(LogFiles(to), Span())
    (to / blob_path(sha256)).unlink()
    tally = replay(to, found, jobs=1)
    assert (tally.tables, tally.same, tally.found) == (TABLES, TABLES - 1, 1)
    (finding,) = tally.findings
    assert (finding.what, finding.leaf, finding.reason) == (
        What.UNDECIDED,
        number,
        f"`{blob_path(sha256)}` is missing",
    )


def test_a_table_whose_facts_cannot_be_read_is_a_finding_about_its_content(small: Sealed, tmp_path: Path) -> None:
    number, record = small.tables()[0]
    entry = changed(record, facts={**record.facts, "content.kind": {"known": True}})
    _, tally = replayed(small.with_leaf(number, entry, tmp_path / "log"))
    assert (tally.tables, tally.same, tally.found) == (TABLES, TABLES - 1, 1)
    (finding,) = tally.findings
    assert (finding.what, finding.leaf, finding.content) == (What.UNDECIDED, number, record.content)
    assert finding.reason == "what is recorded of `content.kind` cannot be read"


def test_a_table_that_names_an_outcome_which_no_log_has_differs_and_says_so(small: Sealed, tmp_path: Path) -> None:
    number, record = small.tables()[0]
    entry = changed(record, outcome="0" * 64)
    _, tally = replayed(small.with_leaf(number, entry, tmp_path / "log"))
    assert (tally.same, tally.found) == (TABLES - 1, 1)
    (finding,) = tally.findings
    assert (finding.what, finding.leaf, finding.changes) == (What.DIFFERS, number, ())
    assert finding.reason == f"what comes out now is not what was recorded, and {NOT_THERE}"


def test_an_outcome_that_became_another_leaf_is_not_taken_for_the_one_it_was(small: Sealed, tmp_path: Path) -> None:
    number, record, other = two_of_two_outcomes(small)
    its_leaf, outcome = small.outcome(other.outcome)
    before = with_leaves(small, {number: changed(record, outcome=other.outcome)})
    shown = msgspec.structs.replace(outcome.notices[0], rules=("some-other-rule",))
    other_words = msgspec.structs.replace(outcome, notices=(shown, *outcome.notices[1:]))
    for leaf in (small.entries[0], encode(other_words)):
        after = [leaf if at == its_leaf else each for at, each in enumerate(before)]
        tally = altered_meanwhile(small, tmp_path / f"log-{len(leaf)}", after, before)
        (finding,) = [each for each in tally.findings if each.leaf == number]
        assert (finding.what, finding.changes) == (What.DIFFERS, ())
        assert finding.reason.endswith(f", and {NOT_THERE}")


def test_every_table_that_names_the_same_wrong_outcome_tells_what_changed(small: Sealed, tmp_path: Path) -> None:
    _, record, other = two_of_two_outcomes(small)
    alike = [number for number, each in small.tables() if each.outcome == record.outcome]
    assert len(alike) > 1
    tables = dict(small.tables())
    leaves = {number: changed(tables[number], outcome=other.outcome) for number in alike}
    _, tally = replayed(small.altered(with_leaves(small, leaves), tmp_path / "log"))
    assert (tally.same, [each.leaf for each in tally.findings]) == (TABLES - len(alike), alike)
    assert all(each.changes == tally.findings[0].changes != () for each in tally.findings)
