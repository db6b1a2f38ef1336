"""Rule directories: read, tried out, swapped in whole, and never lost.

Theory: a service that loses its rules stops warning people. So a rule set is read beside the one in use,
every scenario of it is asked, and only a set without any problem takes its place, by one assignment. A set
that fails leaves the last good one serving and is remembered with everything that is wrong with it, until
a later one is good.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from zoneinfo import available_timezones

from compliance import bundle
from compliance.content.publisher import Directory
from compliance.dictionary import Names
from compliance.engine.index import Index
from compliance.engine.memo import Memo
from compliance.errors import Problem, RulesError
from compliance.forms_cache import FormsCache
from compliance.garbage import uncollected
from compliance.language.load import load
from compliance.mentions.table import Table
from compliance.model.decision import Decision
from compliance.model.facts import FactValue
from compliance.model.ruleset import Ruleset
from compliance.review.scenarios import run
from compliance.rule_files import SUFFIXES, fingerprint, read_files, read_suite_files, read_suites, shown, whole_of
from compliance.watching import watch

__all__ = [
    "MEMO",
    "NO_ACTIVE_RULE",
    "SUFFIXES",
    "Snapshot",
    "Store",
    "known_zones",
    "open_snapshot",
    "packaged_rules",
    "read_files",
    "read_rules",
    "read_suite_files",
    "read_suites",
    "read_with_files",
    "read_with_forms",
]
_log = logging.getLogger("compliance.store")
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
    whole = whole_of(path)
    return _loaded(path, whole), whole.forms


def _loaded(path: Path, whole: bundle.Bundle) -> Ruleset:
    with uncollected():
        return load(whole.files, known_zones(), root=shown(path))


def read_with_files(path: Path) -> tuple[Ruleset, dict[str, bytes]]:
    """The rule set of a directory, and the bytes of its files by the paths that places in it name.

    Raises:
        RulesError: with every problem of every file.
    """
    whole = whole_of(path)
    return _loaded(path, whole), {f"{shown(path)}/{file}": data for file, data in whole.files.items()}


def open_snapshot(path: Path, memo: int = MEMO, kept: FormsCache | None = None) -> Snapshot:
    """The rule set of a directory or bundle, ready to serve.

    Args:
        path: where it is.
        memo: how many decisions it may remember.
        kept: where word forms are kept from one start to the next.

    Raises:
        RulesError: with every problem of every file, or every scenario that failed.
    """
    whole = whole_of(path)
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
        self._seen = fingerprint(path)
        self.current = open_snapshot(path, memo, kept)
        _warn_if_silent(self.current.ruleset)
        self.failure: RulesError | None = None
        self.reloads = self.failures = 0
        self.former: Mapping[str, Ruleset] = {}
        self._lock, self.wake = threading.Lock(), threading.Event()

    def reload(self) -> bool:
        """Whether the directory could be loaded and is now in use; if not, `failure` says why."""
        with self._lock:
            self._seen = fingerprint(self.path)
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
        return fingerprint(self.path)

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


@cache
def known_zones() -> frozenset[str]:
    """The IANA time zones that there are."""
    return frozenset(available_timezones())
