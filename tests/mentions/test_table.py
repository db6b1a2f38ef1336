"""A table of word forms: what was worked out comes back as it was, or not at all."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compliance.mentions.inflection import RULES, RUSSIAN, Forms, Word
from compliance.mentions.table import FORMAT, Maker, Table, TableError
from tests.mentions.naming import dictionary

MAKER = Maker("a reader 1", "a dictionary 2", RULES)
PINNED: Mapping[int, str] = {
    1: "1c61ef065c87adde592731916d1ca4951263d7da7a9961edb78a4e3b684b5f1a",
    2: "1c61ef065c87adde592731916d1ca4951263d7da7a9961edb78a4e3b684b5f1a",  # words of Ukrainian names are asked, too
}
"""For each version of our rules the digest of what they make of `SAMPLE`."""
SAMPLE = (
    *("новая", "газета", "открытая", "россия", "настоящее", "время", "фонд", "борьбы", "коррупцией", "радио", "центр"),
    *("петров", "иванова", "достоевский", "толстая", "щукин", "дождь", "медуза", "звёзды", "ветер", "людей", "упа"),
    *("свобода", "некоторый", "рассматриваемая", "двое", "бряцкая", "крымрадио", "лаборатория", "журналисты", "на"),
)
TEXT = st.text("абвгдеёжзийыя", min_size=1, max_size=6)
WORDS = st.dictionaries(TEXT, st.builds(Word, st.frozensets(TEXT, max_size=4), st.booleans()), max_size=8).map(
    lambda words: {name: Word(word.forms | {name}, word.is_common) for name, word in words.items()}
)
HEAD = b'{"format":1,"made_by":{"analyzer":"a","dictionary":"b","rules":1},"words":'


@given(WORDS, st.randoms(use_true_random=False))
def test_words_come_back_as_they_went_in_and_their_order_changes_no_byte(words: dict[str, Word], order: object) -> None:
    table = Table.of(MAKER, {RUSSIAN: words})
    data = table.encoded()
    assert Table.decoded(data) == table
    shuffled = sorted(words, key=lambda _: order.random())  # type: ignore[attr-defined]
    assert Table.of(MAKER, {RUSSIAN: {name: words[name] for name in shuffled}}).encoded() == data
    assert table.counts == (len(words), sum(len(word.forms) for word in words.values()))


def test_words_of_which_no_dictionary_is_asked_are_left_out() -> None:
    words = {"radio": Word(frozenset({"radio"})), "радио": Word(frozenset({"радио"}), is_common=True)}
    assert list(Table.of(MAKER, {RUSSIAN: words}).words[RUSSIAN]) == ["радио"]


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "no word forms that can be read"),
        (b"[]", "no word forms that can be read"),
        (b'{"format":1}', "no word forms that can be read"),
        (b'{"format":%d}' % (FORMAT + 1), "has word forms of format 2"),
        (HEAD + b'{"ru":{"":{}}}}', "no word forms that can be read"),
        (HEAD + b'{"ru":{"x":{"forms":[""]}}}}', "no word forms that can be read"),
        (HEAD + b'{"ru":{"x":{"forms":["\xff"]}}}}', "no word forms that can be read"),
        (HEAD + b'{"ru":{"x":{"stems":[]}}}}', "no word forms that can be read"),
        (HEAD + b"[" * 100_000, "no word forms that can be read"),
    ],
    ids=["empty", "list", "format-alone", "format", "no-word", "no-form", "not-utf-8", "unknown-key", "deep"],
)
def test_what_is_no_table_is_refused(data: bytes, message: str) -> None:
    with pytest.raises(TableError, match=message):
        Table.decoded(data)


def test_a_word_is_among_its_forms_even_if_nobody_wrote_it_down() -> None:
    table = Table.decoded(HEAD + '{"ru":{"газета":{"forms":["газету"]}}}}'.encode())
    assert table.words[RUSSIAN]["газета"] == Word(frozenset({"газета", "газету"}))


def test_rules_that_give_other_forms_have_another_version() -> None:
    asked = Forms(dictionary().analyzer)
    for word in SAMPLE:
        asked.slots([word], RUSSIAN)
    found = hashlib.sha256(Table.of(MAKER, asked.known).encoded().replace(b'"rules":%d' % RULES, b"")).hexdigest()
    assert found == PINNED[RULES], "forms differ: raise `RULES` in inflection.py, and pin what comes out"
