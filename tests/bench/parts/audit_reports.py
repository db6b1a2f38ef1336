"""What reports cost on a large log, how large it is on the disk, and what a worker pays to ask what is recorded.

Theory: pages are many and their outcomes few, some of them much more frequent than others. The log is made without its
sealer, which the other parts measure: the files are the same. Each report is asked several times; told is the median.
"""

from __future__ import annotations

import hashlib
import statistics
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from random import Random
from time import perf_counter
from typing import Final

from compliance.audit.checkpoint import Checkpoint, signed_checkpoint
from compliance.audit.compressed import COMPRESSED, packed
from compliance.audit.leaf import nonce_of
from compliance.audit.log_files import CHECKPOINT, LOG, LogFiles
from compliance.audit.merkle import Frontier, leaf_hash
from compliance.audit.note import PrivateKey
from compliance.audit.record import Counted, CountersRecord, OutcomeRecord, RulesetRecord, TableRecord, encode, key_of
from compliance.audit.report import as_data, as_json_text, asked_of
from compliance.audit.reports import Reporter
from compliance.audit.table import Row, Shown, Stretch, Words
from compliance.audit.tiles import ENTRIES, WIDTH, Tile, bundle
from compliance.audit.views import VIEWS, ViewsReader, catch_up
from tests.bench.parts.figures import Figure

FIRST: Final = date(2026, 1, 1)
ORIGIN: Final = "bench.example/evidence"
RULESETS: Final = tuple(f"sha256:{number:064x}" for number in range(1, 5))
PLACES: Final = (
    "RU",
    "BY",
    "UA-43",
    "UA-40",
    "UA-14",
    "UA-09",
    "KZ",
    "TR",
    "HU",
    "GE",
    "DE",
    "FR",
    "GB",
    "US",
    "IR",
    "CN",
)
RULES: Final = 24
SHAPES: Final = 150
"""Pages differ in so many ways by the rules that ask for their notices; beyond that, by whom they mention."""
_LEAST: Final = 10
TIMES: Final = 5


@dataclass(frozen=True)
class Size:
    """How large the log is."""

    tables: int
    answers: int
    """How many decisions are counted, in all days together."""
    days: int
    outcomes: int


@dataclass(frozen=True)
class Found:
    """What was measured: bytes for each table, microseconds, and milliseconds of each report with its rows."""

    size: Size
    entries: float
    tiles: float
    views: float
    take: float
    leaf_of: float
    reports: dict[str, tuple[float, int]]

    @property
    def bytes(self) -> float:
        """Bytes on the disk for each table."""
        return self.entries + self.tiles + self.views


REPORTS: Final = {
    "rule x place x day": ("decisions", {"by": "rule,place,day"}),
    "rule x place x day, of 30 days": ("decisions", {"by": "rule,place,day", "since": "{late}"}),
    "one content": ("decisions", {"by": "decision,notice,place", "content": "{content}"}),
    "rule sets in use": ("rulesets", {}),
    "unknown facts": ("unknowns", {}),
    "notices by publisher": ("decisions", {"by": "publisher,notice"}),
}


def measured(directory: Path, size: Size, tell: Callable[[str], None]) -> Found:
    """Everything, on a log that is made in a directory."""
    tell("making the log")
    entries, tiles = _log(directory, size)
    tell("taking it into the views")
    start = perf_counter()
    leaves = catch_up(LogFiles(directory))
    take = perf_counter() - start
    views = sum(each.stat().st_size for each in directory.glob(f"{VIEWS}*"))
    tell("asking")
    return Found(
        size,
        entries / size.tables,
        tiles / size.tables,
        views / size.tables,
        1e6 * take / leaves,
        1e6 * _looking_up(directory, size),
        _reports(directory, size),
    )


def figures(found: Found, *, is_full: bool) -> list[Figure]:
    """What was promised, and how it came out."""
    whole, content = found.reports["rule x place x day"][0], found.reports["one content"][0]
    parts = f"{found.entries:.0f} entries, {found.tiles:.0f} hashes, {found.views:.0f} views"
    judged = [
        ("report: rule x place x day", "<= 100 ms", f"{whole:.0f} ms", whole <= 100),
        ("report: one content", "<= 5 ms", f"{content:.1f} ms", content <= 5),
        ("bytes on the disk for a table", "<= 250", f"{found.bytes:.0f} ({parts})", found.bytes <= 250),
        ("asking whether a key is recorded", "<= 50 µs", f"{found.leaf_of:.0f} µs", found.leaf_of <= 50),
    ]
    return [Figure(what, limit, said, is_kept if is_full else None) for what, limit, said, is_kept in judged]


