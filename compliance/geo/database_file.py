"""One MMDB file of the operator: read whole, tried hard when it is opened, and trusted little afterwards.

Theory: a file that is read once cannot be harmed later, but it may have been harmed before. Damage to its form is
told by `soundness`. Beyond that records from all over the address space are read, and the countries that they name
have to be in the table. Damage that leaves everything readable (another country for
some networks) shows in no file by itself: against that there are a hash beside the file and golden look-ups.

What a file is for follows from what its records hold, not from its name. Whether it says where a network is
registered or where those who use it are, no record says: who knows cities or coordinates has measured, and so have
some makers of country files; of any other an operator knows better than we do.

MaxMind's own package (`geoip2`) reads MaxMind's types only and fails on those of others, so all are read with
`maxminddb`, and `records` knows the layouts.

Source: MaxMind DB File Format Specification 2.0; the `sha256` files of MaxMind for the form of the hash.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import StrEnum
from hashlib import sha256
from ipaddress import IPv4Address, IPv6Address
from itertools import chain, islice
from pathlib import Path
from typing import Final, NamedTuple

import maxminddb
import msgspec

from compliance.engine.memo import Memo
from compliance.errors import DatabaseError, nearest
from compliance.geo.address import Address, dotted
from compliance.geo.in_memory import Found, networks, open_bytes
from compliance.geo.knowledge import Knows, knowledge, names_a_country, schema_of, system_of, unreadable
from compliance.geo.observation import Evidence, Flag, Kind, Observation
from compliance.geo.records import STALE_DAYS, observed
from compliance.geo.regular_file import MissingError, UnreadableError, read_regular

AGEING_DAYS: Final = 45
"""From then on a database is older than its makers' users let it become."""
SHA256_SUFFIX: Final = ".sha256"
MOST_BYTES: Final = 4 << 30
"""More than any database has."""
_MOST_HASH_BYTES: Final = 1 << 16
_LOCATION_MAKERS: Final = ("geoip2-", "geolite2-", "dbip-", "ipinfo")
"""Makers who measure where users are, as they begin a database type or a file name; others are registries."""
_SAMPLE: Final = 1000
_STEP: Final = 5000
_MOST_KEPT: Final = 32_768
_MOST_UNREADABLE: Final = 0.05
"""The share of named countries that may be none of the table: makers have a few codes of their own."""
_PROBES: Final[Mapping[int, tuple[str, ...]]] = {
    4: tuple(f"{first}.{second}.1.1" for first in range(1, 224) for second in (1, 65, 129, 193)),
    6: tuple(f"{first:x}:{second:x}::1" for first in range(0x2000, 0x3000, 0x10) for second in (0, 0x500, 0xA00)),
}
"""Addresses all over the public space, asked for damage and not for their answers."""
_PACKED: Final = ((b"\x1f\x8b", "gunzip"), (b"PK\x03\x04", "unzip"), (b"\xfd7zXZ", "unxz"), (b"BZh", "bunzip2"))


class Age(StrEnum):
    """How old the data are."""

    FRESH = "fresh"
    AGEING = "ageing"
    STALE = "stale"
    """So old that only its countries count."""


def age_of(build: date, day: date) -> Age:
    """How old data of a day are on another one; data of a later day are fresh."""
    days = (day - build).days
    return Age.STALE if days > STALE_DAYS else Age.AGEING if days > AGEING_DAYS else Age.FRESH


class Walked(NamedTuple):
    """A network of a database: how far (0 to 1) it lies in it, its text, prefix, first address, and what is said."""

    share: float
    network: str
    bits: int
    address: Address
    label: Observation


@dataclass(frozen=True, slots=True)
class Survey:
    """How many networks a file has, how many of them have a country, and how many name one that there is not."""

    networks: int
    named: int
    unreadable: int


@dataclass(frozen=True, slots=True)
class About:
    """What is known of a file as a whole.

    `nodes` is the size of its search tree; `share` how many of the addresses that every file is asked for have a
    country, from 0 to 1.
    """

    name: str
    path: Path
    kind: Kind
    type: str
    build: date
    versions: tuple[int, ...]
    knows: frozenset[Knows]
    sha256: str
    size: int
    nodes: int
    share: float


