"""Places: ISO 3166 codes, named territories with dated members, and the places a reader may be in.

Theory: a place is the finest ISO 3166 code that is known: a country (`UA`) or a subdivision (`UA-43`).
Codes nest (`GB-LND` < `GB-ENG` < `GB`), so a coarse code stands for every part of it, known or unnamed.
A named territory is a dated list of codes, each wholly or partly in it; a place partly in it is *maybe*.
The list follows control or membership, recognises nobody, and says where it comes from. A country code
does not include parts that have country codes of their own: Martinique is `MQ`, never `FR`.

Where it is known on which side of a line a reader is, the place is a *piece* of a code: `UA-14/+held` lies
in the territory (or drawn area) `held`, `UA-63/-held` does not. A mark settles a membership, whatever its
extent; a coarse piece hands its marks down to every part of it.

Source: ISO 3166-1 and ISO 3166-2, through the table in `iso3166`; RFC 7946 (GeoJSON) for areas.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from functools import lru_cache
from typing import Final

from compliance.model.iso3166 import ALIASES, COUNTRIES, NESTED, SUBDIVISIONS, UNKNOWN_CODES
from compliance.model.period import Period
from compliance.model.truth import FALSE, TRUE, UNKNOWN, Truth, any_of

_IF_WRITTEN: Final = {"if_written": True}
"""Marks fields that the meaning of a rule set holds only where somebody wrote them, so that old ones keep theirs."""
PLACES: Final[frozenset[str]] = frozenset(COUNTRIES) | frozenset(
    f"{country}-{part}" for country, parts in SUBDIVISIONS.items() for part in parts.split()
)
"""Every code that names a place: countries and their subdivisions."""

_PARENT: Final[dict[str, str]] = {
    f"{parent.partition('-')[0]}-{child}": parent for parent, children in NESTED.items() for child in children.split()
}


def place(text: str) -> str | None:
    """The code that this product uses for `text`, or None if it is no code of the table.

    Letter case and an underscore for the hyphen are forgiven; aliases are followed (`uk` gives `GB`).
    Letters that are not ASCII never make a code, not even where their capital does (`ß` is no South Sudan).

    >>> place("RU-CR")
    'UA-43'
    """
    if not text.isascii():
        return None
    code = text.strip().upper().replace("_", "-")
    code = ALIASES.get(code, code)
    return code if code in PLACES else None


def says_nothing(text: str) -> bool:
    """Whether `text` is what vendors send when they do not know the place (`XX`, `T1`, `ZZ`, empty)."""
    return text.strip().upper() in UNKNOWN_CODES


MARK: Final = "/"
PIECE: Final = re.compile(r"[A-Z]{2}(-[A-Z0-9]{1,3})?(/[+-][A-Za-z0-9][A-Za-z0-9.-]*)*")


def piece(code: str, inside: Iterable[str] = (), outside: Iterable[str] = ()) -> str:
    """The piece of a code that lies in some territories or areas and not in others; without any, the code.

    What is said to be both inside and outside is not known, and left out.

    >>> piece("UA-63", outside=["held"])
    'UA-63/-held'
    """
    within_, without = set(inside), set(outside)
    marks = [f"+{name}" for name in within_ - without] + [f"-{name}" for name in without - within_]
    return MARK.join((code, *sorted(marks)))


def code_of(where: str) -> str:
    """The ISO 3166 code of a place: itself, or that which it is a piece of."""
    return where.partition(MARK)[0]


def is_place(where: str) -> bool:
    """Whether a text is a code of the table, or a piece of one; whether there are such territories is not asked."""
    return code_of(where) in PLACES and PIECE.fullmatch(where) is not None


@lru_cache(maxsize=8192)
def marks_of(where: str) -> Mapping[str, bool]:
    """For each territory or area that is settled for a place, whether the place lies in it."""
    return {mark[1:]: mark[0] == "+" for mark in where.split(MARK)[1:]}


def handed_down(code: str, where: str) -> str:
    """The part `code` of a place, with the marks of that place."""
    return code + where[len(code_of(where)) :]


@lru_cache(maxsize=8192)
def lineage(code: str) -> tuple[str, ...]:
    """The place itself and every code that contains it, finest first.

    >>> lineage("GB-LND")
    ('GB-LND', 'GB-ENG', 'GB')
    """
    chain = [code]
    if MARK in code:
        chain.append(code_of(code))
    while "-" in chain[-1]:
        chain.append(_PARENT.get(chain[-1]) or chain[-1].partition("-")[0])
    return tuple(chain)


def within(inner: str, outer: str) -> Truth:
    """Whether a reader in `inner` is in `outer`: UNKNOWN where `inner` is the coarser of the two."""
    if outer in lineage(inner):
        return TRUE
    return UNKNOWN if code_of(inner) in lineage(outer) else FALSE


class Extent(StrEnum):
    """How much of a member's code lies in the territory."""

    WHOLE = "whole"
    PARTLY = "partly"


