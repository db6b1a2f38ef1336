"""Where notices of a rule set stand in a text: from which word to which, and what of it is the author's.

Theory: each wording has a rare word by which it is found; from there its other words are verified, slot by slot, on
both sides. What fills a slot belongs to the notice only if it is something that fills it: a title, a value, a
stand-in of the rule set. Whatever else stands there is the author's, and counts. A short wording may be anybody's
sentence, so it has to stand alone on its line or in its own brackets.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Container, Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from compliance.mentions.wordings import Wording, Words
from compliance.mentions.words import WORD, words_of
from compliance.model.designation import Entity

MOST_FILL: Final = 200
"""So many characters may stand in a slot that nobody knows what fills it."""
_WIDEST_GAP: Final = 20
_AHEAD: Final = 65_536
_MOST_TITLES: Final = 50
"""So many titles may fill a slot that takes several."""
_TITLES: Final = ("publisher.title", "mention.title", "mention.titles")
_SEVERAL: Final = "mention.titles"
_OPENING: Final = ("(", "[")
_CLOSING: Final = frozenset(")]")
_STAND_IN: Final = "…"
"""Fills a slot of which nobody says what fills it."""
_QUOTES: Final = frozenset("«»„“”\"'’‘‹›_*")
_BEFORE_ALONE: Final = re.compile(r"[\W_]*+(?:[0-9\xb9\xb2\xb3\u2070\u2074-\u2079]{1,3}+[\W_]*+)?+")
_BEHIND_ALONE: Final = re.compile(r"[\W_]*+(?:https?://\S++[\W_]*+)?+")


@dataclass(frozen=True, slots=True)
class Standing:
    """A notice that stands in a folded text: in one piece, or in several where something unknown fills a slot."""

    pieces: tuple[tuple[int, int], ...]
    registers: frozenset[str]
    names: frozenset[str] = frozenset()
    """The entities whose titles stand in its slots."""


class Titles:
    """The titles of entities, by their first words and by their last."""

    def __init__(self, entities: Iterable[Entity]) -> None:
        self.owners: dict[Words, set[str]] = defaultdict(set)
        for entity in entities:
            self.owners[tuple(words_of(entity.title))].add(entity.id)
        self._by_first: dict[str, list[Words]] = defaultdict(list)
        self._by_last: dict[str, list[Words]] = defaultdict(list)
        for words in sorted(filter(None, self.owners), key=len, reverse=True):
            self._by_first[words[0]].append(words)
            self._by_last[words[-1]].append(words)

    def at(self, word: str, *, ahead: bool) -> Sequence[Words]:
        """Those that begin with a word, or, looking back, that end with it; longer ones first."""
        return (self._by_first if ahead else self._by_last).get(word, ())


class Wordings:
    """Finds the notices of a rule set in texts."""

    def __init__(self, wordings: Iterable[Wording], titles: Titles, avoiding: Container[str] = ()) -> None:
        """Get ready.

        Args:
            wordings: each with a part that is long enough.
            titles: what fills their slots.
            avoiding: words that are no seeds, where there are others.
        """
        self._by_seed: dict[str, list[tuple[Wording, int, int]]] = defaultdict(list)
        self._width = 0
        """So far from its seed a notice may go."""
        for each in wordings:
            part, number = each.seed(avoiding)
            self._by_seed[each.parts[part][number]].append((each, part, number))
            self._width = max(self._width, _width_of(each))
        self._titles = titles

    @property
    def seeds(self) -> frozenset[str]:
        """Words, folded, of which each notice has one."""
        return frozenset(self._by_seed)

    def standing(self, low: str, hits: Iterable[tuple[int, int]]) -> list[Standing]:
        """The notices in a folded text, in its order, none inside another.

        Args:
            low: the text.
            hits: where its seeds stand.
        """
        found: list[Standing] = []
        rows = _Rows(low, self._width)
        done = 0
        for start, end in hits:
            known = self._by_seed.get(low[start:end], ()) if start >= done else ()
            every = [each for seeded in known if (each := self._stands(rows, start, end, *seeded)) is not None]
            if every:
                longest = max(every, key=lambda one: sum(end - start for start, end in one.pieces))
                found.append(longest)
                done = longest.pieces[-1][1]
        return found

    def _stands(self, rows: _Rows, start: int, end: int, wording: Wording, part: int, number: int) -> Standing | None:
        """The notice around a seed, if it is one."""
        low = rows.low
        if not _goes_on(low, start, end, wording.parts[part], number):
            return None
        row = rows.around(start, end)
        first = row.index_of(start) - number
        if first < 0 or not row.has(first, wording.parts[part]):
            return None
        behind = self._side(row, wording, part, first + len(wording.parts[part]), ahead=True)
        before = self._side(row, wording, part, first, ahead=False)
        if behind is None or before is None:
            return None
        own = row.piece(first, first + len(wording.parts[part]))
        is_known = before.is_known and behind.is_known
        sides = (before.pieces, behind.pieces) if is_known else (before.words, behind.words)
        pieces = [*sides[0][::-1], own, *sides[1]]  # where anything is not known, nothing but the words is surely ours
        whole = _in_its_place(low, _joined(pieces, low), wording)
        if whole is None:
            return None
        return Standing(whole, wording.registers if is_known else frozenset(), frozenset(before.names | behind.names))

    def _side(self, row: _Row, wording: Wording, part: int, place: int, *, ahead: bool) -> _Side | None:
        """The pieces of a notice on one side of a part; None if another text stands there."""
        found = _Side([], [], set())
        step = 1 if ahead else -1
        while 0 <= part + step < len(wording.parts):
            slot, wanted = wording.slots[part if ahead else part - 1], wording.parts[part + step]
            begins = self._filled(row, wording, slot, wanted, place, found, ahead=ahead)
            found.is_known &= begins is not None
            if begins is None:
                begins = row.beyond(wanted, place, ahead=ahead) if wanted else place
                if begins is None:
                    return None
            edge = begins + step * len(wanted)
            if wanted:
                found.words.append(row.piece(min(begins, edge), max(begins, edge)))
            if edge != place:
                found.pieces.append(row.piece(min(place, edge), max(place, edge)))
            place, part = edge, part + step
        return found

    def _filled(
        self, row: _Row, wording: Wording, slot: str, wanted: Words, place: int, found: _Side, *, ahead: bool
    ) -> int | None:
        """Where what is known to fill a slot ends, with the next part behind it; None if it is something else."""
        if wanted and _STAND_IN in row.gap(place) and row.has(place if ahead else place - len(wanted), wanted):
            return place
        here, best, names = place, None, set[str]()
        own = [each for each in wording.own.get(slot, ()) if each]
        for _ in range(_MOST_TITLES if slot == _SEVERAL else 1):
            word = row.word(here if ahead else here - 1)
            known = [*self._titles.at(word, ahead=ahead), *own] if slot in _TITLES else own
            ends = [(each, here + len(each) if ahead else here - len(each)) for each in known]
            fitting = [
                (each, end)
                for each, end in ends
                if row.has(min(here, end), each)
                and row.joins(place, wording.signs)
                and (not wanted or row.joins(end, wording.signs))
            ]
            if not fitting:
                break
            last = [each for each in fitting if row.has(each[1] if ahead else each[1] - len(wanted), wanted)]
            words, here = (last or fitting)[0]
            names |= self._titles.owners.get(words, set())
            if last:
                best = here
                if wanted:
                    break
        if best is not None:
            found.names |= names
        return best


@dataclass(slots=True)
class _Side:
    """What stands on one side of a part of a notice."""

    pieces: list[tuple[int, int]]
    """With what fills its slots ..."""
    words: list[tuple[int, int]]
    """... and without."""
    names: set[str]
    is_known: bool = True
    """Whether all that fills its slots is known."""


class _Row:
    """The words of a stretch of a folded text, with their places."""

    def __init__(self, low: str, first: int, last: int) -> None:
        found = [*WORD.finditer(low, first, last)]
        self.low = low
        self.words = [each[0] for each in found]
        self.starts = [each.start() for each in found]
        self.ends = [each.end() for each in found]

    def index_of(self, start: int) -> int:
        """The number of the word that begins at a place, or so many that nothing fits."""
        number = bisect_left(self.starts, start)
        return number if self.starts[number : number + 1] == [start] else -len(self.low)

    def word(self, number: int) -> str:
        """A word; empty where there is none."""
        return self.words[number] if 0 <= number < len(self.words) else ""

    def has(self, first: int, words: Words) -> bool:
        """Whether some words stand from a number on, close to one another."""
        last = first + len(words)
        if first < 0 or tuple(self.words[first:last]) != words:
            return False
        return all(self.starts[each + 1] - self.ends[each] <= _WIDEST_GAP for each in range(first, last - 1))

    def gap(self, number: int) -> str:
        """What stands between a word and the one before; nothing where there are not both."""
        return self.low[self.ends[number - 1] : self.starts[number]] if 0 < number < len(self.words) else ""

    def joins(self, number: int, signs: frozenset[str]) -> bool:
        """Whether nothing but spaces of one line, quotation marks and some signs stand before a word."""
        gap = self.gap(number)
        is_short = 0 < len(gap) <= _WIDEST_GAP and gap.count("\n") < 2
        return is_short and all(each.isspace() or each in _QUOTES or each in signs for each in gap)

    def beyond(self, words: Words, place: int, *, ahead: bool) -> int | None:
        """Where some words begin, or end, beyond something of one line; None if they are not near."""
        limit = self.ends[place - 1] + MOST_FILL if ahead else self.starts[place] - MOST_FILL
        number = place
        while 0 < number < len(self.words) if not ahead else number < len(self.words):
            between = self.low[self.ends[place - 1] : self.starts[number]] if ahead else \
                self.low[self.ends[number - 1] : self.starts[place]]  # fmt: skip
            if "\n" in between or (self.starts[number] > limit if ahead else self.ends[number - 1] < limit):
                return None
            if self.has(number if ahead else number - len(words), words):
                return number
            number += 1 if ahead else -1
        return None

    def piece(self, first: int, last: int) -> tuple[int, int]:
        """From where to where some words stand."""
        return self.starts[first], self.ends[last - 1]


class _Rows:
    """The words around places of a folded text that are asked for in its order: each is cut but a few times."""

    def __init__(self, low: str, width: int) -> None:
        self.low, self._width = low, width
        self._row = _Row(low, 0, 0)
        self._first = self._last = self._ahead = 0

    def around(self, start: int, end: int) -> _Row:
        """The words around a place, as far as a notice may go."""
        first, last = max(start - self._width, 0), min(end + self._width, len(self.low))
        if first < self._first or last > self._last:
            self._first, self._last = first, min(last + self._ahead, len(self.low))
            self._row = _Row(self.low, self._first, self._last)
            self._ahead = _AHEAD  # where one is, there may be many
        return self._row


def _width_of(wording: Wording) -> int:
    return sum(len(word) + 8 for each in wording.parts for word in each) + 2 * MOST_FILL * len(wording.slots) + 64


def _goes_on(low: str, start: int, end: int, part: Words, number: int) -> bool:
    """Whether the words beside a seed are those that it has in a part: nearly always the answer is no."""
    for word in part[number + 1 :]:
        following = WORD.search(low, end, end + _WIDEST_GAP + len(word) + 1)
        if following is None or following[0] != word:
            return False
        end = following.end()
    for word in reversed(part[:number]):
        edge = start
        while edge and start - edge <= _WIDEST_GAP and not low[edge - 1].isalnum():
            edge -= 1
        start = edge - len(word)
        if start < 0 or not low.startswith(word, start):
            return False
    return True


def _joined(pieces: Sequence[tuple[int, int]], low: str) -> list[tuple[int, int]]:
    """Pieces with nothing but signs between them as one."""
    found = [pieces[0]]
    for start, end in pieces[1:]:
        if WORD.search(low, found[-1][1], start) is None:
            found[-1] = found[-1][0], end
        else:
            found.append((start, end))
    return found


def _in_its_place(low: str, pieces: list[tuple[int, int]], wording: Wording) -> tuple[tuple[int, int], ...] | None:
    """The pieces with the signs around them; None where somebody else may have written this."""
    first, last = pieces[0][0], pieces[-1][1]
    start, end = _before(low, first, wording.opening), _behind(low, last, wording.closing)
    in_brackets = wording.opening[:1] in _OPENING and not _CLOSING.isdisjoint(wording.closing)
    is_bare = start is None or end is None
    start, end = first if start is None else start, last if end is None else end
    if not wording.stands_anywhere and (is_bare if in_brackets else not _is_alone(low, start, end)):
        return None
    return ((start, pieces[0][1]), *pieces[1:-1], (pieces[-1][0], end)) if len(pieces) > 1 else ((start, end),)


def _before(low: str, start: int, signs: str) -> int | None:
    """Where some signs before a place begin; None if others stand there."""
    for sign in reversed(signs.lower()):
        while start and low[start - 1].isspace() and low[start - 1] != "\n":
            start -= 1
        if sign.isspace():
            continue
        if not start or low[start - 1] != sign:
            return None
        start -= 1
    return start


def _behind(low: str, end: int, signs: str) -> int | None:
    """Where some signs behind a place end; None if others stand there."""
    for sign in signs.lower():
        if sign.isspace():
            continue
        if low[end : end + 1] != sign:
            return None
        end += 1
    return end


def _is_alone(low: str, start: int, end: int) -> bool:
    """Whether something stands in brackets, or on a line of its own, but for the sign of a footnote and a link."""
    if start and low[start - 1] in _OPENING and low[end : end + 1] in _CLOSING:
        return True
    begins, ends = low.rfind("\n", max(start - MOST_FILL, 0), start) + 1, low.find("\n", end, end + MOST_FILL)
    if not begins and start > MOST_FILL:
        return False
    line = low[begins:start], low[end : ends if ends >= 0 else end + MOST_FILL]
    if ends < 0 and len(low) > end + MOST_FILL:
        return False
    return _BEFORE_ALONE.fullmatch(line[0]) is not None and _BEHIND_ALONE.fullmatch(line[1]) is not None
