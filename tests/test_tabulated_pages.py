"""Tables of pages under the shipped rules and of rules made to show one thing: what is recorded, and what never is."""

from __future__ import annotations

import hashlib
import json
import zlib
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from compliance import Checker, Reader
from compliance.assemble import Question
from compliance.audit.record import decode, encode
from compliance.audit.table import Stretch, TableRecord, Words, key_of
from compliance.content.facts import ANOTHER_PAGE, Content, Written
from compliance.content.mentioned import told, with_mentions
from compliance.engine.index import Index
from compliance.engine.memo import Memo
from compliance.law_time import law_days
from compliance.model.facts import FactValue, Members, OneOf
from compliance.model.notice import Every, Layout, Medium, Notice, Placement, Rotation
from compliance.model.period import Period
from compliance.model.rule import Rule
from compliance.model.ruleset import LawDays, Ruleset
from compliance.model.territory import LocationSet
from compliance.tabulated import Stamp, Tabulated, replayed, table_of
from compliance.web.app import create_app
from tests.engine.building import line, notice, one, register, rule, rules_of
from tests.engine.days import DAY, MOSCOW, ONE, TOKYO
from tests.engine.words import PLACE, Facts
from tests.web.asking import Asker

STAMP = Stamp(bytes(range(16)), date(2026, 9, 1))
TODAY = date(2026, 9, 1)
PAGE, OTHER = "https://one.example/a", "https://one.example/b"
TEXT = (
    "The reporters of Meduza and of Bellingcat quoted Radio Free Europe/Radio Liberty, and Quillfeather said nothing."
)
ARTICLE = Content(url=PAGE, publisher="rferl.org", headline="Pomegranate", text=TEXT, language="en")
UNKNOWN = LocationSet.unknown()
few = settings(max_examples=30, suppress_health_check=list(HealthCheck), deadline=None)


def asked(checker: Checker, content: Content, where: LocationSet = UNKNOWN) -> Question:
    """The question about a page, as a check makes it."""
    snapshot = checker.store.current
    page, known, looked = told(content, snapshot.directory, snapshot.names.look)
    return Question(page, {**with_mentions(known, looked), PLACE: where}, where, (), looked)


def on(checker: Checker, day: date = TODAY) -> LawDays:
    return law_days(checker.ruleset, None, datetime(day.year, day.month, day.day, 20, tzinfo=UTC))


def tabled(checker: Checker, content: Content, where: LocationSet = UNKNOWN, day: date = TODAY) -> Tabulated:
    index = checker.store.current.index
    return table_of(index, asked(checker, content, where), on(checker, day), STAMP, scanner="names 1")


def leaves(table: Tabulated) -> bytes:
    return encode(table.record) + encode(table.outcome)


# -- under the shipped rules ----------------------------------------------------------------------------

WORDS: Mapping[str, list[Written]] = {
    "content.kind": ["article", "advertisement", "comment"],
    "content.promotes": ["gambling", ["crypto-assets", "a-word-of-theirs"], "nothing"],
    "content.ai_generated": ["none", "partly", "fully"],
    "content.audience": ["public", "children"],
    "content.surface": ["web", "video", "social"],
    "content.subject": [["elections"], ["chess"]],
    "content.mentions": [["meduza", "Somebody Else"], ["bellingcat"], "nothing"],
    "publisher.designated_as": [["ru/foreign-agent"], "nothing"],
}
pages = st.builds(
    Content,
    url=st.sampled_from([None, PAGE, f"{PAGE}?id=7", "cms-17"]),
    publisher=st.sampled_from([None, "rferl.org", "Meduza", "example-daily", "Nobody's Paper", "https://tvrain.tv/x"]),
    headline=st.sampled_from([None, "Meduza wrote", "Nothing of note"]),
    text=st.sampled_from([None, TEXT, "Издание «Медуза» и телеканал «Дождь» сообщили об этом."]),
    language=st.sampled_from([None, "en", "ru", "ja"]),
    date_published=st.sampled_from([None, "2024-02-20", "2026-08-31T23:30:00+03:00"]),
    facts=st.fixed_dictionaries({}, optional={name: st.sampled_from(values) for name, values in WORDS.items()}),
)
dates = st.dates(date(2023, 6, 1), date(2027, 6, 1))


