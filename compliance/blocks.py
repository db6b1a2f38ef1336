"""Notices as the HTML that goes into a page: which of an answer are printed, in which order, and what stands together.

Theory: only what an answer says to show is printed. Notices of one group are one block, at the place of the first;
instances that share a footnote are that footnote, once; what may have nothing before it comes first. It is read from
an answer as bytes, too, of which nothing else matters here, so an answer of a later version can be printed. Where
nobody can say which notices are due, and none can be named without accusing somebody, there is a block that says just
that, in words that are true for every reader of every page: nothing at all would read as "none is due".
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Final

import msgspec

SHOW: Final = "show"
_AFTER: Final = ("beside", "on-image", "after-first-mention", "footer")
"""Placements that come behind the text, where notices can stand only before or behind it."""
STAND_IN_WORDS: Final = {
    "en": "Depending on where you are, the law may require notices on this page, and sharing, liking, saving or "
    "commenting on it may have legal consequences for you.",
    "ru": "В зависимости от того, где вы находитесь, закон может требовать предупреждений на этой странице, а репост, "
    "лайк, комментарий или сохранение могут иметь для вас правовые последствия.",
    "uk": "Залежно від того, де ви перебуваєте, закон може вимагати попереджень на цій сторінці, а поширення, "
    "вподобання, коментар чи збереження можуть мати для вас правові наслідки.",
}


class PrintedNotice(msgspec.Struct, frozen=True, kw_only=True):
    """A notice as far as a page prints it."""

    html: str
    display: str
    placement: str
    placements: tuple[str, ...] = ()
    group: str | None = None
    marker: str | None = None
    nothing_before: bool = False

    @property
    def places(self) -> tuple[str, ...]:
        """Every placement that it has."""
        return self.placements or (self.placement,)


class PrintedFootnote(msgspec.Struct, frozen=True, kw_only=True):
    """What notices with one marker say together."""

    marker: str
    html: str


class Printed(msgspec.Struct, frozen=True, kw_only=True):
    """An answer as far as a page prints it."""

    notices: tuple[PrintedNotice, ...]
    footnotes: tuple[PrintedFootnote, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Whether nothing of it is printed."""
        return not any(_is_shown(each) for each in self.notices)


_decoder: Final = msgspec.json.Decoder(Printed)


def printed(answer: object) -> Printed:
    """What a page prints of an answer.

    Args:
        answer: an answer, or one as UTF-8 JSON.

    Raises:
        msgspec.MsgspecError: it is none.
    """
    if isinstance(answer, bytes):
        return _decoder.decode(answer)
    return msgspec.convert(answer, Printed, from_attributes=True)


def _is_shown(notice: PrintedNotice) -> bool:
    return notice.display == SHOW and bool(notice.html)


def block(answer: Printed, placements: Collection[str] | None = None) -> str:
    """The notices of an answer as HTML; `""` if it has none there.

    Args:
        answer: what is to be printed.
        placements: only what has one of these; None is all.
    """
    pieces = _pieces(answer, [each for each in answer.notices if _is_there(each, placements)])
    return _wrapped("".join(pieces))


def _is_there(notice: PrintedNotice, placements: Collection[str] | None) -> bool:
    return _is_shown(notice) and (placements is None or not {*placements}.isdisjoint(notice.places))


def _pieces(answer: Printed, notices: list[PrintedNotice]) -> Iterator[str]:
    """Each notice, group or footnote that is printed, once."""
    notes = {each.marker: each.html for each in answer.footnotes}
    said: set[str] = set()
    done: set[str] = set()
    for notice in sorted(notices, key=lambda each: not each.nothing_before):
        if notice.group is None:
            yield _once(notice, notes, said)
        elif notice.group not in done:
            done.add(notice.group)
            mine = [each for each in notices if each.group == notice.group]
            inner = "".join(_once(each, notes, said) for each in mine)
            yield f'<div class="notice-group">{inner}</div>' if len(mine) > 1 else inner


def _once(notice: PrintedNotice, notes: dict[str, str], said: set[str]) -> str:
    """The HTML of a notice, or of its footnote, unless that was printed before."""
    html = notice.html if notice.marker is None else notes.get(notice.marker, notice.html)
    if html in said:
        return ""
    said.add(html)
    return html


def _wrapped(inner: str) -> str:
    return f'<div class="notices">{inner}</div>' if inner else ""


def _stand_in() -> str:
    words = "".join(f'<p lang="{tag}" dir="ltr">{text}</p>' for tag, text in STAND_IN_WORDS.items())
    return _wrapped(f'<aside role="note" class="notice notice-alert">{words}</aside>')


STAND_IN: Final = _stand_in()
"""What is printed where nobody can say what is due."""
NOTHING: Final = '<div class="notices"></div>'
"""What is printed where it is known that nothing is to be shown."""


class Halves(msgspec.Struct, frozen=True):
    """The notices of a page that stand before its text, and those that stand behind it."""

    before: str = ""
    behind: str = ""


def halves(answer: Printed) -> Halves:
    """The notices by the half of the page in which they stand; one that has several placements may stand in both."""
    known = {place for each in answer.notices for place in each.places}
    return Halves(block(answer, known.difference(_AFTER)), block(answer, _AFTER))


UNSURE: Final = Halves(before=STAND_IN)
"""The halves of a page of which nobody can say what is due."""
