"""`compliance audit compact`: make the log small."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from compliance.audit.compaction import compact as compact_log
from compliance.audit.log_files import LogFiles
from compliance.audit.tiles import WIDTH
from compliance.cli.audit_key import data_dir_option, node_of
from compliance.cli.command import GOOD, config_option, json_option, print_json, progress, reports_errors
from compliance.errors import ConfigError


@click.command()
@data_dir_option
@config_option
@json_option
@reports_errors
def compact(data_dir: str | None, config: Path | None, *, as_json: bool) -> None:
    """Compress what is in full entry bundles. Others may seal and read meanwhile."""
    directory = node_of(config, data_dir).directory
    log = LogFiles(directory)
    if log.checkpoint() is None:
        raise ConfigError(f"`{directory}` holds no sealed log: give the directory of the data, or seal first")
    with progress("compressing", log.size() // WIDTH) as step:
        done = compact_log(directory, progress=step)
    if as_json:
        print_json({"bundles": done.bundles, "raw_bytes": done.raw_bytes, "packed_bytes": done.packed_bytes})
    else:
        bundles = "1 bundle" if done.bundles == 1 else f"{done.bundles} bundles"
        click.echo(f"{bundles} compressed, {done.raw_bytes} bytes to {done.packed_bytes}")
    sys.exit(GOOD)
