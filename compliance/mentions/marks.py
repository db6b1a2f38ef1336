"""Marks beside names: what a text says already of those whom it names, and of which register it says so.

Theory: publishers write it in brackets or behind a comma («Медуза (признана нежелательной организацией)»), before the
name («иноагент Медуза»), or in a note that a sign refers to («Медуза*»). The phrases are data of registers. A mark is
what makes a second one needless, and a mark that is taken for one in error leaves a name without any. So whatever is
doubtful is none: a phrase that stands farther away, or beside any word that is not known to say nothing, in brackets
that name others, a sign whose notes do not all say the same. What was seen is told all the same.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import chain
from operator import itemgetter
from typing import Final, Protocol, TypeVar

from compliance.mentions.harmless import is_asked, is_doubted, is_ended
from compliance.mentions.phrases import CLAUSE, Phrases
from compliance.mentions.words import words_of

_WIDEST: Final = 300
"""So long may brackets with a mark be, or a clause."""
_LONGEST_NOTE: Final = 1_000
_MOST_NOTES: Final = 50
"""More notes that begin with one sign are none: they are a list."""
_SHOWN: Final = 80
"""So many characters of a mark are told."""
_SPACES: Final = " \xa0\u202f\t"
_OPENING: Final = "«„“\"'‘‹"
SUPERSCRIPTS: Final = "\u2070\xb9\xb2\xb3\u2074\u2075\u2076\u2077\u2078\u2079"
_STARS: Final = "*\uff0a\ufe61\u2217\u204e\u2731\u066d"
"""Asterisks of all widths."""
SIGNS: Final = SUPERSCRIPTS + _STARS
"""The letters of marks of our own, and of most others."""
PLAIN: Final = str.maketrans(SUPERSCRIPTS + _STARS, "0123456789" + "*" * len(_STARS))
SIGN: Final = rf"[{_STARS}]{{1,9}}+|[†‡§]|[{SUPERSCRIPTS}]{{1,3}}+|[0-9]{{1,2}}+"
"""What refers to a note."""
_FIRST_NOTE: Final = re.compile(rf"[ \t\xa0]*+({SIGN})(?![0-9{SUPERSCRIPTS}{_STARS}])")
_NOTE: Final = re.compile(rf"\n{_FIRST_NOTE.pattern}")
"""A note: looked for by the end of the line before, which is found faster than the beginning of its own."""
_BEHIND: Final = re.compile(
    rf"[»”“\"'’›]{{0,2}}+"
    rf"((?:(?:[ \xa0]?(?:[{_STARS}]{{1,9}}+|[†‡§])|[{SUPERSCRIPTS}]{{1,3}}+|[0-9]{{1,2}}+)(?![^\W_]))*+)"
    r"[»”“\"'’›]{0,2}+(?:\s{0,2}+([(\[])|(\s{0,2}+,\s++|\s{1,2}+[—–-]\s++)|\s*+)"
)
_NUMBER: Final = re.compile(r" ([0-9]{1,2}+)(?![^\W_])")
_FIRST: Final = re.compile(r"\W{0,4}+(\w++)")
_EACH_SIGN: Final = re.compile(SIGN)
_CLOSING: Final = "»”“\"'’›"
_MAY_BEGIN: Final = frozenset(f"([{_STARS}\u2020\u2021\xa7\u2014\u2013-, \xa0\n\t")
"""Behind a name and a space, what may begin a mark."""
_DASHES: Final = frozenset("\u2014\u2013-")
_CLOSES: Final[Mapping[str, str]] = {"(": ")", "[": "]"}


class Placed(Protocol):
    """A mention, as far as it matters here."""

    @property
    def entity(self) -> str:
        """Whom it names."""

    @property
    def field(self) -> str:
        """The part of the content that it stands in."""

    @property
    def start(self) -> int:
        """Where it begins ..."""

    @property
    def end(self) -> int:
        """... and ends."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """A notice of the rule set that stands in a part of a content, and the registers of which it speaks."""

    field: str
    start: int
    end: int
    registers: frozenset[str] = frozenset()
    names: frozenset[str] = frozenset()
    """Of whom it speaks; of whoever stands before it, where it names nobody."""
    is_whole: bool = True
    """Whether all that fills its slots is known, so that nothing in it is the author's."""

    def says_of(self, entity: str) -> frozenset[str]:
        """The registers in which it says that an entity stands."""
        return self.registers if not self.names or entity in self.names else frozenset()


@dataclass(frozen=True, slots=True)
class Seen:
    """What stands beside a mention, in words, and the registers that it says it stands in."""

    words: tuple[str, ...] = ()
    registers: frozenset[str] = frozenset()


NOTHING: Final = Seen()