@dataclass(frozen=True, slots=True)
class Area:
    """The drawn outline of some members of a territory.

    `polygons` are those of a GeoJSON MultiPolygon: for each its outer ring, then its holes, each ring a closed
    list of (longitude, latitude) in degrees. The true line runs within `margin_km` of the drawn one.
    """

    id: str
    polygons: tuple[tuple[tuple[tuple[float, float], ...], ...], ...]
    margin_km: float = 0.0


@dataclass(frozen=True, slots=True)
class Member:
    """One code of a territory, the days on which it belongs to it, and the area that outlines it there."""

    code: str
    extent: Extent
    period: Period
    area: str | None = field(default=None, metadata=_IF_WRITTEN)

    def holds(self, where: str, territory: str) -> Truth:
        """Whether a reader in `where`, which lies in this member's code, is in the territory."""
        marks = marks_of(where)
        is_in = marks.get(self.area or territory, marks.get(territory))
        if is_in is None:
            return TRUE if self.extent is Extent.WHOLE else UNKNOWN
        return TRUE if is_in else FALSE


@dataclass(frozen=True, slots=True)
class Territory:
    """A named, dated, sourced list of places, such as `EU` or `ua-russia-controlled`."""

    id: str
    title: str
    members: tuple[Member, ...]
    zone: str | None = None
    areas: tuple[Area, ...] = field(default=(), metadata=_IF_WRITTEN)
    labelled_as: tuple[str, ...] = field(default=(), metadata=_IF_WRITTEN)
    """Countries that makers of databases may name for places in it."""
    time_zones: tuple[str, ...] = field(default=(), metadata=_IF_WRITTEN)
    """IANA time zones that are evidence of a place in it."""

    def members_on(self, day: date) -> tuple[Member, ...]:
        """The members that belong to the territory on `day`, in file order."""
        return tuple(member for member in self.members if day in member.period)

    def contains(self, code: str, day: date) -> Truth:
        """Whether a reader in a place is in the territory on `day`."""
        return any_of(self._membership(code, member) for member in self.members_on(day))

    def _membership(self, where: str, member: Member) -> Truth:
        truth = within(where, member.code)
        if truth is FALSE:
            return FALSE
        held = member.holds(where, self.id)
        return held if truth is TRUE or held is FALSE else UNKNOWN


@dataclass(frozen=True, slots=True)
class LocationSet:
    """The places a reader may be in, and how we know; it never holds an address, city or coordinates.

    `places` are codes of the table, or pieces of them; with `anywhere` the reader may be at any place whatever, and
    `places` are only what the sources named, kept so that a person can see why nothing was settled.
    `basis` says in a few words what the set rests on.
    """

    places: frozenset[str] = field(default_factory=frozenset)
    anywhere: bool = False
    basis: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Refuse an empty set: a reader is always somewhere.

        Raises:
            ValueError: no place is given and `anywhere` is not set, or a code is not in the table.
        """
        if not self.places and not self.anywhere:
            msg = "a reader is always somewhere: give a place, or anywhere"
            raise ValueError(msg)
        if not self.places <= PLACES and not all(map(is_place, self.places)):
            msg = "a code is not in the table of places"  # not repeated: it may be a reader's address
            raise ValueError(msg)

    @classmethod
    def of(cls, codes: Iterable[str], *basis: str) -> LocationSet:
        """The reader is in one of `codes`."""
        return cls(frozenset(codes), anywhere=False, basis=basis)

    @classmethod
    def unknown(cls, *basis: str, named: Iterable[str] = ()) -> LocationSet:
        """The reader may be anywhere; `named` are places that a source spoke of."""
        return cls(frozenset(named), anywhere=True, basis=basis)

    @property
    def codes(self) -> frozenset[str]:
        """The codes of the places, without what is known of pieces."""
        return frozenset(map(code_of, self.places))

    def __or__(self, other: LocationSet) -> LocationSet:
        """The reader is in one of either: widening never loses a place."""
        return LocationSet(
            self.places | other.places,
            anywhere=self.anywhere or other.anywhere,
            basis=tuple(dict.fromkeys(self.basis + other.basis)),
        )
