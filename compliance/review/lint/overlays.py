"""Checks of an operator's overlays: what they take away, listed so that somebody looks at the reasons."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from compliance.language.overlaps import in_words
from compliance.review.lint.findings import Check, Found, Level
from compliance.review.lint.look import Look


def _removes(look: Look) -> Iterator[Found]:
    for row in look.overlays:
        if row.is_removal and (row.period.last_day is None or row.period.last_day >= look.day):
            whom = "a network" if row.system is None else "an autonomous system"
            message = f"{whom} is taken out of `{row.territory}` {in_words(row.period)}: {row.reason}"
            yield Found(message, "make sure that the reason still holds", row.span)


CHECKS: Final = (
    Check(
        "overlay-removes",
        Level.ADVICE,
        "an overlay takes a network out of a territory",
        "Readers there get no notice of it, whatever the databases say, so the reasons are listed.",
        _removes,
    ),
)
