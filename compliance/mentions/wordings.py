"""The wordings of notices by which these are known where they stand in a text.

Theory: a notice names those whom it warns of. Read as a part of the text, it would be a mention, and the page would
get a notice because it has one. A wording is known by its words between the slots, in every language and form of the
rule set. One of nearly nothing but slots is never known: it could be any sentence.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Container, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Final

from compliance.mentions.words import WORD, words_of
from compliance.model.designation import declared_id
from compliance.model.notice import Notice
from compliance.model.rule import Rule
from compliance.model.ruleset import Ruleset

DESIGNATED: Final = "mention.designated_as"
FEWEST_WORDS: Final = 4
FEWEST_LETTERS: Final = 20
"""Of so many words and letters is the longest part of a wording that is looked for."""
ANYWHERE: Final = 20
"""With so many words a wording is known anywhere, also inside a paragraph."""
_SLOT: Final = re.compile(r"\{([A-Za-z0-9_.]+)\}")

Words = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Wording:
    """Words of a notice: those between its slots, and what may fill each of these."""

    parts: tuple[Words, ...]
    slots: tuple[str, ...]
    """One between every two parts."""
    own: Mapping[str, tuple[Words, ...]]
    """By slot what may fill it besides a title: values of data, and what the notice says where there is none."""
    opening: str
    """The signs before its first word or slot ..."""
    closing: str
    """... and behind the last."""
    signs: frozenset[str]
    """All of its signs."""
    registers: frozenset[str] = frozenset()
    """The registers of which it says that whom it speaks of stands in them."""

    def seed(self, avoiding: Container[str] = ()) -> tuple[int, int]:
        """The part by which it is found, and which of its words: a long one, none of some others if it can be."""
        places = [(part, each) for part, words in enumerate(self.parts) if is_long(words) for each in range(len(words))]

        def rank(place: tuple[int, int]) -> tuple[bool, int]:
            word = self.parts[place[0]][place[1]]
            return word not in avoiding, len(word)

        return max(places, key=rank)

    @property
    def is_telling(self) -> bool:
        """Whether the longest part is long enough to be nobody else's words."""
        return any(is_long(part) for part in self.parts)

    @property
    def stands_anywhere(self) -> bool:
        """Whether it is so long that it is known inside a paragraph, too."""
        return sum(map(len, self.parts)) >= ANYWHERE


def is_long(part: Words) -> bool:
    """Whether a part of a wording is nobody else's words."""
    return len(part) >= FEWEST_WORDS and sum(map(len, part)) >= FEWEST_LETTERS


def wordings_of(ruleset: Ruleset) -> list[Wording]:
    """Every wording of a rule set that can be known, in every language and form; equal ones once."""
    found: dict[tuple[object, ...], Wording] = {}
    registers: dict[str, frozenset[str]] = defaultdict(frozenset)
    for rule in ruleset.rules.values():
        registers[rule.notice.id] |= registers_of(rule)
    for notice in ruleset.notices.values():
        for each in _of_notice(notice, ruleset, registers[notice.id]):
            key = each.parts, each.opening, each.closing, each.slots
            if each.is_telling:
                other = found.get(key, each)
                found[key] = replace(each, registers=each.registers & other.registers)
    return list(found.values())


def registers_of(rule: Rule) -> frozenset[str]:
    """The registers in one of which a mention has to stand, so that the rule asks for its notice."""
    lines = [line for line in rule.when.each_line() if line.fact == DESIGNATED]
    return frozenset(declared_id(value) for line in lines for value in line.values)


def _of_notice(notice: Notice, ruleset: Ruleset, registers: frozenset[str]) -> Iterator[Wording]:
    own: dict[str, tuple[Words, ...]] = {}
    for name, words in notice.slots.items():
        own[name] = tuple(dict.fromkeys(tuple(words_of(text)) for text in words.values()))
    for name, slot in notice.values.items():
        values = (each.value for entity in ruleset.entities.values() for each in entity.values.get(slot.value, ()))
        own[name] = tuple(dict.fromkeys(tuple(words_of(text)) for text in (*slot.missing.values(), *values)))
    for wording in notice.all_wordings:
        for said, meant in (
            (wording.text, registers),
            (wording.short, registers),
            (wording.text_if_possible, frozenset[str]()),  # it says that nobody knows
        ):
            yield from (_wording(text, own, meant) for text in said.values())


def _wording(text: str, own: Mapping[str, tuple[Words, ...]], registers: frozenset[str]) -> Wording:
    pieces = _SLOT.split(text.strip())
    parts = tuple(tuple(words_of(each)) for each in pieces[::2])
    first, last = WORD.search(pieces[0].lower()), [*WORD.finditer(pieces[-1].lower())]
    opening = pieces[0] if first is None else pieces[0][: first.start()]
    closing = pieces[-1] if not last else pieces[-1][last[-1].end() :]
    signs = frozenset(each for piece in pieces[::2] for each in piece if not each.isalnum() and not each.isspace())
    return Wording(parts, tuple(pieces[1::2]), own, opening.strip(), closing.strip(), signs, registers)
