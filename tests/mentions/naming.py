"""Entities with names, a dictionary of a few words, and a scanner of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache

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
    return Scanner(names_of(entities, dictionary())).scan(text, frozenset(linked))


def names(text: str, *entities: Entity, linked: Sequence[str] = ()) -> list[str]:
    """The mentions in a text as `entity: surface verdict`; each surface stands where it is said to."""
    return [told(each, text) for each in scanned(text, *entities, linked=linked).mentions]


def told(mention: Mention, text: str) -> str:
    assert text[mention.start : mention.end] == mention.surface
    return f"{mention.entity}: {mention.surface} {mention.verdict}"
