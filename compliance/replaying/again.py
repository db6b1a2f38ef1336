"""Tables decided again by the rule sets that they name: what comes out otherwise, and what cannot be decided.

Theory: a record that is the same byte for byte, once what comes out now stands in it, was decided as it says. Only
where it is not is looked at what differs. Records of a former meaning of rules (`engine.decide.SEMANTICS`) of which the
same comes are no finding: they are counted. Those of a later one are, for this version cannot vouch for them.
"""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum
from hashlib import sha256
from typing import Any, Final

import msgspec

from compliance.audit.leaf import VERSION
from compliance.audit.log_files import LogFiles
from compliance.audit.record import RulesetRecord, decode, encode, key_of
from compliance.audit.table import OutcomeRecord, TableRecord
from compliance.engine.decide import SEMANTICS
from compliance.engine.memo import Memo
from compliance.errors import EvidenceError
from compliance.replaying.decider import Decider
from compliance.replaying.differences import Change, Where, differences
from compliance.replaying.inventory import Keys, leaves
from compliance.replaying.rules import rules_in
from compliance.review.impact.words import Part

MOST_FINDINGS: Final = 1000
"""So many findings are told one by one; of others there is the number."""
MOST_OUTCOMES: Final = 512
_TABLE: Final = msgspec.json.Decoder(TableRecord)
_COMPARED: Final = ("semantics", "stretch", "turns", "outcome")


