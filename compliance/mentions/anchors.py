"""The words by which names are found, and what has to stand beside each of them.

Theory: an automaton finds whole words, so a name needs one word by which it is found, its *anchor*: the one that
is met in vain least often, which is one that few names have and no text is full of. At nearly all places where
an anchor stands none of its names does, and that has to be told fast: by the first letter of the word behind, then by
that word, of which a table says which names go on so.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from itertools import chain
from typing import Final, NamedTuple

import msgspec

from compliance.mentions.names import Name
from compliance.mentions.neighbours import BREAKS, WIDEST_SPACE, around, backs, fronts, word_before, word_behind
from compliance.mentions.spellings import TAGGED, TAGS
from compliance.mentions.weakness import SHORTEST

Placed = tuple[Name, int]
"""A name, and which of its words the anchor is."""
Here = tuple[Name, int, int]
"""A name, and from where to where it goes in a folded text."""
_TWO: Final = 2
_FEW: Final = 4
"""So many letters of a word beside an anchor tell at nearly all places that it is none of a name's."""
_PIECE: Final = re.compile(r"[^\W_]+")
_DIVIDING: Final = frozenset("'.")
"""What stands between the letters of a pattern that is no plain word."""
_FULL_OF: Final = frozenset(
    (
        # Russian, in every form of which a slot consists
        *("агентство", "банк", "бюро", "газета", "газеты", "группа", "движение", "дом", "европа", "журнал", "закон"),
        *("защита", "издание", "институт", "клуб", "комитет", "компания", "мир", "народ", "новости", "общество"),
        *("организация", "право", "проект", "радио", "россия", "россии", "свобода", "свободы", "служба", "совет"),
        *("союз", "сообщество", "сеть", "фонд", "центр", "школа", "человек", "человека", "война", "дождь", "вместе"),
        # Ukrainian
        *("агентство", "газета", "група", "рух", "закон", "захист", "інститут", "комітет", "новини", "організація"),
        *("право", "проєкт", "радіо", "свобода", "служба", "рада", "спілка", "мережа", "україна", "україни", "центр"),
        # English
        *("about", "action", "agency", "all", "america", "american", "and", "article", "association", "bank", "board"),
        *("center", "centre", "club", "committee", "community", "company", "council", "democracy", "east", "europe"),
        *("european", "for", "foundation", "free", "freedom", "from", "fund", "global", "group", "house", "human"),
        *("independent", "information", "institute", "international", "law", "local", "media", "moscow", "national"),
        *("network", "new", "news", "open", "organization", "out", "peace", "people", "press", "project", "public"),
        *("radio", "report", "research", "right", "rights", "russia", "russian", "school", "service", "social", "the"),
        *("society", "state", "support", "television", "times", "today", "ukraine", "union", "war", "watch", "west"),
        *("women", "world", "youth"),
        # German
        *("der", "die", "das", "deutsche", "europa", "für", "gesellschaft", "institut", "stiftung", "verein", "welt"),
    )
)
"""Words that news are full of, or names of organisations: a better anchor is taken where a name has one."""


class Side(msgspec.Struct, frozen=True, gc=False):
    """The names that have a word on one side of their anchor."""

    names: Mapping[str, tuple[Placed, ...]]
    """By each form of that word."""
    divided: tuple[Placed, ...]
    """Those between whose words a sign stands that divides others."""
    letters: frozenset[str]
    """The letters of these words that are next to the anchor, ..."""
    size: int
    """... so many of each."""


class Anchor(msgspec.Struct, frozen=True, gc=False):
    """The names that are found by a word."""

    tagged: tuple[Name, ...]
    """Those whose words it joins, behind the sign of a tag or a handle."""
    alone: tuple[Name, ...]
    """Those that have no other word."""
    behind: Side | None
    """Those that go on."""
    before: Side | None
    """Those that end with it."""


def candidates(low: str, hits: Iterable[tuple[int, int, int]], anchors: Sequence[Anchor]) -> list[Here]:
    """The names that stand around anchors in a folded text.

    Args:
        low: the text.
        hits: where anchors stand in it as whole words: start, end, and which one it is.
        anchors: all of them.
    """
    found: list[Here] = []
    for start, end, number in hits:
        anchor = anchors[number]
        if anchor.tagged and start and low[start - 1] in TAGS:
            found += [(name, start, end) for name in anchor.tagged]
        if anchor.alone:
            found += [(name, start, end) for name in anchor.alone]
        # one character in between, and another word beside it: so it is at nearly all places
        side = anchor.behind
        if side is not None:
            near = low[end + 1 : end + 1 + side.size]
            if near in side.letters or (not near[:1].isalnum() and _begins(side, low, end)):
                found += _ahead(side, low, start, end)
        side = anchor.before
        if side is not None and start > 1:
            last = start - 1
            is_near = low[max(last - side.size, 0) : last] in side.letters
            if is_near or (not low[last - 1].isalnum() and _ends(side, low, start)):
                found += _back(side, low, start, end)
    return found


