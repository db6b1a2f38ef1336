"""Which maps have keys of their own: read off the words of the table, without a second list."""

from __future__ import annotations

import pytest

from compliance.language.keys import KEYS, names
from compliance.language.sections import FILES, file_of, holds_facts, inside, order


@pytest.mark.parametrize("section", [section for section in KEYS if section not in FILES])
def test_every_map_that_has_keys_is_found_from_a_file(section: str) -> None:
    """A new map of the table is put in order without another place that knows it."""
    reached, new = set(FILES), set(FILES)
    while new:
        keys = [(each, key) for each in new for key in (names(each) if each in KEYS else ("any key",))]
        below = {found for each, key in keys if (found := inside(each, key)) is not None}
        new = below - reached
        reached |= below
    assert section in reached


def test_a_text_that_is_named_like_a_map_is_none() -> None:
    assert inside("claim", "source") is None
    assert inside("entry", "entity") is None
    assert inside("entry", "effective") == "claim"
    assert inside("rule", "legal_basis") == "source"
    assert inside("rule", "nothing") is None
    assert inside(None, "legal_basis") is None


def test_the_kind_of_a_file_is_that_of_its_one_key() -> None:
    assert file_of(["language", "rule"]) == "rule"
    assert file_of(["language"]) is None
    assert file_of(["rule", "entity"]) is None


def test_maps_by_name_have_their_keys_one_level_below() -> None:
    by_name = inside("entity", "values")
    assert by_name is not None
    assert by_name not in KEYS
    assert order(by_name) == {}
    assert inside(by_name, "loss-percentage") == "value"


def test_the_order_is_that_of_the_table() -> None:
    assert sorted(names("rule"), key=order("rule").__getitem__) == list(names("rule"))
    assert order(None) == {}


def test_facts_stand_under_the_keys_that_say_so() -> None:
    assert holds_facts("scenario", "given")
    assert not holds_facts("scenario", "name")
    assert not holds_facts("rule", "given")
