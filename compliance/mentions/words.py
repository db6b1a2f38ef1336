"""The words of a text, as names and texts are compared by them."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import Final

from compliance.mentions.normalize import fold_with_care

WORD: Final = re.compile(r"[^\W_]+(?:'[^\W_]+)*")
"""A word of a folded text: letters and digits, and apostrophes between them."""


def words_of(text: str) -> list[str]:
    """The words of a text, folded."""
    return WORD.findall(fold_with_care(text).text)


def gaps_of(text: str) -> list[str]:
    """What stands between the words of a text, folded."""
    low = fold_with_care(text).text
    words = list(WORD.finditer(low))
    return [low[one.end() : other.start()] for one, other in pairwise(words)]