def _begins(side: Side, low: str, place: int) -> bool:
    """Whether the next word behind a wider gap may be one of a name."""
    last = min(len(low), place + WIDEST_SPACE)
    while place < last and not low[place].isalnum():
        place += 1
    return low[place : place + side.size] in side.letters


def _ends(side: Side, low: str, place: int) -> bool:
    """Whether the word before a wider gap may be one of a name."""
    first = max(place - WIDEST_SPACE, 0)
    while place > first and not low[place - 1].isalnum():
        place -= 1
    return low[max(place - side.size, 0) : place] in side.letters


def _ahead(side: Side, low: str, start: int, end: int) -> list[Here]:
    """The names that go on with the word behind an anchor."""
    found = _verified(side.divided, low, start, end) if side.divided else []
    here = None if low[end] in BREAKS else word_behind(low, end)
    if here is not None:
        word = low[here[0] : here[1]]
        if "'" in word:
            found += _verified(chain.from_iterable(side.names.get(each, ()) for each in fronts(word)), low, start, end)
        elif word in side.names:
            found += _beside(side.names[word], low, (start, end), here)
    return found


def _back(side: Side, low: str, start: int, end: int) -> list[Here]:
    """The names that end with an anchor, by the word before it."""
    found = _verified(side.divided, low, start, end) if side.divided else []
    here = None if low[start - 1] in BREAKS else word_before(low, start)
    if here is not None:
        word = low[here[0] : here[1]]
        if "'" in word:
            found += _verified(chain.from_iterable(side.names.get(each, ()) for each in backs(word)), low, start, end)
        elif word in side.names:
            found += _beside(side.names[word], low, (start, end), here)
    return found


def _beside(names: Sequence[Placed], low: str, anchor: tuple[int, int], word: tuple[int, int]) -> list[Here]:
    """The names that stand around an anchor and a word beside it; of most longer ones one more word tells."""
    is_ahead = word[0] > anchor[0]
    start, end = (anchor[0], word[1]) if is_ahead else (word[0], anchor[1])
    is_near = (word[0] - anchor[1] if is_ahead else anchor[0] - word[1]) == 1
    known: dict[bool, str] = {}
    found: list[Here] = []
    for each in names:
        slots, place = each[0].slots, each[1]
        if is_near and len(slots) == _TWO:
            found.append((each[0], start, end))
            continue
        number = place + _TWO if is_ahead else place - _TWO
        is_on = is_ahead and number < len(slots)
        if is_ahead and not is_on:
            number = place - 1
        if number >= 0:
            if is_on not in known:
                here = word_behind(low, end) if is_on else word_before(low, start)
                known[is_on] = "" if here is None else low[here[0] : here[1]]
            if known[is_on] not in slots[number] and "'" not in known[is_on]:
                continue
        found += _verified((each,), low, *anchor)
    return found


def _verified(names: Iterable[Placed], low: str, start: int, end: int) -> list[Here]:
    found: list[Here] = []
    for name, place in names:
        here = around(low, start, end, name.slots, place, name.gaps)
        if here is not None:
            found.append((name, *here))
    return found


def table(by_word: Iterable[Sequence[Placed]]) -> tuple[Anchor, ...]:
    """The names of each word, ready to be looked for; the forms of a word share what they have in common."""
    made: dict[tuple[int, ...], Anchor] = {}
    found = []
    for names in by_word:
        key = tuple(map(id, names))
        if key not in made:
            made[key] = _anchor(names)
        found.append(made[key])
    return tuple(found)


def _anchor(names: Sequence[Placed]) -> Anchor:
    alone = [name for name, _ in names if len(name.slots) == 1]
    return Anchor(
        tagged=tuple([name for name in alone if name.weakened == TAGGED]),
        alone=tuple([name for name in alone if name.weakened != TAGGED]),
        behind=_side([(each, each[1] + 1) for each in names if each[1] + 1 < len(each[0].slots)]),
        before=_side(
            [(each, each[1] - 1) for each in names if each[1] and each[1] + 1 == len(each[0].slots)], is_before=True
        ),
    )


