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
from typing import Protocol
from zoneinfo import available_timezones

from compliance import bundle
from compliance.content.publisher import Directory
from compliance.dictionary import Names
from compliance.engine.index import Index
from compliance.engine.memo import Memo
from compliance.errors import Problem, RulesError
from compliance.forms_cache import FormsCache
from compliance.garbage import uncollected
from compliance.language.freshness import growing_old
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
    vouched: bundle.Vouched | None = None
    """Who vouches for it, where that was asked for."""
    commit: str | None = None
    """The commit that was checked out where its bundle was built."""


class Origin(Protocol):
    """Where rules come from, and which are let in."""

    def admitted(self, whole: bundle.Bundle, shown: str) -> bundle.Bundle:
        """What was read, with who vouches for it and until when.

        Raises:
            RulesError: it may not be served.
        """

    def taken(self, vouched: bundle.Vouched | None) -> None:
        """Remember what is served now."""

    wake: threading.Event
    """Set by whoever asks for newer ones."""

    def watch(self, store: Store) -> Callable[[], None]:
        """Look for newer ones in the background; the result stops it."""


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
    return _grown_old(_loaded(shown(path), whole), whole), whole.forms


def _loaded(root: str, whole: bundle.Bundle) -> Ruleset:
    with uncollected():
        return load(whole.files, known_zones(), root=root)


def _grown_old(ruleset: Ruleset, whole: bundle.Bundle) -> Ruleset:
    return ruleset if whole.fresh is None else growing_old(ruleset, *whole.fresh)


def read_with_files(path: Path) -> tuple[Ruleset, dict[str, bytes]]:
    """The rule set of a directory, and the bytes of its files by the paths that places in it name.

    Raises:
        RulesError: with every problem of every file.
    """
    whole = whole_of(path)
    return _loaded(shown(path), whole), {f"{shown(path)}/{file}": data for file, data in whole.files.items()}


def open_snapshot(
    path: Path, memo: int = MEMO, kept: FormsCache | None = None, origin: Origin | None = None
) -> Snapshot:
    """The rule set of a directory or bundle, ready to serve.

    Args:
        path: where it is.
        memo: how many decisions it may remember.
        kept: where word forms are kept from one start to the next.
        origin: says whether it may be served; without it everything may.

    Raises:
        RulesError: with every problem of every file, or every scenario that failed, or that it may not be served.
    """
    if origin is not None and path.is_file():
        origin.admitted(bundle.read_head(path, shown(path)), shown(path))  # before all of it is unpacked
    whole = whole_of(path)
    return snapshot_of(whole if origin is None else origin.admitted(whole, shown(path)), shown(path), memo, kept)


def snapshot_of(whole: bundle.Bundle, root: str, memo: int, kept: FormsCache | None) -> Snapshot:
    """The same, of what was read already; problems name files below `root`."""
    ruleset = _loaded(root, whole)
    failures = [outcome.problem for outcome in run(ruleset) if outcome.problem is not None]
    if failures:
        raise RulesError(failures)
    ruleset = _grown_old(ruleset, whole)  # scenarios say what the rules mean, however old they are
    with uncollected():
        index = Index(ruleset)
    directory = Directory.of(ruleset.entities.values(), ruleset.registers, ruleset.words)
    memos = Memo[FactValue](MOST_FACTS), Memo[Decision](memo)
    names = Names(ruleset, whole.forms, kept)
    return Snapshot(ruleset, directory, index, *memos, names, whole.files, whole.vouched, whole.commit)


