"""`compliance geo`: where readers are, what the databases know, and how they are renewed."""

from __future__ import annotations

import click

from compliance.cli.geo_audit import audit
from compliance.cli.geo_check import check
from compliance.cli.geo_update import update
from compliance.cli.geo_where import where
from compliance.cli.group import Commands


@click.group(cls=Commands)
def geo() -> None:
    """Explain places, and look after geolocation databases. Each of the commands takes `--json`."""


for _command in (where, check, update, audit):
    geo.add_command(_command)
