"""The databases and overlays in use, and how to exchange them while questions are answered.

Theory: a service that loses its databases warns everybody, and one that takes a wrong one warns the wrong people. So
a file that changed is read beside the one in use and compared with it: it must know the same things in the same way,
not be older or much smaller, name countries for about as many addresses, and answer the golden look-ups. Only then a
new set of sources takes the place of the old one, by one assignment. Each file is judged alone: a bad one is
remembered with what is wrong with it, and its predecessor stays. At the start there is no predecessor, so a bad file
is an error.
"""

from __future__ import annotations

import logging
import threading
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final, Self

from compliance.errors import ComplianceError, DatabaseError, Problem, RulesError
from compliance.geo.database_file import SHA256_SUFFIX, Age, DatabaseFile, age_of, asked_for, open_file
from compliance.geo.databases import Databases, packaged
from compliance.geo.golden import Golden, check_golden, check_names, read_golden
from compliance.geo.knowledge import Knows
from compliance.geo.observation import Kind
from compliance.geo.overlay import Overlay
from compliance.geo.regular_file import UnreadableError, read_regular
from compliance.language.overlays import read_overlay
from compliance.language.tables import MOST_BYTES
from compliance.model.overlay import OverlayRow
from compliance.watching import watch

_log = logging.getLogger("compliance.geo")
_OVERLAYS: Final = "the overlays"
_LEAST: Final = 0.5
"""How small a file may be beside the one that it replaces."""
_State = tuple[object, ...]
_Territories = Callable[[], Collection[str]]


@dataclass(frozen=True, slots=True)
class GeoFiles:
    """What an operator configured: MMDB files, overlays, and the file of golden look-ups."""

    databases: tuple[str, ...] = ()
    overlays: tuple[str, ...] = ()
    golden: str | None = None


NO_FILES: Final = GeoFiles()


