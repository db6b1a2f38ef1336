"""What the benchmark asks of every engine, so that all are measured in one way."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable
from datetime import date
from enum import Enum
from importlib import metadata
from typing import Any

from tests.bench.parts.job import DAY, Job, Question


class Absent(Enum):
    """How a caller says that nobody knows the country."""

    MISSING = "key left out"
    NULL = "null"


class Contender(ABC):
    """One engine, with the job in its own language. Only `load` and `ask` are timed."""

    name: str
    package: str | None = None
    """What to install from PyPI."""
    form: str
    """How the rules are written for it."""
    is_peer: bool = True
    """Whether it is somebody else's engine."""

    @abstractmethod
    def encode(self, job: Job) -> Any:
        """The rules as text or values that the engine reads."""

    @abstractmethod
    def load(self, source: Any) -> None:
        """Read the rules."""

    @abstractmethod
    def prepare(self, question: Question, absent: Absent) -> Any:
        """The question as the engine takes it."""

    @abstractmethod
    def ask(self, prepared: Any) -> Any:
        """The engine's answer."""

    def notices(self, answer: Any) -> Iterable[str]:
        """The notices in an answer."""
        found: Iterable[str] = answer
        return found

    @property
    def version(self) -> str:
        """The version that is installed, or "" if none is."""
        try:
            return metadata.version(self.package) if self.package else "installed"
        except metadata.PackageNotFoundError:
            return ""


def number_of(day: date | None) -> int:
    """A day as a number, for languages without days; no day is the last of the calendar."""
    return 99991231 if day is None else day.year * 10000 + day.month * 100 + day.day


def plain_facts(question: Question, absent: Absent) -> dict[str, Any]:
    """The facts of a question as a map; peers are told the lists, which ours works out."""
    facts: dict[str, Any] = {
        "publisher": question.publisher,
        "on_lists": list(question.on_lists),
        "day": number_of(DAY),
    }
    if question.country is not None or absent is Absent.NULL:
        facts["country"] = question.country
    return facts
