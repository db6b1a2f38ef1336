"""Addresses in running text: found in every form in which they are written, and hardly ever where there is none."""

from __future__ import annotations

import time
from ipaddress import IPv4Address, IPv6Address

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from compliance.model.address_text import holds_address, withheld

ARABIC = str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")
WIDE = str.maketrans("0123456789", "０１２３４５６７８９")


@given(
    st.ip_addresses(), st.sampled_from(["{}", "`{}`", "x{}y", "[{}]:443", "{}:80", "{}%eth0", "no {}, but {}", "{}/32"])
)
def test_every_address_is_withheld_from_a_message(address: object, frame: str) -> None:
    for text in {str(address), getattr(address, "exploded", ""), f"::ffff:{address}"}:
        shown = withheld(frame.replace("{}", text))
        assert text not in shown
        assert "(withheld)" in shown


@given(st.ip_addresses(v=4), st.sampled_from(["{}", "Radio {}", "{} Radio", "radio.{}.example"]))
def test_an_address_is_found_in_whatever_digits_and_stops_it_is_written(address: IPv4Address, frame: str) -> None:
    dotted = str(address)
    for text in (
        dotted.replace(".", "。"),
        dotted.replace(".", "．"),
        dotted.replace(".", " . "),
        dotted.translate(WIDE),
        dotted.translate(ARABIC),
        dotted.replace(".", "\u200b.\u200b"),
    ):
        assert holds_address(frame.format(text))


@given(st.ip_addresses(v=4))
def test_an_address_in_the_name_of_a_host_is_found(address: IPv4Address) -> None:
    dashed = str(address).replace(".", "-")
    for host in (f"{dashed}.example.ru", f"ip{dashed}.example", f"host-{dashed}", dashed.replace("-", "_")):
        assert holds_address(host)


@given(st.ip_addresses(v=6))
def test_a_host_of_the_whole_of_a_long_address_is_found(address: IPv6Address) -> None:
    assert holds_address(f"{address.exploded.replace(':', '-')}.ipv6.example")


@pytest.mark.parametrize("number", ["1604648961", "16843009", "0x5FA50001", str(2**127)])
def test_an_address_as_one_number_is_found_where_nothing_else_stands(number: str) -> None:
    assert holds_address(number)
    assert holds_address(f" {number}\n")
    assert not holds_address(f"x{number}")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "this is not a calendar day",
        "write it as YYYY-MM-DD, for example 2024-02-20",
        "the fields are: country, subdivision",
        "there are more than 20 languages",
        "content.facts.content.kind",
        "rules/ru/a.yaml:12:5",
        "12:30:45",
        "2009-12-17",
        "`ru/undesirable-organization` listed on 2024-02-20 and 2024-02-21",
        "sha256:0af375a0f834",
        "550e8400-e29b-41d4-a716-446655440000",
        "é ﬁ version 1.2.3",
        "Channel 24",
        "Radio 1.2",
        "a1.b2.c3.d4",
        "18+",
        "Кафе: 5",
    ],
)
def test_what_holds_no_address_is_left_as_it_is(text: str) -> None:
    assert withheld(text) == text
    assert not holds_address(text)


@pytest.mark.parametrize("part", ["1 ", "1", "1-", "1  .  ", ":", "a-", "1.1.1.", "１", "0x", ":a.", "-a-", "a"])
@pytest.mark.parametrize("length", [250_000, pytest.param(1_000_000, marks=pytest.mark.prove)])
def test_a_long_text_costs_no_more_than_its_length(part: str, length: int) -> None:
    """The square of the shorter one, too, would take half a minute."""
    start = time.process_time()
    for each in (withheld, holds_address):
        each(part * (length // len(part)))
    assert time.process_time() - start < 10


PIECES = st.sampled_from(
    [
        "1",
        "12",
        "255",
        "a",
        "g",
        ":",
        "::",
        ".",
        "-",
        "_",
        " ",
        "\n",
        "0x",
        "é",
        "１",
        "。",
        "\u200b",
        "fe80",
        "-a-b-c-",
    ]
)


@settings(max_examples=400)
@given(st.lists(PIECES, max_size=14).map("".join))
def test_a_text_holds_an_address_just_where_one_is_withheld(text: str) -> None:
    assert holds_address(text) == (withheld(text) != text)