class DatabaseStore:
    """The sources in use, and how to replace them. Who asks takes `current` once for each question."""

    def __init__(self, current: Databases, files: GeoFiles = NO_FILES, territories: _Territories = tuple) -> None:
        """A store of sources that are open; see `open`."""
        self.current = current
        self.reloads = self.failures = 0
        self.problems: dict[str, str] = {}
        """What is wrong with the file that was to take the place of the one in use, by its name."""
        self._files, self._territories = files, territories
        self._asked = named(files.databases)
        self._lock, self.wake = threading.Lock(), threading.Event()
        self._seen = self.look()
        self._warned: dict[str, Age] = {}

    @classmethod
    def open(cls, files: GeoFiles, territories: _Territories) -> Self:
        """A store of all these files.

        Args:
            files: which.
            territories: gives the ids of the territories of the rule set in use, which overlays name.

        Raises:
            DatabaseError: a database cannot be used; the message names each one that cannot.
            RulesError: with every problem of every overlay and of the golden look-ups.
        """
        store = cls(Databases(), files, territories)  # which looks at the files before they are read
        own, problems = [], []
        for name in store._asked:
            try:
                own.append(store._opened(name))
            except DatabaseError as error:
                problems.append(str(error))
        if problems:
            raise DatabaseError("; ".join(problems))
        wrong: list[Problem] = []
        overlay = Overlay()
        try:
            rows = read_golden_rows(files.golden)
            wrong += check_names(rows, own)
            wrong += (problem for file in own for problem in check_golden(rows, file))
        except RulesError as error:
            wrong += error.problems
        try:
            overlay = read_overlays(files.overlays, territories(), own)
        except RulesError as error:
            wrong += error.problems
        if wrong:
            raise RulesError(wrong)
        store.current = Databases(packaged(), own, overlay)
        return store

    def _opened(self, name: str) -> DatabaseFile:
        path, kind = self._asked[name]
        return open_file(path, kind, name)

    def reload(self, *, force: bool = False) -> bool:
        """Whether every file that changed could be taken into use; if not, `problems` says why.

        Args:
            force: read every file, and take each that can be used, however it compares with the one in use.
        """
        with self._lock:
            before, seen = self.current, self.look()
            changed = {name for name in seen if force or name in self.problems or seen[name] != self._seen[name]}
            self._seen = seen
            own = [self._renewed(file, force=force) if file.name in changed else file for file in before.own]
            overlay = self._renewed_overlay(before.overlay, own) if _OVERLAYS in changed else before.overlay
            if tuple(own) != before.own or overlay is not before.overlay:
                self.current = Databases(packaged(), own, overlay)
                self.reloads += 1
            return not self.problems

    def _renewed(self, old: DatabaseFile, *, force: bool) -> DatabaseFile:
        """The file that takes the place of an open one, if it may; else the open one."""
        try:
            new = self._successor(old, force=force)
        except Exception as error:  # noqa: BLE001  # whatever goes wrong, the open one stays, and it shows
            self._refuse(old.name, error)
            return old
        self.problems.pop(old.name, None)
        if new is not old:
            facts = {"database": new.name, "build": str(new.about.build), "sha256": new.about.sha256}
            said = {"event": "database-exchanged", "facts": facts}
            _log.info("database %s exchanged: built on %s, sha256 %s", *facts.values(), extra=said)
        return new

    def _successor(self, old: DatabaseFile, *, force: bool) -> DatabaseFile:
        """The file as it is now; the open one, if that is the same."""
        new = self._opened(old.name)
        is_same = new.about.sha256 == old.about.sha256
        if not is_same and not force and (why := falls_behind(new, old)):
            raise DatabaseError(f"`{new.about.path}` {why}: restart the service to use it all the same")
        if wrong := list(check_golden(read_golden_rows(self._files.golden), new)):
            raise RulesError(wrong)
        if self._state_of(old.name) != self._seen[old.name]:
            raise DatabaseError(f"`{new.about.path}` changed while it was read")
        return old if is_same else new

    def _renewed_overlay(self, old: Overlay, own: Sequence[DatabaseFile]) -> Overlay:
        """What the overlays say now, if all of them can be read; else what they said."""
        try:
            new = read_overlays(self._files.overlays, self._territories(), own)
        except Exception as error:  # noqa: BLE001  # as above
            self._refuse(_OVERLAYS, error)
            return old
        self.problems.pop(_OVERLAYS, None)
        said = {"event": "overlays-read", "facts": {"rows": len(new.rows), "removals": len(new.removals)}}
        _log.info("overlays read: %d row(s), %d of them removals", len(new.rows), len(new.removals), extra=said)
        return new

    def _refuse(self, name: str, error: Exception) -> None:
        """Put on record what is wrong with the one that was to take the place of the one in use."""
        if isinstance(error, RulesError):
            first, *others = error.problems
            where = "" if first.span is None else f"{first.span.path}:{first.span.line}:{first.span.column}: "
            said = f"{where}{first.message}" + (f"; and {len(others)} more" if others else "")
        elif isinstance(error, ComplianceError):
            said = str(error)
        else:
            said = f"something went wrong here, not in the file: {type(error).__name__}"
        whole = error if isinstance(error, RulesError) else said
        told = {"event": "database-refused", "facts": {"database": name}}
        _log.error("%s not exchanged, the one in use stays\n%s", name, whole, extra=told)  # before anybody can ask why
        self.failures += 1
        self.problems[name] = said

    # -- looking --------------------------------------------------------------------------------------------

    def request_reload(self) -> None:
        """Have the watching thread reload soon; safe to call from a signal handler."""
        self.wake.set()

    def watch(self, seconds: float, today: Callable[[], date]) -> Callable[[], None]:
        """Reload in the background on request, and with `seconds` > 0 on change; the result stops it.

        At every look the ages are looked at, too, and a database that grows old is named in the log once.
        """
        return watch(self, seconds, "geo", lambda: self.warn_of_age(today()))

    def seen(self) -> object:
        """What a look gave when the files were last read."""
        return self._seen

    def warn_of_age(self, day: date) -> None:
        """Name in the log each database that grew old since the last time."""
        for file in self.current.own:
            age = age_of(file.about.build, day)
            if self._warned.get(file.name, Age.FRESH) != age:
                self._warned[file.name] = age
                if age is not Age.FRESH:
                    days = (day - file.about.build).days
                    _log.warning("database %s is %d days old (%s): renew it", file.name, days, age)

    def look(self) -> dict[str, _State]:
        """What changes when a file, or something that it is checked with, is written, removed or replaced."""
        return {name: self._state_of(name) for name in (*self._asked, *([_OVERLAYS] if self._files.overlays else []))}

    def _state_of(self, name: str) -> _State:
        if name == _OVERLAYS:
            return (*map(_state, self._files.overlays), frozenset(self._territories()))
        path, _ = self._asked[name]
        beside = [f"{path}{SHA256_SUFFIX}", *([self._files.golden] if self._files.golden else [])]
        return tuple(map(_state, [str(path), *beside]))

    def describe(self, day: date) -> list[dict[str, object]]:
        """Every source for those who run the service, see `Databases.describe`, with what is wrong with newer files."""
        described = self.current.describe(day)
        for each in described:
            if (problem := self.problems.get(str(each["name"]))) is not None:
                each["problem"] = f"a newer file is not in use: {problem}"
        problem = self.problems.get(_OVERLAYS)
        for path in self._files.overlays:
            rows = [row for row in self.current.overlay.rows if row.span.path == path]
            removals = sum(row.is_removal for row in rows)
            more = {"rows": len(rows), "removals": removals, "problem": problem}
            described.append({"name": Path(path).name, "type": "overlay", "date": None, "licence": None, **more})
        return described


