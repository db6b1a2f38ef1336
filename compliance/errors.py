"""Every exception this package raises on purpose, and the shape of a problem.

    ComplianceError
    ├── RulesError        rule files cannot be loaded; carries every problem of every file
    ├── RequestError      a question cannot be understood; carries every problem of it
    ├── ConfigError       a setting is wrong or unknown; may carry every problem of them
    ├── DatabaseError     a geolocation database cannot be used
    └── EvidenceError     evidence cannot be read, or does not prove what it should

Theory: a bad input is answered with everything that is wrong with it, at once, at its place, with the
nearest good word. So the unit is the `Problem`, and an exception is only a way to hand problems on.
Messages are lower case, have no full stop, quote input in backticks and never hold a reader's address.
"""

from __future__ import annotations

import difflib
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self

import msgspec

_MOST_SHOWN = 300
"""How many characters of a source line are shown."""


class Span(msgspec.Struct, frozen=True):
    """A stretch of one line of a file: line and column count from 1, width in characters."""

    path: str
    line: int
    column: int
    width: int = 1
    text: str = ""


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong, where it stands, and what to write instead.

    `where` is a dotted path such as `reader.location.country` for input that is not a file.
    """

    message: str
    span: Span | None = None
    help: str | None = None
    where: str | None = None

    def __str__(self) -> str:
        """The problem as a person reads it: message, place, line, caret, help."""
        lines = [f"error: {visible(self.message)}"]
        if self.span is not None:
            lines.extend(_picture(self.span))
        elif self.where:
            lines.append(f"  --> {self.where}")
        if self.help:
            lines.append(f"  help: {visible(self.help)}")
        return "\n".join(lines)


class ComplianceError(Exception):
    """The root: whatever this package raises on purpose can be caught with it."""

    help: str | None = None
    """What to do, where the message does not say it."""


class _ProblemsError(ComplianceError):
    """An exception that is nothing but its problems."""

    consequence = ""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems: tuple[Problem, ...] = tuple(problems)
        super().__init__(self.problems)

    def __str__(self) -> str:
        """All problems, one after the other, and the consequence."""
        blocks = [str(problem) for problem in self.problems]
        return "\n\n".join([*blocks, f"{len(self.problems)} problem(s){self.consequence}"])


class RulesError(_ProblemsError):
    """Rule files cannot be loaded; nothing of them was."""

    consequence = "; nothing was loaded"


class RequestError(_ProblemsError):
    """A question cannot be understood; no answer was made up for it."""


class ConfigError(ComplianceError):
    """A setting is wrong, unreadable or unknown."""

    problems: tuple[Problem, ...] = ()
    """What is wrong with each, where more than one was looked at."""

    @classmethod
    def of(cls, problems: Iterable[Problem]) -> Self:
        """All that is wrong with settings, in words one problem on each line, behind its place."""
        found = tuple(problems)
        error = cls("\n".join(_placed(each.span) + each.message for each in found))
        error.problems = found
        return error


class DatabaseError(ComplianceError):
    """A geolocation database is missing, damaged or of an unknown kind."""


class EvidenceError(ComplianceError):
    """Evidence is damaged or in another form than it has to be, or it does not prove what it should."""


def nearest(word: str, known: Iterable[str], cutoff: float = 0.6) -> str | None:
    """The help line that names the known word nearest to `word`, or None when none is near."""
    if not (known := sorted(known)):
        return None
    folded = {candidate.casefold(): candidate for candidate in known}
    close = difflib.get_close_matches(word.casefold(), list(folded), n=1, cutoff=cutoff)
    if not close:
        return None
    found = folded[close[0]]
    alphabet = ", in Latin letters only" if found.isascii() and not word.isascii() else ""
    return f"the nearest is `{found}`{alphabet}"


def _picture(span: Span) -> list[str]:
    """The lines that show a span: its place, its source line and a caret under it."""
    lines = [f"  --> {visible(span.path)}:{span.line}:{span.column}"]
    if span.text:
        gutter = f"{span.line:4d} | "
        left = max(0, span.column - _MOST_SHOWN // 2) if len(span.text) > _MOST_SHOWN else 0
        shown = visible(span.text[left : left + _MOST_SHOWN])
        begin = span.column - 1 - left
        under = shown[begin : begin + span.width]
        lines.append(f"{gutter}{shown}")
        lines.append(" " * (len(gutter) + _columns(shown[:begin])) + "^" * max(1, _columns(under)))
    return lines


def _placed(span: Span | None) -> str:
    return "" if span is None else f"{visible(span.path)}:{span.line}:{span.column}: "


def visible(text: str) -> str:
    """`text` on one line, without the characters that a terminal obeys instead of showing."""
    return "".join(each if each.isprintable() else " " if each.isspace() else "\ufffd" for each in text)


def _columns(text: str) -> int:
    """How many columns of a terminal `text` takes: wide characters two, combining ones none."""
    widths = {"W": 2, "F": 2}
    return sum(0 if unicodedata.combining(each) else widths.get(unicodedata.east_asian_width(each), 1) for each in text)
