"""The figures that the engine has to keep, each with its limit and what was measured."""

from __future__ import annotations

import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from time import perf_counter_ns
from typing import Final

from compliance.check import Checker
from tests.bench.parts.job import DAY, PLACES, Job, Row
from tests.bench.parts.measure import Alone, Measured, Progress, named
from tests.bench.parts.ours import checker_on, modelled

MICROSECONDS: Final = "µs"
Results = Mapping[int, Mapping[str, Measured]]


@dataclass(frozen=True)
class Figure:
    """One promise; `is_kept` is None where this run cannot tell."""

    what: str
    limit: str
    measured: str
    is_kept: bool | None


def figures(results: Results, crowds: Sequence[Crowd]) -> list[Figure]:
    """Every figure that was promised, and how it came out."""
    many = [_many(results, each) for each in crowds]
    return [*_flat(results), *_against_peers(results), *many, *_loading(results)]


def _ours(results: Results, rules: int, name: str = "compliance") -> float:
    return results[rules][name].median(is_known=True) or 0.0


def _flat(results: Results) -> list[Figure]:
    few, most = min(results), max(results)
    found = []
    for name in ("compliance", "compliance index alone"):
        first, last = _ours(results, few, name), _ours(results, most, name)
        growth = last / first
        what = f"{name}: known facts, {most:,} rules against {few}"
        found.append(Figure(what, "<= 1.5x", f"{first:.2f} to {last:.2f} {MICROSECONDS}: {growth:.2f}x", growth <= 1.5))
        found.append(Figure(f"{name}: median at {most:,} rules", "<= 10 µs", f"{last:.2f} {MICROSECONDS}", last <= 10))
    hit = _ours(results, most, "compliance memo hit")
    return [*found, Figure(f"memo hit at {most:,} rules", "<= 1 µs", f"{hit:.2f} {MICROSECONDS}", hit <= 1)]


def _against_peers(results: Results) -> list[Figure]:
    rules = 10_000 if 10_000 in results else max(results)
    peers = {
        name: median
        for name, measured in results[rules].items()
        if named(name).is_peer and (median := measured.median(is_known=True)) is not None
    }
    if not peers:
        return [Figure(f"against the fastest peer at {rules:,} rules", ">= 500x", "no peer is installed", None)]
    fastest = min(peers, key=lambda name: peers[name])
    times = peers[fastest] / _ours(results, rules)
    measured = f"{fastest}: {peers[fastest]:,.0f} {MICROSECONDS}, {times:,.0f}x"
    is_kept = times >= 500 if rules == 10_000 else None
    return [Figure(f"against the fastest peer at {rules:,} rules", ">= 500x", measured, is_kept)]


def _loading(results: Results) -> list[Figure]:
    rules = max(results)
    own: Alone = results[rules]["compliance"].alone
    parts = ", ".join(f"{name} {seconds:.1f} s" for name, seconds in own.spent.items())
    is_full = rules >= 100_000  # a smaller run can tell neither
    time, memory = own.seconds, own.peak
    said = f"{memory:,.0f} MB at most, all texts among them; {own.megabytes:,.0f} MB kept"
    return [
        Figure(
            f"load and index {rules:,} rule files",
            "<= 30 s",
            f"{time:.1f} s ({parts})",
            time <= 30 if is_full else None,
        ),
        Figure(f"memory for {rules:,} rule files", "<= 1 GB", said, memory <= 1000 if is_full else None),
    ]


# -- many possible rules, few notices -------------------------------------------------------------------


@dataclass(frozen=True)
class Crowd:
    """Many rules of one publisher, or of one list, that share 50 notices; all in microseconds."""

    kind: str
    rules: int
    known: float
    unknown: float
    first: float
    """The first question of all, with the country unknown."""


def _many(results: Results, crowd: Crowd) -> Figure:
    """Compared with a known country, there or in the job itself, whichever is faster."""
    base = min(crowd.known, _ours(results, max(results)))
    times = crowd.unknown / base
    return Figure(
        f"country unknown, {crowd.rules:,} possible rules of one {crowd.kind}, 50 notices",
        "<= 10x",
        f"{crowd.unknown:,.0f} {MICROSECONDS}, {times:.1f}x the {base:,.0f} of a known country"
        f" (the first question {crowd.first / 1000:,.0f} ms; there, with a known country, {crowd.known:,.0f})",
        times <= 10,
    )


def many_possible(rules: int, rounds: int, tell: Progress) -> list[Crowd]:
    """The country unknown where `rules` rules of one publisher, or of one list, share 50 notices."""
    found = []
    for kind in ("publisher", "list"):
        tell(f"{rules:,} possible rules of one {kind}")
        checker = checker_on(modelled(_crowded(kind, rules)))
        names = [f"crowded-{each}" for each in range(4)]
        samples: dict[bool, list[int]] = {True: [], False: []}
        first = _nanoseconds(checker, names[0], None, 0) / 1000
        for each in range(rounds * 40):
            for is_known, times in samples.items():
                country = PLACES[each % len(PLACES)] if is_known else None
                times.append(_nanoseconds(checker, names[each % len(names)], country, each))
        known, unknown = (statistics.median(samples[each]) / 1000 for each in (True, False))
        found.append(Crowd(kind, rules, known, unknown, first))
    return found


def _nanoseconds(checker: Checker, publisher: str, country: str | None, number: int) -> int:
    """The time of one question; the subject, which no rule asks for, makes it differ from all others."""
    facts = {"publisher": publisher, "content.subject": f"subject-{number}"}
    if country is not None:
        facts["reader.location"] = country
    start = perf_counter_ns()
    checker.decide(facts, as_of=DAY)
    return perf_counter_ns() - start


def _crowded(kind: str, rules: int) -> Job:
    """Four publishers with `rules` rules each, or all four on one list with as many."""
    names = tuple(f"crowded-{each}" for each in range(4))
    row = Row("", None, None, (), date(2020, 1, 1), None, "")
    rows = tuple(
        replace(
            row,
            id=f"rule-{number:06}",
            publisher=names[number // rules] if kind == "publisher" else None,
            on_list="xx/crowded" if kind == "list" else None,
            countries=(PLACES[number * 7 % len(PLACES)],),
            notice=f"notice-{number % 50:02}",
        )
        for number in range(rules * (4 if kind == "publisher" else 1))
    )
    return Job(rows, names, ("xx/crowded",), dict.fromkeys(names, "xx/crowded"))
