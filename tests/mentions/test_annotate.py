"""Marks behind names: in a page that is otherwise the same, never where they would break it, and once however often."""

from __future__ import annotations

import re

import msgspec
import pytest

from compliance.mentions.annotate import Annotated, Mark, Notes, annotate, annotate_text
from compliance.mentions.html import read
from compliance.mentions.names import AsWritten, names_of
from compliance.mentions.scan import Scanner, Verdict
from tests.mentions.annotating import BLOCK, INLINE, MARKS, SCANNER, SUP, marked, without_ours
from tests.mentions.naming import entity


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ("<p>О Радио Маяковка.</p>", f"<p>О Радио Маяковка{SUP}.</p>"),
        ("<p>О Радио <b>Маяковка</b>.</p>", f"<p>О Радио <b>Маяковка{SUP}</b>.</p>"),
        ("<p>О <b>Радио</b> Маяк<i></i>овка<br>", f"<p>О <b>Радио</b> Маяк<i></i>овка{SUP}<br>"),
        ("<p>О Радио&nbsp;Маяковк&#1072;.", f"<p>О Радио&nbsp;Маяковк&#1072;{SUP}."),
        ("<a href=/x>Радио Маяковка</a>", f"<a href=/x>Радио Маяковка{SUP}</a>"),
        ("<h1>Радио Маяковка</h1>", f"<h1>Радио Маяковка{SUP}</h1>"),
        ("<table><tr><td>Радио Маяковка</table>", f"<table><tr><td>Радио Маяковка{SUP}</table>"),
        ("<figure><figcaption>Радио Маяковка</figure>", f"<figure><figcaption>Радио Маяковка{SUP}</figure>"),
        ("Радио Маяковка", f"Радио Маяковка{SUP}"),
    ],
)
def test_a_mark_stands_behind_the_last_character_of_a_name(html: str, expected: str) -> None:
    assert marked(html) == Annotated(f"{expected}{BLOCK}", (), has_notes=True)


def test_the_first_mention_of_each_entity_is_marked_or_every_one() -> None:
    html = "<p>Радио Маяковка и Вереск.</p><p>Радио Маяковка.</p>"
    assert marked(html).text.count(SUP) == 1
    assert marked(html).text.startswith(f"<p>Радио Маяковка{SUP} и Вереск<sup")
    assert marked(html, every=True).text.count(SUP) == 2


def test_an_entity_of_which_readers_are_told_nothing_is_left_alone() -> None:
    html = "<p>Мир и Вереск</p>"
    assert marked(html, {"heather": [], "beacon": MARKS["beacon"]}) == Annotated(html)


NEVER = [
    "<title>{}</title>",
    "<script>{}</script>",
    "<style>{}</style>",
    "<textarea>{}</textarea>",
    "<select><option>{}</select>",
    "<datalist><option>{}</option></datalist>",
    "<template><p>{}</p></template>",
    "<noscript>{}</noscript>",
    "<iframe>{}</iframe>",
    "<img alt='{}'>",
    "<p title='{}'>x</p>",
    "<!-- {} -->",
    "<svg><text>{}</text></svg>",
    "<math><mi>{}</mi></math>",
    "<table>{}<tr><td>x</table>",
    "<meta name=description content='{}'>",
    "<xmp>{}</xmp>",
    *(f"<{each}>{{}}</{each}>" for each in ("audio", "canvas", "object", "video")),
    "<video><p><b>{}</b></p><audio>x</audio>{}</video>",
]


@pytest.mark.parametrize("place", NEVER)
@pytest.mark.parametrize("every", [True, False])
def test_some_places_are_never_marked(place: str, every: bool) -> None:
    html = place.replace("{}", "Радио Маяковка")
    assert SUP not in marked(html, every=every).text
    after = f"{html}<p>Радио Маяковка"
    assert marked(after, every=every).text == f"{after}{SUP}{BLOCK}"


def test_many_names_where_no_mark_may_be_leave_the_others_marked() -> None:
    html = "<table><tr><td>Радио Маяковка</td>Радио Маяковка </tr></table>" * 60
    found = marked(html, every=True)
    assert found.text.count(f"<td>Радио Маяковка{SUP}</td>") == 60
    assert len(found.unmarked) == 60


def test_a_name_that_cannot_be_marked_is_told_and_its_footnote_stands() -> None:
    html = "<title>Радио Маяковка</title><p>Текст</p>"
    found = marked(html)
    assert found.text == f"{html}{BLOCK}"
    assert [(each.field, each.surface) for each in found.unmarked] == [("title", "Радио Маяковка")]
    also = marked(f"{html}<p>Радио Маяковка</p>")
    assert not also.unmarked
    assert [each.field for each in marked(f"{html}<p>Радио Маяковка</p>", every=True).unmarked] == ["title"]


