"""Checks of conditions: what can never hold, words that speak of persons or look like a slip, what is not tried."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compliance.engine.decide import decide
from compliance.model.decision import NoticeStatus
from compliance.model.facts import FactValue, Members, OneOf
from compliance.model.period import Period
from compliance.model.rule import Block
from compliance.model.territory import LocationSet
from compliance.review.lint import Finding, Level
from compliance.review.lint.logic import dead, has_no_day, holds, implies
from tests.language.reading import loaded
from tests.review.lint.clean import ALWAYS, CLEAN, findings, in_rule, only, pointed_at, territory, when, with_parts


def never(*blocks: str) -> list[Finding]:
    return [each for each in findings(*blocks) if each.id == "never-applies"]


# -- what can never hold --------------------------------------------------------------------------------

LIST = "publisher.designated_as: x/list"


@pytest.mark.parametrize(
    ("line", "choice"),
    [
        ("content.kind: article", "content.kind: opinion"),
        ("publisher: radio", "publisher: paper"),
        ("reader.location: RU", "reader.location: FR"),
        ("reader.location: RU", "reader.location: lands"),
        ("content.language: ru", "content.language: en-GB"),
        (
            "content.date_published: {first_day: 2020-01-01, last_day: none}",
            "content.date_published: {first_day: none, last_day: 2019-12-31}",
        ),
    ],
)
def test_lines_on_one_fact_that_exclude_each_other_are_an_error_at_the_second(line: str, choice: str) -> None:
    lands = territory(f"code: GE, extent: whole, {ALWAYS}")
    (finding,) = never(lands, when(LIST, line, "any_of:", f"  - {choice}"))
    fact = line.partition(":")[0]
    assert finding.severity is Level.ERROR
    assert finding.message == f"`warn` can never apply: two lines on `{fact}` exclude each other"
    assert finding.span is not None
    assert choice in finding.span.text


@pytest.mark.parametrize(
    ("line", "choice"),
    [
        ("content.kind: [article, opinion]", "content.kind: [opinion, video]"),
        ("content.promotes: gambling", "content.promotes: alcohol"),
        ("reader.location: RU", "reader.location: RU-SAR"),
        ("reader.location: RU-SAR", "reader.location: [lands, FR]"),
        ("content.language: en", "content.language: en-GB"),
        ("content.language: [ru, en-GB]", "content.language: [de, en]"),
        (
            "content.date_published: {first_day: 2020-01-01, last_day: none}",
            "content.date_published: {first_day: none, last_day: 2020-01-01}",
        ),
    ],
)
def test_lines_that_may_hold_together_are_no_finding(line: str, choice: str) -> None:
    lands = territory(f"code: RU, extent: partly, {ALWAYS}")
    assert never(lands, when(LIST, line, "any_of:", f"  - {choice}")) == []


def test_one_block_that_can_never_hold_does_not_stop_the_rule_and_is_told() -> None:
    (finding,) = never(when("content.kind: article", "any_of:", "  - content.kind: opinion", f"  - {LIST}"))
    assert finding.message == "a block of `warn` can never hold: two lines on `content.kind` exclude each other"
    exception = in_rule("unless:", "  reader.location: FR", "  any_of:", "    - reader.location: DE")
    assert len(never(exception)) == 1


@pytest.mark.parametrize(
    "exception", ["reader.location: RU", f"{LIST}", "reader.location: [RU, BY]", "any_of: [{reader.location: RU}]"]
)
def test_an_exception_that_covers_the_conditions_is_an_error(exception: str) -> None:
    (finding,) = never(in_rule("unless:", f"  {exception}"))
    assert finding.message == "`warn` can never apply: an exception holds wherever its conditions do"


@pytest.mark.parametrize(
    "exception", ["reader.location: RU-SAR", "content.kind: comment", "{reader.location: RU, content.kind: comment}"]
)
def test_an_exception_that_leaves_something_is_no_finding(exception: str) -> None:
    assert never(in_rule(f"unless: {exception}" if exception.startswith("{") else f"unless: {{{exception}}}")) == []


def test_a_rule_that_is_over_before_anybody_was_listed_can_never_apply() -> None:
    over = in_rule("effective: {first_day: 2020-01-01, last_day: 2020-12-31, timezone: Europe/Moscow}", "status: draft")
    (finding,) = never(over)
    assert (finding.message, pointed_at(finding)) == ("no entry of `x/list` has effect on a day of `warn`", "x/list")
    assert never(over.replace("2020-12-31", "2021-01-01")) == []
    ended = "# in a register\nentries:\n  - {entity: radio, listed_on: {day: 2019-01-01}, last_day: 2019-12-31}\n"
    assert len(never(over, ended)) == 1
    assert never(over.replace("first_day: 2020-01-01", "first_day: none"), ended) == []


def test_a_territory_without_a_member_on_any_day_of_the_rule_can_never_apply() -> None:
    gone = territory("code: RU-SAR, extent: whole, first_day: none, last_day: 2019-12-31")
    (finding,) = never(gone, when(LIST, "reader.location: [FR-GES, lands]"))
    assert (finding.message, pointed_at(finding)) == ("`lands` has no member on any day of `warn`", "lands")
    assert never(gone.replace("2019-12-31", "2020-01-01"), when(LIST, "reader.location: lands")) == []


def test_a_period_without_a_day_is_empty_or_suspended_as_a_whole() -> None:
    first, last = date(2024, 1, 1), date(2024, 1, 31)
    assert has_no_day(Period(last, first))
    assert has_no_day(Period(first, last, gaps=(Period(first, date(2024, 1, 10)), Period(date(2024, 1, 11), last))))
    assert not has_no_day(Period(first, last, gaps=(Period(first, date(2024, 1, 30)),)))
    assert not has_no_day(Period())
    assert not has_no_day(Period(first, gaps=(Period(first, date(2024, 1, 10)),)))
    assert has_no_day(Period(gaps=(Period(),)))


days = st.none() | st.dates(date(2024, 1, 1), date(2024, 1, 8))
periods = st.builds(Period, days, days)


@given(
    st.builds(Period, days, days, gaps=st.lists(periods, max_size=2).map(tuple)), periods, st.lists(periods, max_size=2)
)
def test_a_period_that_holds_another_has_all_of_its_days(outer: Period, inner: Period, gaps: list[Period]) -> None:
    inner = Period(inner.first_day, inner.last_day, gaps=tuple(gaps))
    if not inner.is_empty and holds(outer, inner):
        span = [date(2023, 12, 31), *(date(2024, 1, day) for day in range(1, 10))]
        assert [day for day in span if day in inner and day not in outer] == []


# -- what follows from conditions is what the engine says -----------------------------------------------

kinds = st.lists(st.sampled_from(["article", "opinion", "video"]), min_size=1, max_size=2, unique=True)
tags = st.sampled_from(["ru", "ru-UA", "en", "en-GB"])
codes = st.sampled_from(["RU", "RU-SAR", "GB", "GB-ENG", "GB-LND", "lands"])
lines = st.one_of(
    kinds.map(lambda words: f"content.kind: [{', '.join(words)}]"),
    tags.map(lambda tag: f"content.language: {tag}"),
    codes.map(lambda code: f"reader.location: {code}"),
    st.sampled_from(["gambling", "alcohol"]).map(lambda word: f"content.promotes: {word}"),
)
blocks = st.lists(lines, min_size=1, max_size=3, unique_by=lambda line: line.partition(":")[0])
worlds = st.fixed_dictionaries(
    {
        "content.kind": st.sampled_from(["article", "opinion", "video"]).map(lambda word: OneOf(frozenset({word}))),
        "content.language": tags.map(lambda tag: OneOf(frozenset({tag}))),
        "content.promotes": st.frozensets(st.sampled_from(["gambling", "alcohol"])).map(Members),
        "reader.location": st.sampled_from(["RU-SAR", "RU-KGD", "GB-LND", "GB-SCT", "FR-GES"]).map(
            lambda code: LocationSet.of([code])
        ),
    }
)
LANDS = territory(f"codes: [RU-KGD, GB-ENG], extent: whole, {ALWAYS}")


def conditions(*lines_: str) -> tuple[Block, dict[str, str]]:
    files = with_parts(when(*lines_), LANDS)
    return loaded(files).rules["warn"].when, files


def fires(files: dict[str, str], facts: dict[str, FactValue]) -> bool:
    ruleset = loaded(files)
    decision = decide(ruleset, facts, dict.fromkeys(ruleset.zones, date(2024, 1, 1)))
    return any(each.status is NoticeStatus.REQUIRED for each in decision.instances)


def in_territories(value: str) -> frozenset[str]:
    return frozenset({"RU-KGD", "GB-ENG"} if value == "lands" else {value})


choices = st.lists(lines, min_size=2, max_size=2).map(lambda pair: ["any_of:", *(f"  - {line}" for line in pair)])
wholes = st.builds(lambda block, choice: [*block, *choice], blocks, st.just([]) | choices)


@given(wholes, wholes, worlds)
def test_what_is_implied_holds_in_every_world(one: list[str], other: list[str], facts: dict[str, FactValue]) -> None:
    (narrow, narrow_files), (wide, wide_files) = conditions(*one), conditions(*other)
    if implies(narrow, wide) and fires(narrow_files, facts):
        assert fires(wide_files, facts)


def any_of(*choices_: str) -> Block:
    return conditions("content.promotes: alcohol", "any_of:", *(f"  - {{{choice}}}" for choice in choices_))[0]


ARTICLE, OPINION, VIDEO = (f"content.kind: {word}" for word in ("article", "opinion", "video"))


def test_a_choice_is_implied_by_one_of_its_blocks_or_by_a_choice_that_leaves_less() -> None:
    article = conditions("content.promotes: alcohol", ARTICLE)[0]
    assert implies(article, any_of(ARTICLE, OPINION))
    assert implies(any_of(ARTICLE, OPINION), any_of(VIDEO, OPINION, ARTICLE))
    assert implies(any_of(ARTICLE, OPINION), conditions("content.kind: [article, opinion]")[0])
    assert not implies(article, any_of(OPINION, VIDEO))
    assert not implies(any_of(ARTICLE, OPINION), any_of(ARTICLE, VIDEO))
    assert not implies(any_of(ARTICLE, OPINION), article)


def test_the_days_of_a_period_hold_their_own_ends() -> None:
    year = Period(date(2024, 1, 1), date(2024, 12, 31))
    assert holds(year, year)
    assert holds(Period(), year)
    assert not holds(year, Period())
    assert not holds(year, Period(date(2024, 1, 1), date(2025, 1, 1)))
    assert not holds(year, Period(date(2023, 12, 31), date(2024, 12, 31)))


@given(blocks, lines, worlds)
def test_what_can_never_hold_holds_in_no_world(one: list[str], choice: str, facts: dict[str, FactValue]) -> None:
    block, files = conditions(*one, "any_of:", f"  - {choice}")
    if dead(block, in_territories) is not None:
        assert not fires(files, facts)


# -- words ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("word", ["passport", "religion", "dual-citizenship", "stateless-persons"])
def test_a_word_that_speaks_of_the_reader_is_a_warning_at_the_word(word: str) -> None:
    finding = only(when(LIST, f"content.subject: [sports, {word}]"))
    assert (finding.id, finding.severity, pointed_at(finding)) == ("personal-facts", Level.WARNING, word)


@pytest.mark.parametrize("word", ["passportless", "international", "gambling"])
def test_a_word_that_only_looks_like_it_is_none(word: str) -> None:
    assert findings(when(LIST, f"content.subject: {word}")) == ()


@pytest.mark.parametrize("slip", ["gambeling", "gamblin", "gambling-", "gmabling", "gamblinq"])
def test_a_word_that_one_rule_uses_and_that_is_near_another_is_a_warning(slip: str) -> None:
    words = slip.strip("-") if slip != "gambling-" else "gamblings"
    found = findings(when(LIST, f"content.promotes: [gambling, {words}]"))
    assert {(each.id, pointed_at(each)) for each in found} == {("unused-word", "gambling"), ("unused-word", words)}


def test_words_that_are_far_apart_short_or_of_other_facts_are_not_near() -> None:
    assert (
        findings(when(LIST, "content.promotes: [gambling, gamut, alcohol, beer, bear]", "content.subject: gamblinq"))
        == ()
    )


def test_the_word_that_several_rules_use_is_not_the_slip() -> None:
    second = CLEAN["warn.yaml"].replace("rule: warn", "rule: second")
    other = "\n".join(line for line in second.splitlines() if "designated_as" not in line) + "\n"
    slip = when(LIST, "content.promotes: gamblin")
    good = other.replace("  reader.location: RU\nnotice", "  reader.location: RU\n  content.promotes: gambling\nnotice")
    found = findings(slip, good, good.replace("rule: second", "rule: third"))
    assert [pointed_at(each) for each in found if each.id == "unused-word"] == ["gamblin"]


# -- what is not known, and not tried -------------------------------------------------------------------


def test_a_fact_that_is_skipped_is_listed_with_its_reason() -> None:
    finding = only(in_rule("if_unknown:", "  publisher.designated_as: {answer: skip, reason: we ask the desk}"))
    assert (finding.id, finding.severity) == ("skips-unknown", Level.ADVICE)
    assert "says nothing when `publisher.designated_as` is not known: we ask the desk" in finding.message


@pytest.mark.parametrize(
    ("expected", "missing"),
    [
        (["none", "possible"], "in which it fires"),
        (["required", "review"], "in which it stays silent"),
        (["required", "none"], "in which a fact is not known"),
    ],
)
def test_what_no_scenario_tries_is_a_finding(expected: list[str], missing: str) -> None:
    rows = (f"  - {{name: {each}, date: 2021-06-01, given: {{publisher: radio}}, expect: {each}}}" for each in expected)
    finding = only(in_rule("scenarios:", *rows))
    assert (finding.id, finding.message, pointed_at(finding)) == (
        "untried",
        f"`warn` has no scenario {missing}",
        "scenarios",
    )


@pytest.mark.parametrize("fact", ["publisher.answers_to", "publisher.complies_with"])
def test_a_publisher_without_a_stance_on_an_order_that_a_rule_asks_for_is_advice(fact: str) -> None:
    asks = when(LIST, f"{fact}: [RU, BY]")
    finding = only(asks, "# in an entity\nanswers_to: [RU, CZ]\n")
    assert (finding.id, finding.severity) == ("stance-missing", Level.ADVICE)
    assert finding.message == "`radio` answers to `RU` and has no stance on it, and `warn` asks for that"
    assert findings(asks, "# in an entity\nanswers_to: [RU, CZ]\nstance: {RU: legal_hold}\n") == ()
    assert findings(asks, in_rule("status: draft"), "# in an entity\nanswers_to: [RU]\n") == ()
