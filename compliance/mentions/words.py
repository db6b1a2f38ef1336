"""The words of a text, as names and texts are compared by them."""

from __future__ import annotations

import re
from typing import Final

from compliance.mentions.normalize import fold_with_care

WORD: Final = re.compile(r"[^\W_]+(?:'[^\W_]+)*")
"""A word of a folded text: letters and digits, and apostrophes between them."""
_APART: Final = re.compile(f"({WORD.pattern})")


def words_of(text: str) -> list[str]:
    """The words of a text, folded."""
    return WORD.findall(fold_with_care(text).text)


def words_and_gaps(text: str) -> tuple[list[str], list[str]]:
    """The words of a text, folded, and what stands between them."""
    apart = _APART.split(fold_with_care(text).text)  # what is before the first word, it, a gap, the next one ...
    return apart[1::2], apart[2:-1:2]


def last_word(text: str, first: int, last: int) -> int:
    """Where the last word of a stretch begins, or less far: signs may stand before it, and a full stop behind."""
    return first + text[first:last].rstrip(" \xa0\u202f\n.").rfind(" ") + 1
