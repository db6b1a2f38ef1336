"""What the legal desk waits for: `python -m tests.bench.desk`, also a part of `make bench`."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from tests.bench.engine import DOCS, say, tell
from tests.bench.parts import report
from tests.bench.parts.desk_files import Size, write
from tests.bench.parts.desk_lists import REGISTERS, Lists
from tests.bench.parts.desk_rules import CHANGED
from tests.bench.parts.figures import Figure
from tests.bench.parts.fresh import Spent, run
from tests.bench.parts.job import DAY

FULL: Final = Size(rules=1_000, entries=5_000, suites=25)
QUICK: Final = Size(rules=60, entries=200, suites=2)
TIMES: Final = 3
CLI: Final = ("-m", "compliance.cli")
AS_OF: Final = ("--as-of", DAY.isoformat())
ALONE, LINT, TEST, DIFF = "load, lint and test at once", "`compliance lint`", "`compliance test`", "`compliance diff`"
SCENARIOS: Final = "`compliance test -k rules/`, no suites"
COMMANDS: Final[Mapping[str, tuple[tuple[str, ...], frozenset[int]]]] = {
    ALONE: (("-m", "tests.bench.parts.at_once", "old", DAY.isoformat()), frozenset({0})),
    LINT: ((*CLI, "lint", "old", *AS_OF), frozenset({0, 1})),
    TEST: ((*CLI, "test", "old"), frozenset({0})),
    SCENARIOS: ((*CLI, "test", "old", "-k", "old/rules/"), frozenset({0})),
    DIFF: ((*CLI, "diff", "old", "new", *AS_OF), frozenset({1})),
}
"""What is run, and the statuses with which it may end: every scenario holds, and the two sets differ."""
TEMPLATE: Final = Path(report.__file__).with_name("desk.md")


def measured(size: Size, times: int) -> dict[str, Spent]:
    """What each command takes, in turn, so that a busy minute is shared among them."""
    found = {name: Spent() for name in COMMANDS}
    with TemporaryDirectory() as name:
        directory = Path(name)
        tell("writing the rules")
        write(directory / "old", size)
        write(directory / "new", size, is_changed=True)
        for each in range(times):
            for command, (arguments, statuses) in COMMANDS.items():
                tell(f"{command}, {each + 1} of {times}")
                run(directory, arguments, statuses, found[command])
    tell("")
    return found


def figures(found: Mapping[str, Spent], *, is_full: bool) -> list[Figure]:
    """What was promised, and how it came out."""
    asked = (
        ("load + lint + test in one process", 6, [ALONE]),
        ("the same by two commands, which both load", 6, [LINT, TEST]),
        (f"diff of two such sets, {CHANGED} rules changed", 10, [DIFF]),
    )
    return [_figure(what, limit, [found[each] for each in names], is_full=is_full) for what, limit, names in asked]


def _figure(what: str, limit: float, spent: Sequence[Spent], *, is_full: bool) -> Figure:
    """A figure, kept on the clock; an idle machine would take no less than the CPU seconds."""
    seconds, cpu = sum(each.seconds for each in spent), sum(each.cpu_seconds for each in spent)
    is_kept = True if seconds <= limit else False if cpu > limit else None
    measured = f"{seconds:.1f} s, {cpu:.1f} s of CPU, {max(each.peak for each in spent):.0f} MB"
    return Figure(what, f"<= {limit:.0f} s", measured, is_kept if is_full else None)


def commands(found: Mapping[str, Spent]) -> str:
    """Each command with what it took and what it said."""
    rows = [
        [name, f"{each.seconds:.2f}", f"{each.cpu_seconds:.2f}", f"{each.peak:.0f}", each.said]
        for name, each in found.items()
    ]
    return report.table(["command", "seconds", "CPU seconds", "MB at most", "its last line"], rows)


def share(found: Mapping[str, Spent]) -> str:
    """How much of a core the commands got: much less than all of it says that others used the machine."""
    clock, cpu = (sum(map(sum, each)) for each in ((s.clock for s in found.values()), (s.cpu for s in found.values())))
    return f"{100 * cpu / clock:.0f} %"


def contents(size: Size) -> str:
    lists = Lists(size.entries)
    return (
        f"{size.rules:,} rules, {REGISTERS} registers with {size.entries:,} entries, "
        f"{lists.entities:,} entities, {size.suites} suites"
    )


def arguments(given: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.desk", description=__doc__)
    how = parser.add_mutually_exclusive_group()
    how.add_argument("--quick", action="store_true", help="few rules, once: seconds, not minutes")
    how.add_argument("--write", action="store_true", help="write the part of docs/benchmarks.md")
    return parser.parse_args(given)


def main(given: Sequence[str] | None = None, page: Path = DOCS / "benchmarks.md") -> int:
    options = arguments(given)
    size, times = (QUICK, 1) if options.quick else (FULL, TIMES)
    found = measured(size, times)
    tables = {
        "figures": report.promises(figures(found, is_full=not options.quick)),
        "commands": commands(found),
    }
    say("\n".join([f"{contents(size)}\n", *tables.values(), f"The commands had {share(found)} of a core.\n"]))
    if options.write:
        parts = {
            **tables,
            "contents": contents(size),
            "times": str(times),
            "machine": report.machine(),
            "share": share(found),
        }
        report.put(page, TEMPLATE, "desk", parts)
        say(f"\nwritten: {page}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
