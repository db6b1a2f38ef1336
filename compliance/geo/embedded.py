"""The country ranges that ship with the package: one compact file, two independent sources.

Theory: both sources say where an address is *registered*, not where its reader sits, so neither is
believed alone and neither is ever merged away. The whole address space is cut at every point where one
of them changes its mind; each piece keeps both opinions, `None` where a source is silent. What they
mean together is decided in `locate`. A look-up is one binary search over an array of integers.

The file, in order (integers are little-endian):

    8 bytes     magic
    2 bytes     format version, 1
    2 bytes     zero
    4 bytes     length of the JSON text
    32 bytes    SHA-256 of everything that follows
    JSON text   {"countries": ["AD", ...], "ranges": [n4, n6], "sizes": [b4, b6],
                 "sources": [{"name", "date", "licence", "attribution", "url"}, x 2]}
    b4 bytes    zlib: the IPv4 pieces
    b6 bytes    zlib: the IPv6 pieces

`n` pieces of width `w` (4 bytes for IPv4; 8 for IPv6, the upper half of the address) are stored in
columns, because columns compress to half: the first bytes of all distances from one start to the next,
then the second bytes, ... up to byte `w`; then `n` country numbers of the first source; then `n` of the
second. Country number 0 is silence, 1 is the first of `countries`. The first piece starts at 0, and a
piece ends where the next one starts. A /64 network that a source divides is silent for that source:
providers hand out no less than a /64, and silence only ever widens an answer.
"""

from __future__ import annotations

import hashlib
import json
import struct
import sys
import zlib
from array import array
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from itertools import accumulate, pairwise
from typing import Final

from compliance.errors import DatabaseError

_KIND: Final = {4: "I", 6: "Q"}  # array types of 4 and of 8 bytes

_MAGIC: Final = b"\x89geo\r\n\x1a\n"
_VERSION: Final = 1
_PREFIX: Final = struct.Struct("<8sHHI32s")
_MOST_HEADER: Final = 1 << 16
_MOST_RANGES: Final = 1 << 23  # ten times today's; what claims more is a bomb, not a table
_MOST_COUNTRIES: Final = 255


@dataclass(frozen=True, slots=True)
class Source:
    """Who says it, as of which day, and on which terms we may pass it on."""

    name: str
    date: str
    licence: str
    attribution: str
    url: str


@dataclass(frozen=True, slots=True)
class Piece:
    """From `start` (an IPv4 address, or the upper half of an IPv6 one) on, each source says this."""

    start: int
    first: str | None
    second: str | None


@dataclass(frozen=True, slots=True, repr=False)
class _Table:
    """The pieces of one IP version, in columns."""

    starts: array[int]
    first: bytes
    second: bytes


@dataclass(frozen=True, slots=True, repr=False)
class CountryRanges:
    """What both sources say of every address; made by `unpack`."""

    sources: tuple[Source, Source]
    countries: tuple[str | None, ...]
    v4: _Table
    v6: _Table

    def lookup(self, address: int, version: int) -> tuple[str | None, str | None]:
        """The country that each source names for an address of IP version 4 or 6, None where it is silent."""
        if version == 4:
            table, key = self.v4, address
        else:
            table, key = self.v6, address >> 64
        if not 0 <= key < 1 << (8 * table.starts.itemsize):
            return None, None
        at = bisect_right(table.starts, key) - 1
        return self.countries[table.first[at]], self.countries[table.second[at]]

    def __repr__(self) -> str:
        """The sizes only: half a million numbers help nobody."""
        return f"CountryRanges(v4={len(self.v4.starts)}, v6={len(self.v6.starts)})"


def unpack(data: bytes) -> CountryRanges:
    """The table that `data` holds.

    Raises:
        DatabaseError: the bytes are damaged, cut short, out of order, or of another format.
    """
    header, body = _checked(data)
    sources = _sources(header.get("sources"))
    countries = _countries(header.get("countries"))
    ranges, sizes = _two_counts(header.get("ranges")), _two_counts(header.get("sizes"))
    if sum(sizes) != len(body):
        raise DatabaseError("the parts of the file do not have the sizes that its header says")
    highest = len(countries) - 1
    v4 = _table(body[: sizes[0]], 4, ranges[0], highest)
    v6 = _table(body[sizes[0] :], 6, ranges[1], highest)
    return CountryRanges(sources, countries, v4, v6)


def pack(sources: tuple[Source, Source], v4: Sequence[Piece], v6: Sequence[Piece]) -> bytes:
    """The file for these pieces; the same pieces give the same bytes.

    Raises:
        DatabaseError: the pieces are out of order, do not begin at 0, or name too many countries.
    """
    named = {code for piece in (*v4, *v6) for code in (piece.first, piece.second) if code is not None}
    countries = sorted(named)
    if len(countries) > _MOST_COUNTRIES:
        raise DatabaseError(f"a table names at most {_MOST_COUNTRIES} countries, not {len(countries)}")
    number: dict[str | None, int] = {None: 0} | {code: at for at, code in enumerate(countries, start=1)}
    parts = [_columns(v4, 4, number), _columns(v6, 6, number)]
    header = {
        "countries": countries,
        "ranges": [len(v4), len(v6)],
        "sizes": [len(part) for part in parts],
        "sources": [asdict(source) for source in sources],
    }
    text = json.dumps(header, sort_keys=True, separators=(",", ":"), ensure_ascii=True).encode()
    rest = b"".join([text, *parts])
    return _PREFIX.pack(_MAGIC, _VERSION, 0, len(text), hashlib.sha256(rest).digest()) + rest


