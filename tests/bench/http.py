"""What a check costs over HTTP, at the edge, and stage by stage: `python -m tests.bench.http`."""

from __future__ import annotations

import argparse
import os
import random
import shutil
import statistics
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from compliance import Checker
from tests.bench.engine import DOCS, say, tell
from tests.bench.parts import http_edge, http_stages, report
from tests.bench.parts.figures import Figure
from tests.bench.parts.http_apps import DIRECTORY, SIZE
from tests.bench.parts.http_load import (
    GRANIAN,
    WRK,
    Asked,
    ask,
    compact,
    load,
    new_pages,
    pages,
    rounds,
    script,
    servers,
)
from tests.deploy.proxying import with_system_programs

TEMPLATE: Final = Path(report.__file__).with_name("http.md")
CONNECTIONS: Final = 16
WARM: Final = 4.0
BODY, TEXT, BATCH = 1_500, 5_000, 1_000
ECHO, LANE, FLASK, BARE = "bare WSGI, same sizes", "fast lane, all duties", "the same through Flask", "fast lane alone"
ONE, MANY, NEW = "short questions, one by one", "short questions, 1,000 at once", "new pages of 5 KB"
Found = Mapping[str, Sequence[Asked]]


@dataclass(frozen=True)
class Run:
    """Everything that one run found."""

    found: Found
    size: int
    """Bytes of an answer."""
    is_quick: bool

    def rate(self, name: str) -> float:
        """Questions a second."""
        each = BATCH if name == MANY else 1
        return each * statistics.median(asked.a_second for asked in self.found[name])

    def ratio(self, name: str, other: str) -> float:
        """How many times as fast, in the same rounds."""
        pairs = zip(self.found[name], self.found[other], strict=True)
        each = (BATCH if name == MANY else 1) / (BATCH if other == MANY else 1)
        return each * statistics.median(one.a_second / two.a_second for one, two in pairs)

    def time(self, name: str, what: str) -> float:
        """Milliseconds."""
        return statistics.median(float(getattr(asked, what)) for asked in self.found[name])

    @property
    def tail(self) -> float:
        """How many times the usual time one answer of a hundred takes."""
        return statistics.median(asked.p99 / asked.p50 for asked in self.found[LANE])


def run(directory: Path, *, is_quick: bool) -> Run:
    """Measure."""
    chance = random.Random(7)  # noqa: S311 - drawn again the same
    seconds, number = (1.0, 1) if is_quick else (3.0, 7)
    environment = {DIRECTORY: str(directory)}
    usual = script(directory, "usual", "/v1/check", pages(4_000, 50, BODY, chance))
    single = script(directory, "single", "/v1/check", [compact(chance) for _ in range(4_000)])
    batches = [b"[" + b",".join(compact(chance) for _ in range(BATCH)) + b"]" for _ in range(20)]
    many = script(directory, "many", "/v1/checks", batches)
    news = [script(directory, f"new-{each}", "/v1/check", new_pages(3_000, TEXT, chance)) for each in range(number)]
    with servers(["lane", "flask", "bare", "news"], environment) as ours:
        size = len(ask(ours["lane"], "/v1/check", pages(1, 1, BODY, chance)[0]))
        with servers(["echo"], {**environment, SIZE: str(size)}) as theirs:
            remaining = iter(news)

            def asked(port: int, how: Path) -> Asked:
                return load(port, how, seconds, CONNECTIONS)

            what: dict[str, Callable[[], Asked]] = {
                ECHO: partial(asked, theirs["echo"], usual),
                BARE: partial(asked, ours["bare"], usual),
                LANE: partial(asked, ours["lane"], usual),
                FLASK: partial(asked, ours["flask"], usual),
                ONE: partial(asked, ours["lane"], single),
                MANY: partial(asked, ours["lane"], many),
                NEW: lambda: asked(ours["news"], next(remaining)),
            }
            for name, how in (("lane", usual), ("flask", usual), ("bare", usual), ("lane", single), ("lane", many)):
                load(ours[name], how, WARM, CONNECTIONS)  # each question once, so that what is kept is there
            found = rounds(number, what, tell)
    if failed := {
        name: sum(each.failed for each in some) for name, some in found.items() if any(e.failed for e in some)
    }:
        raise SystemExit(f"requests failed: {failed}")
    return Run(found, size, is_quick)


