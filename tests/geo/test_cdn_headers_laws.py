"""What holds for whatever a CDN or a reader writes: nothing is guessed, and a doubt never removes a notice."""

from __future__ import annotations

from datetime import date

from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from compliance import Checker, Content, Reader
from compliance.config import Settings
from compliance.geo import Evidence, ProxyTrust, cdn_evidence, client_address, observed
from compliance.geo.cdn_headers import evidence
from compliance.geo.observation import BLIND
from compliance.geo.records import country_code
from compliance.model.iso3166 import COUNTRIES
from compliance.model.territory import PLACES
from compliance.setting_values import CDNS, NAMED_BY_OPERATORS
from tests.geo.proxies import NETWORKS, PROXY, READER, joined, trust

DAY = date(2025, 1, 10)
OWN = {"country": "x-geo-country", "region": "x-geo-region", "proxy_type": "x-geo-proxy"}
ALL = {
    name: {**known, **(OWN if name in {"fastly", "custom"} else {})} for name, known in CDNS.items() if name != "fly"
}
Lines = list[tuple[str, str]]

cdns = st.sampled_from(sorted(ALL))
codes = st.sampled_from(["UA", "RU", "US", "ua", "BY", "GB"])
nothings = st.sampled_from(["XX", "ZZ", "T1", "A1", "EU", "", "--", "**", "?", "reserved", "Ukraine", "UA, RU", "U"])
words = st.sampled_from(
    ["43", "14", "UA-43", "Donetsk", "Simferopol", "44.95", "34.1", "44.95,34.1", "vpn", "?", "999.0"]
)
texts = st.one_of(
    codes, nothings, words, st.text(st.characters(codec="latin-1", exclude_characters="\r\n"), max_size=20)
)


def by(cdn: str, header: str | None = "x-forwarded-for") -> ProxyTrust:
    """The trust of an operator who named all that a CDN tells."""
    more = {} if header is None else {"client_address": header}
    told = [
        f"{what}={name}" if what in OWN and cdn in {"fastly", "custom"} else what for what, name in ALL[cdn].items()
    ]
    return ProxyTrust.of(Settings.of({"trusted_proxies": list(NETWORKS), "cdn": cdn, "cdn_headers": told, **more}))


def written(cdn: str) -> st.SearchStrategy[Lines]:
    """Lines with the headers of a CDN, some of them twice or not at all."""
    return st.lists(st.tuples(st.sampled_from(sorted(ALL[cdn].values())), texts), max_size=8)


cdn_and_lines = cdns.flatmap(lambda cdn: st.tuples(st.just(cdn), written(cdn)))
others = st.lists(
    st.tuples(
        st.sampled_from(["CF_IPCountry", "X-Geo", "Fly-Region", "Accept-Language", "GeoIP-Country", "Cookie", "Via"]),
        texts,
    ),
    max_size=4,
)


def means(cdn: str, headers: Lines) -> Evidence | None:
    return evidence(cdn, headers, ALL[cdn].items())


@given(cdn_and_lines)
def test_a_country_is_one_that_was_written_or_the_reader_may_be_anywhere(asked: tuple[str, Lines]) -> None:
    cdn, headers = asked
    found = means(cdn, headers)
    if found is None:
        assert not headers
        return
    said = observed(found, DAY)
    assert bool(said.flags & BLIND) or said.country in COUNTRIES
    pairs = {value[at : at + 2] for _, value in headers for at in range(len(value))}
    assert said.country in {None, *map(country_code, pairs)}
    assert said.subdivision in {None, *PLACES}
    assert said.country is not None or (said.point, said.subdivision, said.time_zone) == (None, None, None)


@given(cdn_and_lines)
def test_several_lines_of_one_name_mean_what_servers_make_of_them(asked: tuple[str, Lines]) -> None:
    cdn, headers = asked
    assert means(cdn, headers) == means(cdn, joined(headers))


@given(cdn_and_lines, others)
def test_no_header_but_those_that_count_changes_what_is_told(asked: tuple[str, Lines], more: Lines) -> None:
    cdn, headers = asked
    believed = by(cdn, None)
    mixed = [*more, *headers, *more]
    client = client_address(PROXY, headers, believed)
    assert cdn_evidence(client, PROXY, headers, believed) == cdn_evidence(client, PROXY, mixed, believed)