class Marks:
    """Sees the marks beside the mentions of contents."""

    def __init__(self, phrases: Phrases) -> None:
        self._phrases = phrases

    def seen(self, fields: Mapping[str, str], mentions: Sequence[Placed], notices: Sequence[Stretch]) -> Iterator[Seen]:
        """What stands beside each of the mentions of a content.

        Args:
            fields: the parts of the content.
            mentions: all of them.
            notices: the notices of the rule set that stand in it.
        """
        content = Content(fields, mentions, notices, self._phrases)
        for each in mentions:
            found = content.beside(each)
            if found:
                yield Seen(tuple(words for words, _ in found), frozenset().union(*(said for _, said in found)))
            else:
                yield NOTHING


_Found = tuple[str, frozenset[str]]


class Content:
    """A content in which mentions have marks."""

    def __init__(
        self, fields: Mapping[str, str], mentions: Sequence[Placed], notices: Sequence[Stretch], phrases: Phrases
    ) -> None:
        self._fields, self._mentions, self._phrases = fields, mentions, phrases
        self._notices = _by_field((each.field, each.start, each) for each in notices)
        self._known: dict[tuple[str, str], _Found] = {}

    def beside(self, mention: Placed) -> list[_Found]:
        """What stands behind a mention, and then what stands before it."""
        text = self._fields[mention.field]
        following = text[mention.end : mention.end + 2]
        if not self._notices and following[:1] == " " and following[1:] not in _MAY_BEGIN:  # a word: so it mostly is
            found = [*self._of_number(mention, text)] if following[1:].isdecimal() else []
        elif not self._notices and following == ", " and text[mention.end + 2 : mention.end + 3].isalpha():
            found = [*self._phrase_behind(mention, text, mention.end + 2, None)]
        else:
            found = [*self._behind(mention, text, following)]
        phrase = self._before(mention, text)
        return found if phrase is None else [*found, phrase]

    def _behind(self, mention: Placed, text: str, following: str) -> Iterator[_Found]:
        """What stands behind a mention: signs, and a phrase in brackets or in the clause that follows."""
        if following[:1] == " " and following[1:].isdecimal():
            yield from self._of_number(mention, text)
        found = _BEHIND.match(text, mention.end)
        if found is None:
            return
        signs = _EACH_SIGN.findall(found[1]) if found[1] else ()
        if len({*signs}) < len(signs):
            yield f"`{found[1].strip()}` behind it, of which nobody knows how many signs it is", frozenset()
        else:
            yield from (self._of_sign(sign, mention) for sign in signs)
        for _, notice in self._notices_in(mention.field, found.end(1), found.end() + 1):
            if not text[found.end(1) : notice.start].strip(f"{_SPACES}{_CLOSING},(["):
                yield "a notice of our own behind it", notice.says_of(mention.entity)
                return
        if found[2] or found[3]:
            yield from self._phrase_behind(mention, text, found.end(), _CLOSES.get(found[2] or ""))

    def _of_number(self, mention: Placed, text: str) -> Iterator[_Found]:
        """What the notes say that a number refers to; of a page, it may stand raised there."""
        number = _NUMBER.match(text, mention.end)
        if number is not None and number[1] in self.notes:
            yield self._of_sign(number[1], mention)

    def _phrase_behind(self, mention: Placed, text: str, place: int, closes: str | None) -> Iterator[_Found]:
        """The phrase with which brackets that begin at a place, or a clause, say something of a mention."""
        first = _FIRST.match(text, place)
        if first is None or not self._phrases.may_begin(first[1].lower().replace("ё", "е")):
            return
        if closes is not None:
            end = text.find(closes, place, place + _WIDEST)
        else:
            end = next((each.start() for each in CLAUSE.finditer(text, place, place + _WIDEST)), len(text))
        if place <= end <= place + _WIDEST and self._phrases.begins(text[place:end]):
            said = frozenset[str]() if self._names(mention, place, end) else self._phrases.said(text[place:end])
            is_predicate = closes is None and text[mention.end : place].strip()[-1:] in _DASHES
            is_over = is_ended(text, end) or is_asked(text, end, somewhere=is_predicate)
            yield _told(f"`{_line(text[place:end])}` behind it", said, is_over=is_over)

    def _before(self, mention: Placed, text: str) -> _Found | None:
        """The phrase directly before a mention."""
        quoted = mention.start
        while quoted and text[quoted - 1] in _OPENING:
            quoted -= 1
        end = quoted
        while end and text[end - 1] in _SPACES:
            end -= 1
        if end == quoted:
            return None
        first = max(end - _SHOWN, 0)
        last = text[max(text.rfind(" ", first, end) + 1, first) : end]
        if not self._phrases.may_end(last.rpartition("-")[2].lower().replace("ё", "е")):
            return None
        clause = CLAUSE.split(text[first:end])[-1]
        phrase, said = self._phrases.said_at_the_end(words_of(clause))
        if phrase is None:
            return None
        is_over = is_doubted(clause) or is_ended(text, mention.end) or is_asked(text, mention.end)
        return _told(f"`{' '.join(phrase.words)}` before it", said, is_over=is_over)

    def _names(self, mention: Placed, start: int, end: int) -> bool:
        """Whether others are named in a stretch."""
        return any(entity != mention.entity for entity in self._named(mention.field, start, end))

    def _named(self, field: str, start: int, end: int) -> list[str]:
        return [each.entity for _, each in _between(self._placed.get(field, ()), start, end)]

    def _notices_in(self, field: str, start: int, end: int) -> Sequence[tuple[int, Stretch]]:
        """The notices that begin in a stretch."""
        return _between(self._notices.get(field, ()), start, end) if self._notices else ()

    @cached_property
    def _placed(self) -> Mapping[str, Sequence[tuple[int, Placed]]]:
        """The mentions by part and place."""
        return _by_field((each.field, each.start, each) for each in self._mentions)

    # -- notes --------------------------------------------------------------------------------------

    def _of_sign(self, sign: str, mention: Placed) -> _Found:
        """What the notes say that a sign refers to: what all of them say that begin with it."""
        key = sign, mention.entity
        if key not in self._known:
            self._known[key] = self._of_notes(sign, mention, self.notes.get(sign.translate(PLAIN), ()))
        return self._known[key]

    def _of_notes(self, sign: str, mention: Placed, notes: Sequence[tuple[str, int, int]]) -> _Found:
        if not notes:
            return f"`{sign}` behind it, and no note that begins so", frozenset()
        said: frozenset[str] | None = None
        for field, start, end in notes:
            named = self._named(field, start, end)
            here = self._said(mention, field, start, end) if {*named} <= {mention.entity} else frozenset()
            said = here if said is None else said & here
        field, start, end = notes[0]
        if not said or len(notes) > _MOST_NOTES:
            return f"`{sign}` behind it, and a note that says nothing certain of it", frozenset()
        return f"`{sign}` behind it, and a note to it: `{_line(self._fields[field][start:end])}`", said

    def _said(self, mention: Placed, field: str, start: int, end: int) -> frozenset[str]:
        """The registers of which a note speaks."""
        own = self._notices_in(field, self._line_of(field, start), end)
        if own:
            return frozenset().union(*(each.says_of(mention.entity) for _, each in own))
        text, done = self._fields[field], start
        pieces = []
        for _, each in _between(self._placed.get(field, ()), start, end):
            pieces.append(text[done : each.start].rstrip(_OPENING))
            done = max(done, each.end)
            while done < end and text[done] in _CLOSING:
                done += 1
        return self._phrases.said("  ".join((*pieces, text[done:end])))

    @cached_property
    def notes(self) -> Mapping[str, Sequence[tuple[str, int, int]]]:
        """The notes of the content by the sign with which each begins: the part, and where the words stand."""
        found: dict[str, list[tuple[str, int, int]]] = defaultdict(list)
        for field, text in self._fields.items():
            for each in chain(filter(None, [_FIRST_NOTE.match(text)]), _NOTE.finditer(text)):
                if len(found[each[1].translate(PLAIN)]) > _MOST_NOTES:
                    continue
                end = text.find("\n", each.end(), each.end() + _LONGEST_NOTE)
                found[each[1].translate(PLAIN)].append(
                    (field, each.end(), min(len(text), each.end() + _LONGEST_NOTE) if end < 0 else end)
                )
        return found

    @cached_property
    def telling(self) -> frozenset[str]:
        """The signs with a note that speaks of a register, or is a notice of our own."""
        return frozenset(
            sign for sign, notes in self.notes.items() if any(self._is_telling(*note) for note in notes)
        )  # fmt: skip

    def _is_telling(self, field: str, start: int, end: int) -> bool:
        is_own = bool(self._notices_in(field, self._line_of(field, start), end))
        return is_own or bool(self._phrases.within(self._fields[field][start:end]))

    def _line_of(self, field: str, start: int) -> int:
        """Where the line of a note begins: a notice is taken with the sign before it."""
        return self._fields[field].rfind("\n", 0, start) + 1


_T = TypeVar("_T")


def _by_field(things: Iterable[tuple[str, int, _T]]) -> dict[str, list[tuple[int, _T]]]:
    """Things by part, in the order of their places."""
    found: dict[str, list[tuple[int, _T]]] = defaultdict(list)
    for field, place, thing in things:
        found[field].append((place, thing))
    for several in found.values():
        several.sort(key=itemgetter(0))
    return dict(found)


def _between(placed: Sequence[tuple[int, _T]], start: int, end: int) -> Sequence[tuple[int, _T]]:
    """Those whose place lies in a stretch."""
    return placed[bisect_left(placed, start, key=itemgetter(0)) : bisect_left(placed, end, key=itemgetter(0))]


def _told(words: str, said: frozenset[str], *, is_over: bool) -> _Found:
    """What was seen, with the registers of which it speaks if that is certain."""
    return (words, said) if said and not is_over else (f"{words}, and doubtful", frozenset())


def _line(text: str) -> str:
    """A piece of a text as a short line."""
    line = " ".join(text.split())
    return line if len(line) <= _SHOWN else f"{line[: _SHOWN - 1]}…"
