"""HTML as pieces: what a reader sees, what stands for nothing, and where each piece stands in the source.

Theory: parsers of HTML give a tree and forget where it came from; marks have to be written into the source. So the
source is cut here into texts and tokens by one expression that follows the tokenisation of the standard. It never
goes back (all its loops are possessive), so the time grows with the length. Every token stands for some text: nothing
for `<b>`, an end of a paragraph for `</p>`, a letter for a character reference. What a tree would tell beyond that -
a table that throws text out, an element that is closed where another begins - is left to whoever reads the pieces
and holds them against a parser.

Source: HTML Living Standard, 13.2.5 (tokenisation) and 13.2.6.5 (foreign content).
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from functools import cache, cached_property
from html import unescape
from html.entities import html5
from itertools import accumulate
from typing import Final

from compliance.mentions.nesting import BLOCKS, passed_over_tags

MARK: Final = "compliance-mark"
"""The class of our marks behind names ..."""
NOTES: Final = "compliance-notes"
"""... and of the block of our footnotes. A bare sign in a mark is no part of the text; all footnotes are."""
SIGNS: Final = "0-9*\u2020\u2021\xa7\u2070\xb9\xb2\xb3\u2074-\u2079 "
"""What a mark of ours may hold."""
PARAGRAPH: Final = "\n\n"
"""Between two texts that no name runs across."""

_S: Final = r"\t\n\f\r "
SPACES: Final = frozenset("\t\n\f\r ")
_NAME: Final = rf"[a-zA-Z][^{_S}/>]*+"
_PLAIN: Final = rf'(?:[^=>"\']*+(?<=[^{_S}/])="[^"]*+")*+[^=>"\']*+>'
"""Attributes as most tags have them; what does not fit is read by the expression below, which takes longer."""
_VALUE: Final = rf"(?:\"[^\"]*+(?:\"|\Z)|'[^']*+(?:'|\Z)|[^{_S}>\"'][^{_S}>]*+)"
_ANY: Final = rf"(?:[{_S}/]++|[^{_S}/>][^{_S}/>=]*+(?:[{_S}]*+=[{_S}]*+{_VALUE}?+)?+)*+>"
_REST: Final = rf"(?:{_PLAIN}|{_ANY})"
"""The rest of a tag behind its name. It fails only if the source ends inside the tag."""
_RAW: Final = "(?i:script|style|title|textarea|noscript|noembed|noframes|iframe|xmp)"
"""Elements without tags inside."""
_BREAKOUT: Final = (
    "b|big|blockquote|body|br|center|code|dd|div|dl|dt|em|embed|h[1-6]|head|hr|i|img|li|listing|menu|meta|nobr|ol|p|"
    "pre|ruby|s|small|span|strong|strike|sub|sup|table|tt|u|ul|var"
)
"""Elements that end a picture or a formula which they stand in."""
_COMMENT: Final = r"!--(?:-?>|[^-]*+(?:-(?!-!?>)[^-]*+)*+(?:--!?>|\Z))"
_FOREIGN: Final = (
    rf"(?=[sSmM])(?i:svg|math)(?=[{_S}/>]){_REST}(?:(?<=/>)|"
    rf"(?:[^<]++|<{_COMMENT}|<!\[CDATA\[[^\]]*+(?:\](?!\]>)[^\]]*+)*+|"
    rf"<(?!/(?i:\2)[{_S}/>]|(?i:{_BREAKOUT})[{_S}/>]|/(?i:p|br)[{_S}/>]|aside class=\"{NOTES}\"))*+"
    rf"(?:</(?i:\2)(?:{_REST}|[\s\S]*+))?+)"
)
_OUR_MARK: Final = rf'sup class="{MARK}"[^<>]*+>[{SIGNS}]++</sup>'
_OUR: Final = re.compile(rf"<{_OUR_MARK}")
_OUR_NOTES: Final = f'<span class="{NOTES}"'
_RAW_ELEMENT: Final = (
    rf"(?=[sStTnNiIxX]){_RAW}(?=[{_S}/>]){_REST}"
    rf"[^<]*+(?:<(?!/(?i:\2)[{_S}/>])[^<]*+)*+(?:</[a-zA-Z]++(?:{_REST}|[\s\S]*+)|\Z)"
)
_REFERENCE: Final = r"(?:\#(?:[0-9]++|[xX][0-9a-fA-F]++)|[a-zA-Z][a-zA-Z0-9]{0,31}+);?+"
_TOKEN: Final = (
    rf"(?:(?<=<)(?:(?=(/?{_NAME}))(?:{_OUR_MARK}|{_RAW_ELEMENT}|{_FOREIGN}|/?{_NAME}{_REST}|[\s\S]*+\Z)[{_S}]*+|"
    rf"{_COMMENT}|[!?][^>]*+>?+|/(?:>|[^a-zA-Z>][^>]*+>?+))|"
    rf"(?<=&){_REFERENCE}|(?<=[\n\r\t\f])[{_S}]*+|(?<=\0)\0*+"
)
_TOKENS: Final = re.compile(rf"([<&\n\r\t\f\0]{_TOKEN}))")
_TOKENS_ANDSPACES: Final = re.compile(rf"([<&\n\r\t\f\0 ]{_TOKEN}|(?<= )[{_S}]++))")
"""The same where spaces stand in rows that a reader sees as one."""
_GROUPS: Final = 3
_ROWS: Final = re.compile(rf"[{_S}]++")
_ROW: Final = "   "
ENTITY: Final = re.compile(rf"(&{_REFERENCE})")
_IN_VALUES: Final = re.compile(rf"(&{_REFERENCE}|[\n\r\t\f][{_S}]*+| {{2}}[{_S}]*+)")
ATTRIBUTE: Final = re.compile(rf"([^{_S}/>=][^{_S}/>=]*+)(?:[{_S}]*+=[{_S}]*+({_VALUE})?+)?+")
_TAGS: Final = re.compile(rf"<(?:{_COMMENT}|/?{_NAME}(?:{_REST}|([\s\S]*+))|[!?][^>]*+>?+|/(?:>|[^a-zA-Z>][^>]*+>?+))")
"""Everything that is no text; in a tag that never ends its group holds the rest, so that no other is looked for."""
_TAG: Final = re.compile(rf"</?{_NAME}{_REST}")
_CDATA: Final = re.compile(r"<!\[CDATA\[([^\]]*+(?:\](?!\]>)[^\]]*+)*+)(?:\]\]>|\Z)")
_UNSEEN: Final = re.compile(r"<(title|style|script)\b[^<]*+(?:<(?!/\1)[^<]*+)*+(?:</\1[^>]*+>?|\Z)", re.IGNORECASE)
_SVG_TITLE: Final = re.compile(r"<title\b[^>]*+(?:>([^<]*+)|\Z)", re.IGNORECASE)

APART: Final = frozenset({"a", "button", "label", "time"})
"""Two of these side by side are two things, though nothing stands between them."""
RAISED: Final = "sup"
"""Begins what is no part of the word before: the sign of a note."""
_FOREIGN_NAMES: Final = frozenset({"svg", "math"})
_REMAPPED: Final = {each: ord(unescape(f"&#{each};")) for each in range(0x80, 0xA0)}
"""Numbers that mean the letter which they have in Windows-1252."""
_LARGEST: Final = 0x10FFFF


def character(token: str) -> str:
    """What a character reference stands for; itself if it is none."""
    if token[1:2] != "#":
        return unescape(token)
    digits, radix = (token[3:], 16) if token[2] in "xX" else (token[2:], 10)
    digits = digits.rstrip(";").lstrip("0")
    number = int(digits, radix) if 0 < len(digits) < 8 else 0
    if not 0 < number <= _LARGEST or 0xD800 <= number <= 0xDFFF:
        return "\ufffd"
    return chr(_REMAPPED.get(number, number))


class Markup:
    """A source as texts and tokens in turns: a text, a token, a text ..., a text."""

    def __init__(self, source: str) -> None:
        """Cut the source."""
        self.source = source
        parts = _TOKENS.split(source)
        if _ROW in "<".join(parts[0::_GROUPS]):
            parts = _TOKENS_ANDSPACES.split(source)
        self.texts: list[str] = parts[0::_GROUPS]
        self.tokens: list[str] = parts[1::_GROUPS]
        names: list[str | None] = parts[2::_GROUPS]
        low = {name: (name or "").lower() for name in set(names)}
        self.names: list[str] = list(map(low.__getitem__, names))
        """For each token the name of its element, behind a slash if it ends there; empty if it is no tag."""
        self.by_name = {name: stands_for(name) for name in low.values()}
        """What stands for the tags of each name, as `stands_for` says it."""
        self.means = self._meant(self.by_name)
        """What each token stands for."""
        self._run_on()
        self._set_apart()
        if _OUR_NOTES in source:
            self._set_notes_apart()

    @cached_property
    def written(self) -> list[str]:
        """Texts and tokens in turns."""
        return in_turns(self.texts, self.tokens)

    @cached_property
    def places(self) -> list[int]:
        """Where each of `written` begins."""
        return list(accumulate(map(len, self.written), initial=0))[:-1]

    @cached_property
    def low(self) -> bytes:
        """The source in small letters, with one byte for each character."""
        return self.source.encode("ascii", "replace").lower()

    @cached_property
    def shown(self) -> list[str]:
        """What each of `written` stands for."""
        shown = in_turns(self.texts, self.means)
        for first, last in self.templates:
            shown[2 * first + 1 : 2 * last + 1] = [""] * (2 * (last - first))
        return shown

    @cached_property
    def templates(self) -> list[tuple[int, int]]:
        """From which token to which nothing is shown; the last one is behind all where nobody closes it."""
        found: list[tuple[int, int]] = []
        depth = first = 0
        for number in self.where({"template", "/template"}):
            if self.names[number] == "template":
                first = first if depth else number
                depth += 1
            elif depth:
                depth -= 1
                if not depth:
                    found.append((first, number))
        return [*found, (first, len(self.tokens))] if depth else found

    def where(self, names: AbstractSet[str]) -> list[int]:
        """The numbers of the tags of some names."""
        if names.isdisjoint(self.by_name):
            return []
        return [number for number, name in enumerate(self.names) if name in names]

    def with_word(self, word: bytes) -> Iterator[int]:
        """The numbers of the tokens, each once, that have a word in them, in small letters or in capitals.

        Args:
            word: in small letters.
        """
        places, at = self.places, self.low.find(word)
        while at >= 0:
            piece = bisect_right(places, at) - 1
            if piece % 2:
                yield piece // 2
            at = self.low.find(word, places[piece + 1]) if piece + 1 < len(places) else -1

    def is_ours(self, number: int) -> bool:
        """Whether a token is a mark of ours: a bare sign."""
        return self.names[number] == RAISED and _OUR.fullmatch(self.tokens[number].rstrip()) is not None

    def _meant(self, by_name: Mapping[str, str | None]) -> list[str]:
        """What all tokens stand for, by their names; those that are left open have a meaning of their own."""
        known: dict[str, str] = {}
        means: list[str] = []
        for meaning, token in zip(map(by_name.__getitem__, self.names), self.tokens, strict=True):
            if meaning is not None:
                means.append(meaning or (" " if token[-1] in SPACES else ""))
            else:
                if token not in known:
                    known[token] = _meaning(token)
                means.append(known[token])
        return means

    def _run_on(self) -> None:
        """Let the text run on through tags of blocks that a browser passes over."""
        blocks = [number for number, meaning in enumerate(self.means) if meaning == PARAGRAPH]
        for first, last in self.templates:  # in these other things are open
            blocks = [number for number in blocks if not first <= number <= last]
        self.passed: list[int] = passed_over_tags(self.names, blocks)
        """The numbers of such tags."""
        for number in self.passed:
            self.means[number] = " " if self.tokens[number][-1] in SPACES else ""

    def _set_apart(self) -> None:
        """Put a space where one element ends and the next begins, unless that splits a word."""
        names, means, texts = self.names, self.means, self.texts
        self.apart: list[int] = []
        """The numbers of such tags."""
        for number in [
            number
            for number, (name, meaning, text) in enumerate(zip(names[:-1], means, texts[1:], strict=False))
            if not meaning and not text and name[:1] == "/"
        ]:
            following = names[number + 1]
            if means[number + 1] or not following or following[0] == "/":
                continue
            if (following in APART and name_of(names[number]) == following) or self._begins_a_word(number):
                means[number] = " "
                self.apart.append(number)

    def _set_notes_apart(self) -> None:
        """Put a paragraph between footnotes that are elements of a line, as between those that are blocks."""
        is_inside = False
        for number in self.where({"span", "/span", "bdi"}):
            name = self.names[number]
            begins = name == "span" and self.tokens[number].startswith(_OUR_NOTES)
            if begins or is_inside:
                self.means[number] = PARAGRAPH
            is_inside = begins or (is_inside and name != "/span")

    def _begins_a_word(self, number: int) -> bool:
        """Whether what follows two tags looks like a word of its own: it has one capital or follows a small letter."""
        before = next((text for text in self.texts[number : max(number - 8, -1) : -1] if text), " ")
        behind = next((text for text in self.texts[number + 2 : number + 10] if text), " ")
        return behind[0].isupper() and (before[-1].islower() or behind[1:2].islower())


def name_of(name: str) -> str:
    """The name of an element, of its first tag or its last."""
    return name.removeprefix("/")


def in_turns(texts: Sequence[str], others: Sequence[str]) -> list[str]:
    """A text, one of the others, a text, and so on: there is one text more."""
    found = [""] * (len(texts) + len(others))
    found[::2] = texts
    found[1::2] = others
    return found


def stands_for(name: str) -> str | None:
    """What a tag stands for besides the spaces behind it; None if that depends on more than its name."""
    if not name or name in _FOREIGN_NAMES or name == RAISED:
        return None
    if name in {"br", "/br"}:
        return "\n"
    return PARAGRAPH if name_of(name) in BLOCKS else ""


def _meaning(token: str) -> str:
    """What stands for a token without a name, for a picture or a formula, or for the first tag of what is raised."""
    if token[0] == "&":
        return character(token)
    if token[0] == "<" and token[1:4].lower() == RAISED:
        return "" if _OUR.match(token) and not token[-1].isspace() else " "
    if token[0] == "<":
        return "" if token[1] in "!?/" else _foreign(token)
    return "" if token[0] == "\0" else " "


def _foreign(token: str) -> str:
    """The text in a picture or a formula."""
    if "<!" in token:
        token = _CDATA.sub(lambda found: found[1].replace("&", "&amp;").replace("<", "&lt;"), token)
    text = _TAGS.sub(lambda found: f" {found[1] or ''}", _UNSEEN.sub(" ", token)).replace("\0", "\ufffd")
    words = ENTITY.sub(lambda found: character(found[0]), _ROWS.sub(" ", text)).strip(" ")
    return f" {words} " if words else " " if token[-1].isspace() else ""


def title_of(picture: str) -> str:
    """The title of a picture that is drawn in the page; empty if it has none."""
    found = _SVG_TITLE.search(picture)
    return ENTITY.sub(lambda one: character(one[0]), found[1]) if found and found[1] else ""


def start_tag(token: str) -> str:
    """The first tag of an element that is one token, or the tag that the token is; empty if it is neither."""
    found = _TAG.match(token)
    return "" if found is None else found[0]


def tags_of(picture: str) -> Iterator[tuple[str, int]]:
    """The tags in a picture or a formula, its own among them, and where in it each stands."""
    return ((each[0], each.start()) for each in _TAG.finditer(picture))


def attributes(tag: str, name: str) -> dict[str, tuple[str, int]]:
    """The attributes of a tag as they are written, each with its place in the tag; the first of a name counts."""
    found: dict[str, tuple[str, int]] = {}
    for each in ATTRIBUTE.finditer(tag, 1 + len(name)):
        value, place = each[2] or "", each.start(2)
        if value[:1] in {'"', "'"}:
            value, place = value[1:].removesuffix(value[0]), place + 1
        found.setdefault(each[1].lower(), (value, place))
    return found


def attribute(tag: str, wanted: str) -> tuple[str, int]:
    """An attribute of a tag as it is written, and its place in the tag; empty if it has none.

    Args:
        tag: a first tag, with or without what follows.
        wanted: the name, in small letters.
    """
    found = _attribute_of(wanted).match(tag)
    if found is None:
        return "", 0
    value, place = found[1], found.start(1)
    return (value[1:].removesuffix(value[0]), place + 1) if value[0] in {'"', "'"} else (value, place)


@cache
def _attribute_of(wanted: str) -> re.Pattern[str]:
    name = rf"(?i:{re.escape(wanted)})"
    others = rf"(?:[{_S}/]++|(?!{name}[{_S}=/>])[^{_S}/>][^{_S}/>=]*+(?:[{_S}]*+=[{_S}]*+{_VALUE}?+)?+)*+"
    return re.compile(rf"<{_NAME}{others}{name}[{_S}]*+=[{_S}]*+({_VALUE})")


def value_of(written: str) -> tuple[list[str], list[str]]:
    """The pieces of a title or of the value of an attribute, as they are read and as they are written."""
    if not ("&" in written or "  " in written or any(each in written for each in "\n\r\t\f")):
        return [written], [written]
    pieces = _IN_VALUES.split(written)
    shown = list(pieces)
    for number in range(1, len(pieces), 2):
        token, following = pieces[number], pieces[number + 1][:1]
        if token[0] != "&":
            shown[number] = " "
        elif token[-1] == ";" or token[1] == "#" or (token[1:] in html5 and following != "="):
            shown[number] = character(token)
    return shown, pieces
