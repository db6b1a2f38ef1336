"""One check, in one direction: the corridor that every question walks.

Theory: each room hands a frozen value to the next and nobody calls back. The reader's address ends in
`geo`; the clock is asked here and nowhere else, once, and becomes law days; a given `as_of` is that civil
day in every zone and makes the answer a preview.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address
from pathlib import Path
from typing import Final, Self
from zoneinfo import ZoneInfo

from compliance.answer import Answer
from compliance.assemble import Moment, Question, assemble, page_of
from compliance.content.facts import Content, Written, advice, facts_from, facts_of
from compliance.engine.explain import Explanation
from compliance.engine.explain import explain as explain_plainly
from compliance.engine.segment import Segment
from compliance.errors import Problem, RequestError
from compliance.geo import Databases, from_place, locate, parse_address
from compliance.language.given import code_help
from compliance.model.decision import Decision
from compliance.model.facts import Facts, FactValue, OneOf
from compliance.model.iso3166 import COUNTRIES
from compliance.model.period import ONE_DAY
from compliance.model.ruleset import LawDays, Ruleset
from compliance.model.territory import LocationSet, place, says_nothing
from compliance.notices.spoken import changes
from compliance.store import MEMO, Snapshot, Store, packaged_rules

__all__ = ["Checker", "Content", "Reader"]
LAST: Final = datetime.max.replace(tzinfo=UTC)
"""Stands for an instant that the calendar has no day for."""


@dataclass(frozen=True, slots=True)
class Reader:
    """What is known of where the reader is; left out, the reader may be anywhere.

    `address` is an IP address; it is used once and never kept. `country` and `subdivision` are ISO 3166
    codes. An address and a place together are refused: one of them would have to be ignored.
    """

    address: str | IPv4Address | IPv6Address | None = field(default=None, repr=False)
    country: str | None = None
    subdivision: str | None = None


@dataclass(frozen=True, slots=True)
class _Today:
    """Where now falls for a rule set: the same until the first midnight in any of its zones."""

    snapshot: Snapshot
    segment: Segment
    since: datetime
    until: datetime


class Checker:
    """Answers which notices a page needs. Threads may share one; each question sees one rule set."""

    def __init__(self, store: Store, databases: Databases) -> None:
        self.store = store
        self.databases = databases
        self._today: _Today | None = None

    @classmethod
    def open(
        cls, rules: str | Path | None = None, *, geo_databases: Sequence[str | Path] = (), memo: int = MEMO
    ) -> Self:
        """A checker on a rule directory; without one, on the rules that ship with the product.

        Args:
            rules: the directory of the rule files.
            geo_databases: MMDB files to ask beside the ranges that ship with the product.
            memo: how many decisions to remember; 0 is none.

        Raises:
            RulesError: with every problem of every rule file.
            DatabaseError: a geolocation database cannot be used.
        """
        store = Store(Path(rules) if rules is not None else packaged_rules(), memo)
        return cls(store, Databases.open(Path(each) for each in geo_databases))

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
    ) -> Answer:
        """The notices of a page for a reader, with their words.

        Args:
            content: the page.
            reader: where the reader is; None means that nobody knows.
            languages: BCP 47 tags that the reader reads, best first.
            as_of: ask as of this civil day in every zone; without it, now.
            explain: also say why each other rule asks for nothing.

        Raises:
            RequestError: with everything in the question that cannot be understood.
        """
        snapshot = self.store.current
        problems = [*_day_problems(as_of), *_language_problems(languages)]
        question = self._question(snapshot, content, reader, problems)
        now = _now()
        days = law_days(snapshot.ruleset, as_of, now)
        if explain:
            decision = explain_plainly(snapshot.ruleset, question.facts, days).decision
        else:
            decision = snapshot.index.decide(question.facts, days)
        read = (languages,) if isinstance(languages, str) else tuple(languages)
        turns = changes(page_of(snapshot.ruleset, question, days, read), decision.instances)
        moment = Moment(now, days, as_of, first_instant(decision, turns))
        return assemble(snapshot.ruleset, question, decision, moment, read)

    def explain(self, content: Content, reader: Reader | None = None, *, as_of: date | None = None) -> Explanation:
        """Why each notice of a page is asked for, why each other one is not, and from when that changes.

        Raises:
            RequestError: with everything in the question that cannot be understood.
        """
        snapshot = self.store.current
        question = self._question(snapshot, content, reader, [*_day_problems(as_of)])
        return explain_plainly(snapshot.ruleset, question.facts, law_days(snapshot.ruleset, as_of, _now()))

    def decide(self, facts: Mapping[str, Written], *, as_of: date | None = None) -> Decision:
        """The decision on facts written as in a scenario's `given`; without `as_of`, as of now.

        Raises:
            RequestError: with every fact that cannot be read.
        """
        snapshot = self.store.current
        return _decide(snapshot, self._segment(snapshot, as_of), facts)

    def decide_many(
        self, questions: Iterable[Mapping[str, Written]], *, as_of: date | None = None
    ) -> Iterator[Decision]:
        """The decision on each of many questions, one by one, all of one rule set and one moment.

        Raises:
            RequestError: with every fact of a question that cannot be read.
        """
        snapshot = self.store.current
        segment = self._segment(snapshot, as_of)
        return (_decide(snapshot, segment, facts) for facts in questions)

    def _segment(self, snapshot: Snapshot, as_of: date | None) -> Segment:
        """The stretch of days in which the question is asked."""
        if problems := _day_problems(as_of):
            raise RequestError(problems)
        if as_of is not None:
            return snapshot.index.on(as_of)
        now, today = _now(), self._today
        if today is None or today.snapshot is not snapshot or not today.since <= now < today.until:
            days = law_days(snapshot.ruleset, None, now)
            midnights = [_begins(day + ONE_DAY, zone) for zone, day in days.items()]
            self._today = today = _Today(snapshot, snapshot.index.segment(days), now, min(midnights, default=LAST))
        return today.segment

    def _question(
        self, snapshot: Snapshot, content: Content, reader: Reader | None, problems: list[Problem]
    ) -> Question:
        """The facts of content and reader; the problems of both at once, with those found before."""
        facts: dict[str, FactValue] = {}
        location = LocationSet.unknown()
        try:
            facts.update(facts_of(content, snapshot.directory))
        except RequestError as error:
            problems.extend(error.problems)
        try:
            location = self.locate(Reader() if reader is None else reader)
        except RequestError as error:
            problems.extend(error.problems)
        if problems:
            raise RequestError(problems)
        advised = advice(content, facts, snapshot.directory)
        return Question(content, {**facts, "reader.location": location}, location, advised)

    def locate(self, reader: Reader) -> LocationSet:
        """The places where the reader may be.

        Raises:
            RequestError: the address is none, a code is neither a place nor a vendor's "not known", or both
                are given.
        """
        if problems := _reader_problems(reader):
            raise RequestError(problems)
        if reader.country is not None or reader.subdivision is not None:
            return _given_place(reader)
        if reader.address is None:
            return LocationSet.unknown("no place given")
        address = parse_address(str(reader.address))
        if address is None:
            raise RequestError([Problem("this is not an IP address", where="reader.address")])
        return locate(address, self.databases.readings(address) if address.is_public else ())


def _day_problems(as_of: object) -> list[Problem]:
    """What is wrong with a day that was asked for: a time of day would be dropped, a text may be no day."""
    if as_of is None or (isinstance(as_of, date) and not isinstance(as_of, datetime)):
        return []
    return [Problem("this is not a day", where="as_of", help="give a date without a time")]


def _language_problems(languages: object) -> list[Problem]:
    is_list = isinstance(languages, Sequence) and all(isinstance(each, str) for each in languages)
    return [] if is_list else [Problem("these are not languages", where="languages", help="give a list of tags")]


def _reader_problems(reader: object) -> list[Problem]:
    """What is wrong with a reader before anybody looks at the address or the codes."""
    if not isinstance(reader, Reader):
        return [Problem("this is not a reader", where="reader", help="give a `Reader`")]
    places: dict[str, object] = {"country": reader.country, "subdivision": reader.subdivision}
    given = [name for name, code in places.items() if code is not None]
    if reader.address is not None and given:
        help_ = "keep one: the address, or country and subdivision"
        return [Problem("the reader is given in more than one way", where="reader", help=help_)]
    return [
        Problem(f"this is not a {name} code", where=f"reader.location.{name}", help="give it as text")
        for name in given
        if not isinstance(places[name], str)
    ]


def _given_place(reader: Reader) -> LocationSet:
    """The place that a caller named. What was written is not repeated: it may be an address."""
    country, subdivision = reader.country, reader.subdivision
    problems = []
    says_no_country = country is None or says_nothing(country)
    home = None if country is None or says_no_country else place(country)
    if not says_no_country and home not in COUNTRIES:
        problems.append(
            Problem("this is not a country code", where="reader.location.country", help=_country_help(country or ""))
        )
    if subdivision is not None and not says_nothing(subdivision) and not problems:
        is_full = "-" in subdivision.replace("_", "-") or home is None
        part = place(subdivision if is_full else f"{home}-{subdivision}")
        if part is None:
            help_ = "use an ISO 3166-2 code, for example `UA-43`; leave it out if nobody knows"
            problems.append(Problem("this is not a subdivision code", where="reader.location.subdivision", help=help_))
    if problems:
        raise RequestError(problems)
    known = None if subdivision is None or says_nothing(subdivision) else subdivision
    if says_no_country and known is None:
        return LocationSet.unknown("the caller does not know the place")
    return from_place(None if says_no_country else country, known)


def _country_help(text: str) -> str:
    """What to write instead of a text that is no country code."""
    if place(text) is not None:
        return "this is a subdivision: put it under `subdivision`"
    named = None if place(text.partition("-")[0]) else code_help(text)
    return named or "use an ISO 3166-1 code, for example `UA`; leave it out, or write `XX`, if nobody knows"


def law_days(ruleset: Ruleset, as_of: date | None, now: datetime) -> LawDays:
    """The law day in every zone of the rule set."""
    if as_of is not None:
        return dict.fromkeys(ruleset.zones, as_of)
    return {zone: now.astimezone(_zone(zone)).date() for zone in ruleset.zones}


def first_instant(decision: Decision, turns: Iterable[tuple[str, date]] = ()) -> datetime | None:
    """The first instant (UTC) at which the decision, or its words with their `turns`, may differ.

    None if neither the law nor a wording foresees a change.
    """
    instants = [_begins(day, zone) for zone, day in (*decision.changes, *turns)]
    return min((each for each in instants if each < LAST), default=None)


def _begins(day: date, zone: str) -> datetime:
    """The instant (UTC) at which a day begins in a zone; `LAST` at the end of the calendar."""
    try:
        return datetime.combine(day, time(), _zone(zone)).astimezone(UTC)
    except OverflowError:
        return LAST  # nobody will ask again


def _decide(snapshot: Snapshot, segment: Segment, written: Mapping[str, Written]) -> Decision:
    """The decision on facts as they were written, remembered as they were written."""
    by_name: object = written
    if not isinstance(by_name, Mapping):
        return segment.decide(facts_from(written, snapshot.directory))  # which says what is wrong
    if not snapshot.decisions.most:
        return segment.decide(_facts(snapshot, written))
    key: Hashable = (segment.number, *written, *written.values())
    try:
        found = snapshot.decisions.get(key)
    except TypeError:  # lists have no hash
        if (listed := _hashed(segment, written)) is None:
            return segment.decide(facts_from(written, snapshot.directory))
        key = listed
        found = snapshot.decisions.get(key)
    if found is None:
        found = snapshot.decisions.put(key, segment.decide(_facts(snapshot, written)))
    return found


def _hashed(segment: Segment, written: Mapping[str, Written]) -> Hashable | None:
    """A key for facts of which some are lists: tuples of the same words have a hash. None if nothing helps."""
    values = (tuple(value) if isinstance(value, list) else value for value in written.values())
    key = (segment.number, *written, *values)
    try:
        hash(key)
    except TypeError:
        return None
    return key


def _facts(snapshot: Snapshot, written: Mapping[str, Written]) -> Facts:
    """Facts as they were written, each read once."""
    known: dict[str, FactValue] = {}
    fresh: dict[str, Written] = {}
    ids = snapshot.directory.ids
    for name, value in written.items():
        if not isinstance(value, str):
            fresh[name] = value
        elif name == "publisher" and value in ids:
            known[name] = OneOf(frozenset((value,)))  # too many to keep, and nothing to look up
        elif (found := snapshot.facts.get((name, value))) is None:
            fresh[name] = value
        else:
            known[name] = found
    if fresh:
        for name, read in facts_from(fresh, snapshot.directory).items():
            known[name] = read
            if isinstance(fresh[name], str):
                snapshot.facts.put((name, fresh[name]), read)
    return known


def today() -> date:
    """Today in UTC: the day that commands use when none was given."""
    return _now().date()


def _now() -> datetime:
    return datetime.now(UTC)  # noqa: TID251 - the one place that asks the clock


@lru_cache(maxsize=512)
def _zone(name: str) -> ZoneInfo:
    return ZoneInfo(name)
