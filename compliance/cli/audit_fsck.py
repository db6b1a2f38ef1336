"""`compliance audit fsck`: what a crash left in the evidence is put in order."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from compliance.audit.fsck import fsck as checked
from compliance.audit.verify import leaves
from compliance.cli.command import FINDINGS, GOOD, config_option, json_option, print_json, progress, reports_errors
from compliance.cli.command import settings as settings_of
from compliance.cli.verify import as_data, finding_lines
from compliance.errors import ConfigError, visible


@click.command()
@click.option(
    "--key", "keys", multiple=True, metavar="FILE|VKEY", help="Public key of the log instead of that beside it."
)
@click.option("--dry-run", is_flag=True, help="Change nothing; say what would be done.")
@click.option("--data-dir", metavar="DIRECTORY", help="Directory of the data instead of that of the settings.")
@config_option
@json_option
@reports_errors
def fsck(keys: tuple[str, ...], data_dir: str | None, config: Path | None, *, as_json: bool, dry_run: bool) -> None:
    """Verify the evidence, and take away what a crash left: no record, and nothing that is damaged.

    Where anything is damaged, nothing is changed, and the status is 1.
    """
    where = Path(settings_of(config, {"data_dir": data_dir}).data_dir, "evidence")
    try:
        with progress("verifying", leaves(where)) as step:
            found = checked(where, keys, is_dry=dry_run, progress=step)
    except OSError as error:
        reason = (error.strerror or "no reason given").lower()
        raise ConfigError(f"`{error.filename or where}` cannot be taken away: {reason}") from None
    damage = [each for each in found.report.findings if each.grade.value == "damage"]
    if as_json:
        repairs = [{"path": each.path, "done": each.done} for each in found.repairs]
        data = {"repairs": repairs, "left": as_data(found.left), "damage": as_data(damage), "dry_run": dry_run}
        print_json({"is_sound": found.report.is_sound, **data})
    else:
        for each in found.repairs:
            click.echo(visible(f"{each.path}: {'would be ' if dry_run else ''}{each.done}"))
        for finding in (*found.left, *damage):
            for line in finding_lines(finding):
                click.echo(visible(line))
        click.echo(_said(len(found.repairs), len(found.left), len(damage), is_dry=dry_run))
    sys.exit(FINDINGS if damage else GOOD)


def _said(repairs: int, left: int, damage: int, *, is_dry: bool) -> str:
    if damage:
        return f"{damage} finding(s) of damage: nothing was changed"
    if not repairs and not left:
        return "there is nothing to do"
    return f"{repairs} file(s) {'would be removed' if is_dry else 'removed'}, {left} left as they are"
