"""The forms of the words of names: by a dictionary where there is one, by rules where they are enough.

Theory: in a Russian name the words in the nominative decline, each by itself: the noun, its adjectives, a second noun
beside it. What depends on them stays («Фонд борьбы с коррупцией»). A word that may be either declines: a form too many
costs nothing, since no text has it, and a form too few misses a mention. A dictionary is slow and large, so it is asked
once for each word, when names are made ready; what it said is a table that travels with a bundle of rules.

What a name looks like in texts of other languages than its own follows rules (`endings`); of a Cyrillic name that is
Ukrainian, or of no language that was said, the Russian dictionary guesses the forms by the ending.

Source: OpenCorpora tags as pymorphy3 gives them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Protocol

from compliance.mentions.endings import anywhere, articles, by_rules, is_cyrillic
from compliance.mentions.names import Slots
from compliance.mentions.normalize import fold

RULES: Final = 2
"""The version of what `russian` makes of a dictionary, and of which words it is asked: one more whenever a word gets
other forms, or counts as common, or words of other names are asked for.

Tables of forms name it, and those of another version are made again."""
RUSSIAN: Final = "ru"
_DECLINED: Final = frozenset({"NOUN", "ADJF", "PRTF", "NPRO", "NUMR"})
_NAMES: Final = frozenset({"Name", "Surn", "Patr", "Geox", "Orgn", "Trad", "Abbr", "Init"})
"""Tags of words that are names: of people, places, organisations, brands; abbreviations."""
_SERVICE: Final = frozenset({"PREP", "CONJ", "PRCL", "INTJ", "NUMB", "ROMN", "PNCT"})


class Parse(Protocol):
    """One reading of a word, as pymorphy3 gives it."""

    word: str
    tag: Any
    is_known: bool

    @property
    def lexeme(self) -> Iterable[Parse]:
        """All forms of the word in this reading."""


class Analyzer(Protocol):
    """A dictionary with its grammar; `pymorphy3.MorphAnalyzer` is one."""

    def parse(self, word: str) -> Sequence[Parse]:
        """The readings of a word, the likeliest first."""

    def word_is_known(self, word: str) -> bool:
        """Whether the dictionary has the word."""


@dataclass(frozen=True, slots=True)
class Word:
    """What is known of a word: its forms where it declines, and whether it is a common word of the language."""

    forms: frozenset[str]
    is_common: bool = False


@dataclass
class Forms:
    """Knows the forms of words: of Russian ones by what was worked out before, else by the dictionary; else by rules.

    What was worked out before for words of another language is joined with what the rules give.

    A word that was not worked out before is asked of the dictionary: where that fails, so does the question.
    """

    analyzer: Analyzer
    known: dict[str, dict[str, Word]] = field(default_factory=dict)
    """By language and word."""
    _anywhere: dict[tuple[str, str], frozenset[str]] = field(default_factory=dict, repr=False)

    def slots(self, words: Sequence[str], language: str | None) -> Slots:
        """The forms of each word of a name, the word itself among them."""
        tongue = (language or "").partition("-")[0]
        if tongue == RUSSIAN:
            return tuple(self._russian(word).forms for word in words)
        known = self.known.get(tongue, {})
        return tuple(by_rules(word, tongue) | (known[word].forms if word in known else frozenset()) for word in words)

    def everywhere(self, words: Sequence[str], language: str | None) -> Slots:
        """The forms of each word of a name in texts of all languages that are read, the word itself among them."""
        tongue = (language or "").partition("-")[0]
        found = tuple([self._everywhere(word, tongue) for word in words])
        first = articles(words)
        return (found[0] | first, *found[1:]) if first else found

    def _everywhere(self, word: str, tongue: str) -> frozenset[str]:
        """The forms of a word, worked out once: names share most of their words."""
        found = self._anywhere.get((word, tongue))
        if found is None:
            own = self.known.get(tongue, {}).get(word)
            found = anywhere(word, tongue) | (frozenset() if own is None else own.forms)
            if is_cyrillic(word):
                found |= self._russian(word).forms
            self._anywhere[word, tongue] = found
        return found

    def is_common(self, words: Sequence[str], language: str | None) -> bool:
        """Whether all words of a name are in the dictionary of the language, and none is a name there."""
        if language != RUSSIAN and not (language or "").startswith(f"{RUSSIAN}-"):  # asked of each word of all names
            return False
        return all(self._russian(word).is_common for word in words)

    def _russian(self, word: str) -> Word:
        table = self.known.setdefault(RUSSIAN, {})
        found = table.get(word)
        if found is None:
            found = table[word] = russian(word, self.analyzer)
        return found


def russian(word: str, analyzer: Analyzer) -> Word:
    """The forms of a Russian word, folded, and whether it is a common one.

    Of each reading in the nominative all cases of its number and gender; a word with no such reading stays as it is.
    """
    readings = [] if word.isascii() else list(analyzer.parse(word))
    forms = _of_readings(word, readings)
    if len(forms) == 1:
        forms |= set(_surname(word))
    is_common = bool(readings) and analyzer.word_is_known(word) and not _is_a_name(readings)
    return Word(frozenset(forms), is_common)


def by_dictionary(word: str, analyzer: Analyzer) -> frozenset[str]:
    """The forms of a word, folded, that the dictionary of its language has."""
    return frozenset(_of_readings(word, analyzer.parse(word)))


def _of_readings(word: str, readings: Iterable[Parse]) -> set[str]:
    """Of each reading in the nominative all cases of its number and gender; nouns that say no case are in it, too."""
    forms = {word}
    for reading in readings:
        tag = reading.tag
        if tag.POS in _DECLINED and tag.case in {"nomn", None}:
            forms |= {
                fold(each.word).text
                for each in reading.lexeme
                if (each.tag.POS, each.tag.number) == (tag.POS, tag.number) and each.tag.gender in {tag.gender, None}
            }
    return forms


_SURNAMES: Final[Mapping[str, tuple[str, ...]]] = {
    **dict.fromkeys(("ов", "ев", "ин", "ын"), ("а", "у", "ым", "е", "ы", "ых")),
    **dict.fromkeys(("ова", "ева", "ина", "ына"), ("-ой", "-у", "-ою")),
    **dict.fromkeys(("ский", "цкий"), ("--ого", "--ому", "--им", "--ом")),
    **dict.fromkeys(("ская", "цкая"), ("--ой", "--ую")),
}
"""For the endings of surnames those of their other cases; each hyphen takes a letter away first."""


def _surname(word: str) -> Iterator[str]:
    """The cases of what may be a surname, although the dictionary has it as a case of another word."""
    ending = next((each for each in _SURNAMES if word.endswith(each) and len(word) > len(each) + 1), None)
    for case in _SURNAMES[ending] if ending is not None else ():
        kept = len(word) - case.count("-")
        yield word[:kept] + case.lstrip("-")


def _is_a_name(readings: Sequence[Parse]) -> bool:
    """Whether the likeliest reading of a word is a name."""
    return any(name in readings[0].tag for name in _NAMES)
