"""Builds rule sets small enough to check by hand, and what is known of a page, in few words."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta

from compliance.model.designation import Claim, Entity, Entry, Milestone, Register
from compliance.model.facts import Members, OneOf
from compliance.model.period import ALWAYS, Period
from compliance.model.rule import (
    AnyOf,
    Block,
    IfUnknown,
    Line,
    Notice,
    Placement,
    Purpose,
    Reach,
    Rule,
    Severity,
    Status,
)
from compliance.model.ruleset import Ruleset
from compliance.model.territory import Extent, LocationSet, Member, Territory
from tests.engine.days import MOSCOW
from tests.engine.words import LISTS, MENTIONS, PLACE

LISTED_ON, COPIED_ON = date(2024, 2, 20), date(2024, 5, 25)

# -- rules ------------------------------------------------------------------------------------------


def line(fact: str, *values: str) -> Line:
    return Line(fact, frozenset(values))


def block(*lines: Line | AnyOf) -> Block:
    return Block(lines)


def notice(
    name: str = "n", *, supersedes: tuple[str, ...] = (), reach: Reach = Reach.WHERE_POSSIBLE, group: str | None = None
) -> Notice:
    return Notice(
        name,
        Purpose.READER_SAFETY,
        Severity.INFORM,
        Placement.FOOTER,
        {"en": name},
        conditional=True,
        supersedes=supersedes,
        reach=reach,
        group=group,
    )


N = notice()


def rule(
    name: str,
    *when: Line | AnyOf,
    says: Notice = N,
    unless: tuple[Block, ...] = (),
    for_each: str | None = None,
    effective: Period = ALWAYS,
    zone: str = MOSCOW,
    status: Status = Status.ACTIVE,
    if_unknown: Mapping[str, IfUnknown] | None = None,
) -> Rule:
    policies = if_unknown or {}
    return Rule(name, name, status, effective, Block(when), says, zone, unless, for_each, policies)


EACH = rule("r", line(PLACE, "RU"), for_each=MENTIONS)
EACH_LISTED = rule("r", line(LISTS, "ru/listed"), for_each=MENTIONS)

# -- registers and rule sets ------------------------------------------------------------------------


def entry(entity: str, last: date | None = None, *, first: date = LISTED_ON, unknown: bool = False) -> Entry:
    return Entry(entity, {Milestone.LISTED_ON: (Claim(first),)}, last, unknown)


def register(
    name: str, *entries: Entry, complete: bool = True, fresh_for: int = 30, zone: str | None = None
) -> Register:
    days = timedelta(days=fresh_for)
    return Register(name, name, "the ministry", entries, Milestone.LISTED_ON, complete, COPIED_ON, days, zone)


ENTITIES = {
    "radio": Entity("radio", "Radio", answers_to=("RU",)),
    "desk": Entity("desk", "Desk", parent="radio"),
    "daily": Entity("daily", "Daily", answers_to=()),
}
REGISTERS = {"ru/listed": register("ru/listed", entry("radio"))}
TERRITORIES = {
    "held": Territory(
        "held", "", (Member("UA-43", Extent.WHOLE, ALWAYS), Member("UA-14", Extent.PARTLY, ALWAYS)), MOSCOW
    )
}


def rules_of(*rules: Rule) -> Ruleset:
    return Ruleset({each.id: each for each in rules}, ENTITIES, REGISTERS, TERRITORIES)


# -- what is known ----------------------------------------------------------------------------------


def one(*values: str, other: bool = False) -> OneOf:
    return OneOf(frozenset(values), other=other)


def some(*certain: str, perhaps: tuple[str, ...] = (), other: bool = False) -> Members:
    return Members(frozenset(certain), frozenset(perhaps), other)


def at(*places: str) -> LocationSet:
    return LocationSet.of(places)