def rows(found: Found) -> list[Sequence[str]]:
    """Each report with its time and its rows."""
    return [(name, f"{spent:.1f}", f"{number:,}") for name, (spent, number) in found.reports.items()]


def described(size: Size) -> str:
    return (
        f"{size.tables:,} tables with {size.outcomes:,} outcomes of {SHAPES} shapes, "
        f"{size.answers:,} decisions counted, {size.days} days, {RULES} rules, {len(PLACES)} places that outcomes "
        f"name, {len(RULESETS)} rule sets"
    )


def _looking_up(directory: Path, size: Size) -> float:
    """The median of looking up a key that is there."""
    random, log = Random(5), LogFiles(directory)  # noqa: S311 - no secret
    first = len(RULESETS) + size.outcomes
    keys: list[str] = []
    for _ in range(20):
        start = random.randrange(first, first + size.tables - 1)
        for _, entry in log.entries(start, min(start + 20, first + size.tables)):
            keys.append(key_of(entry))
    spent = []
    with closing(ViewsReader(directory / VIEWS)) as reader:
        reader.leaf_of(keys[0])
        for key in keys:
            start_time = perf_counter()
            if reader.leaf_of(key) is None:
                raise ValueError("a recorded key is not found")
            spent.append(perf_counter() - start_time)
    return statistics.median(spent)


