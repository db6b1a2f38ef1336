"""The command line.

Theory: people and pipelines read the same commands. Every command takes `--json`; the exit status is 0
when all is well, 1 when there are findings, 2 when the input cannot be read or used. A command is imported
when it is run: whoever asks one question does not wait until a web server is loaded.
"""

from __future__ import annotations

from importlib import import_module
from typing import Final

import click

from compliance import __version__
from compliance.cli.group import Commands

_MODULES: Final = {
    "audit": "audit",
    "build": "build",
    "check": "questions",
    "config": "configuration",
    "diff": "diff",
    "explain": "questions",
    "fmt": "format",
    "geo": "geo",
    "import": "importing",
    "keys": "keys",
    "lint": "desk",
    "mentions": "mentions",
    "replay": "replay",
    "report": "report",
    "schema": "format",
    "serve": "serve",
    "table": "table",
    "test": "testing",
    "verify": "verify",
}
"""The module of each command, where it has the command's name; `import` is a word of Python's, so `import_`."""


class _Commands(Commands):
    """Commands that are imported when they are run, or listed with what they do."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's
        return sorted(_MODULES)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - click's
        if cmd_name not in _MODULES:
            return None
        module = import_module(f"compliance.cli.{_MODULES[cmd_name]}")
        command: click.Command = getattr(module, "import_" if cmd_name == "import" else cmd_name)
        return command


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="compliance")
def main() -> None:
    """Tells a publisher which legal notices a page needs for a reader in a place, and why."""
