"""What is handed to the fast reader is sound: damage of any kind is told by safe means, and good files pass."""

from __future__ import annotations

import random
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compliance.geo import in_memory
from compliance.geo.in_memory import Found, networks, open_bytes
from compliance.geo.soundness import MARKER, Tree, UnsoundError, check
from tests.geo.mmdb import Value, mmdb
from tests.geo.sources import city, data, spread

ROOT: Final = Path(__file__).parents[2]
_texts = st.text(max_size=40)
_numbers = st.integers(0, 2**127) | st.floats(allow_nan=False) | st.booleans()
values: st.SearchStrategy[Value] = st.recursive(
    _texts | _numbers,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(_texts, inner, max_size=4),
    max_leaves=12,
)


def file_of(section: bytes, leaf: int = 0, *, nodes: int = 1) -> bytes:
    """A file whose data are these bytes and whose one leaf leads to a place in them."""
    about = mmdb({"0.0.0.0/1": "x"}, ip_version=4)
    tree = (nodes + 16 + leaf).to_bytes(4, "big") + nodes.to_bytes(4, "big")
    return tree * nodes + bytes(16) + section + about[about.rindex(MARKER) :]


@given(values, values)
def test_whatever_a_maker_may_write_is_sound(one: Value, other: Value) -> None:
    content = mmdb({"1.0.0.0/8": {"a": one, "b": [other]}, "2.0.0.0/8": one, "2000::/4": {"c": other}})
    check(content)
    assert [(each.version, each.bits) for each in networks(open_bytes(content))] == [(4, 8), (4, 8), (6, 4)]


def test_pointers_to_what_has_ended_are_sound() -> None:
    text, pointer, key = b"\x42hi", b"\x20\x00", b"\x20\x00"
    for section in (text + pointer, text + b"\xe1" + key + pointer, text + b"\x02\x04" + pointer * 2):
        check(file_of(section, len(text)))


def test_what_is_the_same_is_gone_through_once_and_what_is_not_always(monkeypatch: pytest.MonkeyPatch) -> None:
    content = mmdb({"1.0.0.0/8": "not seen before by any test"})
    seen: list[bytes] = []

    def counted(each: bytes) -> Tree:
        seen.append(each)
        return check(each)

    monkeypatch.setattr(in_memory, "check", counted)
    for each in (content, content, content.replace(b"any test", b"any text")):
        assert len(list(networks(open_bytes(each)))) == 1
    assert len(seen) == 2
    for _ in range(2):
        with pytest.raises(UnsoundError):
            open_bytes(content[:-5])
    assert len(seen) == 4


WRONG: Final[dict[str, bytes]] = {
    "a type that there is not": b"\x01\x65x",
    "a container of the reader's own": b"\x00\x05",
    "a text behind the end": b"\x45hi",
    "a text that is not UTF-8": b"\x42\xff\xff",
    "a double of seven bytes": b"\x67" + bytes(7),
    "a uint16 of three bytes": b"\xa3" + bytes(3),
    "a boolean of size two": b"\x02\x07",
    "a map without its last value": b"\xe1\x42hi",
    "a key that is a number": b"\xe1\xa0\xa0",
    "a key that is a pointer to a number": b"\xa0\xe1\x20\x03\xa0",
    "a pointer to itself": b"\x20\x03",
    "a pointer into its own map": b"\xe1\x42hi\x20\x03",
    "a pointer forward": b"\x20\x05\x42hi",
    "a pointer to a pointer": b"\x20\x00\x20\x03",
    "a pointer behind the end": b"\x27\xff",
    "a pointer into the middle": b"\x20\x01",
    "lists without end": b"\x01\x04" * 70,
    "a list of very many": b"\x1f\x04\xff\xff\xff",
}


@pytest.mark.parametrize("name", WRONG)
def test_each_kind_of_damage_in_the_data_is_unsound(name: str) -> None:
    check(file_of(b"\x42ok"))
    with pytest.raises(UnsoundError):
        check(file_of(b"\x42ok" + WRONG[name]))


@pytest.mark.parametrize("leaf", [1, 3, 1000, -1, -15, 2**31])
def test_a_leaf_that_leads_to_no_value_is_unsound(leaf: int) -> None:
    check(file_of(b"\x42hi"))
    with pytest.raises(UnsoundError):
        check(file_of(b"\x42hi", leaf))


