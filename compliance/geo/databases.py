"""The sources that are asked: the ranges that ship with the package, the operator's MMDB files and overlays.

Theory: all sources of a moment are one value, so that a question never meets half of an exchange. A look-up never
fails: whatever goes wrong in it means that nothing is known, and its text ends here, because it holds the address.
Silence of a source that names countries is one thing that it says; a file of anonymous networks or of autonomous
systems that has no record says nothing about the place. Networks move between systems, too, so what an overlay says
of a system may add a place whoever names the system, and take one away only if nobody who names it is old or differs.

What one file is stands in `database_file`, how its records are read in `records`, how files are exchanged in
`database_store`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Final, Self

from compliance.errors import DatabaseError
from compliance.geo.address import Address
from compliance.geo.cells import Cells
from compliance.geo.database_file import Age, DatabaseFile, Walked, age_of, asked_for, open_file
from compliance.geo.embedded import CountryRanges, unpack
from compliance.geo.knowledge import Knows
from compliance.geo.observation import Evidence, Kind, Observation
from compliance.geo.overlay import NOTHING_OVERLAID, Overlaid, Overlay
from compliance.model.overlay import OverlayRow
from compliance.model.period import parse_day
from compliance.model.territory import place

__all__ = ["Databases", "Said", "Walked", "packaged"]
_PACKAGED: Final = "countries.bin"
_OWN_TERMS: Final = "the operator's agreement with the maker"


@dataclass(frozen=True, slots=True)
class Said:
    """What one source has about an address, for the command that explains it.

    `observation` is None where the source says nothing of places, as a file of autonomous systems does.
    """

    evidence: Evidence
    age: Age | None
    observation: Observation | None


class Databases:
    """All sources of one running service; replaced as a whole, never changed.

    Without arguments it knows nothing, so that a service whose databases are all broken still answers.
    """

    def __init__(
        self, ranges: CountryRanges | None = None, own: Sequence[DatabaseFile] = (), overlay: Overlay | None = None
    ) -> None:
        self.own = tuple(own)
        self.overlay = overlay or Overlay()
        self._ranges = ranges
        self._registered = [] if ranges is None else [_registered(source.name, ranges) for source in ranges.sources]
        self._placing = {
            version: [(file, Knows.COUNTRIES in file.about.knows) for file in own if _places(file, version)]
            for version in (4, 6)
        }
        self._naming = [file for file in own if Knows.SYSTEMS in file.about.knows]
        self._cells: Cells | None = None

    @property
    def cells(self) -> Cells | None:
        """Tells IPv4 addresses apart as far as they differ here; None if more is asked than the packaged ranges."""
        if self._cells is None and self._ranges is not None and not self.own and not self.overlay.rows:
            self._cells = _packaged_cells() if self._ranges is packaged() else Cells(self._ranges)
        return self._cells

    @classmethod
    def open(cls, paths: Iterable[object] = ()) -> Self:
        """The packaged ranges and the operator's files, all of them checked.

        Args:
            paths: MMDB files; `PATH=registration` or `PATH=location` says what a file knows.

        Raises:
            DatabaseError: a file is missing, damaged, or knows nothing that is used; the message names it.
        """
        return cls(packaged(), [open_file(*asked_for(str(path))) for path in paths])

    def observations(self, address: Address, day: date) -> tuple[Observation, ...]:
        """What every source that covers the address's IP version says of it on a day; silence is one too."""
        if not address.is_public:
            return ()
        found = []
        if self._ranges is not None:
            countries = self._ranges.lookup(address.number, address.version)
            found += [said[country] for said, country in zip(self._registered, countries, strict=True)]
        for file, is_heard_in_silence in self._placing[address.version]:
            said = file.observation(address, day)
            if is_heard_in_silence or not said.is_silent:
                found.append(said)
        return tuple(found)

    def overlaid(self, address: Address, day: date, today: date | None = None) -> Overlaid:
        """What the operator's overlays say of an address on a day.

        Args:
            address: the address.
            day: the day on which a row has to count.
            today: from when the age of the databases counts that know autonomous systems; left out, `day`.
        """
        if not self.overlay.rows:
            return NOTHING_OVERLAID
        systems, is_sure = self._systems(address, today or day)
        if not is_sure:
            every = self.overlay.matching(address, systems)
            kept = _without_removed_systems(every)
            if len(kept) < len(every):
                return Overlay(kept).overlaid(address, day, systems)
        return self.overlay.overlaid(address, day, systems)

    def overlay_rows(self, address: Address, day: date, today: date | None = None) -> tuple[OverlayRow, ...]:
        """The rows of the overlays that count for an address, as for `overlaid`; for the command that explains them."""
        systems, is_sure = self._systems(address, today or day)
        rows = self.overlay.matching(address, systems)
        return tuple(row for row in (rows if is_sure else _without_removed_systems(rows)) if day in row.period)

    def _systems(self, address: Address, today: date) -> tuple[list[int] | None, bool]:
        """The autonomous systems that announce an address, if any row asks for one; None where a look-up failed.

        With them whether they are sure enough to hide a notice: whoever names one is fresh, and all name the same.
        """
        if not self.overlay.names_systems:
            return [], True
        files = [file for file in self._naming if address.version in file.about.versions]
        try:
            named = [(file, number) for file in files if (number := file.system(address)) is not None]
        except DatabaseError:
            return None, False
        numbers = list(dict.fromkeys(number for _, number in named))
        is_fresh = all(age_of(file.about.build, today) is not Age.STALE for file, _ in named)
        return numbers, is_fresh and len(numbers) < 2

    def said(self, address: Address, day: date) -> Iterator[Said]:
        """What every source has about an address, as it came and as it is read; for the command that explains it."""
        if not address.is_public:
            return
        if self._ranges is not None:
            countries = self._ranges.lookup(address.number, address.version)
            for source, said, country in zip(self._ranges.sources, self._registered, countries, strict=True):
                build, raw = parse_day(source.date), {} if country is None else {"country_code": country}
                evidence = Evidence(source.name, Kind.REGISTRATION, "flat", raw, build)
                yield Said(evidence, None if build is None else age_of(build, day), said[country])
        for file in self.own:
            if address.version in file.about.versions:
                placed = file.observation(address, day) if _places(file, address.version) else None
                yield Said(file.evidence_of(address), age_of(file.about.build, day), placed)

    def walks(self, day: date, every: int = 1) -> Iterator[tuple[str, Iterator[Walked]]]:
        """The name of each file of the operator, and its networks; for commands that print them by purpose."""
        return ((file.name, file.walk(day, every)) for file in self.own)

    def describe(self, day: date) -> list[dict[str, object]]:
        """Every source for those who run the service: what it is, how old it is on a day, on which terms it is used.

        `problem` is None as long as nothing is wrong with a source; `DatabaseStore` knows more of them.
        """
        described: list[dict[str, object]] = []
        for source in [] if self._ranges is None else self._ranges.sources:
            build = parse_day(source.date)
            terms = {"name": source.name, "type": Kind.REGISTRATION, "date": source.date, "licence": source.licence}
            described.append({**terms, **_aged(build, day), "knows": [Knows.COUNTRIES], "problem": None})
        for file in self.own:
            about = file.about
            terms = {"name": about.name, "type": about.kind, "date": about.build.isoformat(), "licence": _OWN_TERMS}
            knows = sorted(about.knows)
            problem = f"{file.failed} look-up(s) failed: the data are damaged" if file.failed else None
            more = {"database_type": about.type, "sha256": about.sha256}
            described.append({**terms, **_aged(about.build, day), "knows": knows, **more, "problem": problem})
        return described


