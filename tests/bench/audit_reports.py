"""What reports from the log of evidence cost: `python -m tests.bench.audit_reports`, also a part of `make bench`."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from tests.bench.engine import DOCS, say, tell
from tests.bench.parts import report
from tests.bench.parts.audit_reports import TIMES, Size, described, figures, measured, rows

FULL: Final = Size(tables=1_000_000, answers=10_000_000, days=90, outcomes=10_000)
QUICK: Final = Size(tables=5_000, answers=50_000, days=30, outcomes=200)
TEMPLATE: Final = Path(report.__file__).with_name("audit_reports.md")


def arguments(given: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.audit_reports", description=__doc__)
    how = parser.add_mutually_exclusive_group()
    how.add_argument("--quick", action="store_true", help="a small log: seconds, not minutes")
    how.add_argument("--write", action="store_true", help="write the part of docs/benchmarks.md")
    return parser.parse_args(given)


def main(given: Sequence[str] | None = None, page: Path = DOCS / "benchmarks.md") -> int:
    options = arguments(given)
    size = QUICK if options.quick else FULL
    with TemporaryDirectory() as name:
        found = measured(Path(name) / "evidence", size, tell)
    tell("")
    parts = {
        "contents": described(size),
        "figures": report.promises(figures(found, is_full=not options.quick)),
        "reports": report.table(["report", "ms", "rows"], rows(found)),
        "take": f"{found.take:.0f}",
    }
    say(f"{parts['contents']}\n\n{parts['figures']}\n{parts['reports']}\na leaf into the views: {parts['take']} µs\n")
    if options.write:
        report.put(page, TEMPLATE, "audit-reports", {**parts, "times": str(TIMES), "machine": report.machine()})
        say(f"\nwritten: {page}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
