"""Every check, in the order of the documentation. A check that does not stand here is not asked."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from compliance.review.lint import (
    areas,
    bases,
    conditions,
    dates,
    names,
    overlays,
    places,
    schemes,
    slots,
    versions,
    weak_names,
    wording,
)
from compliance.review.lint.findings import Check, Found, Level
from compliance.review.lint.ignores import NO_FINDING, NO_REASON
from compliance.review.lint.look import Look


def _found_elsewhere(_: Look) -> Iterator[Found]:
    """Nothing: comments are judged when all other findings are known."""
    yield from ()


_COMMENTS: Final = (
    Check(
        NO_REASON,
        Level.WARNING,
        "a comment sets a finding aside without a reason",
        "Nobody can tell later whether the reason still holds, so the finding stands.",
        _found_elsewhere,
    ),
    Check(
        NO_FINDING,
        Level.ADVICE,
        "a comment sets aside what is not found",
        "It describes the file as it no longer is, or has a slip in the id and sets nothing aside.",
        _found_elsewhere,
    ),
)
CHECKS: Final[Mapping[str, Check]] = {
    check.id: check
    for checks in (
        dates.CHECKS,
        bases.CHECKS,
        places.CHECKS,
        areas.CHECKS,
        overlays.CHECKS,
        versions.CHECKS,
        conditions.CHECKS,
        wording.CHECKS,
        slots.CHECKS,
        weak_names.CHECKS,
        names.CHECKS,
        schemes.CHECKS,
        _COMMENTS,
    )
    for check in checks
}
"""Checks by id."""