def named(asked: Iterable[str]) -> dict[str, tuple[Path, Kind | None]]:
    """Path and kind of each database by its name: that of the file, with its directory where two are called alike.

    Args:
        asked: the databases as an operator names them, see `asked_for`.

    Raises:
        DatabaseError: two have one name, or a kind is none.
    """
    files = [asked_for(text) for text in asked]
    stems = Counter(path.stem for path, _ in files)
    found: dict[str, tuple[Path, Kind | None]] = {}
    for path, kind in files:
        name = path.stem if stems[path.stem] == 1 else f"{path.parent.name}/{path.stem}"
        if name in found:
            raise DatabaseError(f"`{path}` needs a name of its own: rename it or its directory")
        found[name] = (path, kind)
    return found


def falls_behind(new: DatabaseFile, old: DatabaseFile) -> str | None:
    """In what a file falls behind the one that it is to replace; None if in nothing."""
    mine, theirs = new.about, old.about
    lost = theirs.knows - mine.knows
    if lost - {Knows.ANONYMITY} or theirs.knows == lost:
        return f"names no {' and no '.join(sorted(lost))}, which the one in use does: it is of type `{mine.type}`"
    if mine.kind is not theirs.kind:  # one record with a city may do that, and what it excludes then hides notices
        what = f"is taken for `{mine.kind}` and the one in use for `{theirs.kind}`"
        return f"{what}: say which it is behind its path, `{mine.path.name}={mine.kind}`"
    if missing := set(theirs.versions) - set(mine.versions):
        return f"covers no IPv{min(missing)}, which the one in use does"
    if mine.build < theirs.build:
        return f"was built on {mine.build}, before the one in use ({theirs.build})"
    if mine.nodes < theirs.nodes * _LEAST:
        return "is less than half as large as the one in use"
    if mine.share < theirs.share * _LEAST:
        return f"has a country for {mine.share:.0%} of the probes, the one in use for {theirs.share:.0%}"
    return None


def read_overlays(paths: Sequence[str], territories: Collection[str], own: Sequence[DatabaseFile]) -> Overlay:
    """What all files of an overlay say together.

    Raises:
        RulesError: with every problem of them.
    """
    rows: list[OverlayRow] = []
    problems: list[Problem] = []
    for path in paths:
        try:
            found, wrong = read_overlay(path, _bytes(path), territories)
        except RulesError as error:
            problems += error.problems
        else:
            rows += found
            problems += wrong
    asks = next((row for row in rows if row.system is not None), None)
    if asks is not None and not any(Knows.SYSTEMS in file.about.knows for file in own):
        help_ = "add one to `geo_databases`, for example GeoLite2-ASN"
        problems.append(
            Problem("no database names autonomous systems, so this row would never count", asks.span, help_)
        )
    if problems:
        raise RulesError(problems)
    return Overlay(rows)


def read_golden_rows(path: str | None) -> tuple[Golden, ...]:
    """The golden look-ups of a file; none without one.

    Raises:
        RulesError: with every problem of it.
    """
    if path is None:
        return ()
    rows, problems = read_golden(path, _bytes(path))
    if problems:
        raise RulesError(problems)
    return rows


def _bytes(path: str) -> bytes:
    """The bytes of a table."""
    try:
        return read_regular(Path(path), MOST_BYTES)
    except UnreadableError as error:
        raise RulesError([Problem(f"`{path}` {error}")]) from None


def _state(path: str) -> _State:
    try:
        seen = Path(path).stat()
    except (OSError, ValueError) as error:
        return (type(error).__name__,)
    return (seen.st_mtime_ns, seen.st_ctime_ns, seen.st_size, seen.st_ino)
