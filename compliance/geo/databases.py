"""The sources that are asked: the ranges that ship with the package, and the operator's own MMDB files.

Theory: a database is tried hard once, when it is opened, and trusted little afterwards. Opening reads the
whole file into memory (a file that is truncated while mapped kills the process), asks it about addresses
all over the address space, and wants to see countries. A file that fails is refused with its name. A
look-up never fails: whatever goes wrong in it is silence, because the text of an exception of a database
holds the address, and because a missing country only ever widens an answer.

How a record is read stands in `records`; which layout it has follows from what the file says of itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cache
from importlib.resources import files
from ipaddress import IPv4Address, IPv6Address
from itertools import islice
from pathlib import Path
from typing import Final, Self

import maxminddb

from compliance.errors import DatabaseError
from compliance.geo.address import Address
from compliance.geo.embedded import CountryRanges, unpack
from compliance.geo.in_memory import open_bytes
from compliance.geo.observation import Evidence, Kind, Observation
from compliance.geo.records import observed
from compliance.model.territory import place

_PACKAGED: Final = "countries.bin"
_LOCATION_MAKERS: Final = ("geoip2-", "geolite2-", "dbip-", "city ipv")
"""Makers who measure where users are, as they begin a database type or a file name; others are registries."""
_SAMPLE: Final = 1000
_PROBES: Final[dict[int, list[str]]] = {
    4: [f"{first}.1.1.1" for first in range(1, 224)],
    6: [f"{first:x}::1" for first in range(0x2000, 0x4000, 0x20)],
}
"""Addresses all over the public space, asked for damage and not for their answers."""


@dataclass(frozen=True, slots=True)
class _File:
    """One open MMDB file of the operator."""

    name: str
    kind: Kind
    type: str
    schema: str
    build: date
    versions: tuple[int, ...]
    reader: maxminddb.Reader

    def observation(self, address: Address, day: date) -> Observation:
        """What the file says of the address; silence, whatever goes wrong."""
        try:
            number = IPv4Address(address.number) if address.version == 4 else IPv6Address(address.number)
            return observed(self.evidence(self.reader.get(number)), day)
        except Exception:  # noqa: BLE001  # damage shows as any exception, and its text holds the address
            return Observation(self.name, self.kind)

    def evidence(self, record: object) -> Evidence:
        """A record of this file; one that is no map says nothing."""
        raw = record if isinstance(record, Mapping) else {}
        return Evidence(self.name, self.kind, self.schema, raw, self.build)


class Databases:
    """All sources of one running service; replaced as a whole, never changed.

    Without arguments it knows nothing, so that a service whose databases are all broken still answers.
    """

    def __init__(self, ranges: CountryRanges | None = None, own: Sequence[_File] = ()) -> None:
        self._ranges = ranges
        self._own = tuple(own)

    @classmethod
    def open(cls, paths: Iterable[Path] = ()) -> Self:
        """The packaged ranges and the operator's files, all of them checked.

        Raises:
            DatabaseError: a file is missing, damaged, or names no countries; the message names it.
        """
        return cls(_packaged(), [_opened(Path(path)) for path in paths])

    def observations(self, address: Address, day: date) -> tuple[Observation, ...]:
        """What every source that covers the address's IP version says of it on a day; silence is one too."""
        if not address.is_public:
            return ()
        found = []
        if self._ranges is not None:
            countries = self._ranges.lookup(address.number, address.version)
            for source, country in zip(self._ranges.sources, countries, strict=True):
                known = None if country is None else place(country)
                found.append(Observation(source.name, Kind.REGISTRATION, known))
        found += [file.observation(address, day) for file in self._own if address.version in file.versions]
        return tuple(found)

    def describe(self) -> list[dict[str, str]]:
        """Name, type, day of the data and licence of every source, for those who run the service."""
        packaged = [] if self._ranges is None else self._ranges.sources
        described = [
            {"name": source.name, "type": "registration", "date": source.date, "licence": source.licence}
            for source in packaged
        ]
        for file in self._own:
            terms = "the operator's agreement with the maker"
            described.append({"name": file.name, "type": file.kind, "date": file.build.isoformat(), "licence": terms})
        return described


@cache
def _packaged() -> CountryRanges:
    """The ranges that ship with the package, read once."""
    try:
        return unpack(files("compliance.geo").joinpath(_PACKAGED).read_bytes())
    except OSError as error:
        raise DatabaseError(f"`{_PACKAGED}` is missing from the package") from error
    except DatabaseError as error:
        raise DatabaseError(f"`{_PACKAGED}` cannot be used: {error}") from error


def _opened(path: Path) -> _File:
    """One file of the operator, in memory and checked."""
    try:
        reader = open_bytes(path.read_bytes())
        file = _described(path, reader)
        speaks = _tried(file)
    except FileNotFoundError as error:
        raise DatabaseError(f"`{path}` does not exist") from error
    except OSError as error:
        raise DatabaseError(f"`{path}` cannot be read") from error
    except Exception as error:
        raise DatabaseError(f"`{path}` is damaged or is no MMDB file") from error
    if not speaks:
        raise DatabaseError(f"`{path}` names no countries: it is of type `{file.type}`")
    return file


def _described(path: Path, reader: maxminddb.Reader) -> _File:
    """The file with what its metadata says of it."""
    about = reader.metadata()
    hints = (about.database_type.lower(), path.name.lower())
    is_location = any(hint.startswith(_LOCATION_MAKERS) for hint in hints)
    versions: tuple[int, ...] = (4, 6)
    # The files for one IP version only are not silent about the other: nobody asks them.
    if about.ip_version == 4 or hints[0].endswith("ipv4"):
        versions = (4,)
    elif hints[0].endswith("ipv6"):
        versions = (6,)
    return _File(
        name=path.stem,
        kind=Kind.LOCATION if is_location else Kind.REGISTRATION,
        type=about.database_type,
        schema=_schema(reader),
        build=datetime.fromtimestamp(about.build_epoch, UTC).date(),
        versions=versions,
        reader=reader,
    )


def _schema(reader: maxminddb.Reader) -> str:
    """The layout of the first record that shows one."""
    for _, record in islice(reader, _SAMPLE):
        if isinstance(record, Mapping):
            if isinstance(record.get("country", record.get("registered_country")), Mapping) or "traits" in record:
                return "maxmind"
            if "country_code" in record or isinstance(record.get("country"), str):
                return "ipinfo" if {"continent", "as_name", "region", "lat"} & record.keys() else "flat"
    return "flat"


def _tried(file: _File) -> bool:
    """Whether the file names a country among its first records; a damaged one raises anything at all."""
    for version in file.versions:
        for probe in _PROBES[version]:
            observed(file.evidence(file.reader.get(probe)), file.build)
    records = (record for _, record in islice(file.reader, _SAMPLE))
    return any(observed(file.evidence(record), file.build).country is not None for record in records)
