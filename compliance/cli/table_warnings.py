"""What `compliance table` warns of: publishers that nobody declared, whose pages show none of their notices."""

from __future__ import annotations

from collections.abc import Iterable

import click

from compliance.check import Checker
from compliance.undeclared import Undeclared


class Warnings:
    """Warnings of one checker, each once for each rule set."""

    def __init__(self, checker: Checker) -> None:
        """Nothing is warned of yet."""
        self._checker = checker
        self._new: list[str] = []
        self._undeclared = Undeclared(lambda message, _: self._new.append(message))

    def of(self, names: Iterable[str | None]) -> list[str]:
        """What has to be told of pages and was not told yet.

        Args:
            names: for each page its publisher if nobody declared that, by `compliance.undeclared`.
        """
        snapshot = self._checker.store.current
        for name in names:
            self._undeclared.look(name, snapshot.ruleset.meaning, snapshot.directory)
        new, self._new = self._new, []
        return new

    def tell(self, names: Iterable[str | None]) -> None:
        """Say it on standard error."""
        for message in self.of(names):
            click.echo(f"warning: {message}", err=True)
