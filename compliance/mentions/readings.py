"""Other readings of a text in which tags may or may not show gaps, and what is found in them.

Theory: a text is read as it most likely shows. Where nothing but tags stands between two letters, a page may show
something else. So the text around such places is read again: once with all of them joined, once with all of them
apart, and in any mixture where a few are near one another. Where many are, a word is taken to go on through mere
formatting and to end where a link ends and the next one begins, as in menus; if many are left even so, the text counts
as not read whole. What is found and touches such a place is possible; whatever else stands there was found already. A
text without such places is read once.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain, pairwise, product
from typing import Final, Self

import msgspec

from compliance.mentions.aware import BECAUSE
from compliance.mentions.gaps import Joint
from compliance.mentions.markup import PARAGRAPH
from compliance.mentions.normalize import Folded
from compliance.mentions.scan import Mention, Scanned, Suppressed, Verdict

LACKS: Final = "whether the tags inside it or beside it show a gap is not known"
_AROUND: Final = 200
"""So many characters before and behind a place are read again."""
_NEAR: Final = 100
"""A name goes on over so many characters between two places."""
_MIXED: Final = 3
"""Up to so many places near one another are read in every mixture; of more, each is read apart by itself."""
_FARTHEST: Final = 50
"""So many joints before and behind that one are joined."""
_MOST: Final = 4
"""Mixtures are read up to so many times the length of the text ..."""
_LEAST: Final = 400_000
"""... or up to so many characters, if that is more."""


@dataclass(frozen=True)
class Reading:
    """Pieces of a text as they may show as well, one after the other."""

    given: str
    """The text."""
    text: str
    places: Folded
    """Where its characters stand in the text."""
    joints: Sequence[Joint]
    """Of the text."""
    is_whole: bool
    """Whether every mixture was read."""

    @classmethod
    def of(cls, text: str, joints: Sequence[Joint]) -> Self:
        """The other readings of a text.

        Args:
            text: of any length; the time grows with it and with the number of joints, and not faster.
            joints: in the order of the text, none over another.
        """
        making = _Making(text, joints)
        for first, last in _stretches(joints):
            for is_apart in (False, True):
                making.add(first, last, [is_apart] * (last - first))
        is_whole = making.mix() and not any(each.holds_others for each in joints)
        return cls(text, "".join(making.pieces), Folded("", tuple(making.moves)), joints, is_whole)

    def was(self, start: int, end: int) -> tuple[int, int]:
        """From where to where something stands in the text."""
        return self.places.original(start), self.places.end(end)

    def is_over(self, mention: Mention) -> bool:
        """Whether a mention of the text runs over a joint at which a reader may well see a gap."""
        start, end = mention.start, mention.end
        return any(each.is_likely and start < each.start and each.end < end for each in self.touching(start, end))

    def touching(self, start: int, end: int) -> Iterator[Joint]:
        """The joints that something stands over or beside."""
        number = bisect_left(self.joints, start, key=lambda each: each.end)
        while number < len(self.joints) and self.joints[number].touches(start, end):
            yield self.joints[number]
            number += 1


def _stretches(joints: Sequence[Joint]) -> Iterator[tuple[int, int]]:
    """From which joint to which the texts around them run into one another."""
    first = 0
    for number, (one, other) in enumerate(pairwise(joints), start=1):
        if other.start - one.end > 2 * _AROUND:
            yield first, number
            first = number
    if joints:
        yield first, len(joints)


_Mixture = tuple[int, int, Sequence[bool]]
"""From which joint to which, the last one excluded, and which of them are apart."""


class _Making:
    """Readings as they are put together."""

    def __init__(self, text: str, joints: Sequence[Joint]) -> None:
        self._text, self._joints = text, joints
        self.pieces: list[str] = []
        self.moves: list[tuple[int, int]] = [(0, 0)]
        self._size = 0

    def add(self, first: int, last: int, apart: Sequence[bool]) -> None:
        """Read some joints joined or apart, with the text around them; not again as the text has it."""
        several = self._joints[first:last]
        shown = [self._shown(each, is_apart=one) for each, one in zip(several, apart, strict=True)]
        if all(self._text[each.start : each.end] == one for each, one in zip(several, shown, strict=True)):
            return
        done = max(several[0].start - _AROUND, 0)
        for each, one in zip(several, shown, strict=True):
            self._take(done, each.start)
            if one == self._text[each.start : each.end]:
                self._take(each.start, each.end)
            else:
                self._put(one, each.start)
            done = each.end
        end = min(done + _AROUND, len(self._text))
        self._take(done, end)
        self._put(PARAGRAPH, end)

    def mix(self) -> bool:
        """Read places near one another in mixtures; False if there are too many."""
        most = self._size + max(_MOST * len(self._text), _LEAST)
        is_whole = True
        for several in self._groups(range(len(self._joints))):
            if len(several) <= _MIXED:
                mixed = self._mixtures(several)
            else:
                soft = list(self._groups([each for each in several if self._joints[each].is_open]))
                is_whole = is_whole and all(len(each) <= _MIXED for each in soft)
                mixed = chain.from_iterable(
                    self._mixtures(each, several) if len(each) <= _MIXED else self._single(each) for each in soft
                )
            for first, last, apart in mixed:
                if self._size > most:
                    return False
                self.add(first, last, apart)
        return is_whole

    def _mixtures(self, several: Sequence[int], among: Sequence[int] = ()) -> Iterator[_Mixture]:
        """All mixtures of some joints, with those near them as they most likely show that they stand among."""
        first, last = several[0], several[-1] + 1
        if among:
            first, last = max(first - _MIXED, among[0]), min(last + _MIXED, among[-1] + 1)
        for apart in product((False, True), repeat=len(several)):
            mixed = dict(zip(several, apart, strict=True))
            shown = [mixed[each] if each in mixed else self._is_apart(each) for each in range(first, last)]
            if any(shown) and not all(shown):
                yield first, last, shown

    def _single(self, several: Sequence[int]) -> Iterator[_Mixture]:
        """Each of some joints apart, and those near it joined."""
        for number in several:
            first, last = max(several[0], number - _FARTHEST), min(several[-1] + 1, number + _FARTHEST + 1)
            yield first, last, [each == number or self._joints[each].is_firm for each in range(first, last)]

    def _is_apart(self, number: int) -> bool:
        """Whether a joint most likely shows a gap."""
        joint = self._joints[number]
        return joint.is_firm or joint.start < joint.end

    def _groups(self, numbers: Sequence[int]) -> Iterator[Sequence[int]]:
        """Some joints, those together between which a name may go on."""
        first = 0
        for number, (one, other) in enumerate(pairwise(numbers), start=1):
            end, start = self._joints[one].end, self._joints[other].start
            if start - end > _NEAR or self._text.find(PARAGRAPH, end, start) >= 0:
                yield numbers[first:number]
                first = number
        if numbers:
            yield numbers[first:]

    def _shown(self, joint: Joint, *, is_apart: bool) -> str:
        return (self._text[joint.start : joint.end] or " ") if is_apart else ""

    def _take(self, start: int, end: int) -> None:
        self.moves.append((self._size, start))
        self.pieces.append(self._text[start:end])
        self._size += end - start

    def _put(self, shown: str, place: int) -> None:
        for _ in shown:  # each of these stands at the place itself
            self.moves.append((self._size, place))
            self._size += 1
        self.pieces.append(shown)


def with_readings(scanned: Scanned, read: Mapping[str, Reading], found: Scanned) -> Scanned:
    """What was found in some texts, together with what is only in other readings of them.

    Args:
        scanned: what was found in the texts.
        read: the other readings, by text.
        found: what was found in these.
    """
    mentions = {_key(each): each for each in scanned.mentions}
    taken = _Taken((*scanned.mentions, *(each for each in scanned.suppressed if each.because == BECAUSE)))
    for each in sorted(found.mentions, key=lambda one: one.start - one.end):
        here = _as_given(each, read[each.field])
        if here is not None and _key(here) not in mentions and taken.take(here):
            mentions[_key(here)] = here
    told = [
        _doubted(each) if each.field in read and read[each.field].is_over(each) else each for each in mentions.values()
    ]
    told.sort(key=lambda each: (each.field, each.start, each.end, each.entity))
    return replace(scanned, mentions=tuple(told), suppressed=(*scanned.suppressed, *_passed(scanned, read, found)))


def _as_given(mention: Mention, reading: Reading) -> Mention | None:
    """A mention in another reading as one in the text; None if it touches no joint."""
    start, end = reading.was(mention.start, mention.end)
    if not any(reading.touching(start, end)):
        return None
    surface = reading.given[start:end]
    return _doubted(msgspec.structs.replace(mention, start=start, end=end, surface=surface))


def _doubted(mention: Mention) -> Mention:
    return msgspec.structs.replace(mention, verdict=Verdict.POSSIBLE, lacks=mention.lacks or LACKS)


def _passed(scanned: Scanned, read: Mapping[str, Reading], found: Scanned) -> Iterator[Suppressed]:
    """What was passed over in other readings only, each once."""
    known = {_key(each) for each in scanned.suppressed}
    for each in found.suppressed:
        start, end = read[each.field].was(each.start, each.end)
        here = msgspec.structs.replace(each, start=start, end=end)
        if _key(here) not in known and any(read[each.field].touching(start, end)):
            known.add(_key(here))
            yield here


def _key(each: Mention | Suppressed) -> tuple[str, str, int, int]:
    return each.entity, each.field, each.start, each.end


class _Taken:
    """The places where entities were found already."""

    def __init__(self, found: Iterable[Mention | Suppressed]) -> None:
        self._places: dict[tuple[str, str], set[int]] = {}
        for each in found:
            self.take(each)

    def take(self, each: Mention | Suppressed) -> bool:
        """Whether an entity was not found there before, not even in part."""
        places = self._places.setdefault((each.entity, each.field), set())
        new = range(each.start, each.end)
        is_free = places.isdisjoint(new)
        places.update(new)
        return is_free
