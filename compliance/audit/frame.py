"""Frames of a segment file: how records become bytes, and what a frame proves.

Theory: after a crash a file may end anywhere in what was not synced, with any part of it there, missing or full of
zeros. That is normal, and nobody was promised these records. Damage before that is not. A reader has to tell one
from the other, and to see whatever was altered, taken out, put in or moved. So each frame holds

- a checksum of itself (CRC-32): it shows a frame that is torn or damaged;
- its number, and the SHA-256 of the frame before it: together a chain, which begins with the header and so with the
  random name of the file. It shows a frame that is sound but in the wrong place;
- `durable`: how many records of the file were synced when the frame was written. A sound frame behind a bad one
  proves by it whether the bad one had been promised.

A file that was closed in good order ends with a frame that says so; and the header of a file says how far the file
before it was durable. Only the last records of the last file can be cut off without a trace in the files themselves:
whoever remembers how far it was (a `Prefix`) sees that too. The checksums keep out accidents. Who can write the files
can make new ones; against that the log has its signed checkpoints.

Numbers are unsigned and big-endian. Header: magic, identity (16), worker (32, zeros at its end), number (8), the
prefix of the file before, or zeros: number (8), identity (16), records (8), chain (32); CRC-32 (4). Frame: marker (4),
length of the payload (4), number (8), durable (8), SHA-256 of the frame before (32), payload, CRC-32 (4).
"""

from __future__ import annotations

import hashlib
import re
import struct
import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

MAGIC: Final = b"evidseg1"
RECORD: Final = b"\xc5rec"
END: Final = b"\xc5end"
"""No UTF-8 text holds either: what a record says is not taken for a frame."""
MOST_BYTES: Final = 65_535
"""The most that a record may have: what an entry of the log may."""
WORKER: Final = re.compile(r"[a-z0-9][a-z0-9-]{0,31}")
_NAME: Final = re.compile(rf"({WORKER.pattern})-(\d{{8,}})\.seg")
_HEADER: Final = struct.Struct(">8s16s32sQQ16sQ32s")
_HEAD: Final = struct.Struct(">4sIQQ32s")
_CHECKSUM: Final = struct.Struct(">I")
HEADER_SIZE: Final = _HEADER.size + _CHECKSUM.size
OVERHEAD: Final = _HEAD.size + _CHECKSUM.size
"""How many bytes a frame has besides its payload."""


@dataclass(frozen=True, slots=True)
class Prefix:
    """The first records of a file, and what they are.

    `number` and `identity` are those of the file, `chain` is the SHA-256 of the last of their frames.
    """

    number: int
    identity: bytes
    records: int
    chain: bytes


@dataclass(frozen=True, slots=True)
class Header:
    """What a file says of itself, and of the file of the same worker before it."""

    worker: str
    number: int
    identity: bytes
    before: Prefix | None = None

    @property
    def name(self) -> str:
        """The name of the file."""
        return file_name(self.worker, self.number)

    def encoded(self) -> bytes:
        """The first bytes of the file."""
        before = self.before or Prefix(0, bytes(16), 0, bytes(32))
        fields = (before.number, before.identity, before.records, before.chain)
        data = _HEADER.pack(MAGIC, self.identity, self.worker.encode(), self.number, *fields)
        return data + _CHECKSUM.pack(zlib.crc32(data))


@dataclass(frozen=True, slots=True)
class Position:
    """A place between two frames: the bytes, the records and the last link of the chain before it.

    `durable` is how many of the records the frame before it, or whoever wrote it, says to be durable.
    """

    offset: int
    records: int
    chain: bytes
    durable: int


def prefix(header: Header, position: Position) -> Prefix:
    """The records of a file before a position."""
    return Prefix(header.number, header.identity, position.records, position.chain)


def start(header: Header) -> Position:
    """Where the first frame of a file begins."""
    return Position(HEADER_SIZE, 0, link(header.encoded()), 0)


def framed(payloads: Iterable[bytes], position: Position) -> tuple[bytes, Position]:
    """The frames of records that are written with one sync, and where they end once they are durable."""
    frames = []
    number, chain = position.records, position.chain
    for payload in payloads:
        frames.append(_frame(RECORD, payload, number, position.records, chain))
        chain = link(frames[-1])
        number += 1
    data = b"".join(frames)
    return data, Position(position.offset + len(data), number, chain, number)


def ended(position: Position) -> tuple[bytes, Position]:
    """The frame that closes a file whose records are all durable, and where it ends."""
    data = _frame(END, b"", position.records, position.records, position.chain)
    return data, Position(position.offset + len(data), position.records, link(data), position.records)


def header_of(data: bytes) -> Header | str:
    """The header at the beginning of a file, or why there is none."""
    if len(data) < HEADER_SIZE:
        return "the header is cut short"
    fields = _HEADER.unpack_from(data)
    if not is_sound(data[: _HEADER.size], _CHECKSUM.unpack_from(data, _HEADER.size)[0]):
        return "the header is damaged"
    magic, identity, worker, number, *before = fields
    name = worker.rstrip(b"\0").decode("ascii", "replace")
    if magic != MAGIC or WORKER.fullmatch(name) is None:
        return "the header is not of a version that is known"
    return Header(name, number, identity, Prefix(*before) if any(before[1]) else None)


def file_name(worker: str, number: int) -> str:
    """The name of a file of a worker."""
    return f"{worker}-{number:08d}.seg"


def worker_and_number(name: str) -> tuple[str, int] | None:
    """What the name of a segment file says; None for that of another file."""
    found = _NAME.fullmatch(name)
    return (found[1], int(found[2])) if found else None


def link(data: bytes) -> bytes:
    """What the next frame says of a header or a frame."""
    return hashlib.sha256(data).digest()


def _frame(marker: bytes, payload: bytes, number: int, durable: int, chain: bytes) -> bytes:
    data = _HEAD.pack(marker, len(payload), number, durable, chain) + payload
    return data + _CHECKSUM.pack(zlib.crc32(data))


@dataclass(frozen=True, slots=True)
class Frame:
    """A frame that is sound in itself."""

    payload: bytes
    number: int
    """How many records come before it."""
    durable: int
    chain: bytes
    """Of the frame before it."""
    size: int
    is_end: bool


def frame_at(data: bytes, offset: int) -> Frame | str:
    """The frame that begins there, or what is wrong with it."""
    if len(data) - offset < OVERHEAD:
        return "is cut short"
    marker, length, number, durable, chain = _HEAD.unpack_from(data, offset)
    if marker not in {RECORD, END} or length > MOST_BYTES:
        return "is none"
    body = offset + _HEAD.size
    stop = body + length
    if stop + _CHECKSUM.size > len(data):
        return "is cut short"
    if not is_sound(data[offset:stop], _CHECKSUM.unpack_from(data, stop)[0]):
        return "is damaged"
    return Frame(data[body:stop], number, durable, chain, length + OVERHEAD, marker == END)


def is_sound(data: bytes, checksum: int) -> bool:
    """Whether data are what the checksum was taken of."""
    return zlib.crc32(data) == checksum
