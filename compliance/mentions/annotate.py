"""Marks behind names and footnotes below the text, in a page or a plain text that is otherwise the same.

Theory: a mark is written into the source, never into a tree that is then printed: so nothing else can change. It goes
behind the last character of a name, inside the innermost element there. Some places take no element, others would
break what stands around them (`option`, pictures, a table outside of its cells). These are left out; and whatever is
written is held against the page as a parser reads it: without our elements it has to be the very same tree, else what
disturbs it is taken out again. What an earlier marking left in a page is taken out before (`former`). A name that
cannot be marked is told, and its footnote stands all the same. So is a name beside which the text says already what
the mark would: it gets none of ours.

Source: HTML Living Standard, 13.2.6 (tree construction).
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from html import escape
from itertools import pairwise
from operator import attrgetter
from typing import Final

from compliance.mentions.article import Zone, zones
from compliance.mentions.due import NOWHERE, Mark, Spot, behind_quotation, due_of, lines_of, numbered
from compliance.mentions.former import free_class
from compliance.mentions.html import SEEN, Page
from compliance.mentions.marks import PLAIN, SUPERSCRIPTS
from compliance.mentions.markup import MARK, NOTES, Markup, name_of
from compliance.mentions.scan import Mention, Verdict
from compliance.mentions.source import Source
from compliance.mentions.tree import is_affordable, serialised

__all__ = ["Annotated", "Mark", "Notes", "annotate", "annotate_text"]

_MOST_TRIES: Final = 24
"""So often a page is read again to find what disturbs it; then no marks are left."""
_CELLS: Final = frozenset({"td", "th", "caption"})
_TABLES: Final = frozenset({"tr", "tbody", "thead", "tfoot", "colgroup", "col"})
_CLOSED: Final = frozenset({"select", "option", "optgroup", "frameset", "plaintext"})
_FALLBACK: Final = frozenset({"audio", "canvas", "object", "video"})
"""What stands in these is seen by nobody whose browser can show them."""
_TAKING_NONE: Final = _CLOSED | {f"/{each}" for each in _CLOSED}
_INSTEAD: Final = _FALLBACK | {f"/{each}" for each in _FALLBACK}
_FOLLOWED: Final = frozenset({"table", "/table"}) | _CELLS | _TABLES | {f"/{each}" for each in _CELLS | _TABLES}


_CLASS: Final = re.compile(r'class="[a-z-]+"')
_RAISED: Final = str.maketrans("0123456789", SUPERSCRIPTS)


class Notes(StrEnum):
    """Where the footnotes of a page go: to its end."""

    BODY = "body"
    ARTICLE = "article"
    """To the end of the article with the last mark; of the page if there is none."""


@dataclass(frozen=True, slots=True)
class Annotated:
    """A page or a text with its marks."""

    text: str
    unmarked: tuple[Mention, ...] = ()
    """Mentions that were to be marked and stand where nothing can be."""
    has_notes: bool = False
    """Whether the footnotes are in it. They are missing if there are none, or if no place takes them ..."""
    missing: tuple[Mark, ...] = ()
    """... and then these are they."""
    carried: tuple[tuple[Mention, Mark], ...] = ()
    """Mentions that were to be marked and have such a mark beside them already, each with ours that was left out."""
    possible: tuple[Mention, ...] = ()
    """Mentions that are not certain and have a mark all the same."""


@dataclass(frozen=True, slots=True)
class _Insertion:
    place: int
    text: str
    mentions: tuple[Mention, ...] = ()


def annotate(
    html: str,
    page: Page,
    mentions: Iterable[Mention],
    marks: Mapping[str, Sequence[Mark]],
    *,
    every: bool = False,
    notes: Notes = Notes.BODY,
) -> Annotated:
    """The page with a mark behind mentions, and with the footnotes that these refer to; what is there already stays.

    Args:
        html: the page.
        page: what was read from it.
        mentions: those to mark, as they were found in the fields of the page.
        marks: for each entity what readers are told about it; entities without marks are left alone.
        every: put every mark at every mention; without it, only those marks that ask for it.
        notes: where the footnotes go.

    Raises:
        ValueError: the page was not read from this HTML.
    """
    if page.markup.source != html:
        raise ValueError("the page was read from another source")
    wanted = [each for each in mentions if marks.get(each.entity)]
    where = _Places(page)
    if not is_affordable(page.markup):
        due = numbered(due_of([Spot(NOWHERE, each) for each in wanted], marks, every=every))
        return Annotated(html, due.lost, missing=tuple(due.lines), carried=due.carried)
    due = numbered(due_of([where.spot(each) for each in wanted], marks, every=every))
    insertions = [_Insertion(each.place, _sup(each.marks), each.mentions) for each in due.left]
    draft = _Draft(page.markup)
    kept = draft.sound(insertions)
    places = {each.place for each in kept}
    unmarked = (*due.lost, *(one for each in insertions if each.place not in places for one in each.mentions))
    done = Annotated("", unmarked, carried=due.carried, possible=_possible(kept))
    for block in _blocks(page.markup, due.lines, kept, notes):
        if where.is_seen(block.place) and draft.is_sound([*kept, block]):
            return replace(done, text=draft.written([*kept, block]), has_notes=True)
    return replace(done, text=draft.written(kept), missing=tuple(due.lines))


def annotate_text(
    text: str, mentions: Iterable[Mention], marks: Mapping[str, Sequence[Mark]], *, every: bool = False
) -> Annotated:
    """A plain text with a sign behind mentions, and with the footnotes below it; what is there already stays.

    Args:
        text: the text.
        mentions: those to mark.
        marks: for each entity what readers are told about it.
        every: put every mark at every mention; without it, only those marks that ask for it.
    """
    wanted = [each for each in mentions if marks.get(each.entity)]
    body, taken = _footnotes_of(text, lines_of({each.entity for each in wanted}, marks))
    spots = [Spot(behind_quotation(text, each.start, each.end), each) for each in wanted if each.end <= body]
    due = numbered(due_of(spots, marks, every=every), taken)
    placed = [_Insertion(each.place, _raised(_signs(each.marks)), each.mentions) for each in due.left]
    insertions = [each for each in placed if not text.startswith(each.text, each.place)]
    lines = [_line(mark) for mark in due.lines]
    missing = [line for line in lines if f"\n{line}\n" not in f"\n{text}\n"]
    below = "".join(f"\n{line}" for line in missing)
    gap = "\n" if missing and body == len(text) else ""
    return Annotated(
        _written(text, insertions) + gap + below,
        has_notes=bool(lines) or body < len(text),
        carried=due.carried,
        possible=_possible(placed),
    )


def _footnotes_of(text: str, lines: Sequence[Mark]) -> tuple[int, dict[str, str]]:
    """Where the footnotes of a text begin, and by their words the numbers that they have there."""
    body, taken = len(text), dict[str, str]()
    for mark in lines:
        if f" {mark.text}" not in text:
            continue  # nearly always, and found out faster than by an expression
        signs = f"[{SUPERSCRIPTS}]+" if mark.sign.isdecimal() else re.escape(mark.sign)
        for last in [*re.finditer(rf"^({signs}) {re.escape(mark.text)}$", text, re.MULTILINE)][-1:]:
            body = min(body, max(last.start() - 1, 0))
            if mark.sign.isdecimal():
                taken[mark.text] = last[1].translate(PLAIN)
    return body, taken


def _possible(insertions: Iterable[_Insertion]) -> tuple[Mention, ...]:
    return tuple(one for each in insertions for one in each.mentions if one.verdict is not Verdict.CERTAIN)


# -- where marks may stand --------------------------------------------------------------------------


class _Places:
    """Where in the source a mark goes."""

    def __init__(self, page: Page) -> None:
        self._page = page
        markup = page.markup
        self._starts = {place: number for number, place in enumerate(markup.places) if markup.written[number]}
        self._closed = _closed(markup)
        self._zones = zones(markup)

    def spot(self, mention: Mention) -> Spot:
        """Where a mark behind a mention would stand, and what that is to the article."""
        place = self.of(mention)
        if place is None:
            return Spot(NOWHERE, mention)
        piece = bisect_right(self._page.markup.places, place - 1) - 1
        return Spot(place, mention, self._zones[piece])

    def is_seen(self, place: int) -> bool:
        """Whether readers see what is put at a place."""
        piece = max(bisect_right(self._page.markup.places, place - 1) - 1, 0)
        return not self._closed[piece] and self._zones[piece] is not Zone.HIDDEN

    def of(self, mention: Mention) -> int | None:
        """The place behind a mention; None if nothing can stand there."""
        field = self._page.field(mention.field)
        if mention.field not in SEEN or field is None or field.source is None or mention.end > len(field.text):
            return None
        behind = behind_quotation(field.text, mention.start, mention.end)
        place = self._behind(field.source, behind) if behind > mention.end else None
        return self._behind(field.source, mention.end) if place is None else place

    def _behind(self, source: Source, end: int) -> int | None:
        """The place behind a character of a text; None if nothing can stand there."""
        number = source.piece(end - 1)
        start, written = source.places[number], source.written[number]
        piece = self._starts.get(start)
        is_text = source.shown[number] == written or written[:1] == "&"
        if piece is None or not is_text or self._closed[piece]:
            return None
        return source.span(end - 1, end)[1]


def _closed(markup: Markup) -> list[bool]:
    """For each text and token whether it stands where no mark may be."""
    numbers = markup.where(_TAKING_NONE | _INSTEAD | _FOLLOWED)
    closed = [False] * len(markup.written)
    depth, is_cell = 0, [True]
    instead: Counter[str] = Counter()
    for number, following in pairwise([*numbers, len(markup.tokens)]):
        name = markup.names[number]
        is_option = name == "option"
        if name in _TAKING_NONE:
            depth = max(depth - 1, 0) if name[0] == "/" else depth + (name not in {"option", "optgroup"})
        elif name in _INSTEAD:
            own = name_of(name)
            instead[own] = max(instead[own] - 1, 0) if name != own else instead[own] + 1
        else:
            _enter(name, is_cell)
        if depth or is_option or not is_cell[-1] or any(instead.values()):
            first, last = 2 * number + 1, 2 * following + 1
            closed[first:last] = [True] * (last - first)
    return closed


def _enter(name: str, is_cell: list[bool]) -> None:
    """Note whether a tag of a table leads into a cell or out of one; the outermost is always one."""
    if name == "table":
        is_cell.append(False)
    elif name == "/table":
        is_cell[1:] = is_cell[1:-1]
    elif len(is_cell) > 1:
        is_cell[-1] = name in _CELLS


# -- what is written --------------------------------------------------------------------------------


def _signs(several: Sequence[Mark]) -> str:
    return " ".join(dict.fromkeys(mark.sign for mark in several))


def _raised(signs: str) -> str:
    """Signs as they stand behind a word of a plain text: digits would be a part of it."""
    return signs.translate(_RAISED)


def _line(mark: Mark) -> str:
    """A footnote of a plain text."""
    return f"{_raised(mark.sign)} {mark.text}"


def _sup(several: Sequence[Mark]) -> str:
    return f'<sup class="{MARK}">{_escaped(_signs(several))}</sup>'


def _escaped(text: str) -> str:
    """A text as HTML: what a parser would drop or change is not in it."""
    return escape(
        "".join(each for each in text if each in "\n\t" or (each >= " " and not "\ud800" <= each <= "\udfff"))
    )


def _blocks(markup: Markup, lines: Sequence[Mark], kept: Sequence[_Insertion], notes: Notes) -> Iterator[_Insertion]:
    """The footnotes, at one place after the other; as elements of a line where a block would end a paragraph."""
    if not lines:
        return
    last = max((each.place for each in kept), default=0)
    places = []
    if notes is Notes.ARTICLE:
        places += [place for number in markup.where({"/article"}) if (place := markup.places[2 * number + 1]) >= last][
            :1
        ]
    places += [markup.places[2 * number + 1] for name in ("/body", "/html") for number in markup.where({name})[-1:]][:1]
    places.append(len(markup.source))
    if markup.tokens and not markup.texts[-1]:
        places.append(markup.places[-2])
    places += [markup.places[2 * first + 1] for first, end in markup.templates if end == len(markup.tokens)]
    if kept:
        places.append(last)
    for place in dict.fromkeys(places):
        yield _Insertion(place, _block("aside", "p", lines))
        yield _Insertion(place, _block("span", "bdi", lines))


def _block(outer: str, inner: str, lines: Sequence[Mark]) -> str:
    inside = "".join(
        f"<{inner}{_language(line)}>{_escaped(line.sign)} {_escaped(line.text)}</{inner}>" for line in lines
    )
    return f'<{outer} class="{NOTES}" role="doc-endnotes">{inside}</{outer}>'


def _language(line: Mark) -> str:
    return f' lang="{_escaped(line.language)}"' if line.language else ""


class _Draft:
    """A page with the elements that are tried."""

    def __init__(self, markup: Markup) -> None:
        self._source = markup.source
        self._tree = serialised(self._source)[0]
        self._class = free_class(self._source)
        self._tries = 0

    def written(self, insertions: Iterable[_Insertion]) -> str:
        """The page with some insertions."""
        return _written(self._source, insertions)

    def is_sound(self, insertions: Sequence[_Insertion]) -> bool:
        """Whether the page is the same but for what is inserted."""
        self._tries += 1
        tried = [replace(each, text=_CLASS.sub(f'class="{self._class}"', each.text, count=1)) for each in insertions]
        return serialised(self.written(tried), self._class) == (self._tree, len(insertions))

    def sound(self, insertions: Sequence[_Insertion]) -> list[_Insertion]:
        """Those insertions that leave the page the same, found by halves."""
        if not insertions or self.is_sound(insertions):
            return list(insertions)
        if len(insertions) == 1 or self._tries > _MOST_TRIES:
            return []
        middle = len(insertions) // 2
        kept = [*self.sound(insertions[:middle]), *self.sound(insertions[middle:])]
        return kept if not kept or self.is_sound(kept) else []


def _written(source: str, insertions: Iterable[_Insertion]) -> str:
    """A source with some insertions."""
    pieces: list[str] = []
    done = 0
    for each in sorted(insertions, key=attrgetter("place")):
        pieces += (source[done : each.place], each.text)
        done = each.place
    return "".join((*pieces, source[done:]))
