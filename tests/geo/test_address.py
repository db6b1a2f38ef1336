"""Addresses: every spelling of one reader is one number, and nobody sees it."""

from __future__ import annotations

import copy
import pickle
from ipaddress import IPv4Address, IPv6Address

import msgspec
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from compliance.geo.address import Address, parse_address

four = st.ip_addresses(v=4).map(str)
six = st.ip_addresses(v=6).map(str)


def _each(text: str, between: str | None = None) -> list[str]:
    return text.split(between)


NOT_PUBLIC = _each(
    "0.0.0.0 0.1.2.3 10.1.2.3 100.64.0.1 100.127.255.255 127.0.0.1 169.254.1.1 172.16.0.1 172.31.255.255 "
    "192.0.0.1 192.0.2.1 192.168.1.1 198.18.0.1 198.19.255.255 198.51.100.7 203.0.113.7 224.0.0.1 "
    "239.255.255.255 240.0.0.1 255.255.255.255 :: ::1 ::8.8.8.8 64:ff9b:1::1 100::1 2001:0:1::1 2001:db8::1 "
    "3fff::1 fc00::1 fd12::1 fe80::1 fec0::1 ff02::1 ::ffff:10.0.0.1 2002:a00:1::1 64:ff9b::a00:1 "
    "4000::1 fe80::1%eth0 [fe80::1%25eth0]:80 2a00:1450::1%eth0"
)
PUBLIC = _each(
    "1.1.1.1 8.8.8.8 9.255.255.255 11.0.0.0 100.63.255.255 100.128.0.0 128.0.0.0 172.15.255.255 172.32.0.0 "
    "192.0.1.0 192.167.255.255 198.17.255.255 198.20.0.0 223.255.255.255 2001:200::1 2001:4860:4860::8888 "
    "2a02:6b8::1 2001:db9::1 3fff:1000::1"
)
GARBAGE = _each(
    "|x|1.2.3|1.2.3.4.5|01.2.3.4|0x1.2.3.4|1.2.3.256|16909060|1.2.3.4 | 1.2.3.4|1.2.3.4\n|1.2.3.4,5.6.7.8|1.2.3.4:|"
    "1.2.3.4:65536|1.2.3.4:-1|1.2.3.4:x|1.2.3.4/32|[1.2.3.4]|[::1|::1]|[::1]x|[::1]:|[::1]:99999|[]|:::|1::2::3|"
    "12345::|g::|::1%|::1%a b|::1%<script>|localhost|unknown|_hidden|１.2.3.4|1.2.3.٤|[v1.x]|\0|::ffff:1.2.3",
    "|",
)


def parsed(text: str) -> Address:
    address = parse_address(text)
    assert address is not None
    return address


@given(four)
def test_an_ipv4_address_is_the_same_however_it_is_wrapped(text: str) -> None:
    number = int(IPv4Address(text))
    wrapped = [
        f"{text}:443",
        f"::ffff:{text}",
        f"::FFFF:{text}",
        f"[::ffff:{text}]:443",
        f"64:ff9b::{text}",
        str(IPv6Address(0x2002 << 112 | number << 80 | 0xABCD)),
    ]
    plain = parsed(text)
    assert (plain.version, plain.number) == (4, number)
    assert [parse_address(each) for each in wrapped] == [plain] * len(wrapped)
    assert {parsed(each).is_public for each in wrapped} == {plain.is_public}


@given(six)
def test_an_ipv6_address_is_the_same_with_brackets_and_port(text: str) -> None:
    assert parse_address(text) == parse_address(f"[{text}]") == parse_address(f"[{text}]:8080") != None  # noqa: E711
    assert parse_address(IPv6Address(text).exploded.upper()) == parse_address(text)


@pytest.mark.parametrize("text", NOT_PUBLIC)
def test_what_no_database_can_know_is_not_public(text: str) -> None:
    assert not parsed(text).is_public


@pytest.mark.parametrize("text", PUBLIC)
def test_the_neighbours_of_special_networks_are_public(text: str) -> None:
    assert parsed(text).is_public


@given(st.ip_addresses().filter(lambda a: getattr(a, "sixtofour", None) is None))
def test_what_python_calls_private_is_never_public_here(address: IPv4Address | IPv6Address) -> None:
    if address.is_private or address.is_multicast or address.is_link_local or address.is_unspecified:
        found = parsed(str(address))
        mapped = isinstance(address, IPv6Address) and address.ipv4_mapped is not None
        assert not found.is_public or mapped


@pytest.mark.parametrize("text", GARBAGE)
def test_garbage_is_no_address(text: str) -> None:
    assert parse_address(text) is None


@given(st.one_of(st.text(), st.text("0123456789abcdef:.[]%"), four.map(lambda t: t + "\x00")))
@example("1" * 101)
@example("[" * 100)
def test_no_text_makes_the_parser_raise(text: str) -> None:
    found = parse_address(text)
    assert found is None or isinstance(found, Address)


def test_text_of_more_than_100_characters_is_no_address() -> None:
    assert parse_address("::1%" + "a" * 96) is not None
    assert parse_address("::1%" + "a" * 97) is None


@given(st.one_of(four, six))
def test_an_address_shows_itself_to_nobody(text: str) -> None:
    address = parsed(text)
    shown = [repr(address), str(address), f"{address}", format(address), "%s" % address, repr([address])]  # noqa: UP031
    assert {each.strip("[]") for each in shown} == {"<address withheld>"}
    assert not hasattr(address, "__dict__")


@pytest.mark.parametrize("take", [pickle.dumps, copy.deepcopy, msgspec.json.encode])
def test_an_address_is_not_stored(take: object) -> None:
    assert callable(take)
    with pytest.raises(TypeError) as caught:
        take(parsed("8.8.8.8"))
    assert "8.8.8.8" not in str(caught.value)
    assert str(0x08080808) not in str(caught.value)


def test_an_address_cannot_be_changed() -> None:
    with pytest.raises(AttributeError):
        parsed("8.8.8.8").number = 1  # type: ignore[misc]


def test_addresses_are_equal_by_number_and_version_only() -> None:
    assert parsed("8.8.8.8") != 0x08080808
    assert Address(4, 1, is_public=True) != Address(6, 1, is_public=True)
    assert len({parsed("8.8.8.8"), parsed("::ffff:8.8.8.8")}) == 1
