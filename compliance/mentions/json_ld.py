"""The texts of JSON-LD: what machines are told of an article, with the place of every character.

Theory: a parser of JSON forgets where a text stood, so the texts of known properties are found by their keys. A
property may have one text or several, in an array, or as objects with a value: then every string in there counts
that is no key.

Source: RFC 8259; JSON-LD 1.1, 4.1 (values); https://schema.org/Article.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from compliance.mentions.markup import ENTITY, character

_INSIDE: Final = r'((?:[^"\\]++|\\(?:.|\Z))*+)(?:"|\Z)'
"""A string behind its first quotation mark; broken off at the end it counts, too."""
_PROPERTY: Final = re.compile(r'"(headline|alternativeHeadline|description|articleBody)"\s*+:\s*+(["\[{])')
_REST: Final = re.compile(_INSIDE, re.DOTALL)
_PART: Final = re.compile(rf'"{_INSIDE}(\s*+:)?+|[\[{{]|[\]}}]', re.DOTALL)
_ESCAPED: Final = re.compile(
    r"((?:\\u(?![dD][89a-fA-F])[0-9a-fA-F]{4})++|(?:\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2})|\\.|"
    rf"{ENTITY.pattern[1:-1]})",
    re.DOTALL,
)


def texts(document: str) -> Iterator[tuple[str, str, int]]:
    """The texts of an article: the property, the text as it is written, and where in the document it begins."""
    place = 0
    while (found := _PROPERTY.search(document, place)) is not None:
        place = found.end()
        if found[2] == '"':
            if (rest := _REST.match(document, place)) is not None:
                yield found[1], rest[1], rest.start(1)
                place = rest.end()
            continue
        depth = 1
        for part in _PART.finditer(document, place):
            place = part.end()
            if part[1] is None:
                depth += 1 if part[0] in "[{" else -1
            elif part[2] is None:
                yield found[1], part[1], part.start(1)
            if not depth:
                break


def pieces(written: str) -> tuple[Sequence[str], Sequence[str]]:
    """The pieces of a string of JSON, as they are read and as they are written."""
    if "\\" not in written and "&" not in written:
        return (written,), (written,)
    several = _ESCAPED.split(written)
    shown: list[str] = list(several)
    known: Mapping[str, str] = {each: _unescaped(each) for each in set(several[1::2])}
    shown[1::2] = [known[each] for each in several[1::2]]
    return shown, several


def _unescaped(token: str) -> str:
    if token[0] == "&":
        return character(token)
    try:
        text: str = json.loads(f'"{token}"', strict=False)
    except ValueError:
        return "\ufffd" if token[:2] == "\\u" else token[1:]
    return text if text.isprintable() or text.isspace() else text.encode("utf-8", "replace").decode()
