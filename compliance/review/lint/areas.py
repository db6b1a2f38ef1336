"""Checks of drawn areas: those that do nothing, and lines that were drawn long ago."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Final

from compliance.errors import Span
from compliance.language.source import List
from compliance.model.period import parse_day
from compliance.model.territory import Area, Extent, Territory
from compliance.review.lint.findings import Check, Found, Level
from compliance.review.lint.look import Look

OLD: Final = timedelta(days=45)
"""A front moves in less; where a line stands still, an ignore comment says so."""


def _unused_area(look: Look) -> Iterator[Found]:
    for name, territory in look.ruleset.territories.items():
        named = {member.area for member in territory.members}
        for area in territory.areas:
            if area.id not in named:
                message = f"no member of `{name}` names the area `{_short(area)}`"
                help_ = "name it in the members that it outlines, or leave it out"
                yield Found(message, help_, _span(look, name, area, "id"))


def _stale_area(look: Look) -> Iterator[Found]:
    for name, territory in look.ruleset.territories.items():
        for area in territory.areas:
            if _settles(territory, area, look.day) and (said := _age(look, name, area)) is not None:
                message = f"the area `{_short(area)}` of `{name}` {said}"
                help_ = "look whether the line runs there still, draw it anew, and write the day"
                yield Found(message, help_, _span(look, name, area, "drawn_on"))


def _settles(territory: Territory, area: Area, day: date) -> bool:
    """Whether the line of an area runs through a member that belongs to the territory today or later."""
    return any(
        member.area == area.id
        and member.extent is Extent.PARTLY
        and (member.period.last_day is None or day <= member.period.last_day)
        for member in territory.members
    )


def _age(look: Look, name: str, area: Area) -> str | None:
    """What is wrong with the day on which an area was drawn; None if nothing is, or nobody gave the files."""
    number = _number(look, name, area)
    if number is None:
        return None
    drawn_on = parse_day(look.files.word("territory", name, "areas", number, "drawn_on") or "")
    if drawn_on is None:
        return "does not say when it was drawn"
    if drawn_on > look.day:
        return f"is said to be drawn on {drawn_on}, which is still to come"
    days = (look.day - drawn_on).days
    return f"was drawn {days} days ago, on {drawn_on}" if look.day - drawn_on > OLD else None


def _number(look: Look, name: str, area: Area) -> int | None:
    """Which of the areas in its file it is."""
    items = look.files.node("territory", name, "areas")
    numbers = range(len(items.items)) if isinstance(items, List) else ()
    return next(
        (each for each in numbers if look.files.word("territory", name, "areas", each, "id") == _short(area)), None
    )


def _span(look: Look, name: str, area: Area, key: str) -> Span | None:
    number = _number(look, name, area)
    return look.files.span("territory", name, *(("areas",) if number is None else ("areas", number, key)))


def _short(area: Area) -> str:
    """The name of an area inside its territory."""
    return area.id.partition(".")[2]


CHECKS: Final = (
    Check(
        "unused-area",
        Level.ADVICE,
        "no member of a territory names one of its areas",
        "It settles nothing: readers of regions that it was drawn for are still maybe in the territory.",
        _unused_area,
    ),
    Check(
        "stale-area",
        Level.ADVICE,
        "a line through a region was drawn more than 45 days ago, or nobody says when",
        "A front moves. Behind an old line are readers who are told that nothing threatens them.",
        _stale_area,
    ),
)
