"""Requests through proxies, written briefly: `ask("Name: value", ...)` as a trusted proxy sends it."""

from __future__ import annotations

from collections.abc import Sequence

from compliance.config import Settings
from compliance.geo.address import Address, parse_address
from compliance.geo.client_address import Client, ProxyTrust, client_address

READER = "203.0.113.7"
READER_SIX = "2001:db8:7::7"
FORGED = "198.51.100.66"
PROXY = "192.0.2.1"
PROXY_SIX = "2001:db8:ffff::1"
STRANGER = "203.0.113.99"
NETWORKS = ("192.0.2.0/24", "2001:db8:ffff::/48")


def trust(header: str = "x-forwarded-for", hops: int | None = None, networks: Sequence[str] = NETWORKS) -> ProxyTrust:
    """The trust of an operator whose proxies are in `networks`."""
    more = {} if hops is None else {"trusted_hops": hops}
    return ProxyTrust.of(Settings.of({"trusted_proxies": list(networks), "client_address": header, **more}))


def lines(*headers: str) -> list[tuple[str, str]]:
    """Headers as pairs: "X-Forwarded-For: 192.0.2.1" is one."""
    pairs = [header.partition(":") for header in headers]
    return [(name, value.strip(" ")) for name, _, value in pairs]


def joined(headers: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    """Headers as WSGI gives them: several lines of one name are one, with commas."""
    found: dict[str, str] = {}
    for name, value in headers:
        key = name.title()
        found[key] = f"{found[key]}, {value}" if key in found else value
    return list(found.items())


def ask(*headers: str, peer: str | None = PROXY, by: ProxyTrust | None = None) -> Client:
    """The reader of a request from a peer, a trusted proxy if nothing else is said."""
    return client_address(peer, lines(*headers), trust() if by is None else by)


def address(text: str | None) -> Address | None:
    """What is expected: an address, or None for unknown."""
    found = None if text is None else parse_address(text)
    assert text is None or found is not None
    return found
