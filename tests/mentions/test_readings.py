"""Words that a page may show apart or joined, and words that stand in no text of an element."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from selectolax.lexbor import LexborHTMLParser

from compliance.content.facts import Content
from compliance.content.mentioned import Looked, look
from compliance.content.publisher import Directory
from compliance.mentions.names import AsWritten, names_of
from compliance.mentions.nesting import BLOCKS, passed_over_tags
from compliance.mentions.readings import LACKS
from compliance.mentions.scan import Mention, Scanner
from tests.mentions.naming import alias, entity

LEAF = entity("leaf", alias("Ladybird", language="en"))
NESTING = ("div", "p", "section", "li", "ul", "h1", "h2", "form", "dd", "object", "address", "pre")
TAGS = (*NESTING, *(f"/{name}" for name in NESTING))
SCANNER = Scanner(names_of([LEAF], AsWritten()))


def looked(html: str) -> Looked:
    return look(Content(html=html), Directory.of([LEAF], {}), SCANNER.scan_fields)


def found(html: str) -> list[tuple[str, str]]:
    """What stands in the source for each mention, and how sure it is."""
    return [
        ("nowhere" if each.span is None else html[slice(*each.span)], str(each.what.verdict))
        for each in looked(html).mentions
        if isinstance(each.what, Mention)
    ]


@pytest.mark.parametrize(
    "between",
    ["</span><span>", "<img src=x>", "<svg></svg>", "<wbr>", "<rt>", "<x-a>", "<canvas></canvas>", "</i><i>"],
)
def test_a_name_that_tags_may_set_apart_is_possible(between: str) -> None:
    html = f"<p>Ladybird{between}news</p>"
    assert found(html) == [("Ladybird", "possible")]
    assert looked(html).mentions[0].what.lacks == LACKS  # type: ignore[union-attr]


@pytest.mark.parametrize(
    "between",
    [
        "</span><span>", "<img src=x>", "<input type=hidden>", "<rt>", "<x-a>", "<b hidden>x</b>", "</a><a>",
        "<b STYLE='Display: None'>x <i>y</i></b>", "<u hidden><u>x</u>y</u>", "<select><option>x<option>y</select>",
        "<object>x</object>", "<video>x</video>", "<textarea></textarea>", "<button></button>", "<i></i><i hidden>x</i>"
    ],
)  # fmt: skip
def test_a_name_that_tags_may_join_is_possible(between: str) -> None:
    assert found(f"<p>Lady{between}bird</p>") == [(f"Lady{between}bird", "possible")]


@pytest.mark.parametrize("name", ["Lady<b>bi</b>rd", "<i>Lady</i><b>bird", "Lady<wbr>bird", "<span>L</span>adybird"])
def test_formatting_leaves_a_name_certain(name: str) -> None:
    assert [verdict for _, verdict in found(f"<p>{name}")] == ["certain"]


def test_parts_in_a_row_are_read_in_mixtures() -> None:
    html = "<span>news</span><span>Lady</span><span>bird</span><span>news</span>"
    assert found(html) == [("Lady</span><span>bird", "possible")]


WHOLE = {
    "<i>news</i><u>news</u><b>news</b><i>Lady</i><u>bird</u><b>news</b>": True,
    "<a>News</a><a>World</a><a>Lady<img>bird</a><a>More</a><a>Less</a>": True,
    "<a>news<b>2</b></a><a>World</a><a>Lady<img>bird</a><a>More</a><a>Less</a>": True,
    "<span>news</span><span>news</span><span>Lady</span><span>bird</span><span>news</span>": False,
    "<i>La<img>dy<img>bird</i> <img>x<img>x": True,
    "<i>La<img>dy<img>bird</i> xy<img>x<img>x": False,
    f"<i>La<img>dy<img>bird</i> x<img>x{' x' * 60}x<img>x": True,
    "<i>La<img>dy<img>bird</i> x<img>x<p>x<img>x": True,
    "<span>x</span><a>x</a><span>x</span><a>x</a><span>x</span>": False,
    f"x<img>x<img>x<img>x{' x' * 60}" * 1_000: False,
    "Lady<span hidden>x</span>bird": True,
    "Lady<span hidden>x<img>x</span>bird": False,
    "Lady<span hidden><h1>x</h1></span>bird": False,
    "Lady<span hidden>x</span>bird<p>x<img>x": True,
}


@pytest.mark.parametrize(("html", "is_whole"), WHOLE.items(), ids=range(len(WHOLE)))
def test_a_page_is_read_whole_unless_too_many_tags_near_one_another_may_show_gaps(html: str, is_whole: bool) -> None:
    assert looked(html).is_whole == is_whole


MENUS = {
    "<a>news</a><a>world</a><a>Lady<img>bird</a><a>more</a><a>less</a>": "Lady<img>bird",
    "<a>news</a><a>world</a><a>La<b>dy</b><img>bird</a><a>more</a><a>less</a>": "La<b>dy</b><img>bird",
    "<a>x</a><b></b><a>y</a><b></b><a>Lady<img>bird</a><b></b><a>z</a><b></b><a>x</a>": "Lady<img>bird",
    "<a>news</a><b></b><a>Lady<img>bird<img>x<img>x<img>x</a>": "Lady<img>bird",
    "<a>x</a><a>y</a><a><span>La<b>dy</b></span><span>Bird</span></a><a>z</a><a>x</a>": "La<b>dy</b></span><span>Bird",
}


@pytest.mark.parametrize(("html", "name"), MENUS.items())
def test_in_a_menu_a_name_ends_where_a_link_does(html: str, name: str) -> None:
    assert found(html) == [(name, "possible")]


@pytest.mark.parametrize(
    "html",
    ["Lady<img> bird", "bird<img>x<img>y Lady", f"x<img>x {'a ' * 95}Ladybirdnews", "<b hidden>Lady<p>x</b>bird"],
)
def test_other_readings_make_no_names(html: str) -> None:
    assert found(html) == []


@pytest.mark.parametrize("html", ["Lady<img>bird x<img>y", "Lady<b hidden>bi</b>rd", "Ladybird</li>news"])
def test_a_name_that_not_every_reading_has_is_possible(html: str) -> None:
    assert [verdict for _, verdict in found(f"<p>{html}")] == ["possible"]


def test_names_in_words_with_elements_inside_and_without_are_found() -> None:
    html = "Lady<img>bird<p>Lady<b hidden>x</b>bird<p>Lady<img>bird"
    assert [name for name, _ in found(html)] == ["Lady<img>bird", "Lady<b hidden>x</b>bird", "Lady<img>bird"]


def test_of_names_of_one_entity_over_one_another_the_longest_counts() -> None:
    scanner = Scanner(names_of([entity("leaf", "Ladybird", "Ladybird News")], AsWritten()))
    html = "Ladybird<img>News<img>x"
    mentions = look(Content(html=html), Directory.of([LEAF], {}), scanner.scan_fields).mentions
    assert [each.span for each in mentions] == [(0, html.index("<img>x"))]


@pytest.mark.parametrize("tag", ["</td>", "</body>", "</html>", "</div>", "<td>", "</li>", "<body>"])
def test_a_tag_that_browsers_pass_over_cuts_no_name(tag: str) -> None:
    assert found(f"<p>Lady{tag}bird") == [(f"Lady{tag}bird", "certain")]


@pytest.mark.parametrize(
    "html",
    [
        "<table><td>Lady</th>bird", "<table><td>Lady</caption>bird", "<div><table><td>Lady</div>bird", "Lady<tr>bird",
        "<table><td>Lady</tr>bird", "<table><tr><td>Lady</tbody>bird", "<table><td>Lady<tr>bird", "Lady</table>bird",
        "<table><table></table>Lady</table>bird", "<form><li></form>Lady</li>bird", "<form><div></form>Lady</form>bird",
        "<h1><form><div></form></div><h2></h2>Lady</h1>bird", "<object><div>Lady</object>bird", "<li><ul>Lady</li>bird",
        "<ul><li><form><div></form><li>x</li>Lady</li>bird", "<button>x<button>y</button>Lady</button>bird",
        "<div><object><p></object>Lady</div>bird", "<div><object>x</object>Lady</p></div>bird",
        "<form>x<form></form>Lady</form>bird", "<form>Lady<form>bird", "<h1>Lady</h2>bird", "<p>Lady</h2>bird",
        "<select><option>Lady</optgroup>bird", "<div><object>Lady</div>bird", "<dl><dd><p>Lady<dt>bird", "Lady</p>bird",
    ],
)  # fmt: skip
def test_a_name_goes_on_through_a_tag_where_a_browser_makes_one_text(html: str) -> None:
    tree = LexborHTMLParser(html.encode())
    assert tree.root is not None
    is_one = "Ladybird" in tree.root.text(separator="|")
    assert ("certain" in [verdict for _, verdict in found(html)]) == is_one


@given(st.lists(st.sampled_from(TAGS)))
@settings(max_examples=150)
def test_a_browser_passes_over_the_same_tags(names: list[str]) -> None:
    pieces = "".join(f"<i id=a{n}></i><{name}><i id=b{n}></i>" for n, name in enumerate(names))
    tree = LexborHTMLParser(f"<!doctype html><body>{pieces}".encode())
    passed = set(passed_over_tags(names, range(len(names))))

    def block(selector: str) -> int:
        node = tree.css_first(selector)
        while node is not None and node.tag not in BLOCKS:
            node = node.parent
        return 0 if node is None else node.mem_id

    for number, name in enumerate(names):
        if name != "/p":
            assert (number in passed) == (block(f"#a{number}") == block(f"#b{number}"))


@pytest.mark.parametrize(
    "html",
    [
        "<b title='Ladybird'>", "<p aria-label=Ladybird>", "<INPUT PLACEHOLDER = 'Ladybird'>", "<input value=Ladybird>",
        "<select><optgroup label=Ladybird>", "<textarea>Ladybird</textarea>", "<svg><g aria-label='Ladybird'></svg>",
        "<x><template shadowrootmode=open>Ladybird</template>", "<noscript><img alt='Ladybird'></noscript>",
        '<script type="application/ld+json">{"articleBody": ["x", "Ladybird"]}</script>',
        '<script type="application/ld+json">{"articleBody": [["x"], "Ladybird"]}</script>',
        '<script type="application/ld+json">{"articleBody": [{"@value": "x"}, "Ladybird"]}</script>',
        '<script type="application/ld+json">{"articleBody": [{"headline": "Ladybird"}]}</script>',
        "<datalist><option value=Ladybird></datalist>",
    ],
)  # fmt: skip
def test_what_readers_see_or_hear_elsewhere_is_read(html: str) -> None:
    assert found(html) == [("Ladybird", "certain")]


def test_a_page_in_a_frame_is_read_without_places() -> None:
    assert found("<iframe srcdoc='&lt;p>Lady&lt;b>bird'></iframe>") == [("nowhere", "certain")]


def test_pages_too_deep_within_one_another_are_not_read_whole() -> None:
    assert not looked("<template shadowrootmode=open>" * 4 + "x").is_whole


@pytest.mark.parametrize("kind", ["hidden", "password", "checkbox"])
def test_what_a_field_never_shows_is_not_read(kind: str) -> None:
    assert found(f"<input type={kind} value=Ladybird>") == []


@pytest.mark.parametrize(
    "html",
    [
        "<select><option value=Ladybird>x</select>", "<b></b title=Ladybird>", "<b data-title=Ladybird>",
        '<script type="application/ld+json">{"articleBody": {"Ladybird": "x"}, "y": "Ladybird"}</script>',
    ],
)  # fmt: skip
def test_what_readers_neither_see_nor_hear_is_not_read(html: str) -> None:
    assert found(html) == []
