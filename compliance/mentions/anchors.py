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
_Beside = tuple[Placed, frozenset[str]]
"""A name by its anchor, and the forms of the word beside that."""
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
    tagged: list[Name] = []
    alone: list[Name] = []
    behind: list[_Beside] = []
    before: list[_Beside] = []
    for each in names:
        name, place = each
        last = len(name.slots) - 1
        if not last:
            (tagged if name.weakened == TAGGED else alone).append(name)
        elif place < last:
            behind.append((each, name.slots[place + 1]))
        else:
            before.append((each, name.slots[place - 1]))
    return Anchor(tuple(tagged), tuple(alone), _side(behind), _side(before, is_before=True))


def _side(beside: Sequence[_Beside], *, is_before: bool = False) -> Side | None:
    """Names by the word beside their anchor, given the forms of that word; None if there are none."""
    if not beside:
        return None
    divided = tuple([each for each, _ in beside if each[0].gaps])
    found: dict[str, tuple[Placed, ...]]
    if len(beside) == 1:  # so it is with nearly all anchors
        [(only, forms)] = beside
        found = {} if divided else dict.fromkeys(forms, (only,))
    else:
        several: dict[str, list[Placed]] = defaultdict(list)
        for each, slot in beside:
            if not each[0].gaps:
                for form in slot:
                    several[form].append(each)
        found = {form: tuple(every) for form, every in several.items()}
        forms = frozenset().union(*(slot for _, slot in beside))
    size = min(_FEW, *map(len, forms))
    letters = frozenset([form[-size:] if is_before else form[:size] for form in forms])
    return Side(found, divided, letters, size)


def anchors(names: Sequence[Name]) -> Mapping[str, Sequence[Placed]]:
    """For each word by which some names are found, these names, and which of their words it is."""
    slots = Counter(slot for name in names for slot in set(name.slots))
    having: Counter[str] = Counter()
    for slot, count in slots.items():  # names share most of their words
        for form in slot:
            having[form] += count
    costs = {slot: _costs(slot, having) for slot in slots}
    found: dict[str, list[Placed]] = defaultdict(list)
    for name in names:
        place = _cheapest(name, costs) if len(name.slots) > 1 else 0
        placed = name, place
        for form in sorted(name.slots[place]):
            found[form].append(placed)
    return found


def _cheapest(name: Name, costs: Mapping[frozenset[str], tuple[_Cost, _Cost]]) -> int:
    """Which word of a name would be met in vain least often."""
    common = name.common or (False,) * len(name.slots)
    found = [costs[slot][is_common] for slot, is_common in zip(name.slots, common, strict=True)]
    return found.index(min(found))


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
    plain: dict[str, Sequence[Placed]] = {}
    others: dict[str, Sequence[Placed]] = {}
    for word, found in both.items():
        (plain if word.isalnum() or _DIVIDING.isdisjoint(word) else others)[word] = found
    return {**plain, **others}, len(plain)


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
    """How often a word would be met in vain, as far as that can be told; what words of a name are compared by."""

    is_divided: bool
    """A longer pattern would hide a shorter word in it."""
    is_short: bool
    is_everywhere: bool
    is_common: bool
    """Whether the dictionary has it."""
    names: int
    brevity: int
    """More for a word with a shorter form."""


def _costs(slot: frozenset[str], having: Mapping[str, int]) -> tuple[_Cost, _Cost]:
    """How often a word would be met in vain, if the dictionary does not have it, and if it has."""
    shortest = min(map(len, slot))
    hard = "'" in "".join(slot), shortest < SHORTEST, not _FULL_OF.isdisjoint(slot)
    names = max(map(having.__getitem__, slot))
    return _Cost(*hard, False, names, -shortest), _Cost(*hard, True, names, -shortest)  # noqa: FBT003 - of the same word
