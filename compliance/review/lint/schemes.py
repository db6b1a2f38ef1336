"""Checks of identifiers: ids under a scheme that nobody knows, where a known one seems to be meant.

Theory: any scheme may be written, since nobody knows all who give ids. So a name is doubted only if lists use it for
a scheme that an import compares, or if it is one slip away from such a scheme; and where one entity alone has it,
also if it merely looks like one, or is one slip away from a scheme of other entities.
"""

from __future__ import annotations

import difflib
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from compliance.errors import Span
from compliance.language.source import Map
from compliance.model.designation import Entity
from compliance.review.importing.rows import SCHEMES, column_for
from compliance.review.lint.conditions import SHORTEST, shortened
from compliance.review.lint.findings import Check, Found, Level
from compliance.review.lint.look import Look

_ALIKE: Final = 0.7
"""How much of two names has to be the same: `wikipedia` looks like `wikidata`, and `vat-number` like none."""


def _unknown_scheme(look: Look) -> Iterator[Found]:
    having: dict[str, list[Entity]] = defaultdict(list)
    for entity in look.ruleset.entities.values():
        for scheme in entity.identifiers:
            having[scheme].append(entity)
    near: dict[str, set[str]] = defaultdict(set)
    for scheme in {*SCHEMES, *having}:
        for shorter in shortened(scheme):
            near[shorter].add(scheme)
    for scheme, entities in having.items():
        meant = None if scheme in SCHEMES else _meant(scheme, having, near)
        for entity in entities:
            if meant is not None and meant not in entity.identifiers:
                message = f"unknown scheme `{scheme}` of `{entity.id}`; the nearest is `{meant}`"
                help_ = f"write `{meant}`, or say in an ignore comment what `{scheme}` is"
                yield Found(message, help_, _span_of_scheme(look, entity.id, scheme))


def _meant(scheme: str, having: Mapping[str, Sequence[Entity]], near: Mapping[str, set[str]]) -> str | None:
    """The scheme that seems to be meant, or None where this one seems to be."""
    called = (column_for(scheme.replace("-", "_")) or "").replace("_", "-")
    if called in SCHEMES:
        return called
    slips = {other for shorter in shortened(scheme) for other in near[shorter]} - {scheme}
    is_alone = len(having[scheme]) == 1
    if len(scheme) >= SHORTEST and slips and (is_alone or slips & {*SCHEMES}):
        return min(slips, key=lambda other: (other not in SCHEMES, -len(having.get(other, ())), other))
    alike = difflib.get_close_matches(scheme, SCHEMES, n=1, cutoff=_ALIKE) if is_alone else []
    return next(iter(alike), None)


def _span_of_scheme(look: Look, entity: str, scheme: str) -> Span | None:
    """Where the name of a scheme stands."""
    node = look.files.node("entity", entity, "identifiers")
    key = node.key(scheme) if isinstance(node, Map) else None
    return look.files.span("entity", entity, "identifiers") if key is None else key.span


CHECKS: Final = (
    Check(
        "unknown-scheme",
        Level.ADVICE,
        "an id of an entity stands under a scheme that is unknown, and near a known one",
        "An import that does not find the id takes the organisation for a new one, and it stands in the files twice.",
        _unknown_scheme,
    ),
)
