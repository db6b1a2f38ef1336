"""The words beside a word: whether they are those of a name, and how far it goes.

Theory: between two words of a name little may stand, since what stands there mostly ends a clause or a sentence: then
the words only happen to follow each other. How many spaces there are says nothing, as pages are set with many. A full
stop ends a sentence, unless it ends an initial («В. Синеокова») or stands inside quotation marks that hold the whole
name and nothing else. What an apostrophe divides from a word is a part of it (`О'Нил`), or an ending or an article
(`Radyo'nun`, `l'agence`): both ways are tried.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Final

WIDEST_GAP: Final = 4
"""So many signs may stand between two words of a name, besides spaces."""
WIDEST_SPACE: Final = 200
"""So many characters may stand there in all."""
_LONGEST: Final = 64
"""A longer word is none of a name's."""
BREAKS: Final = frozenset(",;()[]{}|<>!?…")
"""None of these stands inside a name."""
_OPENING: Final = frozenset("«„“\"'‚‘‹")
_CLOSING: Final = frozenset("»”“\"'’›")

Words = Sequence[frozenset[str]]


def around(
    low: str, start: int, end: int, slots: Words, place: int, gaps: Sequence[str] = ()
) -> tuple[int, int] | None:
    """From where to where a name stands around one of its words; None if it does not.

    Args:
        low: the folded text.
        start: where that word begins, and ...
        end: ... ends.
        slots: the forms of each word of the name.
        place: which of its words it is.
        gaps: what stands between its words in its file, where that would divide others; else none.
    """
    has_stop = False
    own = gaps if len(gaps) == len(slots) - 1 else ("",) * (len(slots) - 1)
    for number, slot in zip(range(place - 1, -1, -1), reversed(slots[:place]), strict=True):
        begin = word_before(low, start, own[number])
        if begin is None or not (word := _in(slot, low[begin[0] : begin[1]], backs)):
            return None
        has_stop |= _stops(low[begin[1] : start], len(word)) and not _is_own(low[begin[1] : start], own[number])
        start = begin[1] - len(word)
    width = end - start
    for number, slot in enumerate(slots[place + 1 :], start=place):
        here = word_behind(low, end, own[number])
        if here is None or not (word := _in(slot, low[here[0] : here[1]], fronts)):
            return None
        has_stop |= _stops(low[end : here[0]], width) and not _is_own(low[end : here[0]], own[number])
        end, width = here[0] + len(word), len(word)
    return None if has_stop and not _is_alone_in_quotes(low, start, end) else (start, end)


def _in(slot: frozenset[str], word: str, parts: Callable[[str], Sequence[str]]) -> str:
    """The longest part of a word that is a form; nothing if there is none."""
    return word if word in slot else next((each for each in parts(word) if each in slot), "") if "'" in word else ""


def fronts(word: str) -> Sequence[str]:
    """A word, and without what stands behind its last apostrophe, and so on."""
    parts = word.split("'") if "'" in word else [word]
    return ["'".join(parts[:count]) for count in range(len(parts), 0, -1)]


def backs(word: str) -> Sequence[str]:
    """A word, and without what stands before its first apostrophe, and so on."""
    parts = word.split("'") if "'" in word else [word]
    return ["'".join(parts[count:]) for count in range(len(parts))]


_NEXT: Final = re.compile(r"[\W_]([^\W_]+)")


def word_behind(low: str, place: int, own: str = "") -> tuple[int, int] | None:
    """From where to where the next word of a folded text goes; None if more than a short gap lies between."""
    found = _NEXT.match(low, place)
    if found is not None and low[place] not in BREAKS and low[found.end() : found.end() + 1] != "'":
        return found.span(1)  # nearly all gaps are one space
    last, start = min(len(low), place + WIDEST_SPACE), place
    while start < last and not low[start].isalnum():
        start += 1
    if start in {last, place} or (_divides(low[place:start]) and not _is_own(low[place:start], own)):
        return None
    end = start
    while end < len(low) and end - start < _LONGEST and (low[end].isalnum() or _is_inside(low, end)):
        end += 1
    return start, end


def word_before(low: str, place: int, own: str = "") -> tuple[int, int] | None:
    """From where to where the word before a place of a folded text goes; None if more than a short gap lies between."""
    before = max(place - _LONGEST, 0)
    start = low.rfind(" ", before, max(place - 1, 0)) + 1
    if start > before and low[place - 1] not in BREAKS and low[start : place - 1].isalnum():
        return start, place - 1  # nearly all words have a space before and behind them
    first, end = max(place - WIDEST_SPACE, 0), place
    while end > first and not low[end - 1].isalnum():
        end -= 1
    if end in {first, place} or (_divides(low[end:place]) and not _is_own(low[end:place], own)):
        return None
    start = end
    while start and end - start < _LONGEST and (low[start - 1].isalnum() or _is_inside(low, start - 1)):
        start -= 1
    return start, end


def _is_inside(low: str, place: int) -> bool:
    """Whether an apostrophe stands between two letters."""
    return low[place] == "'" and 0 < place < len(low) - 1 and low[place - 1].isalnum() and low[place + 1].isalnum()


def divides(gap: str) -> bool:
    """Whether what stands between two words of a name in its file would divide the words of others."""
    return _divides(gap) or _stops(gap, 2)


def _is_own(gap: str, own: str) -> bool:
    """Whether the same signs stand between two words as in the name itself, however many spaces."""
    return bool(own) and gap.split() == own.split()


def _divides(gap: str) -> bool:
    """Whether what stands between two words ends a clause or a paragraph: then they are no name."""
    if len(gap) == 1:  # nearly all gaps are one space
        return gap in BREAKS
    return gap.count("\n") > 1 or not BREAKS.isdisjoint(gap) or sum(not each.isspace() for each in gap) > WIDEST_GAP


def _stops(gap: str, width: int) -> bool:
    """Whether a gap behind a word of so many letters may be the end of a sentence."""
    stop = gap.find(".")
    return 0 <= stop < len(gap) - 1 and gap[stop + 1].isspace() and width > 1


def _is_alone_in_quotes(low: str, start: int, end: int) -> bool:
    """Whether quotation marks hold something and nothing else."""
    return start > 0 and end < len(low) and low[start - 1] in _OPENING and low[end] in _CLOSING
