"""`compliance geo update`: a newer database into its place, whole and tried, or not at all.

Theory: whoever reads the file must find the old one or the new one, never a part of one. So a new one is written
beside its place under another name, tried there as a service would try it, and then renamed. What a service would
refuse later is refused here, where somebody reads the message.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import click

from compliance.cli.command import FINDINGS, GOOD, json_option, print_json, reports_errors, settings
from compliance.cli.geo_fetch import fetched
from compliance.errors import ConfigError, DatabaseError, RulesError
from compliance.geo.database_file import SHA256_SUFFIX, DatabaseFile, asked_for, open_file
from compliance.geo.database_store import falls_behind, named, read_golden_rows
from compliance.geo.golden import Golden, check_golden, check_names
from compliance.geo.observation import Kind

_PROGRAM = "geoipupdate"


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a database belongs, what it is taken for, and what a service calls it."""

    path: Path
    kind: Kind | None
    name: str


@dataclass(frozen=True, slots=True)
class _GoldenRows:
    """The golden look-ups, and the names of all databases that they may be about."""

    rows: Sequence[Golden]
    names: Sequence[str]

    def check(self, tried: DatabaseFile | None = None) -> None:
        """Ask a new database, or without one see that each row is about a database that there is.

        Raises:
            RulesError: with every look-up that does not come out.
        """
        files = [] if tried is None else [tried]
        others = [name for name in self.names if tried is None or name != tried.name]
        wrong = list(check_names(self.rows, files, others))
        wrong += (problem for file in files for problem in check_golden(self.rows, file))
        if wrong:
            raise RulesError(wrong)


@dataclass(frozen=True, slots=True)
class _Done:
    """What became of one database; `problem` is why it is not in place."""

    path: str
    is_new: bool
    build: str | None
    sha256: str | None
    problem: str | None = None


@click.command()
@click.argument("source", required=False)
@click.option("--to", "target", metavar="PATH", help="The database to replace; left out, the configured one.")
@click.option("--sha256", "digest", metavar="HEX", help="The SHA-256 that SOURCE has to have.")
@click.option("--force", is_flag=True, help="Take a database that is older or knows less, too.")
@click.option("--geoipupdate-config", "program_config", metavar="FILE", help="Settings file of geoipupdate.")
@click.option("--config", "config", type=click.Path(path_type=Path), help="Settings file instead of compliance.toml.")
@json_option
@reports_errors
def update(source: str | None, config: Path | None, *, as_json: bool, **flags: Any) -> None:
    """Put a newer database in place of a configured one; a running service takes it into use by itself.

    SOURCE is a file or an https address, also packed with gzip. Without it, geoipupdate of MaxMind is run with its
    own settings. A database is tried as a service would, and the old one stays where anything is wrong.
    """
    configured = settings(config, {})
    places = [_Place(path, kind, name) for name, (path, kind) in named(configured.geo_databases).items()]
    rows = read_golden_rows(configured.geo_golden)
    if source is None:
        if flags["target"] or flags["digest"]:
            raise ConfigError("`--to` and `--sha256` are about a SOURCE: give one")
        done = _by_program(places, _golden(rows, places), flags["program_config"], force=flags["force"])
    else:
        place = _place_of(source, flags["target"], places)
        done = [_from_source(source, place, _golden(rows, [*places, place]), flags["digest"], force=flags["force"])]
    if as_json:
        print_json({"databases": [asdict(each) for each in done]})
    else:
        for each in done:
            click.echo(_in_words(each))
    sys.exit(FINDINGS if any(each.problem for each in done) else GOOD)


def _golden(rows: Sequence[Golden], places: Sequence[_Place]) -> _GoldenRows:
    """The golden look-ups, if each is about one of these databases; asked before anything is fetched."""
    golden = _GoldenRows(rows, [each.name for each in places])
    if places:
        golden.check()
    return golden


def _in_words(done: _Done) -> str:
    if done.problem is not None:
        return f"{done.path}: the old one stays: {done.problem}"
    return f"{done.path}: {'now' if done.is_new else 'already'} built on {done.build}, sha256 {done.sha256}"


def _place_of(source: str, target: str | None, places: Sequence[_Place]) -> _Place:
    """Where a new database belongs: as it is told, or where a configured one has its name, or the only one."""
    if target is not None:
        path, kind = asked_for(target)
        wanted = _Place(path, kind, next((each.name for each in places if each.path == path), path.stem))
        return next((each for each in places if each.path == wanted.path and wanted.kind is None), wanted)
    name = source.partition("?")[0].rpartition("/")[2].removesuffix(".gz")
    named = [each for each in places if each.path.name == name] or list(places)
    if len(named) != 1:
        why = "several databases are configured" if named else "no database is configured"
        raise ConfigError(f"{why}: say with `--to` which one to replace")
    return named[0]


