"""A reader's address: from text to one canonical number that nobody can print by accident.

Theory: the same reader may come as `a.b.c.d`, as `::ffff:a.b.c.d`, or through a 6to4 or NAT64 gateway;
databases know only the first form, so the IPv4 address inside is taken out here. What no database can
know (private, shared, documentation, reserved networks) is marked as not public, and its place is unknown.
Text that is no address at all gives None: only the caller can tell a mistake from a forged header.

The table of networks is our own, because the one in `ipaddress` changes with the version of Python, and
a decision must not.

Source: IANA IPv4 and IPv6 Special-Purpose Address Registries; RFC 4291, 3056 (6to4), 4380 (Teredo),
6052 (NAT64), 6598 (shared address space), 9637 (documentation).
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable
from ipaddress import IPv6Address, ip_network
from typing import Final, NoReturn

_LONGEST: Final = 100
_OCTETS: Final = {str(number): number for number in range(256)}
_WRITTEN: Final = tuple(_OCTETS)
_HOST_AND_PORT: Final = re.compile(
    r"\[(?P<six>[0-9A-Fa-f:.]+)(?P<zone>%[0-9A-Za-z._~-]+)?\](?::(?P<port6>[0-9]{1,5}))?"
    r"|(?P<four>[0-9.]+)(?::(?P<port4>[0-9]{1,5}))?"
    r"|(?P<bare>[0-9A-Fa-f:.]+)(?P<bare_zone>%[0-9A-Za-z._~-]+)?"
)

_NOT_PUBLIC_4: Final = (
    "0.0.0.0/8",  # this network
    "10.0.0.0/8",  # private
    "100.64.0.0/10",  # shared: behind a provider's translation
    "127.0.0.0/8",  # loopback
    "169.254.0.0/16",  # link-local
    "172.16.0.0/12",  # private
    "192.0.0.0/24",  # protocol assignments
    "192.0.2.0/24",  # documentation
    "192.88.99.0/24",  # former 6to4 relays
    "192.168.0.0/16",  # private
    "198.18.0.0/15",  # benchmarks
    "198.51.100.0/24",  # documentation
    "203.0.113.0/24",  # documentation
    "224.0.0.0/4",  # multicast
    "240.0.0.0/4",  # reserved, broadcast
)
_NOT_PUBLIC_6: Final = (
    "::/3",  # unspecified, loopback, and what is unwrapped below
    "2001::/23",  # protocol assignments, among them Teredo: its IPv4 part may name a relay or nobody
    "2001:db8::/32",  # documentation
    "3ffe::/16",  # former 6bone
    "3fff::/20",  # documentation
    "4000::/2",  # everything outside 2000::/3: private, link-local, multicast, not assigned
    "8000::/1",
)
_MAPPED: Final = 0xFFFF  # the upper 96 bits of ::ffff:0:0/96
_NAT64: Final = 0x64_FF9B << 64  # the upper 96 bits of 64:ff9b::/96
_SIX_TO_FOUR: Final = 0x2002  # the upper 16 bits of 2002::/16


def _bounds(networks: Iterable[str]) -> tuple[int, ...]:
    """Where each network begins and where it has ended, in order: an odd rank lies in a network."""
    pairs = ((net[0], net[-1]) for net in map(ip_network, networks))
    return tuple(bound for first, last in pairs for bound in (int(first), int(last) + 1))


_BOUNDS: Final = {4: _bounds(_NOT_PUBLIC_4), 6: _bounds(_NOT_PUBLIC_6)}
NOT_PUBLIC_FOUR: Final = tuple(zip(_BOUNDS[4][::2], _BOUNDS[4][1::2], strict=True))
"""The networks of IPv4 addresses that no database can know: the first number, and the one after the last."""


Host = tuple[int, int, bool]
"""An IP version, a number, and whether it is scoped to a link: what is printed with care, as it is no `Address`."""


class Address:
    """One IP address that shows itself to nobody: read `number` to look it up, then drop it.

    It is no dataclass on purpose: encoders and debuggers print the fields of dataclasses.
    """

    __slots__ = ("_is_public", "_number", "_version")

    def __init__(self, version: int, number: int, *, is_public: bool) -> None:
        self._version = version
        self._number = number
        self._is_public = is_public

    @property
    def version(self) -> int:
        """The IP version, 4 or 6."""
        return self._version

    @property
    def number(self) -> int:
        """The address as a number."""
        return self._number

    @property
    def is_public(self) -> bool:
        """Whether it belongs to a network that a database can know."""
        return self._is_public

    def __eq__(self, other: object) -> bool:
        """Whether both are the same address of the same version."""
        if not isinstance(other, Address):
            return NotImplemented
        return (self._version, self._number) == (other._version, other._number)

    def __hash__(self) -> int:
        return hash((self._version, self._number))

    def __repr__(self) -> str:
        """The same words for every address."""
        return "<address withheld>"

    __str__ = __repr__

    def __reduce__(self) -> NoReturn:
        """Refuse to be pickled: an address is never stored and never leaves the process.

        Raises:
            TypeError: always.
        """
        raise TypeError("an address is never stored")


def parse_address(text: str) -> Address | None:
    """The address that `text` is, or None if it is none.

    Accepts IPv4, IPv6, brackets around IPv6, and a port; no spaces, no leading zeros, no shortened IPv4.
    A scoped address (`fe80::1%eth0`) is meant for one link and so is never public.

    >>> parse_address("[::ffff:8.8.8.8]:443") == parse_address("8.8.8.8")
    True
    """
    if len(text) <= _LONGEST and (plain := _four(text)) is not None:  # most of them
        return _address(4, plain)
    host = host_of(text)
    return None if host is None else address_of(host)


def address_of(host: Host) -> Address:
    """The address of a host, in its canonical form."""
    version, number, is_scoped = host
    if version == 4:
        return _address(4, number)
    return Address(6, number, is_public=False) if is_scoped else _from_six(number)


def host_of(text: str) -> Host | None:
    """The host that `text` names, as it is written; None if it is no address.

    Only an IPv4 address that a system writes as IPv6 (`::ffff:a.b.c.d`) is taken out: it is the same host. A
    6to4 or NAT64 address holds the address of somebody, but it is not theirs, and must not get their trust.
    """
    if len(text) > _LONGEST:
        return None
    if (plain := _four(text)) is not None:  # much faster than the pattern
        return 4, plain, False
    match = _HOST_AND_PORT.fullmatch(text)
    if match is None or int(match["port4"] or match["port6"] or 0) > 0xFFFF:
        return None
    try:
        if match["four"] is not None:
            number = _four(match["four"])
            return None if number is None else (4, number, False)
        number = int(IPv6Address(match["six"] or match["bare"]))
    except ValueError:  # its message holds the address, so it ends here
        return None
    if match["zone"] or match["bare_zone"]:
        return 6, number, True
    return (4, number & 0xFFFF_FFFF, False) if number >> 32 == _MAPPED else (6, number, False)


def _four(text: str) -> int | None:
    """The number of an IPv4 address in four decimal parts, each in its shortest form; None for anything else."""
    try:
        one, two, three, four = text.split(".")
        return _OCTETS[one] << 24 | _OCTETS[two] << 16 | _OCTETS[three] << 8 | _OCTETS[four]
    except (KeyError, ValueError):
        return None


def dotted(number: int) -> str:
    """The text of an IPv4 address, for a look-up and nothing else."""
    one, two, three, four = number >> 24, number >> 16 & 255, number >> 8 & 255, number & 255
    return f"{_WRITTEN[one]}.{_WRITTEN[two]}.{_WRITTEN[three]}.{_WRITTEN[four]}"


def _from_six(number: int) -> Address:
    """The IPv4 address inside, where there is one; else the address itself."""
    if number >> 32 == _NAT64:
        return _address(4, number & 0xFFFF_FFFF)
    if number >> 112 == _SIX_TO_FOUR:
        return _address(4, number >> 80 & 0xFFFF_FFFF)
    return _address(6, number)


def _address(version: int, number: int) -> Address:
    is_in_a_network = bisect_right(_BOUNDS[version], number) % 2 == 1
    return Address(version, number, is_public=not is_in_a_network)
