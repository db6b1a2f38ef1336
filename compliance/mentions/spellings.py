"""Other ways in which texts write a name than its file has it: each is a sign of the entity, and none is enough.

Theory: a tag or a handle is one word (`#НоваяГазетаЕвропа`), an acronym has full stops (`R.F.E.`), keyboards and
capital letters lack accents (`LIBERATION`). Each such spelling is a name of its own, found beside the others. It may as
well be another word, initials or anybody's tag, so what is found by it alone is possible at most.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

from msgspec import structs

from compliance.mentions.names import Name
from compliance.mentions.normalize import fold_with_care
from compliance.mentions.weakness import Weakness, Why
from compliance.model.designation import Strength

TAGGED: Final = "it is written as a tag or a handle"
DOTTED: Final = "it is written with other signs"
BARE: Final = "it is written without accents"
TAGS: Final = ("#", "@")
"""With one of these a tag or a handle begins; it is no part of the name."""
_SHORTEST_TAG: Final = 4
_MOST_WORDS: Final = 10
_MEANT: Final = frozenset({Strength.STRONG, Strength.MEDIUM, Strength.WEAK, Strength.ACRONYM})
_LONGEST_ACRONYM: Final = 6
_INITIALS: Final = 3
"""An acronym of no more letters may be the initials of somebody."""
_BEFORE: Final = re.compile(r"[^\W_]+[ \xa0]$")
_BEHIND: Final = re.compile(r"[ \xa0]?([^\W\d_])")
_JOINED: Final = str.maketrans({"ß": "ss", "ø": "o", "ł": "l", "đ": "d", "æ": "ae", "œ": "oe", "ı": "i"})
_LATIN: Final = re.compile("[\xdf-\u024f\u1e00-\u1eff]")


def spelled(names: Iterable[Name]) -> Mapping[str, Sequence[Name]]:
    """By each spelling, folded, that is found as a whole: the names so written; tags without their sign."""
    found: dict[str, dict[tuple[str, str], Name]] = defaultdict(dict)
    for name in names:
        if name.strength in _MEANT:
            for spelling, why in (*_dotted(name), *_tagged(name)):
                same, owner = found[spelling], (name.entity, name.alias)
                if owner not in same:
                    same[owner] = _so_written(name, (frozenset({spelling}),), why)
    return {spelling: tuple(every.values()) for spelling, every in found.items()}


def bare(names: Iterable[Name]) -> Iterator[Name]:
    """The names that have accents, with each word without them, too."""
    made: dict[frozenset[str], frozenset[str]] = {}
    for name in names:
        if name.strength is Strength.NEVER or name.strength is Strength.ACRONYM:
            continue
        for slot in name.slots:
            if slot not in made:  # names share most of their words
                has_accents = _LATIN.search(" ".join(slot)) is not None
                made[slot] = slot | set(map(_without_accents, slot)) if has_accents else slot
        slots = tuple([made[slot] for slot in name.slots])
        if slots != name.slots:
            yield _so_written(name, slots, BARE)


def _so_written(name: Name, slots: tuple[frozenset[str], ...], why: str) -> Name:
    gaps = name.gaps if why == BARE else ()
    exact = frozenset(_acronyms(name)) if why == DOTTED else frozenset()
    weakness = Weakness(name.strength, Why.SPELLING)
    return structs.replace(name, slots=slots, gaps=gaps, exact=exact, weakened=why, weakness=weakness)


def _tagged(name: Name) -> Iterator[tuple[str, str]]:
    """The words of a name as one, as they stand behind the sign of a tag; one word alone is found as it is."""
    if not 1 < len(name.words) <= _MOST_WORDS:
        return
    joined = "".join(name.words).replace("'", "")
    if len(joined) >= _SHORTEST_TAG and (name.exact or min(map(len, name.words)) > 1):
        yield joined, TAGGED


def _dotted(name: Name) -> Iterator[tuple[str, str]]:
    """An acronym, or a short name in capitals, with a full stop behind each letter."""
    for written in _acronyms(name):
        low = fold_with_care(written).text
        dotted = "".join(f"{each}." if each.isalnum() else each for each in low)
        yield dotted, DOTTED
        yield re.sub(r"\.(?=[^\W_])", ". ", dotted), DOTTED


def _acronyms(name: Name) -> Sequence[str]:
    """The ways in which an acronym is written, as it may also be one that is filed as another kind of name."""
    is_short = len(name.words) == 1 and len(name.alias) <= _LONGEST_ACRONYM and name.alias.isupper()
    written = sorted(name.exact) or ([name.alias] if is_short else [])
    return [each for each in written if sum(map(str.isalnum, each)) > 1]


def _without_accents(word: str) -> str:
    """A word with the plain letter in place of each Latin one with accents."""
    if _LATIN.search(word) is None:
        return word
    return _LATIN.sub(lambda found: unicodedata.normalize("NFD", found[0])[0], word.translate(_JOINED))


def may_be_initials(text: str, start: int, end: int) -> bool:
    """Whether a short acronym with full stops may be the initials of somebody whose name stands beside it.

    Args:
        text: as it was given.
        start: where the acronym begins, and ...
        end: ... the first character behind it.
    """
    if text[start - 1 : start] == "." or sum(map(str.isalpha, text[start:end])) > _INITIALS:
        return text[start - 1 : start] == "."
    before, behind = _BEFORE.search(text, max(start - 40, 0), start), _BEHIND.match(text, end)
    return bool((before and before[0][0].isupper()) or (behind and behind[1].isupper()))
