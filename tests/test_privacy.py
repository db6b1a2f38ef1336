"""No reader's address anywhere: not in an answer, an exception, a repr or a log line, however it is written."""

from __future__ import annotations

import logging
import pickle
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from ipaddress import IPv4Address, IPv6Address, ip_address

import msgspec
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from compliance import Checker, Content, Reader, RequestError

DAY = date(2025, 1, 10)
RFE = Content(publisher="rferl.org")
MOSCOW = Reader(country="RU")
four = st.ip_addresses(v=4).map(str).filter(lambda text: len(text) > 8)
six = st.ip_addresses(v=6).map(str).filter(lambda text: len(text) > 8)
addresses = st.one_of(four, six)


def forms(address: str) -> list[str]:
    """The address as readers, proxies and databases write it."""
    parsed = ip_address(address)
    if isinstance(parsed, IPv4Address):
        mapped = IPv6Address(0xFFFF << 32 | int(parsed))
        return [address, f"{address}:443", f"::ffff:{address}", f"[::ffff:{address}]:80", str(mapped), mapped.exploded]
    return [address, f"[{address}]", f"[{address}]:443", f"{address}%eth0", parsed.exploded, address.upper()]


def broken(address: str) -> list[str]:
    """What is nearly an address, and names the reader just as well."""
    spoiled = [f" {address}", f"{address}\n", f"{address}/32", f"{address},{address}", f"for={address}", f"{address}x"]
    return [*spoiled, str(int(ip_address(address))), f"http://{address}/", f"reader at {address}"]


def traces(address: str) -> set[str]:
    """What would give the address away."""
    parsed = ip_address(address)
    found = {address, parsed.exploded, str(int(parsed))}
    if isinstance(parsed, IPv4Address):
        found.add(IPv6Address(0xFFFF << 32 | int(parsed)).exploded[20:])
    return {each.lower() for each in found if len(each) > 7}