def _without_removed_systems(rows: Iterable[OverlayRow]) -> tuple[OverlayRow, ...]:
    """The rows but those that take a territory away from an autonomous system."""
    return tuple(row for row in rows if row.system is None or not row.is_removal)


def _places(file: DatabaseFile, version: int) -> bool:
    """Whether a file can say something of the place of an address of that IP version."""
    return version in file.about.versions and not file.about.knows.isdisjoint({Knows.COUNTRIES, Knows.ANONYMITY})


def _registered(name: str, ranges: CountryRanges) -> dict[str | None, Observation]:
    """What a source of the packaged ranges says where it names a country, for each that there is."""
    known = {country: None if country is None else place(country) for country in (None, *ranges.countries)}
    return {country: Observation(name, Kind.REGISTRATION, code) for country, code in known.items()}


def _aged(build: date | None, day: date) -> dict[str, object]:
    return {} if build is None else {"age_days": (day - build).days, "state": age_of(build, day)}


@cache
def _packaged_cells() -> Cells:
    """The cells of the ranges that ship with the package, made once for all that use them."""
    return Cells(packaged())


@cache
def packaged() -> CountryRanges:
    """The ranges that ship with the package, read once.

    Raises:
        DatabaseError: they are missing or damaged.
    """
    try:
        return unpack(files("compliance.geo").joinpath(_PACKAGED).read_bytes())
    except OSError as error:
        raise DatabaseError(f"`{_PACKAGED}` is missing from the package") from error
    except DatabaseError as error:
        raise DatabaseError(f"`{_PACKAGED}` cannot be used: {error}") from error
