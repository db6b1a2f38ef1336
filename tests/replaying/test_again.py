"""A log decided again from itself: the same, and what was altered, or cannot be decided, is found and named."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from datetime import date
from pathlib import Path

import msgspec
import pytest

from compliance.audit.canonical import canonical, parsed
from compliance.audit.log_files import LogFiles, blob_path
from compliance.audit.record import BodyRecord, CountersRecord, RulesetRecord, TableRecord, decode, encode
from compliance.audit.table import Stretch
from compliance.replaying import tell
from compliance.replaying.again import Finding, What
from compliance.replaying.inventory import Span
from compliance.store import open_snapshot
from tests import tiny
from tests.replaying.logs import NONCE, PAGES, WARNING, Sealed, changed, replayed, seal, under_both


def only(directory: Path, same: int = PAGES - 1) -> Finding:
    """The one finding of a log."""
    found, tally = replayed(directory)
    assert (tally.tables, tally.same, tally.found) == (found.table_count, same, 1)
    (finding,) = tally.findings
    return finding


def warned(sealed: Sealed) -> tuple[int, TableRecord]:
    """A table of the first rule set whose readers in Russia are warned for certain."""
    for number, record in sealed.tables():
        _, outcome = sealed.outcome(record.outcome)
        if any(each.id == WARNING and each.status == "required" for each in outcome.shown(outcome.row("RU"))):
            return number, record
    raise AssertionError


def test_all_tables_of_two_rule_sets_come_out_as_they_are_recorded(sealed: Sealed) -> None:
    found, tally = replayed(sealed.directory)
    assert (tally.tables, tally.same, tally.found, tally.findings) == (PAGES, PAGES, 0, [])
    assert sorted(map(len, found.tables.values())) == [PAGES // 2, PAGES // 2]
    assert 0 < tally.decided < PAGES


def test_on_several_processors_the_same_comes_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Under small rules, for each process reads what it needs of them."""
    monkeypatch.setattr("compliance.replaying.running.SHARE", 8)
    wording = tiny.changed("warn.yaml", ("take care", "mind this"))
    old = open_snapshot(tiny.written(tmp_path / "old"))
    new = open_snapshot(tiny.written(tmp_path / "new", wording))
    small = under_both(old, new, tmp_path / "evidence", 24)
    (number, record), *_, (_, other) = small.tables()
    altered = small.with_leaf(number, changed(record, outcome=other.outcome), tmp_path / "altered")
    _, tally = replayed(altered, jobs=2)
    assert [(each.what, each.leaf) for each in tally.findings] == [(What.DIFFERS, number)]
    assert (tally.tables, tally.same) == (24, 23)


def test_a_table_of_another_outcome_is_found_with_its_notice_its_places_and_both_words(
    sealed: Sealed, tmp_path: Path
) -> None:
    """As whoever has the key would alter it: an outcome without the warning, and a table that names it."""
    number, record = warned(sealed)
    _, outcome = sealed.outcome(record.outcome)
    silent = [
        msgspec.structs.replace(row, notices=tuple(n for n in row.notices if outcome.notices[n].id != WARNING))
        for row in outcome.rows
    ]
    planted = msgspec.structs.replace(outcome, rows=tuple(silent))
    entries = list(sealed.entries)
    entries[number] = changed(record, outcome=planted.key)
    finding = only(sealed.altered([*entries, encode(planted)], tmp_path / "altered"))
    assert (finding.what, finding.leaf, finding.content) == (What.DIFFERS, number, record.content)
    (certain, where), *others = finding.changes
    assert (certain.notice, certain.before, certain.after) == (WARNING, "none", "required")
    assert {"RU", "UA-43"} <= {*where.places}
    assert not where.unknown
    assert {change.after for change, _ in others} == {"possible"}
    assert any(place.unknown for _, place in others)


