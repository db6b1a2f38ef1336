"""Answers that are kept as bytes, for the next reader from the same place.

Theory: of the reader, an answer rests on the place alone. So what was answered to one reader is what the next one from
there is told, byte for byte, until something changes: the rule set, the day where a law holds, or how evidence is
recorded. Each of these ends all that is kept. In its last hour an answer counts the seconds that it may be stored, so
then it is made anew each time. What is kept is found by the page and the place; an address is looked up and forgotten
for each reader as ever, and no key holds one.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final, Generic, TypeVar

from compliance.answer import Answer
from compliance.assemble import MOST_SECONDS
from compliance.check import Asked, Checker, Understood, places_days, understood
from compliance.config import EVERY_DECISION
from compliance.content.mentioned import NOTHING
from compliance.geo import Databases
from compliance.law_time import LAST, law_days, next_midnight
from compliance.model.ruleset import LawDays
from compliance.model.territory import LocationSet
from compliance.reader import Reader
from compliance.recording import NOT_RECORDED, Counting
from compliance.store import Snapshot

OVERHEAD: Final = 500
"""About so many bytes go with each value that is kept, in CPython on a machine of 64 bits."""
FOUND: Final = 1_000
"""About so many bytes goes with each name that is found in the texts of a page."""
MOST_SORTS: Final = 4_096
Head = Sequence[tuple[str, str]]
At = tuple[Snapshot, datetime]
"""The rule set that answers, and the instant (UTC)."""
_HOUR: Final = timedelta(seconds=MOST_SECONDS)
Value = TypeVar("Value")


class SizedMemo(Generic[Value]):
    """Values by key, of limited size together; with `most` 0 it keeps nothing.

    Two generations, as in `engine.memo`: when the young ones fill half of the room, the old ones are forgotten.
    """

    __slots__ = ("_half", "_old", "_young", "_young_size")

    def __init__(self, most: int) -> None:
        """Keep at most so many bytes, about."""
        self._half = most // 2
        self._young: dict[Hashable, tuple[Value, int]] = {}
        self._old: dict[Hashable, tuple[Value, int]] = {}
        self._young_size = 0

    def get(self, key: Hashable) -> Value | None:
        """What was put in under the key, or None if that was nothing or is forgotten."""
        found = self._young.get(key)
        if found is None:
            found = self._old.get(key)
            if found is None:
                return None
            self.put(key, *found)
        return found[0]

    def put(self, key: Hashable, value: Value, size: int) -> None:
        """Keep a value of so many bytes, if it is no more than a half of what may be kept."""
        size += OVERHEAD
        if size > self._half:
            return
        if self._young_size + size > self._half:
            self._old, self._young, self._young_size = self._young, {}, 0
        self._young[key] = (value, size - OVERHEAD)
        self._young_size += size


@dataclass(frozen=True, slots=True, eq=False)
class Sort:
    """A sort of answers, which are counted together; known by itself.

    `notices` are the kinds of their notices: (status, display), each once; `rules` those that ask for them;
    `unknowns` the facts that decide. `day` is that in UTC on which they are given, `meaning` the digest of the
    rule set. `counting` is as what the log of evidence counts them, if it does.
    """

    day: date
    meaning: str
    notices: frozenset[tuple[str, str]]
    rules: frozenset[str]
    unknowns: frozenset[str]
    counting: Counting | None


def sort_of(answer: Answer, counting: Counting | None, day: date) -> Sort:
    """The sort of an answer that is given on a day (UTC), as a new object."""
    return Sort(
        day,
        answer.ruleset.meaning,
        frozenset((each.status, each.display) for each in answer.notices),
        frozenset(rule for each in answer.notices for rule in each.rules),
        frozenset(answer.unknowns),
        counting,
    )


@dataclass(frozen=True, slots=True, eq=False)
class Ready:
    """An answer as it goes out; known by itself.

    From `until` on (UTC) it says something else; `is_kept` is false where it is for this reader and this time alone.
    """

    body: bytes
    meaning: str
    sort: Sort
    until: datetime = LAST
    is_kept: bool = False
    head: Head = ()
    """What goes before it."""


class Page:
    """A page as it was asked about. Whoever asks again in the same words has the same one: it is known by its mark.

    What is kept for a page has its mark and not the page, so that it is gone once it is kept no longer.
    """

    __slots__ = ("_read", "asked", "is_kept", "mark", "room")

    def __init__(self, asked: Asked, *, is_kept: bool = False, room: int = 0) -> None:
        """Begin to know a page; unless it is kept, nobody finds it again, and nothing is kept for it.

        Args:
            asked: what is asked about it.
            is_kept: whether somebody finds it again.
            room: so many bytes may be kept of what is in its texts.
        """
        self.asked, self.is_kept, self.room, self.mark = asked, is_kept, room, object()
        self._read: tuple[Snapshot, Understood] | None = None

    def understood(self, snapshot: Snapshot) -> Understood:
        """The page as a rule set reads it, worked out once for all places.

        Raises:
            RequestError: with everything about it that cannot be understood.
        """
        read = self._read
        if read is None or read[0] is not snapshot:
            read = snapshot, understood(snapshot, self.asked.content)
            found = read[1].looked
            is_small = FOUND * (len(found.mentions) + len(found.suppressed)) <= self.room
            if is_small and not self.went_unread(read[1]):
                self._read = read
        return read[1]

    def went_unread(self, found: Understood) -> bool:
        """Whether it has texts and nobody could look through them: the next time they may be read."""
        content = self.asked.content
        return found.looked == NOTHING and bool(content.text or content.html or content.headline)


class _Near:
    """Answers by the page and the cell of the address, while certain databases say where readers are.

    They are looked for one after the other, since the pages are few and the answers many. All are forgotten when there
    is no more room.
    """

    __slots__ = ("_most", "_room", "answers", "cells", "databases")

    def __init__(self, databases: Databases, most: int) -> None:
        self.databases, self.cells, self._most, self._room = databases, databases.cells, most, most
        self.answers: dict[object, dict[int, Ready]] = {}

    def put(self, page: Page, cell: int, ready: Ready) -> None:
        self._room -= len(ready.body) + OVERHEAD
        if self._room < 0:
            self.answers, self._room = {}, self._most
        else:
            self.answers.setdefault(page.mark, {})[cell] = ready


class _Sitting:
    """What is kept while nothing changes that all answers rest on."""

    __slots__ = ("answers", "days", "generation", "near", "places", "since", "snapshot", "sorts", "until", "whole")

    def __init__(self, snapshot: Snapshot, now: datetime, generation: int, most: int) -> None:
        self.snapshot, self.since, self.generation = snapshot, now, generation
        self.days: LawDays = law_days(snapshot.ruleset, None, now)
        self.places = places_days(snapshot, None, now)
        # answers name the day in UTC, too
        self.until = min(next_midnight({"UTC": now.date()}), next_midnight(self.days))
        self.answers: SizedMemo[Ready] = SizedMemo(most)
        self.whole: SizedMemo[Ready] = SizedMemo(most)
        self.near: _Near | None = None
        self.sorts: dict[Hashable, Sort] = {}

    def holds(self, snapshot: Snapshot, now: datetime, generation: int) -> bool:
        return self.snapshot is snapshot and self.generation == generation and self.since <= now < self.until

    def sort(self, answer: Answer, counting: Counting | None, day: date) -> Sort:
        """The sort of an answer that is given on a day (UTC); one object for all that are counted alike."""
        made = sort_of(answer, counting, day)
        key = (day, made.notices, made.rules, made.unknowns, counting)
        found = self.sorts.get(key)
        if found is None:
            if len(self.sorts) >= MOST_SORTS:
                self.sorts = {}
            self.sorts[key] = found = made
        return found


class KeptAnswers:
    """Answers of a checker as bytes. Threads may share it."""

    def __init__(self, checker: Checker, most: int, head: Callable[[int, str], Head] = lambda *_: ()) -> None:
        """Answer with `checker`.

        Args:
            checker: what answers.
            most: about so many bytes of answers are kept, and as many of questions.
            head: what goes before an answer, from its size and the digest of the rule set; made once with it.
        """
        self._checker, self._most, self._head = checker, most, head
        self._pages: SizedMemo[Page] = SizedMemo(most)
        self._sitting: _Sitting | None = None

    def page(self, key: Hashable) -> Page | None:
        """The page that was asked about in these words, if it is kept."""
        return self._pages.get(key)

    def keep(self, key: Hashable, asked: Asked, size: int) -> Page:
        """A page under the words in which it was asked about, which are so many bytes."""
        page = Page(asked, is_kept=True, room=size // 2)
        self._pages.put(key, page, size + page.room)
        return page

    def whole(self, words: bytes, moment: At) -> Ready | None:
        """What was answered at the time to a question in these words, which tell all of it, if that is kept."""
        ready = self._at(moment).whole.get(words)
        return ready if ready is not None and moment[1] < ready.until else None

    def keep_whole(self, words: bytes, ready: Ready, moment: At) -> None:
        """Keep an answer under words that tell all of the question, if it may be kept."""
        if ready.is_kept:
            self._at(moment).whole.put(words, ready, len(words))

    def answer_near(self, page: Page, address: bytes, moment: At) -> Ready:
        """The answer for the reader with an address, by the shortest way; it is not counted.

        Args:
            page: what is asked about.
            address: as it was written, in ASCII.
            moment: the rule set and the instant.

        Raises:
            RequestError: with everything in the question that cannot be understood.
        """
        sitting, databases = self._at(moment), self._checker.databases
        near = sitting.near
        if near is None or near.databases is not databases:
            sitting.near = near = _Near(databases, self._most)
        if near.cells is None or (cell := near.cells.of(address)) is None:
            return self.answer(page, Reader(address.decode("ascii")), moment)
        answers = near.answers.get(page.mark)
        if answers is not None and (found := answers.get(cell)) is not None and moment[1] < found.until:
            return found
        ready = self.answer(page, Reader(address.decode("ascii")), moment)
        if ready.is_kept:
            near.put(page, cell, ready)
        return ready

    def answer(self, page: Page, reader: Reader, moment: At) -> Ready:
        """The answer for a reader at a moment; it is not counted.

        Raises:
            RequestError: with everything in the question that cannot be understood.
        """
        snapshot, now = moment
        asked, sitting = page.asked, self._at(moment)
        days = sitting.places if asked.as_of is None else places_days(snapshot, asked.as_of, now)
        location = self._checker.located(snapshot, reader, *days)
        ready = sitting.answers.get((page.mark, location))
        if ready is None or now >= ready.until:
            return self._made(sitting, page, location, now)
        return ready

    def count(self, sort: Sort, number: int = 1) -> None:
        """Have the log of evidence count that answers of a sort were given, so many."""
        if sort.counting is not None and self._checker.recorder is not None:
            self._checker.recorder.count(sort.day, sort.meaning, sort.counting, number)

    def _at(self, moment: At) -> _Sitting:
        snapshot, now = moment
        recorder, sitting = self._checker.recorder, self._sitting
        generation = 0 if recorder is None else recorder.log.generation
        if sitting is None or not sitting.holds(snapshot, now, generation):
            self._sitting = sitting = _Sitting(snapshot, now, generation, self._most)
        return sitting

    def _made(self, sitting: _Sitting, page: Page, location: LocationSet, now: datetime) -> Ready:
        """An answer made now, and kept if the next reader from there is told the same."""
        checker, asked, snapshot = self._checker, page.asked, sitting.snapshot
        read = page.understood(snapshot)
        question = read.asked_from(location)
        answer = checker.answered(snapshot, question, asked, now)
        counting, recorder = None, checker.recorder
        if recorder is not None and asked.as_of is None:
            counting = recorder.counting(snapshot, sitting.days, location, answer)
        is_same_for_all = recorder is None or recorder.mode != EVERY_DECISION or asked.as_of is not None
        is_lasting = is_same_for_all and answer.evidence != NOT_RECORDED and not page.went_unread(read)
        is_kept = page.is_kept and is_lasting and not asked.explain
        sort = sitting.sort(answer, counting, now.date())
        body = answer.to_json()
        ready = Ready(body, sort.meaning, sort, _until(answer), is_kept, self._head(len(body), sort.meaning))
        if is_kept:
            sitting.answers.put((page.mark, location), ready, len(ready.body))
        return ready


def _until(answer: Answer) -> datetime:
    """The instant (UTC) from which an answer says something else of how long it may be stored; `LAST` if never."""
    if answer.preview or answer.valid_until is None:
        return LAST
    return datetime.fromisoformat(answer.valid_until) - _HOUR
