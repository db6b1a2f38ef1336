"""The files of a rule set: found in a directory, or in a bundle, and read.

Theory: what is not read is missed by nobody, and takes its notices with it. So what looks like a rule file and is none
by its name is a problem, and so is what cannot be read, a rule file among the suites, and a link that leads nowhere.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from pathlib import Path

from compliance import bundle
from compliance.errors import Problem, RulesError, Span
from compliance.language.source import in_utf_8
from compliance.language.suite import DIRECTORY as SUITES
from compliance.language.suite import load_suites, misplaced
from compliance.model.ruleset import Ruleset
from compliance.model.suite import Suite

SUFFIXES = (".yaml", ".yml")
_MISNAMED = re.compile(r"\.ya?ml(\.txt)?$", re.IGNORECASE)


def read_files(path: Path) -> dict[str, bytes]:
    """Every rule file under a directory, or in a bundle, by its path there.

    Raises:
        RulesError: the directory or a file cannot be read, a rule file stands among the suites, or there is none.
    """
    return whole_of(path).files


def whole_of(path: Path) -> bundle.Bundle:
    """The same, with the forms of their words, if they came with it."""
    if os.path.isfile(path) and path.suffix not in SUFFIXES:
        return bundle.read(path, shown(path))
    if not os.path.isdir(path):
        wrong = "is not a directory" if os.path.lexists(path) else "is not there"
        raise RulesError(
            [Problem(f"`{shown(path)}` {wrong}", help="give the directory of the rule files, or a bundle")]
        )
    problems: list[Problem] = []
    found = _read(path, _rule_files(path, _noting(problems)), problems)
    problems += [problem for file in sorted(_suite_files(path)) if (problem := _misplaced(path, file)) is not None]
    problems += [_misnamed(path, file) for file in sorted(_misnamed_files(path))]
    if not found and not problems:
        problems.append(Problem(f"`{shown(path)}` holds no rule file", help="rule files end in .yaml"))
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
    return load_suites(files, ruleset, root=shown(path))


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
            found[shown(file)] = file.read_bytes()
        except OSError as error:
            note(error)
    if problems:
        raise RulesError(problems)
    return load_suites(found, ruleset)


def _noting(problems: list[Problem]) -> Callable[[OSError], None]:
    """A place to put what cannot be read."""

    def note(error: OSError) -> None:
        why = (error.strerror or "no reason given").lower()
        problems.append(Problem(f"`{shown(Path(error.filename))}` cannot be read: {why}"))

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
    place = Span(in_utf_8(f"{shown(path)}/{file.relative_to(path).as_posix()}"), 1, 1)
    return Problem("the file is not read: its name does not end in `.yaml`", place, "rename it")


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
    return misplaced(f"{shown(path)}/{file.relative_to(path).as_posix()}", file.read_bytes())


def fingerprint(path: Path) -> tuple[tuple[str, ...] | tuple[str, int, int, int, int], ...]:
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


def shown(path: Path) -> str:
    """The path as a person would type it: relative where it is below the working directory."""
    try:
        return in_utf_8(Path(os.path.abspath(path)).relative_to(Path.cwd()).as_posix())
    except (ValueError, OSError):
        return in_utf_8(path.as_posix())
