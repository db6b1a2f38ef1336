"""Where the reader may be: from what the sources say to a set of possible places.

Theory: a wrong *no* hides a notice, a wrong *maybe* only shows one. So sources are joined by **union**, and
each kind can exclude only what it knows:

1. Registration is not location. Registries alone settle a country when at least two speak, none is silent
   and all name the same one. Beside a source that locates they only add countries that it does not name.
2. A source that locates (a city database, a CDN) excludes what lies outside the circle that it names.
3. Makers label disputed places in opposite ways. A country without a region stands for every territory that
   may be labelled so; a region of another country's code (`RU-CR` is `UA-43`) stands for either; where a
   circle touches a drawn area, its members are added, whatever the label says.
4. Where a circle lies wholly inside or outside of an area, the place is the piece of its code that lies
   there. A label that says a wholly held region is not argued away by coordinates.
5. Whoever is behind Tor or an anonymous proxy, or is not known to the source itself, may be anywhere. Behind
   a VPN, a relay or a data centre too, but what was named is kept, so that a person sees why.
6. What an overlay removes is taken out of what the sources name, and never out of what an overlay adds.
7. Silence is no evidence. Adding a silent source, or a doubt, never takes a place away.

What is returned holds places and a few words, never a number, city or coordinate.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from typing import Final

from compliance.geo.atlas import Atlas, Part, Sides
from compliance.geo.observation import BLIND, WIDENING, Flag, Kind, Observation
from compliance.geo.overlay import NOTHING_OVERLAID, Overlaid
from compliance.geo.records import STALE_DAYS
from compliance.model.iso3166 import COUNTRIES
from compliance.model.territory import PLACES, Extent, LocationSet, Member, code_of, lineage, marks_of, piece, place
from compliance.model.truth import FALSE, TRUE, Truth

_BySide = Mapping[str, Truth]
MOST_KEPT: Final = 65_536
_TOO_OLD: Final = f"is older than {STALE_DAYS} days: its regions do not count"
_NO_ATLAS: Final = Atlas()


def locate(
    observations: Sequence[Observation],
    atlas: Atlas = _NO_ATLAS,
    day: date = date.max,
    overlaid: Overlaid = NOTHING_OVERLAID,
) -> LocationSet:
    """The places where a reader may be of whom the sources say this.

    Args:
        observations: what every source says that was asked, silent ones among them.
        atlas: what the territories of the rule set say of coordinates and labels.
        day: the day for whose members labels stand.
        overlaid: what the operator's own table says of the network.

    >>> locate([]).basis
    ('no record',)
    """
    said = tuple([_key(each, atlas) for each in observations])
    key = (day, None if overlaid is NOTHING_OVERLAID else overlaid, said)
    found = atlas.kept.get(key)
    if found is None:
        if len(atlas.kept) >= MOST_KEPT:
            atlas.kept.clear()
        found = atlas.kept[key] = _located([_Said(*each) for each in said], atlas, day, overlaid)
    return found


def _key(
    said: Observation, atlas: Atlas
) -> tuple[str, Kind, str | None, str | None, Sides | None, str | None, frozenset[Flag]]:
    """All of an observation that counts, no finer than that: on which side of which line, not where."""
    point, zone = said.point, said.time_zone
    sides = None if point is None or said.kind is Kind.REGISTRATION else atlas.sides(point)
    return (
        said.source,
        said.kind,
        said.country,
        said.subdivision,
        sides,
        zone if zone in atlas.zoned else None,
        said.flags,
    )


def _located(observations: Sequence[_Said], atlas: Atlas, day: date, overlaid: Overlaid) -> LocationSet:
    found = _beyond_located([_seen(each, atlas, day) for each in observations])
    flags = frozenset[Flag]().union(*(each.flags for each in observations))
    named = frozenset[str]().union(*(each.places for each in found))
    added = frozenset(each for name in overlaid.adds for each in members_of(name, atlas, day))
    if doubts := flags & (BLIND | WIDENING):
        words = (f"said to be {each.value}" for each in sorted(doubts))
        return LocationSet.unknown(*words, named=_codes(named | added))
    is_settled, basis = _settled(found)
    if not is_settled:
        return LocationSet.unknown(*basis, *overlaid.basis, named=_codes(named | added))
    told = (*basis, *(words for each in found for words in each.basis), *overlaid.basis)
    left = _coarsest(_without(overlaid.removes, named, atlas))  # apart: a code does not stand for what was taken out
    return LocationSet.of(left | _coarsest(added), *dict.fromkeys(told))


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
    if subdivision and part_of(home, subdivision) is None:
        return LocationSet.of({home}, "place given", "no known subdivision given")
    part = part_of(home, subdivision) if subdivision else None
    return LocationSet.of(_labels(home, part), "place given")


def part_of(country: str, subdivision: str) -> str | None:
    """The code of a subdivision that is given as `43` or as `UA-43`; `CR` of `RU` is `UA-43`."""
    # A short code is the country's own or none: `DE` in Russia would otherwise be Germany.
    is_full = "-" in subdivision.replace("_", "-")
    return place(subdivision) if is_full else place(f"{country}-{subdivision}")


def contradicts(said: Observation, atlas: Atlas, day: date) -> bool:
    """Whether a source says one region and coordinates, or a time, that lie in another territory."""
    return _contradicts(_Said(*_key(said, atlas)), atlas, day)


@lru_cache(maxsize=65_536)
def _contradicts(said: _Said, atlas: Atlas, day: date) -> bool:
    seen = _seen(said, atlas, day)
    return any(words.startswith(f"{said.source}: ") for words in seen.basis)


# -- one source -------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Said:
    """What counts of an observation."""

    source: str
    kind: Kind
    country: str | None
    subdivision: str | None
    sides: Sides | None
    time_zone: str | None
    flags: frozenset[Flag]


@dataclass(frozen=True, slots=True)
class _Seen:
    """What one observation leaves possible, and why that is more than its label says."""

    source: str
    kind: Kind
    country: str | None
    places: frozenset[str]
    basis: tuple[str, ...] = ()


def _seen(said: _Said, atlas: Atlas, day: date) -> _Seen:
    """The places that an observation leaves possible; none if it names none."""
    country = said.country if said.country in COUNTRIES else None
    is_stale = Flag.STALE in said.flags
    part = said.subdivision if said.subdivision in PLACES else None
    sides = {} if said.sides is None else dict(zip(atlas.areas, said.sides, strict=True))
    places = {each for code in _labels(country, part) for each in _pieces(code, sides, atlas, day)}
    dated = _in_time(said, places, atlas, day)  # of the label alone: what a wide circle adds argues no sign away
    if is_stale:  # what it says of regions and lines may still add places, and settles nothing
        places = {lineage(code)[-1] for code in _labels(country, part)}
    basis = [f"{said.source} {_TOO_OLD}"] if is_stale and said.kind is Kind.LOCATION else []
    basis += _touched(said.source, places, sides, atlas, day)
    if country is not None and (part is None or is_stale):
        basis += _labelled_so(country, places, {} if is_stale else sides, atlas, day)
    for name, members in dated.items():
        if any(places.isdisjoint(lineage(each)) for each in members):
            places |= members
            basis.append(f"{said.source}: has the time of {name}")
    home = country or (lineage(part)[-1] if part else None)
    return _Seen(said.source, said.kind, home, frozenset(places), tuple(basis))


def _labels(country: str | None, part: str | None) -> frozenset[str]:
    """The country, or its part where that is known, or both where the part has another country's code."""
    if part is None:
        return frozenset() if country is None else frozenset({country})
    return frozenset({part} if country is None or country in lineage(part) else {country, part})


