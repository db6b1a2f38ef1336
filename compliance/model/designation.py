"""Entities, and the registers in which an authority declared them to be something.

Theory: a register is a list kept by an authority, of which we hold a dated copy. Standing in it is
"declared by X on D", never a finding. What is not in the copy is *not designated* only if the copy claims
to be complete for the entities we know and is still fresh on the law day; otherwise nobody knows. What is
in the copy stays in it: presence does not lapse because the copy grew old. What is suspended is in it without
effect, which is another thing than never listed or removed. Which of its dates starts the effect is a choice:
a rule may ask for a *variant*, the same entries armed by another date.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from enum import StrEnum
from typing import Final

from compliance.model.period import ONE_DAY, Period
from compliance.model.rule import NO_MEANING, Source
from compliance.model.truth import FALSE, TRUE, UNKNOWN, Truth

ACRONYM: Final = "acronym"
"""Among the languages of names: short names that are the same in each."""
_BY: Final = " by "
_IF_WRITTEN: Final = {"if_written": True}
"""Of a field that rule sets of before do not have: the digest of the meaning leaves it out where nobody wrote it."""


class EntityKind(StrEnum):
    """Whether an entity is called as organisations are, or as people are."""

    ORGANISATION = "organisation"
    PERSON = "person"


class Stance(StrEnum):
    """How an operator's entity meets a legal order that would make it label third parties."""

    COMPLY = "comply"
    DECLINE = "decline"
    LEGAL_HOLD = "legal_hold"


class Strength(StrEnum):
    """How much of a sign it is that a text holds a name, from enough by itself to none at all."""

    STRONG = "strong"
    MEDIUM = "medium"
    ACRONYM = "acronym"
    WEAK = "weak"
    SURNAME = "surname"
    NEVER = "never"


IDENTIFYING: Final = frozenset({Strength.STRONG, Strength.MEDIUM, Strength.ACRONYM})
"""Names that may stand for the entity where somebody says who publishes a page."""


@dataclass(frozen=True, slots=True)
class Alias:
    """One name of an entity: how it is written, in which language, and what else has to be near it."""

    name: str
    language: str | None = None
    """A BCP 47 tag, or None for a short name that is the same in every language."""
    strength: Strength = Strength.STRONG
    context: tuple[str, ...] = ()
    """Words of which one stands near where the name is meant."""
    forms: tuple[str, ...] = ()
    """Other ways to write it, inflected ones above all."""
    not_forms: tuple[str, ...] = ()
    """What looks like a form of it and is none."""

    @property
    def may_mean_it(self) -> bool:
        """Whether the name is any sign of the entity."""
        return self.strength is not Strength.NEVER


@dataclass(frozen=True, slots=True)
class DatedValue:
    """What some data about an entity is, on the days of `period`, as `source` says."""

    value: str
    period: Period
    source: str | None = None


@dataclass(frozen=True, slots=True)
class Entity:
    """An organisation that publishes, or that content speaks of."""

    id: str
    title: str
    aliases: tuple[Alias, ...] = ()
    not_names: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    domains: tuple[str, ...] = ()
    parent: str | None = None
    excludes: tuple[str, ...] = ()
    identifiers: Mapping[str, str] = field(default_factory=dict)
    answers_to: tuple[str, ...] | None = None
    """Legal orders it answers to, given whole; None where nobody wrote them down."""
    stance: Mapping[str, Stance] = field(default_factory=dict)
    handles: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """What it is called on each platform, such as `telegram`."""
    values: Mapping[str, tuple[DatedValue, ...]] = field(default_factory=dict)
    """Data about it by name, the days of one name apart from each other."""
    kind: EntityKind = field(default=EntityKind.ORGANISATION, metadata=_IF_WRITTEN)

    @property
    def names(self) -> Mapping[str, tuple[str, ...]]:
        """The names that may stand for it as a publisher, by language; `acronym` for those of every language."""
        found: dict[str, tuple[str, ...]] = {}
        for alias in self.aliases:
            if alias.strength in IDENTIFYING:
                tag = alias.language or ACRONYM
                found[tag] = (*found.get(tag, ()), alias.name)
        return found


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
    suspended: tuple[Period, ...] = ()
    """Days in between on which it stands in the list and has no effect."""
    known_since: date | None = None
    """When our copy learned of it, which may be later than everything that happened."""
    activated_by: Source | None = None
    """The later act that brought the effect, where the list itself did not."""