class DatabaseFile:
    """An open file; made by `open_file`."""

    def __init__(self, about: About, schema: str, reader: maxminddb.Reader) -> None:
        self.about = about
        self.name = about.name
        self.failed = 0
        """How many look-ups ended in an exception."""
        self._schema = schema
        self._reader = reader
        self._read: dict[bool, Memo[Observation]] = {is_stale: Memo(_MOST_KEPT) for is_stale in (False, True)}
        self._nothing = Observation(about.name, about.kind)
        self._failing = Observation(about.name, about.kind, flags=frozenset({Flag.NOT_KNOWN}))

    def __repr__(self) -> str:
        """The name only: records name cities."""
        return f"DatabaseFile({self.name!r})"

    def observation(self, address: Address, day: date) -> Observation:
        """What the file says of the address; that nothing is known, if anything goes wrong.

        A look-up that fails is no silence: the record might have said that the reader hides. What a record means
        is worked out once for each record, not for each address.
        """
        try:
            raw = self._record(address)
            if raw is None:
                return self._nothing
            read = self._read[(day - self.about.build).days > STALE_DAYS]
            key = _key(raw)
            found = None if key is None else read.get(key)
            return read.put(key, observed(self.evidence(raw), day)) if found is None else found
        except Exception:  # noqa: BLE001  # damage shows as any exception, and its text holds the address
            self.failed += 1
            return self._failing

    def system(self, address: Address) -> int | None:
        """The number of the autonomous system that announces the address; None where nobody knows it.

        Raises:
            DatabaseError: the look-up failed.
        """
        try:
            return system_of(self._record(address))
        except Exception:  # noqa: BLE001  # as above
            self.failed += 1
        raise DatabaseError(f"a look-up in `{self.name}` failed")  # outside, so that it has no context to show

    def evidence_of(self, address: Address) -> Evidence:
        """What the file says of the address, as it came; for the command that explains it."""
        try:
            return self.evidence(self._record(address))
        except Exception:  # noqa: BLE001  # as above
            return self.evidence(None)

    def evidence(self, record: object) -> Evidence:
        """A record of this file; one that is no map says nothing."""
        raw = record if isinstance(record, Mapping) else {}
        return Evidence(self.name, self.about.kind, self._schema, raw, self.about.build)

    def walk(self, day: date, every: int = 1) -> Iterator[Walked]:
        """Each network of the file, or each Nth (`every`), in order of addresses."""
        for found in islice(networks(self._reader), 0, None, every):
            address = Address(found.version, found.first, is_public=True)
            shown = IPv4Address(found.first) if found.version == 4 else IPv6Address(found.first)
            label = observed(self.evidence(found.record), day)
            yield Walked(self._how_far(found), f"{shown}/{found.bits}", found.bits, address, label)

    def _how_far(self, found: Found) -> float:
        """How far (0 to 1) a network lies in the space that the file covers."""
        share = found.first / 2**32 if found.version == 4 else max(0.0, found.first / 2**125 - 1)
        if len(self.about.versions) == 2:
            share = share / 2 + (0.0 if found.version == 4 else 0.5)
        return min(1.0, share)

    def survey(self, tell: Callable[[float], None] = lambda _: None) -> Survey:
        """What a look at every record of the file shows.

        Args:
            tell: called now and then with how far the look is, from 0 to 1.

        Raises:
            Exception: any, if a record is damaged; its text may hold parts of it.
        """
        count = named = wrong = 0
        told = Memo[tuple[bool, bool]](_MOST_KEPT)
        for count, found in enumerate(networks(self._reader), start=1):  # the last one is the number
            key = _key(found.record)
            said = None if key is None else told.get(key)
            if said is None:
                has_country = observed(self.evidence(found.record), self.about.build).country is not None
                said = told.put(key, (has_country, not has_country and names_a_country(found.record)))
            named += said[0]
            wrong += said[1]
            if count % _STEP == 0:
                tell(self._how_far(found))
        tell(1.0)
        return Survey(count, named, wrong)

    def _record(self, address: Address) -> object:
        number = address.number
        return self._reader.get(dotted(number) if address.version == 4 else IPv6Address(number))


def open_file(path: Path, kind: Kind | None = None, name: str | None = None) -> DatabaseFile:
    """A file in memory, checked.

    Args:
        path: the MMDB file.
        kind: what it knows; left out, as its maker and its records say.
        name: what it is called; left out, as the file is, without the ending.

    Raises:
        DatabaseError: it is missing, empty, damaged, not what its hash says, or knows nothing that is used here.
    """
    data = _bytes(path)
    digest = sha256(data).hexdigest()
    if _expected(path) not in {None, digest}:
        raise DatabaseError(f"`{path}` is not the file that `{path}{SHA256_SUFFIX}` names: its SHA-256 is {digest}")
    try:
        reader = open_bytes(data)
        versions = _versions(reader)
        records = list(_sample(reader, versions))
    except Exception as error:
        raise DatabaseError(f"`{path}` is damaged or is no MMDB file") from error
    return _checked(path, kind, name, reader, records, (digest, len(data)))


def asked_for(text: str) -> tuple[Path, Kind | None]:
    """The path and the kind of a database as an operator names it: `PATH`, or `PATH=location`.

    Raises:
        DatabaseError: what stands behind the sign is no kind.
    """
    path, sign, word = text.rpartition("=")
    if not sign or "/" in word or _is_there(Path(text)):
        return Path(text), None
    if word not in set(Kind):
        near = nearest(word, Kind) or f"use one of: {', '.join(Kind)}"
        raise DatabaseError(f"`{text}` ends in no kind of database; {near}")
    return Path(path), Kind(word)


def _is_there(path: Path) -> bool:
    try:
        return path.exists()
    except OSError:  # its name is too long, or its directory is closed to us
        return False


