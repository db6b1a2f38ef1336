"""Names in a text: where they stand, what speaks for them, and what was passed over, with the reason.

Theory: an automaton finds the anchors of all names in one pass; each is a whole word, so the longest match at a place
is the word itself. From an anchor the other words of a name are verified, left and right. Of candidates inside one
another the longest counts. Then each is judged by what stands around it: *certain* if that is enough for a name of
its strength, else *possible*. Nothing is dropped in silence: whatever was found and is told to nobody stands among
the suppressed, with its reason.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import daachorse
import msgspec

from compliance.mentions.evidence import CAPITAL, IN_FULL, Surroundings, evidence_for
from compliance.mentions.names import Name, anchors
from compliance.mentions.neighbours import BREAKS, around
from compliance.mentions.normalize import HIDDEN, MARKS, MIXED, Folded, fold, mended_at, unhidden
from compliance.model.designation import Strength

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


class Candidate(msgspec.Struct, frozen=True):
    """A name at a place of the folded text."""

    name: Name
    start: int
    end: int

    @property
    def length(self) -> int:
        """How many characters it takes."""
        return self.end - self.start


class Scanner:
    """Finds the names of some entities. It never changes once it is made."""

    def __init__(self, names: Iterable[Name]) -> None:
        """Build the automaton."""
        self.names = tuple(names)
        by_anchor = anchors(self.names)
        self._anchors = tuple(tuple(_anchored(*each) for each in found) for found in by_anchor.values())
        hidden = sorted(HIDDEN - by_anchor.keys())
        self._pairs = len(by_anchor) + len(hidden)
        """The number of the first pattern that is a pair of letters of two alphabets."""
        patterns = [*by_anchor, *hidden, *sorted(MIXED - by_anchor.keys())]
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
        found = [
            each
            for field, text in fields.items()
            for each in self._found(_Part(field, text, *self._fold(text)), linked)
        ]
        mentions = [each for each in found if isinstance(each, Mention)]
        return Scanned(_settled(mentions), tuple(each for each in found if isinstance(each, Suppressed)))

    # -- finding ------------------------------------------------------------------------------------

    def _fold(self, text: str) -> tuple[Folded, _Hits]:
        """The text as it is compared, and the anchors in it."""
        folded = fold(text)
        hits = self._automaton.find(folded.text)
        signs = [hit for hit in hits if hit[2] >= len(self._anchors)]
        if folded.moves or any(number < self._pairs for _, _, number in signs):
            folded = unhidden(text)
            hits = self._automaton.find(folded.text)
        if mixed := self._mixed(folded.text, hits):
            folded = Folded(mended_at(folded.text, mixed), folded.moves)
            hits = self._automaton.find(folded.text)
        return folded, hits

    def _mixed(self, low: str, hits: _Hits) -> list[int]:
        """Where letters of two alphabets stand side by side; a word that is an anchor may hide the first of them."""
        pairs = self._pairs
        seen = [start for start, _, number in hits if number >= pairs]
        hidden = [end - 1 for _, end, number in hits if number < pairs and low[end - 1 : end + 1] in MIXED]
        return sorted([*seen, *hidden]) if hidden else seen

    def _found(self, part: _Part, linked: frozenset[str]) -> Iterator[Mention | Suppressed]:
        """Everything in a part, as far as the part itself tells."""
        kept, inner = _longest(list(self._verified(part.folded.text, part.hits)))
        for each, longer in inner:
            yield part.suppressed(each, f"it is a part of `{longer.name.alias}`")
        for each in kept:
            place = part.around(each)
            if each.name.exact and part.text[place.start : place.end].islower():
                continue  # a word, of which texts are full
            found = evidence_for(each.name, place, linked)
            if found.rules_out:
                yield part.suppressed(each, found.rules_out)
                continue
            yield Mention(
                entity=each.name.entity,
                alias=each.name.alias,
                surface=part.text[place.start : place.end],
                start=place.start,
                end=place.end,
                strength=each.name.strength,
                verdict=Verdict.POSSIBLE if found.lacks else Verdict.CERTAIN,
                evidence=found.reasons,
                lacks=found.lacks,
                field=part.field,
            )

    def _verified(self, low: str, hits: _Hits) -> Iterator[Candidate]:
        """The names around the anchors that are whole words; nearly all places are passed over at the first look."""
        size, last, table = len(self._anchors), len(low), self._anchors
        for start, end, number in hits:
            if number >= size or (start and low[start - 1].isalnum()) or (end < last and low[end].isalnum()):
                continue
            following = low[end + 1] if end + 1 < last and low[end] not in BREAKS else _NONE
            preceding = low[start - 2] if start > 1 and low[start - 1] not in BREAKS else _NONE
            for name, place, before, behind, letters in table[number]:
                # one character in between, and another word behind it: so it is at nearly all places
                if behind and following not in letters and (following.isalnum() or following in BREAKS):
                    continue
                if behind and following.isalnum() and not low.startswith(behind, end + 1):
                    continue
                if before and preceding in BREAKS:
                    continue
                if before and preceding.isalnum() and not low.endswith(before, 0, start - 1):
                    continue
                here = around(low, start, end, name.slots, place) if behind or before else (start, end)
                if here is not None:
                    yield Candidate(name, *here)


_NONE: Final = ","
"""Stands for what no word of a name follows, and for the ends of a text."""
_Anchored = tuple[Name, int, tuple[str, ...], tuple[str, ...], frozenset[str]]
"""A name by one of its words, with the forms of the words before and behind that one, and how the latter begin."""


def _anchored(name: Name, place: int) -> _Anchored:
    slots = name.slots
    before = tuple(sorted(slots[place - 1])) if place else ()
    behind = tuple(sorted(slots[place + 1])) if place + 1 < len(slots) else ()
    return name, place, before, behind, frozenset(form[0] for form in behind)


class _Part(msgspec.Struct, frozen=True):
    """A part of a content, made ready."""

    field: str
    text: str
    folded: Folded
    hits: _Hits

    def around(self, each: Candidate) -> Surroundings:
        """Where a candidate stands, here and in the original."""
        start, end = self.folded.original(each.start), _end(self.text, self.folded, each.end)
        return Surroundings(self.text, self.folded, each.start, each.end, start, end)

    def suppressed(self, each: Candidate, because: str) -> Suppressed:
        """That a candidate is no mention."""
        place = self.around(each)
        return Suppressed(each.name.entity, each.name.alias, place.start, place.end, because, self.field)


def _end(text: str, folded: Folded, end: int) -> int:
    """Where something ends in the original, with the marks of its last letter."""
    there = folded.end(end)
    while there < len(text) and text[there] in MARKS:
        there += 1
    return there


def _longest(candidates: Sequence[Candidate]) -> tuple[list[Candidate], list[tuple[Candidate, Candidate]]]:
    """The candidates that lie in no longer one, and the others with the one in which they lie."""
    kept: list[Candidate] = []
    inner: list[tuple[Candidate, Candidate]] = []
    seen: set[tuple[str, int, int]] = set()
    outer: Candidate | None = None
    for each in sorted(candidates, key=lambda one: (one.start, -one.end, _WEAKNESS.index(one.name.strength))):
        key = each.name.entity, each.start, each.end
        if key in seen:
            continue
        seen.add(key)
        if outer is not None and each.end <= outer.end and each.length < outer.length:
            inner.append((each, outer))
            continue
        kept.append(each)
        if outer is None or each.end > outer.end:
            outer = each
    return kept, inner


_WEAKNESS: Final = (
    Strength.NEVER,
    Strength.STRONG,
    Strength.MEDIUM,
    Strength.ACRONYM,
    Strength.SURNAME,
    Strength.WEAK,
)
"""Of two names of an entity at one place the first of these counts."""


def _settled(mentions: Sequence[Mention]) -> tuple[Mention, ...]:
    """The mentions, once they know of each other: a weak one beside a certain one of the same entity is certain."""
    certain = {
        each.entity
        for each in mentions
        if each.verdict is Verdict.CERTAIN and each.strength not in {Strength.WEAK, Strength.SURNAME}
    }
    found = [
        msgspec.structs.replace(each, verdict=Verdict.CERTAIN, evidence=(*each.evidence, IN_FULL), lacks="")
        if each.verdict is Verdict.POSSIBLE and each.entity in certain and CAPITAL in each.evidence
        else each
        for each in mentions
    ]
    return tuple(sorted(found, key=_place))


def _place(mention: Mention) -> tuple[str, int, int, str]:
    return mention.field, mention.start, mention.end, mention.entity
