"""The forms of the words of names: by a dictionary where there is one, by rules where they are enough.

Theory: in a Russian name the words in the nominative decline, each by itself: the noun, its adjectives, a second noun
beside it. What depends on them stays («Фонд борьбы с коррупцией»). A word that may be either declines: a form too many
costs nothing, since no text has it, and a form too few misses a mention. A dictionary is slow and large, so it is asked
once for each word, when names are made ready; what it said is a table that travels with a bundle of rules.

Source: OpenCorpora tags as pymorphy3 gives them; grammar of Ukrainian of 1993 for the endings of `_UKRAINIAN`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Protocol

from compliance.mentions.names import Slots
from compliance.mentions.normalize import fold

RULES: Final = 1
"""The version of what `russian` makes of a dictionary: one more whenever a word gets other forms, or counts as common.

Tables of forms name it, and those of another version are made again."""
RUSSIAN: Final = "ru"
UKRAINIAN: Final = "uk"
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

    def slots(self, words: Sequence[str], language: str | None) -> Slots:
        """The forms of each word of a name, the word itself among them."""
        tongue = (language or "").partition("-")[0]
        if tongue == RUSSIAN:
            return tuple(self._russian(word).forms for word in words)
        known = self.known.get(tongue, {})
        return tuple(_by_rules(word, tongue) | (known[word].forms if word in known else frozenset()) for word in words)

    def is_common(self, words: Sequence[str], language: str | None) -> bool:
        """Whether all words of a name are in the dictionary of the language, and none is a name there."""
        return (language or "").partition("-")[0] == RUSSIAN and all(self._russian(word).is_common for word in words)

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


_UKRAINIAN: Final[Mapping[str, tuple[str, ...]]] = {
    "ія": ("ії", "ію", "ією", "іє", "ій"),
    "ння": ("нню", "нням", "нні", "нь"),
    "ття": ("ттю", "ттям", "тті"),
    "ня": ("ні", "ню", "нею", "не", "нь"),
    "ля": ("лі", "лю", "лею", "ле", "ль"),
    "на": ("ної", "ній", "ну", "ною", "ни", "ні"),
    "а": ("и", "і", "ї", "у", "ою", "ої", "ій", "ею", "о"),
    "я": ("ю", "ї", "єю", "ьої", "ій", "ьою", "і", "ею"),
    "о": ("а", "у", "ом", "і", "ові"),
    "ий": ("ого", "ому", "им", "ім"),
    "ій": ("ього", "ьому", "ім", "ого", "ому", "им", "ію", "ієм", "ії", "ієві"),
    "й": ("я", "ю", "єм", "ї", "єві"),
    "е": ("ого", "ому", "им", "ім", "я", "ю", "ем", "і"),
    "і": ("их", "им", "ими", "ів", "ам", "ами", "ах", "ей", "ям", "ями", "ях"),
    "и": ("ів", "ам", "ами", "ах"),
    "ь": ("і", "ю", "я", "ем", "еві"),
    "": ("у", "а", "ові", "ом", "і", "ем"),
}
"""For the endings of the nominative those of the other cases; the longest that fits counts."""
_CLOSED: Final = re.compile("і([^аеиіїоуюяє]{1,2})$")
_VOWELS: Final = frozenset("аеиіїоуюяєё")


def _by_rules(word: str, language: str) -> frozenset[str]:
    """The forms of a word of a language with few of them, or with regular ones."""
    if language == UKRAINIAN and not word.isascii():
        return frozenset({word, *_ukrainian(word)})
    if language == "de":
        return frozenset({word, *(() if word.endswith("s") else (f"{word}s",)), *_german(word)})
    return frozenset({word})


def _german(word: str) -> tuple[str, ...]:
    """The strong and weak endings of a German adjective, and `ss` for the letter that capitals lack."""
    found = [f"{word[:-1]}{end}" for end in ("en", "er", "es", "em")[:4] if word.endswith("e") and len(word) > 3]
    found += [f"{word[:-2]}{end}" for end in ("en", "em", "e") if word.endswith(("er", "es")) and len(word) > 4]
    return (*found, *([word.replace("ß", "ss")] if "ß" in word else []))


def _ukrainian(word: str) -> Iterator[str]:
    """The cases of a Ukrainian word by the ending of its nominative.

    In a last syllable that a consonant closes `і` gives way to `о` or `е` (`простір`, `простору`).
    """
    ending = next(each for each in sorted(_UKRAINIAN, key=len, reverse=True) if word.endswith(each))
    if not ending and word[-1] in _VOWELS:
        return
    stem = word[: len(word) - len(ending)]
    stems = [stem]
    if ending in {"", "ь"} and (closed := _CLOSED.search(stem)):
        stems += [f"{stem[: closed.start()]}{vowel}{closed[1]}" for vowel in "ое"]
    for each in stems:
        yield from (each + case for case in _UKRAINIAN[ending])
