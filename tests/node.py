"""A node with a rule set of its own, whose clock can be set: what it records, read back from its files."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from time import monotonic, sleep
from typing import TypeVar

import pytest

from compliance import Answer, Checker, Content, Reader
from compliance.audit.disk import Disk
from compliance.audit.log import Log
from compliance.audit.record import (
    AnyRecord,
    OtherRecord,
    decode,
)
from compliance.audit.segment_file import read_directory
from compliance.recording import Recorder
from tests.tiny import TINY, written

T = TypeVar("T")
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
PAGE = Content(publisher="radio.example", url="https://radio.example/a")
OTHER_PAGE = Content(publisher="radio.example", url="https://radio.example/b")
READERS = (
    Reader(country="RU"),
    Reader(country="US"),
    Reader(),
    Reader(subdivision="UA-43"),
    Reader(address="8.8.8.8"),
)


class Node:
    """A node with a rule set of its own, whose clock can be set."""

    def __init__(self, path: Path, mode: str = "table", parameters: tuple[str, ...] = ()) -> None:
        self.now = NOON
        self.rules = written(path / "rules", TINY)
        self.evidence = path / "evidence"
        self.log = Log(self.evidence, mode, self._today)
        self.checker = Checker.open(self.rules, recorder=Recorder(self.log, mode, parameters))

    def _today(self) -> date:
        return self.now.date()

    def check(self, content: Content = PAGE, reader: Reader | None = None, **asked: date) -> Answer:
        with self._clock():
            return self.checker.check(content, reader, **asked)  # type: ignore[arg-type]

    @contextmanager
    def _clock(self) -> Iterator[None]:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("compliance.check._now", lambda: self.now)
            yield

    def close(self) -> None:
        assert self.checker.recorder is not None
        with self._clock():
            self.checker.recorder.close()

    def records(self) -> list[AnyRecord | OtherRecord]:
        return [decode(each) for each in read_directory(Disk(), self.evidence / "segments").records]

    def of(self, kind: type[T]) -> list[T]:
        return [each for each in self.records() if isinstance(each, kind)]


def until(is_so: Callable[[], bool]) -> None:
    """Wait for it."""
    end = monotonic() + 60
    while not is_so():
        assert monotonic() < end
        sleep(0.01)
