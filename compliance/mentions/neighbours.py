"""The words beside a word: whether they are those of a name, and how far it goes.

Theory: between two words of a name little may stand, since what stands there mostly ends a clause or a sentence: then
the words only happen to follow each other. How many spaces there are says nothing, as pages are set with many. A full
stop ends a sentence, unless it ends an initial («В. Синеокова») or stands inside quotation marks that hold the whole
name and nothing else.
"""

from __future__ import annotations

from collections.abc import Sequence
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


def around(low: str, start: int, end: int, slots: Words, place: int) -> tuple[int, int] | None:
    """From where to where a name stands around one of its words; None if it does not.

    Args:
        low: the folded text.
        start: where that word begins, and ...
        end: ... ends.
        slots: the forms of each word of the name.
        place: which of its words it is.
    """
    has_stop = False
    for slot in reversed(slots[:place]):
        begin = _word_before(low, start)
        if begin is None or (word := low[begin[0] : begin[1]]) not in slot:
            return None
        has_stop |= _stops(low[begin[1] : start], len(word))
        start = begin[0]
    width = end - start
    for slot in slots[place + 1 :]:
        here = _word_behind(low, end)
        if here is None or (word := low[here[0] : here[1]]) not in slot:
            return None
        has_stop |= _stops(low[end : here[0]], width)
        end, width = here[1], len(word)
    return None if has_stop and not _is_alone_in_quotes(low, start, end) else (start, end)


def _word_behind(low: str, place: int) -> tuple[int, int] | None:
    """The next word, if nothing but a short gap lies between."""
    last, start = min(len(low), place + WIDEST_SPACE), place
    while start < last and not low[start].isalnum():
        start += 1
    if start in {last, place} or _divides(low[place:start]):
        return None
    end = start
    while end < len(low) and end - start < _LONGEST and (low[end].isalnum() or _is_inside(low, end)):
        end += 1
    return start, end


def _word_before(low: str, place: int) -> tuple[int, int] | None:
    """The word before, if nothing but a short gap lies between."""
    first, end = max(place - WIDEST_SPACE, 0), place
    while end > first and not low[end - 1].isalnum():
        end -= 1
    if end in {first, place} or _divides(low[end:place]):
        return None
    start = end
    while start and end - start < _LONGEST and (low[start - 1].isalnum() or _is_inside(low, start - 1)):
        start -= 1
    return start, end


def _is_inside(low: str, place: int) -> bool:
    """Whether an apostrophe stands between two letters."""
    return low[place] == "'" and 0 < place < len(low) - 1 and low[place - 1].isalnum() and low[place + 1].isalnum()


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
