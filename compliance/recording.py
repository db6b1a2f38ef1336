"""What is kept of answers: for each content, once, what readers everywhere are shown; and counts.

Theory: a record of who read what can bring a reader to prison, and nobody needs it. What a reader was shown follows
from the table of the page and the place. So an answer only looks whether the table that it follows from is durable,
and has it recorded if it is not; the table is the same whoever reads. How often notices were due is counted by day
and zone, without the page, and told if it is often enough. An answer never waits for long and is never withheld: it
says whether evidence stands behind it.
"""

from __future__ import annotations

import logging
import threading
from collections import Counter
from collections.abc import Callable, Collection, Hashable
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from hashlib import sha256
from importlib import metadata
from typing import Final

import msgspec

from compliance import bundle
from compliance.answer import Answer, Evidence
from compliance.assemble import Moment, Question
from compliance.audit.group_commit import NotRecordedError
from compliance.audit.leaf import NONCE_BYTES, nonce_of
from compliance.audit.log import LEAST_TOLD, Keyed, Log, LogStatus
from compliance.audit.readable import readable
from compliance.audit.record import Counted, CountersRecord, DecisionRecord, RulesetRecord, Told
from compliance.audit.segment_writer import SECONDS
from compliance.audit.table import Words
from compliance.config import EVERY_DECISION
from compliance.content.mentioned import NOTHING
from compliance.engine.decide import SEMANTICS
from compliance.engine.memo import Memo
from compliance.engine.reading import PLACE
from compliance.engine.zones import Zones
from compliance.model.address_text import holds_address
from compliance.model.decision import Display, NoticeStatus
from compliance.model.ruleset import LawDays
from compliance.model.territory import LocationSet
from compliance.store import Snapshot
from compliance.tabulated import Stamp, Tabulated, table_of

__all__ = ["NOT_RECORDED", "OFF", "PREVIEW", "Recorder"]
_log = logging.getLogger("compliance.audit")
MOST_PAGES: Final = 65_536
"""So many pages are remembered; others are tabulated again, and found in the log."""
MOST_WORDS: Final = 16_384
OFF: Final = Evidence(state="off")
PREVIEW: Final = Evidence(state="preview")
NOT_RECORDED: Final = Evidence(state="not recorded")


Counting = tuple[str | None, frozenset[tuple[str, NoticeStatus, Display]]]
"""A zone, called by its first place, and the notices of an answer, each once, however many entities it is due for."""


class _Stretch:
    """What is kept for one rule set on some law days."""

    __slots__ = ("days", "failed", "generation", "known", "labels", "snapshot", "words", "zones")

    def __init__(self, snapshot: Snapshot, days: LawDays, words: Memo[Words], generation: int) -> None:
        self.snapshot, self.days, self.words, self.generation = snapshot, days, words, generation
        self.known: Memo[Evidence] = Memo(MOST_PAGES)
        self.failed: Memo[bool] = Memo(MOST_PAGES)
        self.zones: Zones = snapshot.index.segment(days).zones
        self.labels: Memo[tuple[str | None]] = Memo(MOST_PAGES)

    def label(self, location: LocationSet) -> str | None:
        """The first place of the zone in which the reader is; None where that is not known."""
        key = (location.places, location.anywhere)
        found = self.labels.get(key)
        if found is None:
            found = self.labels.put(key, (self._label(location),))
        return found[0]

    def _label(self, location: LocationSet) -> str | None:
        if location.anywhere:
            return None
        numbers = {self.zones.of_place.get(place) for place in location.places}
        number = numbers.pop() if len(numbers) == 1 else None
        return None if number is None else self.zones.places[number][0]


@dataclass(frozen=True, slots=True)
class Tabled:
    """A table, and whether it is durable."""

    table: Tabulated
    evidence: Evidence

    def to_json(self) -> bytes:
        """The same as UTF-8 JSON."""
        made = self.table
        return msgspec.json.encode({**readable(made.record, made.outcome), "evidence": self.evidence})


@cache
def _product() -> str:
    """The version of this product, as it is installed."""
    return metadata.version("compliance")


def _scanner(snapshot: Snapshot) -> str:
    """What looks through texts, in words."""
    return f"compliance {_product()}; {snapshot.names.made_by}"


def tabled(snapshot: Snapshot, question: Question, moment: Moment, parameters: Collection[str] = ()) -> Tabled:
    """The table of a page where nothing is recorded."""
    stamp = Stamp(bytes(NONCE_BYTES), moment.now.date())
    scanner = None if question.looked == NOTHING else _digest(_scanner(snapshot))
    made = table_of(snapshot.index, question, moment.days, stamp, scanner=scanner, parameters=parameters)
    return Tabled(made, OFF if moment.as_of is None else PREVIEW)


