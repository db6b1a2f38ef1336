"""From what is said of a page to facts: as said, nothing concluded from silence, everything wrong at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compliance.content.facts import DECLARE_ONCE, NAME_IT, Content, advice, facts_from, facts_of
from compliance.content.publisher import Directory
from compliance.errors import Problem, RequestError
from compliance.model.designation import Entity
from compliance.model.facts import FACTS, Members, OneOf
from compliance.model.territory import LocationSet

DIRECTORY = Directory.of(
    [Entity("radio", "Radio", domains=("radio.example",)), Entity("paper", "Paper", domains=("paper.example",))],
    ["x/list", "x/other-list"],
)
RADIO = OneOf(frozenset({"radio"}))
EITHER = OneOf(frozenset({"radio", "paper"}))


def problems_of(content: Content) -> tuple[Problem, ...]:
    with pytest.raises(RequestError) as raised:
        facts_of(content, DIRECTORY)
    return raised.value.problems


def test_silence_gives_no_fact_but_an_unknown_publisher() -> None:
    assert facts_of(Content(), DIRECTORY) == {"publisher": OneOf(other=True)}
    blank = Content(url=" ", publisher="", language=" ", date_published="", headline="")
    assert facts_of(blank, DIRECTORY) == {"publisher": OneOf(other=True)}


def test_what_is_said_becomes_facts() -> None:
    content = Content(
        publisher="radio.example",
        language="en",
        date_published="2009-12-17T19:00:00+03:00",
        facts={"content.kind": "article", "content.mentions": ["perhaps Paper", "Somebody"]},
    )
    assert facts_of(content, DIRECTORY) == {
        "publisher": RADIO,
        "content.language": OneOf(frozenset({"en"})),
        "content.date_published": OneOf(frozenset({"2009-12-17", "2009-12-18"})),
        "content.kind": OneOf(frozenset({"article"})),
        "content.mentions": Members(frozenset({"Somebody"}), frozenset({"paper"})),
    }


@pytest.mark.parametrize(
    ("written", "tag"),
    [
        ("EN", "en"),
        ("en-us", "en-US"),
        ("en_GB", "en-GB"),
        ("zh-hant-tw", "zh-Hant-TW"),
        ("SR-LATN", "sr-Latn"),
        ("de-DE-u-co-phonebk", "de-DE"),
        ("be-tarask", "be-tarask"),
        ("es-419", "es-419"),
    ],
)
def test_a_language_tag_is_read_in_any_letter_case_and_without_its_extensions(written: str, tag: str) -> None:
    assert facts_of(Content(language=written), DIRECTORY)["content.language"] == OneOf(frozenset({tag}))


def test_what_is_said_twice_and_differently_is_either() -> None:
    content = Content(
        publisher="radio.example",
        language="en",
        date_published="2020-01-01",
        facts={"publisher": "paper", "content.language": "ru", "content.date_published": "2020-01-01"},
    )
    facts = facts_of(content, DIRECTORY)
    assert facts["publisher"] == EITHER
    assert facts["content.language"] == OneOf(frozenset({"en", "ru"}))
    assert facts["content.date_published"] == OneOf(frozenset({"2020-01-01"}))


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (Content(facts={"publisher": "paper"}, url="https://radio.example/a"), EITHER),
        (Content(facts={"publisher": "radio"}, url="https://elsewhere.example/a"), RADIO),
        (Content(facts={"publisher": "radio"}, publisher="Nobody"), OneOf(RADIO.values, other=True)),
        (Content(facts={"publisher": "unknown"}, publisher="Radio"), OneOf(RADIO.values, other=True)),
        (Content(facts={"publisher": ["radio", "paper"]}), EITHER),
    ],
)
def test_a_publisher_said_as_a_fact_does_not_silence_the_other_clues(content: Content, expected: OneOf) -> None:
    assert facts_of(content, DIRECTORY)["publisher"] == expected


ORDERED = Directory.of([], words={"content.url": frozenset({"https://radio.example/a"})})
PAGE = OneOf(frozenset({"https://radio.example/a"}))


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (Content(url="http://www.radio.example/a/?utm_source=mail"), PAGE),
        (Content(facts={"content.url": "https://radio.example/a#top"}), PAGE),
        (Content(url="/a"), OneOf(other=True)),
        (Content(url=" "), None),
        (Content(), None),
        (
            Content(url="https://radio.example/a", facts={"content.url": "https://radio.example/b"}),
            OneOf(frozenset({"https://radio.example/a", "https://radio.example/b"})),
        ),
    ],
)
def test_the_page_is_a_fact_where_an_order_names_pages(content: Content, expected: OneOf | None) -> None:
    assert facts_of(content, ORDERED).get("content.url") == expected


def test_pages_that_no_order_names_are_all_alike_so_that_they_share_an_answer() -> None:
    one, other = (facts_of(Content(url=f"https://radio.example/{name}"), ORDERED) for name in ("b", "c"))
    assert one == other
    assert one["content.url"] != PAGE
    assert "content.url" not in facts_of(Content(url="https://radio.example/a"), DIRECTORY)


def test_everything_that_is_wrong_is_said_at_once_and_at_its_place() -> None:
    facts: Mapping[str, str | Sequence[str]] = {
        "reader.location": "RU",
        "reader.passport": "RU",
        "content.knid": "article",
        "content.kind": "blog",
        "content.mentions": ["radio", "nothing"],
    }
    found = problems_of(Content(language="english, I think", date_published="yesterday", facts=facts))
    assert {each.where: each.message for each in found} == {
        "content.facts": "`reader.location` does not belong to the content",
        "content.facts.reader.passport": "`reader.passport` is not asked",
        "content.facts.content.knid": "unknown fact `content.knid`",
        "content.facts.content.kind": "`content.kind` is never `blog`",
        "content.facts.content.mentions[1]": "`nothing` stands alone",
        "content.language": "this is not a value of `content.language`",
        "content.date_published": "this is no day, and no day with a time",
    }
    helps = {each.where: each.help or "" for each in found}
    assert helps["content.facts.content.knid"] == "the nearest is `content.kind`"
    assert "never asks who the reader is" in helps["content.facts.reader.passport"]
    assert "article, opinion" in helps["content.facts.content.kind"]


@given(st.one_of(st.ip_addresses(v=4), st.ip_addresses(v=6)).map(str), st.sampled_from(sorted(FACTS)))
def test_an_address_in_any_field_is_never_said_back(address: str, fact: str) -> None:
    written: list[Content] = [
        Content(facts={fact: address}),
        Content(facts={fact: [address]}),
        Content(facts={fact: ["unknown", f"perhaps {address}"]}),
        Content(facts={address: "x"}),
        Content(language=address),
        Content(date_published=address),
    ]
    for content in written:
        try:
            facts_of(content, DIRECTORY)
        except RequestError as error:
            said = f"{error} {error!r}"
            assert address not in said
            assert address[:10] not in said or address.startswith("::")


def test_more_facts_than_there_can_be_are_refused_without_reading_them() -> None:
    (problem,) = problems_of(Content(facts={f"fact-{number}": "x" for number in range(50_000)}))
    assert "more than 100 facts" in problem.message


@pytest.mark.parametrize("name", ["content.mentions", "content.promotes", "content.kind", "reader.location"])
def test_more_values_than_any_page_needs_are_refused_without_reading_them(name: str) -> None:
    for number in (1001, 90_000):
        with pytest.raises(RequestError) as raised:
            facts_from({name: ["no such value"] * number}, DIRECTORY)
        (problem,) = raised.value.problems
        assert (problem.message, problem.where) == ("there are more than 1000 values", name)
    mentions = [f"entity-{number}" for number in range(1000)]
    assert facts_from({"content.mentions": mentions}, DIRECTORY) == {"content.mentions": Members(frozenset(mentions))}


@pytest.mark.parametrize(
    ("written", "where", "message", "help_"),
    [
        ("x/lsit", "", "unknown register `x/lsit`", "the nearest is `x/list`"),
        ("perhaps x/lsit", "", "unknown register `x/lsit`", "the nearest is `x/list`"),
        (
            ["x/list", "far from all"],
            "[1]",
            "unknown register `far from all`",
            "the registers are: x/list, x/other-list",
        ),
        (
            ["x/list", "9"],
            "[1]",
            "this is not a value of `publisher.designated_as`",
            "the registers are: x/list, x/other-list",
        ),
        ("perhaps", "", "`perhaps` does not say what", "write it like `perhaps x`, for a fact that is a set"),
    ],
)
def test_a_register_that_nobody_declared_is_a_slip_and_never_means_no(
    written: str | list[str], where: str, message: str, help_: str
) -> None:
    name = "publisher.designated_as"
    with pytest.raises(RequestError) as raised:
        facts_from({name: written}, DIRECTORY)
    (problem,) = raised.value.problems
    assert (problem.where, problem.message, problem.help) == (f"{name}{where}", message, help_)
    (same,) = problems_of(Content(facts={name: written}))
    assert (same.where, same.message) == (f"content.facts.{name}{where}", message)


def test_registers_that_there_are_can_be_given() -> None:
    written = {"publisher.designated_as": ["x/list", "perhaps x/other-list"]}
    assert facts_from(written, DIRECTORY) == {
        "publisher.designated_as": Members(frozenset({"x/list"}), frozenset({"x/other-list"}))
    }
    assert facts_from({"publisher.designated_as": "nothing"}, DIRECTORY) == {"publisher.designated_as": Members()}


@pytest.mark.parametrize("name", [name for name, spec in FACTS.items() if not spec.bound])
@pytest.mark.parametrize(
    ("written", "message"),
    [
        ("", "a value of `{}` is empty"),
        ("  ", "a value of `{}` is empty"),
        ("perhaps", "`perhaps` does not say what"),
        ("perhaps  ", "`perhaps` does not say what"),
        ("nothing ", "a value of `{}` has spaces around it"),
        (" unknown", "a value of `{}` has spaces around it"),
        ("perhaps x ", "a value of `{}` has spaces around it"),
    ],
)
def test_half_a_value_is_none_of_any_fact(name: str, written: str, message: str) -> None:
    for value in (written, [written]):
        with pytest.raises(RequestError) as raised:
            facts_from({name: value}, DIRECTORY)
        assert [each.message for each in raised.value.problems] == [message.format(name)]


@pytest.mark.parametrize("value", ["nothing", "x/list", ["perhaps x/list"], "unknown"])
def test_what_speaks_of_one_mention_is_not_given_by_a_caller(value: str | list[str]) -> None:
    (problem,) = problems_of(Content(facts={"mention.designated_as": value}))
    assert problem.message.startswith("`mention.designated_as` is not given")
    assert problem.help == "give the entities themselves, as `content.mentions`"


@pytest.mark.parametrize("address", ["95.165.0.1", "Radio 95。165。0。1", "95 . 165 . 0 . 1", "95-165-0-1.example.ru"])
@pytest.mark.parametrize("name", ["content.mentions", "content.subject", "publisher", "content.kind"])
def test_no_fact_holds_an_address_however_the_page_is_handed_over(address: str, name: str) -> None:
    (problem,) = problems_of(Content(facts={name: ["x", f"perhaps {address}"]}))
    assert (problem.message, problem.where) == ("no fact holds an IP address", f"content.facts.{name}")


@pytest.mark.parametrize("tag", ["und", "mul", "UND", "und-Latn"])
def test_a_tag_of_no_language_in_particular_is_no_language_that_is_known(tag: str) -> None:
    assert facts_of(Content(language=tag), DIRECTORY)["content.language"] == OneOf(other=True)
    facts = facts_from({"content.language": ["en", "mul"]}, DIRECTORY)
    assert facts["content.language"] == OneOf(frozenset({"en"}), other=True)


@pytest.mark.parametrize("tag", ["zxx", "mis", "en"])
def test_a_tag_that_says_something_is_kept(tag: str) -> None:
    assert facts_of(Content(language=tag), DIRECTORY)["content.language"] == OneOf(frozenset({tag}))


@pytest.mark.parametrize(
    "published",
    [date(2009, 12, 17), datetime(2009, 12, 17, 11, tzinfo=UTC), datetime.fromisoformat("2009-12-17T11:00")],
)
def test_a_day_or_a_moment_may_be_given_as_such(published: date) -> None:
    facts = facts_of(Content(date_published=published), DIRECTORY)
    assert facts == facts_of(Content(date_published=published.isoformat()), DIRECTORY)


def test_a_fact_that_is_said_to_be_unknown_is_any_value() -> None:
    facts = facts_of(Content(facts={"content.paid": "unknown", "content.mentions": "unknown"}), DIRECTORY)
    assert facts["content.paid"] == OneOf(frozenset({"yes", "no"}))
    assert facts["content.mentions"] == Members(other=True)
    (problem,) = problems_of(Content(facts={"content.paid": ["unknown", "yes"]}))
    assert problem.where == "content.facts.content.paid[0]"


def test_an_empty_list_is_the_empty_set_or_a_problem() -> None:
    assert facts_of(Content(facts={"content.mentions": []}), DIRECTORY)["content.mentions"] == Members()
    (problem,) = problems_of(Content(facts={"content.kind": []}))
    assert problem.where == "content.facts.content.kind"


def test_facts_from_a_scenario_may_hold_the_reader() -> None:
    facts = facts_from({"publisher": "radio.example", "reader.location": ["RU", "UA"]}, DIRECTORY)
    assert facts["publisher"] == RADIO
    assert facts["reader.location"] == LocationSet.of({"RU", "UA"}, "given")


def test_facts_from_a_call_that_cannot_be_read_are_all_named() -> None:
    with pytest.raises(RequestError) as raised:
        facts_from({"reader.location": "203.0.113.7", "content.kind": "blog", "x": "y"}, DIRECTORY)
    assert [each.where for each in raised.value.problems] == ["reader.location", "content.kind", "x"]
    assert "203.0.113.7" not in str(raised.value)


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (Content(publisher="radio.example"), ()),
        (Content(publisher="nobody.example"), (DECLARE_ONCE,)),
        (Content(url="https://nobody.example/a"), (DECLARE_ONCE,)),
        (Content(facts={"publisher": "nobody.example"}), (DECLARE_ONCE,)),
        (Content(), (NAME_IT,)),
        (Content(publisher="nobody.example", facts={"publisher.designated_as": "nothing"}), ()),
        (Content(facts={"publisher": ["radio", "paper"]}), ()),
    ],
)
def test_the_advice_is_what_the_caller_can_do_once(content: Content, expected: tuple[str, ...]) -> None:
    assert advice(content, facts_of(content, DIRECTORY), DIRECTORY) == expected
    assert all("declare it once" in line for line in expected)


@pytest.mark.parametrize(
    ("content", "where"),
    [
        ("rferl.org", ["content"]),
        (Content(publisher=7, url=b"x"), ["content.url", "content.publisher"]),  # type: ignore[arg-type]
        (Content(date_published=2009), ["content.date_published"]),  # type: ignore[arg-type]
        (Content(facts=None), ["content.facts"]),  # type: ignore[arg-type]
        (Content(facts=["content.kind"]), ["content.facts"]),  # type: ignore[arg-type]
        (Content(facts={"content.kind": None}), ["content.facts.content.kind"]),  # type: ignore[dict-item]
        (Content(facts={"content.kind": b"article"}), ["content.facts.content.kind"]),  # type: ignore[dict-item]
        (Content(facts={"content.promotes": ["a", 7]}), ["content.facts.content.promotes[1]"]),  # type: ignore[list-item]
        (Content(facts={7: "x"}), ["content.facts"]),  # type: ignore[dict-item]
    ],
)
def test_a_value_of_another_kind_is_a_problem_and_no_failure(content: Any, where: list[str]) -> None:
    assert [each.where for each in problems_of(content)] == where


# -- slips in open words ----------------------------------------------------------------------------

WORDED = Directory.of(
    [], words={"content.promotes": frozenset({"gambling", "medicine"}), "content.subject": frozenset()}
)


def slips(**facts: str | list[str]) -> tuple[str, ...]:
    content = Content(facts={f"content.{name}": value for name, value in facts.items()})
    return advice(content, facts_of(content, WORDED), WORDED)[1:]


def test_a_word_that_no_rule_uses_and_that_is_near_one_that_is_used_is_advised_on() -> None:
    said = ("no rule asks for `gambeling` in `content.promotes`; the nearest is `gambling`",)
    for written in ("gambeling", ["gambling", "gambeling"], ["perhaps gambeling", "unknown"]):
        assert slips(promotes=written) == said


@pytest.mark.parametrize("written", ["gambling", "nothing", "unknown", "perhaps medicine", "holidays", ["gambling"]])
def test_words_in_use_and_words_of_ones_own_are_not_advised_on(written: str | list[str]) -> None:
    assert slips(promotes=written, subject="gambeling") == ()


def test_a_word_that_may_hold_more_than_letters_is_advised_on_without_being_repeated() -> None:
    said = ("no rule asks for one of the words in `content.promotes`; the nearest is `gambling`",)
    assert slips(promotes=["gambling-95", "gambling-165"]) == said


def test_a_flood_of_near_words_and_a_large_vocabulary_give_little_advice() -> None:
    words = frozenset(f"gambling-{'x' * number}" for number in range(1, 1500))
    many = Directory.of([], words={"content.promotes": words})
    content = Content(facts={"content.promotes": [f"gambeling{'y' * number}" for number in range(999)]})
    assert len(advice(content, facts_of(content, many), many)) <= 21


@pytest.mark.parametrize("name", ["content.mentions", "content.promotes", "content.links_to"])
@pytest.mark.parametrize(
    "written",
    [
        "Unknown", "UNKNOWN", "Nothing", ["Nothing"], "perhaps nothing", "perhaps unknown", "perhaps Unknown",
        ["radio", "Perhaps paper"], "perhaps perhaps paper", "PERHAPS paper",
    ],
)  # fmt: skip
def test_a_doubt_that_is_written_wrongly_is_refused_and_never_read_as_nobody_else(
    name: str, written: str | list[str]
) -> None:
    (problem,) = problems_of(Content(facts={name: written}))
    assert problem.where is not None
    assert problem.where.startswith(f"content.facts.{name}")
