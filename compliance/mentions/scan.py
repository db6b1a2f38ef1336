"""Names in a text: where they stand, what speaks for them, and what was passed over, with the reason.

Theory: an automaton finds the anchors of all names in one pass; each is a whole word, so the longest match at a place
is the word itself. From an anchor the other words of a name are verified, left and right. Of candidates inside one
another the longest that is meant counts. Each is judged by what stands around it: *certain* if that is enough for a
name of its strength, else *possible*. Nothing is dropped in silence: whatever was found and is told to nobody stands
among the suppressed, with its reason. Only an acronym in small letters is a word and no find.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

import daachorse
import msgspec

from compliance.mentions.anchors import anchors, in_order, parts, table
from compliance.mentions.called import row
from compliance.mentions.evidence import (
    CAPITAL,
    EXACT,
    IN_FULL,
    IN_QUOTES,
    PARTLY,
    Evidence,
    Surroundings,
    evidence_for,
)
from compliance.mentions.existing import Tells
from compliance.mentions.marks import Stretch
from compliance.mentions.names import Name
from compliance.mentions.normalize import BROKEN, DRESSED, ENDS, HIDDEN, MARKS, MIXED, Folded, fold, mended_at, unhidden
from compliance.mentions.spellings import bare, spelled
from compliance.mentions.words import words_of
from compliance.model.designation import Strength

_OVER_TWO_LINES: Final = "it goes on in the next line"
_IN_A_ROW: Final = "it stands in a row of words in quotation marks, and nothing else speaks for it"
_Hits = Sequence[tuple[int, int, int]]
"""Start, end and number of each pattern that was found."""


class Verdict(StrEnum):
    """How sure it is that a text names an entity."""

    CERTAIN = "certain"
    POSSIBLE = "possible"


class Mention(msgspec.Struct, frozen=True):
    """That a text names an entity, at some place."""

    entity: str
    alias: str
    surface: str
    start: int
    """In characters (code points) of the text as it was given ..."""
    end: int
    """... and the first one behind it."""
    strength: Strength
    verdict: Verdict
    evidence: tuple[str, ...] = ()
    """What speaks for it."""
    lacks: str = ""
    """Why it is not certain."""
    field: str = ""
    """Which part of the content it stands in."""
    marked: tuple[str, ...] = ()
    """What stands beside it and may say already what a register says of it."""
    marked_by: frozenset[str] = frozenset()
    """The registers of which that says for certain that it stands in them."""


class Suppressed(msgspec.Struct, frozen=True):
    """What was found and is no mention, and why."""

    entity: str
    alias: str
    start: int
    end: int
    because: str
    field: str = ""


@dataclass(frozen=True, slots=True)
class Scanned:
    """What is in a text."""

    mentions: tuple[Mention, ...] = ()
    suppressed: tuple[Suppressed, ...] = ()
    tells: Mapping[str, Tells] = field(default_factory=dict)
    """By part, where any of it has what was to be told of."""
    notices: tuple[Stretch, ...] = ()
    """The notices of the rule set that stand in it; what they name is no mention."""


class Candidate(msgspec.Struct, frozen=True):
    """A name at a place of the folded text."""

    name: Name
    start: int
    end: int

    def holds(self, other: Candidate) -> bool:
        """Whether the other one lies inside, and is shorter."""
        return self.start <= other.start and other.end <= self.end and other.end - other.start < self.end - self.start


class Scanner:
    """Finds the names of some entities. It never changes once it is made."""

    def __init__(self, names: Iterable[Name], also: Collection[str] = ()) -> None:
        """Build the automaton.

        Args:
            names: those to be found.
            also: words and signs, folded, that `tells` tells of.
        """
        self.names = tuple(names)
        by_anchor, self._simple = in_order(anchors((*self.names, *bare(self.names))), spelled(self.names))
        self._anchors = table(by_anchor.values())
        self._parts = parts(tuple(by_anchor), self._simple)
        self._shared = frozenset(number for number, word in enumerate(by_anchor) if word in also)
        others, hidden = sorted({*also} - by_anchor.keys()), sorted((HIDDEN | DRESSED) - by_anchor.keys() - {*also})
        self._hidden = len(by_anchor) + len(others)
        """The number of the first pattern that nobody sees ..."""
        self._ends = self._hidden + len(hidden)
        """... of the first end of a line in which a word may go on, ..."""
        self._pairs = self._ends + len(ENDS)
        """... and of the first pair of letters of two alphabets."""
        patterns = [*by_anchor, *others, *hidden, *sorted(ENDS), *sorted(MIXED - by_anchor.keys())]
        self._automaton = daachorse.CharwiseDoubleArrayAhoCorasick(patterns, daachorse.MATCH_KIND_LEFTMOST_LONGEST)

    def scan(self, text: str, linked: frozenset[str] = frozenset()) -> Scanned:
        """The mentions in a text.

        Args:
            text: of any length; the time grows with it and not faster.
            linked: entities whose sites the content links to.
        """
        return self.scan_fields({"": text}, linked)

    def scan_fields(self, fields: Mapping[str, str], linked: frozenset[str] = frozenset()) -> Scanned:
        """The mentions in the parts of one content, which speak for one another."""
        parts = [_Part(name, text, *self._fold(text)) for name, text in fields.items()]
        found = [each for part in parts for each in self._found(part, linked)]
        found += [each for part in parts if part.is_broken for each in self._across_lines(part, linked)]
        mentions = _out_of_rows(fields, [each for each in found if isinstance(each, Mention)], found)
        tells = {part.field: (part.folded, part.tells) for part in parts if part.tells}
        return Scanned(_settled(mentions), tuple(each for each in found if isinstance(each, Suppressed)), tells)

    # -- finding ------------------------------------------------------------------------------------

    def _fold(self, text: str) -> tuple[Folded, _Hits, Sequence[tuple[int, int]], bool]:
        """The text as it is compared, where anchors stand in it as whole words, what else was to be told of.

        And whether words may go on in the next line.
        """
        folded = fold(text)
        words, signs, tells, is_hidden, is_broken = self._sifted(folded.text)
        if folded.moves or is_hidden:
            folded = unhidden(text)
            words, signs, tells, *_ = self._sifted(folded.text)
        if signs:
            folded = Folded(mended_at(folded.text, signs), folded.moves)
            words, _, tells, *_ = self._sifted(folded.text)
        if self._shared:
            tells += [hit[:2] for hit in words if hit[2] in self._shared]
        return folded, words, tells, is_broken

    def _rejoined(self, text: str) -> tuple[Folded, _Hits]:
        """The text with each word in one that goes on in the next line, and where anchors stand in it."""
        folded = unhidden(text, rejoined=True)
        words, signs, *_ = self._sifted(folded.text)
        if signs:
            folded = Folded(mended_at(folded.text, signs), folded.moves)
            words, *_ = self._sifted(folded.text)
        return folded, words

    def _sifted(self, low: str) -> tuple[list[tuple[int, int, int]], list[int], list[tuple[int, int]], bool, bool]:
        """Where whole words are anchors, where letters of two alphabets meet, what was to be told of; and two signs.

        That something is hidden, and that a word may go on in the next line. A pattern that is no whole word may hide
        the first of two letters that meet.
        """
        words: list[tuple[int, int, int]] = []
        signs: list[int] = []
        tells: list[tuple[int, int]] = []
        is_hidden, is_broken, last = False, False, len(low)
        simple, size, pairs = self._simple, len(self._anchors), self._pairs
        for hit in self._automaton.find(low):
            start, end, number = hit
            if number >= pairs:
                signs.append(start)
            elif number >= self._hidden:
                is_broken |= number >= self._ends
                is_hidden |= low[start] in HIDDEN or number < self._ends
            elif number >= simple or (end < last and low[end].isalnum()):
                if number >= size:
                    tells.append((start, end))
                elif number >= simple:
                    words += self._inside(low, start, number)
                if low[end - 1 : end + 1] in MIXED:
                    signs.append(end - 1)
            elif not start or not low[start - 1].isalnum():
                words.append(hit)
        return words, signs, tells, is_hidden, is_broken

    def _inside(self, low: str, place: int, number: int) -> Iterator[tuple[int, int, int]]:
        """What stands as a whole word where a pattern was found that is no plain word: that, or words in it."""
        for first, last, inner in self._parts[number - self._simple]:
            start, end = place + first, place + last
            if not (low[end : end + 1].isalnum() or (start and low[start - 1].isalnum())):
                yield start, end, inner

    def _across_lines(self, part: _Part, linked: frozenset[str]) -> Iterator[Mention | Suppressed]:
        """What goes on in the next line, and is a name if both lines are read as one: possible at most."""
        if BROKEN.search(part.text) is None:
            return
        whole = _Part(part.field, part.text, *self._rejoined(part.text))
        for each in self._found(whole, linked):
            if BROKEN.search(part.text[each.start : each.end]) is None:
                continue
            if isinstance(each, Mention):
                yield msgspec.structs.replace(each, verdict=Verdict.POSSIBLE, evidence=(), lacks=_OVER_TWO_LINES)
            else:
                yield each

    def _found(self, part: _Part, linked: frozenset[str]) -> Iterator[Mention | Suppressed]:
        """Everything in a part, as far as the part itself tells; what lies in a longer name is a part of that.

        It is so only if the longer one is meant. What merely looks like a longer name hides nobody else.
        """
        outer: Judged | None = None
        never: dict[str, int] = {}
        for each in _best(part, self._verified(part.folded.text, part.hits), linked):
            here, entity = each.candidate, each.candidate.name.entity
            longer = outer if outer is not None and outer.candidate.holds(here) else None
            if longer is not None and _is_a_part(each, longer):
                yield part.suppressed(each, f"it is a part of `{longer.candidate.name.alias}`")
            elif never.get(entity, -1) >= here.end:
                yield part.suppressed(each, "it is a part of what never means the entity")
            elif each.found.rules_out:
                if here.name.strength is Strength.NEVER:
                    never[entity] = here.end
                yield part.suppressed(each, each.found.rules_out)
            else:
                yield part.mention(each, _doubt(entity, longer))
                outer = each if longer is None else outer

    def _verified(self, low: str, words: _Hits) -> Iterator[Candidate]:
        """The names around the anchors."""
        found_by = self._anchors
        for start, end, number in words:
            for found in found_by[number].around(low, start, end):
                yield Candidate(*found)


class _Part(msgspec.Struct, frozen=True):
    """A part of a content, made ready."""

    field: str
    text: str
    folded: Folded
    hits: _Hits
    tells: Sequence[tuple[int, int]] = ()
    is_broken: bool = False
    """Whether words may go on in the next line."""

    def around(self, each: Candidate) -> Surroundings:
        """Where a candidate stands, here and in the original."""
        start, end = each.start, each.end
        if self.folded.moves:
            start, end = self.folded.original(start), _end(self.text, self.folded, end)
        return Surroundings(self.text, self.folded, each.start, each.end, start, end)

    def mention(self, each: Judged, doubt: str) -> Mention:
        """That a candidate is a mention; a possible one where something else is doubtful."""
        name, place, lacks = each.candidate.name, each.place, doubt or each.found.lacks
        return Mention(
            entity=name.entity,
            alias=name.alias,
            surface=self.text[place.start : place.end],
            start=place.start,
            end=place.end,
            strength=name.strength,
            verdict=Verdict.POSSIBLE if lacks else Verdict.CERTAIN,
            evidence=each.found.reasons,
            lacks=lacks,
            field=self.field,
        )

    def suppressed(self, each: Judged, because: str) -> Suppressed:
        """That a candidate is no mention."""
        name, place = each.candidate.name, each.place
        return Suppressed(name.entity, name.alias, place.start, place.end, because, self.field)


def _end(text: str, folded: Folded, end: int) -> int:
    """Where something ends in the original, with the marks of its last letter."""
    there = folded.end(end)
    while there < len(text) and text[there] in MARKS:
        there += 1
    return there


class Judged(msgspec.Struct, frozen=True):
    """A candidate, and what speaks for it."""

    candidate: Candidate
    place: Surroundings
    found: Evidence

    @property
    def rank(self) -> int:
        """Of several names of an entity at one place the greatest counts; that it never means it outweighs all."""
        if self.candidate.name.strength is Strength.NEVER:
            return 3
        return 0 if self.found.rules_out else 1 if self.found.lacks else 2


def _best(part: _Part, candidates: Iterable[Candidate], linked: frozenset[str]) -> list[Judged]:
    """For each place and entity the name that speaks best for it, in the order of the text, longer ones first."""
    best: dict[tuple[str, int, int], Judged] = {}
    for each in candidates:
        place = part.around(each)
        if each.name.exact and part.text[place.start : place.end].islower():
            continue  # a word, of which texts are full
        judged = Judged(each, place, evidence_for(each.name, place, linked))
        key = each.name.entity, each.start, each.end
        if key not in best or judged.rank > best[key].rank:
            best[key] = judged
    return sorted(best.values(), key=lambda one: (one.candidate.start, -one.candidate.end, one.candidate.name.entity))


def _doubt(entity: str, longer: Judged | None) -> str:
    """Why a name inside a longer one, which may be meant, is only possible; nothing where both mean the same."""
    is_other = longer is not None and longer.candidate.name.entity != entity
    return f"it may be a part of `{longer.candidate.name.alias}`" if longer is not None and is_other else ""


def _is_a_part(inner: Judged, outer: Judged) -> bool:
    """Whether a name is no mention of its own inside a longer one that is meant, or may be."""
    if not outer.found.lacks or inner.found.rules_out:
        return True
    is_same = inner.candidate.name.entity == outer.candidate.name.entity
    return is_same and bool(inner.found.lacks)


def _out_of_rows(
    fields: Mapping[str, str], mentions: Sequence[Mention], found: Sequence[Mention | Suppressed]
) -> list[Mention]:
    """The mentions, those only possible for which nothing speaks but quotation marks, in a row that names nobody."""
    rows = {
        number: others
        for number, each in enumerate(mentions)
        if each.evidence == (CAPITAL, IN_QUOTES)
        and words_of(each.surface) == words_of(each.alias)
        and (others := row(fields[each.field], each.start, each.end))
    }
    named = {(each.field, each.start, each.end) for each in found} if rows else set()
    return [
        msgspec.structs.replace(each, verdict=Verdict.POSSIBLE, evidence=(CAPITAL,), lacks=_IN_A_ROW)
        if number in rows and not any((each.field, *other) in named for other in rows[number])
        else each
        for number, each in enumerate(mentions)
    ]


def _settled(mentions: Sequence[Mention]) -> tuple[Mention, ...]:
    """The mentions, once they know of each other: a weak one beside a certain one of the same entity is certain."""
    certain = {
        each.entity
        for each in mentions
        if each.verdict is Verdict.CERTAIN and each.strength not in {Strength.WEAK, Strength.SURNAME}
    }
    found = [
        msgspec.structs.replace(each, verdict=Verdict.CERTAIN, evidence=(*each.evidence, IN_FULL), lacks="")
        if each.verdict is Verdict.POSSIBLE
        and each.entity in certain
        and not {CAPITAL, EXACT, PARTLY}.isdisjoint(each.evidence)
        else each
        for each in mentions
    ]
    return tuple(sorted(found, key=_place))


def _place(mention: Mention) -> tuple[str, int, int, str]:
    return mention.field, mention.start, mention.end, mention.entity
