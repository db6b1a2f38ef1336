"""`compliance lint`: what the legal desk asks of its rule files."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click
import msgspec

from compliance.check import today
from compliance.cli.command import (
    FINDINGS,
    GOOD,
    config_option,
    json_option,
    print_json,
    reports_errors,
    rules_argument,
    rules_path,
    settings,
)
from compliance.cli.sarif import sarif
from compliance.dictionary import forms
from compliance.errors import ConfigError, nearest
from compliance.garbage import uncollected
from compliance.geo.regular_file import UnreadableError, read_regular
from compliance.language.tables import MOST_BYTES
from compliance.model.period import parse_day
from compliance.review.lint import CHECKS, Finding, Level, Report
from compliance.review.lint import lint as lint_rules
from compliance.store import read_with_files


@click.command()
@rules_argument
@click.option("--as-of", metavar="YYYY-MM-DD", help="The day to lint for; left out, today.")
@click.option("--select", multiple=True, metavar="IDS", help="Look for these only; ids with commas between them.")
@click.option("--ignore", multiple=True, metavar="IDS", help="Do not look for these.")
@click.option("--strict", is_flag=True, help="Exit with status 1 for any finding, not only from warnings on.")
@click.option("--overlay", "overlays", multiple=True, help="An overlay to look at beside the configured ones.")
@click.option("--sarif", "as_sarif", is_flag=True, help="Print SARIF 2.1.0, which code hosts show beside the lines.")
@config_option
@json_option
@reports_errors
def lint(rules: Path | None, as_of: str | None, config: Path | None, *, as_json: bool, **flags: Any) -> None:
    """Look for what a careful colleague would ask about. Findings do not keep a rule set from being served."""
    day = today() if as_of is None else parse_day(as_of)
    if day is None:
        raise ConfigError(f"`{as_of}` is not a calendar day: write it as YYYY-MM-DD")
    if as_json and flags["as_sarif"]:
        raise ConfigError("`--json` and `--sarif` are two formats: choose one")
    selected, left_out = _ids(flags["select"]), _ids(flags["ignore"])
    path = rules_path(rules, config)
    ruleset, files = read_with_files(path)
    with uncollected():
        overlays = _overlays(settings(config, {}).geo_overlays, flags["overlays"])
        report = lint_rules(ruleset, day, files, overlays, forms())
    report = report.only(lambda name: name not in left_out and name in (selected or CHECKS))
    if flags["as_sarif"]:
        print_json(sarif(report, str(path)))
    elif as_json:
        print_json({"as_of": day, **_as_data(report)})
    else:
        _print(report)
    is_good = not report.findings if flags["strict"] else report.is_good
    sys.exit(GOOD if is_good else FINDINGS)


def _overlays(configured: Sequence[str], named: Sequence[str]) -> dict[str, bytes]:
    """The bytes of the overlays of the settings and of those that are named."""
    found: dict[str, bytes] = {}
    for path in (*configured, *named):
        try:
            found[path] = read_regular(Path(path), MOST_BYTES)
        except UnreadableError as error:
            raise ConfigError(f"`{path}` {error}") from None
    return found


def _ids(given: Sequence[str]) -> set[str]:
    """The ids of an option that may be repeated, with commas between them."""
    ids = {name.strip() for each in given for name in each.split(",") if name.strip()}
    for name in sorted(ids - CHECKS.keys()):
        help_ = nearest(name, CHECKS) or f"there are: {', '.join(CHECKS)}"
        raise ConfigError(f"no check has the id `{name}`; {help_}")
    return ids


def _as_data(report: Report) -> dict[str, object]:
    ignored = [{**_shown(each.finding), "because": each.because} for each in report.ignored]
    return {
        "findings": [_shown(finding) for finding in report.findings],
        "ignored": ignored,
        "counts": _counts(report),
    }


def _shown(finding: Finding) -> dict[str, object]:
    return {**msgspec.to_builtins(finding), "page": finding.page}


def _counts(report: Report) -> dict[str, int]:
    """How many findings there are of each severity, the gravest first."""
    counts = Counter(finding.severity for finding in report.findings)
    return {level.value: counts[level] for level in Level}


def _print(report: Report) -> None:
    for finding in report.findings:
        click.echo(f"{finding}\n")
    if report.findings:
        pages = sorted({finding.page for finding in report.findings})
        click.echo(f"more about each: {', '.join(pages)}\n")
    click.echo(_summary(report))


def _summary(report: Report) -> str:
    parts = [f"{count} {level}" for level, count in _counts(report).items() if count]
    said = f"{len(report.findings)} finding(s)"
    if parts:
        said += f": {', '.join(parts)}"
    return f"{said}; {len(report.ignored)} set aside by comments" if report.ignored else said
