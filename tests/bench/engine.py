"""The engine beside others: `python -m tests.bench.engine`, or `make bench-engine`, which installs the others."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from tests.bench.parts import report
from tests.bench.parts.contender import Contender
from tests.bench.parts.figures import figures, many_possible
from tests.bench.parts.job import Job, make_job
from tests.bench.parts.measure import EVERY, Alone, Measured, alone, child, side_by_side
from tests.bench.parts.ours import Ours, checker_of

FULL: Final = (10, 1_000, 10_000, 100_000)
QUICK: Final = (10, 500)
DOCS: Final = Path(__file__).resolve().parents[2] / "docs"


def say(text: str) -> None:
    sys.stdout.write(text)


def tell(text: str) -> None:
    """What is being done, on a terminal only; the empty text takes it away."""
    if sys.stderr.isatty():
        sys.stderr.write(f"\r\033[K{text}")
        sys.stderr.flush()


def arguments(given: Sequence[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.engine", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="few rules and few rounds: seconds, not minutes")
    parser.add_argument("--json", action="store_true", help="print everything as JSON")
    parser.add_argument("--peers", metavar="LIST", help="only these engines beside ours, separated by commas; `none`")
    parser.add_argument("--write", action="store_true", help="write docs/benchmarks.md and the picture")
    parser.add_argument("--child", help=argparse.SUPPRESS)
    parser.add_argument("--rules", type=int, default=0, help=argparse.SUPPRESS)
    options = parser.parse_args(given)
    known = [each.name for each in EVERY if not issubclass(each, Ours)]
    options.asked = None if options.peers is None else [name.strip() for name in options.peers.split(",")]
    unknown = set(options.asked or ()) - {*known, "none", ""}
    if unknown:
        parser.error(f"unknown engine: {', '.join(sorted(unknown))}; there are: {', '.join(known)}")
    return options


def chosen(asked: Sequence[str] | None) -> tuple[list[type[Contender]], dict[str, str]]:
    """The engines to measure, and why the others are not."""
    left_out = {}
    found: list[type[Contender]] = []
    for each in EVERY:
        if issubclass(each, Ours) or (asked is None or each.name in asked):
            if each().version:
                found.append(each)
            else:
                left_out[each.name] = "not installed"
    if asked is None:
        left_out["json-logic-qubit"] = (
            "its module has the name of panzi-json-logic's, so that only one can be installed"
        )
    return found, left_out


def one_size(engines: Sequence[type[Contender]], job: Job, rounds: int) -> dict[str, Measured]:
    """Every engine that can stand this many rules, first alone, then side by side."""
    number = len(job.rows)
    needs: dict[str, Alone] = {}
    for each in engines:
        if not issubclass(each, Ours) or each is Ours:
            tell(f"{number:,} rules, loading, {each.name}")
            needs[each.name] = alone(each.name, number)
    tell(f"{number:,} rules, loading all")
    checker = checker_of(job)
    ready: list[Contender] = []
    for kind in engines:
        if needs.get(kind.name, Alone()).too_slow and not issubclass(kind, Ours):
            continue
        engine = kind()
        if isinstance(engine, Ours):
            engine.use(checker)
        else:
            engine.load(engine.encode(job))
        ready.append(engine)
    found = side_by_side(ready, job, rounds, tell)
    for name, need in needs.items():
        found.setdefault(name, Measured()).alone = need
    return {each.name: found[each.name] for each in engines}


def run(options: argparse.Namespace) -> report.Run:
    engines, left_out = chosen(options.asked)
    sizes, rounds = (QUICK, 3) if options.quick else (FULL, 9)
    results: dict[int, dict[str, Measured]] = {}
    for size in sizes:
        results[size] = one_size(engines, make_job(size), rounds)
        engines = [each for each in engines if issubclass(each, Ours) or not results[size][each.name].alone.too_slow]
    many = many_possible(500 if options.quick else 5_000, rounds, tell)
    tell("")
    return report.Run(results, figures(results, many), left_out, options.quick)


def write(found: report.Run) -> None:
    """The page and the picture."""
    (DOCS / "benchmarks").mkdir(exist_ok=True)
    (DOCS / "benchmarks" / "engine.svg").write_text(report.picture(found), encoding="utf-8")
    page = DOCS / "benchmarks.md"
    page.write_text(report.as_page(found, page.read_text(encoding="utf-8")), encoding="utf-8")


def main(given: Sequence[str] | None = None) -> int:
    options = arguments(given)
    if options.child:
        say(child(options.child, options.rules))
        return 0
    found = run(options)
    say(report.as_json(found) if options.json else report.as_text(found))
    if options.write:
        write(found)
        say("" if options.json else f"\nwritten: {DOCS / 'benchmarks.md'}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