def _reports(directory: Path, size: Size) -> dict[str, tuple[float, int]]:
    filled = {
        "{late}": (FIRST + timedelta(days=max(0, size.days - 30))).isoformat(),
        "{content}": _content(size.tables // 2, FIRST),
    }
    found = {}
    with closing(Reporter(directory)) as reporter:
        for name, (report, given) in REPORTS.items():
            asked = asked_of({key: (filled.get(value, value),) for key, value in given.items()})
            spent, told = [], None
            for _ in range(TIMES):
                start = perf_counter()
                told = reporter.report(report, asked, FIRST)
                spent.append(perf_counter() - start)
            as_json_text(as_data(told)) if told else None
            number = sum(len(each.rows) + each.left_out for each in told.sections[:1]) if told else 0
            found[name] = (1000 * statistics.median(spent), number)
    return found


# -- the log ----------------------------------------------------------------------------------------------


def _log(directory: Path, size: Size) -> tuple[int, int]:
    """Write a log with compressed bundles, and say how many bytes its entries and its hashes take."""
    frontier, tiles, waiting, index, bytes_of_entries = Frontier(), [0, 0], [], 0, 0
    (directory / LOG).mkdir(parents=True)
    level: list[bytes] = []
    for entry in _entries(size):
        frontier.append(entry)
        level.append(leaf_hash(entry))
        waiting.append(entry)
        if len(waiting) == WIDTH:
            bytes_of_entries += _written(directory, Tile(ENTRIES, index), packed(bundle(waiting)), COMPRESSED)
            tiles[0] += _written(directory, Tile(0, index), b"".join(level))
            waiting, level, index = [], [], index + 1
    if waiting:
        bytes_of_entries += _written(directory, Tile(ENTRIES, index, len(waiting)), bundle(waiting))
        tiles[0] += _written(directory, Tile(0, index, len(waiting)), b"".join(level))
    head = Checkpoint(ORIGIN, frontier.size, frontier.root())
    (directory / LOG / CHECKPOINT).write_bytes(signed_checkpoint(head, [PrivateKey(ORIGIN, bytes(32))]))
    return bytes_of_entries, tiles[0]


def _written(directory: Path, tile: Tile, data: bytes, suffix: str = "") -> int:
    path = directory / LOG / (tile.path + suffix)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return len(data)


def _entries(size: Size) -> Iterator[bytes]:
    random = Random(7)  # noqa: S311 - no secret

    def nonce() -> str:
        return nonce_of(random.randbytes(16))

    for number, meaning in enumerate(RULESETS):
        day = FIRST + timedelta(days=number * size.days // len(RULESETS))
        yield encode(
            RulesetRecord(
                nonce=nonce(),
                day=day,
                ruleset=meaning,
                source=meaning,
                bundle="0" * 64,
                size=1,
                semantics=1,
                product="0",
            )
        )
    outcomes = [_outcome(number, nonce()) for number in range(size.outcomes)]
    yield from map(encode, outcomes)
    keys = [each.key for each in outcomes]
    for number in range(size.tables):
        step = number * size.days // size.tables
        day = FIRST + timedelta(days=step)
        meaning = RULESETS[step * len(RULESETS) // size.days]
        outcome = keys[min(int(random.paretovariate(0.9)) - 1, size.outcomes - 1)]
        yield encode(_table(number, day, meaning, outcome, nonce()))
    for step in range(size.days):
        yield encode(_counters(step, size, random, nonce()))


def _content(number: int, day: date) -> str:
    return f"https://news-{number % 20}.example/{day.year}/{number // 1000:04}/a-page-about-something-{number}"


def _table(number: int, day: date, meaning: str, outcome: str, nonce: str) -> TableRecord:
    facts = {
        "content.kind": "article",
        "content.mentions": [f"entity-{number % 997}", f"entity-{number % 89}"],
        "content.date_published": [day.isoformat()],
        "publisher": f"publisher-{number % 20}",
    }
    return TableRecord(
        nonce=nonce, day=day, content=_content(number, FIRST), facts=facts, scanner="5" * 64, ruleset=meaning,
        source=meaning, semantics=1, stretch=Stretch(first_day=day.replace(day=1)), outcome=outcome,
    )  # fmt: skip


def _outcome(number: int, nonce: str) -> OutcomeRecord:
    """Three rules ask for their notices, each in places of its own; pages differ by whom they mention."""
    random = Random(number % SHAPES)  # noqa: S311 - no secret
    rules = sorted(random.sample(range(RULES), 3))
    texts = [f"{number} {at} {tag}".encode() for at in range(3) for tag in ("ru", "en")]
    digests = [hashlib.sha256(text).hexdigest() for text in texts]
    words = tuple(Words(default="ru", text={"ru": digests[2 * at], "en": digests[2 * at + 1]}) for at in range(3))
    shown = [
        Shown(
            id=f"notice-{rule // 2}",
            entity=f"entity-{number % 997}" if at else None,
            status=status,
            display="show",
            placements=("top",),
            words=at,
            rules=(f"rule-{rule}",),
            unknowns=() if status == "required" else ("publisher.designated_as",),
        )
        for at, rule in enumerate(rules)
        for status in ("required", "possible")
    ]
    rows_of: dict[tuple[int, ...], list[str]] = {}
    for at, place in enumerate(PLACES):
        due = tuple(2 * each + (at + rule) % 5 for each, rule in enumerate(rules) if (at + rule) % 5 < 2)
        rows_of.setdefault(due, []).append(place)
    named = tuple(Row(notices=due, places=tuple(places)) for due, places in rows_of.items() if due)
    rows = (Row(notices=()), Row(notices=(1, 3, 5)), *named)
    return OutcomeRecord(nonce=nonce, day=FIRST, words=words, notices=tuple(shown), rows=rows, elsewhere=0, unknown=1)


def _counters(step: int, size: Size, random: Random, nonce: str) -> CountersRecord:
    day = FIRST + timedelta(days=step)
    cells = [(f"notice-{number}", place) for number in range(RULES // 2) for place in (*PLACES, None)]
    most = max(_LEAST + 1, 2 * size.answers // (size.days * len(cells)))
    counts = tuple(
        Counted(
            notice=notice, status="required" if place else "possible", display="show", place=place,
            count=random.randrange(_LEAST, most),
        )
        for notice, place in cells
    )  # fmt: skip
    return CountersRecord(
        nonce=nonce, day=day, counted_on=day, ruleset=RULESETS[step * len(RULESETS) // size.days], least=_LEAST,
        counts=counts, withheld=17,
    )  # fmt: skip
