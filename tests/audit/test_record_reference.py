"""How records name pages: enough to find a page again, and nothing that could be a reader's."""

from __future__ import annotations

from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compliance.audit.reference import reference_of
from compliance.model.address_text import WITHHELD

PAGE = "https://daily.example/a/31234567.html"
addresses = st.ip_addresses(v=4).map(str).filter(lambda text: len(text) > 8)
words = st.text("abcdefghijklmnopqrstuvwxyz", min_size=1, max_size=8)


@pytest.mark.parametrize(
    "url",
    [
        PAGE,
        " http://WWW.daily.example:80/a/31234567.html/ ",
        f"{PAGE}#comments",
        f"{PAGE}?utm_source=letter&fbclid=1",
        f"{PAGE}?session=8f7a&email=jane@reader.example",
        "https://daily.example/a/x/../31234567.html?",
    ],
)
def test_a_page_has_one_name_however_it_was_asked_for(url: str) -> None:
    assert reference_of(url) == PAGE


@given(words, words, words)
def test_nothing_of_a_query_stands_in_a_name_but_what_was_asked_for(name: str, value: str, other: str) -> None:
    url = f"{PAGE}?q{name}={value}&token={other}"
    assert reference_of(url) == PAGE
    assert reference_of(url, [f"q{name}"]) == f"{PAGE}?q{name}={value}"


def test_parameters_that_tell_pages_apart_are_kept_in_one_order() -> None:
    assert reference_of(f"{PAGE}?p=2&session=1&id=7", ["id", "p"]) == f"{PAGE}?id=7&p=2"


@pytest.mark.parametrize("id_", ["article-42", "urn:cms:42", "9f1c.42", "news_17"])
def test_an_id_of_a_publishing_system_is_a_name(id_: str) -> None:
    assert reference_of(id_) == id_


@pytest.mark.parametrize(
    "text",
    [
        None,
        "",
        " ",
        "two words",
        "jane@reader.example",
        "https://jane:secret@daily.example/",
        "x" * 201,
        "/a?b",
        "ftp://x/y",
    ],
)
def test_what_is_neither_page_nor_id_has_no_name(text: str | None) -> None:
    assert reference_of(text) is None


@given(
    addresses, st.sampled_from(["https://daily.example/{}", "https://{}/a", "{}", "https://{}.daily.example/", "a-{}"])
)
def test_an_address_is_in_no_name_however_it_is_written(address: str, form: str) -> None:
    wide = address.translate({ord("0") + digit: 0xFF10 + digit for digit in range(10)})
    escaped = "".join(f"%{byte:02X}" for byte in address.encode())
    for written in (address, wide, escaped, quote(wide), address.replace(".", "-")):
        found = reference_of(form.format(written)) or ""
        assert address not in found
        assert address.replace(".", "-") not in found
        assert quote(wide) not in found


def test_the_rest_of_a_page_with_an_address_in_its_name_is_kept() -> None:
    assert reference_of("https://daily.example/who/203.0.113.7/x") == f"https://daily.example/who/{WITHHELD}/x"


@pytest.mark.parametrize("written", ["jan.kowalski@mail.example", "jan.kowalski%40mail.example"])
def test_a_mail_address_is_in_no_name(written: str) -> None:
    assert "kowalski" not in (reference_of(f"https://daily.example/unsubscribe/{written}/x") or "")
    assert reference_of("https://daily.example/@columnist/x") == "https://daily.example/@columnist/x"
