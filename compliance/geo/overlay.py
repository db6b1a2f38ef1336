"""What an operator knows of a network better than any database: places that its addresses may be in, or are not.

Theory: an overlay may always *add* a place, since that only shows a notice. To *remove* one hides notices, so
it needs a reason in writing and a day, and it shows wherever the overlay is looked at. All rows that match
count, not the narrowest alone: what is said of a wide network is true of each address in it. So the address
space is cut where any row begins or ends, and a look-up is one binary search. Networks lie within each other or
apart. So each network knows its own rows and the one around it, and each piece the narrowest: the rows of a wide
network are kept once, however many narrow ones lie in it.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from operator import itemgetter
from typing import Final

from compliance.geo.address import Address
from compliance.model.overlay import OverlayRow

_Rows = tuple[OverlayRow, ...]
_MOST_KEPT: Final = 4096


@dataclass(frozen=True, slots=True)
class Overlaid:
    """What an overlay says of one network on one day: ids of territories or codes, and in a few words why."""

    adds: tuple[str, ...] = ()
    removes: tuple[str, ...] = ()
    basis: tuple[str, ...] = ()


NOTHING_OVERLAID: Final = Overlaid()


@dataclass(frozen=True, slots=True, eq=False)
class _Cover:
    """A network that rows are about: these with their numbers, and the next network around it."""

    rows: tuple[tuple[int, OverlayRow], ...]
    around: _Cover | None


class Overlay:
    """The rows of all files of an operator, ready to be looked up."""

    def __init__(self, rows: Iterable[OverlayRow] = ()) -> None:
        self.rows = tuple(rows)
        self._pieces = {version: _cut(self.rows, version) for version in (4, 6)}
        self._by_system: dict[int, list[OverlayRow]] = defaultdict(list)
        for row in self.rows:
            if row.system is not None:
                self._by_system[row.system].append(row)
        self._said = lru_cache(maxsize=_MOST_KEPT)(_said)

    @property
    def removals(self) -> tuple[OverlayRow, ...]:
        """The rows that take a territory away."""
        return tuple(row for row in self.rows if row.is_removal)

    @property
    def names_systems(self) -> bool:
        """Whether any row is about an autonomous system."""
        return bool(self._by_system)

    def matching(self, address: Address, systems: Iterable[int] | None = ()) -> tuple[OverlayRow, ...]:
        """The rows of an address and of the autonomous systems that announce it, of all days.

        Where these could not be looked up (None) it may be any: each row that adds counts, and none that removes.
        """
        return (*_rows(self._cover(address)), *self._announced(systems))

    def overlaid(self, address: Address, day: date, systems: Iterable[int] | None = ()) -> Overlaid:
        """What they say on a day."""
        cover, announced = self._cover(address), self._announced(systems)
        return self._said(cover, announced, day) if cover or announced else NOTHING_OVERLAID

    def _cover(self, address: Address) -> _Cover | None:
        """The narrowest network that is named and holds the address."""
        starts, covers = self._pieces[address.version]
        return covers[bisect_right(starts, address.number) - 1]

    def _announced(self, systems: Iterable[int] | None) -> _Rows:
        """The rows of autonomous systems."""
        if not self._by_system:
            return ()
        if systems is None:
            return tuple(row for rows in self._by_system.values() for row in rows if not row.is_removal)
        return tuple(row for system in systems for row in self._by_system.get(system, ()))


def _rows(cover: _Cover | None) -> _Rows:
    """The rows of a network and of all around it, in the order of the files."""
    found: list[tuple[int, OverlayRow]] = []
    while cover is not None:
        found += cover.rows
        cover = cover.around
    return tuple(row for _, row in sorted(found, key=itemgetter(0)))


def _said(cover: _Cover | None, announced: _Rows, day: date) -> Overlaid:
    today = [row for row in (*_rows(cover), *announced) if day in row.period]
    adds = tuple(dict.fromkeys(row.territory for row in today if not row.is_removal))
    removes = tuple(dict.fromkeys(row.territory for row in today if row.is_removal))
    words = (f"{_file(row)} {'removes' if row.is_removal else 'adds'} {row.territory}" for row in today)
    return Overlaid(adds, removes, tuple(dict.fromkeys(words)))


def _file(row: OverlayRow) -> str:
    """The name of the file of a row, without its directories."""
    return row.span.path.rpartition("/")[2]


def _cut(rows: Sequence[OverlayRow], version: int) -> tuple[list[int], list[_Cover | None]]:
    """Where each piece of the address space of an IP version begins, from 0 on, and the narrowest network there."""
    about: dict[tuple[int, int], list[tuple[int, OverlayRow]]] = defaultdict(list)
    for number, row in enumerate(rows):
        if row.network is not None and row.network.version == version:
            about[int(row.network.network_address), row.network.prefixlen].append((number, row))
    begins: dict[int, _Cover | None] = {0: None}
    within: list[tuple[int, _Cover]] = []  # the networks that are open, each within the one before, and their ends
    for (first, prefix), named in sorted(about.items()):  # a wide one comes before those in it
        begins.update(_closed(within, first))
        cover = _Cover(tuple(named), within[-1][1] if within else None)
        within.append((first + (1 << (32 if version == 4 else 128) - prefix), cover))
        begins[first] = cover
    begins.update(_closed(within, None))
    starts = sorted(begins)
    return starts, [begins[start] for start in starts]


def _closed(within: list[tuple[int, _Cover]], until: int | None) -> Iterator[tuple[int, _Cover | None]]:
    """Close the networks that end up to an address, or all; where each ends, and the network around it."""
    while within and (until is None or within[-1][0] <= until):
        end, cover = within.pop()
        yield end, cover.around
