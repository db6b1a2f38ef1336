"""The table of country ranges: what is packed comes out again, and damage is always named."""

from __future__ import annotations

import hashlib
import json
import struct
import zlib
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compliance.errors import DatabaseError
from compliance.geo.embedded import CountryRanges, Piece, Source, pack, unpack

SOURCES = (
    Source("one", "2026-06-17", "PDDL-1.0", "One", "https://one.example/"),
    Source("two", "2026-06-25", "CC-BY-SA-4.0", "Two", "https://two.example/"),
)
V4 = [
    Piece(0, None, None),
    Piece(0x05000000, "RU", "RU"),
    Piece(0x05FF0000, "RS", "RU"),
    Piece(0x06000000, None, "UA"),
]
V6 = [
    Piece(0, None, None),
    Piece(0x2A00_0000_0000_0000, "UA", None),
    Piece(0x2A00_0000_0000_0001, None, None),
]
TABLE = pack(SOURCES, V4, V6)
PREFIX = struct.Struct("<8sHHI32s")

codes = st.none() | st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ", min_size=2, max_size=2)


def pieces(bits: int) -> st.SearchStrategy[list[Piece]]:
    rest = st.dictionaries(st.integers(1, (1 << bits) - 1), st.tuples(codes, codes), max_size=30)
    whole = st.builds(lambda first, rest: {0: first} | rest, st.tuples(codes, codes), rest)
    return whole.map(lambda steps: [Piece(start, *steps[start]) for start in sorted(steps)])


def reframed(change: Callable[[dict[str, Any]], None], body: bytes | None = None) -> bytes:
    """The table with a changed header, under a hash that fits."""
    length = PREFIX.unpack_from(TABLE)[3]
    header = json.loads(TABLE[PREFIX.size :][:length])
    change(header)
    return framed(json.dumps(header).encode(), TABLE[PREFIX.size + length :] if body is None else body)


def framed(text: bytes, body: bytes) -> bytes:
    magic, version, zero, *_ = PREFIX.unpack_from(TABLE)
    return PREFIX.pack(magic, version, zero, len(text), hashlib.sha256(text + body).digest()) + text + body


def with_parts(four: bytes, six: bytes, ranges: tuple[int, int]) -> bytes:
    def change(header: dict[str, Any]) -> None:
        header.update(sizes=[len(four), len(six)], ranges=list(ranges))

    return reframed(change, four + six)


def test_a_look_up_gives_what_both_sources_say() -> None:
    ranges = unpack(TABLE)
    assert ranges.sources == SOURCES
    assert ranges.lookup(0x05000000, 4) == ("RU", "RU")
    assert ranges.lookup(0x05FEFFFF, 4) == ("RU", "RU")
    assert ranges.lookup(0x05FF0046, 4) == ("RS", "RU")
    assert ranges.lookup(0xFFFFFFFF, 4) == (None, "UA")
    assert ranges.lookup(0x2A00 << 112 | 7, 6) == ("UA", None)
    assert ranges.lookup((0x2A00 << 112) + (1 << 64), 6) == (None, None)


@pytest.mark.parametrize(("number", "version"), [(-1, 4), (1 << 32, 4), (-1, 6), (1 << 128, 6)])
def test_a_number_that_is_no_address_is_silence(number: int, version: int) -> None:
    assert unpack(pack(SOURCES, [Piece(0, "RU", "RU")], [Piece(0, "RU", "RU")])).lookup(number, version) == (
        None,
        None,
    )


@given(pieces(32), pieces(64), st.integers(0, (1 << 32) - 1), st.integers(0, (1 << 128) - 1))
def test_what_is_packed_comes_out_again(v4: list[Piece], v6: list[Piece], four: int, six: int) -> None:
    data = pack(SOURCES, v4, v6)
    assert data == pack(SOURCES, v4, v6)
    ranges = unpack(data)
    for number, version, key, table in ((four, 4, four, v4), (six, 6, six >> 64, v6)):
        wanted = [piece for piece in table if piece.start <= key][-1]
        assert ranges.lookup(number, version) == (wanted.first, wanted.second)


@given(st.binary(max_size=300))
def test_hostile_bytes_raise_only_a_database_error(data: bytes) -> None:
    with pytest.raises(DatabaseError):
        unpack(data)


