"""`compliance audit erase`: drop what leaves say, and say in the log that it was dropped."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from compliance.audit.erasing import Eraser
from compliance.audit.log_files import LogFiles
from compliance.audit.sealed_views import SealedViews
from compliance.audit.sealer import Sealer
from compliance.check import today
from compliance.cli.audit_key import data_dir_option, node_of
from compliance.cli.command import FINDINGS, GOOD, config_option, json_option, print_json, reports_errors
from compliance.errors import ConfigError


@click.command()
@click.argument("leaves", metavar="LEAF...", nargs=-1, required=True, type=click.IntRange(0))
@click.option("--reason", required=True, metavar="TEXT", help="Why; it stays in the log for good.")
@click.option("--by", metavar="NAME", help="Who decided it, if that is to be told.")
@data_dir_option
@config_option
@json_option
@reports_errors
def erase(
    leaves: tuple[int, ...],
    reason: str,
    by: str | None,
    data_dir: str | None,
    config: Path | None,
    *,
    as_json: bool,
) -> None:
    """Drop the bytes of leaves, by their numbers. Their hashes stay, and a new leaf says what was dropped and why."""
    node = node_of(config, data_dir)
    files = LogFiles(node.directory)
    if files.checkpoint() is None:
        raise ConfigError(f"`{node.directory}` holds no sealed log: give the directory of the data, or seal first")
    if not reason.strip():
        raise ConfigError("say why with `--reason`; whoever reads the log will ask")
    signer = node.key(is_made=False)
    origin = node.settings.evidence_origin
    sealer = Sealer(node.directory, signer, origin, views=SealedViews(files), beside=node.beside)
    done = Eraser(node.directory, sealer).erase(leaves, reason, today(), by)
    if as_json:
        print_json({"erased": done.leaves, "before": done.before, "size": done.size, "findings": done.findings})
    else:
        before = f", {len(done.before)} had been before" if done.before else ""
        click.echo(f"{len(done.leaves)} leaves erased{before}; the log has {done.size} leaves")
        for each in done.findings:
            click.echo(f"finding: {each}", err=True)
    sys.exit(FINDINGS if done.findings else GOOD)
