"""How many examples a law is tried on: a quarter of those that it asks for in every run, all of them in the proofs.

What a law asks for stands beside it. `make prove` sets `EXAMPLES=all` and tries each on so many. What loops over cases
that are much alike tries each so-manieth of them in every run (`step`), and in the proofs all.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from typing import Any, Final

from hypothesis import settings

EACH: Final = 60
"""For a law that says nothing of it."""
FEWEST: Final = 5
"""A law that asks for less gets that."""


def are_all(environment: Mapping[str, str] = os.environ) -> bool:
    """Whether this run tries every example."""
    return environment.get("EXAMPLES") == "all"


def part(number: int) -> int:
    """How many of so many examples are tried in every run."""
    return min(number, max(FEWEST, number // 4))


def step(number: int) -> int:
    """What a loop over cases that are much alike tries in every run: each so-manieth."""
    return 1 if are_all() else number


def tried_on_part(items: Iterable[Any]) -> None:
    """Have the laws among some tests tried on a part of their examples; proofs stay as they are."""
    laws = {
        id(item.obj): item.obj for item in items if hasattr(item, "obj") and item.get_closest_marker("prove") is None
    }
    for law in laws.values():
        asked = getattr(law, "_hypothesis_internal_use_settings", None)
        if asked not in {None, settings.default}:  # which is a part already
            law._hypothesis_internal_use_settings = settings(asked, max_examples=part(asked.max_examples))
