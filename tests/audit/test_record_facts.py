"""Facts in records: whatever is known of a fact is read back as it was."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compliance.audit import facts as recorded_facts
from compliance.audit.canonical import canonical, parsed
from compliance.audit.facts import FactsError, facts_in, recorded, recorded_value, value_in
from compliance.model.facts import FACTS, FactValue, Kind, Members, OneOf, unknown
from compliance.model.territory import LocationSet
from tests.engine.strategies import Facts, facts

WORDS = st.text(max_size=4) | st.sampled_from(["unknown", "nothing", "other", "2024-02-20", "RU", "ru/list"])
CODES = st.sampled_from(["UA", "UA-43", "RU", "UA-63/-held", "UA-14/+held/-other"])
sets = st.frozensets(WORDS, max_size=3)
PLACE = "reader.location"


def values(name: str) -> st.SearchStrategy[FactValue]:
    spec = FACTS[name]
    known = st.just(unknown(name))
    if spec.kind is Kind.PLACE:
        where = st.tuples(st.frozensets(CODES, max_size=3), st.booleans())
        return known | where.filter(any).map(lambda each: LocationSet(*each))
    if spec.many:
        some = st.tuples(sets, sets, st.booleans())
        return known | some.map(lambda each: Members(each[0], each[1] - each[0], each[2]))
    one = st.tuples(sets | st.frozensets(st.sampled_from(spec.domain or ("x",))), st.booleans()).filter(any)
    return known | one.map(lambda each: OneOf(*each))


named = st.sampled_from(sorted(FACTS)).flatmap(lambda name: st.tuples(st.just(name), values(name)))


@given(named)
def test_whatever_is_known_of_a_fact_is_read_back_from_bytes(fact: tuple[str, FactValue]) -> None:
    name, value = fact
    written = parsed(canonical(recorded_value(name, value)))
    assert value_in(name, written) == value


@given(named, named)
def test_two_things_known_of_a_fact_are_never_written_alike(
    one: tuple[str, FactValue], other: tuple[str, FactValue]
) -> None:
    if one[0] == other[0] and one[1] != other[1]:
        assert recorded_value(*one) != recorded_value(*other)


@given(facts())
def test_all_facts_but_those_of_the_reader_are_read_back(known: Facts) -> None:
    written = json.loads(json.dumps(recorded(known)))
    assert facts_in(written) == {name: value for name, value in known.items() if name != PLACE}


@pytest.mark.parametrize("name", sorted(FACTS))
def test_that_nothing_is_known_is_not_spelled_out(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    written = recorded_value(name, unknown(name))
    spec = FACTS[name]
    if spec.domain is None:
        return
    assert written == {"unknown": True}
    later = {**FACTS, name: replace(spec, domain=(*spec.domain, "a-later-word"))}
    for module in ("compliance.audit.facts", "compliance.model.facts"):
        monkeypatch.setattr(f"{module}.FACTS", later)
    found = value_in(name, written)
    assert isinstance(found, OneOf)
    assert "a-later-word" in found.values


def test_the_usual_forms_are_short() -> None:
    assert recorded_value("content.kind", OneOf(frozenset({"article"}))) == "article"
    assert recorded_value("content.mentions", Members(frozenset({"b", "a"}))) == ["a", "b"]
    assert recorded_value("content.mentions", Members()) == []
    assert recorded_value("content.date_published", OneOf(frozenset({"2024-02-21", "2024-02-20"}))) == {
        "one_of": ["2024-02-20", "2024-02-21"]
    }
    assert recorded_value("content.mentions", Members(frozenset({"a"}), frozenset({"b"}), other=True)) == {
        "certain": ["a"],
        "perhaps": ["b"],
        "other": True,
    }


def test_a_fact_that_is_not_in_the_vocabulary_is_passed_over() -> None:
    assert facts_in({"content.weight": {"grams": ["1"]}, "content.kind": "article"}) == {
        "content.kind": OneOf(frozenset({"article"}))
    }


WRONG: dict[str, list[object]] = {
    "content.kind": [["a"], {"certain": []}, {"one_of": []}, {"one_of": "a"}, 1, None, {}],
    "content.mentions": [
        "a",
        {"one_of": ["a"]},
        [1],
        {"certain": [], "maybe": []},
        {"perhaps": ["a"]},
        {"unknown": False},
    ],
    PLACE: ["RU", {"places": []}, {"places": ["no such place"]}, {"places": ["RU"], "basis": []}],
}


@pytest.mark.parametrize(("name", "value"), [(name, value) for name, values in WRONG.items() for value in values])
def test_what_is_not_known_of_any_fact_is_refused_and_not_repeated(name: str, value: object) -> None:
    with pytest.raises(FactsError, match=f"^what is recorded of `{name}` cannot be read$"):
        value_in(name, value)


def test_the_place_of_a_reader_never_stands_among_recorded_facts() -> None:
    assert recorded({name: unknown(name) for name in FACTS}).keys() == FACTS.keys() - {PLACE}
    assert recorded_facts.recorded({PLACE: LocationSet.of(["RU"])}) == {}
