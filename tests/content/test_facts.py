"""From what is said of a page to facts: as said, nothing concluded from silence, everything wrong at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compliance.content.facts import DECLARE_ONCE, NAME_IT, Content, advice, facts_from, facts_of
from compliance.content.publisher import Directory
from compliance.errors import Problem, RequestError
from compliance.model.designation import Entity
from compliance.model.facts import FACTS, Members, OneOf
from compliance.model.territory import LocationSet

DIRECTORY = Directory.of([
    Entity("radio", "Radio", domains=("radio.example",)),
    Entity("paper", "Paper", domains=("paper.example",)),
])  # fmt: skip
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
        date_published="2009-12-17T10:00:00+03:00",
        facts={"content.kind": "article", "content.mentions": ["perhaps Paper", "Somebody"]},
    )
    assert facts_of(content, DIRECTORY) == {
        "publisher": RADIO,
        "content.language": OneOf(frozenset({"en"})),
        "content.date_published": OneOf(frozenset({"2009-12-17"})),
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
        "content.date_published": "`yesterday` is not a calendar day",
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
    assert advice(content, facts_of(content, DIRECTORY)) == expected
    assert all("declare it once" in line for line in expected)
