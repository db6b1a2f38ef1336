"""A reader as a caller describes one, to places: an address is looked up, codes are taken at their word.

Theory: whoever asks says where the reader is in one way, and a slip in it is told, never ignored: what was
ignored might have been the place. What was written is not repeated, for it may be an address. Where a request
itself is to say who the reader is and does not, the reason is said, and no address with it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from ipaddress import IPv4Address, IPv6Address
from typing import Final

import msgspec

from compliance.errors import Problem, RequestError
from compliance.geo import (
    Address,
    Atlas,
    Client,
    Databases,
    Evidence,
    ProxyTrust,
    cdn_evidence,
    client_address,
    from_place,
    locate,
    observed,
    parse_address,
)
from compliance.geo.overlay import NOTHING_OVERLAID
from compliance.language.given import code_help
from compliance.model.iso3166 import COUNTRIES
from compliance.model.territory import LocationSet, place, says_nothing

NOT_SAID: Final[Mapping[str, str]] = {
    "untrusted-peer": "passed on by a proxy that is not trusted",
    "missing-header": "the trusted proxy sent no header that names the reader",
    "no-reader": "the trusted proxy named nobody who could be the reader",
}
"""Why a request does not say who the reader is, for metrics and in words; neither holds anything of the request."""

_ADDRESS_HELP: Final = (
    "give one IPv4 or IPv6 address, and no name, network or list; leave `reader` out if nobody knows it"
)


class Reader(msgspec.Struct, frozen=True):
    """What is known of where the reader is; left out, the reader may be anywhere.

    `address` is an IP address; it is used once and never kept. `country` and `subdivision` are ISO 3166
    codes. An address and a place together are refused: one of them would have to be ignored. `evidence` is
    what headers say whom the operator trusts, beside the address. `because` is why nothing is known, in words
    without an address.
    """

    address: str | IPv4Address | IPv6Address | None = None
    country: str | None = None
    subdivision: str | None = None
    evidence: tuple[Evidence, ...] = ()
    because: str = "no place given"

    def __repr__(self) -> str:
        """The place that was given, never the address."""
        return f"Reader(country={self.country!r}, subdivision={self.subdivision!r})"


@dataclass(frozen=True, slots=True)
class Sender:
    """The reader whom a request came from, how the address was found, and what came of it in one word.

    `result` is a key of `NOT_SAID`, `place` (a CDN told the place alone), `not-public` or `address`.
    """

    reader: Reader
    client: Client = field(repr=False)
    result: str


def sender(peer: str | None, headers: Sequence[tuple[str, str]], trust: ProxyTrust) -> Sender:
    """The reader whom a request came from, as far as trusted proxies name the address and a CDN the place.

    Args:
        peer: the address that the connection came from; None, `""` or `unix:` for a unix socket.
        headers: names and values in the order of the request, one pair for each line.
        trust: which peers are proxies, and what is believed of theirs.
    """
    client = client_address(peer, headers, trust)
    evidence = cdn_evidence(client, peer, headers, trust)
    if client.address is not None:
        reader = Reader(address=_number(client.address), evidence=evidence)
        return Sender(reader, client, "address" if client.address.is_public else "not-public")
    if evidence:
        return Sender(Reader(evidence=evidence), client, "place")
    if not trust.covers(peer):
        result = "untrusted-peer"
    else:
        is_there = any(name.lower() == trust.header for name, _ in headers)
        result = "no-reader" if is_there else "missing-header"
    return Sender(Reader(because=NOT_SAID[result]), client, result)


def _number(address: Address) -> IPv4Address | IPv6Address:
    return IPv4Address(address.number) if address.version == 4 else IPv6Address(address.number)


def where(reader: Reader, databases: Databases, atlas: Atlas, day: date, today: date | None = None) -> LocationSet:
    """The places where the reader may be.

    Args:
        reader: what is known of the place.
        databases: the sources that are asked about an address.
        atlas: what the territories of the rule set say of coordinates and labels.
        day: the day whose territories and overlays count.
        today: the day from which the age of databases counts; left out, `day`.

    Raises:
        RequestError: the address is none, a code is neither a place nor a vendor's "not known", or both
            are given.
    """
    if problems := _reader_problems(reader):
        raise RequestError(problems)
    if reader.country is not None or reader.subdivision is not None:
        return _given_place(reader)
    today = today or day
    said = tuple([observed(each, today) for each in reader.evidence])
    if reader.address is None:
        return locate(said, atlas, day) if said else LocationSet.unknown(reader.because)
    address = parse_address(str(reader.address))
    if address is None:
        raise RequestError([Problem("this is not an IP address", where="reader.address", help=_ADDRESS_HELP)])
    overlaid = databases.overlaid(address, day, today)
    if not address.is_public and not said and overlaid is NOTHING_OVERLAID:
        return LocationSet.unknown("not a public address")
    return locate((*databases.observations(address, today), *said), atlas, day, overlaid)


def _reader_problems(reader: object) -> list[Problem]:
    """What is wrong with a reader before anybody looks at the address or the codes."""
    if not isinstance(reader, Reader):
        return [Problem("this is not a reader", where="reader", help="give a `Reader`")]
    if reader.country is None and reader.subdivision is None:
        return []
    places: dict[str, object] = {"country": reader.country, "subdivision": reader.subdivision}
    given = [name for name, code in places.items() if code is not None]
    if reader.address is not None and given:
        help_ = "keep one: the address, or country and subdivision"
        return [Problem("the reader is given in more than one way", where="reader", help=help_)]
    return [
        Problem(f"this is not a {name} code", where=f"reader.location.{name}", help="give it as text")
        for name in given
        if not isinstance(places[name], str)
    ]


def _given_place(reader: Reader) -> LocationSet:
    """The place that a caller named. What was written is not repeated: it may be an address."""
    country, subdivision = reader.country, reader.subdivision
    problems = []
    says_no_country = country is None or says_nothing(country)
    home = None if country is None or says_no_country else place(country)
    if not says_no_country and home not in COUNTRIES:
        problems.append(
            Problem("this is not a country code", where="reader.location.country", help=_country_help(country or ""))
        )
    if subdivision is not None and not says_nothing(subdivision) and not problems:
        is_full = "-" in subdivision.replace("_", "-") or home is None
        part = place(subdivision if is_full else f"{home}-{subdivision}")
        if part is None:
            help_ = "use an ISO 3166-2 code, for example `UA-43`; leave it out if nobody knows"
            problems.append(Problem("this is not a subdivision code", where="reader.location.subdivision", help=help_))
    if problems:
        raise RequestError(problems)
    known = None if subdivision is None or says_nothing(subdivision) else subdivision
    if says_no_country and known is None:
        return LocationSet.unknown("the caller does not know the place")
    return from_place(None if says_no_country else country, known)


def _country_help(text: str) -> str:
    """What to write instead of a text that is no country code."""
    if place(text) is not None:
        return "this is a subdivision: put it under `subdivision`"
    named = None if place(text.partition("-")[0]) else code_help(text)
    return named or "use an ISO 3166-1 code, for example `UA`; leave it out, or write `XX`, if nobody knows"
