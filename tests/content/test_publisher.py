"""Who publishes the page: every way of writing a declared publisher means it, and nothing else does."""

from __future__ import annotations

import string
import time

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from compliance.content.publisher import Directory, host_of
from compliance.model.designation import Alias, Entity, Strength
from compliance.model.facts import Members, OneOf

RFE = Entity(
    "rfe-rl",
    "Radio Free Europe/Radio Liberty",
    aliases=(Alias("Radio Liberty", "en"), Alias("Радио Свобода", "ru"), Alias("RFE/RL", strength=Strength.ACRONYM)),
    domains=("rferl.org", "svoboda.org"),
)
DESK = Entity("desk", "Desk", domains=("belarus.rferl.org",))
LOCAL = Entity("local", "Radio Liberty", domains=("liberty.example",))
BOOKS = Entity("books", "Bücher", domains=("xn--bcher-kva.example",))
DIRECTORY = Directory.of([RFE, DESK, LOCAL, BOOKS])
RFE_ALONE = frozenset({"rfe-rl"})
NOBODY: frozenset[str] = frozenset()

labels = st.text(string.ascii_lowercase + string.digits, min_size=1, max_size=10)
hosts = st.lists(labels, min_size=1, max_size=4).map(".".join)


@pytest.mark.parametrize(
    "clue",
    [
        "rfe-rl",
        "rferl.org",
        "RFERL.ORG",
        " rferl.org\n",
        "rferl.org.",
        "rferl.org:8443",
        "www.rferl.org",
        "a.b.c.rferl.org",
        "rferl.org/a//b",
        "rferl.org?next=https://evil.example",
        "rferl.org#//evil.example",
        "//rferl.org/a",
        "https://rferl.org",
        "HTTPS://WWW.RFERL.ORG:443/a/x.html?b#c",
        "https://user:word@rferl.org/a",
        "https://rferl.org/@evil.example",
        "https://rferl.org?@evil.example",
        "rferl。org",
        "ｒｆｅｒｌ.org",
        "RFE/RL",
        "rfe/rl",
        "РАДИО  СВОБОДА",
        "Radio Free Europe/Radio Liberty",
    ],
)
def test_every_way_of_writing_a_publisher_means_it(clue: str) -> None:
    assert DIRECTORY.identify(clue) == RFE_ALONE


@pytest.mark.parametrize(
    "clue",
    [
        "",
        " ",
        "org",
        "notrferl.org",
        "rferl.org.evil.example",
        "rferl.org@evil.example",
        "https://rferl.org@evil.example/",
        "https://rferl.org:443@evil.example/",
        "https://evil.example/rferl.org",
        "https://evil.example\\@rferl.org",
        "https://rferl.org\\@evil.example",
        "https:\\\\rferl.org",
        "https:/rferl.org",
        "https:///rferl.org",
        "rferl.org%2eevil.example",
        "evil.example%2f.rferl.org",
        "rferl..org",
        "rferl.org..",
        "rferl org",
        "rf\terl.org",
        "https://rferl.org\x00.evil.example",
        "rferl.org evil.example",
        "xn--rfrl-eva.org",
        "rfеrl.org",  # a Cyrillic letter
        "javascript:alert('rferl.org')",
        "javascript://rferl.org/%0aalert(1)",
        "data://rferl.org/",
        "ftp://rferl.org/",
        "mailto:desk@rferl.org",
        "desk@rferl.org",
        "http://[::1]/rferl.org",
        "http://[rferl.org]/",
        "[rferl.org",
        "RFE",
        "radio",
        "RFE-RL",
    ],
)
def test_what_only_looks_like_a_publisher_is_nobody(clue: str) -> None:
    assert DIRECTORY.identify(clue) == NOBODY


def test_the_longest_domain_wins() -> None:
    assert DIRECTORY.identify("https://m.belarus.rferl.org/a") == {"desk"}
    assert DIRECTORY.identify("belarus.rferl.org.rferl.org") == RFE_ALONE


def test_a_name_that_several_bear_means_each_of_them() -> None:
    assert DIRECTORY.identify("radio LIBERTY") == {"rfe-rl", "local"}
    assert DIRECTORY.publisher("Radio Liberty", None) == OneOf(frozenset({"rfe-rl", "local"}))


def test_an_id_is_decisive_although_others_bear_it_as_a_name() -> None:
    directory = Directory.of([Entity("dw", "A paper"), Entity("deutsche-welle", "DW")])
    assert directory.identify("dw") == {"dw"}
    assert directory.identify("DW") == {"deutsche-welle"}


def test_what_is_the_name_of_one_and_the_host_of_another_means_both() -> None:
    directory = Directory.of([Entity("a", "Meduza.example"), Entity("b", "B", domains=("meduza.example",))])
    assert directory.identify("meduza.example") == {"a", "b"}


def test_international_domains_mean_the_same_in_both_forms() -> None:
    for clue in ("bücher.example", "BÜCHER.example", "https://www.xn--bcher-kva.example/"):
        assert DIRECTORY.identify(clue) == {"books"}


def test_a_host_that_browsers_and_python_read_differently_is_not_read() -> None:
    assert host_of("https://straße.example") is None
    assert host_of("a\u200db.example") is None


@pytest.mark.parametrize("text", ["203.0.113.7", "http://203.0.113.7:80/", "http://[2001:db8::1]/", "0x7f.1", "1.2.3"])
def test_an_address_is_no_host_name(text: str) -> None:
    assert host_of(text) is None