def figures(run: Run) -> list[Figure]:
    """What is promised."""

    def judged(what: str, least: float, measured: float) -> Figure:
        return Figure(what, f">= {least:g}x", f"{measured:.2f}x", None if run.is_quick else measured >= least)

    return [
        judged("fast lane with all duties, to the same server's bare WSGI", 0.6, run.ratio(LANE, ECHO)),
        judged("the same, to the same handler through Flask", 4.5, run.ratio(LANE, FLASK)),
        Figure(
            f"99th percentile at {CONNECTIONS} connections, to the median",
            "<= 5x",
            f"{run.tail:.1f}x",
            None if run.is_quick else run.tail <= 5,
        ),
        judged("fast lane with all duties, to without evidence and counters", 0.7, run.ratio(LANE, BARE)),
        judged("items of a batch of 1,000, to questions one by one", 20, run.ratio(MANY, ONE)),
    ]


def rates(run: Run) -> str:
    """All that was measured."""
    rows = [
        [
            name,
            f"{run.rate(name):,.0f}",
            f"{run.ratio(name, ECHO):.2f}x",
            f"{run.time(name, 'p50'):.2f}",
            f"{run.time(name, 'p99'):.2f}",
        ]
        for name in (ECHO, BARE, LANE, FLASK, ONE, MANY, NEW)
    ]
    return report.table(["", "questions/s", "to bare WSGI", "p50 ms", "p99 ms"], rows)


def at_the_edge(directory: Path, *, is_quick: bool) -> http_edge.Served:
    """Measure nginx with the table of pages under the rules that ship."""
    tell("making a table for the edge")
    seen = http_edge.visits(50 if is_quick else http_edge.PAGES)
    table = http_edge.tabled(Checker.open(), seen, http_edge.PUBLISHERS)
    return http_edge.compared(str(nginx()), table, seen, directory, is_quick=is_quick, tell=tell)


def edge_figures(served: http_edge.Served, *, is_quick: bool) -> list[Figure]:
    """What is promised of the edge."""
    measured = served.ratio(http_edge.FRAGMENT, http_edge.FRAGMENT_FILE)
    what = "nginx answering from an exported table, to the same nginx with the same bytes as files"
    return [Figure(what, ">= 0.85x", f"{measured:.2f}x", None if is_quick else measured >= 0.85)]


def edge_rates(served: http_edge.Served) -> str:
    """All that was measured of nginx."""
    rows = [
        [
            name,
            f"{served.rate(name):,.0f}",
            "" if beside is None else f"{served.ratio(name, beside):.2f}x",
            f"{served.time(name, 'p50'):.2f}",
            f"{served.time(name, 'p99'):.2f}",
            f"{statistics.median(served.busy[name]):.0%}",
        ]
        for name, beside in http_edge.TOLD.items()
    ]
    return report.table(["nginx", "requests/s", "to the same as files", "p50 ms", "p99 ms", "core busy"], rows)


def nginx() -> str | None:
    """The path of the program, which Debian keeps where only root looks."""
    return shutil.which("nginx", path=with_system_programs())


def arguments(given: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.http", description=__doc__)
    how = parser.add_mutually_exclusive_group()
    how.add_argument("--quick", action="store_true", help="one short round: it judges nothing")
    how.add_argument("--write", action="store_true", help="write the part of docs/benchmarks.md")
    parser.add_argument("--directory", type=Path, help="where the evidence goes, on the disk that is to be measured")
    return parser.parse_args(given)


def missing() -> str | None:
    """What is not there that is needed; None if all is."""
    found = {"wrk": os.access(WRK, os.X_OK), "granian": GRANIAN.exists(), "nginx": nginx() is not None}
    return next((name for name, is_there in found.items() if not is_there), None)


def main(given: Sequence[str] | None = None, page: Path = DOCS / "benchmarks.md") -> int:
    options = arguments(given)
    if (lacking := missing()) is not None:
        say(f"`{lacking}` is not installed, so nothing is measured\n")
        return 0
    with TemporaryDirectory(dir=options.directory) as directory:
        where = Path(directory)
        found = run(where, is_quick=options.quick)
        served = at_the_edge(where, is_quick=options.quick)
        tell("timing stages")
        times = http_stages.measured(where, 40 if options.quick else 4_000)
        tell("")
    parts = {
        "figures": report.promises([*figures(found), *edge_figures(served, is_quick=options.quick)]),
        "rates": rates(found),
        "edge": edge_rates(served),
        "known": http_stages.told_of(times, http_stages.KNOWN),
        "new": http_stages.told_of(times, http_stages.NEW),
    }
    say("\n".join(parts.values()))
    if options.write:
        more = {
            "size": f"{found.size:,}",
            "rounds": str(len(found.found[LANE])),
            "machine": report.machine(),
            "pages": f"{http_edge.PAGES:,}",
        }
        report.put(page, TEMPLATE, "http", {**parts, **more})
        say(f"\nwritten: {page}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
