"""What an operator knows of a network better than any database: places that its addresses may be in, or are not.

Theory: an overlay may always *add* a place, since that only shows a notice. To *remove* one hides notices, so
it needs a reason in writing and a day, and it shows wherever the overlay is looked at. All rows that match
count, not the narrowest alone: what is said of a wide network is true of each address in it. So the address
space is cut where any row begins or ends, each piece knows its rows, and a look-up is one binary search.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
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
        starts, pieces = self._pieces[address.version]
        found = pieces[bisect_right(starts, address.number) - 1]
        if not self._by_system:
            return found
        if systems is None:
            return (*found, *(row for rows in self._by_system.values() for row in rows if not row.is_removal))
        return (*found, *(row for system in systems for row in self._by_system.get(system, ())))

    def overlaid(self, address: Address, day: date, systems: Iterable[int] | None = ()) -> Overlaid:
        """What they say on a day."""
        found = self.matching(address, systems)
        return self._said(found, day) if found else NOTHING_OVERLAID


def _said(rows: _Rows, day: date) -> Overlaid:
    today = [row for row in rows if day in row.period]
    adds = tuple(dict.fromkeys(row.territory for row in today if not row.is_removal))
    removes = tuple(dict.fromkeys(row.territory for row in today if row.is_removal))
    words = (f"{_file(row)} {'removes' if row.is_removal else 'adds'} {row.territory}" for row in today)
    return Overlaid(adds, removes, tuple(dict.fromkeys(words)))


def _file(row: OverlayRow) -> str:
    """The name of the file of a row, without its directories."""
    return row.span.path.rpartition("/")[2]


def _cut(rows: Sequence[OverlayRow], version: int) -> tuple[list[int], list[_Rows]]:
    """Where each piece of the address space of an IP version begins, from 0 on, and the rows that cover it."""
    begins: dict[int, list[int]] = defaultdict(list, {0: []})
    ends: dict[int, list[int]] = defaultdict(list)
    for number, row in enumerate(rows):
        if row.network is not None and row.network.version == version:
            first = int(row.network.network_address)
            begins[first].append(number)
            ends[first + (1 << row.network.max_prefixlen - row.network.prefixlen)].append(number)
    starts = sorted({*begins, *ends})
    return starts, list(_covers(rows, starts, begins, ends))


def _covers(
    rows: Sequence[OverlayRow], starts: Iterable[int], begins: dict[int, list[int]], ends: dict[int, list[int]]
) -> Iterator[_Rows]:
    """The rows of each piece, in the order of the files."""
    here: set[int] = set()
    for start in starts:
        here.difference_update(ends.get(start, ()))
        here.update(begins.get(start, ()))
        yield tuple(rows[number] for number in sorted(here))
