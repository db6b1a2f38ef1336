"""What lint finds, how grave it is, and what a check is.

Theory: a check is a question about a whole rule set on one day. It has an id that people write into ignore
comments and never changes, a page that says what to write instead, and one severity, which single findings may
soften or harden. A check only says what it sees; that it stands in the registry makes it a check.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING

from compliance.errors import Problem, Span

if TYPE_CHECKING:
    from compliance.review.lint.look import Look


class Level(StrEnum):
    """How grave a finding is, the gravest first."""

    ERROR = "error"
    """The rule set does not do what it says."""
    WARNING = "warning"
    """Somebody has to decide before the rules are used."""
    ADVICE = "advice"
    """It could be better."""
    NOTE = "note"
    """It may be right, and is worth knowing."""

    @property
    def is_grave(self) -> bool:
        """Whether a finding of this level ends the command with exit status 1."""
        return self in {Level.ERROR, Level.WARNING}


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing to look at: which check found it, how grave it is, where, what, and what could be done."""

    id: str
    severity: Level
    message: str
    help: str
    span: Span | None = None

    @property
    def page(self) -> str:
        """The page of the documentation that says more."""
        return f"docs/lint/{self.id}.md"

    def __str__(self) -> str:
        """The finding as a person reads it: message, place, line, caret, help."""
        told = str(Problem(self.message, self.span, self.help))
        return f"{self.severity}[{self.id}]{told.removeprefix('error')}"


@dataclass(frozen=True, slots=True)
class Found:
    """What a check saw; without a level of its own it has that of the check."""

    message: str
    help: str
    span: Span | None = None
    level: Level | None = None


@dataclass(frozen=True, slots=True)
class Check:
    """One question that lint asks: `title` is what it finds, `why` what may go wrong where nobody looks."""

    id: str
    level: Level
    title: str
    why: str
    run: Callable[[Look], Iterator[Found]]

    def findings(self, look: Look) -> Iterator[Finding]:
        """Everything that it finds."""
        for found in self.run(look):
            yield Finding(self.id, found.level or self.level, found.message, found.help, found.span)


@dataclass(frozen=True, slots=True)
class Ignored:
    """A finding that a comment in a file sets aside, and the reason that the comment gives."""

    finding: Finding
    because: str


@dataclass(frozen=True, slots=True)
class Report:
    """What lint found: what stands, and what comments set aside."""

    findings: tuple[Finding, ...] = ()
    ignored: tuple[Ignored, ...] = ()

    @property
    def is_good(self) -> bool:
        """Whether nothing in it is a warning or graver."""
        return not any(finding.severity.is_grave for finding in self.findings)

    def only(self, wanted: Callable[[str], bool]) -> Report:
        """The part of it that is about ids which are wanted."""
        kept = tuple(finding for finding in self.findings if wanted(finding.id))
        return replace(self, findings=kept, ignored=tuple(each for each in self.ignored if wanted(each.finding.id)))
