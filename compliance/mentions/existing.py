"""What a text carries already: our own notices and the signs behind names, which no name may hide behind.

Theory: a notice that names somebody is no mention, and `Медуза¹` is the name with a sign and no other word. So both
are taken out and names are looked for in what is left, where every place is known as it was. No name runs across the
place of a notice. Nearly no text has any of it, and the words by which it is told are rare.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Self

from compliance.mentions.marks import SIGN, SUPERSCRIPTS, Content, Marks, Stretch
from compliance.mentions.names import Inflector, Name
from compliance.mentions.normalize import Folded, fold
from compliance.mentions.phrases import Phrases, phrases_of
from compliance.mentions.standing import Titles, Wordings
from compliance.mentions.wordings import wordings_of
from compliance.model.ruleset import Ruleset

Tells = tuple[Folded, Sequence[tuple[int, int]]]
"""A text as it is compared, and where in it words of notices or of marks stand, or raised digits."""
_MOST_SPACE: Final = 40
_DIVIDES: Final = ";"
"""Stands for a notice inside a paragraph."""
_DIGITS: Final = frozenset(f"0123456789{SUPERSCRIPTS}")
_RAISED: Final = re.compile(rf"(?<=[^\W\d_{SUPERSCRIPTS}])[{SUPERSCRIPTS}]{{1,3}}+(?![^\W_])")
_LINE_BEFORE: Final = re.compile(rf"[\W_]*+(?:{SIGN})?[\W_]*+")


@dataclass(frozen=True, slots=True)
class Rest:
    """A text without what was taken out of it."""

    text: str
    given: str
    """The text as it was."""
    places: Folded
    """Where its characters stand there."""

    @classmethod
    def of(cls, text: str, notices: Iterable[tuple[int, int]], signs: Iterable[tuple[int, int]]) -> Self:
        """A text without some notices and signs; where a notice stood, its paragraph is divided."""
        cuts = sorted([*(_with_space(text, *each) for each in notices), *((*each, "") for each in signs)])
        pieces: list[str] = []
        moves: list[tuple[int, int]] = [(0, 0)]
        done = size = 0
        for start, end, instead in cuts:
            if end <= done:
                continue
            kept = text[done : max(start, done)]
            pieces += (kept, instead)
            size += len(kept)
            if instead:
                moves.append((size, max(start, done)))
                size += len(instead)
            moves.append((size, end))
            done = end
        pieces.append(text[done:])
        return cls("".join(pieces), text, Folded("", tuple(moves)))

    def was(self, start: int, end: int) -> tuple[int, int]:
        """From where to where something stands in the text as it was."""
        return self.places.original(start), self.places.end(end)


@dataclass(frozen=True, slots=True)
class Carried:
    """What was found in a content."""

    rests: Mapping[str, Rest]
    """By part, where anything was taken out."""
    notices: tuple[Stretch, ...]
    pieces: tuple[tuple[str, int, int], ...]
    """Of the notices what belongs to them: the part, and where it begins and ends."""


class Existing:
    """Finds what texts carry already. It never changes once it is made."""

    def __init__(self, wordings: Wordings, phrases: Phrases, spared: Collection[str] = ()) -> None:
        """Get ready; `spared` are words of names that end with digits, which are no signs."""
        self._wordings, self._phrases, self._spared = wordings, phrases, spared
        self.tells = wordings.seeds | phrases.seeds | frozenset(SUPERSCRIPTS)
        """Words, folded, and signs: a text without any of them carries nothing that has to be taken out."""
        self.marks = Marks(phrases)

    @classmethod
    def of(cls, ruleset: Ruleset, names: Sequence[Name], inflector: Inflector) -> Self:
        """What texts may carry of a rule set.

        Args:
            ruleset: its notices and its registers.
            names: what is looked for besides: where there is a choice, by none of these words.
            inflector: knows the forms of the words of marks.
        """
        words = frozenset[str]().union(*{slot for name in names for slot in name.slots})  # names share most of these
        wordings = Wordings(wordings_of(ruleset), Titles(ruleset.entities.values()), words)
        phrases = Phrases(phrases_of(ruleset.registers.values(), inflector), words)
        return cls(wordings, phrases, frozenset(word for word in words if word[-1] in _DIGITS))

    def carried(self, fields: Mapping[str, str], tells: Mapping[str, Tells]) -> Carried:
        """What the parts of a content carry.

        Args:
            fields: the parts.
            tells: those in which any of `tells` stands, and where.
        """
        notices: list[Stretch] = []
        pieces: dict[str, list[tuple[int, int]]] = {}
        is_marked = False
        for field, (folded, hits) in tells.items():
            words = [each for each in sorted(hits) if _is_word(folded.text, *each)]
            is_marked = is_marked or any(folded.text[start:end] in self._phrases.seeds for start, end in words)
            for standing in self._wordings.standing(folded.text, words):
                places = [(folded.original(start), folded.end(end)) for start, end in standing.pieces]
                places[0] = _line_begins(fields[field], places[0][0]), places[0][1]
                pieces.setdefault(field, []).extend(places)
                notices.append(
                    Stretch(
                        field,
                        places[0][0],
                        places[-1][1],
                        standing.registers,
                        standing.names,
                        len(standing.pieces) == 1,
                    )
                )
        told = Content(fields, (), notices, self._phrases).telling if notices or is_marked else frozenset[str]()
        numbers = frozenset(filter(str.isdigit, told))
        rests: dict[str, Rest] = {}
        for field, text in fields.items():
            signs = [each for each in _signs(text, tells.get(field), numbers) if self._is_sign(text, *each)]
            if field in pieces or signs:
                rests[field] = Rest.of(text, pieces.get(field, ()), signs)
        return Carried(
            rests, tuple(notices), tuple((field, *each) for field, found in pieces.items() for each in found)
        )

    def _is_sign(self, text: str, start: int, end: int) -> bool:
        """Whether a sign is none with which a name ends."""
        while start and text[start - 1].isalnum():
            start -= 1
        return fold(text[start:end]).text not in self._spared


def _is_word(low: str, start: int, end: int) -> bool:
    return not (start and low[start - 1].isalnum()) and not (end < len(low) and low[end].isalnum())


def _line_begins(text: str, start: int) -> int:
    """Where the line begins on which something stands, if nothing but the sign of a note stands before it."""
    begins = text.rfind("\n", max(start - _MOST_SPACE, 0), start) + 1
    is_near = begins or start <= _MOST_SPACE
    return begins if is_near and _LINE_BEFORE.fullmatch(text, begins, start) else start


def _signs(text: str, tells: Tells | None, numbers: Collection[str]) -> Iterator[tuple[int, int]]:
    """Where digits stand behind words: raised ones, and the numbers of notes that speak of a register."""
    if tells is not None and any(tells[0].text[start] in SUPERSCRIPTS for start, _ in tells[1]):
        yield from (each.span() for each in _RAISED.finditer(text))
    if numbers:
        one = "|".join(sorted(numbers, key=len, reverse=True))
        for each in re.finditer(rf"(?:{one})(?: (?:{one}))*+(?![^\W_])", text):
            if text[each.start() - 1 : each.start()].isalpha():
                yield each.span()


def _with_space(text: str, start: int, end: int) -> tuple[int, int, str]:
    """A notice with the space on one side of it, and what stands for it where it was inside a paragraph."""
    before, behind = start, end
    while before > max(start - _MOST_SPACE, 0) and text[before - 1].isspace():
        before -= 1
    while behind < min(end + _MOST_SPACE, len(text)) and text[behind].isspace():
        behind += 1
    lines = text.count("\n", before, start), text.count("\n", end, behind)
    instead = _DIVIDES if max(lines) < 2 and before and behind < len(text) else ""
    return (start, behind, instead) if lines[0] > lines[1] or behind == end else (before, end, instead)
