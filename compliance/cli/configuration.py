"""`compliance config`: what holds of every setting, and who said so."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Final

import click

from compliance.cli.command import config_option, json_option, print_json, reports_errors, settings, settings_file
from compliance.config import PREFIX, SETTINGS
from compliance.errors import visible

WITHHELD: Final = frozenset({"audit_token"})
"""Whoever looks over a shoulder, or reads a log of a build, is not told these."""
HIDDEN: Final = "(set, and not shown)"


@click.command()
@config_option
@json_option
@reports_errors
def config(config: Path | None, *, as_json: bool) -> None:
    """Print every setting that holds here, and where it comes from: the file, the environment or the default.

    What a command is given as flags goes before all of them. The text is TOML, as a settings file has it.
    """
    path, file = settings_file(config)
    holds = settings(config)
    rows = []
    for each in SETTINGS:
        variable = f"{PREFIX}{each.name.upper()}"
        source = variable if variable in os.environ else str(path) if each.name in file else "default"
        value = getattr(holds, each.name)
        is_hidden = value is not None and (each.name in WITHHELD or _has_secret(value))
        rows.append(
            {"name": each.name, "value": HIDDEN if is_hidden else value, "source": source, "meaning": each.meaning}
        )
    if as_json:
        print_json({"file": None if path is None else str(path), "settings": rows})
        return
    click.echo(visible(f"# settings of {path}" if path else "# there is no compliance.toml here"))
    for row in rows:
        value, source = row["value"], row["source"]
        is_said = value is not None and value != HIDDEN
        line = f"{row['name']} = {json.dumps(value)}" if is_said else f"# {row['name']}: {value or 'not set'}"
        click.echo(visible(f"{line}  # {source}"))


def _has_secret(value: object) -> bool:
    """Whether it is an address with a query, in which tokens stand."""
    return isinstance(value, str) and value.startswith("http") and "?" in value
