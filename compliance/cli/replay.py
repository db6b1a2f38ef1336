"""`compliance replay`: decide again what the log says was decided, or see what other rules would have said."""

from __future__ import annotations

import os
import sys
from datetime import date
from pathlib import Path
from typing import Final

import click

from compliance.audit.log_files import LogFiles
from compliance.cli.command import FINDINGS, GOOD, config_option, json_option, print_json, progress, reports_errors
from compliance.cli.command import settings as settings_of
from compliance.errors import ConfigError
from compliance.model.period import parse_day
from compliance.replaying import tell
from compliance.replaying.inventory import Span, taken
from compliance.replaying.other_rules import Compared
from compliance.replaying.running import replay as replay_all
from compliance.store import read_rules

EVIDENCE: Final = "evidence"
"""The directory of the evidence in that of the data."""


@click.command()
@click.option("--since", metavar="YYYY-MM-DD", help="Only tables on which answers of this day or later may rest.")
@click.option("--until", metavar="YYYY-MM-DD", help="Only tables on which answers of this day or earlier may rest.")
@click.option(
    "--with", "other", type=click.Path(path_type=Path), metavar="RULES", help="Decide by these rules, and compare."
)
@click.option("--jobs", type=click.IntRange(1), default=None, help="How many processes decide; one per processor.")
@click.option("--data-dir", metavar="DIRECTORY", help="Directory of the data instead of that of the settings.")
@config_option
@json_option
@reports_errors
def replay(
    since: str | None,
    until: str | None,
    other: Path | None,
    jobs: int | None,
    data_dir: str | None,
    config: Path | None,
    *,
    as_json: bool,
) -> None:
    """Decide again every table of the sealed log from what is recorded, and say what comes out otherwise."""
    span = Span(_day(since), _day(until))
    if span.since is not None and span.until is not None and span.until < span.since:
        raise ConfigError(f"`{until}` is before `{since}`")
    directory = Path(settings_of(config, {"data_dir": data_dir}).data_dir, EVIDENCE)
    log = LogFiles(directory)
    if log.checkpoint() is None:
        raise ConfigError(f"`{directory}` holds no sealed log: give the directory of the data, or seal first")
    rules = None if other is None else read_rules(other)
    with progress("looking for tables", log.size()) as step:
        found = taken(log, span, step)
    with progress("deciding again", found.table_count) as step:
        tally = replay_all(directory, found, rules, jobs=jobs or os.cpu_count() or 1, step=step)
    if as_json:
        print_json(tell.data(found, tally))
    else:
        for line in tell.text(found, tally):
            click.echo(line)
    differs = tally.found or (isinstance(tally, Compared) and tally.changed)
    sys.exit(FINDINGS if differs else GOOD)


def _day(given: str | None) -> date | None:
    if given is None:
        return None
    day = parse_day(given)
    if day is None:
        raise ConfigError(f"`{given}` is not a calendar day: write it as YYYY-MM-DD")
    return day
