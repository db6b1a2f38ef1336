"""Values of entities as they stand in words: whether one is what its slot needs, and how it is written.

Theory: a value is written once, in one plain form (`74.5`, `EUR 1200.50`, `2024-02-20`), and shown as it
stands; only the sign before parts of one follows the language. Signs such as `%` stand in the words,
since languages put them differently.

Source: CLDR 46, decimal separators.
"""

from __future__ import annotations

from typing import Final

from compliance.model.notice import SlotType

_WITH_A_POINT: Final = frozenset({
    *("am", "bn", "cy", "en", "fil", "ga", "gu", "he", "hi", "ja", "ko", "ml", "mr", "ms", "mt", "my", "ne", "pa"),
    *("si", "sw", "ta", "te", "th", "ti", "ur", "yo", "zh", "zu"),
})  # fmt: skip
_ALSO_WITH_A_POINT: Final = frozenset({"de-CH", "de-LI", "es-419", "es-MX", "es-US"})
_NUMBERS: Final = frozenset({SlotType.NUMBER, SlotType.PERCENT, SlotType.MONEY})


def shown(value: str, kind: SlotType, tag: str) -> str:
    """A value as it stands in words of a language.

    >>> shown("74.5", SlotType.PERCENT, "de")
    '74,5'
    """
    has_a_point = tag in _ALSO_WITH_A_POINT or tag.split("-", maxsplit=1)[0] in _WITH_A_POINT
    return value if kind not in _NUMBERS or has_a_point else value.replace(".", ",")