@contextmanager
def everything_logged() -> Iterator[list[str]]:
    lines: list[str] = []

    class Keeps(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            lines.append(f"{record.getMessage()} {record.__dict__}")

    handler, root = Keeps(logging.DEBUG), logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    try:
        yield lines
    finally:
        root.setLevel(level)
        root.removeHandler(handler)


def outcome(checker: Checker, content: Content, reader: Reader) -> str:
    """Everything that a caller and an operator get to see of a check."""
    with everything_logged() as lines:
        try:
            answer = checker.check(content, reader, as_of=DAY, explain=True)
            seen = [answer.to_json().decode(), repr(answer)]
        except RequestError as error:
            chain = (error.__cause__, error.__context__)
            seen = [str(error), repr(error), repr(error.problems), *map(repr, chain)]
            seen.append(msgspec.json.encode(error.problems).decode())
    return "\n".join([*seen, *lines]).lower()


def assert_untraced(address: str, seen: str) -> None:
    for trace in traces(address):
        assert trace not in seen


def nowhere_as_a_reader(checker: Checker, address: str) -> None:
    for written in [*forms(address), *broken(address)]:
        reader = Reader(address=written)
        assert_untraced(address, outcome(checker, RFE, reader) + repr(reader).lower())


@settings(max_examples=10)
@given(addresses)
@example("95.165.0.1")
@example("10.1.2.3")
@example("2001:db8::17")
def test_a_readers_address_is_nowhere_however_it_is_written(checker: Checker, address: str) -> None:
    nowhere_as_a_reader(checker, address)


@pytest.mark.prove
@settings(max_examples=500)
@given(addresses)
def test_no_readers_address_is_anywhere(checker: Checker, address: str) -> None:
    nowhere_as_a_reader(checker, address)


@settings(max_examples=30)
@given(addresses)
def test_an_address_in_the_wrong_field_is_not_repeated_either(checker: Checker, address: str) -> None:
    for reader in (Reader(country=address), Reader(subdivision=address), Reader(country="UA", subdivision=address)):
        assert_untraced(address, outcome(checker, RFE, reader))
    for content in (
        Content(language=address),
        Content(date_published=address),
        Content(facts={"content.kind": address}),
        Content(facts={"reader.location": address}),
        Content(facts={"reader.address": address}),
        Content(facts={address: address}),
        Content(headline=address, text=address),
    ):
        assert_untraced(address, outcome(checker, content, MOSCOW))


def nowhere_as_a_publisher(checker: Checker, address: str) -> None:
    written = [
        *forms(address),
        *broken(address),
        f"//{address}/a",
        f"{address}/a/b",
        f"http://[{address}]:80/?{address}",
    ]
    for name in written:
        for content in (Content(publisher=name), Content(url=name)):
            seen = outcome(checker, content, MOSCOW)
            assert_untraced(address, seen)
            assert "the publisher of this page has been declared" in seen
        for fact in ("publisher", "content.mentions", "content.subject", "content.language"):
            assert_untraced(address, outcome(checker, Content(facts={fact: name}), MOSCOW))


@settings(max_examples=6)
@given(addresses)
@example("2001:db8:0:1:2:3:4:5")
def test_an_address_that_names_a_publisher_is_not_repeated_however_it_is_written(
    checker: Checker, address: str
) -> None:
    nowhere_as_a_publisher(checker, address)


@pytest.mark.prove
@settings(max_examples=300)
@given(addresses)
def test_no_address_that_names_a_publisher_is_repeated(checker: Checker, address: str) -> None:
    nowhere_as_a_publisher(checker, address)


@pytest.mark.parametrize(
    "name",
    [
        "１.２.３.４",
        "1.2.3.4.nip.io",
        "Radio 1.2.3.4",
        "Radio 95。165。0。1",
        "95 . 165 . 0 . 1 FM",
        "95-165-0-1.example.ru",
        "(fe80::1)",
        "fe80::1.",
        "x 12345::1",
        "Radio 1:2:3:4:5:6:7:8:9",
    ],
)
def test_an_address_in_disguise_is_no_name(checker: Checker, name: str) -> None:
    (notice,) = checker.check(Content(publisher=name), MOSCOW, as_of=DAY).notices
    assert notice.text.startswith("The publisher of this page")


@pytest.mark.parametrize("name", ["Channel 24", "12:30 News", "Radio 1.2", "Кафе: 5", "a1.b2.c3.d4", "Radio 1:2:3"])
def test_a_name_that_only_looks_a_little_like_an_address_stays_a_name(checker: Checker, name: str) -> None:
    (notice,) = checker.check(Content(publisher=name), MOSCOW, as_of=DAY).notices
    assert notice.text.startswith(f"{name} has")


def test_a_name_that_may_be_an_address_gives_way_to_plain_words(checker: Checker) -> None:
    (notice,) = checker.check(Content(publisher="Cafe::Bar"), MOSCOW, as_of=DAY).notices
    assert notice.text.startswith("The publisher")


def test_a_decision_asked_with_an_address_is_refused_without_repeating_it(checker: Checker) -> None:
    for facts in ({"reader.location": "203.0.113.77"}, {"203.0.113.77": "x"}, {"content.language": "203.0.113.77"}):
        with pytest.raises(RequestError) as raised:
            checker.decide(facts)
        assert "203.0.113" not in f"{raised.value} {raised.value!r}"


@given(addresses)
def test_readers_of_one_place_get_one_answer(checker: Checker, address: str) -> None:
    """Nothing of an answer tells two readers of the same place apart, however near their addresses are."""
    near = (
        str(ip_address(int(ip_address(address)) ^ 1))
        if ":" not in address
        else str(IPv6Address(int(ip_address(address)) ^ 1))
    )
    one, other = (checker.check(RFE, Reader(address=each), as_of=DAY) for each in (address, near))
    if one.location == other.location:
        assert one == other


def test_an_answer_can_be_stored_without_storing_a_reader(checker: Checker) -> None:
    stored = pickle.dumps(checker.check(RFE, Reader(address="95.165.0.17"), as_of=DAY))
    assert b"95.165" not in stored