_encode: Final = msgspec.msgpack.Encoder().encode


def _key(record: object) -> bytes | None:
    """What two records share that say the same; None for one with a number too large to be written."""
    try:
        return _encode(record)
    except OverflowError:
        return None


def _bytes(path: Path) -> bytes:
    """The whole file."""
    try:
        data = read_regular(path, MOST_BYTES)
    except MissingError:
        raise DatabaseError(f"`{path}` does not exist") from None
    except UnreadableError as error:
        raise DatabaseError(f"`{path}` {error}") from None
    if not data:
        raise DatabaseError(f"`{path}` is empty")
    for magic, command in _PACKED:
        if data.startswith(magic):
            raise DatabaseError(f"`{path}` is compressed: unpack it with `{command}`")
    return data


def _expected(path: Path) -> str | None:
    """The hash that a file beside it gives for the file; None without one."""
    beside = path.with_name(path.name + SHA256_SUFFIX)
    try:
        words = read_regular(beside, _MOST_HASH_BYTES).decode("ascii").split()
    except MissingError:
        return None
    except UnreadableError as error:
        raise DatabaseError(f"`{beside}` {error}") from None
    except UnicodeDecodeError:
        words = []
    if not words or not re.fullmatch("[0-9A-Fa-f]{64}", words[0]):
        raise DatabaseError(f"`{beside}` does not begin with a SHA-256")
    return words[0].lower()


def _versions(reader: maxminddb.Reader) -> tuple[int, ...]:
    """The IP versions that a file is asked for: one for a single version is not silent about the other."""
    about = reader.metadata()
    words = about.database_type.lower()
    if about.ip_version == 4 or words.endswith("ipv4"):
        return (4,)
    return (6,) if words.endswith("ipv6") else (4, 6)


def _sample(reader: maxminddb.Reader, versions: tuple[int, ...]) -> Iterator[object]:
    """What the file has for each probe, None where that is nothing; behind them its first records."""
    probed = (reader.get(probe) for version in versions for probe in _PROBES[version])
    return chain(probed, (found.record for found in islice(networks(reader), _SAMPLE)))


_NOTHING: Final = "neither countries, nor anonymous networks, nor autonomous systems"


def _checked(
    path: Path,
    kind: Kind | None,
    name: str | None,
    reader: maxminddb.Reader,
    records: list[object],
    hashed: tuple[str, int],
) -> DatabaseFile:
    """The file, if its records can be read and tell something that is used."""
    about = reader.metadata()
    schema = schema_of(record for record in records if isinstance(record, Mapping))
    try:
        build = datetime.fromtimestamp(about.build_epoch, UTC).date()
        said = list(_all_said(schema, records, build))
    except Exception as error:
        raise DatabaseError(f"`{path}` is damaged or is no MMDB file") from error
    knows = knowledge(records, said)
    if not knows:
        raise DatabaseError(f"`{path}` names {_NOTHING}: it is of type `{about.database_type}`")
    if (wrong := unreadable(records, said)) > _MOST_UNREADABLE:
        raise DatabaseError(f"`{path}` is damaged: {wrong:.0%} of the countries that it names are none")
    kind = kind or _kind((about.database_type, (name or path.stem).rpartition("/")[2]), knows)
    versions = _versions(reader)
    return DatabaseFile(
        About(
            name=name or path.stem,
            path=path,
            kind=kind,
            type=about.database_type,
            build=build,
            versions=versions,
            knows=knows - {Knows.REGIONS} if kind is Kind.REGISTRATION else knows,
            sha256=hashed[0],
            size=hashed[1],
            nodes=about.node_count,
            share=_share(said[: sum(len(_PROBES[version]) for version in versions)]),
        ),
        schema,
        reader,
    )


def _share(probes: Sequence[Observation]) -> float:
    """The part of the probes, from 0 to 1, for which a country is named."""
    return sum(each.country is not None for each in probes) / len(probes)


def _kind(hints: tuple[str, str], knows: frozenset[Knows]) -> Kind:
    """Whether a file locates: it knows regions, or its type or name is that of a maker who does."""
    is_of_maker = any(hint.lower().startswith(_LOCATION_MAKERS) for hint in hints) and knows != {Knows.SYSTEMS}
    return Kind.LOCATION if Knows.REGIONS in knows or is_of_maker else Kind.REGISTRATION


def _all_said(schema: str, records: Iterable[object], build: date) -> Iterator[Observation]:
    """The same of many records, each worked out once: those of countries repeat each other."""
    told: dict[bytes, Observation] = {}
    for record in records:
        key = _key(record)
        if key is None:
            yield _as_located(schema, record, build)
        else:
            if key not in told:
                told[key] = _as_located(schema, record, build)
            yield told[key]


def _as_located(schema: str, record: object, build: date) -> Observation:
    """All that a record says, if the file were of one who measures."""
    return observed(Evidence("", Kind.LOCATION, schema, record if isinstance(record, Mapping) else {}, build), build)
