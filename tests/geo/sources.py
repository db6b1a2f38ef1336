"""Small databases of every kind, for tests: `spread` fills the whole space so that a database looks like one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Final

from compliance.geo.address import Address, parse_address
from tests.geo.mmdb import Value, mmdb

DAY: Final = date(2026, 3, 1)
BUILT: Final = date(2026, 2, 20)
Records = Mapping[str, Value]


def spread(country: str, record: Records | None = None) -> dict[str, Value]:
    """A flat record of a country for each part of the public space of both IP versions."""
    known: Value = record or {"country_code": country}
    return {**{f"{first}.0.0.0/8": known for first in range(1, 224)}, "2000::/4": known}


def city(country: str, part: str | None = None, *, at: tuple[float, float] = (50.45, 30.52), **more: Value) -> Records:
    """A record as MaxMind lays it out."""
    divided: Records = {} if part is None else {"subdivisions": [{"iso_code": part}]}
    where: Value = {"latitude": at[0], "longitude": at[1], "accuracy_radius": 20}
    return {"country": {"iso_code": country}, "city": {"names": {"en": "Town"}}, "location": where, **divided, **more}


def network(number: int) -> Records:
    """A record of an autonomous system."""
    return {"autonomous_system_number": number, "autonomous_system_organization": "Example"}


def data(records: Records, kind: str = "Test-Country", built: date = BUILT, ip_version: int = 6) -> bytes:
    epoch = int(datetime(built.year, built.month, built.day, 12, tzinfo=UTC).timestamp())
    return mmdb(records, kind, ip_version=ip_version, build_epoch=epoch)


def write(path: Path, records: Records, kind: str = "Test-Country", built: date = BUILT, ip_version: int = 6) -> Path:
    """A database at a path, put there in one step."""
    return placed(path, data(records, kind, built, ip_version))


def placed(path: Path, content: bytes) -> Path:
    """A file at a path, put there in one step."""
    beside = path.with_name(f".{path.name}.new")
    beside.write_bytes(content)
    return beside.replace(path)


def address(text: str) -> Address:
    found = parse_address(text)
    assert found is not None
    return found


def sources(said: Sequence[object]) -> list[str]:
    """The names of the sources of some observations."""
    return [str(getattr(each, "source", "")) for each in said]
