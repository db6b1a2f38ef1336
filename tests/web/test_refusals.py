"""A question that cannot be understood is refused with everything that is wrong with it, each at its place."""

from __future__ import annotations

import codecs
import gzip
import json
from typing import Any

import msgspec
import pytest

from compliance.web.wire import CheckIn, ReaderIn
from tests.web.asking import ARTICLE, Asker, places, refused

SHAPES: tuple[Any, ...] = (None, True, 7, -0.5, "text", [], [7], {}, {"x": 7})
WHERE_AND_WHAT_FITS: tuple[tuple[str, tuple[Any, ...]], ...] = (
    ("content", ({},)),
    ("content.url", (None, "text")),
    ("content.publisher", (None, "text")),
    ("content.headline", (None, "text")),
    ("content.text", (None, "text")),
    ("content.html", (None, "text")),
    ("content.language", (None,)),
    ("content.date_published", (None,)),
    ("content.facts", ({},)),
    ("content.facts.content.kind", ()),
    ("reader", (None, {})),
    ("reader.address", (None,)),
    ("reader.location", (None, {})),
    ("reader.location.country", (None,)),
    ("reader.location.subdivision", (None,)),
    ("reader.from", (None,)),
    ("languages", ([],)),
    ("languages[0]", ("text",)),
    ("as_of", (None,)),
    ("explain", (True,)),
)


def with_value(where: str, value: Any) -> dict[str, Any]:
    """The smallest question with a value at a place."""
    if where.startswith("content.facts."):
        return {"content": {"facts": {where.removeprefix("content.facts."): value}}}
    question: dict[str, Any] = {"content": {}}
    *outer, last = where.removesuffix("[0]").split(".")
    holder = question
    for name in outer:
        holder = holder.setdefault(name, {})
    holder[last] = [value] if where.endswith("[0]") else value
    return question


@pytest.mark.parametrize(("where", "fits"), WHERE_AND_WHAT_FITS, ids=[each for each, _ in WHERE_AND_WHAT_FITS])
def test_a_value_of_another_shape_is_refused_at_its_place_and_one_that_fits_is_not(
    asker: Asker, where: str, fits: tuple[Any, ...]
) -> None:
    for value in SHAPES:
        response = asker.check(with_value(where, value))
        if any(type(value) is type(each) and value == each for each in fits):
            assert response.status_code == 200, (value, response.text)
        else:
            at = places(refused(response, 400))
            assert at, value
            assert all(each is not None and each.startswith(where) for each in at), (value, at)


@pytest.mark.parametrize("body", [b"null", b"true", b"7", b'"text"', b"[]", b'[{"content": {}}]'])
def test_a_question_that_is_no_object_is_refused_as_a_whole(asker: Asker, body: bytes) -> None:
    (only,) = asker.refusal(body)["problems"]
    assert only["message"].startswith("this should be an object, and is ")
    assert "where" not in only


def test_everything_that_is_wrong_is_said_at_once_and_nothing_that_only_follows(asker: Asker) -> None:
    problem = asker.refusal(
        {
            "contnet": {},
            "content": {
                "publisher": 7,
                "date_published": "soon",
                "facts": {"content.kind": "artcle", "content.colour": "red", "content.audience": 7},
            },
            "reader": {"location": {"country": "Ukraine"}, "passport": "RU"},
            "languages": ["en", 7, "!"],
            "as_of": "2025-02-30",
            "explain": "yes",
        }
    )
    assert sorted(map(str, places(problem))) == [
        "None",
        "as_of",
        "content.date_published",
        "content.facts.content.audience",
        "content.facts.content.colour",
        "content.facts.content.kind",
        "content.publisher",
        "explain",
        "languages[1]",
        "reader",
        "reader.location.country",
    ]


