"""Findings in the format in which code hosts take them: SARIF 2.1.0, with a help text for each id.

Theory: what a code host shows beside a line is all that many authors ever see of lint, so each finding carries its
help, and each id what it is for. Equal findings are equal bytes: there is no time and no machine in it.

Source: OASIS, Static Analysis Results Interchange Format 2.1.0; GitHub, "SARIF support for code scanning".
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

from compliance import __version__
from compliance.errors import Span
from compliance.review.lint import CHECKS, Check, Finding, Ignored, Level, Report

SCHEMA: Final = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_LEVELS: Final = {Level.ERROR: "error", Level.WARNING: "warning", Level.ADVICE: "note", Level.NOTE: "note"}
_SEVERITIES: Final = {
    Level.ERROR: "error",
    Level.WARNING: "warning",
    Level.ADVICE: "recommendation",
    Level.NOTE: "recommendation",
}


def sarif(report: Report, rules: str) -> dict[str, Any]:
    """The report as one run; `rules` is the path that stands for findings about no file."""
    ids = list(CHECKS)
    driver = {
        "name": "compliance lint",
        "semanticVersion": __version__,
        "rules": [_rule(check) for check in CHECKS.values()],
    }
    results = [_result(finding, ids, rules) for finding in report.findings]
    results += [_result(each.finding, ids, rules) | _suppressed(each) for each in report.ignored]
    run = {"tool": {"driver": driver}, "columnKind": "unicodeCodePoints", "results": results}
    return {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}


def _rule(check: Check) -> dict[str, Any]:
    help_ = f"{check.why}\n\nWhat to write instead: {Finding(check.id, check.level, '', '').page}"
    return {
        "id": check.id,
        "name": check.id,
        "shortDescription": {"text": check.title},
        "fullDescription": {"text": check.why},
        "help": {"text": help_, "markdown": help_},
        "defaultConfiguration": {"level": _LEVELS[check.level]},
        "properties": {"problem.severity": _SEVERITIES[check.level], "tags": ["rules"]},
    }


def _result(finding: Finding, ids: list[str], rules: str) -> dict[str, Any]:
    span = finding.span or Span(rules, 1, 1)
    place = {"artifactLocation": {"uri": _uri(span.path)}, "region": _region(span)}
    told = f"{finding.id}\n{span.path}\n{finding.message}"
    return {
        "ruleId": finding.id,
        "ruleIndex": ids.index(finding.id),
        "level": _LEVELS[finding.severity],
        "message": {"text": f"{finding.message}\n{finding.help}"},
        "locations": [{"physicalLocation": place}],
        "partialFingerprints": {"finding/v1": hashlib.sha256(told.encode()).hexdigest()},
    }


def _region(span: Span) -> dict[str, int]:
    begins, ends = span.column, span.column + span.width
    return {"startLine": span.line, "startColumn": begins, "endLine": span.line, "endColumn": ends}


def _uri(path: str) -> str:
    """A relative path stays relative: code hosts take it from the top of the repository."""
    return Path(path).as_uri() if Path(path).is_absolute() else quote(path)


def _suppressed(ignored: Ignored) -> dict[str, Any]:
    return {"suppressions": [{"kind": "inSource", "status": "accepted", "justification": ignored.because}]}
