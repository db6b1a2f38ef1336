"""Phrases of registers: what publishers write beside a name to say that a register lists it.

Theory: a phrase is a row of words, each in all its forms, and a few other words may stand between two («признана в
России нежелательной»). It lies within one clause. It says something for certain if nothing stands beside it but words
that are known to say nothing: whatever else there is may undo it.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from compliance.mentions.harmless import NEVER_TOO_LATE, is_doubted, is_harmless, may_lead, without_signs_of_law
from compliance.mentions.names import Inflector, Slots
from compliance.mentions.words import words_of
from compliance.model.designation import Register

BETWEEN: Final = 3
"""So many other words may stand between two words of a phrase."""
CLAUSE: Final = re.compile(r"[,;:()\[\]{}!?…\n—–]|\.(?=\s|\Z)|(?<=\s)-(?=\s)")
"""What divides clauses."""
UNDOING: Final = frozenset(
    (
        *("не", "ни", "нет", "без", "вне", "якобы", "экс", "бывший", "бывшая", "бывшее", "бывшие", "ранее", "прежде"),
        *("исключен", "исключена", "исключено", "исключены", "отменено", "отменен", "отменена"),
        *("ні", "немає", "колишній", "колишня", "колишнє", "колишні", "раніше", "виключено", "виключена", "нібито"),
        *("not", "no", "never", "nor", "neither", "former", "formerly", "ex", "without", "removed", "alleged", "isn't"),
    )
)
"""Words beside which a phrase may say something else, folded."""


@dataclass(frozen=True, slots=True)
class Phrase:
    """A phrase of a register, ready to be found."""

    register: str
    words: tuple[str, ...]
    slots: Slots
    latest: int = NEVER_TOO_LATE
    """The year of our copy of the register."""

    def seed(self, avoiding: Collection[str] = ()) -> frozenset[str]:
        """The forms of the word by which it is looked for: a long one, none of some others if it can be."""
        return max(self.slots, key=lambda slot: (slot.isdisjoint(avoiding), min(map(len, slot))))


def phrases_of(registers: Iterable[Register], inflector: Inflector) -> list[Phrase]:
    """The phrases of some registers, their words in all forms."""
    return [
        Phrase(register.declared_id, words, inflector.slots(words, marks.language), register.retrieved_on.year)
        for register in registers
        if not register.is_variant
        for marks in register.marks
        for text in marks.phrases
        if (words := tuple(words_of(text)))
    ]


class Phrases:
    """Finds phrases of registers among words."""

    def __init__(self, phrases: Iterable[Phrase], avoiding: Collection[str] = ()) -> None:
        """Get ready.

        Args:
            phrases: those of all registers.
            avoiding: words that are no seeds, where there are others.
        """
        self.seeds = frozenset[str]()
        """Words, folded, of which each phrase has one."""
        self._by_first: dict[str, list[Phrase]] = defaultdict(list)
        self._by_last: dict[str, list[Phrase]] = defaultdict(list)
        self._latest: dict[str, int] = {}
        for each in phrases:
            self.seeds |= each.seed(avoiding)
            self._by_last[each.words[-1]].append(each)
            self._latest[each.register] = min(each.latest, self._latest.get(each.register, each.latest))
            for form in each.slots[0]:
                self._by_first[form].append(each)

    def may_begin(self, word: str) -> bool:
        """Whether a phrase begins with a word."""
        return word in self._by_first

    def may_end(self, word: str) -> bool:
        """Whether a phrase ends with a word as it is written in its file."""
        return word in self._by_last

    def at(self, words: Sequence[str], place: int) -> Iterator[tuple[str, list[int]]]:
        """The registers of the phrases that begin at a place, each with the places of its words."""
        for phrase in self._by_first.get(words[place], ()):
            places = [place]
            for slot in phrase.slots[1:]:
                near = range(places[-1] + 1, min(places[-1] + BETWEEN + 2, len(words)))
                following = next((each for each in near if words[each] in slot), None)
                if following is None:
                    break
                places.append(following)
            if len(places) == len(phrase.slots) and UNDOING.isdisjoint(words[place : places[-1]]):
                yield phrase.register, places

    def begins(self, text: str) -> bool:
        """Whether a text begins with a phrase."""
        words = words_of(CLAUSE.split(text)[0])
        return bool(words) and any(self.at(words, 0))

    def said(self, text: str) -> frozenset[str]:
        """The registers of all phrases in a text that holds nothing else but what says nothing."""
        if is_doubted(text):
            return frozenset()
        registers: set[str] = set()
        others: set[str] = set()
        for words in map(words_of, CLAUSE.split(without_signs_of_law(text))):
            own: set[int] = set()
            for place in range(len(words)):
                for register, places in self.at(words, place):
                    registers.add(register)
                    own.update(places)
            others.update(word for number, word in enumerate(words) if number not in own)
        return frozenset(
            each for each in registers if all(is_harmless(word, each, self._latest[each]) for word in others)
        )

    def said_at_the_end(self, words: Sequence[str]) -> tuple[Phrase | None, frozenset[str]]:
        """The longest phrase with which some words end, and the registers if nothing before it may undo it."""
        found = self.ending(words)
        if not found:
            return None, frozenset()
        longest = max(found, key=lambda each: len(each.words))
        leading = words[: len(words) - len(longest.words)]
        registers = {each.register for each in found if each.words == longest.words}
        return longest, frozenset(
            each for each in registers if all(may_lead(word, each, self._latest[each]) for word in leading)
        )

    def ending(self, words: Sequence[str]) -> list[Phrase]:
        """The phrases with which some words end, written as in their file: so they are no predicate in Russian."""
        found = self._by_last.get(words[-1], ()) if words else ()
        return [each for each in found if tuple(words[-len(each.words) :]) == each.words]

    def within(self, text: str) -> frozenset[str]:
        """The registers of all phrases in a text; of none if a word in it may undo them."""
        clauses = [words_of(each) for each in CLAUSE.split(text)]
        if any(not UNDOING.isdisjoint(words) for words in clauses):
            return frozenset()
        return frozenset(
            register for words in clauses for place in range(len(words)) for register, _ in self.at(words, place)
        )
