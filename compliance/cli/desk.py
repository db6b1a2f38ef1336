"""`compliance lint`: what the legal desk asks of its rule files."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from compliance.check import today
from compliance.cli.command import FINDINGS, GOOD, json_option, print_json, reports_errors, rules_argument, rules_path
from compliance.errors import ConfigError
from compliance.model.period import parse_day
from compliance.review.lint import lint as lint_rules
from compliance.store import read_rules


@click.command()
@rules_argument
@click.option("--as-of", metavar="YYYY-MM-DD", help="The day to lint for; left out, today.")
@json_option
@reports_errors
def lint(rules: Path | None, as_of: str | None, *, as_json: bool) -> None:
    """Look for what a careful colleague would ask about. Findings do not keep a rule set from being served."""
    day = today() if as_of is None else parse_day(as_of)
    if day is None:
        raise ConfigError(f"`{as_of}` is not a calendar day: write it as YYYY-MM-DD")
    findings = lint_rules(read_rules(rules_path(rules)), day)
    if as_json:
        print_json({"as_of": day, "findings": findings})
    else:
        for finding in findings:
            click.echo(f"{finding}\n")
        click.echo(f"{len(findings)} finding(s)")
    sys.exit(FINDINGS if findings else GOOD)
