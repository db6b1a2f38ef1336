"""What other rules would have answered on the recorded content: exactly what is other in them, and where."""

from __future__ import annotations

from pathlib import Path

import pytest

from compliance.replaying.again import What
from compliance.replaying.differences import Change, Where
from compliance.replaying.other_rules import REASONS, Compared, graded, kind_of
from compliance.review.impact.words import Part
from tests.replaying.logs import PAGES, PLACE_LINE, ROOT, RULE, WARNING, Sealed, changed, compared, rules_with

WORDING = (RULE, "please note that you could face", "please note that others could face")
NARROWED = (RULE, PLACE_LINE, "reader.location: RU")
WIDENED = (RULE, PLACE_LINE, PLACE_LINE.replace("RU,", "RU, BY,"))


def groups(found: Compared) -> list[tuple[str, str, str, str, tuple[str, ...], Where]]:
    return [(each.kind, each.notice, each.before, each.after, each.parts, each.where) for each, _ in graded(found)]


def warned(sealed: Sealed, place: str | None, status: str | None = None) -> list[int]:
    """The tables that have the warning in a place."""
    found = []
    for number, record in sealed.tables():
        _, outcome = sealed.outcome(record.outcome)
        shown = outcome.shown(outcome.row(place))
        if any(each.id == WARNING and status in {None, each.status} for each in shown):
            found.append(number)
    return found


@pytest.fixture(scope="session")
def by_the_shipped(sealed: Sealed) -> Compared:
    """What comes of it by the rules of one half."""
    return compared(sealed.directory, ROOT / "rules")


def test_by_the_rules_of_one_half_only_the_other_half_comes_out_otherwise(
    sealed: Sealed, by_the_shipped: Compared
) -> None:
    found = by_the_shipped
    assert (found.tables, found.found) == (PAGES, 0)
    mine = [n for n in warned(sealed, "RU") if dict(sealed.tables())[n].ruleset == sealed.new.ruleset.meaning]
    assert 0 < found.changed == len(mine) == PAGES - found.same
    assert {(kind, notice, parts) for kind, notice, _, _, parts, _ in groups(found)} == {
        ("words", WARNING, ("text in en",))
    }


def test_another_wording_is_shown_as_that_and_as_nothing_else(sealed: Sealed, tmp_path: Path) -> None:
    found = compared(sealed.directory, rules_with(tmp_path / "rules", WORDING))
    assert {group[:5] for group in groups(found)} == {
        ("words", WARNING, word, word, ("text in en",)) for word in ("required", "possible", "review")
    }
    assert found.changed == len({*warned(sealed, "RU"), *warned(sealed, None)})
    for group, counted in found.groups.items():
        assert group.rules == (WARNING,)
        assert 0 < len(counted.examples) <= min(counted.tables, 5)


def test_a_notice_that_comes_somewhere_is_told_with_the_place_the_rule_and_examples(
    sealed: Sealed, by_the_shipped: Compared, tmp_path: Path
) -> None:
    found = compared(sealed.directory, rules_with(tmp_path / "rules", WIDENED))
    added = [(each, counted) for each, counted in graded(found) if each.kind == "added"]
    assert {(each.notice, each.before, each.after, each.where.places) for each, _ in added} >= {
        (WARNING, "none", "required", ("BY",))
    }
    assert {each.notice for each, _ in added} == {WARNING}
    assert {each.kind for each, _ in graded(found)} - {each.kind for each, _ in graded(by_the_shipped)} == {"added"}
    ((certain, counted),) = [each for each in added if each[0].after == "required"]
    assert (certain.rules, counted.tables) == ((WARNING,), len(warned(sealed, "RU", "required")))
    leaf = counted.examples[0].leaf
    assert counted.examples[0].content == dict(sealed.tables())[leaf].content


def test_a_notice_that_goes_somewhere_comes_first(sealed: Sealed, tmp_path: Path) -> None:
    found = compared(sealed.directory, rules_with(tmp_path / "rules", NARROWED))
    first, counted = next(graded(found))
    assert (first.kind, first.notice, first.before, first.after) == ("removed", WARNING, "required", "none")
    assert {"UA-43", "UA-40"} <= {*first.where.places}
    assert "RU" not in first.where.places
    assert counted.tables == len(warned(sealed, "UA-43", "required"))


def test_a_table_whose_outcome_is_gone_cannot_be_compared(sealed: Sealed, tmp_path: Path) -> None:
    number, record = next(each for each in sealed.tables() if each[0] in warned(sealed, "RU"))
    entry = changed(record, outcome="ab" * 32)
    found = compared(sealed.with_leaf(number, entry, tmp_path / "altered"), ROOT / "rules")
    assert [(each.what, each.leaf, each.reason) for each in found.findings] == [
        (What.UNDECIDED, number, "its outcome is not in the log")
    ]
    assert found.tables == PAGES


@pytest.mark.parametrize(
    ("before", "after", "part", "kind"),
    [
        ("required", "none", None, "removed"),
        ("required", "possible", "status", "weaker"),
        ("possible", "required", "status", "stronger"),
        ("none", "possible", None, "added"),
        ("required", "required", "text in en", "words"),
        ("required", "required", "placements", "words"),
        ("possible", "possible", "rules", REASONS),
        ("possible", "possible", "unknowns", REASONS),
    ],
)
def test_what_becomes_of_a_notice_is_called_as_in_a_comparison_of_rules(
    before: str, after: str, part: str | None, kind: str
) -> None:
    parts = () if part is None else (Part(part, "one", "two"),)
    assert kind_of(Change("n", None, before, after, ("r",), parts)) == kind
