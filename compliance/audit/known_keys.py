"""Which keys are in the log: asked of the views if they know, else of a set that is made by reading the log once.

Theory: a record whose key is in the log is dropped, so whoever says that a key is there has to be right, or evidence is
lost. Views can be wrong: they are a copy, and no proof. So where they name a leaf, the leaf itself is looked at. A set
made of the log is right by itself; it keeps 16 bytes of each key, which nobody can make collide, side by side, so that
a million tables need some 16 MB. It is made again once another process has changed the log: whoever erases a leaf does
so before anybody else can write after the leaf that says it.
"""

from __future__ import annotations

import heapq
from bisect import bisect_left
from collections.abc import Collection, Iterable, Iterator
from typing import Final, Protocol

from compliance.audit.log_files import LogFiles
from compliance.audit.sealing import key_in
from compliance.audit.tiles import WIDTH
from compliance.errors import EvidenceError

_KEPT: Final = 16
_MOST_RECENT: Final = 65_536


class LeafFinder(Protocol):
    """Knows in which leaf a key is."""

    def leaf_of(self, key: str) -> int | None:
        """The number of the leaf of a key; None if it is in none."""


class KeySet:
    """A set of keys, in little memory."""

    def __init__(self) -> None:
        self._sorted = b""
        self._recent: set[bytes] = set()

    def add(self, keys: Iterable[str]) -> None:
        """Take keys in."""
        for key in keys:
            self._recent.add(_short(key))
            if len(self._recent) >= max(_MOST_RECENT, len(self._sorted) // _KEPT // 4):
                self._sorted = b"".join(heapq.merge(_pieces(self._sorted), sorted(self._recent)))
                self._recent = set()

    def __contains__(self, key: str) -> bool:
        found = _short(key)
        if found in self._recent:
            return True
        count = len(self._sorted) // _KEPT
        at = bisect_left(range(count), found, key=lambda number: _piece(self._sorted, number))
        return at < count and _piece(self._sorted, at) == found


class KnownKeys:
    """The keys in a log of a size."""

    def __init__(self, files: LogFiles, size: int) -> None:
        """Nothing is read before somebody asks.

        Args:
            files: those of the log.
            size: how many leaves it has.
        """
        self._files, self._size = files, size
        self._own: KeySet | None = None

    def among(self, keys: Collection[str], views: LeafFinder | None) -> set[str]:
        """Which of some keys are in the log, and not erased.

        Args:
            keys: those that are asked for.
            views: what knows all leaves of the log; None if nothing does.

        Raises:
            EvidenceError: the log cannot be read.
        """
        if not keys:
            return set()
        if views is not None and self._own is None:
            return self._seen(keys, views)
        return {key for key in keys if key in self._read()}

    def add(self, keys: Iterable[str], size: int) -> None:
        """Know that keys came into the log, which has a new size."""
        self._size = size
        if self._own is not None:
            self._own.add(keys)

    def _seen(self, keys: Iterable[str], views: LeafFinder) -> set[str]:
        """Those that stand where the views say; each bundle is read once."""
        wanted: dict[int, str] = {}
        for key in keys:
            number = views.leaf_of(key)
            if number is not None and 0 <= number < self._size:
                wanted[number] = key
        found: set[str] = set()
        for number, entry in self._entries(sorted(wanted)):
            if key_in(self._record(entry)) == wanted[number]:
                found.add(wanted[number])
        return found

    def _entries(self, numbers: list[int]) -> Iterator[tuple[int, bytes]]:
        wanted = set(numbers)
        bundles = sorted({number // WIDTH for number in numbers})
        for index in bundles:
            first = index * WIDTH
            yield from (
                each for each in self._files.entries(first, min(first + WIDTH, self._size)) if each[0] in wanted
            )

    def _read(self) -> KeySet:
        if self._own is None:
            own = KeySet()
            found = (key_in(self._record(entry)) for _, entry in self._files.entries(0, self._size))
            own.add(key for key in found if key is not None)
            self._own = own
        return self._own

    def _record(self, entry: bytes) -> bytes | None:
        try:
            return self._files.record(entry)
        except EvidenceError:
            return None


def _short(key: str) -> bytes:
    return bytes.fromhex(key)[:_KEPT]


def _pieces(data: bytes) -> Iterator[bytes]:
    return (_piece(data, number) for number in range(len(data) // _KEPT))


def _piece(data: bytes, number: int) -> bytes:
    return data[number * _KEPT : (number + 1) * _KEPT]