@pytest.mark.parametrize(
    ("question", "message", "help_"),
    [
        ({"content": {"pulisher": "x"}}, "unknown field `pulisher`", "the nearest is `publisher`"),
        ({"content": {}, "raeder": {}}, "unknown field `raeder`", "the nearest is `reader`"),
        ({"content": {}, "reader": {"adress": "x"}}, "unknown field `adress`", "the nearest is `address`"),
        ({"content": {}, "asof": "x"}, "unknown field `asof`", "the nearest is `as_of`"),
        (
            {"content": {}, "reader": {"location": {"city": "x"}}},
            "unknown field `city`",
            "the fields are: country, subdivision",
        ),
        ({"content": {"facts": {"content.knd": "x"}}}, "unknown fact `content.knd`", "the nearest is `content.kind`"),
        (
            {"content": {"facts": {"reader.citizenship": "RU"}}},
            "`reader.citizenship` is not asked",
            "put the condition in the words of the notice: the service never asks who the reader is",
        ),
    ],
)
def test_an_unknown_field_is_refused_with_the_nearest_known_one(
    asker: Asker, question: Any, message: str, help_: str
) -> None:
    (only,) = asker.refusal(question)["problems"]
    assert (only["message"], only["help"]) == (message, help_)


@pytest.mark.parametrize(
    ("question", "help_"),
    [
        ({"content": {}, "reader": "request"}, 'say in which way: `{"address": ...}`'),
        ({"content": {}, "reader": ["UA"]}, 'say in which way: `{"address": ...}`'),
        ({"content": {}, "reader": {"location": "UA"}}, 'write it as `{"country": "UA"'),
        ({"content": "my-daily.example"}, 'write it as `{"publisher": "my-daily.example"}`'),
        (
            {"content": {}, "reader": {"address": "reader.example"}},
            "give one IPv4 or IPv6 address, and no name, network or list",
        ),
    ],
)
def test_a_word_where_more_is_to_be_said_is_answered_with_what_to_write(
    asker: Asker, question: Any, help_: str
) -> None:
    (only,) = asker.refusal(question)["problems"]
    assert only["help"].startswith(help_)
    assert "withheld" not in only["help"]
    shown = only["help"].split("`")[1].replace("...", '"192.0.2.7"')
    if shown.startswith("{"):
        where = only["where"].split(".")
        inner: Any = json.loads(shown)
        for name in reversed(where):
            inner = {name: inner}
        assert asker.check({"content": {}, **inner}).status_code == 200


@pytest.mark.parametrize("country", ["ZQ", "U", "RUX ", "UA-99", "\0", "R" * 100_000, "РФ"])
def test_an_unknown_country_code_is_refused_with_what_to_write(asker: Asker, country: str) -> None:
    (only,) = asker.refusal({"content": {}, "reader": {"location": {"country": country}}})["problems"]
    assert (only["message"], only["where"]) == ("this is not a country code", "reader.location.country")
    assert "ISO 3166-1" in only["help"]


@pytest.mark.parametrize(
    ("country", "help_"),
    [
        ("Ukraine", "write the code `UA`"),
        ("USA ", "write `US`"),
        ("guinea-bissau", "write the code `GW`"),
        ("UA-43", "this is a subdivision: put it under `subdivision`"),
        ("ua_30", "this is a subdivision: put it under `subdivision`"),
    ],
)
def test_a_country_that_is_understood_all_the_same_is_refused_with_its_code_or_place(
    asker: Asker, country: str, help_: str
) -> None:
    (only,) = asker.refusal({"content": {}, "reader": {"location": {"country": country}}})["problems"]
    assert (only["message"], only["help"]) == ("this is not a country code", help_)


