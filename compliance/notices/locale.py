"""Which of the languages of a notice a reader gets.

Theory: a wanted language matches an available one that it equals or extends (`ru-UA` is served by `ru`);
the wanted ones are tried in order. Where none matches, the notice's first language is used: a notice in
another language is better than none.

Source: RFC 4647 section 3.4 (lookup); RFC 5646 for the tags.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

_RIGHT_TO_LEFT = frozenset({"ar", "arc", "ckb", "dv", "fa", "he", "ks", "ps", "sd", "syr", "ug", "ur", "yi"})
_RIGHT_TO_LEFT_SCRIPTS = frozenset({"Adlm", "Arab", "Hebr", "Nkoo", "Rohg", "Syrc", "Thaa"})


def lookup(wanted: Iterable[str], available: Sequence[str]) -> str:
    """The available tag to use; the first one where none matches.

    >>> lookup(["ru-UA", "en"], ["en", "ru"])
    'ru'
    """
    by_folded = {tag.lower(): tag for tag in available}
    for tag in wanted:
        subtags = tag.lower().split("-")
        while subtags:
            if (found := by_folded.get("-".join(subtags))) is not None:
                return found
            subtags.pop()
            if subtags and len(subtags[-1]) == 1:
                subtags.pop()  # a singleton introduces what was just removed
    return available[0]


def direction(tag: str) -> str:
    """`rtl` or `ltr`, for HTML's `dir`.

    >>> direction("az-Arab")
    'rtl'
    """
    language, *rest = tag.split("-")
    scripts = [subtag.title() for subtag in rest if len(subtag) == 4 and subtag.isalpha()]
    if scripts:
        return "rtl" if scripts[0] in _RIGHT_TO_LEFT_SCRIPTS else "ltr"
    return "rtl" if language.lower() in _RIGHT_TO_LEFT else "ltr"
