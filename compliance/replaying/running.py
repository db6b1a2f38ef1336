"""A whole log decided again, on as many processors as one likes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from typing import Final

from compliance.audit.log_files import LogFiles
from compliance.audit.record import RulesetRecord
from compliance.model.ruleset import Ruleset
from compliance.replaying.again import Again, Finding, Tally, Task, What
from compliance.replaying.inventory import Inventory, Keys
from compliance.replaying.other_rules import ByOther, Compared

SHARE: Final = 2048
"""So many tables are decided by one process before it asks for more."""


@dataclass(frozen=True, slots=True)
class Work:
    """All that a process needs to decide tables of a log."""

    directory: Path
    """That of the evidence."""
    rulesets: Mapping[str, list[RulesetRecord]]
    outcomes: Keys
    other: Ruleset | None = None
    """The rules to decide by; None decides by those that each table names."""

    def begun(self) -> Again | ByOther:
        """Whatever decides in this process."""
        log = LogFiles(self.directory)
        if self.other is not None:
            return ByOther(log, self.other, self.outcomes)
        return Again(log, self.rulesets, self.outcomes)


def replay(
    directory: Path,
    found: Inventory,
    other: Ruleset | None = None,
    *,
    jobs: int = 1,
    step: Callable[[int], None] = lambda _: None,
) -> Tally:
    """What comes of all tables that were found in a log; with other rules, `Compared` to them.

    Args:
        directory: that of the evidence.
        found: what is in the log.
        other: rules to decide by instead of those that each table names.
        jobs: how many processes may decide at once.
        step: told how many tables were decided more.
    """
    tally = Tally() if other is None else Compared()
    for each in _run(Work(directory, dict(found.rulesets), found.outcomes, other), list(_tasks(found)), jobs):
        tally.take(each)
        step(each.tables)
    for finding in _of_leaves(found):
        tally.note(finding)
    tally.findings.sort(key=lambda each: each.leaf)
    return tally


def _tasks(found: Inventory) -> Iterator[Task]:
    """Shares of the tables, rule set by rule set in the order of their first tables."""
    for ruleset, numbers in sorted(found.tables.items(), key=lambda each: each[1][0]):
        for first in range(0, len(numbers), SHARE):
            yield Task(ruleset, numbers[first : first + SHARE])


def _run(work: Work, tasks: list[Task], jobs: int) -> Iterator[Tally]:
    if jobs == 1 or len(tasks) == 1:
        yield from map(work.begun().run, tasks)
        return
    with ProcessPoolExecutor(min(jobs, len(tasks) or 1), get_context("spawn"), _begin, (work,)) as pool:
        yield from pool.map(_run_elsewhere, tasks)


_OWN: Final[list[Again | ByOther]] = []
"""What decides in this process."""


def _begin(work: Work) -> None:
    _OWN[:] = [work.begun()]


def _run_elsewhere(task: Task) -> Tally:
    return _OWN[0].run(task)


def _of_leaves(found: Inventory) -> Iterator[Finding]:
    """What nobody can say of leaves that may be tables."""
    for first, end, reason in found.unreadable:
        yield Finding(What.UNDECIDED, first, reason, end - first)
    for kind, (first, count) in sorted(found.unknown.items()):
        yield Finding(What.UNDECIDED, first, f"this version knows no records of the kind `{kind}`", count)
