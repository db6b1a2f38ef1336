"""What in the bytes of a page is markup: tables for `insertion`.

Source: WHATWG HTML, sections 13.2.5 (tokenization) and 13.2.6 (tree construction).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from enum import Enum, auto
from typing import Final

SPACE: Final = rb"\t\n\f\r "
MOST_NAME: Final = 64
"""So much of the name of a tag is looked at; none that matters is longer."""
NAME: Final = re.compile(rb"[A-Za-z][^" + SPACE + rb"/>]{0,63}")
NOT_SPACE: Final = re.compile(rb"[^" + SPACE + rb"]")
RAW: Final = frozenset(b"title textarea style xmp iframe noembed noframes noscript script".split())
"""Elements whose content is text, whatever stands in it."""
IN_HEAD: Final = frozenset(
    b"html head title meta link base basefont bgsound script style template noscript noframes".split()
)
FOREIGN: Final = frozenset((b"svg", b"math"))
HTML_AGAIN: Final = frozenset(b"foreignobject desc title annotation-xml".split())
"""Elements of drawings and formulas in which there is HTML again."""
BREAKS_OUT: Final = frozenset(
    b"b big blockquote body br center code dd div dl dt em embed h1 h2 h3 h4 h5 h6 head hr i img li listing menu meta "
    b"nobr ol p pre ruby s small span strong strike sub sup table tt u ul var".split()
)
"""HTML that ends a drawing or formula in which it stands."""
ENDS: Final = (b"body", b"html")
TEMPLATE: Final = b"template"
SCRIPT: Final = b"script"
UTF_16: Final = {b"\xff\xfe": "utf-16-le", b"\xfe\xff": "utf-16-be"}
UTF_8_MARK: Final = b"\xef\xbb\xbf"
ESCAPE: Final = b"\x1b"
"""Begins another set of characters, in which `<` is half of a letter."""
UNFINISHED_SCRIPT: Final = b"\n/*--></script>"


_ATTRIBUTE: Final = (
    rb"[" + SPACE + rb"/]*+[^" + SPACE + rb"/>=]++"
    rb"(?:[" + SPACE + rb"]*+=[" + SPACE + rb"]*+"
    rb"""(?:"[^"]*+"|'[^']*+'|[^""" + SPACE + rb""">"'][^""" + SPACE + rb">]*+))?+"
)
_TAG_REST: Final = rb"(?:" + _ATTRIBUTE + rb")*+[" + SPACE + rb"/]*+>"
_CLOSERS: Final = (*ENDS, *FOREIGN, *HTML_AGAIN, TEMPLATE)
"""Elements whose ends may mean something."""
_BEHIND: Final = rb"[" + SPACE + rb"/>]"
_COMMENT: Final = rb"<!--(?!-?>)[^-]*+(?:-(?!-!?>)[^-]*+)*+--!?>"


def _one_of(names: Iterable[bytes]) -> bytes:
    """A name of several, in either case, before what ends it."""
    return rb"(?i:" + b"|".join(names) + rb")(?=" + _BEHIND + rb")"


def _raw(name: bytes) -> bytes:
    """The start of raw text and what is in it, up to its end; of a script only if no part of it is escaped."""
    stop = rb"(?!" + (rb"!--|" if name == SCRIPT else b"") + rb"/" + _one_of([name]) + rb")"
    return rb"<" + _one_of([name]) + _TAG_REST + rb"[^<]*+(?:<" + stop + rb"[^<]*+)*+(?=</)"


_RAW: Final = b"|".join(map(_raw, (SCRIPT, b"style", b"title")))


def _plain(openers: Iterable[bytes], *others: bytes) -> re.Pattern[bytes]:
    """Text and whole tags that change nothing, as many as there are; whatever else there is, ends it.

    Args:
        openers: elements whose starts mean something.
        others: what else changes nothing.
    """
    name = rb"[A-Za-z][^" + SPACE + rb"/>]{0,62}+(?=" + _BEHIND + rb")"
    start, end = rb"(?!" + _one_of(openers) + rb")", rb"/(?!" + _one_of(_CLOSERS) + rb")"
    tag = rb"<(?:" + end + rb"|" + start + rb")" + name + _TAG_REST
    return re.compile(rb"(?:" + b"|".join((rb"[^<]++", tag, _COMMENT, *others)) + rb")*+")