class Store:
    """The snapshot in use, and how to replace it. Readers take `current` once for each question."""

    def __init__(
        self, path: Path, memo: int = MEMO, kept: FormsCache | None = None, origin: Origin | None = None
    ) -> None:
        """Open a rule directory or bundle; see `open_snapshot`.

        Raises:
            RulesError: it cannot be loaded; there is no last good set yet to fall back on.
        """
        self.path = path
        self._memo, self._kept, self._origin = memo, kept, origin
        self._seen = fingerprint(path)
        self.current = open_snapshot(path, memo, kept, origin)
        _warn_if_silent(self.current.ruleset)
        self._failure: RulesError | None = None
        self._missed: RulesError | None = None
        self.reloads = self.failures = 0
        self.former: Mapping[str, Ruleset] = {}
        self.swapped: Callable[[Ruleset, Ruleset], object] = lambda *_: None
        self._lock, self.wake = threading.Lock(), threading.Event()

    @property
    def failure(self) -> RulesError | None:
        """Why newer rules are not in use; None if those in use are the newest that there are."""
        return self._failure or self._missed

    def reload(self) -> bool:
        """Whether the directory could be loaded and is now in use; if not, `failure` says why."""
        with self._lock:
            self._seen = fingerprint(self.path)
            try:
                fresh = open_snapshot(self.path, self._memo, self._kept, self._origin)
            except RulesError as error:
                return self._fail(error)
            except Exception as error:  # noqa: BLE001 - the last good set stays, whatever goes wrong, and it shows
                _log.exception("rules not reloaded")
                unforeseen = Problem(f"something went wrong here, not in the rules: {type(error).__name__}")
                return self._fail(RulesError([unforeseen]))
            if self.current.names.is_ready:
                fresh.names.ready()  # so that no question waits for it
            before = self.current.ruleset
            changed = (fresh.ruleset.source, fresh.ruleset.meaning) != (before.source, before.meaning)
            said = {"event": "rules-reloaded", "facts": {"ruleset": fresh.ruleset.meaning, "changed": changed}}
            _log.info("rules %s: %s", "reloaded" if changed else "unchanged", fresh.ruleset.meaning, extra=said)
            if changed:
                self.former = dict([*self.former.items(), (before.meaning, before)][-MOST_FORMER:])
            self.current, self._failure = fresh, None
            self._remember()
            self.reloads += changed
            if changed:
                self.swapped(before, fresh.ruleset)
            if gone := sorted(before.rules_of_notice.keys() - fresh.ruleset.rules_of_notice.keys()):
                _log.warning("no active rule asks any more for: %s", ", ".join(gone), extra={"event": "notices-gone"})
            _warn_if_silent(fresh.ruleset)
            return True

    def _fail(self, error: RulesError) -> bool:
        said = {"event": "rules-refused", "facts": {"problems": len(error.problems)}}
        _log.error(
            "rules not reloaded, the last good set stays in use\n%s", error, extra=said
        )  # before anybody asks why
        self.failures += 1
        self._failure = error
        return False

    def missed(self, error: RulesError | None) -> None:
        """Say why newer rules could not be fetched from where they come from, or that nothing keeps them."""
        if error is not None and str(error) != str(self._missed):
            said = {"event": "rules-refused", "facts": {"problems": len(error.problems)}}
            _log.error("no newer rules, the last good set stays in use\n%s", error, extra=said)
        with self._lock:
            self.failures += error is not None
            self._missed = error

    def _remember(self) -> None:
        if self._origin is not None:
            self._origin.taken(self.current.vouched)

    def look(self) -> object:
        """What changes when a rule file does."""
        return fingerprint(self.path)

    def seen(self) -> object:
        """What a look gave when the rules were last read."""
        return self._seen

    def request_reload(self) -> None:
        """Have the watching thread reload soon; safe to call from a signal handler."""
        self.wake.set()
        if self._origin is not None:
            self._origin.wake.set()

    def watch(self, seconds: float) -> Callable[[], None]:
        """Reload in the background on request, and with `seconds` > 0 on change; the result stops it."""
        self._remember()
        stops = [watch(self, seconds, "rules"), *([] if self._origin is None else [self._origin.watch(self)])]

        def stop() -> None:
            for each in stops:
                each()

        return stop


def _warn_if_silent(ruleset: Ruleset) -> None:
    if not ruleset.active_rules:
        _log.warning(NO_ACTIVE_RULE)


@cache
def known_zones() -> frozenset[str]:
    """The IANA time zones that there are."""
    return frozenset(available_timezones())