@pytest.mark.parametrize(
    ("question", "where", "help_"),
    [
        ({"content": {}, "reader": {"country": "RU"}}, "reader", "say it as `location.country`"),
        ({"content": {}, "country": "RU"}, None, "say it as `reader.location.country`"),
        ({"content": {}, "publisher": "x"}, None, "say it as `content.publisher`"),
        ({"content": {}, "facts": {}}, None, "say it as `content.facts`"),
        ({"content": {}, "language": "uk"}, None, "say it as `content.language`, or the nearest is `languages`"),
        ({"content": {}, "reader": {"languages": ["uk"]}}, "reader", "it stands beside `reader`, not in it"),
        (
            {"content": {}, "reader": {"location": {"as_of": "x"}}},
            "reader.location",
            "it stands beside `reader`, not in it",
        ),
        ({"content": {"kind": "article"}}, "content", "say it in `content.facts`, as `content.kind`"),
        ({"content": {"content.kind": "article"}}, "content", "say it in `content.facts`, as `content.kind`"),
        ({"content": {}, "content.kind": "article"}, None, "say it in `content.facts`, as `content.kind`"),
        ({"content": {"facts": {"kind": "article"}}}, "content.facts.kind", "the nearest is `content.kind`"),
        ({"content": {}, "languages": "uk"}, "languages", 'write it as a list: `["uk"]`'),
        ({"content": {}, "languages": "95.165.0.1"}, "languages", 'write it as a list: `["..."]`'),
        ({"content": {}, "explain": "true"}, "explain", "write `true` or `false`, without quotation marks"),
        (
            {"content": {"facts": {"content.paid": True}}},
            "content.facts.content.paid",
            "write `yes` or `no`, in quotation marks",
        ),
        (
            {"content": {"facts": {"content.ai_generated": True}}},
            "content.facts.content.ai_generated",
            "use one of: none, partly, fully",
        ),
        ({"content": {}, "as_of": 20240221}, "as_of", 'write it as "YYYY-MM-DD"'),
        ({"content": {"date_published": 2024}}, "content.date_published", 'write it as "YYYY-MM-DD"'),
    ],
)
def test_what_is_written_in_another_place_or_form_is_refused_with_the_one_to_use(
    asker: Asker, question: Any, where: str | None, help_: str
) -> None:
    (only,) = asker.refusal(question)["problems"]
    assert (only.get("where"), only["help"]) == (where, help_)


@pytest.mark.parametrize("value", [7, [7], {}, None, True])
def test_a_value_of_another_shape_is_helped_only_where_it_is_clear_what_was_meant(asker: Asker, value: Any) -> None:
    for question in ({"content": {"facts": {"content.mentions": value}}}, {"content": {"url": value}}):
        answered: Any = asker.check(question).json
        assert [each for each in answered.get("problems", []) if "help" in each] == []


@pytest.mark.parametrize("subdivision", ["UA-99", "30", "RU-", "-", "\ud7ff"])
def test_an_unknown_subdivision_code_is_refused_with_what_to_write(asker: Asker, subdivision: str) -> None:
    (only,) = asker.refusal({"content": {}, "reader": {"location": {"subdivision": subdivision}}})["problems"]
    assert (only["message"], only["where"]) == ("this is not a subdivision code", "reader.location.subdivision")


@pytest.mark.parametrize(
    "reader",
    [
        {"address": "95.165.0.1", "from": "request"},
        {"address": "95.165.0.1", "location": {}},
        {"location": {"country": "RU"}, "from": "request"},
    ],
)
def test_a_reader_given_in_two_ways_is_refused_rather_than_one_preferred(asker: Asker, reader: Any) -> None:
    (only,) = asker.refusal({"content": {}, "reader": reader})["problems"]
    assert only["where"] == "reader"


@pytest.mark.parametrize(
    ("body", "where", "message"),
    [
        ('{"content": {}, "reader": {}, "reader": {"from": "request"}}', None, "`reader` is given twice"),
        ('{"content": {}, "content": 7}', None, "`content` is given twice"),
        ('{"content": {}, "r\\u0065ader": {}, "reader": {}}', None, "`reader` is given twice"),
        ('{"content": {"url": "a", "url": "a"}}', "content", "`url` is given twice"),
        (
            '{"content": {}, "reader": {"location": {"country": "RU", "country": "US"}}}',
            "reader.location",
            "`country` is given twice",
        ),
        (
            '{"content": {"facts": {"content.kind": "article", "content.kind": "opinion"}}}',
            "content.facts",
            "`content.kind` is given twice",
        ),
    ],
)
def test_a_field_given_twice_is_refused_since_one_of_the_two_would_be_dropped(
    asker: Asker, body: str, where: str | None, message: str
) -> None:
    found = [each for each in asker.refusal(body.encode())["problems"] if "twice" in each["message"]]
    assert [(each["message"], each.get("where")) for each in found] == [(message, where)]


