"""Coverage: what no example tried is named, for each line and for the rule as a whole."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from compliance.cli.testing import texts_of
from compliance.content.facts import resolved
from compliance.content.publisher import Directory
from compliance.engine.reading import Atom, Reading
from compliance.language.suite import load_suites
from compliance.model.facts import FactValue, OneOf
from compliance.model.ruleset import Ruleset
from compliance.model.territory import LocationSet
from compliance.review.coverage import Coverage, RuleCoverage, percent, totals
from compliance.review.scenarios import run
from compliance.review.suites import Suites
from tests.tiny import TINY, changed, ruleset

HEAD = "language: 1\nsuite: readers\ntitle: Readers\nas_of: 2021-06-01\nquestions:\n"
PAID = ("  reader.location: RU\nif", "  reader.location: RU\nunless:\n  content.paid: no\nif")


def covered(*edits: tuple[str, str], suite: str = "", also: Mapping[str, str] | None = None) -> dict[str, RuleCoverage]:
    """The coverage of every rule by its scenarios, and by a suite."""
    rules = ruleset(changed("warn.yaml", *edits, also=also))
    coverage = Coverage(rules)
    list(run(rules, coverage))
    suites = load_suites({"a.yaml": f"{HEAD}{suite}".encode()}, rules) if suite else ()
    list(Suites(rules, suites, texts_of).run(coverage=coverage))
    return {each.rule: each for each in coverage.rules()}


def test_what_the_scenarios_never_tried_is_named_line_by_line() -> None:
    rule = covered()["warn"]
    assert rule.missing == ("`publisher.designated_as` was never false or unknown", "it never came out `review`")
    assert (rule.cases, rule.tried, rule.total, rule.percent) == (3, 7, 10, 70)


def test_a_line_of_an_exception_counts_like_a_condition() -> None:
    rule = covered(PAID)["warn"]
    assert "`content.paid` was never true or false" in rule.missing
    paid = covered(
        PAID, ("{publisher: radio, reader.location: RU}", "{publisher: radio, reader.location: RU, content.paid: yes}")
    )
    assert "`content.paid` was never true" in paid["warn"].missing


def test_what_a_rule_can_never_come_out_as_is_not_missed() -> None:
    shown = covered(("if_unknown:\n  publisher.designated_as: review\n", ""))["warn"]
    assert shown.results == ("required", "possible", "none")
    held = covered(
        ("  publisher.designated_as: review", "  publisher.designated_as: review\n  reader.location: review")
    )
    assert held["warn"].results == ("required", "review", "none")
    reaching = covered(
        ("  publisher.designated_as: review", "  publisher.designated_as: review\n  reader.location: review"),
        ("  placement: footer", "  placement: footer\n  reach: everywhere"),
    )
    assert reaching["warn"].results == ("required", "possible", "review", "none")


def test_lines_are_tried_only_while_the_rule_is_in_effect() -> None:
    late = covered(("first_day: 2020-01-01", "first_day: 2022-01-01"))["warn"]
    assert [line.missing for line in late.lines] == [("true", "false", "unknown")] * 2
    assert late.seen == {"none"}


def test_lines_that_ask_the_same_are_one_and_those_of_one_fact_are_told_apart() -> None:
    exceptions = "unless:\n  - {reader.location: RU-CHU}\n  - {reader.location: RU-CHU, content.paid: no}\n"
    twice = covered(("if_unknown:\n", f"{exceptions}if_unknown:\n"))["warn"]
    assert [(line.fact, line.asks_for) for line in twice.lines] == [
        ("publisher.designated_as", "`x/list`"),
        ("reader.location", "`RU`"),
        ("reader.location", "`RU-CHU`"),
        ("content.paid", "`no`"),
    ]
    assert "`reader.location` (`RU-CHU`) was never true" in twice.missing


def test_a_suite_counts_for_the_rules_whose_notices_it_names_or_gets_and_for_no_others() -> None:
    other = (
        TINY["warn.yaml"].replace("rule: warn", "rule: other").replace("reader.location: RU\n", "reader.location: BY\n")
    )
    other = other[: other.index("scenarios:")] + other[other.index("scenarios:") :].replace(
        "location: RU", "location: BY"
    )
    question = "  - name: one\n    given: {{publisher: {}, reader.location: RU}}\n    expect: {}\n"
    named = covered(also={"other.yaml": other}, suite=question.format("paper", "{warn: review}"))
    assert [named[rule].cases for rule in ("warn", "other")] == [4, 3]
    got = covered(also={"other.yaml": other}, suite=question.format("radio", "required"))
    assert [got[rule].cases for rule in ("warn", "other")] == [4, 3]
    both = covered(also={"other.yaml": other}, suite=question.format("paper", "{warn: none, other: none}"))
    assert [both[rule].cases for rule in ("warn", "other")] == [4, 4]
    assert named["warn"].seen == both["warn"].seen == {"required", "possible", "none"}


def test_a_suite_can_complete_what_the_scenarios_left_open() -> None:
    suite = (
        "  - name: not listed, while the copy is fresh\n    date: 2026-01-15\n"
        "    given: {publisher: paper, reader.location: RU}\n    expect: {warn: none}\n"
        "  - name: declared by nobody\n    given: {publisher: nobody.example, reader.location: RU}\n"
        "    expect: {warn: review}\n"
    )
    whole = covered(suite=suite)["warn"]
    assert (whole.percent, whole.missing) == (100, ())


def test_an_entity_that_is_bound_is_tried_one_by_one() -> None:
    bound = (
        ("when:\n", "for_each: content.mentions\nwhen:\n"),
        ("  publisher.designated_as: x/list\n", "  mention.designated_as: x/list\n"),
        ("  publisher.designated_as: review", "  mention.designated_as: review"),
        ("{publisher: radio, reader.location: RU}", "{content.mentions: [radio, paper], reader.location: RU}"),
        ("{publisher: radio, reader.location: US}", "{content.mentions: radio, reader.location: US}"),
        ("{publisher: radio, reader.location: unknown}", "{content.mentions: radio, reader.location: unknown}"),
        ("{publisher.title}", "{mention.title}"),
    )
    line = covered(*bound)["warn"].lines[0]
    assert (line.fact, line.missing) == ("mention.designated_as", ("unknown",))  # radio stands in it, paper does not


def test_the_worst_rule_comes_first_and_percents_are_rounded_down() -> None:
    better = TINY["warn.yaml"].replace("rule: warn", "rule: better").replace(
        "given: {publisher: radio, reader.location: US}", "given: {publisher: unknown, reader.location: US}"
    )  # fmt: skip
    rules = covered(also={"better.yaml": better})
    assert list(rules) == ["warn", "better"]
    assert [each.percent for each in rules.values()] == [70, 80]
    assert totals(rules.values()) == (15, 20)
    assert percent(rules.values()) == 75
    assert percent(()) == 100


@settings(max_examples=80)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(["radio", "paper", ""]),
            st.sampled_from(["RU", "US", "UA", ""]),
            st.dates(date(2019, 12, 30), date(2021, 1, 2)),
        ),
        max_size=6,
    )
)
def test_more_cases_never_cover_less_and_what_is_seen_is_what_the_engine_reads(
    cases: list[tuple[str, str, date]],
) -> None:
    rules = ruleset(changed("warn.yaml", PAID))
    coverage, before = Coverage(rules), 0
    rule = rules.rules["warn"]
    seen: dict[Atom, set[object]] = {Atom.of(line, rule.zone): set() for line in rule.each_line()}
    for publisher, place, day in cases:
        facts = facts_of_case(rules, publisher, place)
        days = dict.fromkeys(rules.zones, day)
        coverage.note("warn", rules, facts, days)
        if day in rule.effective:
            for atom, truths in seen.items():
                truths.add(Reading(rules, facts, days).truth(atom))
        (now,) = coverage.rules()
        assert now.tried >= before
        before = now.tried
    (found,) = coverage.rules()
    assert found.cases == len(cases)
    assert [set(line.seen) for line in found.lines] == list(seen.values())
    assert (found.percent == 100) is (found.missing == ())


def facts_of_case(rules: Ruleset, publisher: str, place: str) -> dict[str, FactValue]:
    facts: dict[str, FactValue] = {"reader.location": LocationSet.of([place]) if place else LocationSet.unknown()}
    if publisher:
        facts["publisher"] = OneOf(frozenset({publisher}))
    return resolved(facts, Directory.of(rules.entities.values()))


@pytest.mark.parametrize("day", [date(2019, 12, 31), date(2020, 1, 1)])
def test_the_day_decides_whether_a_line_is_asked(day: date) -> None:
    rules = ruleset()
    coverage = Coverage(rules)
    coverage.note("warn", rules, facts_of_case(rules, "radio", "RU"), dict.fromkeys(rules.zones, day))
    (found,) = coverage.rules()
    assert any(line.seen for line in found.lines) is (day.year == 2020)
