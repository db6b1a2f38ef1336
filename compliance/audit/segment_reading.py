"""What a segment file holds: its records up to the first unsound frame, and where and why they end.

Theory: nothing is guessed and nothing passed over. Behind an unsound frame the chain is broken, so nothing there is
given back, however sound it looks; it is only asked whether it proves that the unsound one had been durable. Then the
file is damaged. If nothing proves it, the frame is what a crash leaves of records that nobody was promised, or what
damage leaves of the last ones: a file cannot tell these apart, whoever remembers a prefix of it can.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import Enum
from typing import Final

from compliance.audit.frame import (
    END,
    HEADER_SIZE,
    RECORD,
    Frame,
    Header,
    Position,
    Prefix,
    frame_at,
    header_of,
    link,
    prefix,
    start,
)

_NOWHERE: Final = Position(0, 0, b"", 0)


class Ending(Enum):
    """How the sound part of a file ends."""

    OPEN = "open"
    """With the file: more may be written, or the process has ended."""
    CLOSED = "closed"
    """In good order: nothing will follow."""
    TORN = "torn"
    """In something unsound that nothing proves to have been durable: what a crash leaves."""
    DAMAGED = "damaged"
    """In something that no crash leaves: what was durable is altered, moved or gone."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What could be read of a file."""

    header: Header | None
    records: tuple[bytes, ...]
    position: Position
    """Behind the last sound frame. What comes later is read from here."""
    ending: Ending
    why: str
    """What is wrong; empty if nothing is."""
    proven: Prefix | None
    """The records that the file itself proves to have been durable."""


def read(data: bytes, *, name: str | None = None, at_least: Prefix | None = None) -> Reading:
    """What a whole file holds.

    Args:
        data: all bytes of it.
        name: the name that it should have.
        at_least: what is known of it from elsewhere; where that is not in it, it is damaged.
    """
    if at_least is not None and not at_least.records:  # not even its header need have been durable
        at_least = None
    header = header_of(data)
    if isinstance(header, str):
        ending = Ending.DAMAGED if at_least or _is_promised(data, 0, 0) else Ending.TORN
        return Reading(None, (), _NOWHERE, ending, header, None)
    if name not in {None, header.name}:
        why = f"the file is `{header.name}` by its header"
        return Reading(header, (), start(header), Ending.DAMAGED, why, None)
    walk = _Walk(header, start(header), at_least)
    return walk.checked(walk.through(data, HEADER_SIZE))


def read_on(data: bytes, header: Header, since: Position) -> Reading:
    """What came to a file since somebody read it up to a position.

    Args:
        data: the bytes from that position on.
        header: that of the file.
        since: where that is.
    """
    return _Walk(header, since, None).through(data, 0)


class _Walk:
    """One way through a file."""

    def __init__(self, header: Header, since: Position, at_least: Prefix | None) -> None:
        self._header = header
        self._at_least = at_least
        self._records: list[bytes] = []
        self._links: set[bytes] = set()
        """Of the chain, where the known prefix should end."""
        self._proven: Prefix | None = None
        self._move_to(since)
        if since.durable == since.records:
            self._proven = self._prefix()

    def through(self, data: bytes, offset: int) -> Reading:
        """All that is sound from an offset on, and why nothing else is."""
        while offset < len(data):
            frame = frame_at(data, offset)
            if isinstance(frame, str):
                ending = Ending.DAMAGED if _is_promised(data, offset + 1, self._position.records) else Ending.TORN
                return self._reading(ending, f"the frame at byte {self._position.offset} {frame}")
            if wrong := self._misplaced(frame):
                return self._reading(Ending.DAMAGED, f"the frame at byte {self._position.offset} {wrong}")
            self._take(frame, data[offset : offset + frame.size])
            offset += frame.size
            if frame.is_end:
                rest = len(data) - offset
                why = f"{rest} bytes follow the end at byte {self._position.offset}" if rest else ""
                return self._reading(Ending.DAMAGED if rest else Ending.CLOSED, why)
        return self._reading(Ending.OPEN, "")

    def checked(self, reading: Reading) -> Reading:
        """The reading, if it has at least what is known of the file; else the file is damaged."""
        known = self._at_least
        if known is None:
            return reading
        if known.identity != self._header.identity:
            why = "another file has taken its place"
        elif known.records > reading.position.records:
            why = f"{known.records} records had been durable, {reading.position.records} are left"
        elif known.chain not in self._links:
            why = f"the first {known.records} records are not those that had been durable"
        else:
            return reading
        return replace(reading, ending=Ending.DAMAGED, why="; ".join(filter(None, (why, reading.why))))

    def _misplaced(self, frame: Frame) -> str:
        here = self._position
        if frame.number != here.records:
            return f"has number {frame.number} instead of {here.records}"
        if frame.chain != here.chain:
            return "does not follow the one before it"
        if frame.durable not in {here.records, here.records if frame.is_end else here.durable}:
            return "is wrong on how much had been durable"
        return ""

    def _take(self, frame: Frame, data: bytes) -> None:
        if frame.durable == frame.number:  # the first that was written after a sync
            self._proven = self._prefix()
        if not frame.is_end:
            self._records.append(frame.payload)
        records = frame.number + (not frame.is_end)
        self._move_to(Position(self._position.offset + frame.size, records, link(data), frame.durable))

    def _move_to(self, position: Position) -> None:
        self._position = position
        if self._at_least is not None and position.records == self._at_least.records:
            self._links.add(position.chain)

    def _prefix(self) -> Prefix:
        return prefix(self._header, self._position)

    def _reading(self, ending: Ending, why: str) -> Reading:
        return Reading(self._header, tuple(self._records), self._position, ending, why, self._proven)


def _is_promised(data: bytes, offset: int, records: int) -> bool:
    """Whether a sound frame behind says that more than so many records had been durable."""
    return any(frame.durable > records for frame in _sound_frames(data, offset))


def _sound_frames(data: bytes, offset: int) -> Iterator[Frame]:
    for marker in (RECORD, END):
        at = data.find(marker, offset)
        while at >= 0:
            frame = frame_at(data, at)
            if isinstance(frame, Frame):
                yield frame
            at = data.find(marker, at + 1)
