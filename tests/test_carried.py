"""Pages that carry our own notices and marks are decided like the same pages without them."""

from __future__ import annotations

from datetime import date
from functools import cache
from html import escape
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from hypothesis import example, given
from hypothesis import strategies as st

from compliance import Answer, Checker, Content, Reader
from compliance.geo import Databases
from compliance.marking import Annotated, marked
from compliance.store import Store
from tests.mentions.carrying import FILES
from tests.mentions.test_own_notices import NOTICES
from tests.tiny import written

DAY: Final = date(2026, 1, 15)
IN_RUSSIA: Final = Reader(country="RU")


@cache
def checker() -> Checker:
    with TemporaryDirectory() as directory:
        return Checker(Store(written(Path(directory), FILES)), Databases())


def asked(**given: str) -> Answer:
    return checker().check(Content(publisher="paper", language="ru", **given), IN_RUSSIA, languages=["ru"], as_of=DAY)  # type: ignore[arg-type]


def annotated(**given: str) -> Annotated:
    content = Content(publisher="paper", language="ru", **given)  # type: ignore[arg-type]
    return marked(checker(), content, IN_RUSSIA, languages=["ru"], as_of=DAY)


def decided(answer: Answer) -> object:
    """What is decided, with the words, and on which mentions."""
    notices = [(each.id, each.entity, each.status, each.display, each.text) for each in answer.notices]
    return notices, [(each.entity, each.surface, each.verdict, each.lacks, each.field) for each in answer.mentions]


SENTENCES: Final = st.lists(
    st.sampled_from(
        [
            *("Слушали Радио Маяковку.", "Радио Маяковка молчит;", "«Радио Маяковка» говорит", "Расцвёл Вереск."),
            *("Газета «Вереск» молчит", "Вереск Европа", "Тихо.", "Радио Маяковка (признана опасной),"),
        ]
    ),
    min_size=1,
    max_size=3,
).map(" ".join)
PARAGRAPHS: Final = st.lists(SENTENCES, min_size=1, max_size=4)


def html(paragraphs: list[str]) -> str:
    return f"<html lang=ru><title>Тихо</title><body>{''.join(f'<p>{each}</p>' for each in paragraphs)}</body></html>"


@given(PARAGRAPHS)
def test_a_page_that_was_annotated_is_decided_as_before_and_annotated_no_further(paragraphs: list[str]) -> None:
    page = html([escape(each) for each in paragraphs])
    once = annotated(html=page).html or ""
    assert decided(asked(html=once)) == decided(asked(html=page))
    assert annotated(html=once).html == once


@given(PARAGRAPHS)
@example(
    [
        "Радио Маяковка молчит; Слушали Радио Маяковку. Слушали Радио Маяковку.",
        "Слушали Радио Маяковку. Слушали Радио Маяковку.",
    ]
)
def test_a_text_that_was_annotated_is_decided_as_before_and_annotated_no_further(paragraphs: list[str]) -> None:
    text = "\n\n".join(paragraphs)
    once = annotated(text=text).text or ""
    assert decided(asked(text=once)) == decided(asked(text=text))
    assert annotated(text=once).text == once


@given(PARAGRAPHS, st.sampled_from(NOTICES), st.data())
def test_a_page_into_which_a_notice_was_pasted_is_decided_as_before(
    paragraphs: list[str], notice: str, data: st.DataObject
) -> None:
    place = data.draw(st.integers(0, len(paragraphs)))
    pasted = [*paragraphs[:place], notice, *paragraphs[place:]]
    assert decided(asked(text="\n\n".join(pasted))) == decided(asked(text="\n\n".join(paragraphs)))
    before = html([escape(each) for each in paragraphs])
    assert decided(asked(html=html([escape(each) for each in pasted]))) == decided(asked(html=before))


def test_the_html_of_a_notice_in_a_page_is_no_mention() -> None:
    page = "<p>Слушали Радио Маяковку.</p>"
    (notice,) = asked(html=page).notices
    assert decided(asked(html=f"{page}{notice.html}")) == decided(asked(html=page))
    assert asked(html=f"<p>Тихо.</p>{notice.html}").mentions == ()


def test_the_letters_of_a_notice_do_not_make_a_page_unreadable() -> None:
    """Else a notice in a language that nobody reads here would leave open whom the page mentions."""
    files = {
        name: text.replace("of dangerous broadcasters", "šž ěř čů ňť ďą łę śź of broadcasters")
        for name, text in FILES.items()
    }
    with TemporaryDirectory() as directory:
        other = Checker(Store(written(Path(directory), files)), Databases())
    text = "Тихо.\n\n(The authorities have put Paper on a list šž ěř čů ňť ďą łę śź of broadcasters)"
    content = Content(publisher="paper", language="ru", text=text)
    assert other.check(content, IN_RUSSIA, as_of=DAY).notices == ()
