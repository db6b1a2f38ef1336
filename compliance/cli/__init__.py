"""The command line.

Theory: people and pipelines read the same commands. Every command takes `--json`; the exit status is 0
when all is well, 1 when there are findings, 2 when the input cannot be read or used.
"""

from __future__ import annotations

import click

from compliance import __version__
from compliance.cli.build import build
from compliance.cli.desk import lint
from compliance.cli.diff import diff
from compliance.cli.format import fmt, schema
from compliance.cli.geo import geo
from compliance.cli.importing import import_
from compliance.cli.questions import check, explain
from compliance.cli.serve import serve
from compliance.cli.testing import test


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="compliance")
def main() -> None:
    """Tells a publisher which legal notices a page needs for a reader in a place, and why."""


for _command in (serve, check, explain, lint, test, fmt, schema, import_, build, diff, geo):
    main.add_command(_command)
