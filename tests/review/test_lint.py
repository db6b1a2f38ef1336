"""Lint: what a careful colleague would ask about, on a given day; each question is asked, and only then."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import pytest

from compliance.review.lint import Finding, lint
from tests.tiny import TINY, changed, ruleset

DAY = date(2026, 1, 15)
"""Before the review date, and while the register is fresh."""
POSSIBLE = """\
  - name: place not known
    date: 2021-06-01
    given: {publisher: radio, reader.location: unknown}
    expect: possible
    because: reader.location unknown
"""
SKIP = (
    "  publisher.designated_as: review",
    "  publisher.designated_as: {answer: skip, reason: we ask the desk}",
)


def findings(files: Mapping[str, str] = TINY, day: date = DAY) -> tuple[Finding, ...]:
    return lint(ruleset(files), day)


def only(files: Mapping[str, str], day: date = DAY) -> Finding:
    (finding,) = findings(files, day)
    return finding


def rule(*edits: tuple[str, str]) -> dict[str, str]:
    return changed("warn.yaml", *edits)


def test_a_careful_rule_set_has_no_findings() -> None:
    assert findings() == ()


def test_a_review_date_that_passed_is_a_finding_and_the_day_itself_is_not() -> None:
    fresh = {**TINY, "list.yaml": TINY["list.yaml"].replace("30 days", "9999 days")}
    assert findings(fresh, date(2030, 1, 1)) == ()
    finding = only(fresh, date(2030, 1, 2))
    assert finding.check == "review-is-due"
    assert finding.message == "`warn` was to be reviewed by 2030-01-01"
    retired = {**fresh, "warn.yaml": rule(("status: active", "status: retired"))["warn.yaml"]}
    assert findings(retired, date(2030, 1, 2)) == ()


def test_an_active_rule_whose_last_day_passed_is_a_finding() -> None:
    ends = ("last_day: none, timezone", "last_day: 2026-01-14, timezone")
    finding = only(rule(ends))
    assert (finding.check, finding.message) == ("ended", "`warn` is active and its last day was 2026-01-14")
    assert findings(rule(ends), date(2026, 1, 14)) == ()
    assert findings(rule(ends, ("status: active", "status: retired"))) == ()


@pytest.mark.parametrize("grade", [", confidence: C", ", confidence: D", ""])
def test_an_active_rule_that_rests_on_weak_sources_alone_is_a_finding(grade: str) -> None:
    weak = (", confidence: A", grade)
    assert only(rule(weak)).check == "weak-source"
    assert findings(rule(weak, ("status: active", "status: draft"))) == ()
    better = "legal_basis:\n  - {title: Another act, confidence: B}"
    assert findings(rule(weak, ("legal_basis:", better))) == ()


def test_a_fact_that_is_skipped_is_listed_with_its_reason() -> None:
    finding = only(rule(SKIP))
    assert finding.check == "skips-unknown"
    assert "says nothing when `publisher.designated_as` is not known: we ask the desk" in finding.message


def test_a_country_named_without_its_parts_is_a_finding_at_its_line() -> None:
    place = ("  reader.location: RU\nif", "  reader.location: [RU, NO, SJ]\nif")
    finding = only(rule(place))
    assert finding.check == "parts-left-out"
    assert finding.message == "`warn` names `NO`, which does not include BV"
    assert finding.span is not None
    assert (finding.span.path, finding.span.line, finding.span.column) == ("warn.yaml", 12, 3)
    assert findings(rule((place[0], place[1].replace("SJ", "SJ, BV")))) == ()


@pytest.mark.parametrize(
    ("scenario", "missing"),
    [
        ("expect: required", "no scenario in which it fires"),
        ("expect: none", "no scenario in which it stays silent"),
        (POSSIBLE, "no scenario in which a fact is not known"),
    ],
)
def test_what_no_scenario_tries_is_a_finding(scenario: str, missing: str) -> None:
    edit = (scenario, "") if scenario == POSSIBLE else (scenario, "expect: review")
    finding = only(rule(edit))
    assert (finding.check, finding.message) == ("untried", f"`warn` has {missing}")


def test_a_scenario_that_ends_in_a_review_tries_the_unknown_too() -> None:
    assert findings(rule(("expect: possible", "expect: review"))) == ()


def test_a_register_whose_copy_grew_old_is_a_finding_the_day_after() -> None:
    assert findings(day=date(2026, 1, 31)) == ()
    finding = only(TINY, date(2026, 2, 1))
    assert finding.check == "stale-register"
    assert finding.message == "the copy of `x/list` was fresh until 2026-01-31"


def test_an_exclusion_of_somebody_undeclared_is_a_finding() -> None:
    excludes = {**TINY, "radio.yaml": TINY["radio.yaml"] + "excludes: [local-radio]\n"}
    finding = only(excludes)
    assert finding.check == "undeclared-exclusion"
    assert finding.message == "`radio` excludes `local-radio`, which nobody declared"
    local = "language: 1\nentity: local-radio\ntitle: Local Radio\nparent: radio\n"
    assert findings({**excludes, "local.yaml": local}) == ()


def test_findings_say_what_where_and_what_to_do() -> None:
    shown = str(only(rule((", confidence: A", ""))))
    assert shown.splitlines() == [
        "weak-source: `warn` is active and every source of it is graded C, D or not at all",
        "  --> warn.yaml:2:7",
        "  help: find a better source, or set `status: draft`",
    ]
    assert str(only(TINY, date(2026, 2, 1))).count("\n") == 1


def test_all_findings_come_at_once_and_in_one_order() -> None:
    found = findings(rule((", confidence: A", ""), SKIP), date(2031, 1, 1))
    assert [each.check for each in found] == ["review-is-due", "weak-source", "skips-unknown", "stale-register"]