def test_an_outcome_that_was_altered_is_missed_by_every_table_that_names_it(sealed: Sealed, tmp_path: Path) -> None:
    _, record = warned(sealed)
    number, outcome = sealed.outcome(record.outcome)
    naming = [leaf for leaf, each in sealed.tables() if each.outcome == record.outcome]
    shown = msgspec.structs.replace(outcome.notices[0], rules=("some-other-rule",))
    entry = changed(outcome, notices=(shown, *outcome.notices[1:]))
    _, tally = replayed(sealed.with_leaf(number, entry, tmp_path / "altered"))
    assert [each.leaf for each in tally.findings] == naming
    assert {(each.what, each.reason) for each in tally.findings} == {(What.UNDECIDED, "its outcome is not in the log")}


OTHER: Mapping[str, object] = {
    "stretch": Stretch(first_day=date(2026, 8, 31), last_day=date(2026, 9, 2)),
    "turns": {WARNING: 1},
}


@pytest.mark.parametrize("member", OTHER)
def test_what_else_of_a_record_does_not_follow_is_found(sealed: Sealed, tmp_path: Path, member: str) -> None:
    number, record = warned(sealed)
    finding = only(sealed.with_leaf(number, changed(record, **{member: OTHER[member]}), tmp_path / "altered"))
    assert (finding.what, finding.leaf) == (What.DIFFERS, number)
    assert member in [each.name for each in finding.parts]


@pytest.mark.parametrize(("member", "value"), [("source", f"sha256:{'ab' * 32}"), ("scanner", "ab" * 32)])
def test_what_a_table_says_of_its_rule_set_is_held_against_the_leaf_of_that(
    sealed: Sealed, tmp_path: Path, member: str, value: str
) -> None:
    leaf = decode(sealed.entries[0])
    assert isinstance(leaf, RulesetRecord)
    at = sealed.with_leaf(0, changed(leaf, scanner="what looks through texts"), tmp_path / "said")
    number, record = warned(sealed)
    entries = [entry for _, entry in LogFiles(at).entries()]
    entries[number] = changed(record, **{member: value})
    to = sealed.altered(entries, tmp_path / "altered")
    finding = only(to)
    assert (finding.what, finding.leaf, [each.name for each in finding.parts]) == (What.DIFFERS, number, [member])


def test_a_bundle_of_another_source_than_its_leaf_says_is_not_used(sealed: Sealed, tmp_path: Path) -> None:
    leaf = decode(sealed.entries[0])
    assert isinstance(leaf, RulesetRecord)
    _, tally = replayed(sealed.with_leaf(0, changed(leaf, source=f"sha256:{'ab' * 32}"), tmp_path / "altered"))
    assert "is of another source than its leaf says" in tally.findings[0].reason


def test_a_fact_that_was_altered_shows_in_the_notices(sealed: Sealed, tmp_path: Path) -> None:
    number, record = warned(sealed)
    entry = changed(record, facts={**record.facts, "publisher": "example-daily"})
    finding = only(sealed.with_leaf(number, entry, tmp_path / "altered"))
    assert (WARNING, "required", "none") in {(each.notice, each.before, each.after) for each, _ in finding.changes}


def test_a_member_that_nobody_knows_is_found(sealed: Sealed, tmp_path: Path) -> None:
    number, _ = warned(sealed)
    members = parsed(sealed.entries[number])
    assert isinstance(members, dict)
    finding = only(sealed.with_leaf(number, canonical({**members, "more": "words"}), tmp_path / "altered"))
    assert (finding.what, finding.reason) == (What.DIFFERS, "it holds more than follows from it")


def test_a_table_that_names_the_other_rule_set_comes_out_in_its_words(sealed: Sealed, tmp_path: Path) -> None:
    number, record = warned(sealed)
    entry = changed(record, ruleset=sealed.new.ruleset.meaning)
    finding = only(sealed.with_leaf(number, entry, tmp_path / "altered"))
    assert finding.ruleset == sealed.new.ruleset.meaning
    assert {(change.notice, *(part.name for part in change.parts)) for change, _ in finding.changes} == {
        (WARNING, "text in en")
    }