def _side(beside: Sequence[tuple[Placed, int]], *, is_before: bool = False) -> Side | None:
    """Names by the word beside their anchor, given which of their words that is; None if there are none."""
    if not beside:
        return None
    found: dict[str, list[Placed]] = defaultdict(list)
    divided = []
    forms: set[str] = set()
    for each, place in beside:
        slot = each[0].slots[place]
        forms |= slot
        if each[0].gaps:
            divided.append(each)
        else:
            for form in slot:
                found[form].append(each)
    size = min(_FEW, *map(len, forms))
    return Side(
        {form: tuple(several) for form, several in found.items()},
        tuple(divided),
        frozenset([form[-size:] if is_before else form[:size] for form in forms]),
        size,
    )


def anchors(names: Sequence[Name]) -> Mapping[str, Sequence[Placed]]:
    """For each word by which some names are found, these names, and which of their words it is."""
    slots = Counter(slot for name in names for slot in set(name.slots))
    having: Counter[str] = Counter()
    for slot, count in slots.items():  # names share most of their words
        for form in slot:
            having[form] += count
    costs = {slot: _cost(slot, having) for slot in slots}
    found: dict[str, list[Placed]] = defaultdict(list)
    for name in names:
        place = _cheapest(name, costs) if len(name.slots) > 1 else 0
        placed = name, place
        for form in sorted(name.slots[place]):
            found[form].append(placed)
    return found


def _cheapest(name: Name, costs: Mapping[frozenset[str], _Cost]) -> int:
    """Which word of a name would be met in vain least often."""
    common = name.common or (False,) * len(name.slots)
    return min(range(len(name.slots)), key=lambda each: costs[name.slots[each]].beside(is_common=common[each]))


Parts = Sequence[tuple[int, int, int]]
"""From where to where in a pattern which other one stands."""


def in_order(
    by_anchor: Mapping[str, Sequence[Placed]], spelled: Mapping[str, Sequence[Name]]
) -> tuple[Mapping[str, Sequence[Placed]], int]:
    """The names by what they are found by, plain words first, and how many of these there are.

    Args:
        by_anchor: names by words, some of which have apostrophes inside.
        spelled: names by other spellings of theirs (`spellings`), some of which have full stops inside.
    """
    both = {**by_anchor}
    for word, names in spelled.items():
        both[word] = [*both.get(word, ()), *((name, 0) for name in names)]
    plain = {word: names for word, names in both.items() if _DIVIDING.isdisjoint(word)}
    return {**plain, **{word: names for word, names in both.items() if word not in plain}}, len(plain)


def parts(patterns: Sequence[str], simple: int) -> Sequence[Parts]:
    """For each pattern that is no plain word what stands in it: itself, and what it would hide.

    Args:
        patterns: plain words first.
        simple: how many of these there are.
    """
    numbers = {word: number for number, word in enumerate(patterns)}
    return [_parts(word, numbers) for word in patterns[simple:]]


def _parts(pattern: str, numbers: Mapping[str, int]) -> Parts:
    pieces = [piece.span() for piece in _PIECE.finditer(pattern)]
    inside = ((first, last) for at, (first, _) in enumerate(pieces) for _, last in pieces[at:])
    found = [(first, last, numbers[part]) for first, last in inside if (part := pattern[first:last]) in numbers]
    whole = 0, len(pattern), numbers[pattern]
    return [whole, *(each for each in found if each[2] != whole[2])]


class _Cost(NamedTuple):
    """How often a word would be met in vain, as far as its forms tell."""

    is_hard: tuple[bool, bool, bool]
    names: int
    shortest: int

    def beside(self, *, is_common: bool) -> tuple[bool, bool, bool, bool, int, int]:
        """What words of a name are compared by, given whether this one is one of every text."""
        return *self.is_hard, is_common, self.names, -self.shortest


def _cost(slot: frozenset[str], having: Mapping[str, int]) -> _Cost:
    """How often a word would be met in vain: if it is short or common, then if many names have it, last if shorter."""
    shortest = min(map(len, slot))
    is_divided = "'" in "".join(slot)  # a longer pattern would hide a shorter word in it
    is_everywhere = not _FULL_OF.isdisjoint(slot)
    return _Cost((is_divided, shortest < SHORTEST, is_everywhere), max(map(having.__getitem__, slot)), shortest)
