"""What quotation marks around a name hold, and where the sentence around it begins and ends.

Theory: quotation marks say that something is a name only where they hold it and nothing else: what people say stands
in them, too, and begins with a capital letter. So does every sentence, item and line; there the letter says nothing.
And a word speaks for a name only within one sentence. A full stop ends one if a space and no small letter come behind
it, and it does not stand behind an initial.
"""

from __future__ import annotations

import re
from typing import Final

from compliance.mentions.normalize import DROPPED

_CLOSED_BY: Final = {
    "«": "»",
    "»": "«",
    "‹": "›",
    "›": "‹",
    "„": "“”",
    "“": "”",
    "”": "”",
    '"': '"',
    "‚": "‘’",
    "‘": "’",
    "’": "’",
    "'": "'",
}
_OPENING_INSIDE: Final = frozenset('«„“"')
_SET_OFF: Final = " \xa0\u202f"
"""The spaces that French sets inside its quotation marks."""
_MAY_OPEN: Final = frozenset({*_CLOSED_BY, *_SET_OFF, *DROPPED})
"""What stands before a name that quotation marks may hold."""
_SAID: Final = re.compile(r",[ \xa0]{0,2}[-\u2013\u2014]")
"""Behind what quotation marks hold: that somebody says it, if it also begins a sentence."""
_BEGINNING: Final = frozenset(".!?…:-\u2013\u2014\n")
_WORD_BEFORE: Final = 40
_WORD: Final = re.compile(r"[^\W_]+")
_END: Final = re.compile(
    r"[!?….\n](?:(?P<sign>(?<=[!?…])[.!?…]*|(?<=\.)\.*(?=[»”“\"'’)\]]*\s))[»”“\"'’)\]]*\s*"
    r"|(?<=\n)(?:\s*\n\s*|[^\S\n]*(?:[-*•\u2013\u2014]|[0-9]{1,3}[.)])[^\S\n]+))"
)
"""Where a sentence may end; the sign is told without its first character, by which all ends are found fast."""
_NEXT: Final = re.compile(r"[\W_]{0,40}([^\W_])")
_INITIAL: Final = re.compile(r"(?:^|[\W_])[^\W\d_]$")


def is_quoted(text: str, start: int, end: int) -> bool:
    """Whether quotation marks hold a name, or the end of it («радио «Свобода»»), and nothing else.

    Args:
        text: as it was given.
        start: where the name begins, and ...
        end: ... the first character behind it.
    """
    if not _OPENING_INSIDE.isdisjoint(text[start:end]):
        return _holds(text, max(text.rfind(sign, start, end) for sign in _OPENING_INSIDE), end)
    return opening(text, start, end) is not None


def opening(text: str, start: int, end: int) -> int | None:
    """Where the quotation marks open that hold a name and nothing else; None if there are none.

    Args:
        text: as it was given.
        start: where the name begins, and ...
        end: ... the first character behind it.
    """
    opens = start - 1
    if opens < 0 or text[opens] not in _MAY_OPEN:
        return None  # so it is with nearly all names
    while opens > 0 and text[opens] in DROPPED:
        opens -= 1
    if opens > 0 and text[opens] in _SET_OFF and text[opens - 1] == "«" and text[end : end + 1] in _SET_OFF:
        opens, end = opens - 1, end + 1
    return opens if _holds(text, opens, end) and not _is_said(text, opens, end) else None


def _holds(text: str, opens: int, closes: int) -> bool:
    """Whether quotation marks at two places belong together."""
    while closes < len(text) and text[closes] in DROPPED:
        closes += 1
    return closes < len(text) and text[closes] in _CLOSED_BY.get(text[opens], "")


def _is_said(text: str, opens: int, closes: int) -> bool:
    """Whether quotation marks hold what somebody says: «Дождь», — сказал он."""
    before = text[max(opens - _WORD_BEFORE, 0) : opens].rstrip(_SET_OFF)
    return _SAID.match(text, closes + 1) is not None and (not before or before[-1] in _BEGINNING)


def is_inside(text: str, start: int, end: int) -> bool:
    """Whether a name stands directly behind a word of its sentence that has no capital letter, and is not all of them.

    Args:
        text: as it was given.
        start: where the name begins, and ...
        end: ... the first character behind it.
    """
    if text[start:end].isupper():
        return False
    before = text[max(start - _WORD_BEFORE, 0) : start].rstrip(" \xa0")
    words = _WORD.findall(before, before.rfind(" ") + 1) if before[-1:].isalpha() else []
    return bool(words) and words[-1].islower()


def sentence(text: str, start: int, end: int, near: tuple[int, int]) -> tuple[int, int]:
    """From where to where the sentence around a name goes.

    Args:
        text: as it was given.
        start: where the name begins, and ...
        end: ... the first character behind it.
        near: how far to look; a word that is cut off there is left out.
    """
    first, last = near
    while 0 < first < start and text[first - 1].isalnum() and text[first].isalnum():
        first += 1
    while end < last < len(text) and text[last - 1].isalnum() and text[last].isalnum():
        last -= 1
    for found in _END.finditer(text, first, last):
        if _goes_on(text, found):
            continue
        if found.start() >= end:
            return first, found.start()
        if found.end() <= start:
            first = found.end()
    return first, last


def _goes_on(text: str, found: re.Match[str]) -> bool:
    """Whether a sentence goes on behind a sign that may end one: «г. Москва», «т. е.»."""
    if found["sign"] is None:
        return False
    following = _NEXT.match(text, found.end())
    if following is not None and following[1].islower():
        return True
    is_stop = not found["sign"] and found[0][0] == "."
    return is_stop and _INITIAL.search(text, max(found.start() - 2, 0), found.start()) is not None