@pytest.mark.parametrize("tail", ["<select><option>x", "<video>x", "<div hidden><p>x</p>"])
def test_no_footnote_stands_where_nobody_sees_it(tail: str) -> None:
    found = marked(f"<p>Радио Маяковка</p>{tail}")
    assert found.text == f"<p>Радио Маяковка{SUP}{INLINE}</p>{tail}"
    assert found.has_notes


def test_where_no_footnote_can_stand_that_is_said() -> None:
    html = "<title>Радио Маяковка"
    found = marked(html)
    assert found.text == html
    assert found.unmarked
    assert not found.has_notes
    assert found.missing == tuple(MARKS["beacon"])


@pytest.mark.parametrize(
    ("html", "notes", "before"),
    [
        ("<body><p>Радио Маяковка</p></body></html>", Notes.BODY, "</body>"),
        ("<p>Радио Маяковка</p></html>", Notes.BODY, "</html>"),
        ("<article>Радио Маяковка</article><p>x</body>", Notes.ARTICLE, "</article>"),
        ("<article>x</article><article>Радио Маяковка</article>", Notes.ARTICLE, "</article>"),
        ("<body><p>Радио Маяковка</p><article>x</article></body>", Notes.BODY, "</body>"),
        ("<p>Радио Маяковка<script>'</body>'</script></body><!-- </body> -->", Notes.BODY, "</body><!--"),
        ("<p>Радио Маяковка</p><!-- open", Notes.BODY, "<!--"),
        ("<p>Радио Маяковка</p><template>x", Notes.BODY, "<template>"),
    ],
)
def test_footnotes_stand_at_the_end(html: str, notes: Notes, before: str) -> None:
    found = marked(html, notes=notes)
    assert found.has_notes
    assert found.text.replace(SUP, "").rpartition(BLOCK)[2].startswith(before)
    assert found.text.replace(SUP, "").replace(BLOCK, "") == html


def test_footnotes_are_elements_of_a_line_where_a_block_would_end_a_paragraph() -> None:
    html = "<body><p>Радио Маяковка\n</body>\n</html>\n"
    found = marked(html)
    assert '<span class="compliance-notes" role="doc-endnotes"><bdi lang="ru">* ' in found.text
    assert without_ours(found.text) == without_ours(html)


def test_entities_with_the_same_status_share_a_footnote() -> None:
    same = Mark("*", "В перечне.")
    found = marked("<p>Радио Маяковка, Вереск</p>", {"beacon": [same], "heather": [same, Mark("**", "И в другом.")]})
    assert found.text.count("В перечне.") == 1
    assert '<sup class="compliance-mark">* **</sup>' in found.text


@pytest.mark.parametrize("first", ["text", "html"])
def test_a_mark_for_the_first_mention_stands_once_beside_one_for_each(first: str) -> None:
    marks = {"beacon": [Mark("1", "В перечне."), Mark("*", "И в другом.", every=True)]}
    text = "Радио Маяковка и Радио Маяковка."
    if first == "text":
        found = annotate_text(text, SCANNER.scan(text).mentions, marks).text
        assert found.startswith("Радио Маяковка\xb9 * и Радио Маяковка*.")
    else:
        found = marked(text, marks).text
        assert re.findall(r"<sup[^>]*>(.*?)</sup>", found) == ["1 *", "*"]


def test_namesakes_at_one_place_with_one_footnote_have_one_sign() -> None:
    scanner = Scanner(names_of([entity("one", "Радио Маяковка"), entity("two", "Радио Маяковка")], AsWritten()))
    same = Mark("*", "В перечне.")
    marks = {"one": [same], "two": [same, Mark("**", "И в другом.")]}
    html = "<p>Радио Маяковка</p>"
    page = read(html)
    found = annotate(html, page, scanner.scan_fields(page.texts()).mentions, marks)
    assert re.findall(r"<sup[^>]*>(.*?)</sup>", found.text) == ["* **"]
    text = annotate_text("Радио Маяковка.", scanner.scan("Радио Маяковка.").mentions, marks).text
    assert text.startswith("Радио Маяковка* **.\n")


def with_verdicts(text: str, *verdicts: Verdict) -> Annotated:
    mentions = SCANNER.scan(text).mentions
    judged = [msgspec.structs.replace(each, verdict=one) for each, one in zip(mentions, verdicts, strict=True)]
    return annotate_text(text, judged, MARKS)


