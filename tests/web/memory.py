"""What a core dump of a process would hold, and every spelling in which it could hold a reader."""

from __future__ import annotations

import struct
from base64 import b64encode
from collections.abc import Iterator, Mapping
from ipaddress import ip_address
from urllib.parse import quote

_DIGIT = 30
"""How many bits of a number Python keeps in each four bytes."""
_EMPTY = bytes(4096)
"""Most of what is reserved was never written to, and need not be searched."""


def spellings(address: str) -> dict[str, bytes]:
    """The ways in which somebody, or Python itself, may write an address."""
    ip = ip_address(address)
    number, packed, text = int(ip), ip.packed, str(ip)
    written = {
        "text": text,
        "expanded": ip.exploded,
        "in capitals": text.upper(),
        "decimal": str(number),
        "hexadecimal": f"{number:x}",
        "escaped": quote(text, safe="").replace(".", "%2E"),
        "base64 of the text": b64encode(text.encode()).decode(),
        "base64 of the bytes": b64encode(packed).decode().rstrip("="),
        "as the name of a host": text.replace(".", "-").replace(":", "-"),
    }
    in_python = b"".join(
        struct.pack("<I", number >> shift & (1 << _DIGIT) - 1) for shift in range(0, number.bit_length(), _DIGIT)
    )
    raw = {"big-endian": packed, "little-endian": packed[::-1], "a number of Python": in_python}
    return {**{how: each.encode() for how, each in written.items()}, **raw, "UTF-32": text.encode("utf-32-le")}


def doubles(number: float) -> dict[str, bytes]:
    """The ways in which a coordinate may be written, but for its text."""
    return {"little-endian": struct.pack("<d", number), "big-endian": struct.pack(">d", number)}


def held(pid: int, marks: Mapping[str, bytes]) -> dict[str, int]:
    """How often each mark stands in the memory of a process that is not that of a file: what a core dump holds."""
    counted = dict.fromkeys(marks, 0)
    for data in _pages(pid):
        for name, mark in marks.items():
            counted[name] += data.count(mark)
    return {name: number for name, number in counted.items() if number}


def _pages(pid: int) -> Iterator[bytes]:
    """Every mapping that the process can write to; what was never touched cannot be read."""
    with open(f"/proc/{pid}/maps", encoding="ascii", errors="replace") as maps:
        ranges = [line.split()[0] for line in maps if line.split()[1].startswith("rw")]
    with open(f"/proc/{pid}/mem", "rb", buffering=0) as memory:
        for each in ranges:
            first, end = (int(bound, 16) for bound in each.split("-"))
            memory.seek(first)
            data = memory.read(end - first)
            assert len(data) == end - first, "a part of the memory could not be read"
            yield data.replace(_EMPTY, b"")
