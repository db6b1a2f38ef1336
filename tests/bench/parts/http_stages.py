"""What each stage of a check takes in the process, for a page that is known and for a new one.

Theory: a check is walked once more from outside, by the functions that walk it in the service and in their order, and
each is timed by itself. What the clock and an empty call take is taken off. Beside the stages stands the check as a
whole, at the fast lane and undivided: what the stages lack of it, nobody timed.
"""

from __future__ import annotations

import random
import statistics
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime
from functools import partial
from io import BytesIO
from ipaddress import ip_network
from pathlib import Path
from time import perf_counter_ns
from typing import Any, Final, TypeVar

import msgspec

from compliance import Checker
from compliance.assemble import Moment, Question, assemble, page_of
from compliance.audit.log import Keyed, Log
from compliance.check import Understood, places_days
from compliance.config import TABLES
from compliance.content.facts import Content, advice
from compliance.content.mentioned import Looked, told, with_mentions
from compliance.kept import Page, Ready
from compliance.keys.hashing import hashed
from compliance.keys.key import BEGINNING, Key, Secret, written
from compliance.keys.key_file import change
from compliance.keys.keyring import Keyring
from compliance.law_time import first_instant, grows_old, law_days
from compliance.model.address_text import holds_address
from compliance.notices.spoken import changes
from compliance.reader import Reader
from compliance.recording import Recorder
from compliance.web import checking
from compliance.web.access import Access
from compliance.web.app import create_app
from compliance.web.fast_lane import ROUTE, FastLane
from compliance.web.wire import understand
from tests.bench.parts import report
from tests.bench.parts.http_load import new_pages, pages
from tests.bench.parts.mentions_filler import news
from tests.geo.sources import BUILT, city, write

BODY, TEXT, PAGES = 1_500, 5_000, 50
HEAD, FREE, KEYED = "head looked at", "key asked, where none is needed", "key asked, where callers have keys"
FOUND, PLACE, OWN_PLACE = (
    "body read, and known page found",
    "place, by the packaged ranges",
    "place, by a database, too",
)
KEPT, GIVEN, COUNTED = "kept answer found", "answer handed to the server", "counted, of 256 at once"
WHOLE, OWN_WHOLE = "the whole check", "the whole check, with a database"
KNOWN: Final = (HEAD, FREE, FOUND, PLACE, KEPT, GIVEN, COUNTED, WHOLE, KEYED, OWN_PLACE, OWN_WHOLE)
"""The rows of a page that is known; those after the whole are instead of others."""
READ, TRIED, LOOKED = "body understood", "made sure that no reader is kept", "texts looked through"
FACTS, DECIDED, UNTIL, TABLED = "facts of the page", "decision", "until when it holds", "table made"
RECORDED, ASSEMBLED, AS_JSON = "recorded, durable (waits for the disk)", "assembly", "JSON"
NEW_WHOLE, NEWS = "the whole check of a new page", "texts looked through, of news"
NEW: Final = (READ, TRIED, LOOKED, FACTS, DECIDED, UNTIL, TABLED, RECORDED, ASSEMBLED, AS_JSON, NEW_WHOLE, NEWS)
_SETTLED: Final = 256
_ID, _SECRET = "radio123", "a" * 43
_T = TypeVar("_T")
Bodies = Sequence[bytes]


class Times:
    """Microseconds of each stage, one for each check."""

    def __init__(self) -> None:
        self.of: dict[str, list[float]] = {}
        self._cost = 0.0
        for _ in range(1_000):
            self.take("nothing", lambda: None)
        self._cost = statistics.median(self.of.pop("nothing"))

    def take(self, stage: str, work: Callable[[], _T], each: int = 1) -> _T:
        """What some work gives, timed; for `each` checks at once."""
        begun = perf_counter_ns()
        found = work()
        spent = (perf_counter_ns() - begun) / 1_000
        self.of.setdefault(stage, []).append(max(0.0, spent - self._cost) / each)
        return found

    def less(self, stage: str, part: str) -> None:
        """Take off the last time of a stage what a part of it took."""
        self.of[stage][-1] = max(0.0, self.of[stage][-1] - self.of[part][-1])


