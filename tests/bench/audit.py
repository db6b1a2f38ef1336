"""What evidence costs: `make bench-audit`, also a part of `make bench`."""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tests.bench.engine import DOCS, say, tell
from tests.bench.parts import report
from tests.bench.parts.audit_check import LEAVES, Beside, Proofs, alone, beside, proofs, sealed, until_provable
from tests.bench.parts.audit_replay import Replayed, replayed
from tests.bench.parts.audit_writes import Recorded, rounds
from tests.bench.parts.figures import Figure

TEMPLATE: Final = Path(report.__file__).with_name("audit.md")
MICROSECONDS: Final = "\u00b5s"
PAGES: Final = 10_000
ZONE_DECISIONS: Final = 20_000
Runs = Sequence[tuple[Recorded, float]]
"""Each with the syncs a second that the disk made around it."""


@dataclass
class Run:
    """Everything that one run found."""

    threads: Runs
    processes: Runs
    beside: Beside
    alone: float
    proofs: Proofs
    sealing: float
    """Seconds for the log of which proofs are made."""
    leaves: int
    provable: Sequence[float]
    different: Replayed
    alike: Replayed
    is_quick: bool


def run(directory: Path, *, is_quick: bool) -> Run:
    """Measure all of it, one after the other."""
    number, seconds = (1, 1.0) if is_quick else (5, 4.0)
    for each in ("threads", "processes"):
        (directory / each).mkdir()
    tell("recording, 64 threads")
    threads = rounds(directory / "threads", 1, 64, seconds, number)
    tell("recording, 4 processes of 8 threads")
    processes = rounds(directory / "processes", 4, 8, seconds, number)
    tell("checks")
    checks = beside(directory / "checks", 2 if is_quick else 7, 200 if is_quick else 1000)
    spent = alone(directory / "alone", 5, 2000 if is_quick else 20_000)
    tell("sealing and proofs")
    leaves = LEAVES // 10 if is_quick else LEAVES
    log, sealing, _ = sealed(directory / "sealed", leaves)
    found = proofs(log, 100 if is_quick else 1000)
    provable = until_provable(directory / "provable", 3 if is_quick else 20)
    tell("replay")
    tables = 300 if is_quick else PAGES
    different = replayed(directory / "different", tables, are_alike=False)
    alike = replayed(directory / "alike", tables, are_alike=True)
    tell("")
    return Run(threads, processes, checks, spent, found, sealing, leaves, provable, different, alike, is_quick)


def _median(runs: Runs, share: float | None = None) -> float:
    """Records a second as multiples of the syncs of the disk; with a share, the milliseconds that so many take."""
    if share is None:
        return statistics.median(each.a_second / disk for each, disk in runs)
    return statistics.median(each.wait(share) * 1000 for each, _ in runs)


def figures(found: Run) -> list[Figure]:
    """Every promise, and how it came out; a quick run tells no times of the disk."""

    def kept(is_so: bool) -> bool | None:
        return None if found.is_quick else is_so

    times, p99 = _median(found.threads), _median(found.processes, 0.99)
    fairness = statistics.median(each.fairness for each, _ in found.processes)
    worst = max(found.provable)
    return [
        Figure("64 threads: durable records, in syncs of the disk", ">= 5x", f"{times:.1f}x", kept(times >= 5)),
        Figure("4 processes of 8 threads: p99", "<= 10 ms", f"{p99:.1f} ms", kept(p99 <= 10)),
        Figure("the same: fairness (Jain)", ">= 0.9", f"{fairness:.3f}", kept(fairness >= 0.9)),
        Figure(
            "a check whose table is recorded costs more",
            f"<= 5 {MICROSECONDS}",
            f"{found.alone:.1f} {MICROSECONDS} (as a difference of checks: {found.beside.more:.1f})",
            kept(found.alone <= 5),
        ),
        Figure(
            "a leaf of the tree",
            f"<= 3 {MICROSECONDS}",
            f"{found.proofs.leaf:.1f} {MICROSECONDS}",
            kept(found.proofs.leaf <= 3),
        ),
        Figure(
            f"a proof from the files of {found.leaves:,} leaves",
            "<= 1 ms",
            f"inclusion {found.proofs.inclusion / 1000:.2f} ms, consistency {found.proofs.consistency / 1000:.2f} ms",
            kept(max(found.proofs.inclusion, found.proofs.consistency) <= 1000),
        ),
        Figure(
            "sealed and provable after",
            "<= 2 s",
            f"{statistics.median(found.provable):.2f} s, at most {worst:.2f} s",
            kept(worst <= 2),
        ),
        *(
            Figure(
                f"replay: zone decisions a second on one core, {pages}",
                f">= {ZONE_DECISIONS:,}",
                f"{number:,.0f}",
                kept(number >= ZONE_DECISIONS),
            )
            for pages, number in (
                ("publishers with many pages", found.alike.a_second),
                ("no page like another", found.different.by_itself),
            )
        ),
    ]


def writes_table(found: Run) -> str:
    """What recording makes of the disk."""
    rows = [
        [
            name,
            f"{statistics.median(each.a_second for each, _ in runs):,.0f}",
            f"{statistics.median(disk for _, disk in runs):,.0f}",
            f"{_median(runs):.1f}x",
            f"{_median(runs, 0.5):.1f}",
            f"{_median(runs, 0.99):.1f}",
            f"{statistics.median(each.fairness for each, _ in runs):.3f}",
        ]
        for name, runs in (("1 process, 64 threads", found.threads), ("4 processes, 8 threads each", found.processes))
    ]
    return report.table(["", "records/s", "syncs/s of the disk", "ratio", "p50 ms", "p99 ms", "fairness"], rows)


def tables(found: Run) -> dict[str, str]:
    """Each table of the page by its name in the template."""
    return {"figures": report.promises(figures(found)), "writes": writes_table(found)}


def arguments(given: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.audit", description=__doc__)
    how = parser.add_mutually_exclusive_group()
    how.add_argument("--quick", action="store_true", help="small logs and few rounds: a minute")
    how.add_argument("--write", action="store_true", help="write the part of docs/benchmarks.md")
    parser.add_argument("--directory", type=Path, help="where to record, on the disk that is to be measured")
    return parser.parse_args(given)


def main(given: Sequence[str] | None = None, page: Path = DOCS / "benchmarks.md") -> int:
    options = arguments(given)
    with tempfile.TemporaryDirectory(dir=options.directory) as directory:
        found = run(Path(directory), is_quick=options.quick)
    shown = tables(found)
    say("\n".join(shown.values()))
    if options.write:
        more = {
            "leaves": f"{found.leaves:,}",
            "sealing": f"{found.leaves / found.sealing:,.0f}",
            "machine": report.machine(),
        }
        report.put(page, TEMPLATE, "audit", {**shown, **more})
        say(f"\nwritten: {page}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
