"""One check, in one direction: the corridor that every question walks.

Theory: each room hands a frozen value to the next and nobody calls back. The reader's address ends in
`geo`; the clock is asked here and nowhere else, once, and becomes law days; a given `as_of` is that civil
day in every zone and makes the answer a preview. Where the reader is, is asked for every law day; databases are
as old as they are today, whatever day is asked for.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import reduce
from operator import or_
from pathlib import Path
from typing import Final, Self

from compliance.answer import Answer, Mentions
from compliance.assemble import Moment, Question, assemble, mentions_of, page_of
from compliance.content.facts import Content, Written, advice, facts_of
from compliance.content.mentioned import NOTHING, Looked, told, with_mentions
from compliance.deciding import decided
from compliance.engine.explain import Explanation
from compliance.engine.explain import explain as explain_plainly
from compliance.engine.reading import PLACE
from compliance.engine.segment import Segment
from compliance.errors import Problem, RequestError
from compliance.forms_cache import FormsCache
from compliance.geo import Atlas, Databases, DatabaseStore, GeoFiles
from compliance.law_time import first_instant, grows_old, law_days, next_midnight
from compliance.model.decision import Decision
from compliance.model.facts import Facts
from compliance.model.ruleset import Ruleset
from compliance.model.territory import LocationSet, Territory
from compliance.notices.spoken import changes
from compliance.parts import Parts
from compliance.reader import Reader, where
from compliance.recording import Recorder, Tabled, tabled
from compliance.signed.rules import SignedRules
from compliance.store import MEMO, Snapshot, Store, packaged_rules

__all__ = ["Checker", "Content", "Reader"]


@dataclass(frozen=True, slots=True)
class _Today:
    """Where now falls for a rule set: the same until the first midnight in any of its zones."""

    snapshot: Snapshot
    segment: Segment
    since: datetime
    until: datetime


@dataclass(frozen=True, slots=True)
class Asked:
    """A page as it was asked about, besides the reader: the languages that are read, and as of which day."""

    content: Content
    languages: tuple[str, ...] = ()
    as_of: date | None = None
    explain: bool = False


@dataclass(frozen=True, slots=True)
class Understood:
    """A page as a rule set reads it: with what it says of itself, its facts, what to advise, what is in its texts."""

    content: Content
    facts: Facts
    advice: tuple[str, ...] = ()
    looked: Looked = NOTHING

    def asked_from(self, location: LocationSet) -> Question:
        """The question of a reader in a place."""
        return Question(self.content, {**self.facts, PLACE: location}, location, self.advice, self.looked)


_NOTHING_SAID: Final = Understood(Content(), {})


class Checker:
    """Answers which notices a page needs. Threads may share one; each question sees one rule set."""

    def __init__(self, store: Store, databases: Databases | DatabaseStore, recorder: Recorder | None = None) -> None:
        self.store, self.recorder = store, recorder
        self.geo = DatabaseStore(databases) if isinstance(databases, Databases) else databases
        self._today: _Today | None = None
        self._atlas: tuple[Mapping[str, Territory], Atlas] = ({}, Atlas())
        self._parts = Parts(store.current.ruleset)
        if recorder is not None:
            recorder.follow(lambda: store.current, today)

    @classmethod
    def open(
        cls,
        rules: str | Path | SignedRules | None = None,
        *,
        geo_databases: Sequence[str | Path] = (),
        geo_overlays: Sequence[str | Path] = (),
        geo_golden: str | Path | None = None,
        memo: int = MEMO,
        cache_dir: str | Path | None = None,
        recorder: Recorder | None = None,
    ) -> Self:
        """A checker on a rule directory; without one, on the rules that ship with the product.

        Args:
            rules: the directory of the rule files, a bundle, or a signed one.
            geo_databases: MMDB files to ask beside the ranges that ship with the product.
            geo_overlays: tables of networks and the territories that they are in.
            geo_golden: a table of addresses and what databases have to say of them before they are used.
            memo: how many decisions to remember; 0 is none.
            cache_dir: the directory where word forms are kept from one start to the next; None keeps none.
            recorder: keeps what answers follow from as evidence.

        Raises:
            RulesError: with every problem of every rule file, or of every overlay.
            DatabaseError: a geolocation database cannot be used.
        """
        kept = None if cache_dir is None else FormsCache(Path(cache_dir))
        if isinstance(rules, SignedRules):
            store = rules.opened(memo, kept, today)
        else:
            store = Store(Path(rules) if rules is not None else packaged_rules(), memo, kept)
        golden = None if geo_golden is None else str(geo_golden)
        files = GeoFiles(tuple(map(str, geo_databases)), tuple(map(str, geo_overlays)), golden)
        return cls(store, DatabaseStore.open(files, lambda: store.current.ruleset.territories), recorder)

    @property
    def databases(self) -> Databases:
        """The sources of places in use."""
        return self.geo.current

    def watch(self, seconds: float) -> Callable[[], None]:
        """Take changed rules, databases and overlays into use in the background; the result stops it.

        Args:
            seconds: how often to look for changes; 0 is only on request.
        """
        stops = [self.store.watch(seconds), self.geo.watch(seconds, today)]

        def stop() -> None:
            for each in stops:
                each()

        return stop

    def request_reload(self) -> None:
        """Have the watching threads reload soon; safe to call from a signal handler."""
        self.store.request_reload()
        self.geo.request_reload()

    @property
    def ruleset(self) -> Ruleset:
        """The rule set in use."""
        return self.store.current.ruleset

    def check(
        self,
        content: Content,
        reader: Reader | None = None,
        *,
        languages: Sequence[str] = (),
        as_of: date | None = None,
        explain: bool = False,
        is_given: bool = True,
    ) -> Answer:
        """The notices of a page for a reader, with their words.

        Args:
            content: the page.
            reader: where the reader is; None means that nobody knows.
            languages: BCP 47 tags that the reader reads, best first.
            as_of: ask as of this civil day in every zone; without it, now.
            explain: also say why each other rule asks for nothing.
            is_given: false for a question that is only tried: then nothing of it is recorded.

        Raises:
            RequestError: with everything in the question that cannot be understood.
        """
        snapshot, now = self.moment()
        problems = [*_day_problems(as_of), *_language_problems(languages)]
        question = self._question(snapshot, content, reader, None if problems else as_of, now, problems)
        asked = Asked(content, (languages,) if isinstance(languages, str) else tuple(languages), as_of, explain)
        answer = self.answered(snapshot, question, asked, now, is_given=is_given)
        if self.recorder is not None and is_given and as_of is None:
            days = law_days(snapshot.ruleset, None, now)
            counting = self.recorder.counting(snapshot, days, question.location, answer)
            self.recorder.count(now.date(), snapshot.ruleset.meaning, counting)
        return answer

    def moment(self) -> tuple[Snapshot, datetime]:
        """The rule set in use and the instant (UTC): one question sees one of each."""
        return self.store.current, _now()

    def answered(
        self, snapshot: Snapshot, question: Question, asked: Asked, now: datetime, *, is_given: bool = True
    ) -> Answer:
        """The answer to a question that was understood, by a rule set at an instant (UTC); it is not counted."""
        days = law_days(snapshot.ruleset, asked.as_of, now)
        if asked.explain:
            decision = explain_plainly(snapshot.ruleset, question.facts, days).decision
        else:
            decision = snapshot.index.decide(question.facts, days)
        turns = changes(page_of(snapshot.ruleset, question, days, asked.languages), decision.instances)
        ends = (first_instant(decision, turns), grows_old(snapshot.ruleset, asked.as_of or now.date()))
        until = min((each for each in ends if each is not None), default=None)
        moment = Moment(now, days, asked.as_of, until)
        parts = self._parts
        if parts.ruleset is not snapshot.ruleset:
            self._parts = parts = Parts(snapshot.ruleset)
        if (recorder := self.recorder) is None or not is_given:
            return assemble(snapshot.ruleset, question, decision, moment, asked.languages, parts)
        evidence = recorder.behind(snapshot, question, moment)
        answer = assemble(snapshot.ruleset, question, decision, moment, asked.languages, parts)
        return recorder.told(answer, question, evidence, now)

    def table(self, content: Content, *, as_of: date | None = None, is_given: bool = True) -> Tabled:
        """What readers in every place are shown on a page: recorded, unless `as_of` is given or it is only tried.

        Raises:
            RequestError: with everything in the question that cannot be understood.
        """
        snapshot, now = self.store.current, _now()
        problems = [*_day_problems(as_of)]
        question = self._question(snapshot, content, None, None if problems else as_of, now, problems)
        moment = Moment(now, law_days(snapshot.ruleset, as_of, now), as_of, None)
        if self.recorder is None or not is_given:
            return tabled(snapshot, question, moment)
        return self.recorder.table(snapshot, question, moment)

    def mentions(self, content: Content, *, as_of: date | None = None) -> Mentions:
        """Whom the texts of a page name, with what registers say on a day; without `as_of`, today.

        Raises:
            RequestError: with everything in the question that cannot be understood.
        """
        snapshot = self.store.current
        problems = _day_problems(as_of)
        try:
            facts_of(content, snapshot.directory)
        except RequestError as error:
            problems.extend(error.problems)
        if problems:
            raise RequestError(problems)
        return mentions_of(snapshot.ruleset, snapshot.names.look(content, snapshot.directory), as_of or today())

    def looked_at(self, content: Content) -> Looked:
        """What is in the texts of a page, as answers rest on it."""
        snapshot = self.store.current
        return snapshot.names.look(content, snapshot.directory)

    def explain(self, content: Content, reader: Reader | None = None, *, as_of: date | None = None) -> Explanation:
        """Why each notice of a page is asked for, why each other one is not, and from when that changes.

        Raises:
            RequestError: with everything in the question that cannot be understood.
        """
        snapshot = self.store.current
        problems = [*_day_problems(as_of)]
        now = _now()
        question = self._question(snapshot, content, reader, None if problems else as_of, now, problems)
        return explain_plainly(snapshot.ruleset, question.facts, law_days(snapshot.ruleset, as_of, now))

    def decide(self, facts: Mapping[str, Written], *, as_of: date | None = None) -> Decision:
        """The decision on facts written as in a scenario's `given`; without `as_of`, as of now.

        Raises:
            RequestError: with every fact that cannot be read.
        """
        snapshot = self.store.current
        return decided(snapshot, self._segment(snapshot, as_of), facts)

    def decide_many(
        self, questions: Iterable[Mapping[str, Written]], *, as_of: date | None = None
    ) -> Iterator[Decision]:
        """The decision on each of many questions, one by one, all of one rule set and one moment.

        Raises:
            RequestError: with every fact of a question that cannot be read.
        """
        snapshot = self.store.current
        segment = self._segment(snapshot, as_of)
        return (decided(snapshot, segment, facts) for facts in questions)

    def _segment(self, snapshot: Snapshot, as_of: date | None) -> Segment:
        """The stretch of days in which the question is asked."""
        if problems := _day_problems(as_of):
            raise RequestError(problems)
        if as_of is not None:
            return snapshot.index.on(as_of)
        now, today = _now(), self._today
        if today is None or today.snapshot is not snapshot or not today.since <= now < today.until:
            days = law_days(snapshot.ruleset, None, now)
            self._today = today = _Today(snapshot, snapshot.index.segment(days), now, next_midnight(days))
        return today.segment

    def _question(
        self,
        snapshot: Snapshot,
        content: Content,
        reader: Reader | None,
        as_of: date | None,
        now: datetime,
        problems: list[Problem],
    ) -> Question:
        """The facts of content and reader; the problems of both at once, with those found before."""
        page, location = _NOTHING_SAID, LocationSet.unknown()
        try:
            page = understood(snapshot, content)
        except RequestError as error:
            problems.extend(error.problems)
        try:
            location = self.located(
                snapshot, Reader() if reader is None else reader, *places_days(snapshot, as_of, now)
            )
        except RequestError as error:
            problems.extend(error.problems)
        if problems:
            raise RequestError(problems)
        return page.asked_from(location)

    def locate(self, reader: Reader, *, as_of: date | None = None) -> LocationSet:
        """The places where the reader may be, on a day; without `as_of`, now.

        Raises:
            RequestError: the address is none, a code is neither a place nor a vendor's "not known", or both
                are given.
        """
        if problems := _day_problems(as_of):
            raise RequestError(problems)
        snapshot, now = self.moment()
        return self.located(snapshot, reader, *places_days(snapshot, as_of, now))

    def located(self, snapshot: Snapshot, reader: Reader, days: Sequence[date], aged: date) -> LocationSet:
        """The places on all law days of a moment: a territory may have more of them in a zone where it is tomorrow.

        Args:
            snapshot: whose territories count.
            reader: what is known of the place.
            days: the law days, each once and in order.
            aged: the day from which the age of databases counts: what was said of an address does not grow young
                again on the day that is asked for.

        Raises:
            RequestError: as `locate` does.
        """
        territories = snapshot.ruleset.territories
        kept, databases = self._atlas, self.databases
        if kept[0] is not territories:
            self._atlas = kept = territories, Atlas(territories.values())
        return reduce(or_, [where(reader, databases, kept[1], day, aged) for day in days])


def places_days(snapshot: Snapshot, as_of: date | None, now: datetime) -> tuple[list[date], date]:
    """The days on which places are asked for, in order, and the one from which databases age: today or later."""
    days = {*law_days(snapshot.ruleset, as_of, now).values()} or {as_of or now.date()}
    return sorted(days), max(now.date(), as_of or date.min)


def understood(snapshot: Snapshot, content: Content) -> Understood:
    """A page as a rule set reads it.

    Raises:
        RequestError: with everything about it that cannot be understood.
    """
    content, facts, looked = told(content, snapshot.directory, snapshot.names.look)
    return Understood(content, with_mentions(facts, looked), advice(content, facts, snapshot.directory), looked)


def _day_problems(as_of: object) -> list[Problem]:
    """What is wrong with a day that was asked for: a time of day would be dropped, a text may be no day."""
    if as_of is None or (isinstance(as_of, date) and not isinstance(as_of, datetime)):
        return []
    return [Problem("this is not a day", where="as_of", help="give a date without a time")]


def _language_problems(languages: object) -> list[Problem]:
    is_list = isinstance(languages, Sequence) and all(isinstance(each, str) for each in languages)
    return [] if is_list else [Problem("these are not languages", where="languages", help="give a list of tags")]


def today() -> date:
    """Today in UTC: the day that commands use when none was given."""
    return _now().date()


def _now() -> datetime:
    return datetime.now(UTC)  # noqa: TID251 - the one place that asks the clock
