"""The short way from an address to its place: it leads where the long one does."""

from __future__ import annotations

from datetime import date
from ipaddress import IPv4Address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compliance.geo.address import NOT_PUBLIC_FOUR, parse_address
from compliance.geo.atlas import Atlas
from compliance.geo.cells import NOT_PUBLIC, Cells
from compliance.geo.databases import Databases, packaged
from compliance.geo.embedded import CountryRanges, Piece, pack, unpack
from compliance.reader import Reader, where
from tests.geo.test_embedded import SOURCES, V6, pieces
from tests.web.asking import words

DAY = date(2026, 3, 1)
LAST = (1 << 32) - 1
BORDERS = sorted({max(0, min(at + step, LAST)) for pair in NOT_PUBLIC_FOUR for at in pair for step in (-1, 0, 1)})


def cell_of(cells: Cells, number: int) -> int | None:
    return cells.of(str(IPv4Address(number)).encode())


def expected(ranges: CountryRanges, number: int) -> object:
    """All that the long way rests on."""
    address = parse_address(str(IPv4Address(number)))
    assert address is not None
    return ranges.lookup(number, 4) if address.is_public else None


def agrees(ranges: CountryRanges, cells: Cells, numbers: list[int]) -> None:
    """Whether addresses are in one cell just where the long way finds the same for them."""
    found = {(cell_of(cells, number), expected(ranges, number)) for number in numbers}
    assert len(found) == len({cell for cell, _ in found}) == len({said for _, said in found})
    assert all((cell == NOT_PUBLIC) == (said is None) for cell, said in found)


@given(table=pieces(32), more=st.lists(st.integers(0, LAST), max_size=20))
def test_addresses_are_in_one_cell_just_where_the_same_is_said_of_them(table: list[Piece], more: list[int]) -> None:
    ranges = unpack(pack(SOURCES, table, V6))
    starts = [max(0, min(each.start + step, LAST)) for each in table for step in (-1, 0, 1)]
    agrees(ranges, Cells(ranges), [*BORDERS, *starts, *more])


def test_the_packaged_ranges_are_divided_at_every_border() -> None:
    ranges = packaged()
    starts = ranges.v4.starts[:: len(ranges.v4.starts) // 2_000]
    agrees(ranges, Cells(ranges), [*BORDERS, *(each + step for each in starts[1:] for step in (-1, 0, 1))])


@given(numbers=st.lists(st.integers(0, LAST), min_size=2, max_size=2, unique=True))
def test_readers_in_one_cell_are_in_the_same_places(numbers: list[int]) -> None:
    databases = Databases(packaged())
    assert databases.cells is not None
    here, there = (cell_of(databases.cells, number) for number in numbers)
    places = [where(Reader(address=str(IPv4Address(each))), databases, Atlas(), DAY) for each in numbers]
    assert here != there or places[0] == places[1]


@pytest.mark.parametrize("text", words("1.2.3 1.2.3.4.5 1.2.3.256 01.2.3.4 1.2.3.-1 1..3.4 a.b.c.d .... ::1 x"))
def test_what_is_no_ipv4_address_in_its_shortest_form_has_no_cell(text: str) -> None:
    cells = Databases(packaged()).cells  # which are made once for all
    assert cells is not None
    assert cells.of(b"1.2.3.4") is not None
    assert cells.of(text.encode()) is None


def test_whoever_asks_more_than_the_packaged_ranges_has_no_cells() -> None:
    assert Databases().cells is None
