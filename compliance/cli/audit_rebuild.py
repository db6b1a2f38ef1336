"""`compliance audit rebuild`: make the views of the log anew."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from compliance.audit.disk import Disk
from compliance.audit.locking import alone
from compliance.audit.log_files import LogFiles
from compliance.audit.views import rebuild as rebuild_views
from compliance.cli.command import GOOD, config_option, json_option, print_json, progress, reports_errors
from compliance.cli.command import settings as settings_of
from compliance.errors import ConfigError


@click.command()
@click.option("--data-dir", metavar="DIRECTORY", help="Directory of the data instead of that of the settings.")
@config_option
@json_option
@reports_errors
def rebuild(data_dir: str | None, config: Path | None, *, as_json: bool) -> None:
    """Make the views anew from the log; nothing is lost by it, and those who read them go on meanwhile."""
    directory = Path(settings_of(config, {"data_dir": data_dir}).data_dir, "evidence")
    log = LogFiles(directory)
    if log.checkpoint() is None:
        raise ConfigError(f"`{directory}` holds no sealed log: give the directory of the data, or seal first")
    with alone(Disk(), directory), progress("reading the log", log.size()) as step:
        size = rebuild_views(log, step)
    if as_json:
        print_json({"leaves": size})
    else:
        click.echo(f"views of {size} leaves made anew")
    sys.exit(GOOD)
