"""A small writer of MMDB files for tests, so that no third-party data is needed.

Source: MaxMind DB File Format Specification 2.0.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence
from ipaddress import ip_network

Value = str | bool | int | float | Sequence["Value"] | Mapping[str, "Value"]
_Node = list["int | _Node | None"]
_DEEP = 96
"""Where IPv4 begins in a tree of version 6, in bits."""


class _Short(int):
    """A number that stands as uint16, where the specification wants one."""


class _Word(int):
    """One that stands as uint32."""


def mmdb(
    records: Mapping[str, Value],
    database_type: str = "Test-Country",
    *,
    ip_version: int = 6,
    build_epoch: int = 1_750_000_000,
) -> bytes:
    """A database with these records by network; IPv4 networks of a version 6 tree lie in ::/96."""
    data = bytearray()
    tree: _Node = [None, None]
    deep: dict[str, _Node] = {}
    encoded = {id(record): _encoded(record) for record in {id(each): each for each in records.values()}.values()}
    for network, record in records.items():
        _insert(tree, _bits(network, ip_version), len(data), deep)
        data += encoded[id(record)]
    nodes = _in_order(tree)
    number = {id(node): at for at, node in enumerate(nodes)}
    search = bytearray()
    for node in nodes:
        for child in node:
            if isinstance(child, list):
                pointer = number[id(child)]
            else:
                pointer = len(nodes) if child is None else len(nodes) + 16 + child
            search += struct.pack(">I", pointer)
    about: Mapping[str, Value] = {
        "binary_format_major_version": _Short(2),
        "binary_format_minor_version": _Short(0),
        "build_epoch": build_epoch,
        "database_type": database_type,
        "description": {"en": "made by a test"},
        "ip_version": _Short(ip_version),
        "languages": ["en"],
        "node_count": _Word(len(nodes)),
        "record_size": _Short(32),
    }
    return bytes(search + bytes(16) + data + b"\xab\xcd\xefMaxMind.com" + _encoded(about))


def _bits(network: str, ip_version: int) -> str:
    """The path from the root to the network, as a text of 0 and 1."""
    net = ip_network(network)
    width = 32 if net.version == 4 else 128
    path = f"{int(net.network_address):0{width}b}"[: net.prefixlen]
    return "0" * _DEEP + path if ip_version == 6 and net.version == 4 else path


def _insert(tree: _Node, path: str, offset: int, deep: dict[str, _Node]) -> None:
    """Put an offset at the end of a path; `deep` keeps the nodes that lie as deep as the one of IPv4."""
    begin, node = 0, tree
    if len(path) <= _DEEP:
        deep.clear()  # it may take the place of what lies there
    elif path[:_DEEP] in deep:
        begin, node = _DEEP, deep[path[:_DEEP]]
    for place, bit in enumerate(path[begin:-1], begin):
        if place == _DEEP:
            deep[path[:_DEEP]] = node
        child = node[int(bit)]
        if not isinstance(child, list):
            child = node[int(bit)] = [None, None]
        node = child
    node[int(path[-1])] = offset


def _in_order(tree: _Node) -> list[_Node]:
    found = [tree]
    for node in found:
        found.extend(child for child in node if isinstance(child, list))
    return found


def _encoded(value: Value) -> bytes:
    """One value of the data section; other integers as uint64 or uint128, fractions as double."""
    if isinstance(value, bool):
        return _control(14, int(value))
    if isinstance(value, int):
        raw = value.to_bytes((value.bit_length() + 7) // 8, "big")
        kind = 5 if isinstance(value, _Short) else 6 if isinstance(value, _Word) else 9 if len(raw) <= 8 else 10
        return _control(kind, len(raw)) + raw
    if isinstance(value, float):
        return _control(3, 8) + struct.pack(">d", value)
    if isinstance(value, str):
        raw = value.encode()
        return _control(2, len(raw)) + raw
    if isinstance(value, Mapping):
        parts = (_encoded(key) + _encoded(each) for key, each in value.items())
        return _control(7, len(value)) + b"".join(parts)
    return _control(11, len(value)) + b"".join(_encoded(each) for each in value)


def _control(kind: int, size: int) -> bytes:
    """The control byte, with the extended type and the longer size where they are needed."""
    short, more = (size, b"") if size < 29 else (29, bytes([size - 29]))
    return bytes([kind << 5 | short]) + more if kind < 8 else bytes([short, kind - 7]) + more
