"""The labelled texts say of themselves what they are: a figure that rests on a wrong label is none."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from tests.bench.parts.mentions_corpus import CONSTRUCTED, DEV, FOLDER, HARD, NATURAL, Label, Text, problems, read

CORPUS = read()
KNOWN = {each.id for each in CORPUS.entities}
CYRILLIC = re.compile(r"[Ѐ-ӿ]")
LATIN = re.compile(r"[A-Za-z]")


def test_every_label_is_where_it_says_and_means_somebody_who_is_declared() -> None:
    assert [problem for each in CORPUS.texts for problem in problems(each, KNOWN)] == []


GOOD = Text("x", "en", "pos", "dev", "The Cinder Gazette wrote.", (Label("cinder-gazette", "Cinder Gazette", 4, 18),))


@pytest.mark.parametrize(
    ("label", "problem"),
    [
        (Label("cinder-gazette", "Cinder Gazette", 5, 19), "is said to stand where `inder Gazette `"),
        (Label("cinder-gazette", "Cinder Gazett", 4, 17), "is a part of a word"),
        (Label("cinder-gazette", "Cinder Gazette ", 4, 19), "does not run from letter to letter"),
        (Label("cinder-gazette", "", 4, 4), "is said to stand where ``"),
        (Label("nobody", "Cinder Gazette", 4, 18), "nobody declares nobody"),
    ],
)
def test_a_wrong_label_is_noticed(label: Label, problem: str) -> None:
    assert list(problems(GOOD, KNOWN)) == []
    (found,) = problems(msgspec.structs.replace(GOOD, mentions=(label,)), KNOWN)
    assert problem in found


def test_labels_that_overlap_and_texts_of_the_wrong_kind_are_noticed() -> None:
    twice = msgspec.structs.replace(GOOD, mentions=GOOD.mentions * 2)
    assert ["begins in another" in each for each in problems(twice, KNOWN)] == [True]
    assert ["kind neg" in each for each in problems(msgspec.structs.replace(GOOD, kind="neg"), KNOWN)] == [True]


def test_no_text_and_no_id_stands_twice() -> None:
    assert Counter(each.id for each in CORPUS.texts).most_common(1)[0][1] == 1
    assert Counter(" ".join(each.text.split()) for each in CORPUS.texts).most_common(1)[0][1] == 1


def test_there_are_enough_texts_of_each_kind_and_language() -> None:
    kinds = Counter(each.kind for each in CORPUS.texts)
    languages = Counter(each.lang for each in CORPUS.texts)
    assert len(CORPUS.texts) >= 180
    assert min(kinds[NATURAL], kinds[CONSTRUCTED], kinds[HARD]) >= 40
    assert languages["ru"] > len(CORPUS.texts) / 2
    assert min(languages["uk"], languages["en"], languages["de"]) >= 12
    assert len({label.entity for each in CORPUS.texts for label in each.mentions}) >= 45


def test_the_halves_are_alike_in_kind_and_language() -> None:
    shares: Counter[tuple[str, str]] = Counter()
    for each in CORPUS.texts:
        shares[each.kind, each.lang] += 1 if each.split == DEV else -1
    assert {key: value for key, value in shares.items() if abs(value) > 1} == {}
    assert abs(shares.total()) <= 1


def test_invented_entities_hide_no_shipped_ones_and_each_is_named() -> None:
    assert CORPUS.invented.keys().isdisjoint(CORPUS.shipped)
    assert CORPUS.invented.keys() <= {label.entity for each in CORPUS.texts for label in each.mentions}


def is_of_two_alphabets(surface: str) -> bool:
    return any(LATIN.search(word) and CYRILLIC.search(word) for word in surface.split())


@pytest.mark.parametrize(
    ("what", "has"),
    [
        ("a space that does not break", lambda surface: "\xa0" in surface),
        ("a soft hyphen", lambda surface: "\xad" in surface),
        ("a character of no width", lambda surface: "\u200b" in surface),
        ("a stress mark", lambda surface: any(unicodedata.category(each) == "Mn" for each in surface)),
        ("look-alike letters", is_of_two_alphabets),
        ("a broken line", lambda surface: "\n" in surface),
        ("a dash", lambda surface: "—" in surface or " - " in surface),
        ("a dot", lambda surface: re.search(r"\w\.\w", surface) is not None),
        ("quotation marks", lambda surface: any(each in surface for each in "«\"'“„")),
        ("capitals", lambda surface: surface.isupper() and len(surface) > 10),
        ("a possessive", lambda surface: surface.endswith("’s")),
        ("apostrophes of two kinds", lambda surface: "'" in surface or "ʼ" in surface),
    ],
)
def test_the_constructed_texts_have_each_trick(what: str, has: Callable[[str], bool]) -> None:
    assert any(has(label.surface) for each in CORPUS.texts if each.kind == CONSTRUCTED for label in each.mentions)


def test_the_folder_says_that_nobody_tunes_to_the_held_out_half() -> None:
    assert "Nobody tunes to `test`" in Path(FOLDER / "README.md").read_text(encoding="utf-8")
