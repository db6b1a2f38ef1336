"""Marks in pages and texts: what an answer says of whom a page names, behind the names themselves.

Theory: which notices are due is decided as for any page; here they are only put where the law wants them. A notice
that stands after the first mention is marked there; one that shares a footnote for other places, at each mention.
What cannot be marked is told, since somebody has to do it by hand.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Final

import msgspec

from compliance.answer import Answer, Mention
from compliance.check import Checker
from compliance.content.facts import Content
from compliance.content.mentioned import OF_PAGE, Found
from compliance.errors import Problem, RequestError
from compliance.mentions import scan
from compliance.mentions.annotate import Mark, annotate, annotate_text
from compliance.mentions.html import read
from compliance.model.notice import Placement
from compliance.reader import Reader

TEXT: Final = "text"


class Annotated(msgspec.Struct, frozen=True, kw_only=True):
    """A page or a text with its marks, and the answer that they rest on.

    `html` or `text` is what was given, with marks; the other one is None. `unmarked` are mentions that should have a
    mark and stand where nothing can be put.
    """

    html: str | None
    text: str | None
    unmarked: tuple[Mention, ...]
    answer: Answer

    def to_json(self) -> bytes:
        """The same as UTF-8 JSON."""
        return msgspec.json.encode(self)


def marked(
    checker: Checker,
    content: Content,
    reader: Reader | None = None,
    *,
    languages: Sequence[str] = (),
    as_of: date | None = None,
) -> Annotated:
    """A page with a mark behind whom it has to be told about, and the footnotes.

    Args:
        checker: what answers.
        content: the page; its `html` is marked, or its `text` where there is none.
        reader: where the reader is; None means that nobody knows.
        languages: BCP 47 tags that the reader reads, best first.
        as_of: ask as of this civil day in every zone; without it, now.

    Raises:
        RequestError: with everything in the question that cannot be understood.
    """
    source = content.html if content.html and content.html.strip() else None
    if source is None and not (content.text and content.text.strip()):
        raise RequestError([Problem("there is nothing to mark", where="content", help="give `html` or `text`")])
    answer = checker.check(content, reader, languages=languages, as_of=as_of)
    marks, every = _marks(answer)
    found = checker.looked_at(content).mentions
    if source is None:
        mine = [each.what for each in found if isinstance(each.what, scan.Mention) and each.what.field == TEXT]
        text = annotate_text(content.text or "", mine, marks, every=every).text
        return Annotated(html=None, text=text, unmarked=(), answer=answer)
    of_page = [each for each in found if each.what.field.startswith(OF_PAGE)]
    done = annotate(source, read(source), [_of_page(each) for each in of_page], marks, every=every)
    left = {(each.entity, each.field, each.start) for each in done.unmarked}
    spans = {
        (each.what.entity, each.what.field, each.span)
        for each in of_page
        if (each.what.entity, each.what.field.removeprefix(OF_PAGE), each.what.start) in left
    }
    unmarked = tuple(each for each in answer.mentions if (each.entity, each.field, _span(each)) in spans)
    return Annotated(html=done.text, text=None, unmarked=unmarked, answer=answer)


def _span(mention: Mention) -> tuple[int, int] | None:
    return None if mention.start is None or mention.end is None else (mention.start, mention.end)


def _of_page(found: Found) -> scan.Mention:
    """A mention as the page itself has it: without what an answer writes before the field."""
    if not isinstance(found.what, scan.Mention):
        raise TypeError("what was passed over has no mark")
    return msgspec.structs.replace(found.what, field=found.what.field.removeprefix(OF_PAGE))


def _marks(answer: Answer) -> tuple[dict[str, list[Mark]], bool]:
    """What readers are told about each entity, and whether any of it stands at every mention."""
    shared = {each.marker: each for each in answer.footnotes}
    found: dict[str, list[Mark]] = {}
    own, every = 0, False
    for notice in answer.notices:
        is_first = Placement.AFTER_FIRST_MENTION.value in notice.placements
        if notice.entity is None or notice.display != "show" or not (is_first or notice.marker):
            continue
        every = every or not is_first
        if notice.marker in shared:
            note = shared[notice.marker]
            mark = Mark(note.marker, _without(note.marker, note.text), note.language)
        else:
            own += 1
            mark = Mark(str(own), notice.text, notice.language)
        found.setdefault(notice.entity, []).append(mark)
    return found, every


def _without(marker: str, text: str) -> str:
    """The words of a footnote, without the marker that stands before them."""
    return text.removeprefix(marker).lstrip()
