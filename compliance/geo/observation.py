"""What one source says of one request: evidence as it came, and an observation in our own words.

Theory: sources differ in layout and in what they know, never in what can be asked of them. So what came
(a record of a database, a header of a CDN, a line of an overlay) stays *evidence*, with where it came
from; reading it gives an *observation* of at most a country, a subdivision, a point with a radius, a time
zone, and flags that take trust away. What cannot be read is left out: silence never excludes a place.
Nobody can print either of them by accident: a raw record names cities and coordinates.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from typing import Final

import msgspec


class Kind(StrEnum):
    """What a source knows: where a network is registered, or where those who use it are."""

    REGISTRATION = "registration"
    LOCATION = "location"


class Trust(StrEnum):
    """Why a source is believed at all."""

    DATABASE = "database"  # a file of the operator or of the package, checked when it was opened
    PEER = "peer"  # a header of a peer that the operator trusts
    CALLER = "caller"  # said by whoever asks


class Flag(StrEnum):
    """What takes trust away from a named place."""

    TOR = "tor"
    ANONYMOUS = "anonymous"  # a proxy whose users are anywhere
    NOT_KNOWN = "not-known"  # the source says that it does not know: `XX`, `ZZ`, a satellite, many places at once
    VPN = "vpn"
    RELAY = "relay"
    HOSTING = "hosting"
    STALE = "stale"  # so old that only its country counts


BLIND: Final = frozenset({Flag.TOR, Flag.ANONYMOUS, Flag.NOT_KNOWN})
"""Whatever place is named beside them is not the reader's."""
WIDENING: Final = frozenset({Flag.VPN, Flag.RELAY, Flag.HOSTING})
"""The named place is one of those where the reader may be, and there are others."""


class Point(msgspec.Struct, frozen=True):
    """Degrees north and east, and how far from there (in km) the reader may be; never shown."""

    latitude: float
    longitude: float
    radius_km: float

    def __repr__(self) -> str:
        """The same words for every point."""
        return "Point()"


class Evidence(msgspec.Struct, frozen=True):
    """What a source said, as it came; never shown.

    `schema` names how to read `raw` (`maxmind`, `flat`, `ipinfo`, `asn`, or a CDN such as `cloudflare`);
    `build` is the day on which the data was made, where it has one.
    """

    source: str
    kind: Kind
    schema: str
    raw: Mapping[str, object]
    build: date | None = None
    trust: Trust = Trust.DATABASE

    def __repr__(self) -> str:
        """Where it came from, and nothing of what it says."""
        return f"Evidence(source={self.source!r}, kind={self.kind!r}, schema={self.schema!r}, trust={self.trust!r})"


class Observation(msgspec.Struct, frozen=True):
    """What a piece of evidence means; None is silence.

    `country` is an ISO 3166-1 code and `subdivision` a full ISO 3166-2 code (`UA-43`), in our own table and
    perhaps of another country than `country`: makers disagree whose a place is. Where a record names several regions
    of that other country, it is that country (`UA` beside `RU`). Both are never a guess.
    """

    source: str
    kind: Kind
    country: str | None = None
    subdivision: str | None = None
    point: Point | None = None
    time_zone: str | None = None
    flags: frozenset[Flag] = frozenset()

    def __repr__(self) -> str:
        """What it means, without where that is on a map."""
        shown = {"source": self.source, "kind": self.kind, "country": self.country, "subdivision": self.subdivision}
        return f"Observation({', '.join(f'{name}={each!r}' for name, each in shown.items())}, flags={self.flags!r})"

    @property
    def is_silent(self) -> bool:
        """Whether nothing was said, not even that nothing is known."""
        return not (self.country or self.subdivision or self.point or self.time_zone or self.flags)
