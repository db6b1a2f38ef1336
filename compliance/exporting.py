"""Many pages to one table for a CDN or a web server, which answers from it without asking anybody.

Theory: a page at the edge is decided as any page is, once for each class of places that a CDN may name, under one rule
set and at one instant. What a CDN names is taken as a header from a trusted proxy: so a reader at the edge is shown
what the service would show who had that header alone. For a page that is in no table its site speaks: the publishers
of its pages, and nothing else that could be known; what may not be said by guess is told in general words.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Final

from compliance.assemble import Moment, page_of
from compliance.blocks import NOTHING, STAND_IN, Printed, PrintedFootnote, PrintedNotice, block
from compliance.check import Asked, Checker, Understood, places_days, understood
from compliance.content.facts import Content
from compliance.edge.formats import site_of
from compliance.edge.table import NOBODY_KNOWS, Basis, Classes, EdgeTable, Row, table_of
from compliance.engine.segment import Segment
from compliance.errors import Problem, RequestError
from compliance.geo.cdn_headers import evidence
from compliance.law_time import first_instant, grows_old, law_days
from compliance.model.decision import Display, Instance
from compliance.model.facts import Facts
from compliance.model.iso3166 import ALIASES
from compliance.model.ruleset import LawDays
from compliance.model.territory import PLACES, LocationSet
from compliance.model.web_address import canonical_url
from compliance.notices.page import markers, places
from compliance.notices.spoken import Page, changes, footnotes, speak
from compliance.reader import Reader
from compliance.recording import Tabled
from compliance.store import Snapshot
from compliance.undeclared import undeclared

_ID: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:-]{0,199}")
_HEADERS: Final = {"country": "country", "region": "region"}
_NO_ADDRESS: Final = "a table for the edge finds pages by their addresses, and this one has none"
_ADDRESS_HELP: Final = "give `content.url`: a web address, or an id of letters, digits and `._:-`"


@dataclass(frozen=True, slots=True)
class Item:
    """A page that was asked for, and where the question stands, in words for a person."""

    asked: Asked
    where: str = ""


@dataclass(frozen=True, slots=True)
class Exported:
    """A table for the edge, what was recorded of its pages, and the publishers of some that nobody declared."""

    table: EdgeTable
    recorded: tuple[Tabled, ...] = ()
    undeclared: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Page:
    name: str
    read: Understood
    item: Item


@dataclass(frozen=True, slots=True)
class _Shown:
    """What a page prints for readers in one class of places, and whether something is held besides."""

    printed: Printed
    is_held: bool


@dataclass(slots=True)
class _Moment:
    """One rule set at one instant, the classes of places, and the instants at which something may differ."""

    snapshot: Snapshot
    days: LawDays
    segment: Segment
    classes: Classes
    ends: list[datetime] = field(default_factory=list)

    def shown(self, read: Understood, languages: Sequence[str]) -> list[_Shown]:
        """What one page prints, for each class of places."""
        found = []
        for location in self.classes.locations:
            question = read.asked_from(location)
            decision = self.segment.decide(question.facts)
            page = page_of(self.snapshot.ruleset, question, self.days, languages)
            if (end := first_instant(decision, changes(page, decision.instances))) is not None:
                self.ends.append(end)
            found.append(_shown(page, decision.instances, question.facts))
        return found


def _shown(page: Page, instances: Sequence[Instance], facts: Facts) -> _Shown:
    """What a page prints of a decision: what an answer would say of it, as far as that is printed."""
    marked = markers(instances)
    notices = [_notice(page, each, facts, mark) for each, mark in zip(instances, marked, strict=True)]
    notes = [PrintedFootnote(marker=each.marker, html=each.words.html) for each in footnotes(page, instances, marked)]
    is_held = any(each.display is Display.HOLD for each in instances)
    return _Shown(Printed(notices=tuple(notices), footnotes=tuple(notes)), is_held)


def _notice(page: Page, instance: Instance, facts: Facts, marker: str) -> PrintedNotice:
    notice, where = instance.notice, tuple(each.value for each in places(instance, facts))
    return PrintedNotice(
        html="" if instance.display is Display.HOLD else speak(page, instance, page.choose(instance)).html,
        display=instance.display.value,
        placement=where[0],
        placements=where,
        group=notice.group,
        marker=marker or None,
        nothing_before=notice.layout.nothing_before,
    )


def checked(checker: Checker, items: Iterable[Item]) -> tuple[str | None, ...]:
    """For each page its publisher if nobody declared that; every page is read, and no more.

    Raises:
        RequestError: with everything about any of them that cannot be understood.
    """
    problems: list[Problem] = []
    read = _read(checker.moment()[0], items, problems)
    if problems:
        raise RequestError(problems)
    return tuple(_undeclared(page) for page, _ in read)


def exported(
    checker: Checker,
    items: Sequence[Item],
    *,
    longest: int | None = None,
    is_recorded: bool = False,
    moved: Callable[[int], None] | None = None,
) -> Exported:
    """The table of many pages, and the evidence for each, which is durable before the table is given out.

    Args:
        checker: what decides, and what records.
        items: the pages, each with its address; the same one twice is one.
        longest: how many letters the name of a page may have; None is any number.
        is_recorded: whether tables are to be recorded.
        moved: told of each page that is done.

    Raises:
        RequestError: with everything about any page that cannot be understood, and what keeps them out of one table.
    """
    snapshot, now = checker.moment()
    pages, as_of = _asked(snapshot, items, longest)
    days = law_days(snapshot.ruleset, as_of, now)
    segment = snapshot.index.segment(days)
    classes = Classes.of(segment.zones, _locations(checker, snapshot, as_of, now))
    moment = _Moment(snapshot, days, segment, classes)
    recorder = checker.recorder if is_recorded else None
    rows, recorded = [], []
    for page in pages:
        shown = moment.shown(page.read, page.item.asked.languages)
        rows.append(Row(page.name, tuple(block(each.printed) or NOTHING for each in shown)))
        if recorder is not None:
            question = page.read.asked_from(LocationSet.unknown())
            recorded.append(recorder.table(snapshot, question, Moment(now, days, as_of, None)))
        if moved is not None:
            moved(1)
    names = dict.fromkeys(_undeclared(page.read) for page in pages)
    unknown = tuple(name for name in names if name is not None)
    return Exported(_joined(moment, pages, rows, as_of, now), tuple(recorded), unknown)


def _undeclared(page: Understood) -> str | None:
    return undeclared(page.advice, page.content.publisher, page.content.url)


def _joined(
    moment: _Moment, pages: Sequence[_Page], rows: Sequence[Row], as_of: date | None, now: datetime
) -> EdgeTable:
    """The table of pages with what their sites have, now and once the table is over."""
    snapshot, sites = moment.snapshot, _sites(moment, pages)
    ends = [*moment.ends, grows_old(snapshot.ruleset, now.date())]
    until = min((each for each in ends if each is not None), default=None) if as_of is None else None
    basis = Basis(snapshot.ruleset.meaning, snapshot.ruleset.source, as_of or now.date(), as_of is not None, until)
    late = _when_over(snapshot, pages, sites, until)
    of_sites = [Row(site, tuple(map(_unsure, shown))) for site, shown in sites.items()]
    when_over = {site: _unsure(shown) for site, shown in late.items()}
    return table_of(moment.classes, rows, of_sites, basis, when_over, _unsure(_merged(list(late.values()))))


# -- pages ----------------------------------------------------------------------------------------------


def _asked(snapshot: Snapshot, items: Sequence[Item], longest: int | None) -> tuple[list[_Page], date | None]:
    """The pages, and the day that they are asked about.

    Raises:
        RequestError: with everything that is wrong with any of them.
    """
    problems: list[Problem] = []
    pages = _named(_read(snapshot, items, problems), problems)
    problems += [_at(page.item, _long(longest)) for page in pages if longest is not None and len(page.name) > longest]
    as_of = _one_day(items, problems)
    if problems:
        raise RequestError(problems)
    return pages, as_of


def _read(snapshot: Snapshot, items: Iterable[Item], problems: list[Problem]) -> list[tuple[Understood, Item]]:
    """Each page as the rule set reads it; what cannot be understood is added to the problems."""
    found = []
    for item in items:
        try:
            found.append((understood(snapshot, item.asked.content), item))
        except RequestError as error:
            problems += [_at(item, each) for each in error.problems]
    return found


def _at(item: Item, problem: Problem) -> Problem:
    where = " ".join(each for each in (item.where, problem.where) if each)
    return Problem(problem.message, problem.span, problem.help, where or None)


def _named(read: Iterable[tuple[Understood, Item]], problems: list[Problem]) -> list[_Page]:
    """The pages by name, each once."""
    found: dict[str, _Page] = {}
    for page, item in read:
        url = (page.content.url or "").strip()
        name = canonical_url(url) or (url if _ID.fullmatch(url) else None)
        if name is None:
            problems.append(_at(item, Problem(_NO_ADDRESS, where="content.url", help=_ADDRESS_HELP)))
        elif (other := found.setdefault(name, _Page(name, page, item))).item.asked != item.asked:
            problems.append(_at(item, _twice(other.item)))
    return list(found.values())


def _twice(other: Item) -> Problem:
    where = f" at {other.where}" if other.where else ""
    return Problem(f"the same page is described otherwise{where}", where="content.url", help="keep one of the two")


def _long(longest: int) -> Problem:
    help_ = "leave the page out: it has the notices of its site then"
    return Problem(f"the address is longer than {longest} letters", where="content.url", help=help_)


def _one_day(items: Sequence[Item], problems: list[Problem]) -> date | None:
    """The day that all questions are about."""
    if not items:
        problems.append(Problem("there is no page", help="give one question at least, as for `POST /v1/table`"))
        return None
    first = items[0]
    for item in items:
        if item.asked.as_of != first.asked.as_of:
            help_ = "a table is about one day: give the same `as_of` with each page, or none"
            problems.append(_at(item, Problem("the day is another one than that of the first page", help=help_)))
    return first.asked.as_of


# -- sites ----------------------------------------------------------------------------------------------


def _sites(moment: _Moment, pages: Iterable[_Page]) -> dict[str, list[_Shown]]:
    """For each site what any page of it may print, whoever publishes it; last, for any other site, under `""`."""
    publishers: dict[str, dict[str, None]] = defaultdict(dict)
    languages: dict[str, set[tuple[str, ...]]] = defaultdict(set)
    for page in pages:
        if site := site_of(page.name):
            publishers[site][page.read.content.publisher or site] = None
            languages[site].add(page.item.asked.languages)
    found = {}
    for site, names in sorted(publishers.items()):
        tags = next(iter(languages[site])) if len(languages[site]) == 1 else ()
        each_of = [moment.shown(understood(moment.snapshot, Content(publisher=each)), tags) for each in names]
        found[site] = [_merged(several) for several in zip(*each_of, strict=True)]
    found[""] = moment.shown(understood(moment.snapshot, Content()), ())
    return found


def _when_over(
    snapshot: Snapshot, pages: Iterable[_Page], sites: Mapping[str, list[_Shown]], until: datetime | None
) -> dict[str, _Shown]:
    """For each site what any page of it may print, whoever reads it, before an instant (UTC) and from it on."""
    now = {site: shown[NOBODY_KNOWS] for site, shown in sites.items()}
    if until is None:
        return now
    days = law_days(snapshot.ruleset, None, until)
    anywhere = Classes({}, (LocationSet.unknown(),))
    then = _sites(_Moment(snapshot, days, snapshot.index.segment(days), anywhere), pages)
    return {site: _merged([shown, then[site][NOBODY_KNOWS]]) for site, shown in now.items()}


def _merged(several: Sequence[_Shown]) -> _Shown:
    """Each notice of several once: whoever may be asking about one of them is shown what is due in any."""
    notices = dict.fromkeys(notice for each in several for notice in each.printed.notices)
    notes = dict.fromkeys(note for each in several for note in each.printed.footnotes)
    return _Shown(Printed(notices=tuple(notices), footnotes=tuple(notes)), any(each.is_held for each in several))


def _unsure(shown: _Shown) -> str:
    """The HTML for a page that nobody described: where something is due that cannot be said, that is said."""
    return STAND_IN if shown.is_held and shown.printed.is_empty else block(shown.printed) or NOTHING


# -- places ---------------------------------------------------------------------------------------------


def _locations(checker: Checker, snapshot: Snapshot, as_of: date | None, now: datetime) -> Mapping[str, LocationSet]:
    """For each code that a CDN may write where a reader may be then: what one header says, and no more."""
    on, aged = places_days(snapshot, as_of, now)
    found = {}
    for code in sorted(PLACES | ALIASES.keys()):
        country, _, region = code.partition("-")
        headers = [("country", country), *([("region", region)] if region else [])]
        said = evidence("custom", headers, _HEADERS.items())
        reader = Reader(evidence=() if said is None else (said,))
        found[code] = checker.located(snapshot, reader, on, aged)
    return found
