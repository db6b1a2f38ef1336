"""What a careful colleague would ask about a rule set that loads: findings, never a refusal.

Theory: an error makes a file unusable; a finding says that a person should look. Findings depend on the
day (a review date passes, a register goes stale), so the day is an argument and a service never refuses a
rule set because of one. A finding is about a line of a file, so that a person can answer it there: by a better
line, or by a comment with a reason. Each check costs in proportion to the rule set: none looks at all pairs.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from compliance.errors import RulesError
from compliance.language.overlays import read_overlay
from compliance.mentions.names import Inflector
from compliance.model.overlay import OverlayRow
from compliance.model.ruleset import Ruleset
from compliance.review.lint.findings import Check, Finding, Ignored, Level, Report
from compliance.review.lint.ignores import applied, comments
from compliance.review.lint.look import Look
from compliance.review.lint.places_in_files import Files
from compliance.review.lint.registry import CHECKS

__all__ = ["CHECKS", "Check", "Finding", "Ignored", "Level", "Report", "lint"]


def lint(
    ruleset: Ruleset,
    day: date,
    files: Mapping[str, bytes] | None = None,
    overlays: Mapping[str, bytes] | None = None,
    inflector: Inflector | None = None,
) -> Report:
    """Every finding as of `day`, in the order of files and lines.

    Args:
        ruleset: what the files say.
        day: the day to look for.
        files: the files themselves, by the paths that spans name; without them, findings about anything but
            rules have no place, what is kept beside the model is not looked at, and no comment is read.
        overlays: the operator's overlays by their paths.
        inflector: who knows the words of a language; without it, nobody does, and no name is found to be one.

    Raises:
        RulesError: with every problem of every overlay.
    """
    read = Files(files or {})
    look = Look(ruleset, day, read, _rows(overlays or {}, ruleset), inflector)
    found = (finding for check in CHECKS.values() for finding in check.findings(look))
    texts = {path: data.decode("utf-8-sig") for path, data in (overlays or {}).items()}
    stand, aside = applied(found, comments(read.texts | texts), CHECKS)
    return Report(tuple(sorted(stand, key=_place)), tuple(sorted(aside, key=lambda each: _place(each.finding))))


def _rows(overlays: Mapping[str, bytes], ruleset: Ruleset) -> tuple[OverlayRow, ...]:
    """The rows of all overlays."""
    read = [read_overlay(path, data, ruleset.territories) for path, data in overlays.items()]
    if problems := [problem for _, problems in read for problem in problems]:
        raise RulesError(problems)
    return tuple(row for rows, _ in read for row in rows)


def _place(finding: Finding) -> tuple[str, int, int, str, str]:
    where = (finding.span.path, finding.span.line, finding.span.column) if finding.span else ("", 0, 0)
    return (*where, finding.id, finding.message)
