"""Load, lint and test in one process, as the two commands do it; it imports no more than they do."""

from __future__ import annotations

import sys
from datetime import date
from pathlib import Path

from compliance.cli.testing import texts_of
from compliance.garbage import kept, uncollected
from compliance.review.lint import lint
from compliance.review.scenarios import run
from compliance.review.suites import Suites
from compliance.store import read_suites, read_with_files


def main(rules: Path, day: date) -> int:
    """Say how much was found and asked; 1 if a scenario or a case of a suite fails."""
    ruleset, files = read_with_files(rules)
    with uncollected():
        findings = lint(ruleset, day, files).findings
    suites = read_suites(rules, ruleset)
    with kept():
        scenarios, cases = list(run(ruleset)), list(Suites(ruleset, suites, texts_of).run())
    sys.stdout.write(f"{len(findings)} finding(s), {len(scenarios)} scenario(s), {len(cases)} case(s)\n")
    return any(each.problem for each in scenarios) or any(each.problems for each in cases)


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), date.fromisoformat(sys.argv[2])))
