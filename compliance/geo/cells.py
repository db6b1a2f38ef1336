"""From an IPv4 address to all that the packaged ranges can say of it, by the shortest way.

Theory: where nobody else is asked, what is known of an address is a pair of countries, or that it is not public. So
addresses fall into some hundreds of cells, and what was worked out for one of them holds for every other one in its
cell. The upper half of an address tells where in the table its ranges begin and end, so that few are looked at. A cell
is a number that holds no address, and may be kept.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left, bisect_right
from typing import Final

from compliance.geo.address import NOT_PUBLIC_FOUR
from compliance.geo.embedded import CountryRanges

NOT_PUBLIC: Final = 1 << 16
"""The cell of all addresses that no database can know."""
_END: Final = 1 << 32
_OCTETS: Final = {b"%d" % number: number for number in range(256)}


class Cells:
    """The cells of some ranges. Threads may share it."""

    __slots__ = ("_blocks", "_cells", "_starts")

    def __init__(self, ranges: CountryRanges) -> None:
        """Divide the addresses by what `ranges` say of them."""
        table = ranges.v4
        self._starts = array("I", table.starts)
        number: dict[int, int] = {}
        both = (first << 8 | second for first, second in zip(table.first, table.second, strict=True))
        self._cells = [number.setdefault(each, each) for each in both]  # one object for each: found sooner where kept
        for first, end in NOT_PUBLIC_FOUR:
            self._take_out(first, end)
        begins = (bisect_right(self._starts, block << 16) for block in range(1 << 16))
        self._blocks = array("I", (*begins, len(self._starts)))

    def _take_out(self, first: int, end: int) -> None:
        """Have the addresses from one to before another in the cell of those that are not public."""
        starts, cells = self._starts, self._cells
        to = bisect_left(starts, end)
        if end < _END and (to == len(starts) or starts[to] != end):
            starts.insert(to, end)
            cells.insert(to, cells[to - 1])
        at = bisect_left(starts, first)
        starts[at:to] = array("I", (first,))
        cells[at:to] = (NOT_PUBLIC,)

    def of(self, text: bytes) -> int | None:
        """The cell of an IPv4 address in four decimal parts, each in its shortest form; None for anything else."""
        try:
            one, two, three, four = text.split(b".")
            block = _OCTETS[one] << 8 | _OCTETS[two]
            number = block << 16 | _OCTETS[three] << 8 | _OCTETS[four]
        except (KeyError, ValueError):
            return None
        blocks = self._blocks
        return self._cells[bisect_right(self._starts, number, blocks[block], blocks[block + 1]) - 1]
