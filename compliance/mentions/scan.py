"""Names in a text: where they stand, what speaks for them, and what was passed over, with the reason.

Theory: an automaton finds the anchors of all names in one pass; each is a whole word, so the longest match at a place
is the word itself. From an anchor the other words of a name are verified, left and right. Of candidates inside one
another the longest counts. Then each is judged by what stands around it: *certain* if that is enough for a name of
its strength, else *possible*. Nothing is dropped in silence: whatever was found and is told to nobody stands among
the suppressed, with its reason.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

import daachorse

from compliance.mentions.evidence import CAPITAL, IN_FULL, Surroundings, evidence_for
from compliance.mentions.names import Name, anchors
from compliance.mentions.normalize import MARKS, Folded, fold, fold_with_care, signs_of_care
from compliance.model.designation import Strength

_Hits = Sequence[tuple[int, int, int]]
"""Start, end and number of each pattern that was found."""
WIDEST_GAP: Final = 4
"""So many characters may stand between two words of a name: spaces, quotation marks, a dash."""
_BREAKS: Final = frozenset("\n,;()[]{}|<>!?…")
"""None of these stands inside a name, except one line break."""


class Verdict(StrEnum):
    """How sure it is that a text names an entity."""

    CERTAIN = "certain"
    POSSIBLE = "possible"


@dataclass(frozen=True, slots=True)
class Mention:
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


@dataclass(frozen=True, slots=True)
class Suppressed:
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


@dataclass(frozen=True, slots=True)
class Candidate:
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
        self._anchors = tuple(tuple(_Anchored.of(*each) for each in found) for found in by_anchor.values())
        patterns = [*by_anchor, *(sign for sign in signs_of_care() if sign not in by_anchor)]
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
        size = len(self._anchors)
        if folded.moves or any(number >= size for _, _, number in hits):
            folded = fold_with_care(text)
            hits = self._automaton.find(folded.text)
        return folded, hits

    def _found(self, part: _Part, linked: frozenset[str]) -> Iterator[Mention | Suppressed]:
        """Everything in a part, as far as the part itself tells."""
        kept, inner = _longest(list(self._verified(part.folded.text, part.hits)))
        for each, longer in inner:
            yield part.suppressed(each, f"it is a part of `{longer.name.alias}`")
        for each in kept:
            around = part.around(each)
            found = evidence_for(each.name, around, linked)
            if found.rules_out:
                yield part.suppressed(each, found.rules_out)
                continue
            yield Mention(
                entity=each.name.entity,
                alias=each.name.alias,
                surface=part.text[around.start : around.end],
                start=around.start,
                end=around.end,
                strength=each.name.strength,
                verdict=Verdict.POSSIBLE if found.lacks else Verdict.CERTAIN,
                evidence=found.reasons,
                lacks=found.lacks,
                field=part.field,
            )

    def _verified(self, low: str, hits: _Hits) -> Iterator[Candidate]:
        """The names around the anchors that are whole words."""
        size, last = len(self._anchors), len(low)
        for start, end, number in hits:
            if number >= size or (start and low[start - 1].isalnum()) or (end < last and low[end].isalnum()):
                continue
            for anchored in self._anchors[number]:
                if anchored.may_stand(low, start, end):
                    here = _around(low, start, end, anchored.name, anchored.place)
                    if here is not None:
                        yield Candidate(anchored.name, *here)


@dataclass(frozen=True, slots=True)
class _Anchored:
    """A name by one of its words, with the forms of those beside it, so laid out that a look at them is cheap."""

    name: Name
    place: int
    before: tuple[str, ...]
    behind: tuple[str, ...]

    @classmethod
    def of(cls, name: Name, place: int) -> _Anchored:
        """The name by its word at `place`."""
        slots = name.slots
        before = tuple(sorted(slots[place - 1])) if place else ()
        return cls(name, place, before, tuple(sorted(slots[place + 1])) if place + 1 < len(slots) else ())

    def may_stand(self, low: str, start: int, end: int) -> bool:
        """Whether the words beside the anchor may be those of the name: False for nearly all other places."""
        is_there = not self.behind or low.startswith(self.behind, end + 1)
        if not is_there and (end + 1 >= len(low) or low[end + 1].isalnum()):
            return False  # one character in between, and another word behind it
        if self.before and not low.endswith(self.before, 0, max(start - 1, 0)):
            return start > 1 and not low[start - 2].isalnum()
        return True


@dataclass(frozen=True, slots=True)
class _Part:
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
        around = self.around(each)
        return Suppressed(each.name.entity, each.name.alias, around.start, around.end, because, self.field)


def _end(text: str, folded: Folded, end: int) -> int:
    """Where something ends in the original, with the marks of its last letter."""
    there = folded.end(end)
    while there < len(text) and text[there] in MARKS:
        there += 1
    return there


def _around(low: str, start: int, end: int, name: Name, place: int) -> tuple[int, int] | None:
    """From where to where a name stands around one of its words; None if it does not."""
    slots = name.slots
    for slot in reversed(slots[:place]):
        word = _word_before(low, start)
        if word is None or low[word[0] : word[1]] not in slot:
            return None
        start = word[0]
    for slot in slots[place + 1 :]:
        word = _word_behind(low, end)
        if word is None or low[word[0] : word[1]] not in slot:
            return None
        end = word[1]
    return start, end


def _word_behind(low: str, place: int) -> tuple[int, int] | None:
    """The next word, if nothing but a short gap lies between."""
    start = place
    while start < len(low) and not low[start].isalnum():
        start += 1
        if start - place > WIDEST_GAP:
            return None
    if start == len(low) or start == place or _divides(low[place:start]):
        return None
    end = start
    while end < len(low) and end - start < _LONGEST and (low[end].isalnum() or _is_inside(low, end)):
        end += 1
    return start, end


def _word_before(low: str, place: int) -> tuple[int, int] | None:
    """The word before, if nothing but a short gap lies between."""
    end = place
    while end and not low[end - 1].isalnum():
        end -= 1
        if place - end > WIDEST_GAP:
            return None
    if not end or end == place or _divides(low[end:place]):
        return None
    start = end
    while start and end - start < _LONGEST and (low[start - 1].isalnum() or _is_inside(low, start - 1)):
        start -= 1
    return start, end


_LONGEST: Final = 64
"""A longer word is none of a name's."""


def _is_inside(low: str, place: int) -> bool:
    """Whether an apostrophe stands between two letters."""
    return low[place] == "'" and 0 < place < len(low) - 1 and low[place - 1].isalnum() and low[place + 1].isalnum()


def _divides(gap: str) -> bool:
    """Whether what stands between two words ends a sentence or a clause: then they are no name."""
    return (
        gap.count("\n") > 1
        or not _BREAKS.isdisjoint(gap.replace("\n", " ", 1))
        or ("." in gap and gap.index(".") < len(gap) - 1 and gap[gap.index(".") + 1].isspace())
    )


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
        replace(each, verdict=Verdict.CERTAIN, evidence=(*each.evidence, IN_FULL), lacks="")
        if each.verdict is Verdict.POSSIBLE and each.entity in certain and CAPITAL in each.evidence
        else each
        for each in mentions
    ]
    return tuple(sorted(found, key=_place))


def _place(mention: Mention) -> tuple[str, int, int, str]:
    return mention.field, mention.start, mention.end, mention.entity
