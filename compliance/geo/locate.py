"""Where the reader may be: from what the sources say to a set of possible places.

Theory: a wrong *no* hides a notice, a wrong *maybe* only shows one. So:

1. Registration is not location. One source of kind `registration` never excludes a place; the country is
   settled when at least two speak, all of them speak, and all name the same one.
2. A source of kind `location` settles the country where nobody else speaks, or where another source
   agrees with it; unless another such source, or two registration sources that agree, contradict it.
   Where several speak and no two agree, nothing is settled.
3. Everything else is *anywhere*; the countries that were named are kept, so that a person sees why.
4. Silence is no evidence. A silent registration source denies agreement; a silent location source is as
   good as none. Adding a silent source never takes a place away.
5. A subdivision counts only within a settled country, and only if ISO 3166-2 has it. Where makers
   disagree whose it is (`RU-CR` is `UA-43` here), the reader is in the country or in the subdivision.

The address ends here: what is returned holds places and a few words, never a number, city or coordinate.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from compliance.geo.address import Address
from compliance.model.iso3166 import COUNTRIES
from compliance.model.territory import LocationSet, lineage, place

Kind = Literal["registration", "location"]


@dataclass(frozen=True, slots=True)
class Reading:
    """What one source says of one address; None is silence.

    `kind` tells whether the source knows where a network is registered or where its users are.
    """

    source: str
    kind: Kind
    country: str | None = None
    subdivision: str | None = None


@dataclass(frozen=True, slots=True)
class _Opinion:
    """A reading in our own codes: the country it names, and the places it leaves possible."""

    source: str
    country: str
    places: frozenset[str]


def locate(address: Address | None, readings: Sequence[Reading]) -> LocationSet:
    """The places where a reader with this address may be.

    >>> locate(None, []).basis
    ('no address given',)
    """
    if address is None:
        return LocationSet.unknown("no address given")
    if not address.is_public:
        return LocationSet.unknown("not a public address")
    located = _opinions(readings, "location")
    registered = _opinions(readings, "registration")
    everyone = [*located, *registered]
    if not everyone:
        return LocationSet.unknown("no record")
    agreed = _country(registered) if len(registered) > 1 else None
    country = _country(located)
    if country is not None and _outweighs(country, everyone):
        return _settled(located, f"{_names(located)} {'names' if len(located) == 1 else 'agree on'} {country}")
    silent = sum(reading.kind == "registration" for reading in readings) - len(registered)
    if not located and agreed is not None and not silent:
        return _settled(registered, f"{_names(registered)} agree")
    return _unsettled(everyone)


def from_place(country: str | None, subdivision: str | None = None) -> LocationSet:
    """The places that a caller means who names a country, a subdivision (`UA-43`; `43` with `UA`), or both.

    A country that is no code of the table leaves the reader anywhere; a subdivision that is none leaves
    the reader in the country. Whether that was a mistake is for the caller to say.

    >>> sorted(from_place("RU", "RU-CR").places)
    ['RU', 'UA-43']
    """
    if not country and not subdivision:
        return LocationSet.unknown("no place given")
    head, _, rest = (subdivision or "").replace("_", "-").partition("-")
    home = place(country) if country else place(head) if rest else None
    if home is None:
        finer = place(subdivision) if subdivision else None
        return LocationSet.unknown("no known country given", named=() if finer is None else (finer,))
    if subdivision and _part(home, subdivision) is None:
        return LocationSet.of({home}, "place given", "no known subdivision given")
    return LocationSet.of(_places(home, subdivision), "place given")


def _opinions(readings: Iterable[Reading], kind: Kind) -> list[_Opinion]:
    """The readings of one kind that name a country."""
    found = []
    for reading in readings:
        country = place(reading.country) if reading.kind == kind and reading.country else None
        if country in COUNTRIES:
            found.append(_Opinion(reading.source, country, _places(country, reading.subdivision)))
    return found


def _places(country: str, subdivision: str | None) -> frozenset[str]:
    """The country, or its part where that is known, or both where the part has another country's code."""
    part = _part(country, subdivision) if subdivision else None
    if part is None:
        return frozenset({country})
    return frozenset({part}) if country in lineage(part) else frozenset({country, part})


def _part(country: str, subdivision: str) -> str | None:
    """The code of a subdivision that is given as `43` or as `UA-43`; `CR` of `RU` is `UA-43`."""
    # A short code is the country's own or none: `DE` in Russia would otherwise be Germany.
    is_full = "-" in subdivision.replace("_", "-")
    return place(subdivision) if is_full else place(f"{country}-{subdivision}")


def _country(opinions: Sequence[_Opinion]) -> str | None:
    """The country that all of them name, or None."""
    countries = {opinion.country for opinion in opinions}
    return countries.pop() if len(countries) == 1 else None


def _outweighs(country: str, opinions: Sequence[_Opinion]) -> bool:
    """Whether the country is named by two, or by the only one who speaks, and no other country by two."""
    named = Counter(opinion.country for opinion in opinions)
    return named.pop(country) >= min(2, len(opinions)) and all(times < 2 for times in named.values())


def _settled(opinions: Sequence[_Opinion], basis: str) -> LocationSet:
    """In one of the places they name; a coarse code makes the finer ones inside it superfluous."""
    named = frozenset[str]().union(*(opinion.places for opinion in opinions))
    return LocationSet.of((code for code in named if named.isdisjoint(lineage(code)[1:])), basis)


def _unsettled(opinions: Sequence[_Opinion]) -> LocationSet:
    """Anywhere, with the places they named and the reason why none of them counts."""
    named = frozenset[str]().union(*(opinion.places for opinion in opinions))
    countries = sorted({opinion.country for opinion in opinions})
    if len(countries) > 1:
        return LocationSet.unknown(f"sources differ: {', '.join(countries)}", named=named)
    return LocationSet.unknown(f"only {_names(opinions)} has a record: {countries[0]}", named=named)


def _names(opinions: Sequence[_Opinion]) -> str:
    """The sources, as a person lists them."""
    *others, last = (opinion.source for opinion in opinions)
    return f"{', '.join(others)} and {last}" if others else last