MALFORMED = (
    b"{",
    b"{}}",
    b"content",
    b'{"content": {}',
    b"{'content': {}}",
    b'{"content": {},}',
    b'{"content": {}} {}',
    b'{"content": {"url": NaN}}',
    b'{"explain": NaN}',
    b'{"explain": Infinity, "content": {}}',
    b'{"explain": -Infinity}',
    b'{"content": {"url": "\xff\xfe"}}',
    b'{"content": {"url": "\xed\xa0\x80"}}',
    b'{"content": {"url": "\\ud800"}}',
    b'{"content": {"url": "\\udc00\\ud800"}}',
    b'{"explain": 1, "as_of": "\\ud800"}',
    b'{"explain": 1, nonsense',
    b'{"content": {"url": "a\nb"}}',
    b'{"content": {"url": "\\x"}}',
    b"[" * 100_000,
    b'{"content":' * 50_000,
    b"\0",
    b"   ",
    '{"content": {}}'.encode("utf-16"),
    '{"content": {}}'.encode("utf-16-be"),
    '{"content": {}}'.encode("utf-32"),
    gzip.compress(b'{"content": {}}', mtime=0),
)


@pytest.mark.parametrize("body", MALFORMED, ids=[str(each[:30]) for each in MALFORMED])
def test_what_is_not_json_is_refused_in_so_many_words(asker: Asker, body: bytes) -> None:
    problem = asker.refusal(body)
    assert problem["type"] == "urn:compliance:problem:malformed-json"
    assert problem["detail"].startswith(
        ("the body is not JSON", "the body is nested", "the body is not UTF-8", "the body is compressed")
    )


def test_no_body_at_all_is_said_to_be_none(asker: Asker) -> None:
    for body in (b"", None):
        assert asker.refusal(body if body is not None else b"")["detail"] == "there is no body: send JSON"


@pytest.mark.parametrize("number", ["1" * 5000, "1e999", "-1e999", "9" * 40])
def test_a_number_too_large_for_any_machine_is_refused_like_any_other(asker: Asker, number: str) -> None:
    problem = asker.refusal(f'{{"content": {{}}, "explain": {number}}}'.encode())
    assert problem["type"] == "urn:compliance:problem:invalid-request"


@pytest.mark.parametrize(
    "day", ["0000-01-01", "2025-02-30", "20250110", "2025-1-1", "2025-01-10T00:00Z", "today", "٢٠٢٥-01-10"]
)
def test_what_is_no_calendar_day_is_refused(asker: Asker, day: str) -> None:
    assert places(asker.refusal({"content": {}, "as_of": day})) == ["as_of"]


@pytest.mark.parametrize("day", ["0001-01-01", "1582-10-10", "9999-12-31"])
def test_the_first_and_the_last_day_of_the_calendar_can_be_asked_for(asker: Asker, day: str) -> None:
    assert asker.answer({"location": {"country": "RU"}}, day)["as_of"] == day


def test_more_languages_than_anybody_reads_are_refused(asker: Asker) -> None:
    assert asker.answer(languages=["en"] * 20)
    assert places(asker.refusal({"content": {}, "languages": ["en"] * 21})) == ["languages"]


def test_a_flood_of_problems_is_cut_off_and_costs_little(asker: Asker) -> None:
    fields = {f"field{chr(97 + number % 26) * (1 + number // 26)}": 7 for number in range(1200)}
    for question in (fields, {"content": {"facts": fields}}, {"content": {}, "languages": [7] * 100_000}):
        assert 0 < len(asker.refusal(question)["problems"]) <= 50
    body = b'{"content": {}, ' + b", ".join([b'"reader": {}'] * 50_000) + b"}"
    assert len(asker.refusal(body)["problems"]) == 50