@few
@given(pages, dates)
def test_a_table_under_the_shipped_rules_is_made_once_more_from_its_bytes(
    checker: Checker, content: Content, day: date
) -> None:
    table = tabled(checker, content, day=day)
    record = decode(encode(table.record))
    assert isinstance(record, TableRecord)
    assert replayed(record, checker.store.current.index) == table


@few
@given(pages, st.lists(st.sampled_from(["RU", "UA-43", "UA", "FR-75C", "US-NY", "DE"]), max_size=2), dates)
def test_a_table_is_the_same_bytes_whoever_reads(
    checker: Checker, content: Content, codes: list[str], day: date
) -> None:
    where = LocationSet.of(codes, "a header") if codes else LocationSet.unknown(named=["RU"])
    assert leaves(tabled(checker, content, where, day)) == leaves(tabled(checker, content, day=day))


def test_readers_who_asked_before_leave_no_trace_in_a_table(checker: Checker) -> None:
    app = create_app(checker)
    before = leaves(tabled(checker, ARTICLE))
    readers = [Reader(country="RU"), Reader(subdivision="UA-43"), Reader(address="203.0.113.7"), Reader(), None]
    for reader in readers:
        for languages in (["ru"], ["uk", "en"], []):
            checker.check(ARTICLE, reader, languages=languages)
    content = {"url": PAGE, "publisher": "rferl.org", "headline": "Pomegranate", "text": TEXT, "language": "en"}
    for headers in ({}, {"Accept_Language": "uk"}, {"User_Agent": "a browser", "X_Forwarded_For": "198.51.100.7"}):
        body = json.dumps({"content": content, "reader": {"location": {"country": "RU"}}}).encode()
        assert Asker(app).send(body, **headers).status_code == 200
    assert leaves(tabled(checker, ARTICLE)) == before


def test_no_word_of_a_page_and_nothing_of_a_query_is_recorded(checker: Checker) -> None:
    html = (
        f"<html lang=en><body><h1>Tamarind</h1><p>{TEXT}</p><a href='https://link.example/?u=jane'>x</a></body></html>"
    )
    content = replace(ARTICLE, url=f"{PAGE}?token=s3cr3t&reader=jane#top", html=html)
    seen = leaves(tabled(checker, content)).decode().lower()
    for word in ("quillfeather", "pomegranate", "tamarind", "reporters", "s3cr3t", "jane", "link.example", "reader"):
        assert word not in seen.replace("reader-risk", "").replace('"reader.location"', "")


def test_whom_the_texts_mention_is_recorded_and_what_looked_for_it(checker: Checker) -> None:
    record = tabled(checker, ARTICLE).record
    assert record.known_facts()["content.mentions"] == Members(frozenset({"bellingcat", "meduza", "rfe-rl"}))
    assert record.scanner == "names 1"
    assert tabled(checker, replace(ARTICLE, headline=None, text=None)).record.scanner is None


@pytest.mark.parametrize(
    "written", ["203.0.113.7", "2001:db8::17", "3405803783", "http://203.0.113.7/a", "203-0-113-7.example"]
)
def test_an_address_that_names_the_page_or_its_publisher_is_not_recorded(checker: Checker, written: str) -> None:
    for content in (Content(url=written), Content(publisher=written), Content(url=f"https://one.example/{written}")):
        seen = leaves(tabled(checker, content)).decode()
        for trace in ("203.0.113.7", "203-0-113-7", "db8"):
            assert trace not in seen
        assert '"3405803783"' not in seen


def test_what_the_caller_called_a_publisher_is_recorded_where_nobody_knows_it(checker: Checker) -> None:
    assert tabled(checker, Content(publisher="Nobody's Paper")).record.called == "Nobody's Paper"
    assert tabled(checker, Content(publisher="Meduza")).record.called is None


