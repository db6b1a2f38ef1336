"""`compliance audit`: the log of evidence, sealed, kept and looked after."""

from __future__ import annotations

import click


@click.group()
def audit() -> None:
    """Seal the log of evidence, and look after it. Each of the commands takes `--json`."""
