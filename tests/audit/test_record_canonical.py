"""One value has one spelling: RFC 8785, but for halves of surrogate pairs."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compliance.audit.canonical import MOST, CanonicalError, canonical, parsed

letters = st.text(st.characters(codec="utf-8"), max_size=6)
values = st.recursive(
    st.none() | st.booleans() | st.integers(-MOST, MOST) | letters,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(letters, inner, max_size=4),
    max_leaves=12,
)


@given(values)
def test_a_value_is_read_back_and_is_json(value: object) -> None:
    data = canonical(value)
    assert parsed(data) == json.loads(data) == value


@given(values, st.randoms(use_true_random=False))
def test_the_order_in_which_members_were_put_in_does_not_show(value: object, chance: object) -> None:
    def shuffled(each: object) -> object:
        if isinstance(each, dict):
            members = [(name, shuffled(inner)) for name, inner in each.items()]
            chance.shuffle(members)  # type: ignore[attr-defined]
            return dict(members)
        return [shuffled(inner) for inner in each] if isinstance(each, list) else each

    assert canonical(shuffled(value)) == canonical(value)


@given(values, st.integers(0, 200), st.sampled_from([b" ", b"\n", b"\t"]))
def test_no_other_spelling_of_a_value_is_read(value: object, at: int, space: bytes) -> None:
    data = canonical(value)
    place = at % (len(data) + 1)
    for other in (data[:place] + space + data[place:], json.dumps(value, indent=1).encode(), b"\xef\xbb\xbf" + data):
        try:
            found = parsed(other)
        except CanonicalError:
            continue
        assert canonical(found) == other  # the space stands in a text, and is another value
        assert found != value or other == data


@pytest.mark.parametrize(
    ("value", "data"),
    [
        ({"\uff21": 1, "\U0001d11e": 2, "ж": 3, "20": 5, "3": 6}, '{"20":5,"3":6,"ж":3,"\U0001d11e":2,"\uff21":1}'),
        ('\b\t\n\f\r"\\/\x00\x1f\x7f\u2028', '"\\b\\t\\n\\f\\r\\"\\\\/\\u0000\\u001f\x7f\u2028"'),
        ([True, False, None, 0, -1, MOST], f"[true,false,null,0,-1,{MOST}]"),
        ({"": {"b": [], "a": {}}}, '{"":{"a":{},"b":[]}}'),
    ],
)  # fmt: skip
def test_members_are_sorted_by_utf_16_and_signs_are_escaped_only_where_they_must(value: object, data: str) -> None:
    assert canonical(value) == data.encode()


@pytest.mark.parametrize("value", [1.0, float("nan"), MOST + 1, -MOST - 1, b"x", {1: "a"}, {"a": {1.5}}, [object()]])
def test_what_readers_of_json_read_differently_or_not_at_all_has_no_form(value: object) -> None:
    with pytest.raises(CanonicalError):
        canonical(value)


@pytest.mark.parametrize(
    "data",
    [
        *(
            b"",
            b"{",
            b"1.0",
            b'{"a":[1.5]}',
            b'{"a":[9007199254740992]}',
            b'[{"b":1,"a":1}]',
            b"1e3",
            b"-0",
            b"01",
            b"NaN",
            b"Infinity",
            b'{"a":1,"a":1}',
            b'{"b":1,"a":1}',
            b'"\\u0041"',
        ),
        *(b'"\\/"', b'"\\ud83d\\ude00"', b'"\\u00E9"', b"\xff", b'"\xed\xa0\x80"', b"9007199254740992", b"[" * 60_000),
        b"1" * 5000,
    ],
)
def test_bytes_in_no_canonical_form_are_refused(data: bytes) -> None:
    with pytest.raises(CanonicalError) as refused:
        parsed(data)
    assert len(str(refused.value)) < 80  # and nothing of them is repeated


@pytest.mark.parametrize("value", [None, [None], "\x01", "ж", ["\uff21"], {"\uff21": 1, "\U0001d11e": 2}, -MOST])
@pytest.mark.parametrize("levels", [0, 5, 6, 7, 8, 40])
def test_a_value_is_read_however_many_levels_it_has(value: object, levels: int) -> None:
    for number in range(levels):
        value = {"a": value} if number % 2 else [value]
    assert parsed(canonical(value)) == value


@pytest.mark.parametrize("half", ["\ud800", "x\udfffy", "\udc00\ud800"])
def test_half_a_surrogate_pair_is_kept(half: str) -> None:
    assert parsed(canonical({half: half})) == {half: half}


def test_two_halves_are_the_letter_that_they_make() -> None:
    assert canonical("\ud83d\ude00") == canonical("\U0001f600")
