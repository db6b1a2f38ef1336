"""Rules and the notices they ask for, as the language reads them.

Theory: a rule is data. `when` is a block of lines that must all hold; a line holds if the fact has any of
its values; `any_of` holds if one of its blocks does; each block of `unless` is an exception. Nothing else
can be written, which is what makes a rule indexable, tabulable, comparable and explainable.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from compliance.errors import Span
from compliance.model.facts import FactValue
from compliance.model.notice import NO_MEANING, Fixity, Notice, Placement, Purpose, Reach, Severity, Words
from compliance.model.period import Period

__all__ = [
    "NO_MEANING",
    "AnyOf",
    "Block",
    "Fixity",
    "IfUnknown",
    "LawStatus",
    "Line",
    "Notice",
    "Placement",
    "Purpose",
    "Reach",
    "Rule",
    "Scenario",
    "Severity",
    "Source",
    "Status",
    "Words",
]


class Status(StrEnum):
    """Where a rule stands on the legal desk; only `active` rules fire."""

    DRAFT = "draft"
    ACTIVE = "active"
    RETIRED = "retired"


class IfUnknown(StrEnum):
    """What a rule does about a fact that is not known."""

    SHOW = "show"
    REVIEW = "review"
    SKIP = "skip"


class LawStatus(StrEnum):
    """The ladder a law climbs, and its end."""

    ADOPTED = "adopted"
    IN_FORCE = "in_force"
    APPLICABLE = "applicable"
    ENFORCED = "enforced"
    REPEALED = "repealed"


@dataclass(frozen=True, slots=True)
class Source:
    """Where a legal statement comes from; `confidence` runs from A (the text itself) to D (memory)."""

    title: str
    href: str | None = None
    article: str | None = None
    confidence: str | None = None
    note: str | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """Holds if the fact has any of `values`, or for a day, if the day lies in `period`."""

    fact: str
    values: frozenset[str] = frozenset()
    period: Period | None = None
    span: Span | None = field(default=None, compare=False, metadata=NO_MEANING)


@dataclass(frozen=True, slots=True)
class AnyOf:
    """Holds if one of the blocks does."""

    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class Block:
    """Holds if every line does."""

    lines: tuple[Line | AnyOf, ...]

    def each_line(self) -> Iterator[Line]:
        """Every line in it, however deep."""
        for line in self.lines:
            if isinstance(line, Line):
                yield line
            else:
                for block in line.blocks:
                    yield from block.each_line()


@dataclass(frozen=True, slots=True)
class Scenario:
    """An example beside the rule that every load repeats: on this day, with these facts, this comes out.

    A publisher in `given` stands as it was written; the content room resolves it as it would a caller's.
    """

    name: str
    date: date
    given: Mapping[str, FactValue]
    expect: str
    because: str | None
    span: Span


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule of a rule file, with everything that a decision, an audit or a lawyer asks of it."""

    id: str
    title: str
    status: Status
    effective: Period
    when: Block
    notice: Notice
    zone: str
    unless: tuple[Block, ...] = ()
    for_each: str | None = None
    if_unknown: Mapping[str, IfUnknown] = field(default_factory=dict)
    skip_reasons: Mapping[str, str] = field(default_factory=dict, metadata=NO_MEANING)
    legal_basis: tuple[Source, ...] = ()
    law_status: tuple[tuple[date, LawStatus], ...] = ()
    summary: str = field(default="", metadata=NO_MEANING)
    owner: str = field(default="", metadata=NO_MEANING)
    review_by: date | None = field(default=None, metadata=NO_MEANING)
    scenarios: tuple[Scenario, ...] = field(default=(), metadata=NO_MEANING)
    span: Span | None = field(default=None, compare=False, metadata=NO_MEANING)

    def each_line(self) -> Iterator[Line]:
        """Every line of its conditions and exceptions."""
        for block in (self.when, *self.unless):
            yield from block.each_line()

    def policy(self, fact: str) -> IfUnknown:
        """What the rule does when `fact` is not known: `show` unless it says otherwise."""
        return self.if_unknown.get(fact, IfUnknown.SHOW)
