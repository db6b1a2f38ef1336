"""The labelled texts of `tests/mentions/corpus`, and the entities that they name."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

import msgspec

from compliance.model.designation import Entity
from compliance.store import read_rules

ROOT: Final = Path(__file__).parents[3]
FOLDER: Final = ROOT / "tests" / "mentions" / "corpus"
Kind = Literal["pos", "pos-adv", "neg", "neg-hard"]
Split = Literal["dev", "test"]
DEV: Final = "dev"
TEST: Final = "test"
NATURAL: Final = "pos"
CONSTRUCTED: Final = "pos-adv"
NOTHING: Final = "neg"
HARD: Final = "neg-hard"


class Label(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """That an entity is named from `start` to `end`, in code points."""

    entity: str
    surface: str
    start: int
    end: int


class Text(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A labelled text."""

    id: str
    lang: Literal["ru", "uk", "en", "de", "be"]
    kind: Kind
    split: Split
    text: str
    mentions: tuple[Label, ...]


@dataclass(frozen=True)
class Corpus:
    """All texts, and every entity that a scanner has to know: the shipped ones and the invented ones."""

    texts: tuple[Text, ...]
    shipped: Mapping[str, Entity]
    invented: Mapping[str, Entity]

    @property
    def entities(self) -> list[Entity]:
        return [*self.shipped.values(), *self.invented.values()]


def read() -> Corpus:
    lines = (FOLDER / "corpus.jsonl").read_bytes().splitlines()
    texts = tuple(msgspec.json.decode(line, type=Text) for line in lines)
    return Corpus(texts, read_rules(ROOT / "rules").entities, read_rules(FOLDER).entities)


def problems(text: Text, known: Iterable[str]) -> Iterator[str]:
    """What is wrong with the labels of a text."""
    if bool(text.mentions) != (text.kind in {NATURAL, CONSTRUCTED}):
        yield f"{text.id}: {len(text.mentions)} mentions in a text of kind {text.kind}"
    if unknown := {each.entity for each in text.mentions}.difference(known):
        yield f"{text.id}: nobody declares {', '.join(sorted(unknown))}"
    done = 0
    for each in text.mentions:
        found = text.text[each.start : each.end]
        if found != each.surface or not found:
            yield f"{text.id}: `{each.surface}` is said to stand where `{found}` stands"
        elif not (_is_of_a_word(found[0]) and _is_of_a_word(found[-1])):
            yield f"{text.id}: `{found}` does not run from letter to letter"
        elif _is_inside_a_word(text.text, each.start) or _is_inside_a_word(text.text, each.end):
            yield f"{text.id}: `{found}` is a part of a word"
        if each.start < done:
            yield f"{text.id}: `{each.surface}` begins in another mention or before it"
        done = each.end


def _is_of_a_word(sign: str) -> bool:
    return sign.isalnum() or unicodedata.category(sign) == "Mn"


def _is_inside_a_word(text: str, place: int) -> bool:
    return 0 < place < len(text) and _is_of_a_word(text[place - 1]) and _is_of_a_word(text[place])
