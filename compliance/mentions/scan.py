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

from compliance.mentions.anchors import anchors, candidates, in_order, parts, table
from compliance.mentions.called import row
from compliance.mentions.evidence import CAPITAL, EXACT, IN_FULL, IN_QUOTES, PARTLY
from compliance.mentions.existing import Tells
from compliance.mentions.judged import Judged, best
from compliance.mentions.marks import Stretch
from compliance.mentions.names import Name
from compliance.mentions.normalize import BROKEN, DRESSED, ENDS, HIDDEN, MIXED, Folded, fold, mended_at, unhidden
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


_CERTAIN, _POSSIBLE = Verdict.CERTAIN, Verdict.POSSIBLE
_NEVER, _WEAK, _SURNAME = Strength.NEVER, Strength.WEAK, Strength.SURNAME
_AS_A_NAME: Final = frozenset({CAPITAL, EXACT, PARTLY})
"""Of what speaks for a mention, that it is written as a name."""


class Mention(msgspec.Struct, frozen=True, gc=False):
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


class Suppressed(msgspec.Struct, frozen=True, gc=False):
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
            if number < simple:
                if end < last and low[end].isalnum():
                    if low[end - 1 : end + 1] in MIXED:
                        signs.append(end - 1)
                elif not start or not low[start - 1].isalnum():
                    words.append(hit)
            elif number >= pairs:
                signs.append(start)
            elif number >= self._hidden:
                is_broken |= number >= self._ends
                is_hidden |= low[start] in HIDDEN or number < self._ends
            else:
                if number >= size:
                    tells.append((start, end))
                else:
                    words += self._inside(low, start, number)
                if low[end - 1 : end + 1] in MIXED:
                    signs.append(end - 1)
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
                yield msgspec.structs.replace(each, verdict=_POSSIBLE, evidence=(), lacks=_OVER_TWO_LINES)
            else:
                yield each

    def _found(self, part: _Part, linked: frozenset[str]) -> Iterator[Mention | Suppressed]:
        """Everything in a part, as far as the part itself tells; what lies in a longer name is a part of that.

        It is so only if the longer one is meant. What merely looks like a longer name hides nobody else.
        """
        outer: Judged | None = None
        never: dict[str, int] = {}
        for each in best(part.text, part.folded, candidates(part.folded.text, part.hits, self._anchors), linked):
            entity = each.name.entity
            longer = outer if outer is not None and outer.holds(each) else None
            if longer is not None and _is_a_part(each, longer):
                yield part.suppressed(each, f"it is a part of `{longer.name.alias}`")
            elif never.get(entity, -1) >= each.last:
                yield part.suppressed(each, "it is a part of what never means the entity")
            elif each.found.rules_out:
                if each.name.strength is _NEVER:
                    never[entity] = each.last
                yield part.suppressed(each, each.found.rules_out)
            else:
                yield part.mention(each, _doubt(entity, longer))
                outer = each if longer is None else outer


class _Part(msgspec.Struct, frozen=True):
    """A part of a content, made ready."""

    field: str
    text: str
    folded: Folded
    hits: _Hits
    tells: Sequence[tuple[int, int]] = ()
    is_broken: bool = False
    """Whether words may go on in the next line."""

    def mention(self, each: Judged, doubt: str) -> Mention:
        """That a candidate is a mention; a possible one where something else is doubtful."""
        name, lacks = each.name, doubt or each.found.lacks
        return Mention(
            entity=name.entity,
            alias=name.alias,
            surface=self.text[each.start : each.end],
            start=each.start,
            end=each.end,
            strength=name.strength,
            verdict=_POSSIBLE if lacks else _CERTAIN,
            evidence=each.found.reasons,
            lacks=lacks,
            field=self.field,
        )

    def suppressed(self, each: Judged, because: str) -> Suppressed:
        """That a candidate is no mention."""
        return Suppressed(each.name.entity, each.name.alias, each.start, each.end, because, self.field)


def _doubt(entity: str, longer: Judged | None) -> str:
    """Why a name inside a longer one, which may be meant, is only possible; nothing where both mean the same."""
    is_other = longer is not None and longer.name.entity != entity
    return f"it may be a part of `{longer.name.alias}`" if longer is not None and is_other else ""


def _is_a_part(inner: Judged, outer: Judged) -> bool:
    """Whether a name is no mention of its own inside a longer one that is meant, or may be."""
    if not outer.found.lacks or inner.found.rules_out:
        return True
    is_same = inner.name.entity == outer.name.entity
    return is_same and bool(inner.found.lacks)


def _out_of_rows(
    fields: Mapping[str, str], mentions: Sequence[Mention], found: Sequence[Mention | Suppressed]
) -> list[Mention]:
    """The mentions, those only possible for which nothing speaks but quotation marks, in a row that names nobody."""
    rows = {
        number: others
        for number, each in enumerate(mentions)
        if each.evidence == (CAPITAL, IN_QUOTES)
        and (others := row(fields[each.field], each.start, each.end))
        and words_of(each.surface) == words_of(each.alias)
    }
    named = {(each.field, each.start, each.end) for each in found} if rows else set()
    return [
        msgspec.structs.replace(each, verdict=_POSSIBLE, evidence=(CAPITAL,), lacks=_IN_A_ROW)
        if number in rows and not any((each.field, *other) in named for other in rows[number])
        else each
        for number, each in enumerate(mentions)
    ]


def _settled(mentions: Sequence[Mention]) -> tuple[Mention, ...]:
    """The mentions, once they know of each other: a weak one beside a certain one of the same entity is certain."""
    certain = {
        each.entity
        for each in mentions
        if each.verdict is _CERTAIN and each.strength is not _WEAK and each.strength is not _SURNAME
    }
    found = [
        msgspec.structs.replace(each, verdict=_CERTAIN, evidence=(*each.evidence, IN_FULL), lacks="")
        if each.verdict is _POSSIBLE and each.entity in certain and not _AS_A_NAME.isdisjoint(each.evidence)
        else each
        for each in mentions
    ]
    return tuple(sorted(found, key=_place))


def _place(mention: Mention) -> tuple[str, int, int, str]:
    return mention.field, mention.start, mention.end, mention.entity