class Recorder:
    """Has what answers follow from recorded. Threads may share it."""

    def __init__(self, log: Log, mode: str, parameters: Collection[str] = ()) -> None:
        """Record to a log.

        Args:
            log: where to.
            mode: what, as it stands in the settings.
            parameters: those in the queries of pages that tell them apart.
        """
        self.log, self.mode = log, mode
        self._parameters = frozenset(parameters)
        self._stretch: _Stretch | None = None
        self._announced: tuple[Snapshot, int] | None = None
        """The rule set that stands in the log, and as of which generation."""
        self._mutex, self._announcing = threading.Lock(), threading.Lock()
        self._counts: dict[Counting, list[int]] = {}
        self._before_flush: list[Callable[[], None]] = []
        self._counted: tuple[date, str] | None = None

    def behind(self, snapshot: Snapshot, question: Question, moment: Moment) -> Evidence:
        """What stands behind an answer, once it is durable or cannot be. Nothing that goes wrong here is raised."""
        if moment.as_of is not None:
            return PREVIEW
        try:
            return self._behind(snapshot, question, moment)
        except Exception as error:  # noqa: BLE001 - no notice is withheld for the sake of the log
            _log.error("a page was not recorded: %s", type(error).__name__)
            return NOT_RECORDED

    def _behind(self, snapshot: Snapshot, question: Question, moment: Moment) -> Evidence:
        stretch = self._on(snapshot, moment.days)
        key = _key(question)
        found = stretch.known.get(key)
        if found is None:
            found = self._sought(stretch, key, question, moment.now.date())
        return found

    def told(self, answer: Answer, question: Question, evidence: Evidence, now: datetime) -> Answer:
        """The answer with what stands behind it. Where every decision is recorded, this one is first."""
        table = evidence.table
        if self.mode == EVERY_DECISION and table is not None:
            try:
                self.log.keep([Keyed(_decision(nonce_of(self.log.nonce()), table, answer, question, now))])
            except Exception as error:  # noqa: BLE001 - as above
                _log.error("a decision was not recorded: %s", type(error).__name__)
                evidence, table = NOT_RECORDED, None
        decision = answer.decision if table is None else table
        return msgspec.structs.replace(answer, evidence=evidence, decision=decision)

    def table(self, snapshot: Snapshot, question: Question, moment: Moment) -> Tabled:
        """The table of a page, recorded if it is not a preview."""
        stretch = self._on(snapshot, moment.days)
        if moment.as_of is not None:
            return Tabled(self._made(stretch, question, moment.now.date()), PREVIEW)
        return self._recorded(stretch, question, moment.now.date())

    def follow(self, current: Callable[[], Snapshot], today: Callable[[], date]) -> None:
        """Have each rule set recorded once it is in use, and what was counted once the day is over.

        Args:
            current: says which one is in use.
            today: says which day it is (UTC).
        """

        def attend() -> None:
            self.flush(today())
            if self._announcing.acquire(blocking=False):  # whoever has it may be waiting for this very thread
                try:
                    self._announce(current(), today())
                finally:
                    self._announcing.release()

        self.log.attend(attend)

    def before_flush(self, settle: Callable[[], None]) -> None:
        """Have something done each time before counts are recorded: what was not counted yet may be counted there."""
        self._before_flush.append(settle)

    def status(self) -> LogStatus:
        """How recording stands."""
        return self.log.status()

    def flush(self, today: date | None = None) -> None:
        """Record the counts of a day that is over; without `today`, whatever was counted.

        Counts that cannot be recorded are lost: they are no evidence, and are not held back for any.
        """
        for settle in self._before_flush:
            settle()
        with self._mutex:
            if self._counted is None or self._counted[0] == today:
                return
            counts, (day, meaning) = self._counts, self._counted
            self._counts, self._counted = {}, None
        record = self._counters(counts, day, meaning, today or day)
        if not record.counts:
            return  # that there was something to count would tell, too
        try:
            self.log.keep([Keyed(record)])
        except NotRecordedError as error:
            _log.error("the counts of a day were not recorded: %s", error)

    def close(self) -> None:
        """Record what was counted, and nothing more."""
        self.flush()
        self.log.close()

    # -- tables -----------------------------------------------------------------------------------------

    def _on(self, snapshot: Snapshot, days: LawDays) -> _Stretch:
        stretch, generation = self._stretch, self.log.generation
        if stretch is not None and stretch.snapshot is snapshot and stretch.generation == generation:
            if stretch.days == days:
                return stretch
            words = stretch.words
        else:
            words = Memo[Words](MOST_WORDS)
        self._stretch = stretch = _Stretch(snapshot, days, words, generation)
        return stretch

    def _made(self, stretch: _Stretch, question: Question, today: date) -> Tabulated:
        snapshot = stretch.snapshot
        looked = question.looked != NOTHING
        return table_of(
            snapshot.index,
            question,
            stretch.days,
            Stamp(self.log.nonce(), today),
            scanner=_digest(_scanner(snapshot)) if looked else None,
            parameters=self._parameters,
            kept=stretch.words,
        )

    def _sought(self, stretch: _Stretch, key: Hashable, question: Question, today: date) -> Evidence:
        """The same, where it is not known yet. While nothing can be recorded, a page is tabulated but once."""
        if stretch.failed.get(key) and self.log.status().failure is not None:
            return NOT_RECORDED
        found = self._recorded(stretch, question, today).evidence
        if holds_address(repr(key)):
            return found  # it may be a reader's, and is not remembered; the log is asked each time
        if found.table is None:
            stretch.failed.put(key, True)  # noqa: FBT003 - a value
        else:
            stretch.known.put(key, found)
        return found

    def _recorded(self, stretch: _Stretch, question: Question, today: date) -> Tabled:
        """A table once it is durable, or once that failed."""
        made = self._made(stretch, question, today)
        record = made.record
        try:
            if not self.log.has(record.key):
                if not self._announcing.acquire(timeout=SECONDS):
                    return Tabled(made, NOT_RECORDED)
                try:
                    self._announce(stretch.snapshot, today)
                finally:
                    self._announcing.release()
                self.log.keep([Keyed(made.outcome, made.outcome.key), Keyed(record, record.key)])
        except NotRecordedError:
            return Tabled(made, NOT_RECORDED)
        return Tabled(made, Evidence(state="recorded", table=record.key))

    def _announce(self, snapshot: Snapshot, today: date) -> None:
        """Have the rule set itself in the log before anything that follows from it."""
        now = (snapshot, self.log.generation)
        if self._announced != now:
            self.log.keep([Keyed(self._ruleset(snapshot, today))])
            self._announced = now

    def _ruleset(self, snapshot: Snapshot, today: date) -> RulesetRecord:
        ruleset = snapshot.ruleset
        packed = bundle.packed(snapshot.files, ruleset)
        return RulesetRecord(
            nonce=nonce_of(self.log.nonce()),
            day=today,
            ruleset=ruleset.meaning,
            source=ruleset.source,
            bundle=self.log.blob(packed),
            size=len(packed),
            semantics=SEMANTICS,
            product=_product(),
            scanner=_scanner(snapshot),
        )

    # -- counts -----------------------------------------------------------------------------------------

    def counting(self, snapshot: Snapshot, days: LawDays, location: LocationSet, answer: Answer) -> Counting | None:
        """As what an answer is counted; None if that fails: no notice is withheld for the sake of counts."""
        notices = [(each.id, NoticeStatus(each.status), Display(each.display)) for each in answer.notices]
        try:
            return self._on(snapshot, days).label(location), frozenset(notices)
        except Exception as error:  # noqa: BLE001 - as above
            _log.error("an answer is not counted: %s", type(error).__name__)
            return None

    def count(self, today: date, meaning: str, counting: Counting | None, number: int = 1) -> None:
        """Count answers of a day (UTC) and a rule set, by its meaning. Nothing that goes wrong here is raised."""
        if counting is None:
            return
        try:
            self._count(today, meaning, counting, number)
        except Exception as error:  # noqa: BLE001 - as above
            _log.error("an answer was not counted: %s", type(error).__name__)

    def _count(self, today: date, meaning: str, counting: Counting, number: int) -> None:
        counted = self._counted
        if counted is not None and counted != (today, meaning):
            today = max(today, counted[0])  # it may have been asked before midnight
            if counted != (today, meaning):
                self.flush(today if counted[1] == meaning else None)
        with self._mutex:
            self._counted = (today, meaning)
            held = self._counts.get(counting)
            if held is None:
                self._counts[counting] = held = [0]
            held[0] += number

    def _counters(self, counts: dict[Counting, list[int]], day: date, meaning: str, today: date) -> CountersRecord:
        summed: Counter[tuple[str | None, str, str, str]] = Counter()
        for (place, notices), (number,) in counts.items():
            for notice, status, display in notices:
                summed[place, notice, status.value, display.value] += number
        told = {key: number for key, number in summed.items() if number >= LEAST_TOLD}
        return CountersRecord(
            nonce=nonce_of(self.log.nonce()),
            day=today,
            counted_on=day,
            ruleset=meaning,
            least=LEAST_TOLD,
            counts=tuple(
                Counted(notice=notice, status=status, display=display, count=number, place=place)
                for (place, notice, status, display), number in sorted(told.items(), key=lambda each: str(each[0]))
            ),
        )


def _decision(nonce: str, table: str, answer: Answer, question: Question, now: datetime) -> DecisionRecord:
    """That an answer was given in some hour."""
    return DecisionRecord(
        nonce=nonce,
        day=now.date(),
        hour=now.hour,
        table=table,
        place={"anywhere": question.location.anywhere, "places": sorted(question.location.codes)},
        notices=tuple(
            Told(
                id=each.id,
                entity=each.entity,
                status=each.status,
                display=each.display,
                language=each.language,
                text=_digest(each.text),
            )
            for each in answer.notices
        ),
    )


def _key(question: Question) -> Hashable:
    """Equal for questions whose tables are one: all of the page, and nothing of the reader.

    What is no address of a page is told apart by the headline, as words that take turns are.
    """
    content = question.content
    page = content.url or (content.headline, None)
    facts = [(name, value) for name, value in question.facts.items() if name != PLACE]
    return (page, content.publisher, question.looked == NOTHING, *facts)


def _digest(text: str) -> str:
    return sha256(text.encode()).hexdigest()
