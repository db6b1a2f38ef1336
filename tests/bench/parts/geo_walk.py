"""A whole database against what we make of it: who is excluded from a country, who gets the notice of a zone.

Theory: labels of a third database are not truth, but they are independent. Each of its networks is cut where the
packaged ranges change their mind, so that every address counts for what is said of it and not of its neighbour.
IPv4 counts in addresses, IPv6 in networks of 64 bits, and both in networks of the labelling database as well: one
wrong label for a large network moves the first number, many for small ones move the second.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Final, NamedTuple

from compliance.geo.address import address_of
from compliance.geo.atlas import Atlas
from compliance.geo.database_file import DatabaseFile
from compliance.geo.databases import Databases
from compliance.geo.embedded import CountryRanges
from compliance.geo.in_memory import Found, networks
from compliance.geo.locate import locate
from compliance.geo.observation import Observation
from compliance.geo.records import observed
from compliance.model.territory import LocationSet, Territory, lineage
from compliance.model.truth import FALSE
from tests.bench.parts.geo_zone import AROUND, Zone

BY_LABEL, REGISTRIES, CITY, BOTH = (
    "`country == RU`",
    "packaged ranges alone",
    "DB-IP alone",
    "DB-IP and the packaged ranges",
)
POLICIES: Final = (BY_LABEL, REGISTRIES, CITY, BOTH)
_STEP: Final = 20_000
Pair = tuple[int, int]
Tell = Callable[[str], None]


class Cut(NamedTuple):
    """A network of the labelling database, and how much of it each pair of registered countries covers."""

    record: dict[str, object]
    parts: tuple[tuple[int, Pair], ...]


@dataclass(slots=True)
class Share:
    """How many networks and addresses there are, and how many of them are counted."""

    networks: int = 0
    addresses: int = 0
    hit_networks: int = 0
    """Those of which any part is counted."""
    hit_addresses: int = 0

    def add(self, parts: Iterable[tuple[int, bool]]) -> None:
        """Count one network by its parts: how large each is, and whether it is counted."""
        hit = 0
        for size, is_hit in parts:
            self.addresses += size
            hit += size if is_hit else 0
        self.networks += 1
        self.hit_networks += hit > 0
        self.hit_addresses += hit

    @property
    def by_address(self) -> float | None:
        """From 0 to 1; None of nothing."""
        return self.hit_addresses / self.addresses if self.addresses else None

    @property
    def by_network(self) -> float | None:
        """From 0 to 1; None of nothing."""
        return self.hit_networks / self.networks if self.networks else None


@dataclass(slots=True)
class Walk:
    """What a walk through one file found."""

    excluded: dict[str, Share] = field(default_factory=dict)
    """By labelled country what the packaged ranges exclude from it."""
    instead: dict[str, Counter[str]] = field(default_factory=dict)
    """By labelled country how many excluded addresses are registered in which country."""
    zone: dict[str, Share] = field(default_factory=lambda: {each: Share() for each in POLICIES})
    """By policy the networks in the zone, and those of them that get its notice."""
    rest: dict[str, Share] = field(default_factory=lambda: {each: Share() for each in POLICIES})
    """The same of the networks that are labelled as Ukraine and lie outside."""


def cuts(found: Iterable[Found], ranges: CountryRanges, version: int) -> Iterator[Cut]:
    """Each network, cut where the ranges change their mind.

    Args:
        found: networks of one IP version, in order of addresses.
        ranges: two opinions for each address.
        version: the IP version; of 6, what is finer than 64 bits counts as one such network.
    """
    table, width, shift = (ranges.v4, 32, 0) if version == 4 else (ranges.v6, 64, 64)
    starts, one, other = table.starts, table.first, table.second
    last, at = len(starts) - 1, 0
    for each in found:
        first = each.first >> shift
        end = first + (1 << max(0, width - each.bits))
        while at < last and starts[at + 1] <= first:
            at += 1
        parts, k = [], at
        while k < last and starts[k + 1] < end:
            parts.append((starts[k + 1] - max(first, starts[k]), (one[k], other[k])))
            k += 1
        parts.append((end - max(first, starts[k]), (one[k], other[k])))
        yield Cut(each.record, tuple(parts))  # type: ignore[arg-type]  # records of this database are maps


class Judge:
    """What we make of records and of pairs of registered countries, each worked out once."""

    def __init__(self, ranges: CountryRanges, territories: Iterable[Territory], zone: str, day: date) -> None:
        by_id = {each.id: each for each in territories}
        self._territory, self._atlas = by_id[zone], Atlas(by_id.values())
        self._ranges, self._day = ranges, day
        self._registered: dict[Pair, tuple[Observation, ...]] = {}
        self._homes: dict[Pair, frozenset[str] | None] = {}
        self._told: dict[LocationSet, bool] = {}
        databases = Databases(ranges)
        for version, table in ((4, ranges.v4), (6, ranges.v6)):
            for start, *pair in zip(table.starts, table.first, table.second, strict=True):
                key = (pair[0], pair[1])
                address = address_of((version, start << (0 if version == 4 else 64), False))
                if address.is_public and address.version == version and key not in self._registered:
                    self._registered[key] = databases.observations(address, day)

    def excludes(self, pair: Pair, country: str) -> bool:
        """Whether the packaged ranges, asked alone, exclude a country where they say this."""
        if pair not in self._homes:
            found = self._located(self._registered.get(pair, ()))
            self._homes[pair] = None if found.anywhere else frozenset(lineage(each)[-1] for each in found.places)
        homes = self._homes[pair]
        return homes is not None and country not in homes

    def named(self, pair: Pair) -> str:
        """The country that a pair agrees on."""
        return self._ranges.countries[pair[0]] or "?"

    def gets_notice(self, pair: Pair | None, observation: Observation | None) -> bool:
        """Whether a reader of whom registries and a database say this may be in the zone."""
        said = [] if pair is None else list(self._registered.get(pair, ()))
        found = self._located([*said, *([] if observation is None else [observation])])
        if found not in self._told:
            truths = {self._territory.contains(each, self._day) for each in found.places}
            self._told[found] = found.anywhere or truths != {FALSE}
        return self._told[found]

    def _located(self, said: Iterable[Observation]) -> LocationSet:
        return locate(tuple(said), self._atlas, self._day)


def walked(file: DatabaseFile, ranges: CountryRanges, zone: Zone, judge: Judge, day: date, tell: Tell) -> Walk:
    """All networks of a file that covers one IP version."""
    (version,) = file.about.versions
    walk, total = Walk(), file.about.nodes
    excludes: dict[tuple[Pair, str], bool] = {}
    for number, cut in enumerate(cuts(networks(file._reader), ranges, version)):
        if number % _STEP == 0:
            tell(f"walking {file.name}: {number:,} of about {total:,} networks ({min(1, number / total):.0%})")
        country = cut.record.get("country_code")
        if not isinstance(country, str):
            continue
        for _, pair in cut.parts:
            if (pair, country) not in excludes:
                excludes[pair, country] = judge.excludes(pair, country)
        parts = [(size, excludes[pair, country]) for size, pair in cut.parts]
        walk.excluded.setdefault(country, Share()).add(parts)
        for (size, is_hit), (_, pair) in zip(parts, cut.parts, strict=True):
            if is_hit:
                walk.instead.setdefault(country, Counter())[judge.named(pair)] += size
        _note(walk, cut, country, zone, judge, lambda record: observed(file.evidence(record), day))
    return walk


def _note(
    walk: Walk, cut: Cut, country: str, zone: Zone, judge: Judge, read: Callable[[dict[str, object]], Observation]
) -> None:
    """Count a network by policy, if it lies in the zone or is labelled as Ukraine."""
    east, north = cut.record.get("longitude"), cut.record.get("latitude")
    is_near = isinstance(east, float) and isinstance(north, float) and _is_near(east, north)
    is_in = is_near and zone.holds(east, north)
    if not is_in and country != "UA":
        return
    said, shares = read(cut.record), walk.zone if is_in else walk.rest
    shares[BY_LABEL].add((size, country == "RU") for size, _ in cut.parts)
    shares[REGISTRIES].add((size, judge.gets_notice(pair, None)) for size, pair in cut.parts)
    gets = judge.gets_notice(None, said)
    shares[CITY].add((size, gets) for size, _ in cut.parts)
    shares[BOTH].add((size, judge.gets_notice(pair, said)) for size, pair in cut.parts)


def _is_near(east: float, north: float) -> bool:
    west, far_east, south, far_north = AROUND
    return west < east < far_east and south < north < far_north
