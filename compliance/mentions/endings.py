"""The forms of words by rules, in texts of each language of which names are found in every form.

Theory: a name keeps its words in a text of another language and takes the endings of that language: «Meduzas» in
German and Swedish, «der Deutschen Welle» whoever wrote the name down, «Медузою» in Ukrainian. So which forms a word
may have follows from its letters, and only what the word itself brings along from the language of its file. A form
too many costs little, since no text has it. What makes another word is not given: foreign names take the genitive
`-s` of the Germanic languages, and not their plurals or the definite endings of common nouns; these a word gets where
its file says that it is one of theirs.

Source: Duden 4 (2022) on the declension of names and adjectives; Svenska Akademiens grammatik (1999), Retskrivnings-
ordbogen (2012), Språkrådet and the Leidraad of the Taalunie on genitives of names; for Ukrainian the grammar of 1993.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

RUSSIAN: Final = "ru"
UKRAINIAN: Final = "uk"
GERMAN: Final = "de"
_CYRILLIC: Final = re.compile("[Ѐ-ӿ]")
_LATIN: Final = re.compile("[a-zß-ɏ]")


def is_cyrillic(word: str) -> bool:
    """Whether a folded word has letters that decline as in Russian or Ukrainian."""
    return _CYRILLIC.search(word) is not None


def by_rules(word: str, language: str) -> frozenset[str]:
    """The forms of a word of a language with few of them, or with regular ones, the word itself among them."""
    if language == UKRAINIAN and is_cyrillic(word):
        return frozenset({word, *_ukrainian(word)})
    if language == GERMAN:
        return frozenset({word, *_german(word), *(() if word.endswith("s") else (f"{word}s",))})
    return frozenset({word})


def anywhere(word: str, language: str) -> frozenset[str]:
    """The forms that a word of a name has in texts of all languages that are read, the word itself among them.

    Not for words in Cyrillic letters of persons' names: what is the plural of a thing may be the name of a man.

    Args:
        word: folded.
        language: that of the name, without its variant; empty if nobody said it.

    >>> sorted(anywhere("meduza", "en"))
    ['meduza', 'meduzas']
    """
    if is_cyrillic(word):
        zero = (word[:-1],) if word.endswith("а") and len(word) > 3 else ()  # «прав людини»: of `права`
        return frozenset({word, *zero, *_ukrainian(word), *(() if language == RUSSIAN else _russian(word))})
    if len(word) < 2 or _LATIN.match(word[-1]) is None:
        return frozenset({word})
    found = {word, *_in_other_letters(word), *_foreign_adjective(word)}
    if language == GERMAN:
        found.update(_german(word))
    found.update(word + ending for ending in _NORTHERN.get(language, ()))
    found |= {f"{each}s" for each in (word, *_in_other_letters(word)) if not each.endswith("s")}
    return frozenset(found)


def _in_other_letters(word: str) -> Iterator[str]:
    """A word as capitals have it: of `ß` they lack the letter, and a Turkish `ı` becomes the small `i` of others."""
    if "ß" in word:
        yield word.replace("ß", "ss")
    if "ı" in word:
        yield word.replace("ı", "i")


# -- German and the languages of the north ----------------------------------------------------------------

_ADJECTIVE: Final = re.compile(
    "(?:sch|lich|ig|ional|ial|eral|frei|neu|offen|alt|jung|groß|gross|grün|rot|weiß|weiss|schwarz|erst|vereinigt|vereint)"
    "(e|er|es|en|em)$"
)
_CASES: Final[Mapping[str, tuple[str, ...]]] = {
    "e": ("en", "er", "es", "em"),
    "er": ("en", "em", "e"),
    "es": ("en", "em", "e"),
    "en": ("e", "er"),
    "em": (),
}
"""For the ending of a German adjective those of its other cases."""


def _foreign_adjective(word: str) -> Iterator[str]:
    """The cases of what looks like a German adjective, whatever language its file says; of others `-en`.

    English words end in `-er` and `-es`, too, and would become others without it (`Insider`).
    """
    if (found := _ADJECTIVE.search(word)) is not None:
        yield from (word[: found.start(1)] + case for case in _CASES[found[1]])
    elif word.endswith("e") and len(word) > 3:
        yield f"{word}n"


def _german(word: str) -> Iterator[str]:
    """The endings of a German adjective or noun, and `ss` for the letter that capitals lack."""
    yield from _in_other_letters(word)
    if word.endswith("e") and len(word) > 3:
        yield from (word[:-1] + case for case in (*_CASES["e"], "ens"))
    elif word.endswith(("er", "es")) and len(word) > 4:
        yield from (word[:-2] + case for case in _CASES["er"])
    if word.endswith(("er", "el")):
        yield f"{word}n"
    elif word[-1] not in "aeiouyäöü" and len(word) > 2:
        yield from (word + case for case in ("es", "e", "en"))
        if word.endswith("s"):
            yield f"{word}ses"


_WESTERN_NORDIC: Final = ("e", "t", "a", "as", "n", "en", "et", "ns", "ens", "ets", "ene", "enes")
_NORTHERN: Final[Mapping[str, tuple[str, ...]]] = {
    "sv": ("a", "e", "t", "n", "en", "et", "na", "ns", "ens", "ets", "nas"),
    **dict.fromkeys(("da", "nb", "nn", "no"), _WESTERN_NORDIC),
}
"""What common nouns and adjectives take where they are definite, in names that are of such a language themselves."""

_ARTICLES: Final[Mapping[str, frozenset[str]]] = {
    **dict.fromkeys(("der", "die", "das"), frozenset({"der", "die", "das", "den", "dem", "des"})),
    "le": frozenset({"le", "du", "au"}),
    "les": frozenset({"les", "des", "aux"}),
    "el": frozenset({"el", "del", "al"}),
    "il": frozenset({"il", "del", "al", "dal", "nel", "sul"}),
    "lo": frozenset({"lo", "dello", "allo", "dallo", "nello", "sullo"}),
    "la": frozenset({"la", "della", "alla", "dalla", "nella", "sulla"}),
    "i": frozenset({"i", "dei", "ai", "dai", "nei", "sui"}),
    "gli": frozenset({"gli", "degli", "agli", "dagli", "negli", "sugli"}),
    "o": frozenset({"o", "do", "ao", "no", "pelo"}),
    "a": frozenset({"a", "da", "à", "na", "pela"}),
    "os": frozenset({"os", "dos", "aos", "nos", "pelos"}),
    "as": frozenset({"as", "das", "às", "nas", "pelas"}),
}
"""For each article the other cases of it, and what it becomes with a preposition before it."""


def articles(words: Sequence[str]) -> frozenset[str]:
    """What the first word of a name becomes in a sentence if it is an article; nothing if it is none."""
    return _ARTICLES.get(words[0], frozenset()) if len(words) > 1 else frozenset()


# -- Ukrainian --------------------------------------------------------------------------------------------

_UKRAINIAN: Final[Mapping[str, tuple[str, ...]]] = {
    "ія": ("ії", "ію", "ією", "іє", "ій"),
    "ння": ("нню", "нням", "нні", "нь"),
    "ття": ("ттю", "ттям", "тті"),
    "ня": ("ні", "ню", "нею", "не", "нь"),
    "ля": ("лі", "лю", "лею", "ле", "ль"),
    "на": ("ної", "ній", "ну", "ною", "ни", "ні", "нам", "нами", "нах"),
    "ка": ("ки", "ці", "ку", "кою", "ко", "кої", "кій", "кам", "ками", "ках"),
    "га": ("ги", "зі", "гу", "гою", "го", "гої", "гій", "гам", "гами", "гах"),
    "ха": ("хи", "сі", "ху", "хою", "хо", "хої", "хій", "хам", "хами", "хах"),
    "а": ("и", "і", "ї", "у", "ою", "ої", "ій", "ею", "о", "ам", "ами", "ах"),
    "я": ("ю", "ї", "єю", "ьої", "ій", "ьою", "і", "ею", "ям"),
    "о": ("а", "у", "ом", "і", "ові", ""),
    "ий": ("ого", "ому", "им", "ім"),
    "ій": ("ього", "ьому", "ім", "ого", "ому", "им", "ію", "ієм", "ії", "ієві"),
    "й": ("я", "ю", "єм", "ї", "єві"),
    "е": ("ого", "ому", "им", "ім", "я", "ю", "ем", "і"),
    "ії": ("ій", "іям", "іями", "іях"),
    "і": ("их", "им", "ими", "ів", "ам", "ами", "ах", "ей", "ям", "ями", "ях", "ь"),
    "ки": ("ків", "кам", "ками", "ках", "к", "ок"),
    "и": ("ів", "ам", "ами", "ах", "ей", ""),
    "ок": ("ку", "ка", "кові", "ком", "оку", "ока", "окові", "оком", "оці"),
    "ець": ("ця", "цю", "цеві", "цем", "ці", "еця", "ецю", "ецем"),
    "ень": ("ня", "ню", "неві", "нем", "ні", "еня", "еню", "еневі", "енем", "ені"),
    "ар": ("ара", "ару", "арові", "аром", "арі", "аря", "арю", "ареві", "арем"),
    "ь": ("і", "ю", "я", "ем", "еві"),
    "": ("у", "а", "ові", "ом", "і", "ем"),
}
"""For the endings of the nominative those of the other cases; the longest that fits counts."""
_RUSSIAN: Final[Mapping[str, tuple[str, ...]]] = {
    "ія": ("ии", "ию", "ией", "ие"),
    "ка": ("ки", "ке", "ку", "кой", "кою", "кую"),
    "а": ("ы", "и", "е", "у", "ой", "ою", "ую", "ей"),
    "я": ("и", "е", "ю", "ей", "ею", "юю"),
    "о": ("а", "у", "ом", "е", "ого", "ому"),
    "ий": ("ого", "ому", "ым", "им", "ом", "его", "ему", "ем", "ия", "ию", "ием", "ии"),
    "ій": ("его", "ему", "им", "ем", "ия", "ию", "ием", "ии", "ого", "ому", "ой", "ою", "ом"),
    "й": ("я", "ю", "ем", "е"),
    "е": ("ого", "ому", "ым", "им", "ом", "я", "ю", "ем"),
    "і": ("ы", "и", "ых", "их", "ым", "им", "ыми", "ими", "ов", "ев", "ей", "ам", "ами", "ах", "ям", "ями", "ях"),
    "и": ("ы", "ов", "ам", "ами", "ах", "ей"),
    "ь": ("я", "ю", "ем", "е", "и", "ью"),
    "": ("а", "у", "ом", "ем", "е"),
}
"""The same for a Ukrainian word in a Russian text: the dictionary does not know its adjectives."""
_CLOSED: Final = re.compile("і([^аеиіїоуюяє]{1,2})$")
_VOWELS: Final = frozenset("аеиіїоуюяєёыэ")
_SOFTENED: Final = {"г": "з", "к": "ц", "х": "с"}


def _ending(word: str, endings: Mapping[str, tuple[str, ...]]) -> str:
    """The longest of some endings, of up to three letters, that a word has; the empty one if it has none."""
    return next((each for each in (word[-3:], word[-2:], word[-1:]) if each in endings), "")


def _russian(word: str) -> Iterator[str]:
    """The cases that a word of another language with Cyrillic letters has in a Russian text."""
    ending = _ending(word, _RUSSIAN)
    if ending or word[-1] not in _VOWELS:
        yield from (word[: len(word) - len(ending)] + case for case in _RUSSIAN[ending])


def _ukrainian(word: str) -> Iterator[str]:
    """The cases of a Ukrainian word, or of a Russian one in a Ukrainian text, by the ending of its nominative.

    In a last syllable that a consonant closes `і` gives way to `о` or `е` (`простір`, `простору`).
    """
    ending = _ending(word, _UKRAINIAN)
    if not ending and word[-1] in _VOWELS:
        return
    stem = word[: len(word) - len(ending)]
    stems = [stem]
    if ending in {"", "ь"} and (closed := _CLOSED.search(stem)):
        stems += [f"{stem[: closed.start()]}{vowel}{closed[1]}" for vowel in "ое"]
    for each in stems:
        yield from (each + case for case in _UKRAINIAN[ending] if each + case)
        if not ending and each[-1] in _SOFTENED:
            yield f"{each[:-1]}{_SOFTENED[each[-1]]}і"
