"""How many labelled mentions are found, and how many finds are right.

Theory: a find is right if it overlaps a label of the same entity; where it begins and ends is counted apart. *Certain*
finds and all finds are two answers with a recall and a precision each. A label that is neither found nor among the
suppressed was dropped in silence: the one mistake that nobody can see.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

from tests.bench.parts.mentions_corpus import Label, Text


@dataclass(frozen=True, slots=True)
class Find:
    """An entity from `start` to `end`, in code points."""

    entity: str
    start: int
    end: int
    is_certain: bool = True

    def is_of(self, label: Label) -> bool:
        """Whether it may be this mention."""
        return self.entity == label.entity and self.start < label.end and label.start < self.end


class Finder(Protocol):
    """Whatever looks for names."""

    def find(self, text: str) -> tuple[Sequence[Find], Sequence[Find]]:
        """What it found, and what it passed over and says so."""


@dataclass
class Score:
    """What came out for some texts."""

    texts: int = 0
    labels: int = 0
    certain_labels: int = 0
    """Labels with a find that is certain."""
    found_labels: int = 0
    exact_labels: int = 0
    """Labels with a find that begins and ends where they do."""
    silent: int = 0
    certain: int = 0
    certain_right: int = 0
    finds: int = 0
    right: int = 0

    def add(self, text: Text, finds: Sequence[Find], suppressed: Sequence[Find]) -> None:
        """Count what was found in a text."""
        self.texts += 1
        for label in text.mentions:
            own = [each for each in finds if each.is_of(label)]
            self.labels += 1
            self.found_labels += bool(own)
            self.certain_labels += any(each.is_certain for each in own)
            self.exact_labels += any((each.start, each.end) == (label.start, label.end) for each in own)
            self.silent += not own and not any(each.is_of(label) for each in suppressed)
        for each in finds:
            is_right = any(each.is_of(label) for label in text.mentions)
            self.finds += 1
            self.right += is_right
            self.certain += each.is_certain
            self.certain_right += each.is_certain and is_right

    @property
    def recall(self) -> float | None:
        return _share(self.found_labels, self.labels)

    @property
    def certain_recall(self) -> float | None:
        return _share(self.certain_labels, self.labels)

    @property
    def precision(self) -> float | None:
        return _share(self.right, self.finds)

    @property
    def certain_precision(self) -> float | None:
        return _share(self.certain_right, self.certain)

    @property
    def exact(self) -> float | None:
        """Of the labels that were found, the share with the very same place."""
        return _share(self.exact_labels, self.found_labels)

    @property
    def false_certain(self) -> int:
        return self.certain - self.certain_right

    @property
    def false_possible(self) -> int:
        return self.finds - self.right - self.false_certain


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None


def score(texts: Iterable[Text], finder: Finder) -> Score:
    found = Score()
    for text in texts:
        found.add(text, *finder.find(text.text))
    return found


def mistakes(texts: Iterable[Text], finder: Finder) -> list[str]:
    """Each mistake in a line, by the id of its text. Only for texts that may be looked at."""
    found: list[str] = []
    for text in texts:
        finds, suppressed = finder.find(text.text)
        for label in text.mentions:
            if not any(each.is_of(label) for each in finds):
                seen = "suppressed" if any(each.is_of(label) for each in suppressed) else "dropped in silence"
                found.append(f"{text.id} {seen}: {label.entity} `{label.surface}`")
        for each in finds:
            if not any(each.is_of(label) for label in text.mentions):
                how = "certain" if each.is_certain else "possible"
                found.append(f"{text.id} false {how}: {each.entity} `{text.text[each.start : each.end]}`")
    return found
