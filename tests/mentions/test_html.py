"""A page as texts: every field apart, every place known in the source, and nothing left out that a reader may see."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from selectolax.lexbor import LexborHTMLParser

from compliance.mentions.html import LOOSE, SEEN, Field, Page, host_of, read
from compliance.mentions.names import AsWritten, names_of
from compliance.mentions.scan import Scanner
from tests.mentions.naming import entity
from tests.mentions.pages import PAGES, broken, orderly

SCANNER = Scanner(names_of([entity("beacon", "Радио Маяковка")], AsWritten()))
UNSEEN = ["script", "style", "title", "textarea", "noscript", "template", "iframe", "noembed", "noframes"]


def body(html: str) -> str:
    """The running text, with one space for each row of them."""
    field = read(html).field("body")
    return "" if field is None else " ".join(field.text.split())


def written(html: str) -> list[str]:
    """What stands in the source for each mention."""
    page = read(html)
    found = []
    for mention in SCANNER.scan_fields(page.texts()).mentions:
        field = page.field(mention.field)
        span = field.span(mention.start, mention.end) if field else None
        found.append("nowhere" if span is None else html[slice(*span)])
    return found


def test_each_part_of_a_page_is_a_field_of_its_own() -> None:
    page = read(
        '<html><head><title>Заголовок &amp; лента</title><meta name=description content="О чём">'
        '<meta property="og:title" content="Для сетей"><script type="application/ld+json">'
        '{"@type":"NewsArticle","headline":"Для машин","articleBody":"Весь текст"}</script></head>'
        "<body><h1>Крупно</h1><p>Текст<figure><img alt='Вид'><figcaption>Подпись</figcaption></figure>Далее</body>"
    )
    assert {name: " ".join(text.split()) for name, text in page.texts().items()} == {
        "headline": "Крупно",
        "body": "Текст Далее",
        "caption": "Подпись",
        "title": "Заголовок & лента",
        "lead": "О чём",
        "meta": "Для сетей",
        "alt": "Вид",
        "json_ld.headline": "Для машин",
        "json_ld.articleBody": "Весь текст",
    }


@pytest.mark.parametrize(
    "html",
    [
        "Радио <b>Маяковка",
        "Ра</i>дио <a href=/x>Маяк</a>овка",
        "Радио&nbsp;Маяковка",
        "Радио &laquo;Маяковка",
        "Ра&shy;дио Мая&#173;ковка",
        "&#1056;адио Маяковк&#x430;",
        "Радио\n        Маяковка",
        "Радио\r\n\t\t<span>\n        Маяковка",
        "Радио      Маяковка",
        "Радио<!-- Москва --> Маяковка",
        "Радио<script>if (a<b) {}</script> Маяковка",
        "Радио<br>Маяковка",
        "Рад\0ио Маяковка",
        "Радио<img src=x alt=y> Маяковка",
    ],
)
def test_a_name_is_found_across_tags_references_and_lines(html: str) -> None:
    assert written(f"<p>Говорит {html} сегодня.</p>") == [html]


@pytest.mark.parametrize("tag", ["p", "div", "li", "td", "h2", "blockquote", "tr", "section", "option", "hr"])
def test_no_name_runs_across_blocks(tag: str) -> None:
    assert not written(f"Радио<{tag}>Маяковка")
    assert not written(f"Радио</{tag}>Маяковка")


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<a href=/1>Радио Маяковка</a><a href=/2>Погода</a>", "Радио Маяковка Погода"),
        ("<a href=/1>Радио Маяковка</a><a href=/2>погода</a>", "Радио Маяковка погода"),
        ("<span>Радио Маяковка</span><span>Погода</span>", "Радио Маяковка Погода"),
        ("<b>Мая</b><b>ковка</b>", "Маяковка"),
        ("<span class=cap>М</span>аяковка", "Маяковка"),
    ],
)
def test_elements_side_by_side_are_apart_unless_they_split_a_word(html: str, text: str) -> None:
    assert body(html) == text


@pytest.mark.parametrize("tag", UNSEEN)
def test_what_no_reader_sees_is_not_in_the_body(tag: str) -> None:
    assert body(f"до <{tag}> Радио Маяковка </{tag}> после") == "до после"
    assert body(f"до <{tag} a='>'>x</{tag.upper()} > после") == "до после"


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<!-- > Радио --> после", "после"),
        ("<!--> после", "после"),
        ("<!-- a --!> после", "после"),
        ("<!doctype html> после", "после"),
        ("<![CDATA[x]]> после", "после"),
        ("<svg><![CDATA[рисунок]]></svg> после", "рисунок после"),
        ("<svg><script>a</script><text>слово</text></svg> после", "слово после"),
        ("a < b и 1<2 &unknown; & c", "a < b и 1<2 &unknown; & c"),
        ("<a title='>Радио<'>текст</a>", "текст"),
        ("<a b=c'>текст</a>'", "текст'"),
        ('<a ="x>текст</a>', "текст"),
        ("<template><template>a</template>b</template>c", "c"),
        ("&notit; &copy2 &#128; &#0; &#xD800;", "¬it; ©2 € \ufffd \ufffd"),
        ("текст <b", "текст"),
        ("<svg><title>значок</title><p>текст", "текст"),
    ],
)
def test_pieces_are_cut_as_the_standard_cuts_them(html: str, text: str) -> None:
    assert body(html) == text


def test_what_only_a_parser_sees_is_a_field_without_places() -> None:
    page = read("<p>до</p><xmp>Радио Маяковка</xmp>")
    field = page.field(LOOSE)
    assert field is not None
    assert field.text == "Радио Маяковка"
    assert field.span(0, 5) is None
    assert written("<xmp>Радио Маяковка</xmp>") == ["nowhere"]


def test_the_texts_of_json_ld_lead_back_to_its_escapes() -> None:
    escaped = '\\u0420\\u0430дио \\"Маяковка&quot; \\ud83d\\ude00'
    html = f'<script type="application/ld+json">{{"headline": "О {escaped}!"}}</script>'
    field = read(html).field("json_ld.headline")
    assert field is not None
    assert field.text == 'О Радио "Маяковка" 😀!'
    place = html.index(escaped)
    assert field.span(2, 4) == (place, place + 12)
    assert field.span(3, 6) == (place + 6, place + 14)
    assert field.span(2, len(field.text) - 1) == (place, place + len(escaped))


def test_descriptions_lead_back_to_their_source_and_are_read_once() -> None:
    html = (
        "<meta name=description content='О &quot;Радио\n   Маяковка&quot;'>"
        "<meta property=og:description content='О \"Радио Маяковка\"'>"
    )
    assert written(html) == ["Радио\n   Маяковка"]


@pytest.mark.parametrize(
    ("value", "text"), [("a&copy=1", "a&copy=1"), ("&copyx", "&copyx"), ("&copy;=", "©="), ("&amp &lt", "& <")]
)
def test_references_in_attributes_follow_their_own_rule(value: str, text: str) -> None:
    assert read(f'<img alt="{value}">').texts() == {"alt": text}


def test_links_tell_the_host_and_where_their_text_stands() -> None:
    html = (
        "<a href='//User@WWW.Example.org.:80/x'>тут <b>и там</b></a> <a href=/y>свой</a>"
        "<area href=https:\\\\example.com>"
        "<a href='&#47;/example.net'>там</a>"
    )
    page = read(html)
    assert [(each.host, html[each.start : each.end]) for each in page.links] == [
        ("www.example.org", "тут <b>и там</b>"),
        ("example.com", ""),
        ("example.net", "там"),
    ]
    assert page.hosts == {"www.example.org", "example.com", "example.net"}


@pytest.mark.parametrize(
    "address", ["/a//b", "mailto:a@example.org", "javascript:void(0)", "", "http:", "//", "x//example.org"]
)
def test_an_address_of_no_other_site_has_no_host(address: str) -> None:
    assert host_of(address) == ""


def test_a_page_tells_who_published_it_and_when() -> None:
    said = read(
        '<html lang="ru"><meta property="article:published_time" content="2024-03-05">'
        '<meta name=author content="А. Автор">'
        '<meta property="og:locale" content="ru_RU"><script type="application/ld+json">[{"@type":"BreadcrumbList"},'
        '{"@graph":[{"@type":["NewsArticle"],"publisher":{"name":"Лента","url":"https://example.org"},"author":[{"name":'
        '"Б. Автор"},"В. Автор"],"datePublished":"2024-03-05T10:00:00+03:00","dateModified":"2024-03-06",'
        '"inLanguage":"ru"}]}]</script><script type="application/ld+json">{"@type":"Article",broken</script>'
    ).published
    assert said.publishers == ("Лента", "https://example.org")
    assert said.authors == ("Б. Автор", "В. Автор", "А. Автор")
    assert (said.published, said.modified) == (("2024-03-05T10:00:00+03:00", "2024-03-05"), ("2024-03-06",))
    assert said.languages == ("ru", "ru_RU")


# -- laws -------------------------------------------------------------------------------------------


def assert_places_hold(html: str, page: Page) -> None:
    for field in page.fields:
        if field.source is not None:
            assert_segments_hold(html, field)


def assert_segments_hold(html: str, field: Field) -> None:
    assert field.source is not None
    end = 0
    for each in field.source.segments():
        assert each.start == end < each.end
        assert 0 <= each.source_start <= each.source_end <= len(html)
        assert field.span(each.start, each.end) == (each.source_start, each.source_end)
        if each.is_verbatim:
            assert html[each.source_start : each.source_end] == field.text[each.start : each.end]
        end = each.end
    assert end == len(field.text)


def assert_nothing_is_missing(html: str, page: Page) -> None:
    """Every text that a parser sees was read, and what was read stands in the fields."""
    tree = LexborHTMLParser(html.encode("utf-8", "replace"), scripting=True)
    tree.strip_tags(UNSEEN, recursive=True)
    shown, texts = "".join(page.markup.shown), page.texts()
    seen = "|".join(("".join(shown.replace("\0", "").split()), "".join(texts.get(LOOSE, "").split())))
    for text in tree.root.text(deep=True, separator="\0").split("\0") if tree.root else ():
        assert "".join(text.split()) in seen
    assert Counter("".join(shown.split())) == Counter("".join("".join(texts.get(each, "") for each in SEEN).split()))


@given(broken())
@settings(max_examples=600)
def test_every_place_lies_in_the_source_and_nothing_is_missing(html: str) -> None:
    page = read(html)
    assert_places_hold(html, page)
    assert_nothing_is_missing(html, page)
    assert page.is_checked or html.count("<noscript>") > 2


@given(orderly())
@settings(max_examples=200)
def test_of_orderly_html_every_place_is_known(html: str) -> None:
    page = read(html)
    assert page.field(LOOSE) is None
    assert_nothing_is_missing(html, page)


@given(
    st.text(alphabet=st.characters(exclude_categories=()), max_size=60)
    | st.binary(max_size=60).map(lambda each: each.decode("utf-8", "surrogateescape"))
)
@settings(max_examples=300)
def test_no_text_is_too_strange(html: str) -> None:
    page = read(f"<p>{html}")
    assert_places_hold(page.markup.source, page)
    assert page.links is not None
    assert page.published is not None


@pytest.mark.prove
@given(broken(60))
@settings(max_examples=30_000)
def test_no_broken_page_hides_a_text(html: str) -> None:
    page = read(html)
    assert_places_hold(html, page)
    assert_nothing_is_missing(html, page)


# -- size -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", PAGES)
def test_of_a_page_of_real_size_every_place_is_known(name: str) -> None:
    html = PAGES[name]()
    assert 100_000 < len(html.encode()) < 310_000
    page = read(html)
    assert page.field(LOOSE) is None
    assert_places_hold(html, page)
    assert_nothing_is_missing(html, page)


@pytest.mark.parametrize("tag", ["div", "b", "span", "p", "svg", "template", "table", "ul", "button", "a", "h1"])
def test_tags_nested_very_deep_are_read(tag: str) -> None:
    html = f"<{tag}>" * 10_000 + "Радио Маяковка"
    page = read(html)
    assert_places_hold(html, page)
    assert (tag == "template") == (not written(html))


@pytest.mark.parametrize(
    "html",
    [
        "<div>" * 40_000,
        "".join(f"<b id={each}>" for each in range(3_000)) + "<p>x" * 3_000,
        "</b>" * 3_000 + "<b>" * 3_000 + "<p>x" * 3_000,
        "<a " + " ".join(f"a{each}" for each in range(50_000)) + ">",
        "</div>" * 40_000 + "<div>" * 40_000,
    ],
    ids=["deep", "formatting", "formatting behind its end", "attributes", "deep behind its end"],
)
def test_what_a_parser_would_take_the_square_of_is_read_without_one(html: str) -> None:
    page = read(f"{html}Радио Маяковка")
    assert not page.is_checked
    assert "Радио Маяковка" in body(f"{html}Радио Маяковка")


@pytest.mark.parametrize(
    "piece",
    [
        "<a '", "<a b='", '<a "', "<!--", "<!--->-", "<![CDATA[", "<script>", "<svg>", "<svg><![CDATA[", "<math><p>",
        "&", "&#1", "&a", "</", "<", "\0", "  ", "\n", '<sup class="compliance-mark">', "<h1>", "<title>", "<template>",
        '<aside class="compliance-notes">', "<option>", "<meta name=description content='a'>", "<img alt=a>",
        "<a href=//x>", "<select><option>", "<p", 'a="', "<span></span><span>A",
    ],
)  # fmt: skip
@pytest.mark.parametrize("length", [250_000, pytest.param(1_000_000, marks=pytest.mark.prove)])
def test_a_piece_that_repeats_without_end_is_read_in_time_that_grows_with_it(piece: str, length: int) -> None:
    html = piece * (length // len(piece))  # with the square of it this would take many minutes, or hours
    page = read(html)
    assert len(page.links) + len(page.published.authors) >= 0


def test_one_text_of_ten_megabytes_is_read() -> None:
    assert len(read("текст" * 1_000_000 + "Ы" * 5_000_000).fields[0].text) == 10_000_000
    assert read("&#" + "9" * 1_000_000 + ";").fields[0].text == "\ufffd"


@pytest.mark.parametrize("start", ["<svg a='", '<svg a="', "<math a=", "<svg><a b='"])
def test_tags_in_pictures_that_never_end_are_gone_through_once(start: str) -> None:
    html = start * 40_000 + "Радио Маяковка"
    assert_places_hold(html, read(html))
