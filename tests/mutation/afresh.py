"""One mutant in a process of its own: for what is worked out when a module is imported."""

from __future__ import annotations

import importlib.abc
import importlib.util
import sys
from collections.abc import Sequence
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Final

from tests.mutation.mutators import mutations_of, planted

NO_SUCH_MUTANT: Final = 3


class Planter(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Imports one module with a mistake in it, and leaves all others to those who come after."""

    def __init__(self, module: str, text: str, what: str) -> None:
        self.key = module, text, what
        self.filename = ""

    def find_spec(self, name: str, path: Sequence[str] | None, _target: ModuleType | None = None) -> ModuleSpec | None:
        if name != self.key[0]:
            return None
        found = importlib.machinery.PathFinder.find_spec(name, path)
        self.filename = found.origin or "" if found else ""
        return importlib.util.spec_from_loader(name, self, origin=self.filename)

    def exec_module(self, module: ModuleType) -> None:
        with open(self.filename, encoding="utf-8") as file:
            tree, every = mutations_of(module.__name__, file.read())
        mutation = next((each for each in every if each.key == self.key), None)
        if mutation is None:
            sys.exit(NO_SUCH_MUTANT)
        module.__file__ = self.filename
        with planted(tree, mutation, self.filename) as code:
            exec(code, vars(module))  # noqa: S102 - it is our own module


def main(examples: str, module: str, text: str, what: str, *tests: str) -> None:
    """Exit with 0 if no test fails."""
    sys.meta_path.insert(0, Planter(module, text, what))
    from tests.mutation.runner import Session, collect  # noqa: PLC0415 - it imports what the mutant is planted in

    killers: list[str | None] = ["nothing"]

    def work(session: Session) -> None:
        killers[:] = [session.fails([*session.items], {})]

    collect(tests, int(examples), work)
    sys.stdout.write(f"{killers[0]}\n")
    sys.exit(killers[0] is not None)


if __name__ == "__main__":
    main(*sys.argv[1:])
