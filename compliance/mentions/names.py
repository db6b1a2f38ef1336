"""The names of entities, ready to be found: each a row of words, and each word in all its forms.

Theory: a name is found by one of its words, its *anchor*, and then word for word. So its forms need not agree:
real texts write «Новую газета Европа», and the product of all forms is never built. The anchor is the word that the
fewest names have, the longest of these: a common word would find the name in every sentence. Some names are weaker
signs than their file says, and that is worked out here, with the reason: several entities share them, or they are
words of the language.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final, Protocol

from compliance.mentions.normalize import fold_with_care
from compliance.model.designation import Alias, Entity, Strength

WORD: Final = re.compile(r"[^\W_]+(?:'[^\W_]+)*")
"""A word of a folded text: letters and digits, and apostrophes between them."""
SHORTEST: Final = 3
"""A name of fewer letters and digits is no sign of anything."""
SHORTEST_ACRONYM: Final = 2
"""An acronym counts only as it is written, so it may be shorter."""
TELLING: Final = 2
"""More words than these, in this order and with a capital letter, are a name, however common each is."""
LEGAL_FORMS: Final = frozenset(
    (
        *("ооо", "оао", "зао", "пао", "ао", "ано", "нко", "ип", "тоо", "тов", "чп", "inc", "incorporated", "corp"),
        *(
            "corporation",
            "llc",
            "ltd",
            "limited",
            "plc",
            "company",
            "co",
            "gmbh",
            "ggmbh",
            "ag",
            "ug",
            "ev",
            "sarl",
            "sas",
        ),
        *("srl", "spa", "bv", "nv", "oy", "ab", "as", "aps", "sro", "zs", "zu", "uab", "mb", "sia", "vzw", "asbl"),
    )
)
"""The abbreviations and words for kinds of companies; `e.V.` is two words."""
_DEMOTED: Final = frozenset({Strength.STRONG, Strength.MEDIUM})

Slots = tuple[frozenset[str], ...]
"""For each word of a name all its forms, folded."""


class Inflector(Protocol):
    """Knows the forms of words."""

    def slots(self, words: Sequence[str], language: str | None) -> Slots:
        """The forms of each word of a name, the word itself among them."""

    def is_common(self, words: Sequence[str], language: str | None) -> bool:
        """Whether all words of a name are in the dictionary of the language, and none is a name there."""


class AsWritten:
    """Knows no forms at all: for names that are written in one way only."""

    def slots(self, words: Sequence[str], language: str | None) -> Slots:  # noqa: ARG002 - see `Inflector`
        """Each word as it is."""
        return tuple(frozenset({word}) for word in words)

    def is_common(self, words: Sequence[str], language: str | None) -> bool:  # noqa: ARG002 - see `Inflector`
        """Nobody knows: never."""
        return False


@dataclass(frozen=True, slots=True)
class Name:
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


def words_of(text: str) -> list[str]:
    """The words of a text, folded."""
    return WORD.findall(fold_with_care(text).text)


def names_of(entities: Iterable[Entity], inflector: Inflector) -> list[Name]:
    """Every name of some entities, those that never mean them among them, with what weakens it."""
    found = [name for entity in entities for name in _of_entity(entity, inflector)]
    return _weakened_where_shared(found)


def _of_entity(entity: Entity, inflector: Inflector) -> Iterator[Name]:
    for alias in entity.aliases:
        yield from _of_alias(entity.id, alias, inflector)
    for language, texts in entity.not_names.items():
        for text in texts:
            yield from _written(entity.id, Alias(text, language, Strength.NEVER), inflector, text)


def _of_alias(entity: str, alias: Alias, inflector: Inflector) -> Iterator[Name]:
    """A name in its dictionary form and in those that were written by hand, and what only looks like it."""
    for text in (alias.name, *alias.forms):
        yield from _written(entity, alias, inflector, text)
    for text in alias.not_forms:
        yield from _written(entity, replace(alias, strength=Strength.NEVER), inflector, text, inflect=False)


def _written(entity: str, alias: Alias, inflector: Inflector, text: str, *, inflect: bool = True) -> Iterator[Name]:
    words = words_of(text)
    if not words:
        return
    is_acronym = alias.strength is Strength.ACRONYM
    is_inflected = inflect and not is_acronym and text == alias.name
    slots = inflector.slots(words, alias.language) if is_inflected else tuple(frozenset({word}) for word in words)
    context = frozenset(form for each in alias.context for word in inflector.slots(words_of(each), alias.language)
                        for form in word)  # fmt: skip
    name = Name(
        entity,
        alias.name,
        alias.strength,
        slots,
        alias.language,
        frozenset({"".join(text.split())}) if is_acronym else frozenset(),
        context,
        tuple(each[0].isupper() for each in WORD.findall(text)) if len(WORD.findall(text)) == len(words) else (),
        tuple(inflector.is_common([word], alias.language) for word in words),
    )
    name = _weakened(name, words, inflector) if inflect else name
    yield name
    if (kept := _without_legal_form(words)) < len(words) and alias.strength is not Strength.NEVER:
        yield replace(name, slots=slots[:kept], capitals=name.capitals[:kept], common=name.common[:kept])


def _without_legal_form(words: Sequence[str]) -> int:
    """How many words are left in front of a legal form at the end; all if there is none, or nothing else."""
    kept = len(words)
    while kept > 1 and words[kept - 1] in LEGAL_FORMS:
        kept -= 1
    return kept


def _weakened(name: Name, words: Sequence[str], inflector: Inflector) -> Name:
    """The name, as weak as it is by itself."""
    if name.strength in {Strength.NEVER, Strength.SURNAME}:
        return name
    if all(word in LEGAL_FORMS for word in words):
        return replace(name, strength=Strength.NEVER, weakened="it is a legal form")
    if sum(map(len, words)) < (SHORTEST_ACRONYM if name.exact else SHORTEST):
        return replace(name, strength=Strength.NEVER, weakened="it is too short")
    is_short = sum(len(word) > SHORTEST for word in words) <= TELLING
    if name.strength in _DEMOTED and is_short and inflector.is_common(words, name.language):
        return replace(name, strength=Strength.WEAK, weakened="its words are in the dictionary")
    return name


def _weakened_where_shared(names: Sequence[Name]) -> list[Name]:
    """The names, those weaker that several entities have."""
    owners: dict[Slots, set[str]] = defaultdict(set)
    for name in names:
        if name.strength not in {Strength.NEVER, Strength.SURNAME}:
            owners[name.slots].add(name.entity)
    return [
        replace(name, strength=Strength.WEAK, weakened=f"{len(owners[name.slots])} entities have it")
        if len(owners[name.slots]) > 1 and name.strength in _DEMOTED
        else name
        for name in names
    ]


def anchors(names: Sequence[Name]) -> Mapping[str, Sequence[tuple[Name, int]]]:
    """For each word by which some names are found, these names, and which of their words it is."""
    having = Counter(form for name in names for form in frozenset().union(*name.slots))
    found: dict[str, list[tuple[Name, int]]] = defaultdict(list)
    for name in names:
        place = min(range(len(name.slots)), key=lambda each: _cost(name, each, having))
        for form in sorted(name.slots[place]):
            found[form].append((name, place))
    return found


def _cost(name: Name, place: int, having: Mapping[str, int]) -> tuple[bool, bool, int, int]:
    """How often a word would be met in vain: if it is short or common, then if many names have it, last if shorter."""
    slot = name.slots[place]
    shortest = min(map(len, slot))
    is_common = name.common[place] if name.common else False
    return shortest < SHORTEST, is_common, max(having[form] for form in slot), -shortest
