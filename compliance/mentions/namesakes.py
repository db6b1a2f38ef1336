"""Whether somebody else may be meant by a surname: another given name, initial or patronymic stands beside it.

Theory: a person's own names are found together with the surname, as a longer name. So what stands beside a surname that
was found alone is somebody else's, or a way to call the person that nobody declared. Neither is certain. The table of
given names is not complete, so a name that it lacks tells nothing; in Latin letters any word with a capital letter
inside a sentence may be one.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Final

from compliance.mentions.declension import RUSSIAN, UKRAINIAN, Gender, Part, declined
from compliance.mentions.given_names import EITHER, FEMININE, MASCULINE
from compliance.mentions.words import last_word, words_of

_NEAR: Final = 40
_BEFORE: Final = re.compile(r"([^\W\d_][^\W\d_'’-]*)(\.?)[ \xa0]{0,2}$")
_BEHIND: Final = re.compile(r"[ \xa0]{1,2}([^\W\d_][^\W\d_'’-]*)(\.?)")
_PATRONYMIC: Final = re.compile(r"[вьн]ич(?:а|у|ем|ом|е|еві)?$|[вч]н(?:а|ы|е|у|ой|ою|і|о)$|ічн(?:а|и|і|у|ою)$")
_LATIN: Final = re.compile(r"[A-Z][a-z]+")
_TITLES: Final = frozenset(
    ("mr", "mrs", "ms", "dr", "sir", "lord", "lady", "president", "minister", "professor", "prof", "herr", "frau", "by")
)


def stands_beside(text: str, start: int, end: int) -> bool:
    """Whether a name of another person may stand directly before or behind a surname.

    Args:
        text: as it was given.
        start: where the surname begins, and ...
        end: ... the first character behind it.
    """
    before = _BEFORE.search(text, last_word(text, max(start - _NEAR, 0), start), start)
    if before is not None and _is_name(before[1], before[2]):
        return True
    if before is not None and not before[2] and _is_latin(text, before):
        return True
    behind = _BEHIND.match(text, end)
    return behind is not None and _is_name(behind[1], behind[2])


def _is_name(word: str, stop: str) -> bool:
    """Whether a word with a capital letter is an initial, a given name or a patronymic, in any case."""
    if not word[0].isupper():
        return False
    if len(word) <= 2 and stop:
        return True
    folded = "".join(words_of(word))
    return folded in _given() or (len(folded) > 5 and _PATRONYMIC.search(folded) is not None)


def _is_latin(text: str, before: re.Match[str]) -> bool:
    """Whether a word before a surname is a given name in Latin letters, as far as letters tell."""
    word, sentence = before[1], text[max(before.start() - _NEAR, 0) : before.start()].rstrip()
    is_first = not sentence or sentence[-1] in ".!?…:\n"
    return _LATIN.fullmatch(word) is not None and not is_first and word.lower() not in _TITLES


@cache
def _given() -> frozenset[str]:
    """The given names in all their forms, folded."""
    found: set[str] = set()
    for names, genders in ((MASCULINE, (Gender.MASCULINE,)), (FEMININE, (Gender.FEMININE,)), (EITHER, tuple(Gender))):
        for name in names:
            for language in (RUSSIAN, UKRAINIAN):
                found |= declined(name, Part.GIVEN, genders, language)
    return frozenset(found)