def _pieces(code: str, sides: _BySide, atlas: Atlas, day: date) -> Iterator[str]:
    """A labelled code as finely as drawn areas tell: itself, or its pieces inside and outside of them."""
    inside: dict[str, set[str]] = {code: set()}
    for area in (area for area, side in sides.items() if side is TRUE):
        parts = [part.member.code for part in _active(atlas.outlined[area], day)]
        for here in list(inside):
            if not set(lineage(here)).isdisjoint(parts):
                inside[here].add(area)
            elif finer := [part for part in parts if here in lineage(part)]:
                marks = inside.pop(here)
                inside.update({part: marks | {area} for part in finer})
    for here, within in inside.items():
        yield piece(here, within, _outside(here, sides, atlas, day))


def _outside(code: str, sides: _BySide, atlas: Atlas, day: date) -> Iterator[str]:
    """The areas that a place lies outside of, where that tells something: not where all of its code lies within."""
    for area in (area for area, side in sides.items() if side is FALSE):
        near = [part.member for part in _active(atlas.outlined[area], day) if _meet(part.member.code, code)]
        is_whole = any(each.extent is Extent.WHOLE and each.code in lineage(code) for each in near)
        if near and not is_whole:
            yield area


def _touched(source: str, places: set[str], sides: _BySide, atlas: Atlas, day: date) -> Iterator[str]:
    """Adds the members of every area that a circle reaches and that no labelled place could be in; says so."""
    for area in (area for area, side in sides.items() if side is not FALSE):
        parts = _active(atlas.outlined[area], day)
        if not any(_meet(part.member.code, code_of(where)) for part in parts for where in places):
            places |= {_in(part, area) for part in parts}
            yield f"{source}: within reach of {area}"


