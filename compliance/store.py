"""Rule directories: read, tried out, swapped in whole, and never lost.

Theory: a service that loses its rules stops warning people. So a rule set is read beside the one in use,
every scenario of it is asked, and only a set without any problem takes its place, by one assignment. A set
that fails leaves the last good one serving and is remembered with everything that is wrong with it, until
a later one is good.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from zoneinfo import available_timezones

from compliance.content.publisher import Directory
from compliance.errors import Problem, RulesError
from compliance.language.load import load
from compliance.model.ruleset import Ruleset
from compliance.review.scenarios import run

_log = logging.getLogger("compliance.store")
SUFFIXES = (".yaml", ".yml")


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A rule set in use, with what is worked out once for it."""

    ruleset: Ruleset
    directory: Directory


def packaged_rules() -> Path:
    """Where the rules that ship with the product are, in a wheel or beside a checkout."""
    here = Path(__file__).resolve().parent
    inside = here / "packaged_rules"
    return inside if inside.is_dir() else here.parent / "rules"


def read_rules(path: Path) -> Ruleset:
    """The rule set of a directory; its scenarios are not asked.

    Raises:
        RulesError: with every problem of every file.
    """
    return load(_files(path), _zones(), root=_shown(path))


def open_snapshot(path: Path) -> Snapshot:
    """The rule set of a directory, ready to serve.

    Raises:
        RulesError: with every problem of every file, or every scenario that failed.
    """
    ruleset = read_rules(path)
    failures = [outcome.problem for outcome in run(ruleset) if outcome.problem is not None]
    if failures:
        raise RulesError(failures)
    return Snapshot(ruleset, Directory.of(ruleset.entities.values()))


class Store:
    """The snapshot in use, and how to replace it. Readers take `current` once for each question."""

    def __init__(self, path: Path) -> None:
        """Open a rule directory.

        Raises:
            RulesError: it cannot be loaded; there is no last good set yet to fall back on.
        """
        self.path = path
        self._seen = _fingerprint(path)
        self.current = open_snapshot(path)
        self.failure: RulesError | None = None
        self.reloads = 0
        self.failures = 0
        self._lock = threading.Lock()
        self._wake = threading.Event()

    def reload(self) -> bool:
        """Whether the directory could be loaded and is now in use; if not, `failure` says why."""
        with self._lock:
            self._seen = _fingerprint(self.path)
            try:
                fresh = open_snapshot(self.path)
            except RulesError as error:
                self.failures += 1
                self.failure = error
                _log.error("rules not reloaded, the last good set stays in use\n%s", error)
                return False
            changed = fresh.ruleset.source != self.current.ruleset.source
            self.current, self.failure = fresh, None
            self.reloads += changed
            _log.info("rules %s: %s", "reloaded" if changed else "unchanged", fresh.ruleset.meaning)
            return True

    def request_reload(self) -> None:
        """Have the watching thread reload soon; safe to call from a signal handler."""
        self._wake.set()

    def watch(self, seconds: float) -> Callable[[], None]:
        """Reload in the background on request, and with `seconds` > 0 on change; the result stops it.

        Files are looked at rather than subscribed to, so that network file systems and the symlink swaps
        of container platforms are seen too.
        """
        stopped = threading.Event()

        def keep_watching() -> None:
            while not stopped.is_set():
                asked = self._wake.wait(seconds or None)
                self._wake.clear()
                if not stopped.is_set() and (asked or _fingerprint(self.path) != self._seen):
                    self._reload_safely()

        def stop() -> None:
            stopped.set()
            self._wake.set()
            thread.join()

        thread = threading.Thread(target=keep_watching, name="rules", daemon=True)
        thread.start()
        return stop

    def _reload_safely(self) -> None:
        try:
            self.reload()
        except Exception:  # noqa: BLE001 - the thread must live, and the last good set stays, whatever goes wrong
            _log.exception("rules not reloaded")


def _files(path: Path) -> dict[str, bytes]:
    """Every rule file under `path`, by its path there.

    Raises:
        RulesError: the directory or a file cannot be read, or there is no rule file.
    """
    if not path.is_dir():
        raise RulesError([Problem(f"`{_shown(path)}` is not a directory", help="give the directory of the rule files")])
    found: dict[str, bytes] = {}
    problems = []
    for file in _rule_files(path):
        try:
            found[file.relative_to(path).as_posix()] = file.read_bytes()
        except OSError as error:
            problems.append(
                Problem(f"`{_shown(file)}` cannot be read: {(error.strerror or 'no reason given').lower()}")
            )
    if not found and not problems:
        problems.append(Problem(f"`{_shown(path)}` holds no rule file", help="rule files end in .yaml"))
    if problems:
        raise RulesError(problems)
    return found


def _rule_files(path: Path) -> list[Path]:
    """The rule files under `path`; hidden files and directories are none."""
    return sorted(
        file
        for file in path.rglob("*")
        if file.suffix in SUFFIXES
        and not any(part.startswith(".") for part in file.relative_to(path).parts)
        and not file.is_dir()
    )


def _fingerprint(path: Path) -> tuple[tuple[str, int, int], ...]:
    """What changes when a rule file is added, removed, renamed or written."""
    found = []
    for file in _rule_files(path) if path.is_dir() else ():
        try:
            seen = file.stat()
        except OSError:
            found.append((str(file), 0, 0))
        else:
            found.append((str(file), seen.st_mtime_ns, seen.st_size))
    return tuple(found)


def _shown(path: Path) -> str:
    """The path as a person would type it: relative where it is below the working directory."""
    try:
        return path.resolve().relative_to(Path.cwd()).as_posix() or "."
    except ValueError:
        return path.as_posix()


@cache
def _zones() -> frozenset[str]:
    return frozenset(available_timezones())
