"""What an earlier marking left in a page is taken out, and nothing that anybody else wrote under the same class."""

from __future__ import annotations

import re
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compliance.content.facts import Content
from compliance.content.mentioned import look
from compliance.content.publisher import Directory
from compliance.mentions.annotate import annotate
from compliance.mentions.due import Mark
from compliance.mentions.former import Former, without_former
from compliance.mentions.html import read
from compliance.mentions.markup import Markup
from tests.mentions.carrying import SHORT, aware
from tests.mentions.pages import broken

NOTICE: Final = SHORT.replace("{mention.title}", "Радио Маяковка")
MARKS: Final = {"radio": [Mark("*", NOTICE, "ru")], "heather": [Mark("**", "Из другого перечня.")]}
DIRECTORY: Final = Directory.of(())
NAMED: Final = "<p>Слушали Радио Маяковку.</p>"


def looked(html: str, *words: str) -> Former:
    """A page without what the rule set knows as ours, and footnotes of some words."""
    found = look(Content(html=html), DIRECTORY, aware().scan_fields)
    return without_former(Markup(html), found.notices, words)


def named(html: str) -> list[str]:
    return [each.entity for each in aware().scan_fields(read(html).texts()).mentions]


def marked(html: str) -> str:
    page = read(html)
    return annotate(html, page, aware().scan_fields(page.texts()).mentions, MARKS).text


@pytest.mark.parametrize(
    "element",
    [
        '<aside class="compliance-notes" role="doc-endnotes"><p>{}</p></aside>',
        '<aside class="compliance-notes" role="doc-endnotes"><p>* {}</p></aside>',
        '<aside class="compliance-notes">{}</aside>',
        '<aside class="compliance-notes"><p><b>{}</b></p></aside>',
        '<span class="compliance-notes"><bdi>{}</bdi></span>',
        '<div class="compliance-notes">{}</div>',
        '<sup class="compliance-mark">{}</sup>',
        '<sup class="compliance-mark">1 {}</sup>',
        '<aside class="wide compliance-notes"><p>{}</p></aside>',
    ],
)
def test_what_anybody_writes_under_our_class_is_looked_through_kept_and_told(element: str) -> None:
    html = f"<p>Тихо.</p>{element.format('Слушали Радио Маяковку')}"
    assert named(html) == ["radio"]
    found = looked(html)
    assert (found.html, found.removed) == (html, ())
    assert ["Слушали Радио Маяковку" in each for each in found.strangers] == [True]


@pytest.mark.parametrize(
    "ours",
    [
        f'<aside class="compliance-notes" role="doc-endnotes"><p lang="ru">* {NOTICE}</p></aside>',
        f'<aside class="compliance-notes">\n <p>1 {NOTICE}</p>\n <p>** {NOTICE}</p>\n</aside>',
        f'<span class="compliance-notes" role="doc-endnotes"><bdi>1 {NOTICE}</bdi><bdi>2 {NOTICE}</bdi></span>',
        '<sup class="compliance-mark">*</sup>',
        '<sup class="compliance-mark">1 ** \xb2</sup>',
    ],
)
def test_what_the_rule_set_knows_as_ours_is_taken_out_and_names_nobody(ours: str) -> None:
    html = f"<p>Тихо.</p><div>Река{ours} молчит.</div>"
    assert named(html) == []
    assert looked(html) == Former(html.replace(ours, ""), ((html.index(ours), html.index(ours) + len(ours)),))


@pytest.mark.parametrize("strange", ["Слушали Радио Маяковку", NOTICE.replace("Радио Маяковка", "Некто"), "1"])
def test_of_several_footnotes_those_that_are_not_known_stay(strange: str) -> None:
    left = f'<aside class="compliance-notes"><p>** {strange}</p></aside>'
    found = looked(left.replace("<p>", f"<p>* {NOTICE}</p><p>"))
    assert found.html == left
    assert found.strangers == (f"** {strange}",)


@pytest.mark.parametrize("more", ["Слушали Вереск Европа. ", "Кстати: "])
def test_a_footnote_with_a_word_besides_the_notice_stays(more: str) -> None:
    for words in (f"{more}({NOTICE})", f"({NOTICE}) {more}"):
        html = f'<aside class="compliance-notes"><p>* {words}</p></aside>'
        assert looked(html).html == html


def test_footnotes_on_which_something_hangs_stay_and_marks_go_all_the_same() -> None:
    html = f'<p>Тихо{{}}.<aside class="compliance-notes"><p>{NOTICE}</p></aside>Тихо.'
    found = looked(html.format('<sup class="compliance-mark">1</sup>'))
    assert found.html == html.format("")
    assert found.strangers == (NOTICE,)


def test_what_nobody_sees_is_left_as_it_is() -> None:
    html = f'<template><aside class="compliance-notes"><p>{NOTICE}</p></aside></template>'
    assert looked(html) == Former(html)


def test_a_note_of_ours_makes_no_sign_of_somebody_a_mark() -> None:
    """Else the second marking took the sign of a publisher for one that our own footnote explains."""
    once = marked("<p>Слушали Радио Маяковку*.</p>")
    assert NOTICE in once
    assert marked(looked(once).html) == once


PIECES: Final = st.sampled_from(
    [
        NAMED,
        '<sup class="compliance-mark">1</sup>',
        '<sup class="compliance-mark">Радио Маяковка</sup>',
        f'<aside class="compliance-notes"><p>1 {NOTICE}</p></aside>',
        f'<aside class="compliance-notes"><p>1 {NOTICE}</p><p>Вереск Европа</p></aside>',
        '<aside class="compliance-notes">',
        f"<p>1 {NOTICE}</p>",
        "</aside>",
        "<b>",
        "</b>",
    ]
)


@given(st.lists(st.one_of(PIECES, broken(3)), max_size=8).map("".join))
def test_no_word_is_lost_but_those_of_notices_and_each_place_is_known(html: str) -> None:
    found = looked(html)
    for start, end in found.removed:
        words = re.sub(r"<[^>]*>", " ", html[start:end]).replace(NOTICE, "")
        assert not re.search(r"[^\W\d_]", words)
    kept = 0
    for place, sign in enumerate(found.html):
        start, end = found.was((place, place + 1))
        assert html[start:end] == sign
        kept += 1
    assert kept == len(html) - sum(end - start for start, end in found.removed)


@given(st.lists(st.one_of(PIECES, broken(2)), max_size=6).map("".join))
def test_a_page_is_marked_once_however_often(html: str) -> None:
    words = [each.text for several in MARKS.values() for each in several]
    once = marked(looked(html, *words).html)
    assert marked(looked(once, *words).html) == once