def test_articles_of_one_publisher_share_their_outcome_and_a_table_is_small(checker: Checker) -> None:
    contents = [
        Content(
            url=f"https://www.rferl.org/a/some-words-of-a-title/{31_000_000 + 7919 * number}.html",
            publisher="rferl.org",
            language="en",
            date_published=f"2026-08-{1 + number % 28:02}",
            facts={"content.kind": "article"},
        )
        for number in range(256)
    ]
    index, days = checker.store.current.index, on(checker)
    tables = []
    for number, content in enumerate(contents):
        nonce = zlib.crc32(number.to_bytes(4, "big")).to_bytes(4, "big") * 4
        tables.append(table_of(index, asked(checker, content), days, Stamp(nonce, STAMP.day)))
    assert len({table.record.outcome for table in tables}) == 1
    bundle = b"".join(encode(table.record) for table in tables)
    assert len(bundle) / len(tables) < 700
    assert len(zlib.compress(bundle, 9)) / len(tables) < 250 - 16  # nonces of a log are all chance


# -- keys, nonces and days ------------------------------------------------------------------------------

BY_ITEM = Rotation(Every.ITEM, tuple({"en": f"Text {number}."} for number in range(7)))
ROTATING = rule("r", line(PLACE, "RU"), says=replace(notice(), text={}, rotation=BY_ITEM))


def of(ruleset: Ruleset | Index, content: Content, days: LawDays | None = None, stamp: Stamp = STAMP) -> Tabulated:
    """The table of a page of the radio, on a day in all zones or on the days of each."""
    index = ruleset if isinstance(ruleset, Index) else Index(ruleset)
    question = Question(content, {"publisher": one("radio")}, UNKNOWN)
    return table_of(index, question, days or dict.fromkeys(index.ruleset.zones, DAY), stamp)


def test_a_table_has_one_key_whenever_it_is_recorded() -> None:
    one_, other = (of(rules_of(ROTATING), Content(url=PAGE), stamp=each) for each in (STAMP, Stamp(bytes(16), DAY)))
    assert encode(one_.record) != encode(other.record)
    assert (one_.record.key, one_.outcome.key) == (other.record.key, other.outcome.key)
    assert (other.record.nonce, other.record.day) == ("00" * 16, DAY)


def test_the_nonce_of_an_outcome_does_not_give_that_of_the_page_away() -> None:
    table = of(rules_of(ROTATING), Content(url=PAGE))
    assert len(table.outcome.nonce) == 32
    assert table.outcome.nonce != table.record.nonce
    assert table.record.nonce not in encode(table.outcome).decode()


def test_the_turn_of_a_page_is_recorded_and_not_the_headline_that_it_follows_from() -> None:
    contents = [Content(publisher="Radio", headline=f"Headline {number}") for number in range(40)]
    index, again = Index(rules_of(ROTATING)), Index(rules_of(ROTATING))
    tables = [of(index, content) for content in contents]
    assert {table.record.turns["n"] for table in tables} == set(range(1, 8))
    for table in tables:
        assert "Headline" not in leaves(table).decode()
        assert replayed(table.record, again) == table


def test_a_table_says_under_which_rules_it_was_made() -> None:
    ruleset = replace(rules_of(ROTATING), meaning="sha256:m", source="sha256:s")
    record = of(ruleset, Content(url=PAGE)).record
    assert (record.ruleset, record.source, record.semantics) == ("sha256:m", "sha256:s", 1)


def dated(first: date, zone: str) -> Rule:
    return rule(f"r-{zone}", line(PLACE, "RU"), zone=zone, effective=Period(first, first + 9 * ONE))


def stretch_on(ruleset: Ruleset, moscow: date, tokyo: date) -> Stretch:
    return of(ruleset, Content(url=PAGE), {MOSCOW: moscow, TOKYO: tokyo}).record.stretch


def test_a_table_holds_from_the_last_turn_to_the_next() -> None:
    ruleset = replace(rules_of(dated(DAY, MOSCOW), dated(DAY - 5 * ONE, TOKYO)), registers={}, territories={})
    assert stretch_on(ruleset, DAY, DAY) == Stretch(first_day=DAY, last_day=DAY + 4 * ONE)
    assert stretch_on(ruleset, DAY - 9 * ONE, DAY - 9 * ONE) == Stretch(last_day=DAY - 6 * ONE)
    assert stretch_on(ruleset, DAY + 99 * ONE, DAY + 99 * ONE) == Stretch(first_day=DAY + 10 * ONE)


