"""Entities, and the registers in which an authority declared them to be something.

Theory: a register is a list kept by an authority, of which we hold a dated copy. Standing in it is
"declared by X on D", never a finding. What is not in the copy is *not designated* only if the copy claims
to be complete for the entities we know and is still fresh on the law day; otherwise nobody knows. What is
in the copy stays in it: presence does not lapse because the copy grew old.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum

from compliance.model.period import ONE_DAY, Period
from compliance.model.rule import Source
from compliance.model.truth import FALSE, TRUE, UNKNOWN, Truth


class Stance(StrEnum):
    """How an operator's entity meets a legal order that would make it label third parties."""

    COMPLY = "comply"
    DECLINE = "decline"
    LEGAL_HOLD = "legal_hold"


@dataclass(frozen=True, slots=True)
class Entity:
    """An organisation that publishes, or that content speaks of."""

    id: str
    title: str
    names: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    not_names: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    domains: tuple[str, ...] = ()
    parent: str | None = None
    excludes: tuple[str, ...] = ()
    identifiers: Mapping[str, str] = field(default_factory=dict)
    answers_to: tuple[str, ...] | None = None
    """Legal orders it answers to, given whole; None where nobody wrote them down."""
    stance: Mapping[str, Stance] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Claim:
    """That something happened on `day`, as `source` says; sources may disagree."""

    day: date
    source: str | None = None
    confidence: str | None = None


class Milestone(StrEnum):
    """The dates of a designation, in their usual order."""

    DECIDED_ON = "decided_on"
    ANNOUNCED_ON = "announced_on"
    LISTED_ON = "listed_on"
    EFFECTIVE = "effective"


@dataclass(frozen=True, slots=True)
class Entry:
    """One designation; the first claim of each milestone is the one that counts."""

    entity: str
    claims: Mapping[Milestone, tuple[Claim, ...]]
    last_day: date | None = None
    last_day_unknown: bool = False


@dataclass(frozen=True, slots=True)
class Register:
    """A copy of an authority's list: who stands in it from which day, and how far absence may be trusted."""

    id: str
    title: str
    authority: str
    entries: tuple[Entry, ...]
    arms: Milestone
    complete: bool
    retrieved_on: date
    fresh_for: timedelta
    zone: str | None = None
    legal_basis: tuple[Source, ...] = ()

    fresh_until: date = field(init=False, metadata={"meaning": False})
    """The last day on which absence from a complete copy still means "no"."""

    def __post_init__(self) -> None:
        """Work out how long the copy is fresh: every look at an entity asks for it."""
        last = min(self.retrieved_on.toordinal() + self.fresh_for.days, date.max.toordinal())
        object.__setattr__(self, "fresh_until", date.fromordinal(last))

    def is_stale(self, day: date) -> bool:
        """Whether the copy is too old on `day` to say who is not in the list."""
        return day > self.fresh_until

    def period(self, entry: Entry) -> Period:
        """The days on which the entry has its effect, in the register's zone."""
        return Period(entry.claims[self.arms][0].day, entry.last_day, self.zone)

    def lists(self, entries: tuple[Entry, ...], day: date) -> Truth:
        """Whether the entity that `entries` (all of one entity) speak of stands in the register on `day`."""
        doubtful = False
        for entry in entries:
            if day in self.period(entry):
                if not entry.last_day_unknown:
                    return TRUE
                doubtful = True
        knows_absence = bool(entries) or self.complete
        return FALSE if knows_absence and not doubtful and not self.is_stale(day) else UNKNOWN

    def edges(self) -> list[date]:
        """The days on which anything it says may differ from the day before."""
        found = [day for entry in self.entries for day in self.period(entry).edges()]
        return [*found, self.fresh_until + ONE_DAY] if self.fresh_until < date.max else found
