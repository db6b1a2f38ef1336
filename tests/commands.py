"""Every command of the command line; the program itself imports only the one that is run."""

from __future__ import annotations

from collections.abc import Iterator

import click

from compliance.cli import main


def every_command() -> dict[str, click.Command]:
    """By their words, such as `geo check`; a group is none itself."""
    return dict(_of(main, ""))


def top_commands() -> dict[str, click.Command]:
    """By the first word, groups among them."""
    return dict(_in(main))


def _in(group: click.Group) -> Iterator[tuple[str, click.Command]]:
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None, name
        yield name, command


def _of(group: click.Group, before: str) -> Iterator[tuple[str, click.Command]]:
    for name, command in _in(group):
        if isinstance(command, click.Group):
            yield from _of(command, f"{before}{name} ")
        else:
            yield f"{before}{name}", command