@given(hosts)
def test_every_host_under_a_declared_domain_belongs_to_it(host: str) -> None:
    assert DIRECTORY.identify(f"https://{host}.svoboda.org/x") == RFE_ALONE


@given(hosts)
@example("rferl.org")
def test_no_host_above_or_beside_a_declared_domain_belongs_to_it(host: str) -> None:
    for clue in (f"svoboda.org.{host}.example", f"{host}svoboda.org", f"https://svoboda.org@{host}.example/"):
        assert "rfe-rl" not in DIRECTORY.identify(clue)


@given(st.text(max_size=300))
@example("a" * 10_000)
@example("\ud800.example")
@example("http://[")
@example("\x00\x1b[31m")
def test_any_text_at_all_is_a_set_of_declared_entities(clue: str) -> None:
    assert DIRECTORY.identify(clue) <= DIRECTORY.ids
    host = host_of(clue)
    assert host is None or (host == host.lower() and host.isascii() and len(host) <= 253)


def test_a_very_long_text_is_read_in_no_time() -> None:
    """A body of a megabyte of labels once took minutes."""
    begin = time.process_time()
    for clue in ("a." * 500_000 + "b", "b" * 1_000_000, "https://" + "ü." * 300_000, "@" * 500_000, "/" * 500_000):
        assert DIRECTORY.identify(clue) == NOBODY
    assert time.process_time() - begin < 3


@pytest.mark.parametrize(
    ("named", "url", "expected"),
    [
        ("rfe-rl", None, OneOf(RFE_ALONE)),
        (None, "https://rferl.org/a", OneOf(RFE_ALONE)),
        ("rfe-rl", "https://rferl.org/a", OneOf(RFE_ALONE)),
        ("rfe-rl", "https://unknown.example/", OneOf(RFE_ALONE)),
        ("local", "https://rferl.org/a", OneOf(frozenset({"rfe-rl", "local"}))),
        ("nobody", "https://rferl.org/a", OneOf(RFE_ALONE, other=True)),
        ("nobody", None, OneOf(other=True)),
        (None, "https://unknown.example/", OneOf(other=True)),
        (None, None, OneOf(other=True)),
        ("", "https://rferl.org/a", OneOf(RFE_ALONE)),
        (" \t", "https://rferl.org/a", OneOf(RFE_ALONE)),
    ],
)
def test_two_clues_that_disagree_leave_both_possible(named: str | None, url: str | None, expected: OneOf) -> None:
    assert DIRECTORY.publisher(named, url) == expected


def test_a_publisher_in_a_fact_is_resolved_and_an_undeclared_one_may_be_anyone() -> None:
    assert DIRECTORY.resolve(OneOf(frozenset({"rferl.org"}))) == OneOf(RFE_ALONE)
    assert DIRECTORY.resolve(OneOf(frozenset({"rferl.org", "x.example"}))) == OneOf(RFE_ALONE, other=True)
    assert DIRECTORY.resolve(OneOf(other=True)) == OneOf(other=True)


def test_an_ambiguous_mention_is_doubtful_and_an_undeclared_one_stays_as_written() -> None:
    found = DIRECTORY.resolve_members(Members(frozenset({"RFE/RL", "Radio Liberty", "A Club"}), frozenset({"desk"})))
    assert found.certain == {"rfe-rl", "A Club"}
    assert found.perhaps == {"local", "desk"}


FREEDOM = Entity(
    "freedom",
    "Freedom Institute",
    aliases=(
        Alias("Freedom", "en", Strength.WEAK, forms=("Freedoms",)),
        Alias("Institut", "de", forms=("Instituts",)),
        Alias("Frei", "de", Strength.SURNAME),
        Alias("Liberty", "en", Strength.NEVER, forms=("Liberties",)),
    ),
)


@pytest.mark.parametrize("clue", ["Freedom", " FREEDOM", "Freedoms", "Instituts", "frei"])
def test_a_name_that_proves_nothing_leaves_it_open_whether_a_mention_means_its_bearer(clue: str) -> None:
    directory = Directory.of([RFE, FREEDOM])
    found = directory.resolve_members(Members(frozenset({clue, "rfe-rl"})))
    assert found == Members(frozenset({clue, "rfe-rl"}), frozenset({"freedom"}))
    assert directory.publisher(clue, None) == OneOf(other=True)


@pytest.mark.parametrize("clue", ["Liberty", "Liberties", "Freedom House"])
def test_what_is_no_name_at_all_hints_at_nobody(clue: str) -> None:
    assert Directory.of([RFE, FREEDOM]).resolve_members(Members(frozenset({clue}))) == Members(frozenset({clue}))


def test_a_weak_name_that_is_the_id_or_the_name_of_another_one_means_that_one_first() -> None:
    directory = Directory.of([Entity("Freedom", "A"), Entity("other", "Frei"), FREEDOM])
    found = directory.resolve_members(Members(frozenset({"Freedom", "Frei"})))
    assert found == Members(frozenset({"Freedom", "other"}), frozenset({"freedom"}))


def test_signs_that_nobody_sees_do_not_make_another_name() -> None:
    assert DIRECTORY.identify("Radio\u200b Lib\u00aderty\ufeff") == DIRECTORY.identify("Radio Liberty")
