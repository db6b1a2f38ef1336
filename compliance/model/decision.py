"""What the engine says: for each notice and bound entity, whether it is due, and what that rests on.

Theory: a decision is a pure function of (rule set, facts, law days). A notice that could be due in some
world that fits the facts is in it. What is left unsaid is only what is due in no world at all.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from compliance.model.rule import Notice
from compliance.model.truth import Truth


class NoticeStatus(StrEnum):
    """Due in every world that fits the facts, or in some."""

    REQUIRED = "required"
    POSSIBLE = "possible"


class Display(StrEnum):
    """Whether a page may show the notice, or a person decides first."""

    SHOW = "show"
    HOLD = "hold"


@dataclass(frozen=True, slots=True)
class Ground:
    """One line of a rule that holds, or may hold: the fact, what the rule asks for, and how it stands."""

    fact: str
    asks_for: tuple[str, ...]
    truth: Truth
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Reason:
    """Why one rule asks for the notice."""

    rule: str
    status: NoticeStatus
    grounds: tuple[Ground, ...]


@dataclass(frozen=True, slots=True)
class Instance:
    """One notice for one bound entity (None where the rule binds none, or binds one not named)."""

    notice: Notice
    entity: str | None
    status: NoticeStatus
    display: Display
    rules: tuple[str, ...]
    """The rules that ask for it in some world, by id."""
    unknowns: tuple[str, ...] = ()
    approximated: bool = False
    by_reach: bool = False


@dataclass(frozen=True, slots=True)
class NotApplied:
    """Why a rule does not ask for its notice: the condition that fails in every world."""

    rule: str
    notice: str
    because: str
    changes_on: date | None = None
    """The first later day on which the rule by itself asks for it, where that was looked for and is foreseen."""


@dataclass(frozen=True, slots=True)
class Decision:
    """All instances, the facts on which the result hangs, the stale registers, and when it may change."""

    instances: tuple[Instance, ...] = ()
    unknowns: tuple[str, ...] = ()
    stale: tuple[str, ...] = ()
    changes: tuple[tuple[str, date], ...] = ()
    """For each zone the first later day on which the law may say something else."""
    not_applied: tuple[NotApplied, ...] = ()
    """What a required notice superseded; on request also every rule that asks for nothing, and why."""
