"""Marks behind names and footnotes below the text, in a page or a plain text that is otherwise the same.

Theory: a mark is written into the source, never into a tree that is then printed: so nothing else can change. It goes
behind the last character of a name, inside the innermost element there. Some places take no element, others would
break what stands around them (`option`, pictures, a table outside of its cells). These are left out; and whatever is
written is held against the page as a parser reads it: without our elements it has to be the very same tree, else what
disturbs it is taken out again. Marks and footnotes of ours that are there already are replaced, so marking twice
is marking once. A name that cannot be marked is told, and its footnote stands all the same.

Source: HTML Living Standard, 13.2.6 (tree construction).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from html import escape
from itertools import pairwise
from operator import itemgetter
from typing import Final

from compliance.mentions.html import SEEN, Page
from compliance.mentions.markup import MARK, NOTES, Markup
from compliance.mentions.scan import Mention
from compliance.mentions.tree import is_affordable, serialised

_MOST_TRIES: Final = 24
"""So often a page is read again to find what disturbs it; then no marks are left."""
_CELLS: Final = frozenset({"td", "th", "caption"})
_TABLES: Final = frozenset({"tr", "tbody", "thead", "tfoot", "colgroup", "col"})
_CLOSED: Final = frozenset({"select", "option", "optgroup", "frameset", "plaintext"})
_TAKING_NONE: Final = _CLOSED | {f"/{each}" for each in _CLOSED}
_FOLLOWED: Final = frozenset({"table", "/table"}) | _CELLS | _TABLES | {f"/{each}" for each in _CELLS | _TABLES}


class Notes(StrEnum):
    """Where the footnotes of a page go: to its end."""

    BODY = "body"
    ARTICLE = "article"
    """To the end of the article with the last mark; of the page if there is none."""


@dataclass(frozen=True, slots=True)
class Mark:
    """What a reader is told about an entity."""

    sign: str
    """Behind the name and before the footnote: `*`."""
    text: str
    """The words of the footnote."""
    language: str | None = None


@dataclass(frozen=True, slots=True)
class Annotated:
    """A page or a text with its marks."""

    text: str
    unmarked: tuple[Mention, ...] = ()
    """Mentions that were to be marked and stand where nothing can be."""
    has_notes: bool = False
    """Whether the footnotes are in it. They are missing if there are none, or if no place takes them."""


@dataclass(frozen=True, slots=True)
class _Insertion:
    place: int
    text: str
    mention: Mention | None = None


def annotate(
    html: str,
    page: Page,
    mentions: Iterable[Mention],
    marks: Mapping[str, Sequence[Mark]],
    *,
    every: bool = False,
    notes: Notes = Notes.BODY,
) -> Annotated:
    """The page with a mark behind mentions, and with the footnotes that these refer to.

    Args:
        html: the page.
        page: what was read from it.
        mentions: those to mark, as they were found in the fields of the page.
        marks: for each entity what readers are told about it; entities without marks are left alone.
        every: mark every mention, not only the first one of each entity.
        notes: where the footnotes go.

    Raises:
        ValueError: the page was not read from this HTML.
    """
    if page.markup.source != html:
        raise ValueError("the page was read from another source")
    wanted = [each for each in mentions if marks.get(each.entity)]
    places = _Places(page)
    placed = sorted(((place, each) for each in wanted if (place := places.of(each)) is not None), key=_order)
    chosen = placed if every else _first(placed)
    unmarked = [each for each in wanted if places.of(each) is None] if every else _nowhere(wanted, chosen)
    insertions = [_Insertion(place, _sup(marks[each.entity]), each) for place, each in _once(chosen)]
    if not is_affordable(page.markup):
        return Annotated(html, tuple(each for each in wanted if every or each in _firsts(wanted)))
    draft = _Draft(page.markup)
    kept = draft.sound(insertions)
    unmarked += [each.mention for each in insertions if each not in kept and each.mention is not None]
    lines = _lines(wanted, marks)
    for block in _blocks(page.markup, lines, kept, notes):
        if draft.is_sound([*kept, block]):
            return Annotated(draft.written([*kept, block]), tuple(unmarked), has_notes=True)
    return Annotated(draft.written(kept), tuple(unmarked))


def annotate_text(
    text: str, mentions: Iterable[Mention], marks: Mapping[str, Sequence[Mark]], *, every: bool = False
) -> Annotated:
    """A plain text with a sign behind mentions, and with the footnotes below it; what is there already stays.

    Args:
        text: the text.
        mentions: those to mark.
        marks: for each entity what readers are told about it.
        every: mark every mention, not only the first one of each entity.
    """
    wanted = [each for each in mentions if marks.get(each.entity)]
    body = len(text)
    lines = [f"{mark.sign} {mark.text}" for mark in _lines(wanted, marks)]
    present = [line for line in lines if f"\n{line}\n" in f"\n{text}\n"]
    for line in present:
        body = min(body, f"\n{text}\n".rfind(f"\n{line}\n"))
    placed = sorted(((each.end, each) for each in wanted if each.end <= body), key=_order)
    insertions = []
    for place, each in _once(placed if every else _first(placed)):
        signs = _signs(marks[each.entity])
        if not text.startswith(signs, place):
            insertions.append(_Insertion(place, signs, each))
    missing = [line for line in lines if line not in present]
    below = "".join(f"\n{line}" for line in missing)
    gap = "\n" if missing and not present else ""
    return Annotated(_written(text, insertions, ()) + gap + below, (), has_notes=bool(lines))


# -- which mentions ---------------------------------------------------------------------------------


def _order(placed: tuple[int, Mention]) -> tuple[int, str]:
    return placed[0], placed[1].entity


def _first(placed: Iterable[tuple[int, Mention]]) -> list[tuple[int, Mention]]:
    """The first place of each entity."""
    found: dict[str, tuple[int, Mention]] = {}
    for place, each in placed:
        found.setdefault(each.entity, (place, each))
    return list(found.values())


def _firsts(wanted: Iterable[Mention]) -> list[Mention]:
    return list({each.entity: each for each in reversed([*wanted])}.values())


def _nowhere(wanted: Iterable[Mention], chosen: Iterable[tuple[int, Mention]]) -> list[Mention]:
    """The first mention of each entity that has no place anywhere."""
    marked = {each.entity for _, each in chosen}
    return [each for each in _firsts(wanted) if each.entity not in marked]


def _once(placed: Iterable[tuple[int, Mention]]) -> Iterator[tuple[int, Mention]]:
    """Each entity once at a place."""
    known: set[tuple[int, str]] = set()
    for place, each in placed:
        if (place, each.entity) not in known:
            known.add((place, each.entity))
            yield place, each


def _lines(wanted: Iterable[Mention], marks: Mapping[str, Sequence[Mark]]) -> list[Mark]:
    """Each footnote once, in the order in which `marks` has them."""
    entities = {each.entity for each in wanted}
    return list(dict.fromkeys(mark for entity, several in marks.items() if entity in entities for mark in several))


# -- where marks may stand --------------------------------------------------------------------------


class _Places:
    """Where in the source a mark goes."""

    def __init__(self, page: Page) -> None:
        self._page = page
        markup = page.markup
        self._starts = {place: number for number, place in enumerate(markup.places) if markup.written[number]}
        self._closed = _closed(markup)

    def of(self, mention: Mention) -> int | None:
        """The place behind a mention; None if nothing can stand there."""
        field = self._page.field(mention.field)
        if mention.field not in SEEN or field is None or field.source is None or mention.end > len(field.text):
            return None
        number = field.source.piece(mention.end - 1)
        start, written = field.source.places[number], field.source.written[number]
        piece = self._starts.get(start)
        is_text = field.source.shown[number] == written or written[:1] == "&"
        if piece is None or not is_text or self._closed[piece]:
            return None
        return field.source.span(mention.end - 1, mention.end)[1]


def _closed(markup: Markup) -> list[bool]:
    """For each text and token whether it stands where no mark may be."""
    numbers = markup.where(_TAKING_NONE | _FOLLOWED)
    closed = [False] * len(markup.written)
    depth, is_cell = 0, [True]
    for number, following in pairwise([*numbers, len(markup.tokens)]):
        name = markup.names[number]
        if name in _TAKING_NONE:
            depth = max(depth - 1, 0) if name[0] == "/" else depth + (name not in {"option", "optgroup"})
            is_option = name == "option"
        else:
            is_option = False
            _enter(name, is_cell)
        if depth or is_option or not is_cell[-1]:
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
    """A page without our elements, and with those that are tried."""

    def __init__(self, markup: Markup) -> None:
        self._source = markup.source
        hidden = {number for first, last in markup.templates for number in range(first, last)}
        self._removed = [
            (markup.places[2 * number + 1], markup.places[2 * number + 1] + len(markup.tokens[number].rstrip()))
            for number in markup.where({"sup", "aside", "span"})
            if markup.is_ours(number) and number not in hidden
        ]
        self._tree, self._count = serialised(self.written(()))
        if self._removed and serialised(self._source)[0] != self._tree:
            self._removed = []  # something hangs on them: they stay
            self._tree, self._count = serialised(self._source)
        self._tries = 0

    def written(self, insertions: Iterable[_Insertion]) -> str:
        """The page with some insertions, and without what of ours it had."""
        return _written(self._source, insertions, self._removed)

    def is_sound(self, insertions: Sequence[_Insertion]) -> bool:
        """Whether the page is the same but for what is inserted."""
        self._tries += 1
        return serialised(self.written(insertions)) == (self._tree, self._count + len(insertions))

    def sound(self, insertions: Sequence[_Insertion]) -> list[_Insertion]:
        """Those insertions that leave the page the same, found by halves."""
        if not insertions or self.is_sound(insertions):
            return list(insertions)
        if len(insertions) == 1 or self._tries > _MOST_TRIES:
            return []
        middle = len(insertions) // 2
        kept = [*self.sound(insertions[:middle]), *self.sound(insertions[middle:])]
        return kept if not kept or self.is_sound(kept) else []


def _written(source: str, insertions: Iterable[_Insertion], removed: Iterable[tuple[int, int]]) -> str:
    """A source with some insertions and without some pieces."""
    edits = [(each.place, each.place, each.text) for each in insertions]
    edits += [(start, end, "") for start, end in removed]
    pieces: list[str] = []
    done = 0
    for start, end, text in sorted(edits, key=itemgetter(0, 1)):
        pieces += (source[done:start], text)
        done = max(done, end)
    return "".join((*pieces, source[done:]))