@pytest.mark.parametrize(
    "spoil",
    [
        lambda _: b"",
        lambda good: good[: len(good) // 2],
        lambda good: good[:-5],
        lambda good: good[8:],
        lambda good: good.replace(MARKER, b"x" * len(MARKER)),
        lambda good: good.replace(b"record_size", b"record_sizf"),
        lambda good: good.replace(bytes(16), bytes(15) + b"\x01"),
    ],
    ids=["empty", "half", "no end", "no beginning", "no marker", "no size", "nothing between"],
)
def test_a_file_without_its_parts_is_unsound(spoil: object) -> None:
    assert callable(spoil)
    with pytest.raises(UnsoundError):
        check(spoil(data(spread("UA"))))


@pytest.mark.parametrize("bits", [24, 28, 32])
def test_trees_of_all_widths_are_read(bits: int) -> None:
    """The leaf of the second half is the one that is wrong."""
    good, bad = 1 + 16, 1 + 16 + 1
    check(narrow(good, good, bits))
    for pair in ((good, bad), (bad, good)):
        with pytest.raises(UnsoundError):
            check(narrow(*pair, bits))


@pytest.mark.parametrize("bits", [24, 28, 32])
def test_a_hole_in_the_tree_is_not_taken_for_silence(bits: int) -> None:
    """Zeroes lead back to the root: whoever lies there would be somebody else, or nobody."""
    with pytest.raises(UnsoundError, match="back to the root"):
        check(narrow(0, 1 + 16, bits))


def narrow(left: int, right: int, bits: int) -> bytes:
    about = mmdb({"0.0.0.0/1": "x"}, ip_version=4)
    described = about[about.rindex(MARKER) :].replace(b"record_size\xa1\x20", b"record_size\xa1" + bytes([bits]))
    if bits == 28:
        middle = bytes([(left >> 24) << 4 | right >> 24])
        tree = (left & 0xFFFFFF).to_bytes(3, "big") + middle + (right & 0xFFFFFF).to_bytes(3, "big")
    else:
        tree = left.to_bytes(bits // 8, "big") + right.to_bytes(bits // 8, "big")
    return tree + bytes(16) + b"\x42hi" + described


# -- the description ------------------------------------------------------------------------------------

LIE: Final = b"Jnode_countA\x01 "
"""Bytes of a key and a number, as long as the text that the descriptions of our files have."""


def test_a_text_that_looks_like_a_number_of_nodes_is_a_text() -> None:
    good = data(spread("UA"))
    lying = good.replace(b"made by a test", LIE)
    assert LIE in lying
    assert check(lying) == check(good)
    assert len(list(networks(open_bytes(lying)))) == len(list(networks(open_bytes(good))))


def test_a_tree_that_only_a_text_describes_is_unsound() -> None:
    """For one node, as the text says, all is well; the reader takes five, and values from inside of the bytes."""
    nodes, inside = 5, b"\x9d" + bytes([200 - 29]) + bytes(200)
    leaf = (nodes + 16).to_bytes(4, "big")
    about = mmdb({"0.0.0.0/1": "x"}, ip_version=4)
    described = about[about.rindex(MARKER) :].replace(b"made by a test", LIE)
    described = described.replace(b"\x4anode_count\xc1\x01", b"\x4anode_count\xc1" + bytes([nodes]))
    content = leaf * 2 + bytes(16) + b"\x43abc" + inside + described
    with pytest.raises(UnsoundError):
        check(content)


NODES: Final = b"\x4anode_count\xc1\x01"


@pytest.mark.parametrize(
    ("was", "now"),
    [
        (NODES, NODES * 2),
        (NODES, NODES[:11] + b"\xa1\x01"),
        (NODES, NODES[:11] + b"\x00\x01"),
        (NODES, b"\x20\x00" + NODES[11:]),
        (NODES, b"\x4anode_coumt\xc1\x01"),
        (b"record_size\xa1", b"record_size\xc1"),
        (b"ip_version\xa1\x04", b"ip_version\xa1\x05"),
        (b"ip_version", b"ip_versiom"),
    ],
    ids=[
        "the same key twice",
        "a short for a word",
        "a number without bytes",
        "a key that is a pointer",
        "no number of nodes",
        "a word for a short",
        "an IP version that there is not",
        "no IP version",
    ],
)
def test_a_description_that_two_readers_may_read_differently_is_unsound(was: bytes, now: bytes) -> None:
    good = file_of(b"\x42ok")
    check(good)
    assert good.count(was) == 1
    spoiled = good.replace(was, now)
    if now == NODES * 2:
        assert spoiled.count(MARKER + b"\xe9") == 1
        spoiled = spoiled.replace(MARKER + b"\xe9", MARKER + b"\xea")
    with pytest.raises(UnsoundError):
        check(spoiled)


def test_a_reader_that_sees_another_tree_is_not_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    content = mmdb({"1.0.0.0/8": "seen in two ways"})
    tree = check(content)
    monkeypatch.setattr(in_memory, "check", lambda _: tree._replace(nodes=tree.nodes - 1))
    with pytest.raises(UnsoundError, match="the reader sees another tree"):
        open_bytes(content)


# -- walking --------------------------------------------------------------------------------------------


def walked(records: Sequence[str], ip_version: int = 6) -> list[Found]:
    made: dict[str, Value] = {network: {"n": number} for number, network in enumerate(records)}
    return list(networks(open_bytes(mmdb(made, ip_version=ip_version))))


def test_every_network_is_found_once_in_order_and_with_its_record() -> None:
    records = ["1.0.0.0/24", "1.0.1.0/32", "223.255.255.0/24", "2000::/16", "2001:db8::/32", "ffff:ffff::/128"]
    found = walked(records)
    assert [(each.version, each.bits, each.record) for each in found] == [
        (6 if ":" in each else 4, int(each.partition("/")[2]), {"n": number}) for number, each in enumerate(records)
    ]
    assert [each.first for each in walked(["0.0.0.0/1", "255.255.255.255/32"], 4)] == [0, 2**32 - 1]


def test_flipped_bits_end_in_an_error_or_in_an_answer_and_never_in_the_process() -> None:
    """In a process of its own: what is tried here would end this one."""
    script = "from tests.geo.test_soundness import take_everything; take_everything()"
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "all\n"), done.stderr[-500:]


def take_everything() -> None:
    good = data({f"{n}.{m}.0.0/16": city("UA", at=(n / 5, m)) for n in range(1, 60, 4) for m in range(0, 250, 60)})
    chance = random.Random(7)  # noqa: S311
    for _ in range(500):
        spoiled = bytearray(good)
        for _ in range(chance.choice((1, 1, 1, 2, 10))):
            spoiled[chance.randrange(len(good))] ^= 1 << chance.randrange(8)
        try:
            for _ in networks(open_bytes(bytes(spoiled))):
                pass
        except Exception:  # noqa: BLE001, S112 - an error is as good as an answer here
            continue
    sys.stdout.write("all\n")