def _labelled_so(country: str, places: set[str], sides: _BySide, atlas: Atlas, day: date) -> Iterator[str]:
    """Adds the members of every territory in which makers may name that country; says so."""
    for name in atlas.labelled.get(country, ()):
        parts = _active(atlas.parts[name], day)
        found = {_in(part, name) for part in parts if sides.get(part.member.area or "") is not FALSE}
        if not found <= places:
            places |= found
            yield f"{country} without a region may be {name}"


def _in_time(said: _Said, places: Iterable[str], atlas: Atlas, day: date) -> dict[str, frozenset[str]]:
    """The members of every territory whose time the source says, unless it places the reader surely in there."""
    found = {}
    for name in atlas.zoned.get(said.time_zone or "", ()):
        members = [part.member for part in _active(atlas.parts[name], day)]
        if not any(_is_surely_in(where, member, name) for member in members for where in places):
            found[name] = members_of(name, atlas, day)
    return found


def _is_surely_in(where: str, member: Member, territory: str) -> bool:
    """Whether a place lies in a member, and that in the territory: not where coordinates are near or beyond a line."""
    return member.code in lineage(where) and member.holds(where, territory) is TRUE


# -- members ----------------------------------------------------------------------------------------------


def members_of(name: str, atlas: Atlas, day: date) -> frozenset[str]:
    """The places where somebody in a territory may be on a day, or the code itself; none if it is neither."""
    if name in atlas.parts:
        return frozenset(_in(part, name) for part in _active(atlas.parts[name], day))
    return frozenset({name} & PLACES)


def _active(parts: Iterable[Part], day: date) -> list[Part]:
    return [part for part in parts if day in part.member.period]


def _in(part: Part, mark: str) -> str:
    """The member's code, or the piece of it that lies in a territory or area."""
    return part.member.code if part.member.extent is Extent.WHOLE else piece(part.member.code, {mark})


def _meet(one: str, other: str) -> bool:
    """Whether one of two codes contains the other."""
    return one in lineage(other) or other in lineage(one)


def _beyond_located(found: Sequence[_Seen]) -> list[_Seen]:
    """Without registries of a country that was located: they know less of the same."""
    located = {each.country for each in found if each.kind is Kind.LOCATION}
    return [
        replace(each, places=frozenset(), basis=())
        if each.kind is Kind.REGISTRATION and each.country in located
        else each
        for each in found
    ]


# -- all sources ------------------------------------------------------------------------------------------


def _settled(found: Sequence[_Seen]) -> tuple[bool, tuple[str, ...]]:
    """Whether what was named is all that is possible, and why."""
    speaking = [each for each in found if each.country]
    if not speaking:
        return False, ("no record",)
    countries = sorted({each.country for each in speaking if each.country})
    located = [each for each in speaking if each.kind is Kind.LOCATION]
    if located:
        known = {each.country for each in located}
        others = [country for country in countries if country not in known]
        also = f"; registered in {', '.join(others)}" if others else ""
        return True, (f"{_names(located)} {'locates' if len(located) == 1 else 'locate'} it{also}",)
    if len(countries) > 1:
        return False, (f"sources differ: {', '.join(countries)}",)
    registries = sum(each.kind is Kind.REGISTRATION for each in found)
    if len(speaking) < 2 or len(speaking) < registries:
        return False, (f"only {_names(speaking)} has a record: {', '.join(countries)}",)
    return True, (f"{_names(speaking)} agree",)


def _names(seen: Sequence[_Seen]) -> str:
    """The sources, as a person lists them."""
    *others, last = dict.fromkeys(each.source for each in seen)
    return f"{', '.join(others)} and {last}" if others else last


def _codes(places: Iterable[str]) -> frozenset[str]:
    return frozenset(map(code_of, places))


def _coarsest(places: Collection[str]) -> frozenset[str]:
    """Without the places that lie in another one: a coarse code makes the finer ones superfluous."""
    every = frozenset(places)
    return frozenset(each for each in every if every.isdisjoint(lineage(each)[1:]))


def _without(removes: Collection[str], places: frozenset[str], atlas: Atlas) -> frozenset[str]:
    """The places, none of them in a territory that an overlay takes away."""
    for name in removes:
        codes = [part.member.code for part in atlas.parts.get(name, ())]
        places = frozenset(_taken_out(each, name) if _meets_any(each, codes) else each for each in places)
    return places


def _meets_any(where: str, codes: Iterable[str]) -> bool:
    return any(_meet(code_of(where), code) for code in codes)


def _taken_out(where: str, territory: str) -> str:
    """The place without what is known of a territory and its areas, but that it is not in it."""
    marks = {name: is_in for name, is_in in marks_of(where).items() if name.partition(".")[0] != territory}
    inside = [name for name, is_in in marks.items() if is_in]
    outside = [name for name, is_in in marks.items() if not is_in]
    return piece(code_of(where), inside, [*outside, territory])