def test_while_a_change_has_come_in_some_zones_only_the_days_of_each_are_said() -> None:
    ruleset = replace(rules_of(dated(DAY, MOSCOW), dated(DAY, TOKYO)), registers={}, territories={})
    found = stretch_on(ruleset, DAY - ONE, DAY)
    assert (found.first_day, found.last_day) == (None, None)
    assert msgspec.to_builtins(found)["zones"] == {
        TOKYO: {"first_day": "2024-06-01", "last_day": "2024-06-10"},
        MOSCOW: {"last_day": "2024-05-31"},
    }
    table = of(ruleset, Content(url=PAGE), {MOSCOW: DAY - ONE, TOKYO: DAY})
    assert replayed(table.record, Index(ruleset)) == table
    assert table != of(ruleset, Content(url=PAGE), {MOSCOW: DAY, TOKYO: DAY})


def test_words_that_turn_end_a_table_though_the_law_does_not() -> None:
    weekly = Rotation(Every.WEEK, ({"en": "one"}, {"en": "two"}), DAY - ONE)
    says = replace(notice(), text={}, rotation=weekly)
    ruleset = replace(rules_of(rule("r", line(PLACE, "RU"), says=says)), registers={}, territories={})
    record = of(ruleset, Content(url=PAGE), {MOSCOW: DAY}).record
    assert record.stretch == Stretch(first_day=DAY - ONE, last_day=DAY + 5 * ONE)
    assert record.turns == {}


SPEAKING = replace(notice(), text={"en": "{publisher.title} is listed."}, text_if_possible={"en": "Perhaps."})
SPEAKING = replace(SPEAKING, conditional=False)
DAILY = replace(SPEAKING, text={}, rotation=Rotation(Every.DAY, ({"en": "one"}, {"en": "two"}), DAY))
ITEMS = replace(SPEAKING, text={}, rotation=BY_ITEM)
RADIO, DESK, ANYBODY = {"publisher": one("radio")}, {"publisher": one("desk")}, {"publisher": one("radio", "desk")}
Asked = tuple[Content, Mapping[str, FactValue], date]
UNALIKE: Mapping[str, tuple[Notice, Asked, Asked]] = {
    "day": (DAILY, (Content(), RADIO, DAY), (Content(), RADIO, DAY + ONE)),
    "publisher": (SPEAKING, (Content(), RADIO, DAY), (Content(), DESK, DAY)),
    "called": (SPEAKING, (Content(publisher="One"), ANYBODY, DAY), (Content(publisher="Two"), ANYBODY, DAY)),
    "turn": (ITEMS, (Content(headline="a"), RADIO, DAY), (Content(headline="b"), RADIO, DAY)),
}


@pytest.mark.parametrize("unlike", UNALIKE)
def test_words_of_one_page_are_not_kept_for_another_that_is_not_like_it(unlike: str) -> None:
    says, *pages_asked = UNALIKE[unlike]
    ruleset = rules_of(rule("r", line(PLACE, "RU"), says=says))
    index, kept = Index(ruleset), Memo[Words](64)
    found = []
    for content, known, day in pages_asked:
        question = Question(content, known, UNKNOWN)
        table = table_of(index, question, {MOSCOW: day}, STAMP, kept=kept)
        assert table == table_of(Index(ruleset), question, {MOSCOW: day}, STAMP) == replayed(table.record, index, kept)
        found.append(table.outcome.words)
    assert found[0] != found[1]


OVERLAID = replace(notice(), layout=Layout(media={"web": Medium(placement=Placement.OVERLAY)}))


def on_a_surface(surface: str) -> Facts:
    return {**RADIO, "content.surface": one(surface)}


SHARED: Mapping[str, tuple[Notice, Facts, Facts, bool]] = {
    "publishers whom the words name": (SPEAKING, RADIO, DESK, False),
    "publishers whom no words name": (notice(), RADIO, DESK, True),
    "surfaces with a place of their own": (OVERLAID, on_a_surface("web"), on_a_surface("radio"), False),
    "surfaces without one": (notice(), on_a_surface("web"), on_a_surface("radio"), True),
}