@given(cdn_and_lines, st.one_of(st.ip_addresses().map(str), st.sampled_from(["", "unix:", "x"]), st.none()))
def test_from_a_peer_that_is_no_proxy_a_cdn_tells_nothing(asked: tuple[str, Lines], peer: str | None) -> None:
    """So whether a CDN was named makes no difference to the reader, whatever the headers."""
    cdn, headers = asked
    assume(not trust().covers(peer))
    for believed in (by(cdn), by(cdn, None)):
        client = client_address(peer, headers, believed)
        assert cdn_evidence(client, peer, headers, believed) == ()
        assert client == client_address(peer, headers, trust())


@given(cdn_and_lines, st.sampled_from(["unknown", "", "192.0.2.9", "_x", f"{READER},", None]))
def test_where_the_proxies_name_no_reader_a_cdn_tells_nothing(asked: tuple[str, Lines], value: str | None) -> None:
    cdn, headers = asked
    sent = headers if value is None else [*headers, ("X-Forwarded-For", value)]
    client = client_address(PROXY, sent, by(cdn))
    assert client.address is None
    assert cdn_evidence(client, PROXY, sent, by(cdn)) == ()


@given(cdn_and_lines)
def test_nothing_that_was_written_is_shown(asked: tuple[str, Lines]) -> None:
    cdn, headers = asked
    marked = [(name, f"marked {value}") for name, value in headers]
    found = means(cdn, marked)
    assert found is None or "marked" not in f"{found!r}{found}{observed(found, DAY)!r}"


# -- decisions --------------------------------------------------------------------------------------------

TOLD = (
    {"country": "RU"},
    {"country": "UA"},
    {"country": "UA", "region": "43"},
    {"country": "UA", "region": "14", "city": "Mariupol", "latitude": "47.10", "longitude": "37.54"},
    {"country": "UA", "region": "14", "city": "Kramatorsk", "latitude": "48.73", "longitude": "37.56"},
    {"country": "UA", "region": "46", "city": "Lviv", "latitude": "49.84", "longitude": "24.03"},
    {"country": "RU", "region": "MOW", "city": "Moscow", "latitude": "55.75", "longitude": "37.62"},
    {"country": "US", "region": "CA"},
)
DOUBTS = (
    *({"country": each} for each in ("XX", "T1", "ZZ", "", "--", "RU, UA", "garbage")),
    *({"region": each} for each in ("", "?", "43, 14", "garbage", None)),
    *({"latitude": each} for each in ("", "999.0", "north", None)),
    {"city": "", "region": ""},
    {"city": None},
    *({"proxy_type": each} for each in ("anonymous", "hosting", "something new")),
    *({"proxy_description": each} for each in ("vpn", "tor-exit", "apple")),
)
ARTICLE = Content(publisher="rferl.org", headline="A report", language="en", facts={"content.kind": "article"})


def notices(checker: Checker, told: dict[str, str], address: str | None) -> dict[tuple[str, str | None], str]:
    """Which notices a reader gets of whom a CDN says so, and how certainly."""
    said = evidence("custom", list(told.items()), [(each, each) for each in told])
    assert said is not None
    answer = checker.check(ARTICLE, Reader(address=address, evidence=(said,)), as_of=DAY)
    return {(each.id, getattr(each, "entity", None)): each.status for each in answer.notices}


@settings(max_examples=150)
@given(
    st.sampled_from(TOLD),
    st.lists(st.sampled_from(DOUBTS), min_size=1, max_size=2),
    st.sampled_from([None, "8.8.8.8"]),
)
@example(TOLD[0], [{"country": "XX"}], None)
@example(TOLD[0], [{"country": "T1"}], "8.8.8.8")
@example(TOLD[2], [{"region": "garbage"}], None)
@example(TOLD[3], [{"latitude": "999.0"}], None)
def test_a_doubt_never_removes_a_notice(
    checker: Checker, told: dict[str, str], doubts: list[dict[str, str | None]], address: str | None
) -> None:
    doubted: dict[str, str | None] = dict(told)
    for doubt in doubts:
        doubted |= doubt
    before = notices(checker, told, address)
    after = notices(checker, {what: value for what, value in doubted.items() if value is not None}, address)
    assert before.keys() <= after.keys()


def test_a_notice_hangs_on_what_a_cdn_tells(checker: Checker) -> None:
    """Otherwise nothing could be removed."""
    russia, america = notices(checker, dict(TOLD[0]), None), notices(checker, dict(TOLD[-1]), None)
    assert russia.keys() - america.keys()
    assert notices(checker, {"country": "XX"}, None).keys() >= russia.keys()


def test_operators_name_the_headers_of_those_cdns_that_these_tests_give_some() -> None:
    assert {name for name, known in CDNS.items() if not known} - {"fly"} <= set(NAMED_BY_OPERATORS)