def _from_source(source: str, place: _Place, golden: _GoldenRows, digest: str | None, *, force: bool) -> _Done:
    """A file or download, tried beside its place and put there."""
    beside = _beside(place.path)
    try:
        fetched(source, beside, digest)
        return _promoted(beside, place, golden, force=force)
    finally:
        beside.unlink(missing_ok=True)


def _beside(target: Path) -> Path:
    """An empty file beside a target, under a name that nobody else has."""
    try:
        handle, name = tempfile.mkstemp(prefix=f".{target.name}.", suffix=".part", dir=target.parent)
    except OSError as error:
        why = (error.strerror or "no reason given").lower()
        raise ConfigError(f"nothing can be written beside `{target}`: {why}") from None
    os.close(handle)
    return Path(name)


def _promoted(new: Path, place: _Place, golden: _GoldenRows, *, force: bool) -> _Done:
    """A new file, put in place if it may be.

    Raises:
        DatabaseError: it may not.
        RulesError: with every golden look-up that does not come out.
    """
    target = place.path
    tried = _tried(new, place)
    golden.check(tried)
    old = _old(place)
    is_same = old is not None and old.about.sha256 == tried.about.sha256
    if old is not None and not is_same and not force and (why := falls_behind(tried, old)):
        raise DatabaseError(f"the new `{target.name}` {why}: `--force` takes it all the same")
    if not is_same:
        _put(new, target, tried.about.sha256)
    return _Done(str(target), not is_same, tried.about.build.isoformat(), tried.about.sha256)


def _tried(new: Path, place: _Place) -> DatabaseFile:
    """The new file, opened as a service would; messages name it by its place."""
    try:
        return open_file(new, place.kind, place.name)
    except DatabaseError as error:
        raise DatabaseError(str(error).replace(f"`{new}`", f"the new `{place.path.name}`")) from None


def _old(place: _Place) -> DatabaseFile | None:
    """The file in place, if it can be used."""
    try:
        return open_file(place.path, place.kind, place.name)
    except DatabaseError:
        return None


def _put(new: Path, target: Path, digest: str) -> None:
    """A new file in its place, in one step, with the rights of the one that it replaces and its hash beside it."""
    try:
        mode = target.stat().st_mode & 0o777 if target.exists() else 0o644
        new.chmod(mode)
        _flush(new)
        new.replace(target)
        beside = target.with_name(target.name + SHA256_SUFFIX)
        if beside.exists():
            hashed = _beside(beside)
            hashed.write_text(f"{digest}  {target.name}\n", encoding="ascii")
            hashed.chmod(mode)
            hashed.replace(beside)
    except OSError as error:
        raise ConfigError(f"`{target}` cannot be written: {(error.strerror or 'no reason given').lower()}") from None


def _flush(path: Path) -> None:
    with path.open("rb") as file:
        os.fsync(file.fileno())


def _by_program(places: Sequence[_Place], golden: _GoldenRows, config: str | None, *, force: bool) -> list[_Done]:
    """What geoipupdate brings, each put in the place that has its name."""
    program = shutil.which(_PROGRAM)
    if program is None:
        raise ConfigError(f"`{_PROGRAM}` is not installed: install it, or give a file or an https address")
    if not places:
        raise ConfigError("no database is configured: name those that are to be renewed in `geo_databases`")
    with tempfile.TemporaryDirectory(prefix="compliance-geo-") as directory:
        for place in places:  # so that it sees what there is and asks for newer ones only
            with contextlib.suppress(OSError):  # one that cannot be read is brought whole
                if place.path.is_file():
                    shutil.copy2(place.path, Path(directory, place.path.name))
        more = ["-f", config] if config else []
        ended = subprocess.run(
            [program, "-d", directory, *more], capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL
        )
        if ended.returncode != 0:
            said = " ".join((ended.stderr or ended.stdout).split()) or "it says nothing"
            raise ConfigError(f"`{_PROGRAM}` failed with status {ended.returncode}: {said}")
        brought = {path.name: path for path in Path(directory).glob("*.mmdb")}
        done = [
            _brought(brought[each.path.name], each, golden, force=force) for each in places if each.path.name in brought
        ]
    if not done:
        raise ConfigError(f"`{_PROGRAM}` brought no database that is configured: it has {', '.join(sorted(brought))}")
    return done


def _brought(new: Path, place: _Place, golden: _GoldenRows, *, force: bool) -> _Done:
    """One of several: what is wrong with it does not keep the others from their places."""
    beside = _beside(place.path)
    try:
        shutil.copyfile(new, beside)
        return _promoted(beside, place, golden, force=force)
    except (DatabaseError, RulesError, ConfigError) as error:
        return _Done(str(place.path), is_new=False, build=None, sha256=None, problem=" ".join(str(error).split()))
    finally:
        beside.unlink(missing_ok=True)