class What(StrEnum):
    """What a finding is."""

    DIFFERS = "differs"
    UNDECIDED = "cannot be replayed"


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that does not come out as it is recorded, or of which nobody can say what comes out."""

    what: What
    leaf: int
    """The number of the leaf, or of the first of several."""
    reason: str
    count: int = 1
    """Of how many leaves it is true."""
    content: str | None = None
    ruleset: str | None = None
    day: date | None = None
    """The day on which it was recorded."""
    parts: tuple[Part, ...] = ()
    """What else of the record differs: recorded, and as it comes out now."""
    changes: tuple[tuple[Change, Where], ...] = ()
    """The notices that do: recorded, and as they come out now."""


@dataclass(slots=True)
class Tally:
    """What came of deciding again."""

    tables: int = 0
    same: int = 0
    former: Counter[int] = field(default_factory=Counter)
    """Of those that are the same, how many were decided by each former meaning of rules."""
    findings: list[Finding] = field(default_factory=list)
    found: int = 0
    """How many tables or other leaves the findings are about, with those that are not told one by one."""
    decided: int = 0
    """How many tables were not like one before."""

    def note(self, finding: Finding) -> None:
        """Take a finding in."""
        self.found += finding.count
        if len(self.findings) < MOST_FINDINGS:
            self.findings.append(finding)

    def take(self, other: Tally) -> None:
        """Take in what came of other tables."""
        self.tables += other.tables
        self.same += other.same
        self.former += other.former
        self.decided += other.decided
        self.found += other.found
        self.findings += other.findings[: MOST_FINDINGS - len(self.findings)]


@dataclass(frozen=True, slots=True)
class Task:
    """Some tables of one rule set, by the numbers of their leaves."""

    ruleset: str
    numbers: array[int]


class Outcomes:
    """The outcomes of a log by their keys."""

    def __init__(self, log: LogFiles, keys: Keys) -> None:
        """Nothing is read yet."""
        self._log, self._keys = log, keys
        self._read: Memo[OutcomeRecord] = Memo(MOST_OUTCOMES)

    def has(self, key: str) -> bool:
        """Whether the log has an outcome with this key."""
        return self._keys.find(key) is not None

    def get(self, key: str) -> OutcomeRecord:
        """The outcome with this key.

        Raises:
            EvidenceError: the log has none, or it cannot be read.
        """
        found = self._read.get(key)
        if found is not None:
            return found
        number = self._keys.find(key)
        if number is None:
            raise EvidenceError("its outcome is not in the log")
        data = self._log.record(self._log.entry(number))
        record = decode(data)
        if not isinstance(record, OutcomeRecord) or key_of(data) != key:
            raise EvidenceError("its outcome is not in the log")
        return self._read.put(key, record)


def table_in(data: bytes) -> TableRecord:
    """The table in a leaf.

    Raises:
        EvidenceError: there is none that this version can decide.
    """
    try:
        found = _TABLE.decode(data)
    except (msgspec.DecodeError, UnicodeDecodeError):
        decode(data)  # says what is wrong with it
        raise EvidenceError("this is no table") from None
    if found.v > VERSION:
        raise EvidenceError(f"a later version wrote it, in version {found.v} of its form; this one knows {VERSION}")
    return found


class Again:
    """Decides tables of a log again, each by the rule set that it names."""

    def __init__(self, log: LogFiles, rulesets: Mapping[str, Sequence[RulesetRecord]], outcomes: Keys) -> None:
        """Load nothing yet.

        Args:
            log: its files.
            rulesets: the leaves that name rule sets, by what these mean.
            outcomes: where the outcomes are.
        """
        self._log, self._rulesets = log, rulesets
        self._outcomes = Outcomes(log, outcomes)
        self._loaded: tuple[str, Decider] | None = None

    def run(self, task: Task) -> Tally:
        """What comes of some tables."""
        tally = Tally(tables=len(task.numbers))
        try:
            decider = self._decider(task.ruleset)
        except EvidenceError as error:
            first, count = min(task.numbers), len(task.numbers)
            tally.note(Finding(What.UNDECIDED, first, str(error), count, ruleset=task.ruleset))
            return tally
        before = decider.decided
        for number, data in leaves(self._log, task.numbers):
            finding = self._finding(decider, number, data, tally)
            if finding is None:
                tally.same += 1
            else:
                tally.note(replace(finding, ruleset=task.ruleset))
        tally.decided = decider.decided - before
        return tally

    def _decider(self, ruleset: str) -> Decider:
        """The rule set, loaded once as long as no other one is asked for."""
        if self._loaded is None or self._loaded[0] != ruleset:
            self._loaded = None  # so that two are never held at once
            self._loaded = ruleset, Decider(rules_in(self._log, self._rulesets.get(ruleset, ())))
        return self._loaded[1]

    def _finding(self, decider: Decider, number: int, data: bytes | EvidenceError, tally: Tally) -> Finding | None:
        """What is wrong with a table; None if it comes out as it is recorded."""
        if isinstance(data, EvidenceError):
            return Finding(What.UNDECIDED, number, str(data))
        try:
            record = table_in(data)
        except EvidenceError as error:
            return Finding(What.UNDECIDED, number, str(error))
        about: dict[str, Any] = {"content": record.content, "day": record.day}
        try:
            answer = decider.answer(record)
        except EvidenceError as error:
            return Finding(What.UNDECIDED, number, str(error), **about)
        now = msgspec.structs.replace(
            record, stretch=answer.stretch, turns=answer.turns, outcome=answer.outcome, semantics=SEMANTICS
        )
        is_former = record.semantics < SEMANTICS
        as_then = msgspec.structs.replace(now, semantics=record.semantics) if is_former else now
        if encode(as_then) != data:
            return self._differing(decider, number, (record, now), about)
        if not self._outcomes.has(record.outcome):
            return Finding(What.UNDECIDED, number, "its outcome is not in the log", **about)
        if (parts := tuple(self._unannounced(record))) != ():
            reason = "no leaf says that its rule set was in use from there, or with what looks through texts"
            return Finding(What.DIFFERS, number, reason, parts=parts, **about)
        tally.former[record.semantics] += is_former
        return None

    def _unannounced(self, record: TableRecord) -> Iterator[Part]:
        """What a table says of its rule set that its leaves do not: nothing else follows from it."""
        leaves_of = self._rulesets.get(record.ruleset, ())
        sources = sorted({each.source for each in leaves_of})
        if record.source not in sources:
            yield Part("source", record.source, ", ".join(sources))
        said = (each.scanner for each in leaves_of if each.scanner is not None)
        scanners = sorted({sha256(each.encode()).hexdigest() for each in said})
        if record.scanner is not None and scanners and record.scanner not in scanners:
            yield Part("scanner", record.scanner, ", ".join(scanners))

    def _differing(
        self, decider: Decider, number: int, records: tuple[TableRecord, TableRecord], about: Mapping[str, Any]
    ) -> Finding:
        record, now = records
        parts = tuple(_parts(record, now))
        changes: list[tuple[Change, Where]] = []
        reason = "what comes out now is not what was recorded" if parts else "it holds more than follows from it"
        if record.outcome != now.outcome:
            try:
                changes = differences(self._outcomes.get(record.outcome), decider.table(record).outcome)
            except EvidenceError as error:
                reason = f"{reason}, and {error}"
        elif [each.name for each in parts] == ["semantics"]:
            reason = "it was decided by a later meaning of rules, and comes out the same by the one of this version"
        return Finding(What.DIFFERS, number, reason, parts=parts, changes=tuple(changes), **about)


def _parts(record: TableRecord, now: TableRecord) -> Iterator[Part]:
    for name in _COMPARED:
        before, after = (msgspec.to_builtins(getattr(each, name)) for each in (record, now))
        if before != after:
            yield Part(name, _written(before), _written(after))


def _written(value: object) -> str:
    return value if isinstance(value, str) else msgspec.json.encode(value, order="sorted").decode()
