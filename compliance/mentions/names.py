"""The names of entities, ready to be found: each a row of words, and each word in all its forms.

Theory: a name is found by one of its words, its *anchor*, and then word for word. So its forms need not agree:
real texts write «Новую газета Европа», and the product of all forms is never built. The anchor is the word that the
fewest names have, the longest of these: a common word would find the name in every sentence. Some names are weaker
signs than their file says, and that is worked out here, with the reason: several entities share them, or they are
words of the language.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Final, Protocol

import msgspec
from msgspec import structs

from compliance.mentions import persons
from compliance.mentions.declension import Gender
from compliance.mentions.endings import is_cyrillic
from compliance.mentions.neighbours import divides
from compliance.mentions.weakness import LEGAL_FORMS, Weakness, Why, weakness
from compliance.mentions.words import WORD, words_and_gaps, words_of
from compliance.model.designation import Alias, Entity, EntityKind, Strength

__all__ = ["WORD", "AsWritten", "Inflector", "Name", "Slots", "names_of"]
_TAKEN_APART: Final = frozenset({Strength.STRONG, Strength.MEDIUM, Strength.WEAK})
Slots = tuple[frozenset[str], ...]
"""For each word of a name all its forms, folded."""


class Inflector(Protocol):
    """Knows the forms of words."""

    def slots(self, words: Sequence[str], language: str | None) -> Slots:
        """The forms of each word in texts of its own language, the word itself among them."""

    def everywhere(self, words: Sequence[str], language: str | None) -> Slots:
        """The forms of each word of a name in texts of all languages that are read, the word itself among them."""

    def is_common(self, words: Sequence[str], language: str | None) -> bool:
        """Whether all words of a name are in the dictionary of the language, and none is a name there."""


class AsWritten:
    """Knows no forms at all: for names that are written in one way only."""

    def slots(self, words: Sequence[str], language: str | None) -> Slots:  # noqa: ARG002 - see `Inflector`
        """Each word as it is."""
        return tuple(frozenset({word}) for word in words)

    def everywhere(self, words: Sequence[str], language: str | None) -> Slots:
        """Each word as it is."""
        return self.slots(words, language)

    def is_common(self, words: Sequence[str], language: str | None) -> bool:  # noqa: ARG002 - see `Inflector`
        """Nobody knows: never."""
        return False


class Name(msgspec.Struct, frozen=True, gc=False):
    """One name of an entity, ready to be found."""

    entity: str
    alias: str
    """As its file has it."""
    strength: Strength
    slots: Slots
    language: str | None = None
    exact: frozenset[str] = frozenset()
    """Of an acronym, the ways to write it, without spaces; empty for all other names."""
    context: frozenset[str] = frozenset()
    """Words, folded, of which one stands near where the name is meant."""
    capitals: tuple[bool, ...] = ()
    """For each of its words whether it begins with a capital letter."""
    common: tuple[bool, ...] = ()
    """For each of its words whether it is one of every text; where it is not said, none is."""
    weakened: str = ""
    """Why it is a weaker sign than its file says."""
    words: tuple[str, ...] = ()
    """Its words, folded, as they stand in its file."""
    gaps: tuple[str, ...] = ()
    """What stands between its words in its file, folded, where some of it would divide the words of others."""
    weakness: Weakness | None = None
    """What `weakened` is said of."""


def names_of(entities: Iterable[Entity], inflector: Inflector) -> list[Name]:
    """Every name of some entities, those that never mean them among them, with what weakens it."""
    found = [name for entity in entities for name in _of_entity(entity, inflector)]
    return _weakened_where_shared(found)


def _of_entity(entity: Entity, inflector: Inflector) -> Iterator[Name]:
    found = (name for alias in entity.aliases for name in _of_alias(entity.id, alias, inflector))
    yield from found if entity.kind is not EntityKind.PERSON else _of_person(entity, inflector)
    for language, texts in entity.not_names.items():
        for text in texts:
            yield from _written(entity.id, Alias(text, language, Strength.NEVER), inflector, text)


def _of_alias(entity: str, alias: Alias, inflector: Inflector) -> Iterator[Name]:
    """A name in its dictionary form and in those that were written by hand, and what only looks like it."""
    never: Weakness | None = None
    for text in (alias.name, *alias.forms):
        found = list(_written(entity, alias, inflector, text))
        if text == alias.name and found and (own := found[0].weakness) and own.strength is Strength.NEVER:
            never = own
        yield from found if never is None else (_as_weak(name, never) for name in found)
    for text in alias.not_forms:
        yield from _written(entity, replace(alias, strength=Strength.NEVER), inflector, text, inflect=False)


def _of_person(entity: Entity, inflector: Inflector) -> Iterator[Name]:
    """The names of a person in every way in which texts write them, each once."""
    genders = persons.genders_of(alias.name for alias in entity.aliases if alias.may_mean_it)
    seen: set[tuple[tuple[str, ...], Slots, Strength]] = set()
    for alias in entity.aliases:
        for name in _ways(entity.id, alias, inflector, genders):
            if (key := (name.words, name.slots, name.strength)) not in seen:
                seen.add(key)
                yield name


def _ways(entity: str, alias: Alias, inflector: Inflector, genders: Sequence[Gender]) -> Iterator[Name]:
    """A name taken apart; what cannot be is declined as it is, and what was written by hand stays so."""
    base = _name(entity, alias, inflector, alias.name)
    if base is None:
        return
    language = alias.language or ""
    known = persons.Known(language, lambda word: _of_persons(word, language, inflector))
    found = persons.ways(alias.name, alias.strength, known) if alias.strength in _TAKEN_APART else []
    for way in found:
        common = tuple(inflector.is_common([word], language) for word in way.words)
        name = structs.replace(
            base, gaps=(), strength=way.strength, slots=way.slots, capitals=way.capitals, common=common, words=way.words
        )
        yield _as_weak(name, Weakness(Strength.WEAK, Why.INITIAL)) if way.is_doubtful else name
    if not found:
        slots = base.slots if base.exact else persons.alone(base.words, genders, known)
        yield _weakened(structs.replace(base, slots=slots), inflector)
    never = replace(alias, strength=Strength.NEVER)
    texts = [*((alias, text) for text in alias.forms), *((never, text) for text in alias.not_forms)]
    yield from filter(None, (_name(entity, one, inflector, text, inflect=False) for one, text in texts))


def _of_persons(word: str, language: str, inflector: Inflector) -> frozenset[str]:
    """The forms of a word besides those of the rules for persons: other rules might give those of somebody else."""
    forms = inflector.slots if is_cyrillic(word) else inflector.everywhere
    return forms([word], language)[0]


def _written(entity: str, alias: Alias, inflector: Inflector, text: str, *, inflect: bool = True) -> Iterator[Name]:
    name = _name(entity, alias, inflector, text, inflect=inflect)
    if name is None:
        return
    yield _weakened(name, inflector) if inflect else name
    if inflect and (kept := _without_legal_form(name.words)) < len(name.words) and alias.may_mean_it:
        yield _weakened(_first_words(name, kept), inflector)


def _name(entity: str, alias: Alias, inflector: Inflector, text: str, *, inflect: bool = True) -> Name | None:
    """One way to write a name, as strong as its file says."""
    words, gaps = words_and_gaps(text)
    if not words:
        return None
    is_acronym = alias.strength is Strength.ACRONYM
    is_inflected = inflect and not is_acronym and text == alias.name
    slots = inflector.everywhere(words, alias.language) if is_inflected else tuple(frozenset({word}) for word in words)
    exact = frozenset({"".join(text.split())}) if is_acronym else frozenset()
    if inflect and not is_inflected and not is_cyrillic(words[-1]) and not words[-1].endswith("s"):
        slots = (*slots[:-1], slots[-1] | {f"{words[-1]}s"})  # «NRKs»: the genitive of the Germanic languages
        exact |= {f"{each}s" for each in exact}
    written = WORD.findall(text)
    context = frozenset(form for each in alias.context for word in inflector.everywhere(words_of(each), alias.language)
                        for form in word)  # fmt: skip
    return Name(
        entity,
        alias.name,
        alias.strength,
        slots,
        alias.language,
        exact,
        context,
        tuple([each[0].isupper() for each in written]) if len(written) == len(words) else (),
        tuple([inflector.is_common((word,), alias.language) for word in words]),
        words=tuple(words),
        gaps=_dividing(gaps),
    )


def _dividing(gaps: Sequence[str]) -> tuple[str, ...]:
    return tuple(gaps) if any(gap != " " and divides(gap) for gap in gaps) else ()


def _without_legal_form(words: Sequence[str]) -> int:
    """How many words are left in front of a legal form at the end; all if there is none, or nothing else."""
    kept = len(words)
    while kept > 1 and words[kept - 1] in LEGAL_FORMS:
        kept -= 1
    return kept


def _first_words(name: Name, kept: int) -> Name:
    return structs.replace(
        name,
        slots=name.slots[:kept],
        capitals=name.capitals[:kept],
        common=name.common[:kept],
        words=name.words[:kept],
        gaps=_dividing(name.gaps[: kept - 1]),
    )


def _weakened(name: Name, inflector: Inflector) -> Name:
    """The name, as weak as it is by itself."""
    found = weakness(name.words, name.strength, lambda words: inflector.is_common(words, name.language))
    return name if found is None else _as_weak(name, found)


def _as_weak(name: Name, found: Weakness) -> Name:
    return structs.replace(name, strength=found.strength, weakened=str(found), weakness=found)


def _weakened_where_shared(names: Sequence[Name]) -> list[Name]:
    """The names, those weaker that several entities have."""
    owners: dict[tuple[str, ...], set[str]] = defaultdict(set)
    for name in names:
        if name.strength not in {Strength.NEVER, Strength.SURNAME}:
            owners[name.words].add(name.entity)
    return [_shared(name, len(owners[name.words])) if len(owners.get(name.words, ())) > 1 else name for name in names]


def _shared(name: Name, owners: int) -> Name:
    """A name that several entities have; an acronym stays one, and may then mean any of them."""
    if name.strength in {Strength.NEVER, Strength.SURNAME}:
        return name
    strength = name.strength if name.strength is Strength.ACRONYM else Strength.WEAK
    return _as_weak(name, Weakness(strength, Why.SHARED, owners))
