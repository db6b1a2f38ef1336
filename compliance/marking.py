"""Marks in pages and texts: what an answer says of whom a page names, behind the names themselves.

Theory: which notices are due is decided as for any page; here they are only put where the law wants them. A notice
that stands after the first mention is marked there, with a footnote of its own or a shared one; any other that shares
a footnote, at each mention.
What cannot be marked is told, since somebody has to do it by hand. A name that has such a mark already gets no second
one, and that is told, too: the law may want other words. It says nothing about which notices are due.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

import msgspec

from compliance.answer import Answer, Mention, Notice, NotListed
from compliance.assemble import listed_of, mention_of, said_of
from compliance.check import Checker
from compliance.content.facts import Content, without_halves
from compliance.content.mentioned import OF_PAGE, Found, Looked, filled
from compliance.errors import Problem, RequestError
from compliance.mentions import annotate as annotated
from compliance.mentions import scan
from compliance.mentions.annotate import Mark, annotate, annotate_text
from compliance.mentions.former import Former, without_former
from compliance.mentions.html import read
from compliance.mentions.markup import Markup
from compliance.mentions.wordings import registers_of
from compliance.model.notice import Placement
from compliance.model.ruleset import Ruleset
from compliance.parts import Parts
from compliance.reader import Reader

TEXT: Final = "text"
_DONE: Final = frozenset({Placement.AFTER_FIRST_MENTION.value, Placement.FOOTER.value})
"""What marks and their footnotes carry out."""
_NO_MARK: Final = "marks and footnotes do not carry it out"
_NOT_NAMED: Final = "nothing that was marked names its entity"
_NO_FOOTNOTE: Final = "no place in the page takes its footnote, or the page is too deep to be read as browsers do"


class AlreadyMarked(msgspec.Struct, frozen=True, kw_only=True):
    """A mention that the text itself marks, and the notice that was not put behind it for that reason."""

    notice: str
    text: str
    mention: Mention


class NotPlaced(msgspec.Struct, frozen=True, kw_only=True):
    """A notice that is to be shown, the placements that somebody else has to see to, and why."""

    notice: str
    entity: str | None
    placements: tuple[str, ...]
    reason: str


class Annotated(msgspec.Struct, frozen=True, kw_only=True):
    """A page or a text with its marks, and the answer that they rest on.

    `html` and `text` are what was given of them, with marks; what was not given is None. `unmarked` are mentions that
    should have a mark and stand where nothing can be put or nobody sees it, `already_marked` those that have one, of a
    publisher or of ours, `possibly_marked` those that have one and are not certain. `not_placed` are notices that are
    to be shown and that no mark carries out. `not_ours` are the words of footnotes and marks that are called as ours
    in the page and say nothing that the rules know: they stayed. `not_listed` says how many more belong into these
    lists: each of them has its mark, or none, like those that are listed.
    """

    html: str | None
    text: str | None
    unmarked: tuple[Mention, ...]
    answer: Answer
    already_marked: tuple[AlreadyMarked, ...] = ()
    possibly_marked: tuple[Mention, ...] = ()
    not_placed: tuple[NotPlaced, ...] = ()
    not_ours: tuple[str, ...] = ()
    not_listed: tuple[NotListed, ...] = ()

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
    is_given: bool = True,
) -> Annotated:
    """A page with a mark behind whom it has to be told about, and the footnotes.

    Args:
        checker: what answers.
        content: the page; its `html` and its `text` are marked, each by itself, as far as they are given.
        reader: where the reader is; None means that nobody knows.
        languages: BCP 47 tags that the reader reads, best first; behind them counts the language of the page.
        as_of: ask as of this civil day in every zone; without it, now.
        is_given: false for a page that is only tried: then nothing of it is recorded.

    Raises:
        RequestError: with everything in the question that cannot be understood.
    """
    content = without_halves(content)  # what comes out is written down
    if not all(isinstance(each, str | None) for each in (content.headline, content.text, content.html)):
        checker.check(content)  # says what is wrong
    html, text = _given(content)
    given = checker.looked_at(content)
    answer = checker.check(
        content, reader, languages=_languages(languages, content, given), as_of=as_of, is_given=is_given
    )
    marks = _marks(answer, checker.ruleset)
    former = Former("") if html is None else _former(html, given, marks)
    looked = checker.looked_at(replace(content, html=former.html)) if former.removed else given
    in_page, in_text = _of(looked, lambda field: field.startswith(OF_PAGE)), _of(looked, lambda field: field == TEXT)
    done = _Done(
        None if html is None else annotate(former.html, read(former.html), map(_as_found, in_page), marks),
        None if text is None else annotate_text(text, map(_as_found, in_text), marks),
    )
    told = _Told(given, [*in_page, *in_text], former, Parts(checker.ruleset), answer.as_of)
    return _told(done, answer, told)


def _given(content: Content) -> tuple[str | None, str | None]:
    """The page and the text that are to be marked."""
    html, text = (each if each and each.strip() else None for each in (content.html, content.text))
    if html is None and text is None:
        raise RequestError([Problem("there is nothing to mark", where="content", help="give `html` or `text`")])
    return html, text


def _of(looked: Looked, is_wanted: Callable[[str], bool]) -> list[Found]:
    """The mentions of some fields."""
    return [each for each in looked.mentions if is_wanted(each.what.field)]


def _languages(languages: Sequence[str], content: Content, looked: Looked) -> Sequence[str]:
    """The languages of the reader, and behind them that of the page: footnotes are read where the page is."""
    own = filled(content, looked).language
    is_list = isinstance(languages, list | tuple)  # of anything else a check says whether it is one
    return (*languages, own) if is_list and own else languages


@dataclass(frozen=True, slots=True)
class _Done:
    """What was given, with its marks."""

    html: annotated.Annotated | None
    text: annotated.Annotated | None

    @property
    def each(self) -> list[annotated.Annotated]:
        return [one for one in (self.html, self.text) if one is not None]


def _former(html: str, looked: Looked, marks: Mapping[str, Sequence[Mark]]) -> Former:
    """A page without what an earlier marking left in it."""
    words = {mark.text for several in marks.values() for mark in several}
    return without_former(Markup(html), looked.notices, words)


def _told(done: _Done, answer: Answer, told: _Told) -> Annotated:
    """The same with the mentions as the answer has them."""
    unmarked, one = listed_of("unmarked", told.given(each for part in done.each for each in part.unmarked), said_of)
    carried = [(given, mark) for part in done.each for each, mark in part.carried for given in told.given([each])]
    already, two = listed_of(
        "already_marked", carried, lambda each: (each[0].what.entity, (said_of(each[0]), each[1].notice))
    )
    possible, three = listed_of(
        "possibly_marked", told.given(each for part in done.each for each in part.possible), said_of
    )
    return Annotated(
        html=None if done.html is None else done.html.text,
        text=None if done.text is None else done.text.text,
        unmarked=tuple(map(told.mention, unmarked)),
        answer=answer,
        already_marked=tuple(
            AlreadyMarked(notice=mark.notice, text=mark.text, mention=told.mention(each)) for each, mark in already
        ),
        possibly_marked=tuple(map(told.mention, possible)),
        not_placed=(*_elsewhere(answer, told.entities), *_without_footnote(answer, done)),
        not_ours=told.former.strangers,
        not_listed=(*one, *two, *three),
    )


_Place = tuple[str, str, tuple[int, int] | None]
"""An entity, a field, and from where to where there."""


class _Told:
    """The mentions of what was given, by those that were found in it without what an earlier marking left there."""

    def __init__(self, given: Looked, found: Sequence[Found], former: Former, parts: Parts, day: date) -> None:
        by_span: dict[_Place, list[int]] = {}
        for number, each in enumerate(given.mentions):
            by_span.setdefault((each.what.entity, each.what.field, each.span), []).append(number)
        self._given = given.mentions
        self.entities = {each.what.entity for each in found}
        self.former = former
        self._parts, self._day = parts, day
        self._numbers: dict[_Place, list[int]] = {}
        for each in found:
            what, span = each.what, each.span
            if span is not None and what.field.startswith(OF_PAGE):
                span = former.was(span)
            self._numbers[_place(what)] = by_span.get((what.entity, what.field, span), [])

    def mention(self, found: Found) -> Mention:
        """A mention as answers tell it."""
        return mention_of(found, self._parts, self._day)

    def given(self, wanted: Iterable[scan.Mention]) -> list[Found]:
        """The same mentions as they stand in what was given, in its order."""
        found = {number for each in wanted for number in self._numbers.get(_place(each), ())}
        return [self._given[number] for number in sorted(found)]


def _place(what: scan.Mention | scan.Suppressed) -> _Place:
    return what.entity, what.field.removeprefix(OF_PAGE), (what.start, what.end)


def _as_found(found: Found) -> scan.Mention:
    """A mention as the page itself has it: without what an answer writes before the field."""
    if not isinstance(found.what, scan.Mention):
        raise TypeError("what was passed over has no mark")
    return msgspec.structs.replace(found.what, field=found.what.field.removeprefix(OF_PAGE))


def _marks(answer: Answer, ruleset: Ruleset) -> dict[str, list[Mark]]:
    """What readers are told about each entity."""
    shared = {each.marker: each for each in answer.footnotes}
    found: dict[str, list[Mark]] = {}
    own = 0
    for notice in answer.notices:
        if notice.entity is None or not _is_at_mentions(notice):
            continue
        every = not _is_after_first(notice)
        registers = _registers(notice, answer, ruleset)
        if notice.marker in shared:
            note = shared[notice.marker]
            mark = Mark(note.marker, _without(note.marker, note.text), note.language, registers, notice.id, every)
        else:
            own += 1
            mark = Mark(str(own), notice.text, notice.language, registers, notice.id, every)
        found.setdefault(notice.entity, []).append(mark)
    return found


def _is_after_first(notice: Notice) -> bool:
    return Placement.AFTER_FIRST_MENTION.value in notice.placements


def _is_at_mentions(notice: Notice) -> bool:
    """Whether a notice is shown where its entity is mentioned."""
    return notice.display == "show" and notice.entity is not None and (_is_after_first(notice) or bool(notice.marker))


def _elsewhere(answer: Answer, entities: Collection[str]) -> Iterator[NotPlaced]:
    """The notices that are shown and that marks do not put everywhere; those of `entities` have their marks."""
    for notice in answer.notices:
        is_marked = _is_at_mentions(notice) and notice.entity in entities
        left = tuple(each for each in notice.placements if not (is_marked and each in _DONE))
        if left and notice.display == "show":
            reason = _NOT_NAMED if _is_at_mentions(notice) and not is_marked else _NO_MARK
            yield NotPlaced(notice=notice.id, entity=notice.entity, placements=left, reason=reason)


def _without_footnote(answer: Answer, done: _Done) -> Iterator[NotPlaced]:
    """The notices whose footnotes the page does not take."""
    missing = {each.notice for one in done.each for each in one.missing}
    for notice in answer.notices:
        if notice.id in missing and _is_at_mentions(notice):
            left = tuple(each for each in notice.placements if each in _DONE)
            yield NotPlaced(notice=notice.id, entity=notice.entity, placements=left, reason=_NO_FOOTNOTE)


def _registers(notice: Notice, answer: Answer, ruleset: Ruleset) -> frozenset[str]:
    """The registers that a mark has to speak of, so that the notice need not stand there; none if nobody can tell."""
    asked = [registers_of(ruleset.rules[rule]) for rule in notice.rules if rule in ruleset.rules]
    if len(asked) != notice.rule_count or not all(asked):
        return frozenset()
    listed = {each.register for one in answer.mentions if one.entity == notice.entity for each in one.statuses}
    return frozenset().union(*asked) & listed


def _without(marker: str, text: str) -> str:
    """The words of a footnote, without the marker that stands before them."""
    return text.removeprefix(marker).lstrip()
