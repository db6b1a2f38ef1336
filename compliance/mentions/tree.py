"""What a parser of HTML says of a page: the text it sees, and the page as it stands once some elements are taken out.

Theory: the pieces of `markup` are found without a tree. A parser of the standard (lexbor) is what they are held
against, as a browser builds the same tree. But building a tree is not linear in the length: deep nesting, very many
attributes and formatting that nobody closes take the square of it. What would take too long is not parsed.
"""

from __future__ import annotations

import re
from collections import Counter
from itertools import accumulate, pairwise, repeat
from typing import Final

from selectolax.lexbor import LexborDocumentOptions, LexborHTMLParser, LexborNode

from compliance.mentions.markup import ATTRIBUTE, MARK, SIGNS, Markup, name_of, start_tag

UNSEEN: Final = ("script", "style", "title", "textarea", "noscript", "template", "iframe", "noembed", "noframes")
"""Elements whose text is none of the body."""
_OURS: Final = f'sup[class="{MARK}"]'
_ADDED: Final = frozenset({"sup", "aside", "span", "p", "bdi"})
_ADDED_WITH: Final = frozenset({"class", "role", "lang"})
"""Our elements, and their attributes."""
_BARE: Final = re.compile(f"[{SIGNS}]+")
_BETWEEN: Final = "\0"
"""No text of a tree has it."""
_STANDING_ALONE: Final = frozenset(
    {*"area base br col embed hr img input link meta param source track wbr".split()}  # noqa: SIM905
    | {*"p li dt dd td th tr option svg math".split(), *UNSEEN}  # noqa: SIM905
)
"""Elements that are never nested in themselves for long: empty ones, those that the next one ends, single tokens."""
_FORMATTING: Final = frozenset("b big code em font i s small strike strong tt u".split())  # noqa: SIM905
"""Elements that are opened again in every block as long as nobody closes them; the next `a` closes the one before."""
_DEEPEST: Final = 150_000_000
_OPENED: Final = 2_000_000
_WIDEST: Final = 2_000
"""So many tags times levels, tags times open formatting, and attributes of one tag are parsed: about 0.2 s each."""
_FEW: Final = 1_000
_LONG: Final = 4_000


def is_affordable(markup: Markup) -> bool:
    """Whether building the tree of a page takes no longer than its length tells."""
    names, tags = markup.names, len(markup.tokens)
    if tags * tags > _DEEPEST:
        nested = {name for name in set(names) if name and name_of(name) not in _STANDING_ALONE}
        if _depth(names, nested) * tags > _DEEPEST:
            return False
    if tags > _FEW:
        counts = Counter(names)
        many = [name for name in _FORMATTING if counts[name] * tags > _OPENED]
        if sum(_depth(names, {name, f"/{name}"}) for name in many) * tags > _OPENED:
            return False
    return all(_attributes(token) <= _WIDEST for token in markup.tokens if len(token) > _LONG)


def _depth(names: list[str], counted: set[str]) -> int:
    """How deep some elements may be nested: as if those that are closed too often had been opened before."""
    steps = {name: -1 if name[0] == "/" else 1 for name in counted}
    levels = list(accumulate(map(steps.get, names, repeat(0)), initial=0))
    return max(levels) - min(levels)


def _attributes(token: str) -> int:
    """How many attributes a tag has, or a few more than too many."""
    count = 0
    for _ in ATTRIBUTE.finditer(start_tag(token)):
        count += 1
        if count > _WIDEST:
            break
    return count


def parsed(source: str) -> LexborHTMLParser:
    """The tree of a page as a browser builds it that runs scripts; without what scripts and events do to it."""
    return LexborHTMLParser(source.encode("utf-8", "replace"), scripting=True, options=LexborDocumentOptions.WO_EVENTS)


def text_of(source: str) -> str:
    """The texts that a parser sees in the body of a page, but for the signs of our marks, with a NUL between two."""
    tree = parsed(source)
    for element in tree.css(_OURS):
        if _BARE.fullmatch(element.text()):
            element.decompose()
    tree.strip_tags([*UNSEEN], recursive=True)
    return "" if tree.root is None else tree.root.text(deep=True, separator=_BETWEEN)


def serialised(source: str, added: str = "") -> tuple[str, int]:
    """A page as a parser writes its tree, without the elements of a class, and how many of these there were.

    Args:
        source: the page.
        added: the class; without one, the whole page.
    """
    tree = parsed(source)
    elements = [each for each in tree.css(f".{added}") if _is_added(each)] if added else []
    for element in reversed(elements):  # what stands inside another first: it goes with that one
        element.decompose()
    return tree.html or "", len(elements)


def _is_added(element: LexborNode) -> bool:
    """Whether an element may be one of ours: where a tag of the page is not closed, it takes what ours has."""
    of = element.attributes
    return element.tag in _ADDED and of.keys() <= _ADDED_WITH and not any("<" in (value or "") for value in of.values())


def passed_over(source: str, read: str) -> list[str]:
    """The texts of a page that a parser sees and that were not read, in its order; more rather than fewer.

    Args:
        source: the page.
        read: the text that was read. Spaces do not count.
    """
    text = text_of(source)
    ours, theirs = _without_spaces(read), _without_spaces(text)
    if ours == theirs:
        return []
    before = _alike(ours, theirs)
    behind = min(_alike(ours[::-1], theirs[::-1]), len(theirs) - before, len(ours) - before)
    if before + behind == len(theirs):
        return []
    texts = text.split(_BETWEEN)
    places = list(accumulate((len(_without_spaces(each)) for each in texts), initial=0))
    return [
        each
        for each, (start, end) in zip(texts, pairwise(places), strict=True)
        if start < len(theirs) - behind and end > before
    ]


def _without_spaces(text: str) -> bytes:
    """A text without what parsers move, drop or add, as bytes: of these they are taken out fastest."""
    return text.encode("utf-8", "replace").translate(None, b"\t\n\f\r \0")


def _alike(one: bytes, other: bytes) -> int:
    """How many bytes two texts begin with alike."""
    low, high = 0, min(len(one), len(other))
    while low < high:
        middle = (low + high + 1) // 2
        if one[low:middle] == other[low:middle]:
            low = middle
        else:
            high = middle - 1
    return low
