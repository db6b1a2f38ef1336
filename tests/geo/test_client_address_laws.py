"""What holds for every request: nothing that a reader may write changes who the reader is."""

from __future__ import annotations

from collections.abc import Sequence

from hypothesis import example, given
from hypothesis import strategies as st

from compliance.geo.address import host_of
from compliance.geo.client_address import Client, ProxyTrust, client_address
from compliance.setting_values import SINGLES
from tests.geo.proxies import FORGED, NETWORKS, PROXY, READER, STRANGER, address, joined, trust

Headers = list[tuple[str, str]]

four = st.ip_addresses(v=4).map(str)
six = st.ip_addresses(v=6).map(str)
addresses = four | six
proxies = st.sampled_from(["192.0.2.9", "192.0.2.255", "2001:db8:ffff::9", "[2001:db8:ffff::9]:80", "192.0.2.7:443"])
junk = st.text(st.characters(codec="latin-1", exclude_characters="\r\n"), max_size=30)
pieces = st.lists(
    st.one_of(
        junk,
        addresses,
        proxies,
        st.sampled_from(["64:ff9b::192.0.2.9", "[2002:c000:209::1]:80"]),  # which hold the address of a proxy
        st.sampled_from([",", ";", "=", '"', "\\", " ", "\t", "for=", "by=", "unknown", "_x", "[", "]", ":", "for"]),
    ),
    max_size=12,
).map("".join)
names = st.sampled_from(
    [
        *("X_Forwarded_For", "X-Forwarded_For", "X-Forwarded", "Forwarded-For", "X-Forwarded-For-", "Via", "Cookie"),
        *("X-Original-Forwarded-For", "X-Client-IP", "Client-IP", "X-Cluster-Client-IP", "CF-IPCountry", "Host"),
        *(each.title() for each in SINGLES),
        *("X-Forwarded-For", "Forwarded"),
    ]
)
trusts = st.sampled_from(
    [
        *(trust(), trust("forwarded"), trust(hops=1), trust(hops=2), trust("forwarded", hops=2)),
        *(trust(name) for name in SINGLES),
    ]
)


def element(header: str | None, host: str) -> str:
    """A host as a proxy writes it."""
    if header != "forwarded":
        return host
    return f'for="{host}"' if host.startswith("[") or host.count(":") < 2 else f'for="[{host}]"'


def chain(by: ProxyTrust, hosts: Sequence[str]) -> str:
    return ", ".join(element(by.header, host) for host in hosts)


def with_others(headers: Headers, others: Headers, by: ProxyTrust, places: Sequence[int]) -> Headers:
    """Headers with others between them, none of which is the one that counts."""
    mixed = list(headers)
    for (name, value), place in zip(others, places, strict=False):
        if name.lower() != by.header:
            mixed.insert(place % (len(mixed) + 1), (name, value))
    return mixed


def is_proxy(text: str) -> bool:
    """Whether a text names one of our proxies, or holds the address of one."""
    found = address(text)
    assert found is not None
    return trust().covers(text) or trust().holds((found.version, found.number, False))


@given(trusts, st.lists(st.tuples(names, pieces), max_size=6), st.lists(st.integers(0, 9), max_size=6), pieces)
def test_no_header_but_the_one_that_counts_changes_the_answer(
    by: ProxyTrust, others: Headers, places: list[int], value: str
) -> None:
    assert by.header is not None
    headers = [(by.header.title(), value)]
    asked = client_address(PROXY, headers, by)
    mixed = with_others(headers, others, by, places)
    assert client_address(PROXY, mixed, by) == asked


@given(
    st.sampled_from([trust(), trust("forwarded")]),
    addresses.filter(lambda text: not is_proxy(text)),
    st.lists(proxies, max_size=4),
    pieces,
    st.lists(pieces, max_size=3),
    st.booleans(),
)
@example(trust("forwarded"), READER, [], f'for={FORGED};by="', [], True)
@example(trust("forwarded"), READER, [], f'for={FORGED};by="\\', [], True)
@example(trust("forwarded"), READER, ["192.0.2.9"], '"\\', ['"'], False)
@example(trust("forwarded"), "::ffff:203.0.113.7", [], "", [], False)  # so Python 3.13 writes it
@example(trust(), READER, [], ",", [], False)
def test_what_stands_on_the_left_never_changes_the_answer(
    by: ProxyTrust, reader: str, between: list[str], left: str, before: list[str], is_joined: bool
) -> None:
    assert by.header is not None
    appended = chain(by, [reader, *between])
    headers = [(by.header, value) for value in [*before, f"{left}, {appended}"]]
    found = client_address(PROXY, joined(headers) if is_joined else headers, by)
    assert found.address == address(reader)


