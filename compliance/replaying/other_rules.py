"""What other rules would have answered on the recorded content.

Theory: compared is what the log holds, so neither the rule sets of then nor what they were read from is needed. Each
table is decided on the first of its days. Facts are those of then: texts are not kept, so nobody looks in them for
names that only the other rules have. A notice that is due as before, in the same words and places, and for other
reasons is told apart, for readers see no difference.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from compliance.audit.log_files import LogFiles
from compliance.audit.table import TableRecord
from compliance.engine.memo import Memo
from compliance.errors import EvidenceError
from compliance.model.ruleset import Ruleset
from compliance.replaying.again import Finding, Outcomes, Tally, Task, What, table_in
from compliance.replaying.decider import Decider
from compliance.replaying.differences import Change, Where, differences
from compliance.replaying.inventory import Keys, leaves
from compliance.review.impact.groups import GRAVITY, Kind

REASONS: Final = "reasons"
"""The kind of a change that no reader sees."""
KINDS: Final = (*(kind.value for kind in GRAVITY), REASONS)
"""The gravest first."""
MOST_EXAMPLES: Final = 5
MOST_PAIRS: Final = 4096
_UNSEEN: Final = frozenset({"rules", "number of rules", "unknowns", "approximated", "by reach", "status"})


@dataclass(frozen=True, slots=True)
class Group:
    """One way in which a notice comes out otherwise, in some places and by some rules."""

    kind: str
    notice: str
    before: str
    after: str
    rules: tuple[str, ...]
    parts: tuple[str, ...]
    """The names of what differs, where the notice is there before and after."""
    where: Where


@dataclass(frozen=True, slots=True)
class Example:
    """A table in which it does."""

    leaf: int
    content: str | None
    entity: str | None
    change: Change


@dataclass(slots=True)
class Counted:
    """In how many tables, and some of them."""

    tables: int = 0
    examples: list[Example] = field(default_factory=list)

    def take(self, other: Counted) -> None:
        """Take in those of other tables."""
        self.tables += other.tables
        self.examples = sorted([*self.examples, *other.examples], key=lambda each: each.leaf)[:MOST_EXAMPLES]


@dataclass(slots=True)
class Compared(Tally):
    """What other rules would have said; `same` are the tables of which the same comes for the same reasons."""

    groups: dict[Group, Counted] = field(default_factory=dict)
    changed: int = 0
    """How many tables come out otherwise for readers."""

    def take(self, other: Tally) -> None:
        """Take in what came of other tables."""
        Tally.take(self, other)
        if isinstance(other, Compared):
            self.changed += other.changed
            for group, counted in other.groups.items():
                self.groups.setdefault(group, Counted()).take(counted)


def kind_of(change: Change) -> str:
    """What becomes of a notice, in the words of `compliance diff`."""
    kind = Kind.of(change.before, change.after)
    is_unseen = kind is Kind.WORDS and {part.name for part in change.parts} <= _UNSEEN
    return REASONS if is_unseen else kind.value


class ByOther:
    """Decides tables of a log by one other rule set."""

    def __init__(self, log: LogFiles, ruleset: Ruleset, outcomes: Keys) -> None:
        """Make the rule set ready.

        Args:
            log: its files.
            ruleset: the other rules.
            outcomes: where the outcomes are.
        """
        self._log, self._outcomes = log, Outcomes(log, outcomes)
        self._decider = Decider(ruleset)
        self._pairs: Memo[tuple[tuple[Change, Where], ...]] = Memo(MOST_PAIRS)

    def run(self, task: Task) -> Compared:
        """What comes of some tables."""
        compared, before = Compared(tables=len(task.numbers)), self._decider.decided
        for number, data in leaves(self._log, task.numbers):
            try:
                if isinstance(data, EvidenceError):
                    raise data
                record = table_in(data)
                changes = self._changes(record)
            except EvidenceError as error:
                compared.note(Finding(What.UNDECIDED, number, str(error), ruleset=task.ruleset))
                continue
            compared.same += not changes
            groups = _grouped(number, record, changes)
            compared.changed += any(group.kind != REASONS for group in groups)
            for group, examples in groups.items():
                compared.groups.setdefault(group, Counted()).take(Counted(1, examples[:1]))
        compared.decided = self._decider.decided - before
        return compared

    def _changes(self, record: TableRecord) -> tuple[tuple[Change, Where], ...]:
        """What differs between what was recorded and what comes out by the other rules."""
        answer = self._decider.answer(record)
        if answer.outcome == record.outcome and self._outcomes.has(record.outcome):
            return ()
        pair = record.outcome, answer.outcome
        found = self._pairs.get(pair)
        if found is None:
            old, new = self._outcomes.get(record.outcome), self._decider.table(record).outcome
            found = self._pairs.put(pair, tuple(differences(old, new)))
        return found


def _grouped(number: int, record: TableRecord, changes: tuple[tuple[Change, Where], ...]) -> dict[Group, list[Example]]:
    found: dict[Group, list[Example]] = {}
    for change, where in changes:
        names = tuple(part.name for part in change.parts)
        group = Group(kind_of(change), change.notice, change.before, change.after, change.rules, names, where)
        found.setdefault(group, []).append(Example(number, record.content, change.entity, change))
    return found


def graded(compared: Compared) -> Iterator[tuple[Group, Counted]]:
    """All groups, the gravest first, and of one kind those of most tables."""
    yield from sorted(
        compared.groups.items(),
        key=lambda each: (KINDS.index(each[0].kind), -each[1].tables, each[0].notice, str(each[0].where)),
    )
