"""Checks of days: each finding begins and ends on the right day, and points at the day that it is about."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from compliance.review.lint import Level
from tests.review.lint.clean import CLEAN, DAY, entry, findings, ids, in_rule, only, pointed_at, report, territory

ONE_DAY = timedelta(days=1)
LASTING = "# in a register\nfresh_for: 9999 days\n"
RETIRED = in_rule("status: retired")
DRAFT = in_rule("status: draft")


def test_a_careful_rule_set_has_no_findings() -> None:
    assert report(CLEAN).findings == ()
    assert report(CLEAN).ignored == ()
    assert report(CLEAN).is_good


def test_a_review_date_that_passed_is_a_finding_and_the_day_itself_is_not() -> None:
    assert findings(LASTING, day=date(2030, 1, 1)) == ()
    finding = only(LASTING, day=date(2030, 1, 2))
    assert (finding.id, finding.severity) == ("review-is-due", Level.WARNING)
    assert finding.message == "`warn` was to be reviewed by 2030-01-01"
    assert pointed_at(finding) == "2030-01-01"
    assert findings(LASTING, RETIRED, day=date(2030, 1, 2)) == ()


@pytest.mark.parametrize(("where", "what"), [("an entity", "entity `radio`"), ("a register", "register `x/list`")])
def test_what_is_declared_has_review_dates_too(where: str, what: str) -> None:
    block = f"# in {where}\nreview_by: 2026-01-14\n"
    finding = only(block)
    assert finding.id == "review-is-due"
    assert finding.message == f"the {what} was to be reviewed by 2026-01-14"
    assert pointed_at(finding) == "2026-01-14"
    assert findings(block, day=date(2026, 1, 14)) == ()


def test_a_draft_past_its_review_date_is_advice_and_not_a_review_that_is_due() -> None:
    finding = only(LASTING, DRAFT, day=date(2030, 1, 2))
    assert (finding.id, finding.severity) == ("unreviewed", Level.ADVICE)
    assert findings(LASTING, DRAFT, day=date(2030, 1, 1)) == ()


def test_an_active_rule_whose_last_day_passed_is_a_finding() -> None:
    ends = in_rule("effective: {first_day: 2020-01-01, last_day: 2026-01-14, timezone: Europe/Moscow}")
    finding = only(ends)
    assert (finding.id, finding.message) == ("ended", "`warn` is active and its last day was 2026-01-14")
    assert pointed_at(finding) == "2026-01-14"
    assert "ended" not in ids(ends, day=date(2026, 1, 14))
    assert "ended" not in ids(ends, RETIRED)


def test_a_copy_is_soon_stale_for_a_week_and_then_stale() -> None:
    """The copy is fresh until 2026-01-31, that day included."""
    fresh_until = date(2026, 1, 31)
    assert ids(day=fresh_until - 8 * ONE_DAY) == set()
    assert ids(day=fresh_until - 7 * ONE_DAY) == {"soon-stale"}
    assert ids(day=fresh_until) == {"soon-stale"}
    finding = only(day=fresh_until + ONE_DAY)
    assert (finding.id, finding.message) == ("stale-register", "the copy of `x/list` was fresh until 2026-01-31")
    assert pointed_at(finding) == "30 days"


def test_a_copy_of_a_day_to_come_would_never_grow_old() -> None:
    future = "# in a register\nretrieved_on: 2026-01-16\n"
    finding = only(future)
    assert (finding.id, finding.severity, pointed_at(finding)) == ("unlikely-date", Level.WARNING, "2026-01-16")
    assert finding.message == "the copy of `x/list` is said to be of 2026-01-16, which is still to come"
    assert findings(future, day=date(2026, 1, 16)) == ()


def test_a_review_in_another_decade_is_advice() -> None:
    finding = only(in_rule("review_by: 2062-01-15"))
    assert (finding.id, finding.severity, pointed_at(finding)) == ("unlikely-date", Level.ADVICE, "2062-01-15")
    assert findings(in_rule("review_by: 2031-01-01")) == ()


def test_a_variant_of_a_register_is_no_second_finding() -> None:
    variant = in_rule("arms: {x/list: decided_on}")
    decided = entry("decided_on: {day: 2021-01-01}")
    assert only(variant, decided, day=date(2026, 2, 1)).id == "stale-register"


@pytest.mark.parametrize(
    ("days", "level"), [(91, None), (90, Level.NOTE), (31, Level.NOTE), (30, Level.ADVICE), (1, Level.ADVICE)]
)
def test_a_day_that_is_near_is_graver_than_one_that_is_far(days: int, level: Level | None) -> None:
    last_day = DAY + days * ONE_DAY - ONE_DAY
    ends = in_rule(f"effective: {{first_day: 2020-01-01, last_day: {last_day}, timezone: Europe/Moscow}}")
    assert [(each.id, each.severity) for each in findings(ends)] == ([] if level is None else [("date-cliff", level)])


def test_a_cliff_is_told_of_rules_entries_and_members() -> None:
    soon = "2026-02-01"
    begins = in_rule(f"effective: {{first_day: {soon}, last_day: none, timezone: Europe/Moscow}}")
    assert only(begins).message == f"what holds for `warn` changes on {soon}, in 17 day(s)"
    listed = f"# in a register\nentries:\n  - {{entity: radio, listed_on: {{day: {soon}}}, last_day: none}}\n"
    assert only(listed).message.startswith("what holds for the entry of `radio` in `x/list` changes")
    lands = territory(f"codes: [GE, AM], extent: whole, first_day: {soon}, last_day: none")
    found = [each for each in findings(lands) if each.id == "date-cliff"]
    assert [pointed_at(each) for each in found] == ["GE", "AM"]


def test_a_cliff_of_a_wording_stands_at_the_wording_however_the_file_orders_them() -> None:
    ends = "    - {first_day: none, last_day: 2026-01-31, text: {en: If you are there., ru: Если.}}"
    begins = "    - {first_day: 2026-02-11, last_day: none, text: {en: If you are here., ru: Если вы.}}"
    notice = ("notice:", "  purpose: legal-duty", "  placement: footer", "  conditional: true", "  wordings:")
    for items in ((ends, begins), (begins, ends)):
        found = [each for each in findings(in_rule(*notice, *items)) if each.id == "date-cliff"]
        where = {each.message: each.span.text for each in found if each.span}
        assert where == {
            "what holds for a wording of `warn` changes on 2026-02-01, in 17 day(s)": ends,
            "what holds for a wording of `warn` changes on 2026-02-11, in 27 day(s)": begins,
        }


def test_what_is_retired_or_a_draft_has_no_cliff() -> None:
    ends = "effective: {first_day: 2020-01-01, last_day: 2026-02-01, timezone: Europe/Moscow}"
    assert findings(in_rule("status: draft", ends)) == ()
    assert findings(in_rule("status: retired", ends)) == ()