@given(
    st.integers(2, 6),
    st.lists(addresses, min_size=6, max_size=6),
    pieces,
    st.sampled_from(["x-forwarded-for", "forwarded"]),
)
def test_what_stands_on_the_left_of_the_counted_place_never_changes_the_answer(
    hops: int, hosts: list[str], left: str, header: str
) -> None:
    by = trust(header, hops=hops)
    counted = chain(by, hosts[:hops])
    asked = client_address(PROXY, [(header, counted)], by)
    assert client_address(PROXY, [(header, f"{left}, {counted}")], by) == asked
    assert asked.address == (None if is_proxy(hosts[0]) else address(hosts[0]))


@given(
    st.sampled_from([trust(), trust("forwarded"), trust(hops=3), trust("forwarded", hops=3)]),
    st.lists(addresses.filter(lambda text: not is_proxy(text)), min_size=1, max_size=4),
    pieces,
    st.lists(proxies, max_size=2),
)
@example(trust(), [FORGED], "", [])
@example(trust(), [FORGED], "unknown", ["192.0.2.9"])
@example(trust("forwarded"), [FORGED], "for=_x", ["192.0.2.9"])
def test_what_cannot_be_read_never_yields_an_address_on_the_left_of_it(
    by: ProxyTrust, left: list[str], garbled: str, right: list[str]
) -> None:
    assert by.header is not None
    kept = "".join(each for each in garbled if each not in ',"')  # so that it is one value, and not the reader's
    if host_of(kept.strip(" \t")) is not None or (by.header == "forwarded" and "=" in kept):
        kept = "unknown"
    value = ", ".join(
        [*(element(by.header, host) for host in left), kept, *(element(by.header, host) for host in right)]
    )
    assert client_address(PROXY, [(by.header, value)], by).address is None


@given(trusts, st.lists(st.tuples(names, pieces), max_size=6), addresses.filter(lambda text: not is_proxy(text)))
def test_from_a_peer_that_is_no_proxy_headers_give_no_other_address(
    by: ProxyTrust, headers: Headers, peer: str
) -> None:
    direct = client_address(peer, [("Host", "service")], by)
    assert direct.address == address(peer)
    assert client_address(peer, headers, by).address in {direct.address, None}


@given(trusts, st.lists(st.tuples(names, pieces), max_size=6))
def test_a_reader_is_never_one_of_our_proxies(by: ProxyTrust, headers: Headers) -> None:
    found = client_address(PROXY, headers, by)
    inside = {str(each) for each in (found.address,) if each is not None}
    assert not inside or not _is_trusted(found)


def _is_trusted(found: Client) -> bool:
    assert found.address is not None
    number, version = found.address.number, found.address.version
    return trust().holds((version, number, False))


@given(st.lists(st.tuples(names, pieces), max_size=6), st.none() | addresses | junk)
def test_without_trust_nothing_but_the_peer_is_ever_the_reader(headers: Headers, peer: str | None) -> None:
    found = client_address(peer, headers, ProxyTrust())
    assert found.address is None or (peer is not None and found.address == address(peer))


@given(trusts, st.lists(st.tuples(names, pieces), max_size=6), st.sampled_from([None, "", PROXY, STRANGER, "x"]))
def test_whatever_is_sent_there_is_an_answer_that_says_why(by: ProxyTrust, headers: Headers, peer: str | None) -> None:
    for each in (headers, joined(headers)):
        found = client_address(peer, each, by)
        assert found.because
        assert found.steps[-1].startswith(found.because)
        assert found.steps[-1].endswith(": unknown") == (found.address is None)


def test_the_networks_of_these_tests_are_those_of_documentation() -> None:
    assert NETWORKS == ("192.0.2.0/24", "2001:db8:ffff::/48")
