"""Entities with names, a dictionary of a few words, and a scanner of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Final

import pymorphy3

from compliance.mentions.inflection import Forms
from compliance.mentions.names import names_of
from compliance.mentions.scan import Mention, Scanned, Scanner
from compliance.model.designation import Alias, Entity, Strength

__all__ = ["Strength", "alias", "dictionary", "entity", "names", "scanned", "told"]


@cache
def dictionary() -> Forms:
    """The Russian dictionary, opened once."""
    return Forms(pymorphy3.MorphAnalyzer(lang="ru"))


def alias(
    name: str,
    language: str | None = "ru",
    strength: Strength = Strength.STRONG,
    context: Sequence[str] = (),
    forms: Sequence[str] = (),
    not_forms: Sequence[str] = (),
) -> Alias:
    return Alias(name, language, strength, tuple(context), tuple(forms), tuple(not_forms))


def entity(name: str, *aliases: Alias | str, not_names: Mapping[str, tuple[str, ...]] | None = None) -> Entity:
    own = tuple(each if isinstance(each, Alias) else alias(each) for each in aliases)
    return Entity(name, name, own, not_names or {})


def scanned(text: str, *entities: Entity, linked: Sequence[str] = ()) -> Scanned:
    return scanner_of(entities).scan(text, frozenset(linked))


_MADE: Final[dict[tuple[int, ...], tuple[Sequence[Entity], Scanner]]] = {}
"""Scanners by who their entities are; those are held, so that nobody else becomes one of them."""


def scanner_of(entities: Sequence[Entity]) -> Scanner:
    """A scanner of some entities, made once for a law that asks about the same ones again and again."""
    key = tuple(map(id, entities))
    if key not in _MADE:
        if len(_MADE) >= 64:
            _MADE.clear()
        _MADE[key] = entities, Scanner(names_of(entities, dictionary()))
    return _MADE[key][1]


def names(text: str, *entities: Entity, linked: Sequence[str] = ()) -> list[str]:
    """The mentions in a text as `entity: surface verdict`; each surface stands where it is said to."""
    return [told(each, text) for each in scanned(text, *entities, linked=linked).mentions]


def told(mention: Mention, text: str) -> str:
    assert text[mention.start : mention.end] == mention.surface
    return f"{mention.entity}: {mention.surface} {mention.verdict}"