def _checked(data: bytes) -> tuple[dict[str, object], bytes]:
    """The header and what follows it, once the frame and the hash are right."""
    if len(data) < _PREFIX.size:
        raise DatabaseError("the file is too short to be a table of country ranges")
    magic, version, zero, length, digest = _PREFIX.unpack_from(data)
    if magic != _MAGIC:
        raise DatabaseError("the file is not a table of country ranges")
    if (version, zero) != (_VERSION, 0):
        raise DatabaseError(f"the table has format `{version}`, this version reads format `{_VERSION}`")
    rest = data[_PREFIX.size :]
    if hashlib.sha256(rest).digest() != digest:
        raise DatabaseError("the hash of the table does not match: the file is damaged or cut short")
    if length > min(len(rest), _MOST_HEADER):
        raise DatabaseError("the header of the table is longer than it can be")
    try:
        header = json.loads(rest[:length])
    except (ValueError, RecursionError) as error:
        raise DatabaseError("the header of the table is not JSON") from error
    if not isinstance(header, dict):
        raise DatabaseError("the header of the table is not a JSON object")
    return header, rest[length:]


def _sources(value: object) -> tuple[Source, Source]:
    """The two sources of the header."""
    wanted = set(Source.__dataclass_fields__)
    if not isinstance(value, list) or len(value) != 2:
        raise DatabaseError("the table must name two sources")
    for entry in value:
        if not isinstance(entry, dict) or set(entry) != wanted or not all(isinstance(v, str) for v in entry.values()):
            raise DatabaseError(f"a source of the table must have exactly {', '.join(sorted(wanted))}")
    return Source(**value[0]), Source(**value[1])


def _countries(value: object) -> tuple[str | None, ...]:
    """The country of each number; number 0 is silence."""
    if not isinstance(value, list) or len(value) > _MOST_COUNTRIES or not all(_is_code(code) for code in value):
        raise DatabaseError("the countries of the table must be a list of two-letter codes")
    return (None, *value)


def _is_code(value: object) -> bool:
    return isinstance(value, str) and len(value) == 2 and value.isascii() and value.isalpha() and value.isupper()


def _two_counts(value: object) -> tuple[int, int]:
    """A pair of sizes, one for each IP version."""
    if not isinstance(value, list) or len(value) != 2 or not all(type(count) is int for count in value):
        raise DatabaseError("the header of the table must give two sizes, for IPv4 and IPv6")
    if not all(0 < count <= _MOST_RANGES for count in value):
        raise DatabaseError("the sizes in the header of the table are out of bounds")
    return value[0], value[1]


def _table(part: bytes, version: int, count: int, highest: int) -> _Table:
    """The pieces of one IP version, checked: in order, from 0 on, every country number known."""
    kind = _KIND[version]
    width = array(kind).itemsize
    columns = _inflated(part, count * (width + 2))
    distances = array(kind, bytes(count * width))
    raw = memoryview(distances).cast("B")
    for column in range(width):
        raw[column::width] = columns[column * count : (column + 1) * count]
    raw.release()
    if sys.byteorder == "big":
        distances.byteswap()
    if distances[0] != 0 or 0 in memoryview(distances)[1:]:
        raise DatabaseError("the ranges of the table are out of order")
    try:
        starts = array(kind, accumulate(distances))
    except OverflowError as error:
        raise DatabaseError("the ranges of the table go past the last address") from error
    first, second = columns[width * count : (width + 1) * count], columns[(width + 1) * count :]
    known = bytes(range(highest + 1))
    if first.translate(None, known) or second.translate(None, known):
        raise DatabaseError("the table uses a country number that its header does not explain")
    return _Table(starts, first, second)


def _inflated(part: bytes, size: int) -> bytes:
    """Exactly `size` bytes out of a compressed part; never more, whatever the part would swell to."""
    stream = zlib.decompressobj()
    try:
        columns = stream.decompress(part, size + 1)
    except zlib.error as error:
        raise DatabaseError("a part of the table cannot be decompressed") from error
    if len(columns) != size or not stream.eof or stream.unused_data:
        raise DatabaseError("a part of the table does not have the size that its header says")
    return columns


def _columns(pieces: Sequence[Piece], version: int, number: dict[str | None, int]) -> bytes:
    """The compressed columns of the pieces of one IP version."""
    kind = _KIND[version]
    starts = [piece.start for piece in pieces]
    if not starts or starts[0] != 0 or not _rises(starts):
        raise DatabaseError(f"the IPv{version} ranges must begin at 0 and rise")
    try:
        distances = array(kind, [0, *(after - before for before, after in pairwise(starts))])
        array(kind, starts[-1:])
    except OverflowError as error:
        raise DatabaseError(f"the IPv{version} ranges go past the last address") from error
    if sys.byteorder == "big":
        distances.byteswap()
    raw, width = distances.tobytes(), distances.itemsize
    columns = [raw[column::width] for column in range(width)]
    columns.append(bytes(number[piece.first] for piece in pieces))
    columns.append(bytes(number[piece.second] for piece in pieces))
    return zlib.compress(b"".join(columns), 9)


def _rises(numbers: Iterable[int]) -> bool:
    return all(before < after for before, after in pairwise(numbers))