def test_a_register_that_there_is_not_is_refused_with_the_nearest(asker: Asker) -> None:
    facts = {"publisher.designated_as": ["ru/foreign-agent", "perhaps ru/undesirable-organisation"]}
    (only,) = asker.refusal({"content": {"facts": facts}})["problems"]
    assert only == {
        "message": "unknown register `ru/undesirable-organisation`",
        "where": "content.facts.publisher.designated_as[1]",
        "help": "the nearest is `ru/undesirable-organization`",
    }


def test_more_mentions_than_any_page_has_are_refused(asker: Asker) -> None:
    problem = asker.refusal({"content": {"facts": {"content.mentions": ["x"] * 1001}}})
    assert places(problem) == ["content.facts.content.mentions"]


@pytest.mark.parametrize("day", ["2022-07-010", "2022-07-01x", "2022-07-01T25:00Z", "2022-07-01T10:00Z nonsense"])
def test_what_is_left_behind_a_day_of_publication_is_not_passed_over(asker: Asker, day: str) -> None:
    (only,) = asker.refusal({"content": {"date_published": day}})["problems"]
    assert (only["where"], only["message"]) == ("content.date_published", "this is no day, and no day with a time")


@pytest.mark.parametrize(
    "body",
    [
        b'{"content": {"url": "\xff\xfe"}}',
        b'{"content": {"\xff": "x"}}',
        b"\xff",
        b'{"content": \xff}',
        b'{"explain": 1, "content": {"url": "\xd0"}}',
        b'{"content": {"publisher": "\xcf\xf0\xe8\xe2\xe5\xf2"}}',
    ],
)
def test_text_in_another_encoding_is_said_to_be_that(asker: Asker, body: bytes) -> None:
    assert asker.refusal(body)["detail"] == "the body is not UTF-8"


def test_what_was_sent_prints_itself_without_the_address() -> None:
    asked = msgspec.json.decode(b'{"content": {}, "reader": {"address": "95.165.0.1"}}', type=CheckIn)
    assert "95.165.0.1" not in repr(asked) + str(asked.reader)
    assert "address=None" in repr(ReaderIn(location=None))


def test_a_byte_order_mark_changes_nothing(asker: Asker) -> None:
    response = asker.send(codecs.BOM_UTF8 + json.dumps({"content": ARTICLE}).encode())
    assert response.status_code == 200


@pytest.mark.parametrize(
    "content_type",
    [
        "application/json",
        "application/json; charset=UTF-8",
        "text/plain",
        "application/x-www-form-urlencoded",
        ";;=",
        "",
    ],
)
def test_the_media_type_does_not_matter(asker: Asker, content_type: str) -> None:
    assert asker.check({"content": {}}, Content_Type=content_type).status_code == 200


@pytest.mark.parametrize(
    ("header", "value", "detail"),
    [
        ("Content_Encoding", "gzip", "the body is compressed: send it as it is"),
        ("Content_Encoding", "br, identity", "the body is compressed: send it as it is"),
        ("Content_Type", "application/json; charset=utf-16", "the body is in another charset: send JSON in UTF-8"),
        ("Content_Type", 'text/json; charset="windows-1251"', "the body is in another charset: send JSON in UTF-8"),
    ],
)
def test_an_encoding_that_is_not_read_here_is_named_before_the_body_is_looked_at(
    asker: Asker, header: str, value: str, detail: str
) -> None:
    response = asker.send(gzip.compress(b"{}"), **{header: value})
    problem = refused(response, 415)
    assert (problem["type"], problem["detail"]) == ("urn:compliance:problem:unsupported-encoding", detail)
    assert response.headers["Accept-Encoding"] == "identity"


@pytest.mark.parametrize("length", [1_048_577, 10 * 1024 * 1024])
def test_a_body_over_the_limit_is_refused_with_the_limit(asker: Asker, length: int) -> None:
    problem = asker.refusal(b" " * length, 413)
    assert (problem["type"], problem["title"]) == ("urn:compliance:problem:body-too-large", "content too large")
    assert problem["detail"] == "the body is larger than 1048576 bytes"
