"""Text as the scanner compares it, with every place still known in the original.

Theory: nearly all texts need replacements of one character by one: small letters, `ё`, apostrophes. Then a place
in the folded text is the same place in the original. Only where a text has characters that nobody sees, or letters
of another alphabet inside a word, it is folded with care: what is dropped moves all that follows, so the moves are
kept. Whether care is needed the automaton of names tells while it looks for names, as the signs of it are among
its patterns: where there are none, it costs nothing.

Source: UAX #15 (NFC; NFKC of letters in another dress); UTS #39 (confusable letters), of which those are taken that
look alike in Latin and Cyrillic in common fonts, as small letters or as capitals.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain, product
from typing import Final

DROPPED: Final = frozenset(
    map(
        chr,
        (
            *(0xAD, 0x34F, 0x61C, 0x180E, *range(0x200B, 0x2010), *range(0x202A, 0x202F)),
            *(*range(0x2060, 0x2065), *range(0x2066, 0x206A), 0xFE0F, 0xFEFF),
        ),
    )
)
"""Characters that nobody sees: where a line may break, joiners, marks of direction."""
MARKS: Final = frozenset(map(chr, chain(range(0x300, 0x34F), range(0x350, 0x370), range(0x483, 0x488))))
"""Combining marks: a part of the letter (`й`), or a stress that is no part of a name."""
_FANCY: Final = (
    *(range(0xFF10, 0xFF1A), range(0xFF21, 0xFF3B), range(0xFF41, 0xFF5B)),  # as wide as ideographs
    *(range(0x1D400, 0x1D800), range(0x2102, 0x2115), range(0x2118, 0x2120), range(0x2124, 0x214A)),  # of formulas
    *(range(0x24B6, 0x24EA), range(0x1F130, 0x1F14A)),  # in circles and squares
    *(
        range(0x1D2C, 0x1D6B),
        range(0x1D9B, 0x1DC0),
        range(0x2B0, 0x2B9),
        range(0x2E0, 0x2E5),
        (0x2071, 0x207F),
        range(0x2090, 0x209D),
    ),  # raised and lowered
    *(range(0xFB00, 0xFB07), (0x132, 0x133, 0x17F), range(0x1C4, 0x1CD), range(0x1F1, 0x1F4)),  # joined
    range(0x2160, 0x2180),  # numerals
)


def _plain_letters() -> Iterator[tuple[str, str]]:
    """Letters and digits that fonts would set, each with what it is."""
    for letter in map(chr, chain(*_FANCY)):
        plain = unicodedata.normalize("NFKC", letter.lower())  # the signs for kelvin and ohm have small letters
        if plain != letter.lower() and plain.isalnum():
            yield letter, plain.lower()


FANCY: Final = dict(_plain_letters())
"""Letters and digits in another dress («𝐁», «Ｂ», «ﬁ»), and what they are. Raised digits stay: they point to notes."""
LATIN: Final = "aceopxyikmhtbjs"
CYRILLIC: Final = "асеорхуікмнтвјѕ"
"""What looks like each of `LATIN`."""

_FAR: Final = 1 << 62
_APOSTROPHES: Final = ("\u2019", "\u02bc", "\u2018", "\xb4", "`")
_FIRST_PLANE: Final = 0xFFFF
_DOTTED: Final = "\u0130"
"""The one letter whose small letter is two characters."""
_DOTS: Final = {"ë": "е", "ï": "ї"}
"""What is typed for `ё` and `ї` on another keyboard, as it is compared."""
_TO_CYRILLIC: Final = str.maketrans(LATIN, CYRILLIC) | str.maketrans(_DOTS)
_TO_LATIN: Final = str.maketrans(CYRILLIC, LATIN)
_EXPANDED: Final = {**FANCY, _DOTTED: "i"}


def _any_of(letters: Iterable[str]) -> str:
    """A pattern for one of some characters; beyond the first plane for all near them, as single ones are slow there."""
    first = "".join(sorted(each for each in letters if ord(each) <= _FIRST_PLANE))
    return f"[{first}\U0001d400-\U0001d7ff\U0001f130-\U0001f149]"


_ODD: Final = re.compile(f"[{''.join(sorted(DROPPED | MARKS))}]+|(?P<letter>{_any_of(_EXPANDED)})")
_HAS_ODD: Final = re.compile(f"[{''.join(sorted(DROPPED | MARKS))}{_any_of(_EXPANDED)[1:]}")
"""The same as one class, of which a text is searched twice as fast."""
BROKEN: Final = re.compile(r"(?<=[^\W\d_])[-\u2010\xad][ \t]*\r?\n[ \t]*(?=[^\W\d_])")
"""Where a word goes on in the next line."""
ENDS: Final = frozenset(hyphen + end for hyphen in "-\u2010\xad" for end in ("\r", "\n", " \r", " \n"))
"""The sign that a word may do so."""
_ODD_OR_BROKEN: Final = re.compile(f"{BROKEN.pattern}|{_ODD.pattern}")
_WORD: Final = re.compile(r"[^\W\d_]+")
_CYRILLIC_LETTERS: Final = frozenset(map(chr, chain(range(0x430, 0x460), range(0x490, 0x4FF))))
_COMMON: Final = "абвгдежзийклмнопрстуфхцчшщъыьэюяієїґўј"
"""The letters that stand beside one of the other alphabet, in the languages that are read most."""
_LATIN_LETTERS: Final = frozenset("abcdefghijklmnopqrstuvwxyzëï")
_BOTH: Final = _LATIN_LETTERS | _CYRILLIC_LETTERS
_LATIN_CLASS, _CYRILLIC_CLASS = (f"[{''.join(sorted(each))}]" for each in (_LATIN_LETTERS, _CYRILLIC_LETTERS))
_HAS_LATIN: Final = re.compile(_LATIN_CLASS)
_MEET: Final = re.compile(f"{_LATIN_CLASS}{_CYRILLIC_CLASS}|{_CYRILLIC_CLASS}{_LATIN_CLASS}")
"""Letters of two alphabets side by side, as every word of two alphabets has them."""


@dataclass(frozen=True, slots=True)
class Folded:
    """A text as it is compared; `moves` says where its places are in the original."""

    text: str
    moves: tuple[tuple[int, int], ...] = ()
    """Pairs of a place here and that place there: from each on, both count alike. None where all places agree."""

    def original(self, place: int) -> int:
        """The place in the original: of a character, or between two of the end of the former."""
        if not self.moves:
            return place
        here, there = self.moves[bisect_right(self.moves, (place, _FAR)) - 1]
        return there + place - here

    def end(self, place: int) -> int:
        """The end in the original of what ends here before `place`: what was dropped behind it is no part of it."""
        return self.original(place - 1) + 1 if self.moves and place else place


def fold(text: str) -> Folded:
    """The text with small letters, each place where it was: enough unless it has what is `HIDDEN` or `MIXED`."""
    return Folded(_plain(text)) if _DOTTED not in text else fold_with_care(text)


def _plain(text: str) -> str:
    low = text.lower()
    if low.isascii():
        return low
    low = low.replace("ё", "е")
    for sign in _APOSTROPHES:
        low = low.replace(sign, "'")
    return low


HIDDEN: Final = DROPPED | MARKS
"""Of these a text has to be freed (`unhidden`), if it has any ..."""
DRESSED: Final = frozenset(each.lower() for each in FANCY)
"""... and of these."""


def _mixed_pairs() -> Iterator[str]:
    alike = [*LATIN, *_DOTS]
    others = sorted(_LATIN_LETTERS - set(alike))
    for latin, cyrillic in chain(product(alike, _COMMON), product(others, CYRILLIC)):
        yield latin + cyrillic
        yield cyrillic + latin


MIXED: Final = frozenset(_mixed_pairs())
"""Letters of two alphabets side by side, of which one looks like a letter of the other: the sign of a word to mend."""


def fold_with_care(text: str) -> Folded:
    """The text without what nobody sees and without stress, with the letters of one alphabet in each word."""
    folded = unhidden(text)
    low = folded.text
    if low.isascii() or _HAS_LATIN.search(low) is None or _MEET.search(low) is None:
        return folded  # so it is with nearly all names
    return Folded(mended_at(low, (word.start() for word in _WORD.finditer(low))), folded.moves)


def unhidden(text: str, *, rejoined: bool = False) -> Folded:
    """The text without what nobody sees and without stress, in plain letters.

    Args:
        text: as it was given.
        rejoined: also put words together that go on in the next line.
    """
    odd = _ODD_OR_BROKEN if rejoined else _ODD
    if (odd if rejoined else _HAS_ODD).search(text) is None:
        return Folded(_plain(text))
    pieces: list[str] = []
    moves: list[tuple[int, int]] = [(0, 0)]
    done = size = 0
    for run in odd.finditer(text):
        start, end = run.span()
        letters = "" if run["letter"] is None else _EXPANDED.get(run["letter"], run["letter"])
        marks = "" if letters else "".join(each for each in run[0] if each in MARKS)
        has_letter = bool(marks) and start > done
        pieces.append(text[done : start - has_letter])
        pieces.append(_composed(text[start - 1] + marks) if has_letter else letters)
        size += start - done
        moves += [(size + each, start) for each in range(1, len(letters))]
        size += len(letters)
        if len(letters) != 1:
            moves.append((size, end))
        done = end
    pieces.append(text[done:])
    return Folded(_plain("".join(pieces)), tuple(moves) if len(moves) > 1 else ())


def _composed(letter: str) -> str:
    """A letter with the marks that are a part of it: one character."""
    return unicodedata.normalize("NFC", letter)[0]


def mended_at(low: str, places: Iterable[int]) -> str:
    """A folded text in which the words at some places are of one alphabet.

    That is the one that most letters of a word are of, if the others look like letters of it.
    """
    pieces: list[str] = []
    done = looked_at = 0
    for place in places:
        if place < looked_at:
            continue
        start, end = _word_at(low, place, done)
        looked_at = end  # a word that stays as it is would be walked again for each of its letters
        letters = set(low[start:end])
        if letters <= _BOTH and not (letters <= _LATIN_LETTERS or letters <= _CYRILLIC_LETTERS):
            pieces += (low[done:start], _mended(low[start:end]))
            done = end
    return "".join((*pieces, low[done:])) if pieces else low


def _word_at(low: str, place: int, first: int) -> tuple[int, int]:
    """From where to where the letters around a place go, none of them before `first`."""
    start = place
    while start > first and low[start - 1].isalpha():
        start -= 1
    word = _WORD.match(low, start)
    return start, place + 1 if word is None else word.end()


def _mended(word: str) -> str:
    latin = sum(each in _LATIN_LETTERS for each in word)
    cyrillic = sum(each in _CYRILLIC_LETTERS for each in word)
    ways = (_TO_CYRILLIC, _LATIN_LETTERS), (_TO_LATIN, _CYRILLIC_LETTERS)
    for table, others in ways if cyrillic >= latin else reversed(ways):
        mended = word.translate(table)
        if others.isdisjoint(mended):
            return mended
    return word