def told_of(times: Times, stages: Sequence[str]) -> str:
    """The stages as a table."""
    rows = []
    for stage in stages:
        found = sorted(times.of[stage])
        slow = found[min(len(found) - 1, len(found) * 99 // 100)]
        rows.append([stage, f"{statistics.median(found):,.2f}", f"{slow:,.2f}"])
    return report.table(["µs", "median", "p99"], rows)


def measured(directory: Path, number: int, rules: Path | None = None) -> Times:
    """The times of so many checks of each kind, with evidence in a directory; without rules, by those that ship."""
    chance, times = random.Random(9), Times()  # noqa: S311 - drawn again the same
    bodies = pages(number, PAGES, BODY, chance)
    keyed = Access(Keyring(_keys(directory / "keys.json"), _today))
    with _lane(directory / "packaged", rules) as lane:
        known(times, lane, bodies, keyed)
        new(times, lane, new_pages(number, TEXT, chance), new_pages(number, TEXT, chance))
        looked_at = lane._service.checker.looked_at
        for _ in range(number):
            times.take(NEWS, partial(looked_at, Content(text=news(TEXT, chance))))
    with _lane(directory / "own", rules, _database(directory / "own.mmdb", bodies)) as lane:
        with_database(times, lane, bodies)
    return times


# -- a page that is known -------------------------------------------------------------------------------


def known(times: Times, lane: FastLane, bodies: Bodies, keyed: Access) -> None:
    """Checks of pages and places that were asked about before."""
    header = f"Bearer {written(_ID, _SECRET)}"
    _warm(lane, [*bodies, *bodies])  # the first answer about a page is found in another way
    keyed.ask(ROUTE, header)  # a key is hashed once
    for body in bodies:
        _known(times, lane, body, lambda: keyed.ask(ROUTE, header))
    _whole(times, WHOLE, lane, bodies)
    _counted(times, lane, bodies)


def _known(times: Times, lane: FastLane, body: bytes, ask_keyed: Callable[[], object]) -> None:
    """The stages of one check."""
    service, environ = lane._service, environ_of(body)
    size = times.take(HEAD, lambda: lane._size(environ) if environ["PATH_INFO"] == ROUTE else 0)
    times.take(FREE, lambda: service.access.ask(ROUTE, environ.get("HTTP_AUTHORIZATION")))
    times.take(KEYED, ask_keyed)
    page, address = times.take(FOUND, lambda: _page(lane, environ, size))
    moment, cells = service.checker.moment(), service.checker.databases.cells
    assert cells is not None
    times.take(PLACE, lambda: cells.of(address))
    ready = times.take(KEPT, lambda: service.kept.answer_near(page, address, moment))
    times.less(KEPT, PLACE)  # which it does first
    times.take(GIVEN, lambda: _handed(ready))


def _handed(ready: Ready) -> list[bytes]:
    _started("200 OK", [*ready.head])
    return [ready.body]


def _whole(times: Times, stage: str, lane: FastLane, bodies: Bodies) -> None:
    """Checks that are not divided into stages."""
    for environ in map(environ_of, bodies):
        times.take(stage, partial(lane, environ, _started))


def _page(lane: FastLane, environ: dict[str, Any], size: int) -> tuple[Page, bytes]:
    """The page that is asked about and the address of its reader, as the fast lane finds them in a usual body."""
    body = environ["wsgi.input"].read(size)
    near = checking._ADDRESS.match(body, body.rfind(checking._NAME))
    assert near is not None
    start, end = near.span(1)
    page = lane._service.kept.page((body[:start], body[end:]))
    assert page is not None
    return page, near[2]


def _counted(times: Times, lane: FastLane, bodies: Bodies) -> None:
    """The counting of as many answers as the fast lane counts at once."""
    service = lane._service
    lane.settle()
    moment = service.checker.moment()
    sorts = [checking.answered(service, body, _nobody, moment).sort for body in bodies[:_SETTLED]]
    sorts = (sorts * _SETTLED)[:_SETTLED]
    for _ in range(len(bodies)):
        lane._given.extend(sorts)
        times.take(COUNTED, lane.settle, _SETTLED)


def with_database(times: Times, lane: FastLane, bodies: Bodies) -> None:
    """The same with a database of the operator, which is asked beside the packaged ranges."""
    checker = lane._service.checker
    _warm(lane, bodies)
    snapshot, now = checker.moment()
    days = places_days(snapshot, None, now)
    for body in bodies:
        reader = Reader(msgspec.json.decode(body)["reader"]["address"])
        times.take(OWN_PLACE, partial(checker.located, snapshot, reader, *days))
    _whole(times, OWN_WHOLE, lane, bodies)


# -- a new page -----------------------------------------------------------------------------------------


def new(times: Times, lane: FastLane, bodies: Bodies, others: Bodies) -> None:
    """Checks of pages that nobody asked about before; those of `others` are not divided into stages."""
    _warm(lane, others[:1])
    for body in bodies:
        _one(times, lane, body)
    _whole(times, NEW_WHOLE, lane, others[1:])


def _one(times: Times, lane: FastLane, body: bytes) -> None:
    service = lane._service
    snapshot, now = service.checker.moment()
    days = law_days(snapshot.ruleset, None, now)
    request, problems = times.take(READ, lambda: understand(body, None))
    assert not problems
    found = checking._VALUE.search(body)
    assert found is not None
    words = (body[: found.start(1)], body[found.end(1) :])
    times.take(TRIED, lambda: checking._is_reader(words) and not any(holds_address(each.decode()) for each in words))
    read = _understood(times, service.checker, request.content)
    location = service.checker.located(snapshot, request.reader, *places_days(snapshot, None, now))
    question = read.asked_from(location)
    decision = times.take(DECIDED, lambda: snapshot.index.decide(question.facts, days))

    def until() -> datetime | None:
        turns = changes(page_of(snapshot.ruleset, question, days, request.languages), decision.instances)
        ends = (first_instant(decision, turns), grows_old(snapshot.ruleset, now.date()))
        return min((each for each in ends if each is not None), default=None)

    moment = Moment(now, days, None, times.take(UNTIL, until))
    _recorded(times, service.checker, question, moment)
    parts = service.checker._parts
    answer = times.take(
        ASSEMBLED, lambda: assemble(snapshot.ruleset, question, decision, moment, request.languages, parts)
    )
    times.take(AS_JSON, answer.to_json)


def _understood(times: Times, checker: Checker, content: Content) -> Understood:
    """A page as the rule set reads it; looking through its texts is timed by itself."""
    snapshot = checker.store.current

    def look(content: Content, directory: Any) -> Looked:
        return times.take(LOOKED, lambda: snapshot.names.look(content, directory))

    def read() -> Understood:
        page, facts, looked = told(content, snapshot.directory, look)
        return Understood(page, with_mentions(facts, looked), advice(page, facts, snapshot.directory), looked)

    found = times.take(FACTS, read)
    times.less(FACTS, LOOKED)
    return found


def _recorded(times: Times, checker: Checker, question: Question, moment: Moment) -> None:
    recorder, snapshot = checker.recorder, checker.store.current
    assert recorder is not None
    stretch = recorder._on(snapshot, moment.days)
    made = times.take(TABLED, lambda: recorder._made(stretch, question, moment.now.date()))
    records = [Keyed(made.outcome, made.outcome.key), Keyed(made.record, made.record.key)]
    times.take(RECORDED, lambda: recorder.log.keep(records))


# -- what is asked, and who answers ---------------------------------------------------------------------


def environ_of(body: bytes) -> dict[str, Any]:
    """A check as a server hands it on."""
    return {
        "REQUEST_METHOD": "POST",
        "PATH_INFO": ROUTE,
        "QUERY_STRING": "",
        "CONTENT_TYPE": "application/json",
        "CONTENT_LENGTH": str(len(body)),
        "HTTP_HOST": "127.0.0.1",
        "REMOTE_ADDR": "127.0.0.1",
        "wsgi.input": BytesIO(body),
    }


@contextmanager
def _lane(directory: Path, rules: Path | None, *databases: Path) -> Iterator[FastLane]:
    """The fast lane of a service that records its evidence."""
    recorder = Recorder(Log(directory, TABLES, _today), TABLES)
    try:
        made = create_app(Checker.open(rules, geo_databases=databases, recorder=recorder)).wsgi_app
        assert isinstance(made, FastLane)
        yield made
    finally:
        recorder.close()


def _warm(lane: FastLane, bodies: Bodies) -> None:
    """Ask once; what has to be answered by the application would be no check of the fast lane."""
    lane.behind = _never
    for body in bodies:
        lane(environ_of(body), _started)


def _database(path: Path, bodies: Bodies) -> Path:
    """A database of towns, with a record for the network of each reader."""
    towns = [city(country, part) for country, part in (("UA", "43"), ("UA", "14"), ("RU", "MOW"), ("DE", "BE"))]
    addresses = (msgspec.json.decode(each)["reader"]["address"] for each in bodies)
    networks = sorted({str(ip_network(f"{each}/24", strict=False)) for each in addresses})
    records = {each: towns[number % len(towns)] for number, each in enumerate(networks)}
    return write(path, records, "Test-City", BUILT)


def _keys(path: Path) -> Path:
    secret = Secret(begins=_SECRET[:BEGINNING], hash=hashed(_SECRET), created=_today())
    key = Key(id=_ID, name="a caller", scopes=("check",), created=_today(), secrets=(secret,))
    change(path, lambda _: (key,))
    return path


def _today() -> date:
    return datetime.now(UTC).date()  # noqa: TID251 - of records


def _started(status: str, head: Sequence[tuple[str, str]]) -> None:
    """Take the head of an answer, as a server does."""


def _nobody() -> Any:
    raise AssertionError("the reader is in the body")


def _never(environ: dict[str, Any], start_response: object) -> Any:
    raise AssertionError("the fast lane did not answer")
