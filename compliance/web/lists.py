"""What the rules rest on, as lists: the rules, who is declared to be what, and the named territories.

Theory: whoever sees a notice wants to know which declaration is behind it, by whom, of which day, and where that is
written. So a designation is told as what it is in the register: a claim of an authority, with the sources of each of
its dates and how far they are to be trusted; never as a finding of ours. All of it follows from the rule set alone.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date
from typing import Final

import msgspec
from flask import Blueprint, Response

from compliance.answer import Digests, LegalBasis
from compliance.model.designation import Entry, Milestone, Register, declared_id
from compliance.model.notice import Purpose, Severity
from compliance.model.period import Period
from compliance.model.rule import Rule, Source, Status
from compliance.model.ruleset import Ruleset
from compliance.model.territory import PLACES, Territory, within
from compliance.model.truth import FALSE
from compliance.web.delivery import tagged
from compliance.web.query import Query
from compliance.web.service import as_json, service

routes = Blueprint("lists", __name__)


class Days(msgspec.Struct, frozen=True):
    """Days from a first to a last, both included; null is an open end. `zone` says whose days they are, if anybody."""

    first_day: date | None
    last_day: date | None
    zone: str | None = None


class ListedRule(msgspec.Struct, frozen=True, kw_only=True):
    """A rule: on which days it counts, which facts it asks for, and which notice it wants."""

    id: str
    title: str
    summary: str
    status: str
    effective: Days
    review_by: date | None
    notice: str
    purpose: str
    severity: str
    placements: tuple[str, ...]
    facts: tuple[str, ...]
    registers: tuple[str, ...]
    legal_basis: tuple[LegalBasis, ...]


class Rules(msgspec.Struct, frozen=True):
    """Rules in the order of their ids, and the rule set that they are of."""

    ruleset: Digests
    rules: tuple[ListedRule, ...]


class Claimed(msgspec.Struct, frozen=True, kw_only=True):
    """That something of a designation happened on a day, as a source says; `confidence` runs from A to D."""

    milestone: str
    day: date
    source: str | None
    confidence: str | None


class Designation(msgspec.Struct, frozen=True, kw_only=True):
    """That an authority declared an entity to be something: `declared` says it in words, `claims` by whom it is said.

    `effective` are the days on which it counts for the rules, but for those of `suspended`. It is `certain` unless the
    register leaves open whether it ended. `retrieved_on` is the day of our copy.
    """

    register: str
    title: str
    authority: str
    entity: str
    name: str | None
    declared: str
    claims: tuple[Claimed, ...]
    effective: Days
    suspended: tuple[Days, ...]
    certain: bool
    activated_by: LegalBasis | None
    legal_basis: tuple[LegalBasis, ...]
    retrieved_on: date


class Designations(msgspec.Struct, frozen=True):
    """Designations by register and entity, and the rule set that they are of."""

    ruleset: Digests
    designations: tuple[Designation, ...]


class TerritoryMember(msgspec.Struct, frozen=True, kw_only=True):
    """A place that belongs to a territory, wholly or partly, on some days."""

    code: str
    extent: str
    effective: Days


class NamedTerritory(msgspec.Struct, frozen=True, kw_only=True):
    """A named list of places."""

    id: str
    title: str
    members: tuple[TerritoryMember, ...]


class Territories(msgspec.Struct, frozen=True):
    """Territories in the order of their ids, and the rule set that they are of."""

    ruleset: Digests
    territories: tuple[NamedTerritory, ...]


RULE_FILTERS: Final = ("status", "notice", "purpose", "severity", "fact", "register", "on")
DESIGNATION_FILTERS: Final = ("register", "entity", "on")
TERRITORY_FILTERS: Final = ("territory", "place", "on")
_OF_REGISTERS: Final = frozenset({"publisher.designated_as", "mention.designated_as"})
"""The facts whose values are registers."""


@routes.get("/v1/rules")
def rules() -> Response:
    """The rules, whatever their state."""
    current, query = service().checker.ruleset, Query(*RULE_FILTERS)
    every = [_rule(current.rules[id_]) for id_ in sorted(current.rules)]
    wanted = {
        "status": query.any_of("status", Status),
        "notice": query.any_of("notice", current.notices),
        "purpose": query.any_of("purpose", Purpose),
        "severity": query.any_of("severity", Severity),
        "facts": query.any_of("fact", {fact for each in every for fact in each.facts}),
        "registers": query.any_of("register", current.declared_registers),
    }
    day = query.day("on")
    query.done()
    found = [each for each in every if _is_wanted(each, wanted) and _is_on(current.rules[each.id].effective, day)]
    return _listed(current, Rules(_digests(current), tuple(found)))


@routes.get("/v1/designations")
def designations() -> Response:
    """Who is declared to be what, by whom, on which day."""
    current, query = service().checker.ruleset, Query(*DESIGNATION_FILTERS)
    registers = current.declared_registers
    entries = [(registers[id_], entry) for id_ in sorted(registers) for entry in registers[id_].entries]
    known = {*current.entities, *(entry.entity for _, entry in entries)}
    wanted = {"register": query.any_of("register", registers), "entity": query.any_of("entity", known)}
    day = query.day("on")
    query.done()
    found = [_designation(current, *each) for each in entries if _is_on(each[0].period(each[1]), day)]
    kept = sorted((each for each in found if _is_wanted(each, wanted)), key=lambda each: (each.register, each.entity))
    return _listed(current, Designations(_digests(current), tuple(kept)))


@routes.get("/v1/territories")
def territories() -> Response:
    """The named territories, and the places that belong to them."""
    current, query = service().checker.ruleset, Query(*TERRITORY_FILTERS)
    wanted = {"id": query.any_of("territory", current.territories)}
    place, day = query.one("place"), query.day("on")
    if place is not None and place not in PLACES:
        query.wrong("place", "this is no code of a place", "use an ISO 3166 code, such as `UA` or `UA-43`")
    query.done()
    every = [current.territories[id_] for id_ in sorted(current.territories)]
    found = [_territory(each, day) for each in every if place is None or _has(each, place, day)]
    return _listed(current, Territories(_digests(current), tuple(each for each in found if _is_wanted(each, wanted))))


def _listed(current: Ruleset, listed: msgspec.Struct) -> Response:
    response = as_json(msgspec.json.encode(listed))
    response.headers["Ruleset"] = current.meaning
    return tagged(response)


def _digests(current: Ruleset) -> Digests:
    return Digests(meaning=current.meaning, source=current.source)


def _is_wanted(listed: msgspec.Struct, wanted: dict[str, Collection[str] | None]) -> bool:
    """Whether each field has a value that its filter names; a field of several values needs one of them."""
    for field, values in wanted.items():
        has = getattr(listed, field)
        if values is not None and not ({has} if isinstance(has, str) else {*has}) & {*values}:
            return False
    return True


def _is_on(period: Period, day: date | None) -> bool:
    return day is None or day in period


def _days(period: Period) -> Days:
    return Days(period.first_day, period.last_day, period.zone)


def _sources(sources: Iterable[Source]) -> tuple[LegalBasis, ...]:
    return tuple(
        LegalBasis(title=each.title, article=each.article, href=each.href, confidence=each.confidence)
        for each in sources
    )


def _rule(rule: Rule) -> ListedRule:
    lines = [*rule.each_line()]
    notice, effective = rule.notice, rule.effective
    return ListedRule(
        id=rule.id,
        title=rule.title,
        summary=rule.summary,
        status=rule.status.value,
        effective=Days(effective.first_day, effective.last_day, effective.zone or rule.zone),
        review_by=rule.review_by,
        notice=notice.id,
        purpose=notice.purpose.value,
        severity=notice.severity.value,
        placements=tuple(each.value for each in notice.placements),
        facts=tuple(sorted({line.fact for line in lines})),
        registers=tuple(
            sorted({declared_id(value) for line in lines if line.fact in _OF_REGISTERS for value in line.values})
        ),
        legal_basis=_sources(rule.legal_basis),
    )


def _designation(current: Ruleset, register: Register, entry: Entry) -> Designation:
    claims = tuple(
        Claimed(milestone=name.value, day=each.day, source=each.source, confidence=each.confidence)
        for name in Milestone
        for each in entry.claims.get(name, ())
    )
    entity, period = current.entities.get(entry.entity), register.period(entry)
    return Designation(
        register=register.id,
        title=register.title,
        authority=register.authority,
        entity=entry.entity,
        name=None if entity is None else entity.title,
        declared=f"declared by {register.authority} on {claims[0].day}",
        claims=claims,
        effective=_days(period),
        suspended=tuple(Days(each.first_day, each.last_day, period.zone) for each in entry.suspended),
        certain=not entry.last_day_unknown,
        activated_by=None if entry.activated_by is None else _sources([entry.activated_by])[0],
        legal_basis=_sources(register.legal_basis),
        retrieved_on=register.retrieved_on,
    )


def _territory(territory: Territory, day: date | None) -> NamedTerritory:
    members = territory.members if day is None else territory.members_on(day)
    return NamedTerritory(
        id=territory.id,
        title=territory.title,
        members=tuple(
            TerritoryMember(
                code=each.code,
                extent=each.extent.value,
                effective=Days(each.period.first_day, each.period.last_day, each.period.zone or territory.zone),
            )
            for each in members
        ),
    )


def _has(territory: Territory, place: str, day: date | None) -> bool:
    """Whether a reader in a place may be in a territory, on a day or on any."""
    if day is not None:
        return territory.contains(place, day) is not FALSE
    return any(within(place, member.code) is not FALSE for member in territory.members)
