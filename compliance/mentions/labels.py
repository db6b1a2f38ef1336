"""What a page says in attributes and fields: tool tips, names for screen readers, what fields and buttons hold.

Theory: readers see or hear it, so a name in it is a name on the page, though it is no text of an element. Attributes
are looked for by their names in the source, as nearly no tag has one. What nobody is shown is left out: the values of
hidden fields, of passwords, of boxes to tick.

Source: HTML Living Standard, 3.2.6.1 (title) and 4.10 (forms); WAI-ARIA 1.2 and 1.3.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from typing import Final

from compliance.mentions.markup import Markup, attributes, start_tag, tags_of, value_of

_ANYWHERE: Final = frozenset(
    {"title", "placeholder", "aria-label", "aria-description", "aria-placeholder", "aria-roledescription"}
    | {"aria-valuetext", "aria-braillelabel", "aria-brailleroledescription"}
)
_BEGINNINGS: Final = (b"title", b"placeholder", b"aria-")
_BEFORE: Final = frozenset(b"\t\n\f\r \"'/")
_BEHIND: Final = frozenset(b"\t\n\f\r =-abcdefghijklmnopqrstuvwxyz")
"""What stands behind such a beginning, where a value follows."""
_UNSEEN: Final = frozenset({"hidden", "password", "checkbox", "radio", "color", "range", "file", "image"})
"""Kinds of `input` whose value nobody reads."""
_OWN: Final = {"option": "label", "optgroup": "label", "track": "label", "input": "value"}
_FOREIGN: Final = frozenset({"svg", "math"})


def labels(markup: Markup) -> Iterator[tuple[Sequence[str], Sequence[str], int]]:
    """Each text as it is read and as it is written, in pieces, and where it begins."""
    names, places = markup.names, markup.places
    is_suggesting = "datalist" in names
    known: set[str] = set()
    for number in sorted({*_with_attributes(markup), *markup.where(_OWN.keys())}):
        name, token = names[number], markup.tokens[number]
        if token in known or "=" not in token:
            continue
        known.add(token)
        for tag, place in tags_of(token) if name in _FOREIGN else [(start_tag(token), 0)]:
            for value, inside in _values(
                tag, name if tag[1 : 1 + len(name)].lower() == name else "", is_suggesting=is_suggesting
            ):
                yield (*value_of(value), places[2 * number + 1] + place + inside)


def _values(tag: str, name: str, *, is_suggesting: bool) -> Iterator[tuple[str, int]]:
    """What the attributes of a tag say to readers, and where in it."""
    of = attributes(tag, name)
    wanted = {_OWN.get(name, "")} if name != "option" or not is_suggesting else {"label", "value"}
    if name == "input" and of.get("type", ("", 0))[0].strip().lower() in _UNSEEN:
        wanted = set()
    yield from (value for key, value in of.items() if value[0] and (key in _ANYWHERE or key in wanted))


def _with_attributes(markup: Markup) -> Iterator[int]:
    """The numbers of tags that may have one of the attributes; more rather than fewer."""
    low = markup.low
    places, names, last = markup.places, markup.names, len(low) - 1
    for word in _BEGINNINGS:
        at = low.find(word, 1, last)
        while at >= 0:
            if low[at - 1] in _BEFORE and low[at + len(word)] in _BEHIND:
                piece = bisect_right(places, at) - 1
                if piece % 2 and names[piece // 2] and names[piece // 2][0] != "/":
                    yield piece // 2
            at = low.find(word, at + len(word), last)
