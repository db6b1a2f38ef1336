"""Suites: questions to a whole rule set, with what should come out, as the language reads them.

Theory: a scenario asks one rule; a suite asks all of them together, as a reader's page does. A question
with several days or places is a matrix, and each combination of them is a case. A case always has a day that
somebody wrote: what comes out never hangs on the day on which it is asked.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date

from compliance.errors import Span
from compliance.model.territory import LocationSet

Written = str | tuple[str, ...]
"""A fact as it was written: a word, or a list of words."""
RESULTS = ("none", "review", "possible", "required")
"""What may come out, the weakest first."""


@dataclass(frozen=True, slots=True)
class Expected:
    """What should come out: a result for each of some notices, or the strongest result of all."""

    notices: Mapping[str, str] = field(default_factory=dict)
    strongest: str | None = None

    @property
    def results(self) -> tuple[str, ...]:
        """Every result that is expected."""
        return (self.strongest,) if self.strongest is not None else tuple(self.notices.values())

    @property
    def hangs(self) -> bool:
        """Whether something is expected that hangs on what is not known."""
        return bool({"possible", "review"} & set(self.results))

    def may_have(self, notice: str) -> bool:
        """Whether the notice is expected to be there, or may be what makes the result."""
        return self.notices.get(notice, self.strongest) not in {None, "none"}


@dataclass(frozen=True, slots=True)
class Case:
    """One combination of a day and a place; without a day it is asked as of the day of its suite."""

    expected: Expected
    day: date | None = None
    place: str | None = None
    location: LocationSet | None = None


@dataclass(frozen=True, slots=True)
class Question:
    """A page and a reader, and the cases in which they are asked about."""

    name: str
    span: Span
    cases: tuple[Case, ...]
    page: Mapping[str, str] = field(default_factory=dict)
    given: Mapping[str, Written] = field(default_factory=dict)
    only: bool = False
    because: str | None = None
    says: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    says_not: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    languages: tuple[str, ...] = ()

    @property
    def notices(self) -> frozenset[str]:
        """Every notice that it names."""
        named = {notice for case in self.cases for notice in case.expected.notices}
        return frozenset(named | self.says.keys() | self.says_not.keys())


@dataclass(frozen=True, slots=True)
class Suite:
    """The questions of one file; with `drafts`, drafts are asked as if they were active."""

    name: str
    title: str
    questions: tuple[Question, ...]
    as_of: date | None = None
    drafts: bool = False
    span: Span | None = None

    def each_case(self) -> Iterator[tuple[Question, Case]]:
        """Every case, in the order of the file."""
        for question in self.questions:
            for case in question.cases:
                yield question, case
