"""The decisions on many pages as one table: from a page and a place that a CDN names to notices that are ready.

Theory: at the edge nothing is decided, only looked up, so all that may be looked up has to stand there, and what does
not stand there has to be answered too.

1. What a CDN says of a place is taken as the service takes it: `RU` without a region may be Crimea, `XX` may be
   anywhere. So a code stands for a set of places, and codes whose sets no rule tells apart are one *class*.
2. A page has one *row* of fragments, one for each class. Classes in which every page has the same fragments are one
   zone: zones of the edge are coarser than those of the rules, for they are told apart by what readers see alone.
3. Zone 0 is that of readers of whom nobody knows the place. It has whatever may be due anywhere, in its conditional
   words, and is never empty for want of knowledge. What is no code, or is left out, is in it.
4. A page that the table does not know has the row of its site: what may be due on any page of it, whatever it says. A
   site that the table does not know has the row of a page of which nothing is known.
5. When the time of a table is over, its zones count no more: something is due elsewhere, or otherwise. Then pages have
   what may be due on any page of their site for a reader of whom nobody knows the place, before the change and after.

A fragment is named by its digest, and a zone by a number, which is nobody's business but the server's.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from typing import Final

from compliance.engine.zones import Zones
from compliance.model.territory import LocationSet

NOBODY_KNOWS: Final = 0
"""The class and the zone of readers of whom nobody knows the place."""
_COUNTRY: Final = re.compile("[A-Z]{2}")
_REGION: Final = re.compile("[A-Z0-9]{1,3}")
_WITH_COUNTRY: Final = re.compile("[A-Z]{2}-")
_HEX: Final = 16


@dataclass(frozen=True, slots=True)
class Classes:
    """The places that rules can tell apart, as a CDN names them.

    `of_code` has the class of each code, and `locations` for each class a location that stands for it; the first is
    that of readers of whom nobody knows the place.
    """

    of_code: Mapping[str, int]
    locations: tuple[LocationSet, ...]

    @classmethod
    def of(cls, zones: Zones, locations: Mapping[str, LocationSet]) -> Classes:
        """The classes of codes.

        Args:
            zones: the places that the rules tell apart on the law days.
            locations: for each code, as a CDN may write it, where a reader may be then.
        """
        numbers: dict[Hashable, int] = {None: NOBODY_KNOWS}
        found = [LocationSet.unknown()]
        of_code = {}
        for code, location in locations.items():
            alike = None if location.anywhere else frozenset(zones.of_place.get(each, each) for each in location.places)
            if alike not in numbers:
                numbers[alike] = len(found)
                found.append(location)
            of_code[code] = numbers[alike]
        return cls(of_code, tuple(found))


@dataclass(frozen=True, slots=True)
class Row:
    """What one page shows: its name at the edge, and the HTML for each class of places."""

    name: str
    fragments: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Basis:
    """What a table rests on: the digests of its rule set, the day (UTC), and when it ends.

    `valid_until` is the first instant (UTC) at which something in it may differ, or None if none is foreseen.
    """

    meaning: str
    source: str
    as_of: date
    preview: bool
    valid_until: datetime | None


@dataclass(frozen=True)
class EdgeTable:
    """Which fragment each page has in each zone.

    There are `zone_count` zones. `zone_of` has the zone of each country, and of each other code that is in another
    zone than its country; what is in zone 0 is left out. `rows` has for each different row the names of its fragments
    by zone. `row_of` has the number of the row of each page, `row_of_site` that of any other page of a site, and
    `row_of_any` that of all the rest.
    """

    basis: Basis
    zone_count: int
    zone_of: Mapping[str, int]
    rows: tuple[tuple[str, ...], ...]
    row_of: Mapping[str, int]
    row_of_site: Mapping[str, int]
    row_of_any: int
    when_over: Mapping[str, str]
    """The name of the fragment for the pages of each site once the table is over; of any other site under `""`."""
    fragments: Mapping[str, str]
    fallback: str
    """All that may be due on any page anywhere, for whoever can look nothing up."""

    def zone(self, country: str | None, region: str | None = None) -> int:
        """The zone of a reader of whom a CDN says this, whatever it is.

        Args:
            country: the header with the country.
            region: that with the region, as `43`, `UA-43` or `ua43`, if the CDN sends one.
        """
        home, part = (_capitals((each or "").strip(" \t")) for each in (country, region))
        if not _COUNTRY.fullmatch(home):
            return NOBODY_KNOWS
        bare = part[2:].removeprefix("-") if part.startswith(home) else ""
        if not bare and _WITH_COUNTRY.match(part):
            return NOBODY_KNOWS  # the region of another country: one of the two is wrong
        part = bare or part
        around = self.zone_of.get(home, NOBODY_KNOWS)
        return self.zone_of.get(f"{home}-{part}", around) if _REGION.fullmatch(part) else around

    def find(self, name: str, site: str, zone: int) -> str:
        """The HTML for a page that has a name and belongs to a site, for readers in a zone."""
        row = self.row_of.get(name, self.row_of_site.get(site, self.row_of_any))
        return self.fragments[self.rows[row][zone]]

    def find_when_over(self, site: str) -> str:
        """The HTML for a page of a site once the table is over."""
        return self.fragments[self.when_over.get(site, self.when_over[""])]

    @cached_property
    def digest(self) -> str:
        """Names what the table hands out and where: a cache that has it in its key never mixes two tables."""
        said = [
            [self.basis.meaning, self.basis.as_of.isoformat(), self.basis.preview],
            [sorted(self.zone_of.items()), self.rows, sorted(self.row_of.items())],
            [sorted(self.row_of_site.items()), self.row_of_any, sorted(self.when_over.items())],
        ]
        return _digest(json.dumps(said, separators=(",", ":")))


def table_of(
    classes: Classes,
    pages: Sequence[Row],
    sites: Sequence[Row],
    basis: Basis,
    when_over: Mapping[str, str],
    fallback: str,
) -> EdgeTable:
    """The table of many pages under one rule set.

    Args:
        classes: the places that the rules tell apart.
        pages: one row for each page; no two have one name.
        sites: one row for each site, for those of its pages that have none; the last is that of any other site.
        basis: what they rest on.
        when_over: the HTML for each site once the table is over, under `""` for any other site.
        fallback: the HTML for whoever can look nothing up.
    """
    fragments: dict[str, str] = {}
    named = [[_named(each, fragments) for each in row.fragments] for row in (*pages, *sites)]
    zone_of_class = _joined(list(zip(*named, strict=True)))
    first = {zone: number for number, zone in reversed(list(enumerate(zone_of_class)))}
    numbers: dict[tuple[str, ...], int] = {}
    row_of = [numbers.setdefault(tuple(row[first[zone]] for zone in range(len(first))), len(numbers)) for row in named]
    zone_of = {code: zone_of_class[number] for code, number in classes.of_code.items()}
    return EdgeTable(
        basis=basis,
        zone_count=len(first),
        zone_of=dict(sorted(_borders(zone_of).items())),
        rows=tuple(numbers),
        row_of={row.name: number for row, number in zip(pages, row_of, strict=False)},
        row_of_site={row.name: number for row, number in zip(sites[:-1], row_of[len(pages) :], strict=False)},
        row_of_any=row_of[-1],
        when_over={site: _named(html, fragments) for site, html in sorted(when_over.items())},
        fragments={name: fragments[name] for name in sorted(fragments)},
        fallback=fallback,
    )


def _named(html: str, fragments: dict[str, str]) -> str:
    name = _digest(html)
    fragments[name] = html
    return name


def _joined(columns: Sequence[tuple[str, ...]]) -> list[int]:
    """The zone of each class: those are one in which all rows are alike. The first class is in zone 0."""
    numbers: dict[tuple[str, ...], int] = {}
    return [numbers.setdefault(column, len(numbers)) for column in columns]


def _borders(zone_of: Mapping[str, int]) -> dict[str, int]:
    """Countries, and what is in another zone than its country; nothing that is found without standing there."""
    found = {}
    for code, zone in zone_of.items():
        home, _, part = code.partition("-")
        around = zone_of.get(home, NOBODY_KNOWS) if part else NOBODY_KNOWS
        if zone != around:
            found[code] = zone
    return found


def _capitals(text: str) -> str:
    """The text in capitals, of ASCII alone: no other letter makes a code."""
    return text.upper() if text.isascii() else ""


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:_HEX]
