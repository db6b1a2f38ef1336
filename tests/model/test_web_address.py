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


def test_escapes_are_written_in_one_way_and_names_in_other_scripts_are_kept() -> None:
    assert canonical_url("https://пример.рф/%d0%b0") == "https://пример.рф/%D0%B0"


@given(st.text(max_size=60) | st.text("aA1./:?#&=%-_@ ", max_size=40).map(lambda text: f"https://example.org/{text}"))
def test_the_one_form_of_an_address_is_itself(text: str) -> None:
    found = canonical_url(text)
    assert found is None or canonical_url(found) == found
