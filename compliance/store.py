"""Rule directories: read, tried out, swapped in whole, and never lost.

Theory: a service that loses its rules stops warning people. So a rule set is read beside the one in use,
every scenario of it is asked, and only a set without any problem takes its place, by one assignment. A set
that fails leaves the last good one serving and is remembered with everything that is wrong with it, until
a later one is good.
"""

from __future__ import annotations

import logging
import os
import re
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from zoneinfo import available_timezones

from compliance import bundle
from compliance.content.publisher import Directory
from compliance.dictionary import Names
from compliance.engine.index import Index
from compliance.engine.memo import Memo
from compliance.errors import Problem, RulesError, Span
from compliance.forms_cache import FormsCache
from compliance.garbage import uncollected
from compliance.language.load import load
from compliance.language.source import in_utf_8
from compliance.language.suite import DIRECTORY as SUITES
from compliance.language.suite import load_suites, misplaced
from compliance.mentions.table import Table
from compliance.model.decision import Decision
from compliance.model.facts import FactValue
from compliance.model.ruleset import Ruleset
from compliance.model.suite import Suite
from compliance.review.scenarios import run
from compliance.watching import watch

_log = logging.getLogger("compliance.store")
SUFFIXES = (".yaml", ".yml")
_MISNAMED = re.compile(r"\.ya?ml(\.txt)?$", re.IGNORECASE)
MEMO = 65_536
"""How many decisions are remembered where nobody says otherwise."""
MOST_FACTS = 131_072
MOST_FORMER = 8
"""So many rule sets that were in use before are kept, to tell what changed since."""
NO_ACTIVE_RULE = "no rule is active, so no page gets a notice"


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A rule set in use, with what is worked out once for it."""

    ruleset: Ruleset
    directory: Directory
    index: Index
    facts: Memo[FactValue]
    """Facts as they were written, and what they mean; and what was decided on them in a segment of days."""
    decisions: Memo[Decision]
    names: Names
    """The names of its entities, to be looked for in texts."""
    files: Mapping[str, bytes]
    """The bytes of its rule files by their paths."""


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
    return read_with_forms(path)[0]


def read_with_forms(path: Path) -> tuple[Ruleset, Table | None]:
    """The rule set of a directory or bundle, and the forms of its words, if they came with it.

    Raises:
        RulesError: with every problem of every file.
    """
    whole = _whole(path)
    return _loaded(path, whole), whole.forms


def _loaded(path: Path, whole: bundle.Bundle) -> Ruleset:
    with uncollected():
        return load(whole.files, known_zones(), root=_shown(path))


def read_with_files(path: Path) -> tuple[Ruleset, dict[str, bytes]]:
    """The rule set of a directory, and the bytes of its files by the paths that places in it name.

    Raises:
        RulesError: with every problem of every file.
    """
    whole = _whole(path)
    return _loaded(path, whole), {f"{_shown(path)}/{file}": data for file, data in whole.files.items()}


def open_snapshot(path: Path, memo: int = MEMO, kept: FormsCache | None = None) -> Snapshot:
    """The rule set of a directory or bundle, ready to serve.

    Args:
        path: where it is.
        memo: how many decisions it may remember.
        kept: where word forms are kept from one start to the next.

    Raises:
        RulesError: with every problem of every file, or every scenario that failed.
    """
    whole = _whole(path)
    ruleset = _loaded(path, whole)
    failures = [outcome.problem for outcome in run(ruleset) if outcome.problem is not None]
    if failures:
        raise RulesError(failures)
    with uncollected():
        index = Index(ruleset)
    directory = Directory.of(ruleset.entities.values(), ruleset.registers, ruleset.words)
    memos = Memo[FactValue](MOST_FACTS), Memo[Decision](memo)
    return Snapshot(ruleset, directory, index, *memos, Names(ruleset, whole.forms, kept), whole.files)


class Store:
    """The snapshot in use, and how to replace it. Readers take `current` once for each question."""

    def __init__(self, path: Path, memo: int = MEMO, kept: FormsCache | None = None) -> None:
        """Open a rule directory or bundle; see `open_snapshot`.

        Raises:
            RulesError: it cannot be loaded; there is no last good set yet to fall back on.
        """
        self.path = path
        self._memo, self._kept = memo, kept
        self._seen = _fingerprint(path)
        self.current = open_snapshot(path, memo, kept)
        _warn_if_silent(self.current.ruleset)
        self.failure: RulesError | None = None
        self.reloads = self.failures = 0
        self.former: Mapping[str, Ruleset] = {}
        self._lock, self.wake = threading.Lock(), threading.Event()

    def reload(self) -> bool:
        """Whether the directory could be loaded and is now in use; if not, `failure` says why."""
        with self._lock:
            self._seen = _fingerprint(self.path)
            try:
                fresh = open_snapshot(self.path, self._memo, self._kept)
            except RulesError as error:
                return self._fail(error)
            except Exception as error:  # noqa: BLE001 - the last good set stays, whatever goes wrong, and it shows
                _log.exception("rules not reloaded")
                unforeseen = Problem(f"something went wrong here, not in the rules: {type(error).__name__}")
                return self._fail(RulesError([unforeseen]))
            if self.current.names.is_ready:
                fresh.names.ready()  # so that no question waits for it
            before = self.current.ruleset
            changed = fresh.ruleset.source != before.source
            _log.info("rules %s: %s", "reloaded" if changed else "unchanged", fresh.ruleset.meaning)
            if changed:
                self.former = dict([*self.former.items(), (before.meaning, before)][-MOST_FORMER:])
            self.current, self.failure = fresh, None
            self.reloads += changed
            if gone := sorted(before.rules_of_notice.keys() - fresh.ruleset.rules_of_notice.keys()):
                _log.warning("no active rule asks any more for: %s", ", ".join(gone))
            _warn_if_silent(fresh.ruleset)
            return True

    def _fail(self, error: RulesError) -> bool:
        _log.error("rules not reloaded, the last good set stays in use\n%s", error)  # before anybody can ask why
        self.failures += 1
        self.failure = error
        return False

    def look(self) -> object:
        """What changes when a rule file does."""
        return _fingerprint(self.path)

    def seen(self) -> object:
        """What a look gave when the rules were last read."""
        return self._seen

    def request_reload(self) -> None:
        """Have the watching thread reload soon; safe to call from a signal handler."""
        self.wake.set()

    def watch(self, seconds: float) -> Callable[[], None]:
        """Reload in the background on request, and with `seconds` > 0 on change; the result stops it."""
        return watch(self, seconds, "rules")


def _warn_if_silent(ruleset: Ruleset) -> None:
    if not ruleset.active_rules:
        _log.warning(NO_ACTIVE_RULE)


def read_files(path: Path) -> dict[str, bytes]:
    """Every rule file under a directory, or in a bundle, by its path there.

    Raises:
        RulesError: the directory or a file cannot be read, a rule file stands among the suites, or there is none.
    """
    return _whole(path).files


def _whole(path: Path) -> bundle.Bundle:
    """The same, with the forms of their words, if they came with it."""
    if os.path.isfile(path) and path.suffix not in SUFFIXES:
        return bundle.read(path, _shown(path))
    if not os.path.isdir(path):
        raise RulesError(
            [Problem(f"`{_shown(path)}` is not a directory", help="give the directory of the rule files, or a bundle")]
        )
    problems: list[Problem] = []
    found = _read(path, _rule_files(path, _noting(problems)), problems)
    problems += [problem for file in sorted(_suite_files(path)) if (problem := _misplaced(path, file)) is not None]
    problems += [_misnamed(path, file) for file in sorted(_misnamed_files(path))]
    if not found and not problems:
        problems.append(Problem(f"`{_shown(path)}` holds no rule file", help="rule files end in .yaml"))
    if problems:
        raise RulesError(problems)
    return bundle.Bundle(found)


def read_suites(path: Path, ruleset: Ruleset) -> tuple[Suite, ...]:
    """The suites under a rule directory; none if there are none.

    Raises:
        RulesError: with every problem of every suite.
    """
    problems: list[Problem] = []
    files = _read(path, _suite_files(path, _noting(problems)), problems)
    if problems:
        raise RulesError(problems)
    return load_suites(files, ruleset, root=_shown(path))


def read_suite_files(files: Iterable[Path], ruleset: Ruleset) -> tuple[Suite, ...]:
    """The suites of some files, wherever they are.

    Raises:
        RulesError: with every problem of every suite.
    """
    problems: list[Problem] = []
    note = _noting(problems)
    found: dict[str, bytes] = {}
    for file in files:
        try:
            found[_shown(file)] = file.read_bytes()
        except OSError as error:
            note(error)
    if problems:
        raise RulesError(problems)
    return load_suites(found, ruleset)


def _noting(problems: list[Problem]) -> Callable[[OSError], None]:
    """A place to put what cannot be read."""

    def note(error: OSError) -> None:
        why = (error.strerror or "no reason given").lower()
        problems.append(Problem(f"`{_shown(Path(error.filename))}` cannot be read: {why}"))

    return note


def _read(path: Path, files: Iterable[Path], problems: list[Problem]) -> dict[str, bytes]:
    """The bytes of files by their paths under `path`; what cannot be read is a problem."""
    found: dict[str, bytes] = {}
    for file in sorted(files):
        try:
            found[file.relative_to(path).as_posix()] = file.read_bytes()
        except OSError as error:
            _noting(problems)(error)
    return found


def _rule_files(path: Path, on_error: Callable[[OSError], None] | None = None) -> Iterator[Path]:
    """The rule files under `path`, also behind symbolic links; hidden files and directories are none."""
    return (file for file, is_suite in _walk(path, on_error) if not is_suite)


def _suite_files(path: Path, on_error: Callable[[OSError], None] | None = None) -> Iterator[Path]:
    """The files under `path` that stand below a directory of suites."""
    return (file for file, is_suite in _walk(path, on_error) if is_suite)


def _misnamed_files(path: Path) -> Iterator[Path]:
    """The files that are rule files but for their names, as some editors save them: nobody would miss their rules."""
    return (file for file, is_suite in _walk(path, None, _is_misnamed) if not is_suite and _is_misnamed(file.name))


def _misnamed(path: Path, file: Path) -> Problem:
    shown = in_utf_8(f"{_shown(path)}/{file.relative_to(path).as_posix()}")
    return Problem("the file is not read: its name does not end in `.yaml`", Span(shown, 1, 1), "rename it")


def _is_misnamed(name: str) -> bool:
    return _MISNAMED.search(name) is not None and not name.endswith(SUFFIXES)


def _walk(
    path: Path,
    on_error: Callable[[OSError], None] | None,
    is_wanted: Callable[[str], bool] = lambda name: name.endswith(SUFFIXES),
) -> Iterator[tuple[Path, bool]]:
    """Every file of rules or suites under `path`, and whether it stands below a directory of suites."""
    if not os.path.isdir(path):
        return
    seen = set()
    for here, directories, names in os.walk(path, onerror=on_error, followlinks=True):
        is_suite = SUITES in Path(here).relative_to(path).parts
        real = os.path.realpath(here), is_suite  # a link to rules from among the suites hides no rule
        if real in seen:
            directories.clear()  # a link that leads back
            continue
        seen.add(real)
        directories[:] = sorted(each for each in directories if not each.startswith("."))
        for each in names:
            if not each.startswith(".") and (is_wanted(each) or _leads_nowhere(os.path.join(here, each))):
                yield Path(here, each), is_suite


def _leads_nowhere(file: str) -> bool:
    """Whether it is a link to what is not there: perhaps to a directory of rules."""
    return os.path.islink(file) and not os.path.exists(file)


def _misplaced(path: Path, file: Path) -> Problem | None:
    """That a file among the suites is a rule file; what cannot be read is for `compliance test` to say."""
    try:
        stat = file.stat()
        return _seems_misplaced(path, file, (stat.st_mtime_ns, stat.st_ctime_ns, stat.st_size, stat.st_ino))
    except OSError:
        return None


@lru_cache(maxsize=1024)
def _seems_misplaced(path: Path, file: Path, _state: tuple[int, ...]) -> Problem | None:
    """The same, looked at once for each state of the file."""
    return misplaced(f"{_shown(path)}/{file.relative_to(path).as_posix()}", file.read_bytes())


def _fingerprint(path: Path) -> tuple[tuple[str, ...] | tuple[str, int, int, int, int], ...]:
    """What changes when a rule file is added, removed, renamed, written, or another takes its place.

    Suites do not count, but for rule files that stand among them: they are a problem, until they are gone. So are
    files whose names only nearly end like those of rule files.
    """
    found: list[tuple[str, ...] | tuple[str, int, int, int, int]] = []
    misplaced_files = (file for file in _suite_files(path) if _misplaced(path, file) is not None)
    bundled = [path] if os.path.isfile(path) else []
    for file in sorted([*bundled, *_rule_files(path), *misplaced_files, *_misnamed_files(path)]):
        try:
            seen = file.stat()
        except OSError as error:
            found.append((str(file), type(error).__name__))
        else:
            found.append((str(file), seen.st_mtime_ns, seen.st_ctime_ns, seen.st_size, seen.st_ino))
    return tuple(found)


def _shown(path: Path) -> str:
    """The path as a person would type it: relative where it is below the working directory."""
    try:
        return in_utf_8(Path(os.path.abspath(path)).relative_to(Path.cwd()).as_posix())
    except (ValueError, OSError):
        return in_utf_8(path.as_posix())


@cache
def known_zones() -> frozenset[str]:
    """The IANA time zones that there are."""
    return frozenset(available_timezones())