def test_the_first_certain_mention_is_marked_and_a_possible_one_where_none_is_certain() -> None:
    text = "Вереск и Вереск."
    found = with_verdicts(text, Verdict.POSSIBLE, Verdict.CERTAIN)
    assert (found.text.splitlines()[0], found.possible) == ("Вереск и Вереск**.", ())
    found = with_verdicts(text, Verdict.POSSIBLE, Verdict.POSSIBLE)
    assert found.text.splitlines()[0] == "Вереск** и Вереск."
    assert [each.start for each in found.possible] == [0]


NAMED = "Радио Маяковка"


@pytest.mark.parametrize(
    "html",
    [
        "<nav>{0}</nav><article><p>О {0}|.</p></article>",
        "<nav><ul><li>{0}<li>{0}</ul></nav><p>О {0}|.",
        "<header><div>{0}</div></header><main>О {0}|</main>",
        "<header><h1>{0}</h1></header><main>О {0}|</main>",
        "<header><h1>{0}|</h1></header><p>О {0}",
        "<h1>{0}|</h1><article>О {0}</article>",
        "<article><header>{0}|</header>О {0}</article>",
        "<article><aside>{0}</aside>О {0}|</article>",
        "<div>{0}</div><article>О {0}|</article>",
        "<div><nav>{0}</div><p>О {0}|</p>",
        "<footer>{0}|</footer><p>x</p>",
        "<nav>{0}|</nav><article>x</article>",
        "<p hidden>{0}</p><p>О {0}|</p>",
        "<p hidden>{0}<p>О {0}|",
        "<span hidden><b>{0}</b></span> {0}|",
        "<div style='color:red; display: none'><div>x</div>{0}</div>{0}|",
        "<input hidden>{0}| {0}",
        "<p title=hidden>{0}|</p>{0}",
        "<article hidden>{0}</article><nav>{0}|</nav>",
    ],
)
def test_the_first_mention_is_that_of_the_article_where_it_can_be_seen(html: str) -> None:
    expected = html.format(NAMED)
    found = marked(expected.replace("|", ""))
    assert found.text == expected.replace("|", SUP) + BLOCK
    assert not found.unmarked


def test_a_name_that_is_nowhere_to_be_seen_is_told_and_its_footnote_stands() -> None:
    html = f"<p hidden>{NAMED}</p>"
    found = marked(html)
    assert found.text == html + BLOCK
    assert [each.field for each in found.unmarked] == ["body"]


def test_marks_that_are_there_are_replaced_and_never_doubled() -> None:
    html = "<body><p>Радио Маяковка, Вереск</p></body>"
    once = marked(html, every=True).text
    assert marked(once, every=True).text == once
    other = marked(once, {"heather": [Mark("!", "Иное.")]})
    assert other.text == marked(html, {"heather": [Mark("!", "Иное.")]}).text
    assert marked(once, {}).text == html


def test_a_page_that_was_not_read_from_this_html_is_refused() -> None:
    with pytest.raises(ValueError, match="another source"):
        annotate("<p>", read("<b>"), [], MARKS)


def test_a_page_that_cannot_be_checked_is_left_as_it_is() -> None:
    html = f"{'<div>' * 20_000}Радио Маяковка"
    found = marked(html)
    assert found.text == html
    assert [each.surface for each in found.unmarked] == ["Радио Маяковка"]
    assert found.missing == tuple(MARKS["beacon"])


@pytest.mark.parametrize(
    "text",
    [
        "Писало «Радио Маяковка»|.",
        "Писало «радио „Радио Маяковка“»|.",
        'Писало "Радио Маяковка"|.',
        "Писало »Радио Маяковка«|.",
        "Писало ‘Радио Маяковка’|.",
        "Он сказал: «Слушал Радио Маяковка»|.",
        "Радио Маяковка|’ молчит.",  # an apostrophe
        'Радио Маяковка|"тут".',
        "Радио Маяковка| «Липа».",
        "Радио Маяковка|.»",
    ],
)
def test_a_sign_stands_behind_the_quotation_mark_that_ends_behind_the_name(text: str) -> None:
    found = marked(f"<p>{text}</p>".replace("|", ""))
    assert found.text.startswith(f"<p>{text}</p>".replace("|", SUP)[: len(text)])
    plain = text.replace("|", "")
    assert annotate_text(plain, SCANNER.scan(plain).mentions, MARKS).text.startswith(text.replace("|", "*"))


def test_a_sign_behind_a_quotation_mark_stands_outside_of_the_element_of_the_name() -> None:
    assert marked("<p>«<a href=/x>Радио Маяковка</a>»</p>").text.startswith(
        f"<p>«<a href=/x>Радио Маяковка</a>»{SUP}</p>"
    )
    assert marked("<p>&laquo;Радио Маяковка&raquo;</p>").text.startswith(f"<p>&laquo;Радио Маяковка&raquo;{SUP}</p>")