_PLAIN: Final = _plain((*RAW, *FOREIGN, TEMPLATE, b"plaintext"), _RAW)
_PLAIN_IN_FOREIGN: Final = _plain((*BREAKS_OUT, *FOREIGN, *HTML_AGAIN))
_OF_HEAD: Final = (
    rb"<(?:" + _one_of(b"html head meta link base".split()) + rb"|/" + _one_of(IN_HEAD - {*ENDS, TEMPLATE})
)
_PLAIN_IN_HEAD: Final = re.compile(
    rb"(?:[" + SPACE + rb"]++|" + _OF_HEAD + rb")" + _TAG_REST + rb"|" + _COMMENT + rb"|" + _RAW + rb")*+"
)
WHOLE: Final = re.compile(rb"(?:" + _ATTRIBUTE + rb")*+([" + SPACE + rb"/]*+>)")
"""What is left of a tag behind its name, if it is whole and written in a usual way."""


def plain_end(page: bytes, at: int, within: Sequence[bytes], *, has_begun: bool) -> int:
    """Where that ends which changes nothing: text, and whole tags, which are most of a page.

    Args:
        page: its bytes.
        at: where to begin, between tags.
        within: the elements that hide their content, or draw it, the innermost last.
        has_begun: whether the body has.
    """
    if not has_begun and within:
        return at
    body = _PLAIN_IN_FOREIGN if within and within[-1] in FOREIGN else _PLAIN
    found = (body if has_begun else _PLAIN_IN_HEAD).match(page, at)
    return at if found is None else found.end()


class In(Enum):
    """What the next byte belongs to."""

    DATA = auto()
    TAG = auto()
    COMMENT = auto()
    BOGUS = auto()
    CDATA = auto()
    RAW = auto()
    REST = auto()
    """Nothing more is put in."""
    TO_THE_END = auto()
    """What is not put in yet comes at the end."""


class Part(Enum):
    """What of a tag the next byte belongs to."""

    BETWEEN = auto()
    NAME = auto()
    BEHIND_NAME = auto()
    BEFORE_VALUE = auto()
    DOUBLE = auto()
    SINGLE = auto()
    BARE = auto()


STOPS: Final = {
    Part.BETWEEN: re.compile(rb"[^" + SPACE + rb"/]"),
    Part.NAME: re.compile(rb"[" + SPACE + rb"/>=]"),
    Part.BEHIND_NAME: NOT_SPACE,
    Part.BEFORE_VALUE: NOT_SPACE,
    Part.DOUBLE: re.compile(rb'"'),
    Part.SINGLE: re.compile(rb"'"),
    Part.BARE: re.compile(rb"[" + SPACE + rb">]"),
}
NEXT: Final = {
    Part.NAME: {b"=": Part.BEFORE_VALUE, b"/": Part.BETWEEN},
    Part.BEHIND_NAME: {b"=": Part.BEFORE_VALUE, b"/": Part.BETWEEN},
    Part.BEFORE_VALUE: {b'"': Part.DOUBLE, b"'": Part.SINGLE},
}
OTHERWISE: Final = {
    Part.BETWEEN: Part.NAME,
    Part.NAME: Part.BEHIND_NAME,
    Part.BEHIND_NAME: Part.NAME,
    Part.BEFORE_VALUE: Part.BARE,
    Part.DOUBLE: Part.BETWEEN,
    Part.SINGLE: Part.BETWEEN,
    Part.BARE: Part.BETWEEN,
}
CLOSES: Final = {In.COMMENT: re.compile(rb"--!?>"), In.BOGUS: re.compile(rb">"), In.CDATA: re.compile(rb"\]\]>")}
CLOSING: Final = {In.COMMENT: b"-->", In.BOGUS: b">", In.CDATA: b"]]>"}
TAIL: Final = 3
"""So many bytes at most are the beginning of what closes something."""
IN_SCRIPT: Final = re.compile(rb"<!--|-->|</?script[" + SPACE + rb"/>]", re.IGNORECASE)
RAW_ENDS: Final = {
    name: re.compile(rb"</" + name + rb"[" + SPACE + rb"/>]", re.IGNORECASE) for name in sorted(RAW - {SCRIPT})
}
RAW_TAIL: Final = 10
"""The same of the end of raw text."""