def test_a_later_meaning_of_rules_is_found_and_a_former_one_that_comes_out_the_same_is_counted(
    sealed: Sealed, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    number, record = warned(sealed)
    later = sealed.with_leaf(number, changed(record, semantics=2), tmp_path / "later")
    finding = only(later)
    assert (finding.what, [each.name for each in finding.parts]) == (What.DIFFERS, ["semantics"])
    assert "later meaning" in finding.reason
    monkeypatch.setattr("compliance.replaying.again.SEMANTICS", 2)
    found, tally = replayed(later)
    assert (tally.same, tally.found, tally.former) == (PAGES, 0, {1: PAGES - 1})
    assert any(f"{PAGES - 1} table(s) were decided by meaning 1" in line for line in tell.text(found, tally))


def test_tables_of_a_rule_set_that_no_leaf_names_are_one_finding(sealed: Sealed, tmp_path: Path) -> None:
    entries = [each for each in sealed.entries if b'"kind":"ruleset"' not in each or each is sealed.entries[0]]
    assert len(entries) == len(sealed.entries) - 1
    _, tally = replayed(sealed.altered(entries, tmp_path / "altered"))
    (finding,) = tally.findings
    assert (tally.same, finding.what, finding.count) == (PAGES // 2, What.UNDECIDED, PAGES // 2)
    assert (finding.ruleset, finding.reason) == (
        sealed.new.ruleset.meaning,
        "no leaf of the log says what this rule set is",
    )


@pytest.mark.parametrize("harm", ["missing", "altered"])
def test_without_its_bundle_a_rule_set_cannot_be_replayed(sealed: Sealed, tmp_path: Path, harm: str) -> None:
    shutil.copytree(sealed.directory, tmp_path / "altered")
    leaf = decode(sealed.entries[0])
    assert isinstance(leaf, RulesetRecord)
    path = tmp_path / "altered" / blob_path(leaf.bundle)
    if harm == "missing":
        path.unlink()
    else:
        path.write_bytes(path.read_bytes()[:-1])
    _, tally = replayed(tmp_path / "altered")
    (finding,) = tally.findings
    assert (tally.same, finding.what, finding.count) == (PAGES // 2, What.UNDECIDED, PAGES // 2)
    assert finding.reason.startswith(f"`{blob_path(leaf.bundle)}` is ")


def test_a_bundle_that_this_version_cannot_read_is_named_with_the_version_that_wrote_it(
    sealed: Sealed, tmp_path: Path
) -> None:
    to = sealed.altered(sealed.entries, tmp_path / "altered")
    leaf = decode(sealed.entries[0])
    assert isinstance(leaf, RulesetRecord)
    name = LogFiles(to).put_blob(b"no archive")
    seal(to, [changed(leaf, bundle=name, product="9.9"), *sealed.entries[1:]])
    _, tally = replayed(to)
    assert "version 9.9 wrote rules that this one cannot read" in tally.findings[0].reason
    assert tally.same == PAGES // 2


def test_a_second_bundle_of_the_same_meaning_is_enough(sealed: Sealed, tmp_path: Path) -> None:
    to = sealed.altered(sealed.entries, tmp_path / "altered")
    leaf = decode(sealed.entries[0])
    assert isinstance(leaf, RulesetRecord)
    seal(to, [*sealed.entries, changed(leaf, bundle="ab" * 32, source="sha256:others")])
    assert replayed(to)[1].same == PAGES


def test_rules_of_another_meaning_than_their_leaf_says_are_not_used(sealed: Sealed, tmp_path: Path) -> None:
    old, new = (decode(each) for each in sealed.entries if b'"kind":"ruleset"' in each)
    assert isinstance(old, RulesetRecord)
    assert isinstance(new, RulesetRecord)
    _, tally = replayed(sealed.with_leaf(0, changed(old, bundle=new.bundle), tmp_path / "altered"))
    assert "reads another meaning out of it" in tally.findings[0].reason
    assert tally.same == PAGES // 2


def test_leaves_of_later_versions_are_found_and_those_of_other_kinds_are_passed_over(
    sealed: Sealed, tmp_path: Path
) -> None:
    number, record = warned(sealed)
    later = canonical({**dict(parsed_map(sealed.entries[number])), "v": 2})
    more = [canonical({"kind": "weather", "v": 1}), canonical({"kind": "weather", "v": 3}), b"no record"]
    counters = CountersRecord(
        nonce=NONCE, day=record.day, counted_on=record.day, ruleset=record.ruleset, least=10, counts=()
    )
    entries = [*sealed.entries[:number], later, *sealed.entries[number + 1 :], *more, encode(counters)]
    found, tally = replayed(sealed.altered(entries, tmp_path / "altered"))
    assert (tally.tables, tally.same, tally.found) == (PAGES, PAGES - 1, 4)
    reasons = {each.leaf: (each.what, each.count, each.reason) for each in tally.findings}
    size = len(sealed.entries)
    assert reasons[number] == (
        What.UNDECIDED,
        1,
        "a later version wrote it, in version 2 of its form; this one knows 1",
    )
    assert reasons[size] == (What.UNDECIDED, 2, "this version knows no records of the kind `weather`")
    assert reasons[size + 2][:2] == (What.UNDECIDED, 1)
    assert found.size == size + 4


def parsed_map(entry: bytes) -> dict[str, object]:
    members = parsed(entry)
    assert isinstance(members, dict)
    return members


def test_erased_leaves_are_counted_and_no_finding(sealed: Sealed, tmp_path: Path) -> None:
    number, _ = warned(sealed)
    found, tally = replayed(sealed.with_leaf(number, b"", tmp_path / "altered"))
    assert (found.erased, tally.tables, tally.same, tally.found) == (1, PAGES - 1, PAGES - 1, 0)
    assert "1 leaf(s) were erased, and cannot be decided again" in list(tell.text(found, tally))


def test_a_table_that_stands_beside_the_log_is_decided_too(sealed: Sealed, tmp_path: Path) -> None:
    number, record = warned(sealed)
    to = tmp_path / "altered"
    shutil.copytree(sealed.directory / "blobs", to / "blobs")
    data = sealed.entries[number]
    body = BodyRecord(nonce=NONCE, day=record.day, of="table", sha256=LogFiles(to).put_blob(data), size=len(data))
    seal(to, [*sealed.entries[:number], encode(body), *sealed.entries[number + 1 :]])
    assert replayed(to)[1].same == PAGES
    (to / blob_path(body.sha256)).unlink()
    _, tally = replayed(to)
    assert [(each.leaf, each.what) for each in tally.findings] == [(number, What.UNDECIDED)]


def test_where_entries_are_gone_the_others_are_decided(sealed: Sealed, tmp_path: Path) -> None:
    shutil.copytree(sealed.directory, tmp_path / "altered")
    shutil.rmtree(tmp_path / "altered" / "log" / "tile" / "entries")
    found, tally = replayed(tmp_path / "altered")
    assert (tally.tables, tally.found) == (0, found.size)
    assert all(each.what is What.UNDECIDED for each in tally.findings)
    assert tell.summary(found, tally) != "nothing was decided again: the log has no table of these days"


@pytest.mark.parametrize(
    ("since", "until", "tables"),
    [
        (None, None, PAGES),
        (date(2026, 9, 1), date(2026, 9, 1), PAGES),
        (None, date(2026, 8, 30), 0),
        (date(2040, 1, 1), None, None),
    ],
)
def test_only_tables_are_decided_on_which_answers_of_the_days_may_rest(
    sealed: Sealed, since: date | None, until: date | None, tables: int | None
) -> None:
    found, tally = replayed(sealed.directory, Span(since, until))
    later = sum(
        each.stretch.last_day is None or each.stretch.last_day >= date(2040, 1, 1) for _, each in sealed.tables()
    )
    expected = later if tables is None else tables
    assert (tally.tables, tally.same, found.left_out) == (expected, expected, PAGES - expected)
