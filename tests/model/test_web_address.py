"""One page has one address, however it was asked for; two pages have two."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compliance.model.web_address import canonical_url

PAGE = "https://example.org/news/a?id=7"


@pytest.mark.parametrize(
    "written",
    [
        PAGE,
        "http://example.org/news/a?id=7",
        "HTTPS://WWW.Example.ORG/news/a?id=7",
        "https://example.org:443/news/a/?id=7",
        "http://example.org.:80/news/a?id=7#top",
        "https://example.org/news/a?utm_source=mail&id=7&fbclid=x",
        "https://example.org:0443/./news/x/../a?id=7",
        "https://example.org:/new%73/%61?%69d=7",
        "https://example.org/news\\a?id=%37&utm%5Fsource=mail",
    ],
)
def test_what_does_not_tell_pages_apart_is_left_out(written: str) -> None:
    assert canonical_url(written) == PAGE


@pytest.mark.parametrize(
    "other",
    [
        "https://example.org/news/b?id=7",
        "https://example.org/news/A?id=7",
        "https://example.org/news/a?id=8",
        "https://example.org:8443/news/a?id=7",
        "https://m.example.org/news/a?id=7",
        "https://example.org/news/a?id=7&page=2",
    ],
)
def test_another_page_has_another_address(other: str) -> None:
    found = canonical_url(other)
    assert found is not None
    assert found != PAGE


@pytest.mark.parametrize(
    "text",
    [
        "", "example.org", "/news/a", "ftp://example.org/a", "https://", "https://localhost/a", "https:///a",
        "https://user@example.org/a", "https://example.org/a b", "javascript:alert(1)", "https://example.org/\n",
        "https://example.org/" + "a" * 2000,
    ],
)  # fmt: skip
def test_what_is_no_page_of_the_web_is_no_address(text: str) -> None:
    assert canonical_url(text) is None


@pytest.mark.parametrize(
    ("shown", "sent"),
    [
        ("https://пример.рф/новости", "https://xn--e1afmkfd.xn--p1ai/%D0%BD%d0%be%D0%B2%D0%BE%D1%81%D1%82%D0%B8"),
        ("https://ПРИМЕР.РФ/?q=ы", "https://XN--E1AFMKFD.XN--P1AI/?q=%d1%8b"),
        ("https://example.org/~a|b", "https://example.org/%7ea%7Cb"),
        ("https://example.org/a,(b)", "https://example.org/a%2C%28b%29"),
        ("https://example.org/a?x=1&y=2", "https://example.org/a?y=2&x=1"),
    ],
)
def test_an_address_as_it_is_shown_and_as_it_is_sent_are_one(shown: str, sent: str) -> None:
    assert canonical_url(shown) is not None
    assert canonical_url(shown) == canonical_url(sent)


@pytest.mark.parametrize("text", ["https://straße.example/a", "https://" + "a." * 130 + "org", "https://aa..org/"])
def test_a_host_that_may_be_another_one_in_a_browser_is_none(text: str) -> None:
    assert canonical_url(text) is None


def test_what_is_escaped_because_it_parts_things_stays_so() -> None:
    assert canonical_url("https://example.org/a%2fb?c=d%26e%3d%25") == "https://example.org/a%2Fb?c=d%26e%3D%25"


@given(st.text(max_size=60) | st.text("aA1./:?#&=%-_@ ", max_size=40).map(lambda text: f"https://example.org/{text}"))
def test_the_one_form_of_an_address_is_itself(text: str) -> None:
    found = canonical_url(text)
    assert found is None or canonical_url(found) == found
