"""Anchors: whichever word of a name is taken, and however fast most places are passed over, the same is found."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compliance.mentions.anchors import anchors, candidates, table
from compliance.mentions.names import Name
from compliance.mentions.neighbours import around
from compliance.mentions.words import words_of
from compliance.model.designation import Strength

WORDS = ("радио", "свобода", "свободы", "свободный", "несвобода", "новая", "о'нил", "нил", "а", "й", "служба", "x1")
SIGNS = (" ", " ", " ", "\u00a0", "\n", "\n\n", "  ", ". ", ".", ", ", " «", "» ", "'", "_", " - ", "(", "", "-")
SLOT = st.frozensets(st.sampled_from(WORDS), min_size=1, max_size=3)


@st.composite
def named(draw: st.DrawFn) -> list[Name]:
    rows = draw(st.lists(st.lists(SLOT, min_size=1, max_size=4), min_size=1, max_size=5))
    return [
        Name(
            str(number),
            "name",
            Strength.STRONG,
            tuple(slots),
            gaps=draw(st.sampled_from(((), (", ",) * (len(slots) - 1)))),
        )
        for number, slots in enumerate(rows)
    ]


@st.composite
def texts(draw: st.DrawFn, names: list[Name]) -> str:
    """Words in a row, among them those of names, with all kinds of signs in between."""
    found = []
    for _ in range(draw(st.integers(1, 4))):
        name = draw(st.sampled_from(names))
        for slot in draw(st.sampled_from([name.slots, name.slots[1:], name.slots[:-1]])):
            found += [draw(st.sampled_from(sorted(slot))), draw(st.sampled_from(SIGNS))]
        found += draw(st.lists(st.sampled_from(WORDS) | st.sampled_from(SIGNS), max_size=2))
    return "".join(found)


Found = set[tuple[str, int, int]]


def whole_words(low: str) -> list[tuple[int, int]]:
    """From where to where anything goes that is a word of some name, and no part of a longer run of letters."""
    return [
        (start, start + len(word))
        for word in set(WORDS)
        for start in range(len(low))
        if low.startswith(word, start)
        and not low[max(start - 1, 0) : start].isalnum()
        and not low[start + len(word) : start + len(word) + 1].isalnum()
    ]


def by_anchors(names: list[Name], low: str) -> Found:
    by_word = anchors(names)
    made = dict(zip(by_word, table(by_word.values()), strict=True))
    return {
        (name.entity, first, last)
        for start, end in whole_words(low)
        if low[start:end] in made
        for name, first, last in candidates(low, [(start, end, 0)], [made[low[start:end]]])
    }


def one_by_one(names: list[Name], low: str) -> Found:
    """The same by the first word of each name, and without any haste."""
    found = set()
    for name in names:
        for start, end in whole_words(low):
            if (
                low[start:end] in name.slots[0]
                and (here := around(low, start, end, name.slots, 0, name.gaps)) is not None
            ):
                found.add((name.entity, *here))
    return found


@given(st.data(), named())
def test_names_are_found_by_their_anchor_as_by_their_first_word(data: st.DataObject, names: list[Name]) -> None:
    low = data.draw(texts(names))
    assert by_anchors(names, low) == one_by_one(names, low)


@pytest.mark.parametrize("gap", [" ", "  ", " «", "\n", "\u00a0", " - ", ".", " '"])
@pytest.mark.parametrize(("anchor", "other"), [("маяковка", "служба"), ("маяковка", "о'нил"), ("x1y", "радио")])
def test_any_short_gap_may_stand_before_and_behind_an_anchor(gap: str, anchor: str, other: str) -> None:
    for words in ((anchor, other), (other, anchor)):
        name = Name("name", "Name", Strength.STRONG, tuple(frozenset({word}) for word in words))
        by_word = {anchor: [(name, words.index(anchor))]}
        low = f"и {gap.join(words)} и"
        start = low.index(anchor)
        hit = start, start + len(anchor), 0
        assert candidates(low, [hit], table(by_word.values())) == [(name, 2, len(low) - 2)]


@pytest.mark.parametrize(
    ("words", "low", "is_found"),
    [
        (("новая", "маяковка"), "и l'новая маяковка и", True),
        (("новая", "маяковка"), "и новая'го маяковка и", False),
        (("маяковка", "радио"), "и маяковка радио'нун и", True),
        (("маяковка", "радио"), "и маяковка l'радио и", False),
        (("маяковка", "радио", "свобода"), "и маяковка радио свобода'нын и", True),
        (("маяковка", "радио", "свобода"), "и маяковка радио служба и", False),
        (("новая", "служба", "маяковка"), "и l'новая служба маяковка и", True),
        (("новая", "служба", "маяковка"), "и радио служба маяковка и", False),
        (("новая", "маяковка", "радио"), "и d'новая маяковка радио и", True),
        (("новая", "маяковка", "радио"), "и служба маяковка радио и", False),
        (("новая", "маяковка", "радио"), "и маяковка радио и", False),
        (("маяковка", "радио"), "и маяковка. радио и", False),
        (("новая", "маяковка"), "и новая. маяковка и", False),
        (("новая", "маяковка"), "и «новая. маяковка» и", True),
        (("маяковка", "радио"), "и маяковка.радио и", True),
        (("маяковка", "радио"), "и маяковка,радио и", False),
        (("маяковка", "радио"), "и маяковка радиослужба и", False),
        (("новая", "маяковка"), "и неновая маяковка и", False),
    ],
)
def test_every_word_of_a_name_has_to_stand_in_its_place(words: tuple[str, ...], low: str, *, is_found: bool) -> None:
    name = Name("name", "Name", Strength.STRONG, tuple(frozenset({word}) for word in words))
    start = low.index("маяковка")
    made = table([[(name, words.index("маяковка"))]])
    assert bool(candidates(low, [(start, start + len("маяковка"), 0)], made)) == is_found


def test_a_word_of_every_text_is_no_anchor_where_the_name_has_another() -> None:
    name = Name("radio", "Радио Простор", Strength.STRONG, (frozenset({"радио"}), frozenset({"простор", "простора"})))
    assert sorted(anchors([name])) == ["простор", "простора"]


def test_forms_of_a_word_share_what_they_have_in_common() -> None:
    slots = tuple(frozenset({f"{word}{end}" for end in "аыу"}) for word in words_of("красн площад"))
    first, *others = table(anchors([Name("square", "Красная площадь", Strength.STRONG, slots)]).values())
    assert others
    assert all(each is first for each in others)