@given(st.data())
def test_one_flipped_bit_anywhere_is_noticed(data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(TABLE) - 1))
    damaged = bytearray(TABLE)
    damaged[at] ^= 1 << data.draw(st.integers(0, 7))
    with pytest.raises(DatabaseError):
        unpack(bytes(damaged))


@given(st.integers(0, len(TABLE) - 1))
def test_a_table_that_is_cut_short_is_refused(length: int) -> None:
    with pytest.raises(DatabaseError):
        unpack(TABLE[:length])


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=6,
)


@given(st.sampled_from(["countries", "ranges", "sizes", "sources"]), json_values)
def test_a_strange_header_under_a_right_hash_raises_only_a_database_error(key: str, value: object) -> None:
    with pytest.raises(DatabaseError):
        unpack(reframed(lambda header: header.update({key: value})))


@given(st.binary(max_size=100), st.binary(max_size=100), st.integers(1, 5), st.integers(1, 5))
def test_strange_parts_under_a_right_hash_raise_only_a_database_error(a: bytes, b: bytes, n: int, m: int) -> None:
    for data in (with_parts(a, b, (n, m)), with_parts(zlib.compress(a), zlib.compress(b), (n, m))):
        try:
            found = unpack(data)
        except DatabaseError:
            continue
        assert isinstance(found, CountryRanges)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "too short"),
        (b"PK" + TABLE[2:], "is not a table"),
        (TABLE[:8] + b"\x02" + TABLE[9:], "format `2`"),
        (TABLE[:-1], "hash"),
        (framed(b"[" * 60_000, b""), "not JSON"),
        (framed(b"[]", b""), "not a JSON object"),
        (framed(b"{}", b""), "two sources"),
        (
            PREFIX.pack(*PREFIX.unpack_from(framed(b"", b"x"))[:3], 9, hashlib.sha256(b"x").digest()) + b"x",
            "longer",
        ),
        (reframed(lambda header: header["sources"][0].pop("date")), "exactly attribution, date"),
        (reframed(lambda header: header.update(countries=["ru"])), "two-letter"),
        (reframed(lambda header: header.update(countries=["RU"])), "does not explain"),
        (reframed(lambda header: header.update(ranges=[0, 1])), "out of bounds"),
        (reframed(lambda header: header.update(ranges=[1 << 40, 1])), "out of bounds"),
        (reframed(lambda header: header.update(ranges=[True, 1])), "two sizes"),
        (reframed(lambda header: header.update(sizes=[1, 1])), "parts of the file"),
        (reframed(lambda header: header.update(ranges=[3, 3])), "size that its header says"),
        (with_parts(b"junk", b"junk", (1, 1)), "decompressed"),
        (
            with_parts(zlib.compress(bytes(10**7)), zlib.compress(bytes(10)), (1, 1)),
            "size that its header says",
        ),
        (with_parts(zlib.compress(b"\x01" + bytes(5)), zlib.compress(bytes(10)), (1, 1)), "out of order"),
        (with_parts(zlib.compress(bytes(12)), zlib.compress(bytes(10)), (2, 1)), "out of order"),
        (
            with_parts(zlib.compress(b"\0\xff\xff" * 4 + bytes(6)), zlib.compress(bytes(10)), (3, 1)),
            "last address",
        ),
    ],
)
def test_each_kind_of_damage_is_named(data: bytes, message: str) -> None:
    with pytest.raises(DatabaseError, match=message) as caught:
        unpack(data)
    assert not str(caught.value).endswith(".")


@pytest.mark.parametrize(
    "bad",
    [
        [],
        [Piece(1, None, None)],
        [Piece(0, None, None), Piece(9, "RU", None), Piece(9, "UA", None)],
        [Piece(0, None, None), Piece(9, "RU", None), Piece(8, "UA", None)],
        [Piece(0, None, None), Piece(1 << 64, "RU", None)],
        [Piece(at, f"{chr(65 + at // 26)}{chr(65 + at % 26)}", None) for at in range(256)],
    ],
)
def test_pieces_that_make_no_table_are_refused(bad: list[Piece]) -> None:
    good = [Piece(0, None, None)]
    for v4, v6 in ((bad, good), (good, bad)):
        with pytest.raises(DatabaseError):
            pack(SOURCES, v4, v6)


def test_a_table_shows_its_sizes_only() -> None:
    assert repr(unpack(TABLE)) == "CountryRanges(v4=4, v6=3)"
