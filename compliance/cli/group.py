"""A command that has commands: one that is not there is answered with the nearest that is."""

from __future__ import annotations

from typing import Final

import click

from compliance.errors import Problem, nearest

_UNUSABLE: Final = 2


class Commands(click.Group):
    """Commands by their names."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The command that is meant; a name that is none ends the program, with status 2."""
        known = self.list_commands(ctx)
        if args and args[0] not in known and not args[0].startswith("-"):
            help_ = nearest(args[0], known) or f"`{ctx.command_path} --help` lists the commands"
            click.echo(Problem(f"there is no command `{args[0]}`", help=help_), err=True)
            ctx.exit(_UNUSABLE)
        return super().resolve_command(ctx, args)
