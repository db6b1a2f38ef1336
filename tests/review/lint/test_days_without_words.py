"""A notice whose dated words leave days out: which days, for which rules, and which words readers get on them."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compliance.model.notice import Wording
from compliance.model.period import ONE_DAY, Period
from compliance.notices.wording import choose
from compliance.review.lint import Finding, Level, lint
from tests.review.lint.clean import DAY, findings, in_rule, pointed_at
from tests.review.lint.test_versions import again
from tests.tiny import ruleset

GAPPED: Final = "gapped-wordings"
UNTIL: Final = "first_day: 2020-01-01, last_day: 2024-06-30"
FROM: Final = "first_day: 2024-07-01, last_day: none"


def wordings(*days: str) -> str:
    """A block that gives the notice of the rule words with days."""
    items = (f"    - {{{each}, text: {{en: If you are there {n}., ru: Если {n}.}}}}" for n, each in enumerate(days))
    notice = ("notice:", "  purpose: legal-duty", "  placement: footer", "  conditional: true", "  wordings:")
    return in_rule(*notice, *items)


def effective(days: str, *more: str, status: str = "active") -> str:
    return in_rule(f"status: {status}", f"effective: {{{', '.join((days, 'timezone: Europe/Moscow', *more))}}}")


def gapped(*blocks: str, day: date = DAY) -> list[Finding]:
    return [each for each in findings(*blocks, day=day) if each.id == GAPPED]


def test_words_for_every_day_of_the_rule_are_not_found() -> None:
    assert gapped(wordings(UNTIL, FROM)) == []
    assert gapped(wordings("first_day: none, last_day: none")) == []


def test_days_behind_the_last_words_are_a_warning_that_says_which_words_stay() -> None:
    (finding,) = gapped(wordings(UNTIL, "first_day: 2024-07-01, last_day: 2026-03-31"))
    assert finding.severity is Level.WARNING
    assert finding.message == (
        "the notice `warn` has no words from 2026-04-01 on, when `warn` asks for it: "
        "those that ended on 2026-03-31 are shown"
    )
    assert finding.help == "move one of the days, or add the words of these days"
    assert pointed_at(finding) == "2026-03-31"


def test_days_before_the_first_words_get_those_that_are_not_in_force_yet() -> None:
    (finding,) = gapped(wordings(FROM))
    assert "no words from 2020-01-01 to 2024-06-30, when" in finding.message
    assert finding.message.endswith("those that begin on 2024-07-01 are shown")
    assert pointed_at(finding) == "2024-07-01"


def test_a_day_between_words_is_found_however_the_file_orders_them() -> None:
    for days in ((UNTIL, "first_day: 2024-07-02, last_day: none"), ("first_day: 2024-07-02, last_day: none", UNTIL)):
        (finding,) = gapped(wordings(*days))
        assert "no words on 2024-07-01, when" in finding.message
        assert pointed_at(finding) == "2024-06-30"


@pytest.mark.parametrize(
    ("day", "level"), [(date(2024, 6, 30), Level.WARNING), (date(2024, 7, 5), Level.WARNING), (DAY, Level.ADVICE)]
)
def test_days_that_have_passed_are_advice(day: date, level: Level) -> None:
    (finding,) = gapped(wordings(UNTIL, "first_day: 2024-07-06, last_day: none"), day=day)
    assert finding.severity is level


def test_only_days_count_on_which_a_rule_asks() -> None:
    short = wordings(UNTIL)
    assert gapped(short, effective("first_day: 2020-01-01, last_day: 2024-06-30")) == []
    assert gapped(short, effective("first_day: none, last_day: none", status="retired")) == []
    (finding,) = gapped(short, effective("first_day: 2020-01-01, last_day: 2024-07-31", status="draft"))
    assert "from 2024-07-01 to 2024-07-31" in finding.message


def test_days_on_which_the_rule_is_suspended_need_no_words() -> None:
    suspended = "suspended: [{first_day: 2024-07-01, last_day: 2024-07-31}]"
    days = effective("first_day: 2020-01-01, last_day: none", suspended)
    assert gapped(days, wordings(UNTIL, "first_day: 2024-08-01, last_day: none")) == []
    (finding,) = gapped(days, wordings(UNTIL, "first_day: 2024-08-02, last_day: none"))
    assert "no words on 2024-08-01, when" in finding.message


def test_rules_that_ask_on_the_same_days_are_told_together_where_the_words_stand() -> None:
    later = again("publisher.designated_as: x/list", "reader.location: BY")
    (finding,) = gapped(wordings(UNTIL), later)
    assert "when `again`, `warn` ask for it" in finding.message
    assert finding.span is not None
    assert finding.span.path == "warn.yaml"
    longer = again("reader.location: BY", days="first_day: 2021-01-01, last_day: 2024-07-31")
    assert [each.message.partition(":")[0] for each in gapped(longer, wordings(UNTIL))] == [
        "the notice `warn` has no words from 2024-07-01 on, when `warn` asks for it",
        "the notice `warn` has no words from 2024-07-01 to 2024-07-31, when `again` asks for it",
    ]


_TOLD = re.compile(
    r"no words (?:on (\S+)|from (\S+)(?: to (\S+)| on)), when `warn` asks for it: those that (ended|begin) on (\S+) are"
)
WINDOW: Final = [date(2019, 12, 20) + n * ONE_DAY for n in range(100)]
DAYS = st.sampled_from(WINDOW)


def told(message: str) -> tuple[date, date, str]:
    """The first and the last day that a finding tells, and the end of the words that it says are shown."""
    found = _TOLD.search(message)
    assert found is not None
    first = found[1] or found[2]
    last = found[1] or found[3]
    begins = date.min if first == "ever" else date.fromisoformat(first)
    return begins, date.fromisoformat(last) if last else date.max, f"{found[4]} {found[5]}"


@st.composite
def periods(draw: st.DrawFn, most: int, *, may_be_open: bool) -> list[Period]:
    """Periods in the order of their days, which have none in common."""
    edges = sorted(draw(st.lists(DAYS, min_size=2, max_size=2 * most, unique=True)))
    found = [Period(first, last) for first, last in zip(edges[::2], edges[1::2], strict=False)]
    if may_be_open and draw(st.booleans()):
        found[0] = replace(found[0], first_day=None)
    if may_be_open and draw(st.booleans()):
        found[-1] = replace(found[-1], last_day=None)
    return found


@given(periods(3, may_be_open=True), periods(1, may_be_open=True), periods(2, may_be_open=False))
def test_exactly_the_days_are_told_on_which_the_words_of_another_day_are_shown(
    worded: list[Period], whole: list[Period], suspended: list[Period]
) -> None:
    ends = [(each, (each.first_day, each.last_day)) for each in suspended]
    inside = tuple(each for each, days in ends if all(day is not None and day in whole[0] for day in days))
    loaded = ruleset()
    words = tuple(Wording(period, {"en": f"If {number}."}) for number, period in enumerate(worded))
    rule = loaded.rules["warn"]
    notice = replace(rule.notice, text={}, text_if_possible={}, short={}, conditional=True, wordings=words)
    rule = replace(rule, notice=notice, effective=replace(whole[0], gaps=inside))
    report = lint(loaded.with_rules({"warn": rule}), DAY)
    stretches = [told(each.message) for each in report.findings if each.id == GAPPED]
    for day in (*WINDOW, date(1990, 1, 1), date(2090, 1, 1)):
        chosen = choose(notice, day, "", certain=True)
        found = [shown for begins, ends, shown in stretches if begins <= day <= ends]
        expected = []
        if day in rule.effective and chosen.gap:
            is_earlier = chosen.period.last_day is not None and chosen.period.last_day < day
            expected = [f"ended {chosen.period.last_day}" if is_earlier else f"begin {chosen.period.first_day}"]
        assert found == expected
