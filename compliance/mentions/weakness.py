"""Names that are weaker signs than their file says, and why.

Theory: an author writes down what an organisation is called; whether texts say the same words and mean something
else is seen from the words. Legal forms, names of countries and what has hardly a letter stand in every text and
never mean anybody. Words of the dictionary may be a name, but not without something that speaks for it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from enum import StrEnum
from functools import cache
from typing import Final

import msgspec

from compliance.mentions.words import words_of
from compliance.model.country_names import COUNTRY_NAMES
from compliance.model.designation import Strength

SHORTEST: Final = 3
"""A name of fewer letters and digits is no sign of anything."""
SHORTEST_ACRONYM: Final = 2
"""An acronym counts only as it is written, so it may be shorter."""
TELLING: Final = 2
"""More words than these, in this order and with a capital letter, are a name, however common each is."""
LEGAL_FORMS: Final = frozenset(
    (
        *("ооо", "оао", "зао", "пао", "ао", "ано", "нко", "ип", "тоо", "тов", "чп", "inc", "incorporated", "corp"),
        *("corporation", "llc", "ltd", "limited", "plc", "company", "co", "gmbh", "ggmbh", "ag", "ug", "ev", "sarl"),
        *("sas", "srl", "spa", "bv", "nv", "oy", "ab", "as", "aps", "sro", "zs", "zu", "uab", "mb", "sia", "vzw"),
        "asbl",
    )
)
"""The abbreviations and words for kinds of companies; `e.V.` is two words."""
DEMOTED: Final = frozenset({Strength.STRONG, Strength.MEDIUM})
"""Names that are taken for weak ones where they are shared or common."""
_AS_SAID: Final = frozenset({Strength.NEVER, Strength.SURNAME})


class Why(StrEnum):
    """What makes a name weaker."""

    LEGAL_FORM = "it is a legal form"
    COUNTRY = "it is the name of a country"
    TOO_SHORT = "it is too short"
    DICTIONARY = "its words are in the dictionary"
    SHARED = "other entities have it"
    INITIAL = "its initial is a word, too"
    SPELLING = "it is written in another way"


class Weakness(msgspec.Struct, frozen=True, gc=False):
    """That a name is a weaker sign than its file says: how strong it is, and why."""

    strength: Strength
    why: Why
    owners: int = 1
    """How many entities have the name."""

    def __str__(self) -> str:
        return f"{self.owners} entities have it" if self.why is Why.SHARED else self.why.value


def weakness(words: Sequence[str], strength: Strength, is_common: Callable[[Sequence[str]], bool]) -> Weakness | None:
    """What makes a name weaker by itself; None if nothing does.

    Args:
        words: the name, folded.
        strength: what its file says.
        is_common: whether all of some words are in the dictionary, and none is a name there.
    """
    if strength in _AS_SAID:
        return None
    if LEGAL_FORMS.issuperset(words):
        return Weakness(Strength.NEVER, Why.LEGAL_FORM)
    if tuple(words) in _countries():
        return Weakness(Strength.NEVER, Why.COUNTRY)
    if sum(map(len, words)) < (SHORTEST_ACRONYM if strength is Strength.ACRONYM else SHORTEST):
        return Weakness(Strength.NEVER, Why.TOO_SHORT)
    if strength in DEMOTED and sum(len(word) > SHORTEST for word in words) <= TELLING and is_common(words):
        return Weakness(Strength.WEAK, Why.DICTIONARY)
    return None


@cache
def _countries() -> frozenset[tuple[str, ...]]:
    """What countries are called, in words; in English with `and` where it was written as a sign, too."""
    names = {name for every in COUNTRY_NAMES.values() for name in every}
    return frozenset(tuple(words_of(way)) for name in names for way in (name, name.replace("&", "and")))