@pytest.mark.parametrize("what", SHARED)
def test_an_outcome_is_that_of_all_pages_whose_readers_are_told_the_same(what: str) -> None:
    says, first, second, is_shared = SHARED[what]
    index = Index(rules_of(rule("r", line(PLACE, "RU"), says=says)))
    tables = []
    for number, known in enumerate((first, second)):
        stamp = Stamp(bytes([number]) * 16, DAY + number * ONE)
        tables.append(table_of(index, Question(Content(), known, UNKNOWN), {MOSCOW: DAY}, stamp))
    assert (tables[0].record.outcome == tables[1].record.outcome) is is_shared
    for number, table in enumerate(tables):
        assert table.outcome.key == key_of(encode(table.outcome))
        assert table.outcome.day == table.record.day == DAY + number * ONE
    assert tables[0].outcome.nonce != tables[1].outcome.nonce


def test_a_reader_of_unknown_place_gets_the_words_that_are_true_anywhere() -> None:
    outcome = of(rules_of(rule("r", line(PLACE, "RU"), says=SPEAKING)), Content()).outcome
    here, anywhere = (outcome.words[outcome.shown(outcome.row(place))[0].words] for place in ("RU", None))
    assert here.text["en"] == hashlib.sha256(b"Radio is listed.").hexdigest()
    assert anywhere.text["en"] == hashlib.sha256(b"Perhaps.").hexdigest()


def test_where_nothing_ever_turns_a_table_holds_for_ever() -> None:
    ruleset = replace(rules_of(rule("r", line(PLACE, "RU"))), registers={}, territories={})
    record = of(ruleset, Content(url=PAGE)).record
    assert record.stretch == Stretch()
    assert replayed(record, Index(ruleset)).record == record


def test_a_register_that_grows_old_ends_a_table() -> None:
    ruleset = replace(
        rules_of(rule("r", line("publisher.designated_as", "ru/listed"))),
        registers={"ru/listed": register("ru/listed")},
    )
    record = of(ruleset, Content(url=PAGE)).record
    assert record.stretch.last_day == ruleset.registers["ru/listed"].fresh_until


# -- by other rules -------------------------------------------------------------------------------------


def about(*urls: str) -> Ruleset:
    """Rules about single pages, and nothing else."""
    rules = [rule(f"r{number}", line("content.url", url)) for number, url in enumerate(urls)]
    return replace(rules_of(*rules), meaning=f"sha256:{urls}")


def of_page(url: str, ruleset: Ruleset) -> TableRecord:
    asked_for = url if url in ruleset.words["content.url"] else ANOTHER_PAGE
    question = Question(Content(url=url), {"content.url": one(asked_for), "publisher": one("radio")}, UNKNOWN)
    return table_of(Index(ruleset), question, {MOSCOW: DAY}, STAMP).record


def statuses(table: Tabulated) -> list[str]:
    return [each.status for each in table.outcome.shown(table.outcome.row("RU"))]


@pytest.mark.parametrize(
    ("url", "now", "status"),
    [
        (PAGE, PAGE, ["possible"]),
        (PAGE, OTHER, []),
        (f"{PAGE}?id=1", f"{PAGE}?id=1", ["possible"]),
        (f"{PAGE}?id=2", f"{PAGE}?id=1", ["possible"]),
        ("https://198.51.100.7/x", PAGE, ["possible"]),
        ("two words", PAGE, ["possible"]),
    ],
)
def test_a_page_that_only_other_rules_name_is_never_taken_for_another_one(
    url: str, now: str, status: list[str]
) -> None:
    record = of_page(url, about(OTHER, "https://one.example/c"))
    assert statuses(replayed(record, Index(about(now)))) == status


def test_a_page_that_the_rules_name_is_recorded_and_any_other_one_is_not() -> None:
    url = f"{PAGE}?token=s3cr3t"
    assert of_page(url, about(url)).facts["content.url"] == url
    question = Question(Content(url=url), {"content.url": OneOf(frozenset({url}))}, UNKNOWN)
    record = table_of(Index(about(OTHER)), question, {MOSCOW: DAY}, STAMP).record
    assert "s3cr3t" not in encode(record).decode()
    assert record.facts["content.url"] == ANOTHER_PAGE


def test_other_rules_say_what_they_would_have_said_of_the_page() -> None:
    record = of(rules_of(rule("r", line(PLACE, "UA"))), Content(url=PAGE)).record
    later = replace(rules_of(rule("r", line("publisher", "radio"))), meaning="sha256:later")
    found = replayed(record, Index(later))
    assert statuses(found) == ["required"]
    assert found.record.ruleset == "sha256:later"
    assert found.record.facts == record.facts
