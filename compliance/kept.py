"""Answers that are kept as bytes, for the next reader from the same place.

Theory: of the reader, an answer rests on the place alone. So what was answered to one reader is what the next one from
there is told, byte for byte, until something changes: the rule set, the day where a law holds, or how evidence is
recorded. Each of these ends all that is kept. In its last hour an answer counts the seconds that it may be stored, so
then it is made anew each time. What is kept is found by the page and the place; an address is looked up and forgotten
for each reader as ever, and no key holds one.
"""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Generic, TypeVar

from compliance.answer import Answer
from compliance.assemble import MOST_SECONDS
from compliance.check import Asked, Checker, Understood, places_days, understood
from compliance.config import EVERY_DECISION
from compliance.content.mentioned import NOTHING
from compliance.law_time import LAST, law_days, next_midnight
from compliance.model.ruleset import LawDays
from compliance.model.territory import LocationSet
from compliance.reader import Reader
from compliance.recording import NOT_RECORDED, Counting
from compliance.store import Snapshot

OVERHEAD: Final = 500
"""About so many bytes go with each value that is kept, in CPython on a machine of 64 bits."""
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


@dataclass(frozen=True, slots=True)
class Ready:
    """An answer as it goes out.

    `notices` are the kinds of its notices, for metrics: (status, display), each once. From `until` on (UTC) it says
    something else; `is_kept` is false where it is for this reader and this time alone.
    """

    body: bytes
    meaning: str
    notices: tuple[tuple[str, str], ...]
    until: datetime = LAST
    counting: Counting | None = None
    is_kept: bool = False


class Page:
    """A page as it was asked about. Whoever asks again in the same words has the same one: it is known by itself."""

    __slots__ = ("_read", "asked", "is_kept")

    def __init__(self, asked: Asked, *, is_kept: bool = False) -> None:
        """Begin to know a page; unless it is kept, nobody finds it again, and nothing is kept for it."""
        self.asked, self.is_kept = asked, is_kept
        self._read: tuple[Snapshot, Understood] | None = None

    def understood(self, snapshot: Snapshot) -> Understood:
        """The page as a rule set reads it, worked out once for all places.

        Raises:
            RequestError: with everything about it that cannot be understood.
        """
        read = self._read
        if read is None or read[0] is not snapshot:
            read = snapshot, understood(snapshot, self.asked.content)
            if not self.went_unread(read[1]):
                self._read = read
        return read[1]

    def went_unread(self, found: Understood) -> bool:
        """Whether it has texts and nobody could look through them: the next time they may be read."""
        content = self.asked.content
        return found.looked == NOTHING and bool(content.text or content.html or content.headline)


class _Sitting:
    """What is kept while nothing changes that all answers rest on."""

    __slots__ = ("answers", "days", "generation", "places", "since", "snapshot", "until", "whole")

    def __init__(self, snapshot: Snapshot, now: datetime, generation: int, most: int) -> None:
        self.snapshot, self.since, self.generation = snapshot, now, generation
        self.days: LawDays = law_days(snapshot.ruleset, None, now)
        self.places = places_days(snapshot, None, now)
        # answers name the day in UTC, too
        self.until = min(next_midnight({"UTC": now.date()}), next_midnight(self.days))
        self.answers: SizedMemo[Ready] = SizedMemo(most)
        self.whole: SizedMemo[Ready] = SizedMemo(most)

    def holds(self, snapshot: Snapshot, now: datetime, generation: int) -> bool:
        return self.snapshot is snapshot and self.generation == generation and self.since <= now < self.until


class KeptAnswers:
    """Answers of a checker as bytes. Threads may share it."""

    def __init__(self, checker: Checker, most: int) -> None:
        """Answer with `checker`, and keep about `most` bytes of answers, and as many of questions."""
        self._checker, self._most = checker, most
        self._pages: SizedMemo[Page] = SizedMemo(most)
        self._sitting: _Sitting | None = None

    def page(self, key: Hashable) -> Page | None:
        """The page that was asked about in these words, if it is kept."""
        return self._pages.get(key)

    def keep(self, key: Hashable, asked: Asked, size: int) -> Page:
        """A page under the words in which it was asked about, which are so many bytes."""
        page = Page(asked, is_kept=True)
        self._pages.put(key, page, size)
        return page

    def whole(self, words: bytes, moment: At) -> Ready | None:
        """What was answered at the time to a question in these words, which tell all of it, if that is kept."""
        ready = self._at(moment).whole.get(words)
        return ready if ready is not None and moment[1] < ready.until else None

    def keep_whole(self, words: bytes, ready: Ready, moment: At) -> None:
        """Keep an answer under words that tell all of the question, if it may be kept."""
        if ready.is_kept:
            self._at(moment).whole.put(words, ready, len(words))

    def answer(self, page: Page, reader: Reader, moment: At) -> Ready:
        """The answer for a reader at a moment; it is not counted.

        Raises:
            RequestError: with everything in the question that cannot be understood.
        """
        snapshot, now = moment
        asked, sitting = page.asked, self._at(moment)
        days = sitting.places if asked.as_of is None else places_days(snapshot, asked.as_of, now)
        location = self._checker.located(snapshot, reader, *days)
        ready = sitting.answers.get((page, location))
        if ready is None or now >= ready.until:
            return self._made(sitting, page, location, now)
        return ready

    def count(self, ready: Ready, moment: At, number: int = 1) -> None:
        """Count that an answer was given at a moment, so many times."""
        if ready.counting is not None and self._checker.recorder is not None:
            self._checker.recorder.count(moment[1].date(), ready.meaning, ready.counting, number)

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
        kinds = tuple({(each.status, each.display) for each in answer.notices})
        counting, recorder = None, checker.recorder
        if recorder is not None and asked.as_of is None:
            counting = recorder.counting(snapshot, sitting.days, location, answer)
        is_same_for_all = recorder is None or recorder.mode != EVERY_DECISION or asked.as_of is not None
        is_lasting = is_same_for_all and answer.evidence != NOT_RECORDED and not page.went_unread(read)
        is_kept = page.is_kept and is_lasting and not asked.explain
        ready = Ready(answer.to_json(), snapshot.ruleset.meaning, kinds, _until(answer), counting, is_kept)
        if is_kept:
            sitting.answers.put((page, location), ready, len(ready.body))
        return ready


def _until(answer: Answer) -> datetime:
    """The instant (UTC) from which an answer says something else of how long it may be stored; `LAST` if never."""
    if answer.preview or answer.valid_until is None:
        return LAST
    return datetime.fromisoformat(answer.valid_until) - _HOUR
