"""The case forms of names of persons, by rules: Russian and Ukrainian, for each part of a name and gender.

Theory: no dictionary has all surnames, and what one guesses is sometimes wrong. Rules by the ending of the nominative
miss little, and a form too many costs nothing, since no text has it; so where usage wavers all ways are given
(«Адамца» and «Адамеца»). One thing must not be given: the cases of a man for a woman whose surname does not decline
(«Анна Шварц»), for they would be somebody else.

Source: for Russian the grammar of 1980, §§ 1174-1233; for Ukrainian the orthography of 2019, §§ 72-107.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from enum import StrEnum
from typing import Final

RUSSIAN: Final = "ru"
UKRAINIAN: Final = "uk"
VOWELS: Final = frozenset("аеиоуыэюяіїєё")


class Gender(StrEnum):
    """What a name declines by."""

    MASCULINE = "m"
    FEMININE = "f"


class Part(StrEnum):
    """What a word is in the name of a person."""

    GIVEN = "given"
    PATRONYMIC = "patronymic"
    SURNAME = "surname"


Endings = Mapping[str, tuple[str, ...]]
"""For an ending of the nominative those of the other cases; what a leading hyphen takes away comes off the stem."""
_ALL_A: Final = ("ы", "и", "е", "у", "ой", "ою", "ей", "ею")
_ALL_YA: Final = ("и", "е", "ю", "ей", "ею", "ой")
_HARD: Final = ("а", "у", "ом", "ем", "е")
_SOFT: Final = ("я", "ю", "ем", "е", "и")
_ADJECTIVE: Final = ("ого", "ому", "ым", "им", "ом", "его", "ему", "ем")
_SHE: Final = ("ой", "ою", "ую", "ей", "ею", "юю")

_RU_NOUN: Final[Endings] = {
    "ия": ("ии", "ию", "ией", "иею", "ие"),
    "а": _ALL_A,
    "я": _ALL_YA,
}
"""What declines for men and women alike."""
_RU_HE: Final[Endings] = {
    **_RU_NOUN,
    "ий": (*_ADJECTIVE, "ия", "ию", "ием", "ии", "ья", "ью", "ьем", "ье"),
    "ый": _ADJECTIVE,
    "ой": (*_ADJECTIVE, "оя", "ою", "оем", "ое"),
    "ей": ("ея", "ею", "еем", "ее", "ья", "ью", "ьем", "ье"),
    "й": _SOFT,
    "ень": ("еня", "еню", "енем", "ене", "ня", "ню", "нем", "не"),
    "ель": ("еля", "елю", "елем", "еле", "ля", "лю", "лем", "ле"),
    "ь": _SOFT,
    "лев": ("льва", "льву", "львом", "льве", "лева", "леву", "левом", "левым", "леве"),
    "ов": ("ова", "ову", "овым", "овом", "ове"),
    "ев": ("ева", "еву", "евым", "евом", "еве"),
    "ин": ("ина", "ину", "иным", "ином", "ине"),
    "ын": ("ына", "ыну", "ыным", "ыном", "ыне"),
    "иец": ("ийца", "ийцу", "ийцем", "ийце", "иеца", "иецу", "иецем", "иеце"),
    "аец": ("айца", "айцу", "айцем", "айце", "аеца", "аецу", "аецем", "аеце"),
    "лец": ("льца", "льцу", "льцем", "льцом", "льце", "лца", "лцу", "лцем", "лце", "леца", "лецу", "лецем", "леце"),
    "яц": ("йца", "йцу", "йцем", "йце", "яца", "яцу", "яцем", "яце"),
    "ец": ("ца", "цу", "цем", "цом", "це", "еца", "ецу", "ецем", "ецом", "еце"),
    "лек": ("лька", "льку", "льком", "льке", "лека", "леку", "леком", "леке"),
    "ек": ("ка", "ку", "ком", "ке", "ека", "еку", "еком", "еке", "ька", "ьку", "ьком", "ьке"),
    "ок": ("ка", "ку", "ком", "ке", "ока", "оку", "оком", "оке"),
    "ел": ("ла", "лу", "лом", "ле", "ела", "елу", "елом", "еле"),
    "ол": ("ла", "лу", "лом", "ле", "ола", "олу", "олом", "оле"),
    "ер": ("ера", "еру", "ером", "ере", "ра", "ру", "ром", "ре"),
    "их": ("иха", "иху", "ихом", "ихе"),
    "ых": (),
    "": _HARD,
}
"""Given names and surnames of men; the longest ending that fits counts."""
_RU_SHE: Final[Endings] = {**_RU_NOUN, "ая": _SHE, "яя": _SHE}
_RU_SHE_GIVEN: Final[Endings] = {**_RU_NOUN, "ь": ("и", "ью")}

_UK_A: Final = ("и", "і", "у", "ою", "о", "ї", "ею")
_UK_YA: Final = ("і", "ю", "ею", "е", "ї", "єю", "є", "ьої", "ій", "ьою")
_UK_HARD: Final = ("а", "у", "ові", "ом", "ем", "і", "е", "еві")
_UK_SOFT: Final = ("я", "ю", "еві", "ем", "і")
_UK_ADJECTIVE: Final = ("ого", "ому", "им", "ім", "ьому", "ього")
_UK_NOUN: Final[Endings] = {
    "ія": ("ії", "ію", "ією", "іє"),
    "га": ("ги", "зі", "гу", "гою", "го"),
    "ка": ("ки", "ці", "ку", "кою", "ко"),
    "ха": ("хи", "сі", "ху", "хою", "хо"),
    "а": _UK_A,
    "я": _UK_YA,
}
_UK_HE: Final[Endings] = {
    **_UK_NOUN,
    "ий": _UK_ADJECTIVE,
    "ій": ("ія", "ію", "ієві", "ієм", "ії", "ього", "ьому", "ім", "ого", "ому", "им"),
    "й": ("я", "ю", "єві", "єм", "ї", "йові", "йо"),
    "о": ("а", "у", "ові", "ом", "і", "е"),
    "ьо": ("я", "ю", "ьові", "ем"),
    "лев": ("лева", "леву", "левові", "левом", "леві", "леве", "льва", "львові", "львом", "льві"),
    "ів": (
        *("іва", "іву", "івові", "івом", "івим", "іві", "ева", "еву", "евим", "еві", "ова", "ову", "овим", "ові"),
        *("овові", "овом", "ове"),
    ),
    "їв": ("їва", "їву", "ївові", "ївом", "ївим", "їві", "єва", "єву", "євим", "єві"),
    "ов": ("ова", "ову", "овим", "овом", "ові", "овові"),
    "ев": ("ева", "еву", "евим", "евом", "еві", "евові"),
    "єв": ("єва", "єву", "євим", "євом", "єві", "євові"),
    "ін": (
        *("іна", "іну", "іним", "іном", "іні", "інові", "іне", "она", "ону", "онові", "оном", "оні", "оне"),
        *("ена", "ену", "енові", "еном", "ені"),
    ),
    "їн": ("їна", "їну", "їним", "їном", "їні", "їнові"),
    "ин": ("ина", "ину", "ином", "иним", "ині", "инові", "ине"),
    "ар": ("ара", "ару", "арові", "аром", "арі", "аре", "аря", "арю", "ареві", "арем"),
    "лець": ("льця", "льцю", "льцеві", "льцем", "льці"),
    "єць": ("йця", "йцю", "йцеві", "йцем", "йці"),
    "ець": ("ця", "цю", "цеві", "цем", "ці", "еця", "ецю", "ецем"),
    "ень": ("еня", "еню", "еневі", "енем", "ені", "ня", "ню", "неві", "нем", "ні"),
    "ель": ("еля", "елю", "елеві", "елем", "елі", "ля", "лю", "леві", "лем", "лі"),
    "ь": _UK_SOFT,
    "ок": ("ка", "ку", "кові", "ком", "оку", "ока", "окові", "оком"),
    "ек": ("ка", "ку", "кові", "ком", "ека", "еку", "екові", "еком"),
    "их": (),
    "": _UK_HARD,
}
_UK_SHE: Final[Endings] = {
    **_UK_NOUN,
    "ка": (*_UK_NOUN["ка"], "кої", "кій"),
    "а": (*_UK_A, "ої", "ій"),
}
_UK_SHE_GIVEN: Final[Endings] = {**_UK_NOUN, "ь": ("і", "ю", "лю"), "ов": ("ові", "ов'ю")}
_TABLES: Final[Mapping[tuple[str, Gender, bool], Endings]] = {
    (RUSSIAN, Gender.MASCULINE, False): _RU_HE,
    (RUSSIAN, Gender.MASCULINE, True): _RU_HE,
    (RUSSIAN, Gender.FEMININE, False): _RU_SHE,
    (RUSSIAN, Gender.FEMININE, True): _RU_SHE_GIVEN,
    (UKRAINIAN, Gender.MASCULINE, False): _UK_HE,
    (UKRAINIAN, Gender.MASCULINE, True): _UK_HE,
    (UKRAINIAN, Gender.FEMININE, False): _UK_SHE,
    (UKRAINIAN, Gender.FEMININE, True): _UK_SHE_GIVEN,
}
"""Language, gender, whether it is a given name: the endings."""


def declined(word: str, part: Part, genders: Iterable[Gender], language: str) -> frozenset[str]:
    """The forms of a word of a name, the word itself among them.

    Args:
        word: the nominative, folded.
        part: what it is in the name.
        genders: those that the person may have.
        language: `ru` or `uk`; of another one the word stays as it is.

    >>> sorted(declined("шварц", Part.SURNAME, [Gender.FEMININE], "ru"))
    ['шварц']
    """
    found = {word}
    for gender in genders:
        table = _TABLES.get((language, gender, part is not Part.SURNAME), {})
        found.update(_forms(word, table, language))
    return frozenset(found)


def declines(word: str, part: Part, gender: Gender) -> bool:
    """Whether a word has other forms for a person of this gender; a woman's surname only if it ends in `а` or `я`."""
    return gender is Gender.MASCULINE or word[-1] in "ая" or (part is Part.GIVEN and word[-1] in "ьв")


def _forms(word: str, table: Endings, language: str) -> Iterator[str]:
    ending = next((each for each in sorted(table, key=len, reverse=True) if word.endswith(each)), None)
    if ending is None or (not ending and word[-1] in VOWELS):
        return
    stem = word.removesuffix(ending) if ending else word
    for each in _stems(stem, ending, language):
        yield from (each + case for case in table[ending])


def _stems(stem: str, ending: str, language: str) -> Iterator[str]:
    """The stem of a word, and in Ukrainian those whose last vowel is another one in an open syllable (`Кисіль`)."""
    yield stem
    last = max((place for place, letter in enumerate(stem) if letter in VOWELS), default=-1)
    if language == UKRAINIAN and ending in {"", "ь"} and last >= 0 and stem[last] == "і":
        yield from (f"{stem[:last]}{vowel}{stem[last + 1 :]}" for vowel in "ое")
