"""What was measured, as tables for people, as JSON, and as a page of the documentation."""

from __future__ import annotations

import json
import os
import platform
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

from tests.bench.parts.contender import Absent
from tests.bench.parts.figures import Figure
from tests.bench.parts.job import DAY
from tests.bench.parts.measure import Measured, named
from tests.bench.parts.plot import plot

NOTHING: Final = "-"


@dataclass(frozen=True)
class Run:
    """Everything that one run of the benchmark found."""

    results: Mapping[int, Mapping[str, Measured]]
    figures: Sequence[Figure]
    left_out: Mapping[str, str]
    """Engines that were not measured at all, and why."""
    is_quick: bool

    @property
    def sizes(self) -> list[int]:
        return sorted(self.results)

    @property
    def names(self) -> list[str]:
        return list(self.results[self.sizes[0]])

    def median(self, name: str, size: int, *, is_known: bool) -> float | None:
        measured = self.results[size].get(name)
        return measured.median(is_known=is_known) if measured is not None else None


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A Markdown table; all columns but the first to the right."""
    lines = [head, ["---", *["---:"] * (len(head) - 1)], *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines) + "\n"


def _amount(value: float | None) -> str:
    """Three digits, as far as there are any."""
    if value is None:
        return NOTHING
    return f"{value:,.0f}" if value >= 100 else f"{value:.1f}" if value >= 10 else f"{value:.2f}"


def _times(one: float | None, other: float | None) -> str:
    return NOTHING if one is None or not other else f"{_amount(one / other)}x"


def latency(run: Run, *, is_known: bool) -> str:
    """Microseconds by number of rules, growth, and the ratio to ours where most engines still answer."""
    last, compared = run.sizes[-1], min(run.sizes[-1], 10_000)
    head = ["median, µs", *(f"{size:,}" for size in run.sizes), "growth", f"to ours at {compared:,}"]
    rows = []
    for name in run.names:
        found = [run.median(name, size, is_known=is_known) for size in run.sizes]
        ours = run.median("compliance", compared, is_known=is_known)
        growth = _times(run.median(name, last, is_known=is_known), found[0])
        ratio = _times(run.median(name, compared, is_known=is_known), ours)
        rows.append([name, *map(_amount, found), growth, ratio])
    return table(head, rows)


def answers(run: Run) -> str:
    """Who is right, at the smallest size that has every kind of rule."""
    size = run.sizes[min(1, len(run.sizes) - 1)]
    ways = ("known", *(each.value for each in Absent))
    head = ["answer", "country known", "unknown: key left out", "unknown: null"]
    rows = [[name, *(measured.verdicts[way] for way in ways)] for name, measured in run.results[size].items()]
    return table(head, rows)


def loading(run: Run) -> str:
    """Seconds and megabytes, each engine in a process of its own."""
    sizes = run.sizes[1:]
    head = ["seconds / MB", *(f"{size:,}" for size in sizes)]
    rows = []
    for name in run.names:
        cells = []
        for size in sizes:
            measured = run.results[size].get(name)
            own = measured.alone if measured is not None else None
            cells.append(NOTHING if own is None else own.too_slow or f"{own.seconds:.2f} / {own.megabytes:,.0f}")
        if name not in {"compliance memo hit", "compliance index alone"}:
            rows.append([name, *cells])
    return table(head, rows)


def promises(figures: Iterable[Figure]) -> str:
    said = {True: "kept", False: "**missed**", None: "not told by this run"}
    rows = [[each.what, each.limit, each.measured, said[each.is_kept]] for each in figures]
    return table(["figure", "limit", "measured", ""], rows)


def forms(run: Run) -> str:
    rows = [[name, named(name)().version if named(name).package else "", named(name).form] for name in run.names]
    rows += [[name, "", f"not measured: {why}"] for name, why in run.left_out.items()]
    return table(["engine", "version", "how the job is written for it"], rows)


def as_text(run: Run) -> str:
    """The tables, for a terminal."""
    parts = [
        promises(run.figures),
        f"Country known\n{latency(run, is_known=True)}",
        f"Country unknown\n{latency(run, is_known=False)}",
        answers(run),
        loading(run),
        forms(run),
    ]
    return "\n".join(parts)


def as_json(run: Run) -> str:
    engines = {
        str(size): {
            name: {
                "known_us": measured.median(is_known=True),
                "known_p90_us": measured.slow(),
                "unknown_us": measured.median(is_known=False),
                "answers": measured.verdicts,
                "alone": asdict(measured.alone),
            }
            for name, measured in found.items()
        }
        for size, found in run.results.items()
    }
    whole = {"machine": machine(), "quick": run.is_quick, "engines": engines, "left_out": dict(run.left_out)}
    return json.dumps({**whole, "figures": [asdict(each) for each in run.figures]}, indent=2, ensure_ascii=False) + "\n"


def machine() -> str:
    return f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}"


def picture(run: Run) -> str:
    lines = {
        name: [(size, each) for size in run.sizes if (each := run.median(name, size, is_known=True)) is not None]
        for name in run.names
        if name != "compliance index alone"
    }
    return plot(
        lines, "One question, by number of rules", f"Country known, facts that differ on every call. {machine()}."
    )


PAGE: Final = Path(__file__).with_name("page.md")
OTHERS: Final = ("desk", "geo", "mentions", "audit", "audit-reports", "http")
"""The parts of the page that other benchmarks write."""


def as_page(run: Run, before: str) -> str:
    """The page of the documentation: the prose of `page.md` with the tables put in.

    Args:
        run: what was measured.
        before: the page as it is; what the other benchmarks wrote is taken over.
    """
    parts = {
        "promises": promises(run.figures),
        "known": latency(run, is_known=True),
        "unknown": latency(run, is_known=False),
        "answers": answers(run),
        "loading": loading(run),
        "forms": forms(run),
        "machine": machine(),
        "day": DAY.isoformat(),
        **{name: part(before, name) for name in OTHERS},
    }
    return filled(PAGE, parts)


def filled(template: Path, parts: Mapping[str, str]) -> str:
    """The prose of a template with something in the place of each name in braces."""
    text = template.read_text(encoding="utf-8")
    for name, part in parts.items():
        text = text.replace(f"{{{name}}}", part.rstrip())
    return text


def part(page: str, name: str) -> str:
    """What another benchmark wrote into a page."""
    found = re.search(f"<!-- {name} -->.*<!-- end of {name} -->", page, re.DOTALL)
    if found is None:
        raise ValueError(f"the page has no part `<!-- {name} -->` ... `<!-- end of {name} -->`")
    return found[0]


def put(page: Path, template: Path, name: str, parts: Mapping[str, str]) -> None:
    """Write a benchmark's own part of a page anew."""
    whole = page.read_text(encoding="utf-8")
    page.write_text(whole.replace(part(whole, name), filled(template, parts).rstrip()), encoding="utf-8")
