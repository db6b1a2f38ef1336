"""Differences of outcomes: told for just those places in which readers would see something else."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings

from compliance.assemble import Question
from compliance.audit.table import OutcomeRecord, Row, Shown, Words
from compliance.engine.index import Index
from compliance.model.ruleset import LawDays, Ruleset
from compliance.model.territory import lineage
from compliance.replaying.differences import Change, Where, differences
from compliance.review.impact.words import Part
from compliance.tabulated import Stamp, table_of
from tests.audit.tables import days, questions, worded
from tests.engine.days import DAY
from tests.engine.strategies import PLACES

CODES = [None, *PLACES, "UA-30", "UA-43", "FR", "MQ", "US-NY"]
few = settings(max_examples=40, suppress_health_check=list(HealthCheck), deadline=None)


def outcome_of(ruleset: Ruleset, question: Question, on: LawDays) -> OutcomeRecord:
    return table_of(Index(ruleset), question, on, Stamp(bytes(16), DAY)).outcome


def shown_in(outcome: OutcomeRecord, place: str | None) -> object:
    """All that a reader somewhere is shown, in a form that has no numbers."""
    row = outcome.row(place)
    notices = [(outcome.words[each.words], msgspec.structs.replace(each, words=0)) for each in outcome.shown(row)]
    notes = [outcome.footnotes[number] for number in row.footnotes]
    return notices, [(each.id, each.entities, outcome.words[each.words]) for each in notes]


def is_in(where: Where, place: str | None) -> bool:
    if place is None:
        return where.unknown
    for code in lineage(place):
        if code in where.places or code in where.without:
            return code in where.places
    return where.everywhere


@few
@given(worded(), worded(), questions(), days())
def test_a_place_is_told_exactly_if_its_readers_are_shown_something_else(
    one: Ruleset, other: Ruleset, question: Question, on: LawDays
) -> None:
    old, new = outcome_of(one, question, on), outcome_of(other, question, on)
    found = differences(old, new)
    for place in CODES:
        is_told = any(is_in(where, place) for _, where in found)
        assert is_told == (shown_in(old, place) != shown_in(new, place)), place


@few
@given(worded(), questions(), days())
def test_an_outcome_differs_in_nothing_from_itself(ruleset: Ruleset, question: Question, on: LawDays) -> None:
    outcome = outcome_of(ruleset, question, on)
    assert differences(outcome, outcome) == []


WORDS = Words(default="en", text={"en": "aa" * 32, "ru": "bb" * 32})
SHOWN = Shown(id="n", status="required", display="show", placements=("top",), words=0, rules=("r",))


def outcome(*rows: Row, shown: Shown = SHOWN, words: Words = WORDS) -> OutcomeRecord:
    """Rows, of which the first is that of all other places and the last that of readers anywhere."""
    return OutcomeRecord(
        nonce="00" * 16, day=DAY, words=(words,), notices=(shown,), rows=rows, elsewhere=0, unknown=len(rows) - 1
    )


NOTHING, NOTICE = Row(notices=()), Row(notices=(0,))


def at(row: Row, *places: str) -> Row:
    return Row(notices=row.notices, places=places)


def test_a_place_that_is_named_on_one_side_only_is_told_with_what_lies_in_it() -> None:
    found = differences(outcome(NOTHING, at(NOTICE, "RU")), outcome(NOTHING, at(NOTICE, "RU", "UA-43"), NOTHING))
    assert found == [
        (Change("n", None, "none", "required", ("r",)), Where(("UA-43",))),
        (Change("n", None, "required", "none", ("r",)), Where(unknown=True)),
    ]


def test_what_holds_everywhere_but_somewhere_is_told_by_the_exceptions() -> None:
    (found,) = differences(outcome(NOTHING), outcome(NOTICE, at(NOTHING, "RU", "UA-43")))
    assert found[1] == Where((), ("RU", "UA-43"), everywhere=True)
    assert str(found[1]) == "every place but `RU`, `UA-43`"


def test_a_place_inside_of_another_one_can_be_the_exception() -> None:
    (found,) = differences(outcome(NOTHING), outcome(NOTHING, at(NOTICE, "UA"), at(NOTHING, "UA-43")))
    assert found[1] == Where(("UA",), ("UA-43",))
    assert str(found[1]) == "`UA` but `UA-43`"


@pytest.mark.parametrize(
    ("member", "value", "part"),
    [
        ("status", "possible", Part("status", "required", "possible")),
        ("placements", ("top", "footer"), Part("placements", "top", "top, footer")),
        ("rules", ("r", "s"), Part("rules", "r", "r, s")),
        ("rule_count", 31, Part("number of rules", "1", "31")),
        ("unknowns", ("reader.location",), Part("unknowns", "", "reader.location")),
        ("approximated", True, Part("approximated", "no", "yes")),
        ("reach", True, Part("by reach", "no", "yes")),
    ],
)
def test_each_member_of_a_notice_that_differs_is_named(member: str, value: object, part: Part) -> None:
    changed = msgspec.structs.replace(SHOWN, **{member: value})
    ((change, where),) = differences(outcome(NOTICE), outcome(NOTICE, shown=changed))
    assert part in change.parts
    assert where == Where(everywhere=True, unknown=True)
    assert str(where) == "every place and where nobody knows the place"


def test_words_are_told_by_language_also_those_that_came_or_went() -> None:
    other = Words(default="ru", text={"ru": "bb" * 32, "uk": "cc" * 32}, short={"ru": "dd" * 32})
    ((change, _),) = differences(outcome(NOTICE), outcome(NOTICE, words=other))
    assert change.parts == (
        Part("default language", "en", "ru"),
        Part("text in en", "aa" * 32, None),
        Part("text in uk", None, "cc" * 32),
        Part("short text in ru", None, "dd" * 32),
    )


def test_many_places_are_told_by_their_number() -> None:
    codes = ("AT", "BE", "CZ", "DE", "EE", "FI", "GR", "HU", "IE", "IT")
    assert str(Where(codes)).endswith("`HU` and 2 more")


def test_a_code_that_this_version_does_not_know_is_compared_by_itself() -> None:
    (found,) = differences(outcome(NOTHING), outcome(NOTHING, at(NOTICE, "XX-99")))
    assert found[1].places == ("XX-99",)
