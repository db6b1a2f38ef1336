"""Leaves: every record is read back from its bytes, and later versions may say more."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from typing import Any, get_args

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from compliance.audit import record as records
from compliance.audit.canonical import canonical
from compliance.audit.leaf import Record
from compliance.audit.record import (
    AnyRecord,
    Counted,
    CountersRecord,
    OtherRecord,
    OutcomeRecord,
    RecordError,
    RenderedRecord,
    TableRecord,
    decode,
    encode,
    key_of,
    nonce_of,
)
from compliance.audit.rendered import Confirmed
from compliance.audit.table import Days, Footnote, Row, Shown, Stretch, Words

NONCE, DAY = bytes(range(16)), date(2026, 9, 1)
HEX = "ab" * 32
TABLE = TableRecord(
    nonce=nonce_of(NONCE),
    day=DAY,
    content="https://daily.example/a",
    facts={"content.kind": "article", "publisher": {"unknown": True}},
    ruleset=f"sha256:{HEX}",
    source=f"sha256:{HEX}",
    semantics=1,
    stretch=Stretch(first_day=date(2026, 2, 1)),
    outcome=HEX,
)
OUTCOME = OutcomeRecord(
    nonce=nonce_of(NONCE),
    day=DAY,
    words=(Words(default="en", text={"en": HEX}),),
    notices=(Shown(id="n", status="required", display="show", placements=("footer",), words=0, rules=("r",)),),
    footnotes=(Footnote(id="n", entities=("radio",), words=0),),
    rows=(Row(notices=()), Row(notices=(0,), places=("GB", "GB-WLS", "RU")), Row(notices=(0,), places=("GB-ENG",))),
    elsewhere=0,
    unknown=1,
)

hexes = st.just(HEX) | st.binary(min_size=32, max_size=32).map(bytes.hex)
nonces = st.binary(min_size=16, max_size=16).map(bytes.hex)
texts = st.text(max_size=5)
languages = st.dictionaries(st.sampled_from(["en", "ru", "zh-Hans"]), hexes, max_size=2)
counted = st.builds(Counted, notice=texts, status=texts, display=texts, count=st.integers(10, 99))
SHAPES: dict[type, Callable[[], st.SearchStrategy[Any]]] = {
    Words: lambda: st.builds(Words, default=texts, text=languages, short=languages),
    Stretch: lambda: st.builds(
        Stretch,
        first_day=st.none() | st.dates(),
        last_day=st.none() | st.dates(),
        zones=st.dictionaries(texts, st.builds(Days, first_day=st.none() | st.dates()), max_size=2),
    ),
}


def made(kind: type[Any]) -> st.SearchStrategy[Any]:
    """Any record of a kind, every member drawn; numbers in an outcome name what it has."""
    if kind is OutcomeRecord:
        return outcomes()
    drawn = {each.name: of_type(each.name, each.type) for each in msgspec.structs.fields(kind) if each.name != "v"}
    if kind is RenderedRecord:
        drawn["notices"] = st.lists(made(Confirmed), max_size=2).map(tuple)
    return st.builds(kind, **drawn)


def of_type(name: str, type_: Any) -> st.SearchStrategy[Any]:
    usual: dict[str, st.SearchStrategy[Any]] = {
        "nonce": nonces,
        "facts": st.dictionaries(texts, texts | st.lists(texts, max_size=2), max_size=2),
        "place": st.just({"places": ["RU"]}),
        "turns": st.dictionaries(texts, st.integers(1, 9), max_size=2),
        "hour": st.integers(0, 23),
        "least": st.integers(0, 10),
        "counts": st.lists(counted, max_size=2).map(tuple),
        "notices": st.deferred(lambda: st.lists(made(records.Told), max_size=2).map(tuple)),
        **dict.fromkeys(("outcome", "table", "bundle", "sha256", "text"), hexes),
        "hashes": st.lists(hexes, max_size=2).map(tuple),
        "leaves": st.lists(st.integers(0, 99), max_size=2).map(tuple),
    }
    if name in usual:
        return usual[name]
    if type_ in SHAPES:
        return SHAPES[type_]()
    plain = str(type_)
    some = st.dates() if "date" in plain else st.integers(0, 999) if "int" in plain else texts
    return some | st.none() if "None" in plain else some


@st.composite
def outcomes(draw: st.DrawFn) -> OutcomeRecord:
    words = draw(st.lists(SHAPES[Words](), min_size=1, max_size=2))
    number = st.integers(0, len(words) - 1)
    names = st.lists(texts, max_size=2).map(tuple)
    shown = st.builds(
        Shown,
        **dict.fromkeys(("id", "status", "display"), texts),
        **dict.fromkeys(("placements", "rules", "unknowns"), names),
        words=number,
        entity=st.none() | texts,
        approximated=st.booleans(),
    )
    notices = draw(st.lists(shown, min_size=1, max_size=2))
    footnotes = draw(st.lists(st.builds(Footnote, id=texts, entities=names, words=number), max_size=1))
    listed = st.lists(st.integers(0, len(notices) - 1), max_size=2).map(tuple)
    notes = st.just(tuple(range(len(footnotes))))
    rows = draw(st.lists(st.builds(Row, notices=listed, footnotes=notes, places=names), min_size=1, max_size=3))
    return OutcomeRecord(
        nonce=draw(nonces),
        day=draw(st.dates()),
        words=tuple(words),
        notices=tuple(notices),
        footnotes=tuple(footnotes),
        rows=tuple(rows),
        elsewhere=draw(st.integers(0, len(rows) - 1)),
        unknown=0,
    )


every = st.sampled_from(get_args(AnyRecord)).flatmap(made)
tables = st.one_of(made(TableRecord), outcomes(), made(RenderedRecord))


def members(record: Record) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(encode(record))  # type: ignore[arg-type]
    return found


@given(every)
def test_a_record_is_read_back_from_its_leaf(record: Any) -> None:
    leaf = encode(record)
    assert decode(leaf) == record
    assert leaf == canonical(json.loads(leaf))


@given(every)
def test_a_leaf_names_its_kind_its_version_its_nonce_and_its_day_and_no_time(record: Any) -> None:
    found = members(record)
    assert {"kind", "v", "nonce", "day"} <= found.keys()
    assert (found["v"], len(found["nonce"]), len(found["day"])) == (1, 32, 10)


@given(every, st.sampled_from(["zeal", "a", "é"]), st.sampled_from([1, "x", {"b": [1]}, [None]]))
def test_what_a_later_version_added_is_passed_over(record: Any, name: str, value: object) -> None:
    later = {**members(record), name: value, "v": 2}
    found = decode(canonical(later))
    assert found == msgspec.structs.replace(record, v=2)


def test_a_part_of_a_record_may_have_more_members_later() -> None:
    later = members(OUTCOME)
    later["rows"][1]["colour"] = "red"
    later["notices"][0]["loud"] = True
    assert decode(canonical(later)) == OUTCOME


def test_a_record_of_a_later_kind_is_kept_whole() -> None:
    leaf = canonical({"v": 3, "kind": "weather", "nonce": "0" * 32, "day": "2030-01-01", "rain": [1, 2]})
    found = decode(leaf)
    assert isinstance(found, OtherRecord)
    assert (found.kind, found.members["rain"], encode(found)) == ("weather", [1, 2], leaf)


@given(tables, nonces, st.dates())
def test_a_table_has_its_key_in_whatever_leaf_it_stands(record: Any, nonce: str, day: date) -> None:
    other = msgspec.structs.replace(record, nonce=nonce, day=day)
    assert other.key == record.key == key_of(encode(record)) == key_of(encode(other))


@given(tables, outcomes(), st.binary(min_size=16, max_size=16), st.dates())
def test_a_key_that_was_asked_for_is_not_that_of_a_copy_that_says_something_else(
    record: Any, outcome: OutcomeRecord, nonce: bytes, day: date
) -> None:
    key = record.key
    other = msgspec.structs.replace(record, v=record.v + 1)
    assert other.key == key_of(encode(other)) != key == record.key
    again = outcome.again(nonce.hex(), day)
    assert again == msgspec.structs.replace(outcome, nonce=nonce.hex(), day=day)
    assert again.key == outcome.key == key_of(encode(again))


@given(tables, tables)
def test_two_tables_with_one_key_say_the_same(one: Any, other: Any) -> None:
    assert (one.key == other.key) is (
        msgspec.structs.replace(one, nonce=other.nonce, day=other.day, **source_of(one, other)) == other
    )


def source_of(one: object, other: object) -> dict[str, str]:
    both = isinstance(one, TableRecord) and isinstance(other, TableRecord)
    return {"source": other.source} if both and isinstance(other, TableRecord) else {}


def test_only_the_meaning_of_the_rules_is_in_the_key() -> None:
    assert msgspec.structs.replace(TABLE, source="sha256:" + "cd" * 32).key == TABLE.key
    assert msgspec.structs.replace(TABLE, ruleset="sha256:" + "cd" * 32).key != TABLE.key


def test_what_a_later_version_added_to_a_table_is_in_the_key_of_its_bytes() -> None:
    assert key_of(canonical({**members(TABLE), "more": 1})) != TABLE.key


def test_what_is_no_table_has_no_key() -> None:
    mode = encode(records.ModeRecord(nonce=nonce_of(NONCE), day=DAY, mode="recording"))
    with pytest.raises(RecordError, match=r"^only tables, outcomes and confirmations have keys$"):
        key_of(mode)


FIRST_TABLE = (
    b'{"content":"https://daily.example/a","day":"2026-09-01","facts":{"content.kind":"article",'
    b'"publisher":{"unknown":true}},"kind":"table","nonce":"000102030405060708090a0b0c0d0e0f","outcome":"' + b"ab" * 32
    + b'","ruleset":"sha256:' + b"ab" * 32 + b'","semantics":1,"source":"sha256:' + b"ab" * 32
    + b'","stretch":{"first_day":"2026-02-01"},"v":1}'
)  # fmt: skip
FIRST_OUTCOME = (
    b'{"day":"2026-09-01","elsewhere":0,"footnotes":[{"entities":["radio"],"id":"n","words":0}],"kind":"outcome",'
    b'"nonce":"000102030405060708090a0b0c0d0e0f","notices":[{"display":"show","id":"n","placements":["footer"],'
    b'"rules":["r"],"status":"required","words":0}],"rows":[{"notices":[]},{"notices":[0],"places":["GB","GB-WLS",'
    b'"RU"]},{"notices":[0],"places":["GB-ENG"]}],"unknown":1,"v":1,"words":[{"default":"en","text":{"en":"'
    + b"ab" * 32 + b'"}}]}'
)  # fmt: skip


@pytest.mark.parametrize(("leaf", "record"), [(FIRST_TABLE, TABLE), (FIRST_OUTCOME, OUTCOME)])
def test_what_the_first_version_wrote_is_read_for_ever(leaf: bytes, record: Any) -> None:
    assert decode(leaf) == record
    assert encode(record) == leaf


KEYS = (
    "d56f12e332162c4647facf2b157c7fb0c3a2cbb72ebe014c671db31e97ea6d61",
    "4112a9691c1a0347324e52d2b068cd3f56bf355cfcab9ec0f8e56344dbe3a921",
)


@pytest.mark.parametrize("called", ["\ud800", "a\udfff", "Ж"])
def test_half_a_letter_from_a_caller_is_kept_and_has_a_key(called: str) -> None:
    record = msgspec.structs.replace(TABLE, called=called)
    assert decode(encode(record)) == record
    assert key_of(encode(record)) == record.key != TABLE.key


def test_the_keys_of_the_first_version_stay() -> None:
    assert (key_of(FIRST_TABLE), key_of(FIRST_OUTCOME)) == KEYS


@given(
    st.binary(max_size=40)
    | st.recursive(st.none() | st.integers() | texts, lambda x: st.dictionaries(texts, x)).map(
        lambda each: json.dumps(each).encode()
    )
)
def test_what_is_no_record_is_refused(data: bytes) -> None:
    with pytest.raises(RecordError):
        decode(data)


@given(every, st.data())
def test_a_member_of_another_kind_is_refused_and_not_repeated(record: Any, data: st.DataObject) -> None:
    found = members(record)
    name = data.draw(st.sampled_from(sorted(found)))
    with pytest.raises(RecordError) as refused:
        decode(canonical({**found, name: [{"secret": "203.0.113.7"}]}))
    assert "203.0.113.7" not in str(refused.value)
    assert "secret" not in str(refused.value)


@pytest.mark.parametrize("version", [0, -1, True, "1", None])
def test_a_record_without_a_version_is_refused(version: object) -> None:
    with pytest.raises(RecordError, match=r"^a record names its kind and its version$"):
        decode(canonical({**members(TABLE), "v": version}))


@pytest.mark.parametrize("size", [0, 15, 17, 32])
def test_a_nonce_of_another_length_is_refused(size: int) -> None:
    with pytest.raises(RecordError, match=r"^a nonce has 16 bytes$"):
        nonce_of(bytes(size))


@pytest.mark.parametrize(
    "wrong",
    [
        {"elsewhere": 3},
        {"unknown": 3},
        {"rows": (Row(notices=(1,)), Row(notices=()))},
        {"rows": (Row(notices=(), footnotes=(1,)), Row(notices=()))},
        {"footnotes": (Footnote(id="n", entities=(), words=1),)},
        {"words": ()},
    ],
)
def test_an_outcome_that_names_what_it_does_not_have_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(RecordError):
        msgspec.structs.replace(OUTCOME, **wrong)
    with pytest.raises(RecordError):
        decode(canonical({**members(OUTCOME), **json.loads(msgspec.json.encode(wrong))}))


def test_counts_of_few_readers_are_not_recorded() -> None:
    counts = (Counted(notice="n", status="required", display="show", count=9),)
    with pytest.raises(RecordError, match=r"^a count is below the least that may be told$"):
        CountersRecord(nonce=nonce_of(NONCE), day=DAY, counted_on=DAY, ruleset="r", least=10, counts=counts)


@pytest.mark.parametrize(
    ("place", "row"), [("RU-MOW", 1), ("US", 0), ("GB", 1), ("GB-SCT", 1), ("GB-ENG", 2), ("GB-LND", 2), ("GB-WLS", 1)]
)
def test_a_place_has_the_row_of_the_finest_place_that_is_named(place: str, row: int) -> None:
    assert OUTCOME.row(place) is OUTCOME.rows[row]


def test_a_reader_of_unknown_place_has_a_row_and_what_is_no_place_has_none() -> None:
    assert OUTCOME.row(None) is OUTCOME.rows[1]
    assert OUTCOME.shown(OUTCOME.rows[1]) == OUTCOME.notices
    for place in ("", "ru", "UA-63/-held", "EU"):
        with pytest.raises(KeyError):
            OUTCOME.row(place)


def test_versions_of_a_page_that_are_decided_alike_have_one_digest() -> None:
    other = msgspec.structs.replace(TABLE, content=None, facts=dict(reversed(TABLE.facts.items())))
    assert other.facts_digest == TABLE.facts_digest
    assert msgspec.structs.replace(TABLE, facts={}).facts_digest != TABLE.facts_digest


def test_facts_that_cannot_be_read_are_an_error_of_the_record() -> None:
    with pytest.raises(RecordError, match=r"^what is recorded of `content\.kind` cannot be read$"):
        msgspec.structs.replace(TABLE, facts={"content.kind": {"one_of": 7}}).known_facts()
