"""Looks for inputs that the product does not take well, each made from one number, and makes them small.

An input is *taken well* if a check of it neither raises nor takes longer than `MOST_SECONDS`. What is found is
told with its number, with which it can be made again: `FUZZ_SEED=NUMBER make prove`.
"""

from __future__ import annotations

import signal
import time
import traceback
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import Final

from tests.language.prey import Files

ROOT: Final = Path(__file__).resolve().parents[2]
MOST_SECONDS: Final = 5.0
"""How much processor time one input may take."""
SHRINKING: Final = 45.0
"""How many seconds are spent on making an input small."""
_OURS: Final = ("compliance/", "tests/")
Make = Callable[[int], Files]
Check = Callable[[Files], None]


class TooSlow(BaseException):
    """The time of an input is over; nothing in the product may catch this."""


@dataclass(frozen=True, slots=True)
class Complaint:
    """What went wrong; two with the same `kind` are taken for one mistake of the product."""

    kind: str
    told: str


@dataclass(frozen=True, slots=True)
class Found:
    """An input that was not taken well, and the smallest like it that was come upon."""

    number: int
    complaint: Complaint
    files: Mapping[str, bytes]

    def __str__(self) -> str:
        shown = "\n".join(f"  {name}: {data!r}" for name, data in self.files.items())
        return f"{self.complaint.told}\nmade again with FUZZ_SEED={self.number}; made small it is\n{shown}"


def hunt(make: Make, check: Check, numbers: Iterator[int]) -> Found | None:
    """The first input that is not taken well, of those that `numbers` make; None if all are."""
    for number in numbers:
        files = make(number)
        complaint = complaint_of(check, files)
        if complaint is not None:
            small, last = shrunk(files, check, complaint)
            return Found(number, last, small)
    return None


def for_seconds(first: int, seconds: float, note: Callable[[int], object]) -> Iterator[int]:
    """Numbers from `first` on until time is over; each is noted before it is used."""
    end = time.monotonic() + seconds
    number = first
    while time.monotonic() < end:
        note(number)
        yield number
        number += 1


def complaint_of(check: Check, files: Files, seconds: float = MOST_SECONDS) -> Complaint | None:
    """What is wrong with how an input is taken; None if nothing is."""
    try:
        with limited(seconds):
            check(files)
    except TooSlow as slow:
        return Complaint("slow", f"it took more than {seconds:g} s of processor time{_places(slow)}")
    except (KeyboardInterrupt, SystemExit):
        raise
    except BaseException as error:  # noqa: BLE001 - whatever comes out of it is what we look for
        frames = traceback.extract_tb(error.__traceback__)
        last = frames[-1]
        kind = f"{type(error).__name__} {last.filename}:{last.lineno}"
        return Complaint(kind, f"{type(error).__name__}: {error}{_places(error)}")
    return None


def _places(error: BaseException) -> str:
    """Where in our files it came from."""
    frames = [each for each in traceback.extract_tb(error.__traceback__) if each.filename.startswith(f"{ROOT}/")]
    names = (each.filename.removeprefix(f"{ROOT}/") for each in frames)
    ours = [f"\n  {name}:{each.lineno} {each.line}" for each, name in zip(frames, names, strict=True) if _is_ours(name)]
    return "".join(ours[-8:])


def _is_ours(name: str) -> bool:
    return name.startswith(_OURS)


@contextmanager
def limited(seconds: float) -> Iterator[None]:
    """Ends what takes longer than so many seconds of processor time."""

    def end(signal_: int, frame: FrameType | None) -> None:
        raise TooSlow

    before = signal.signal(signal.SIGPROF, end)
    signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)


def shrunk(files: Files, check: Check, complaint: Complaint) -> tuple[Files, Complaint]:
    """The smallest input that was come upon with the same complaint: fewer files, fewer lines, fewer bytes."""
    end = time.monotonic() + SHRINKING
    last = complaint
    while time.monotonic() < end:
        for smaller in _smaller(files):
            found = complaint_of(check, smaller)
            if found is not None and found.kind == complaint.kind:
                files, last = smaller, found
                break
            if time.monotonic() >= end:
                return files, last
        else:
            break
    return files, last


def _smaller(files: Files) -> Iterator[Files]:
    """The input with parts left out, the large ones first."""
    for name in files if len(files) > 1 else ():
        yield {other: data for other, data in files.items() if other != name}
    for name, data in sorted(files.items(), key=lambda each: -len(each[1])):
        for part in _without(data.splitlines(keepends=True)):
            yield {**files, name: b"".join(part)}
    for name, data in files.items():
        if len(data) <= 2_000:
            for rest in _without([data[place : place + 1] for place in range(len(data))]):
                yield {**files, name: b"".join(rest)}


def _without(parts: list[bytes]) -> Iterator[list[bytes]]:
    size = len(parts) // 2
    while size:
        for begin in range(0, len(parts), size):
            yield parts[:begin] + parts[begin + size :]
        size //= 2
