"""What it costs to find a place: the whole way from the text of an address to a set of places, beside a bare look-up.

Theory: a first pass meets records, cells of the map and combinations that nobody asked for yet; a warm one has them
in memory, as a service has after some minutes. Each round gives every contender addresses of its own, drawn at
random, so that nobody finds the tree of another in the caches of the processor; each pass is a mean over its
addresses, and what is compared are medians over all rounds. Addresses are never shown.
"""

from __future__ import annotations

import gc
import statistics
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from importlib.resources import files
from ipaddress import IPv4Address
from pathlib import Path
from random import Random
from time import process_time
from typing import Final

from compliance.geo.address import address_of
from compliance.geo.atlas import Atlas
from compliance.geo.database_file import DatabaseFile, open_file
from compliance.geo.databases import Databases
from compliance.geo.embedded import CountryRanges, unpack
from compliance.model.territory import Territory
from compliance.reader import Reader, where

Tell = Callable[[str], None]
Ask = Callable[[str], object]
BARE, PACKAGED, ONE, ONE_AND_PACKAGED, THREE, THREE_AND_PACKAGED = (
    "bare `maxminddb` get",
    "the packaged ranges alone",
    "one database",
    "one database and the packaged ranges",
    "three databases",
    "three databases and the packaged ranges",
)
RANGES: Final = "countries.bin"


@dataclass
class Passes:
    """Microseconds of CPU for one address, of each round."""

    first: list[float] = field(default_factory=list)
    warm: list[float] = field(default_factory=list)

    @property
    def medians(self) -> tuple[float, float]:
        return statistics.median(self.first), statistics.median(self.warm)

    def ratio(self, base: Passes) -> float:
        """How many times a bare look-up a first pass takes, as the median of rounds."""
        return statistics.median(one / other for one, other in zip(self.first, base.first, strict=True))


@dataclass(frozen=True)
class Starting:
    """What opening takes, in seconds of CPU, and how large what is packaged is, in bytes."""

    packaged: float
    opened: Mapping[str, tuple[float, int]]
    """By name of a database of the operator: the seconds, and its size."""
    embedded: Mapping[str, int]


def addresses(number: int, random: Random) -> list[str]:
    """Public IPv4 addresses at random, as text."""
    found: list[str] = []
    while len(found) < number:
        drawn = random.getrandbits(32)
        if address_of((4, drawn, False)).is_public:
            found.append(str(IPv4Address(drawn)))
    return found


class Field:
    """The contenders: the operator's files by how many are asked."""

    def __init__(
        self, opened: Sequence[DatabaseFile], ranges: CountryRanges, territories: Sequence[Territory], day: date
    ) -> None:
        self._files, self._ranges, self._territories, self._day = opened, ranges, territories, day

    def contenders(self) -> dict[str, Ask]:
        """Each one as it is after a start, when it remembers nothing; only what there are files for."""
        found: dict[str, Ask] = {PACKAGED: self._asking(0, has_ranges=True)}
        if self._files:
            found |= {BARE: self._files[0]._reader.get, ONE: self._asking(1, has_ranges=False)}
            found[ONE_AND_PACKAGED] = self._asking(1, has_ranges=True)
        if len(self._files) == 3:
            found |= {THREE: self._asking(3, has_ranges=False), THREE_AND_PACKAGED: self._asking(3, has_ranges=True)}
        return found

    def _asking(self, number: int, *, has_ranges: bool) -> Ask:
        fresh = [DatabaseFile(each.about, each._schema, each._reader) for each in self._files[:number]]
        databases = Databases(self._ranges if has_ranges else None, fresh)
        atlas, day = Atlas(self._territories), self._day
        return lambda text: where(Reader(text), databases, atlas, day)


def side_by_side(contestants: Field, rounds: int, number: int, tell: Tell) -> dict[str, Passes]:
    """Every contender in every round, on addresses of its own."""
    random = Random(20260605)  # noqa: S311  # reproducible, not secret
    found: dict[str, Passes] = {}
    for each in range(rounds):
        tell(f"looking up, round {each + 1} of {rounds}")
        for name, ask in contestants.contenders().items():
            batch, passes = addresses(number, random), found.setdefault(name, Passes())
            gc.collect()
            passes.first.append(_pass(ask, batch))
            passes.warm.append(_pass(ask, batch))
    tell("")
    return found


def _pass(ask: Ask, batch: Sequence[str]) -> float:
    start = process_time()
    for text in batch:
        ask(text)
    return (process_time() - start) / len(batch) * 1e6


def opened(paths: Mapping[str, Path], tell: Tell) -> tuple[list[DatabaseFile], dict[str, tuple[float, int]]]:
    """The operator's files, and what each of them takes."""
    found, spent = [], {}
    for name, path in paths.items():
        tell(f"opening {path.name}")
        start = process_time()
        found.append(open_file(path, name=name))
        spent[name] = (process_time() - start, path.stat().st_size)
    tell("")
    return found, spent


def starting(spent: Mapping[str, tuple[float, int]], rounds: int, territories: Path) -> Starting:
    """What the packaged data take to read, the median of some rounds, and how large they are."""
    path = files("compliance.geo").joinpath(RANGES)
    seconds = []
    for _ in range(rounds):
        start = process_time()
        unpack(path.read_bytes())
        seconds.append(process_time() - start)
    embedded = {RANGES: len(path.read_bytes())}
    embedded["territories"] = sum(each.stat().st_size for each in territories.glob("*.yaml"))
    return Starting(statistics.median(seconds), spent, embedded)
