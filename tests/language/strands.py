"""What is hunted: the strands of `make prove`, each with what it damages, how, and what has to take it well.

`python -m tests.language.strands STRAND SEED SECONDS FILE` hunts in one; FILE holds the number of the last input.
"""

from __future__ import annotations

import os
import resource
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from random import Random
from typing import Final

from compliance.language.load import load
from compliance.model.ruleset import Ruleset
from tests.language.damage import RAW, Way, damaged
from tests.language.hunt import Check, for_seconds, hunt
from tests.language.prey import Files, shipped, small, suites
from tests.language.reading import ZONES
from tests.language.restructuring import SHAPED
from tests.language.taking import take_files, take_rules, take_suites

MOST_MEMORY: Final = 4 << 30
Sets = Sequence[Files]


@dataclass(frozen=True, slots=True)
class Strand:
    """What is damaged, how, and what it is given to; `share` is its part of the time."""

    sets: str
    ways: Sequence[Way]
    check: Check
    share: float
    quick: int
    """How many inputs `make test` tries."""

    def make(self, number: int) -> Files:
        """The input with a number; the same on every machine, as long as the files are the same."""
        chance = Random(number)  # noqa: S311 - nothing is kept secret with it
        return damaged(chance.choice(of(self.sets)), chance, self.ways)


@cache
def of(sets: str) -> Sets:
    """The rule sets of a name."""
    if sets == "small":
        return [dict(files) for files in small()]
    if sets == "single":
        return [{name: data} for files in (*small(), suites()) for name, data in files.items()]
    return [dict(shipped() if sets == "shipped" else suites())]


@cache
def shipped_rules() -> Ruleset:
    return load(shipped(), ZONES)


def take_suites_of_shipped_rules(files: Files) -> None:
    take_suites(files, shipped_rules())


STRANDS: Final = {
    "bytes": Strand("small", RAW, take_rules, 0.3, 80),
    "structure": Strand("small", SHAPED, take_rules, 0.3, 80),
    "whole": Strand("shipped", (*RAW, *SHAPED), take_rules, 0.2, 2),
    "layout": Strand("single", (*RAW, *SHAPED), take_files, 0.15, 60),
    "suites": Strand("suites", (*RAW, *SHAPED), take_suites_of_shipped_rules, 0.05, 40),
}


def main(name: str, seed: str, seconds: str, note: str) -> int:
    """Hunts, and prints what it finds."""
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    strand = STRANDS[name]
    last = os.open(Path(note), os.O_CREAT | os.O_WRONLY)
    numbers = for_seconds(int(seed), float(seconds), lambda number: os.pwrite(last, f"{number:<20}".encode(), 0))
    found = hunt(strand.make, strand.check, numbers)
    os.close(last)
    if found is not None:
        sys.stdout.write(f"{found}\n")
    return int(found is not None)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