@dataclass(frozen=True, slots=True)
class Phrases:
    """What publishers write beside a name to say that a register holds it, in one language."""

    language: str
    phrases: tuple[str, ...]
    source: str | None = None
    confidence: str | None = None


def variant_id(register: str, milestone: Milestone) -> str:
    """The id of the variant of a register that another of its dates arms.

    >>> variant_id("ru/undesirable-organization", Milestone.ANNOUNCED_ON)
    'ru/undesirable-organization by announced_on'
    """
    return f"{register}{_BY}{milestone.value}"


def declared_id(register: str) -> str:
    """The id under which a register or the one whose variant it is was declared.

    >>> declared_id("ru/undesirable-organization by announced_on")
    'ru/undesirable-organization'
    """
    return register.partition(_BY)[0]


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
    copy_of: str | None = None
    """The register of another state that this one takes over."""
    marks: tuple[Phrases, ...] = field(default=(), metadata=NO_MEANING)
    """How texts say beside a name that it stands in the list."""

    fresh_until: date = field(init=False, metadata=NO_MEANING)
    """The last day on which absence from a complete copy still means "no"."""

    def __post_init__(self) -> None:
        """Work out how long the copy is fresh: every look at an entity asks for it."""
        last = min(self.retrieved_on.toordinal() + self.fresh_for.days, date.max.toordinal())
        object.__setattr__(self, "fresh_until", date.fromordinal(last))

    @property
    def declared_id(self) -> str:
        """The id under which a file declares it; a variant has that of the register that it is a variant of."""
        return declared_id(self.id)

    @property
    def is_variant(self) -> bool:
        """Whether it is there because a rule asks for it by another date."""
        return self.declared_id != self.id

    def armed_by(self, milestone: Milestone) -> Register:
        """The variant of which `milestone` starts the effect; the register itself if that is its own date."""
        return self if milestone is self.arms else replace(self, id=variant_id(self.id, milestone), arms=milestone)

    def fresh_at_most(self, last_day: date) -> Register:
        """The same copy, of which absence means no until a day at most."""
        if self.fresh_until <= last_day:
            return self
        return replace(self, fresh_for=last_day - self.retrieved_on)

    def is_stale(self, day: date) -> bool:
        """Whether the copy is too old on `day` to say who is not in the list."""
        return day > self.fresh_until

    def period(self, entry: Entry) -> Period:
        """The days on which the entry has its effect, in the register's zone."""
        return Period(entry.claims[self.arms][0].day, entry.last_day, self.zone, entry.suspended)

    def lists(self, entries: tuple[Entry, ...], day: date, *, as_if_fresh: bool = False) -> Truth:
        """Whether the entity that `entries` (all of one entity) speak of stands in the register on `day`.

        With `as_if_fresh` the copy is taken as one of that day.
        """
        doubtful = False
        for entry in entries:
            if day in self.period(entry):
                if not entry.last_day_unknown:
                    return TRUE
                doubtful = True
        knows_absence = bool(entries) or self.complete
        is_fresh = as_if_fresh or not self.is_stale(day)
        return FALSE if knows_absence and not doubtful and is_fresh else UNKNOWN

    def edges(self) -> list[date]:
        """The days on which anything it says may differ from the day before."""
        found = [day for entry in self.entries for day in self.period(entry).edges()]
        return [*found, self.fresh_until + ONE_DAY] if self.fresh_until < date.max else found
