"""How sure a database leaves us, network by network: what is certain, possible, contradictory, and shut out.

Theory: nobody can check a database against readers, but two can be held against each other. Each network of
the *walked* database is one question: what its label says, and what our sources make of the address. What the
label places somewhere and we exclude is the share of notices that would be missed if the label were right; what
we leave possible without need is the share that would be shown in vain. Labels are not truth: the figures say
how sources differ. IPv4 counts in addresses, IPv6 in networks of 64 bits; the two are never added up, for one
such network may be one reader or a whole house. A network is asked for its first address only: where our sources
cut it finer, the rest of it is taken to be alike.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from msgspec.structs import replace

from compliance.geo.atlas import Atlas
from compliance.geo.locate import contradicts, locate
from compliance.geo.observation import Kind, Observation
from compliance.model.territory import LocationSet, Territory, lineage
from compliance.model.truth import FALSE, TRUE, UNKNOWN, Truth

MOST_EXAMPLES: Final = 5
_SIZE_OF_64: Final = 64


@dataclass(slots=True)
class Tally:
    """What a label places somewhere, or may, and what we make of it; in addresses, or networks of 64 bits.

    `certain`, `possible`, `anywhere` and `excluded` add up to `size`; `differ` and `added` overlap with them.
    """

    networks: int = 0
    size: int = 0
    certain: int = 0
    """Of which we are sure."""
    possible: int = 0
    """May be there, in a set of named places."""
    anywhere: int = 0
    """May be anywhere."""
    excluded: int = 0
    """The label places it there and we do not."""
    added: int = 0
    """The label places it elsewhere for certain and we leave it possible."""
    differ: int = 0
    """Its sources, or its label and coordinates, differ."""
    examples: list[str] = field(default_factory=list)
    """Some networks that are excluded."""

    @property
    def excluded_share(self) -> float:
        """The share of what the label places there that we exclude, from 0 to 1."""
        placed = self.size - self.added
        return self.excluded / placed if placed else 0.0


@dataclass(frozen=True, slots=True)
class Network:
    """One network of a walked database, what that says of it, and what our sources say of its first address."""

    name: str
    version: int
    bits: int
    """Length of the prefix."""
    label: Observation
    said: Sequence[Observation]

    @property
    def size(self) -> int:
        """Addresses in it, or networks of 64 bits."""
        width = 32 if self.version == 4 else _SIZE_OF_64
        return 1 << max(0, width - self.bits)


class Sums:
    """What was noted of the networks of one IP version, by country and by territory."""

    def __init__(self) -> None:
        self.countries: dict[str, Tally] = {}
        self.territories: dict[str, Tally] = {}


class Audit:
    """Adds up what was noted of each network, for IPv4 and IPv6 on their own."""

    def __init__(self, territories: Mapping[str, Territory], day: date) -> None:
        self.sums: dict[int, Sums] = {}
        self._by_id = territories
        self._day = day
        self._atlas = Atlas(territories.values())
        self._truths: dict[tuple[LocationSet, str], Truth] = {}

    def note(self, network: Network) -> None:
        """Count a network."""
        ours = locate(network.said, self._atlas, self._day)
        word = replace(network.label, kind=Kind.LOCATION)  # at its word: a registry alone would place it anywhere
        label = locate((word,), self._atlas, self._day)
        named = {each.country for each in network.said if each.country}
        differs = len(named) > 1 or contradicts(network.label, self._atlas, self._day)
        country = network.label.country
        sums = self.sums.setdefault(network.version, Sums())
        if country is not None:
            tally = sums.countries.setdefault(country, Tally())
            _add(tally, network, (TRUE, _in_country(ours, country)), is_anywhere=ours.anywhere, differs=differs)
        for name in self._by_id:
            placed, made = self._truth(label, name), self._truth(ours, name)
            if placed is not FALSE or (made is not FALSE and not ours.anywhere):
                tally = sums.territories.setdefault(name, Tally())
                _add(tally, network, (placed, made), is_anywhere=ours.anywhere, differs=differs)

    def _truth(self, where: LocationSet, name: str) -> Truth:
        key = (where, name)
        found = self._truths.get(key)
        if found is None:
            truths = {self._by_id[name].contains(each, self._day) for each in where.places}
            found = self._truths[key] = UNKNOWN if where.anywhere or len(truths) != 1 else truths.pop()
        return found


def _add(tally: Tally, network: Network, truths: tuple[Truth, Truth], *, is_anywhere: bool, differs: bool) -> None:
    """Count a network where its label places it, and where we do."""
    placed, made = truths
    size = network.size
    tally.networks += 1
    tally.size += size
    tally.certain += size if made is TRUE else 0
    tally.anywhere += size if is_anywhere else 0
    tally.possible += size if made is UNKNOWN and not is_anywhere else 0
    tally.differ += size if differs else 0
    if placed is FALSE:
        tally.added += size
    elif made is FALSE:
        tally.excluded += size
        if len(tally.examples) < MOST_EXAMPLES:
            tally.examples.append(network.name)


def _in_country(where: LocationSet, country: str) -> Truth:
    homes = {lineage(each)[-1] for each in where.places}
    if where.anywhere:
        return UNKNOWN
    return (TRUE if len(homes) == 1 else UNKNOWN) if country in homes else FALSE


def audited(networks: Iterable[Network], territories: Mapping[str, Territory], day: date) -> Audit:
    """The audit of all networks."""
    audit = Audit(territories, day)
    for network in networks:
        audit.note(network)
    return audit
