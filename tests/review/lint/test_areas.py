"""Checks of drawn areas: those that no member names, and lines that were drawn long ago."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from compliance.review.lint import Finding, Level
from compliance.review.lint.areas import OLD
from tests.review.lint.clean import DAY, findings, pointed_at

AREA = """\
  - id: NAME
    margin_km: 5
    geometry: {type: Polygon, coordinates: [[[37, 47], [39, 47], [39, 49], [37, 47]]]}
    source: drawn by hand
    drawn_on: DRAWN
"""


def held(member: str = "extent: partly, last_day: none, area: line", *, drawn_on: date | None = DAY) -> str:
    """A territory with a drawn line."""
    area = AREA.replace("NAME", "line").replace("DRAWN", f"{drawn_on}")
    area = area if drawn_on is not None else area.replace("    drawn_on: None\n", "")
    return (
        "language: 1\nterritory: held\ntitle: Held\nsources:\n  - {title: A}\n"
        f"members:\n  - {{code: UA-14, first_day: none, {member}}}  # Donetsk\nareas:\n{area}"
    )


def found(id_: str, *blocks: str) -> list[Finding]:
    return [each for each in findings(*blocks) if each.id == id_]


def test_an_area_that_no_member_names_is_told() -> None:
    assert found("unused-area", held()) == []
    (finding,) = found("unused-area", held("extent: partly, last_day: none"))
    assert (finding.severity, finding.message, pointed_at(finding)) == (
        Level.ADVICE,
        "no member of `held` names the area `line`",
        "line",
    )
    second = held() + AREA.replace("NAME", "other").replace("DRAWN", f"{DAY}")
    assert [pointed_at(each) for each in found("unused-area", second)] == ["other"]


@pytest.mark.parametrize(("days", "is_told"), [(0, False), (45, False), (46, True), (400, True)])
def test_a_line_that_was_drawn_long_ago_is_told(days: int, is_told: bool) -> None:
    assert timedelta(days=45) == OLD
    drawn_on = DAY - timedelta(days=days)
    told = found("stale-area", held(drawn_on=drawn_on))
    assert bool(told) is is_told
    for finding in told:
        assert finding.message == f"the area `line` of `held` was drawn {days} days ago, on {drawn_on}"
        assert (finding.severity, pointed_at(finding)) == (Level.ADVICE, f"{drawn_on}")


@pytest.mark.parametrize(
    ("drawn_on", "said"),
    [
        (None, "does not say when it was drawn"),
        (date(2026, 1, 16), "is said to be drawn on 2026-01-16, which is still to come"),
    ],
)
def test_a_line_of_no_day_or_of_one_to_come_is_told(drawn_on: date | None, said: str) -> None:
    (finding,) = found("stale-area", held(drawn_on=drawn_on))
    assert finding.message == f"the area `line` of `held` {said}"


@pytest.mark.parametrize(
    "member",
    [
        "extent: whole, last_day: none, area: line",
        "extent: partly, last_day: none",
        "extent: partly, last_day: 2026-01-14, area: line",
    ],
)
def test_an_area_through_which_no_line_runs_any_more_may_be_old(member: str) -> None:
    assert found("stale-area", held(member, drawn_on=date(2020, 1, 1))) == []


def test_a_line_that_stands_still_is_set_aside_with_a_reason() -> None:
    old = held(drawn_on=date(2020, 1, 1))
    aside = old.replace("2020-01-01", "2020-01-01  # lint: ignore stale-area because it has not moved since 1992")
    assert [len(found("stale-area", each)) for each in (old, aside)] == [1, 0]
