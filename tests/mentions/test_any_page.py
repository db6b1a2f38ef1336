"""Pages that nobody would write: nothing breaks, every place is in the source, and marks change nothing else."""

from __future__ import annotations

import gc
import json
from collections.abc import Callable, Mapping
from itertools import chain
from time import process_time
from typing import Final

import msgspec
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from compliance.content.facts import Content, without_halves
from compliance.content.mentioned import OF_PAGE, Looked, look
from compliance.content.publisher import Directory
from compliance.mentions import json_ld
from compliance.mentions.annotate import Annotated, Mark, annotate
from compliance.mentions.former import without_former
from compliance.mentions.html import SEEN, read
from compliance.mentions.markup import MARK, NOTES, Markup, value_of
from compliance.mentions.names import AsWritten, names_of
from compliance.mentions.normalize import fold
from compliance.mentions.scan import Mention, Scanner
from tests.examples import are_all
from tests.mentions.annotating import without_ours
from tests.mentions.naming import alias, entity
from tests.mentions.pages import PAGES, PIECES

ENTITIES: Final = [entity("leaf", alias("Ladybird", language="en")), entity("beacon", "Радио Маяковка")]
SCANNER: Final = Scanner(names_of(ENTITIES, AsWritten()))
MARKS: Final = {each.id: [Mark("*", f"О {each.id}.")] for each in ENTITIES}
JOINING: Final = (
    "<wbr>", "<x-a>", "</x-a>", "<rt>", "<img>", "<input value='Ladybird'>", "<b hidden>", "<i style='display:none'>",
    "<span title=Ladybird>", "<template shadowrootmode=open>", "<noscript>", "</noscript>", "</select>", "</form>",
    "<iframe srcdoc='<i>Lady&lt;b>bird'>", "</iframe>", "<sup class=compliance-mark>*</sup>", "</td>", "</table>",
    '<script type="application/ld+json">{"headline":"Lady\\u0062ird","articleBody":["Ladybird",', "<svg aria-label=",
)  # fmt: skip
NAMES: Final = ("Lady", "bird", "Ladybird", "Ladybird ", "news", "La", "dy", "\xad", "l\u0430dybird")
SOUP: Final = (*PIECES, *JOINING * 3, *NAMES * 12)


def soup(longest: int) -> st.SearchStrategy[str]:
    """Tags in any order around names."""
    return st.lists(st.sampled_from(SOUP), max_size=longest).map("".join)


def noise(longest: int) -> st.SearchStrategy[str]:
    """Any characters; any bytes, and texts that are cut within a character, as careless programs decode them."""
    cut = st.tuples(soup(6), st.integers(0, 200)).map(lambda each: each[0].encode("utf-8", "replace")[: each[1]])
    data = st.binary(max_size=longest) | cut
    decoded = st.tuples(
        data, st.sampled_from([("utf-8", "replace"), ("utf-8", "surrogateescape"), ("latin-1", "strict")])
    )
    return st.text(st.characters(exclude_categories=()), max_size=longest) | decoded.map(
        lambda each: each[0].decode(*each[1])
    )


def looked(html: str) -> Looked:
    return look(Content(html=html), Directory.of(ENTITIES, {}), SCANNER.scan_fields)


def letters(text: str) -> str:
    return "".join(filter(str.isalnum, fold(text).text))


def read_as(field: str, written: str) -> str:
    """What stands in a field for a piece of the source; of a page within it, read in each way."""
    ways = {
        "json_ld": "".join(json_ld.pieces(written)[0]),
        "text": "".join(Markup(written).shown),
        "value": "".join(value_of(written)[0]),
    }
    if field == "inner":
        return "|".join(ways.values())
    return ways["text" if field in SEEN else field.partition(".")[0] if field.startswith("json_ld.") else "value"]


def assert_places_hold(html: str, looked: Looked) -> None:
    """Every mention stands in the source where it is said to, once."""
    places = set()
    for each in chain(looked.mentions, looked.suppressed):
        if each.span is not None:
            start, end = each.span
            assert 0 <= start < end <= len(html)
            field = each.what.field.removeprefix(OF_PAGE)
            assert letters(each.surface) in letters(read_as(field, html[start:end]))
    for each in (*looked.mentions, *looked.suppressed):
        key = type(each.what), each.what.field, each.what.entity, each.what.start, each.what.end
        assert key not in places
        places.add(key)


def marked(html: str, *, every: bool) -> Annotated:
    """A page with its marks, also at names that are found in another reading."""
    html = without_former(Markup(html), (), {mark.text for several in MARKS.values() for mark in several}).html
    mentions = [
        msgspec.structs.replace(each.what, field=each.what.field.removeprefix(OF_PAGE))
        for each in looked(html).mentions
        if isinstance(each.what, Mention)
    ]
    return annotate(html, read(html), mentions, MARKS, every=every)


def is_seen(html: str, name: str) -> bool:
    """Whether all elements of a class are tags of their own: in pictures that nobody closes a parser sees others."""
    return sum(f'class="{name}"' in each[:40] for each in Markup(html).tokens) == html.count(f'class="{name}"')


def assert_marks_change_nothing_else(html: str, *, every: bool) -> None:
    once = marked(html, every=every)
    assert without_ours(once.text) == without_ours(html)
    again = marked(once.text, every=every)
    assert again.text.count(f'"{MARK}"') == once.text.count(f'"{MARK}"')
    assert again.text == once.text or not is_seen(once.text, NOTES)
    assert f'</sup><sup class="{MARK}">' not in once.text


def assert_all_holds(html: str, *, every: bool = False) -> None:
    html = without_halves(Content(html=html)).html or ""
    assert_places_hold(html, looked(html))
    assert_marks_change_nothing_else(html, every=every)


@example(html="Ladybird<svg aria-label=", every=False)
@given(html=soup(12), every=st.booleans())
@settings(max_examples=300)
def test_tags_in_any_order_around_names_break_nothing(html: str, every: bool) -> None:
    assert_all_holds(html, every=every)


@given(noise(60))
@settings(max_examples=150)
def test_any_characters_and_bytes_break_nothing(html: str) -> None:
    assert_all_holds(html)
    look(Content(text=html, html=html), Directory.of(ENTITIES, {}), SCANNER.scan_fields)


@pytest.mark.prove
@given(soup(50), st.booleans())
@settings(max_examples=10_000)
def test_no_tags_around_names_break_anything(html: str, every: bool) -> None:
    assert_all_holds(html, every=every)


@pytest.mark.prove
@given(noise(2_000))
@settings(max_examples=5_000)
def test_no_characters_and_bytes_break_anything(html: str) -> None:
    assert_all_holds(html)


@pytest.mark.parametrize("name", PAGES)
def test_in_a_page_of_real_size_names_of_other_readings_are_marked_and_nothing_else_changes(name: str) -> None:
    html = PAGES[name]().replace("</p>", " <span>Ladybird</span><span>news</span> Lady<wbr>bird</p>")
    assert_all_holds(html, every=True)
    verdicts = {str(each.what.verdict) for each in looked(html).mentions if isinstance(each.what, Mention)}
    assert verdicts == {"certain", "possible"}


# -- size -------------------------------------------------------------------------------------------

GROWING: Final[Mapping[str, Callable[[int], str]]] = {
    "breaks": lambda n: "Ladybird<wbr>" * n,
    "pairs": lambda n: "<span>Ladybird</span><span>news</span>" * n,
    "pairs apart": lambda n: "<span>Ladybird</span><span>news</span> " * n,
    "menu": lambda n: "<a>Ladybird</a><a>News</a>" * n,
    "letters": lambda n: "<span>a</span>" * n,
    "noscript": lambda n: "".join(f"<noscript>Ladybird {each}</noscript>" for each in range(n // 4)),
    "frames": lambda n: "".join(f"<iframe srcdoc='Ladybird {each}'></iframe>" for each in range(n // 4)),
    "arrays": lambda n: f'<script type="application/ld+json">{{"articleBody":{json.dumps(["Lady"] * n)}}}</script>',
    "open arrays": lambda n: '<script type="application/ld+json">' + '"headline":["x' * n,
    "forms": lambda n: "<form><div></form>" * n,
    "open forms": lambda n: "<form></form><div>" * n + "<form></p>" * n,
    "items": lambda n: "<li><div></li>" * n,
    "ruby": lambda n: "<ruby>a<rt>b</rt></ruby>" * n,
    "deep": lambda n: f"Lady{'<span>' * n}{'</span>' * n}bird",
    "empty": lambda n: f"Lady{'<b></b>' * n}bird",
    "choices": lambda n: "Lady<select>x</select>bird " * n,
    "open choices": lambda n: "Lady<select><object>bird " * n,
    "hidden": lambda n: "Lady<b hidden>bird " * n + "</b>" * n,
    "attributes": lambda n: "<a title='Ladybird " * n,
    "one tag": lambda n: f"<b {'title=Ladybird ' * n}>x</b>",
    "tips": lambda n: "".join(f"<b title='Ladybird {each}'>x</b>" for each in range(n)),
}


LONG: Final = ("forms", "open forms", "items")
"""Of these shorter ones are parsed as well, which takes the square of them, up to a fifth of a second."""
COSTLY: Final = ("pairs", "pairs apart", "menu", "letters", "ruby", "choices")
"""A piece of these takes a tenth of a millisecond or more."""


def size_of(name: str) -> int:
    """How many pieces the shorter page has; in every run fewer of what takes long."""
    if name in LONG:
        return 10_000 if are_all() else 2_500
    return 300 if are_all() or name not in COSTLY else 100


@pytest.mark.parametrize("name", GROWING)
def test_the_time_grows_with_the_page_and_not_faster(name: str) -> None:
    build, size = GROWING[name], size_of(name)
    small, large = build(size), build(8 * size)
    gc.collect()
    gc.disable()  # its rounds come at times of their own
    try:
        short = min(_seconds(small) for _ in range(3))
        assert any(_seconds(large) < 20 * short for _ in range(3))  # the square: 64
    finally:
        gc.enable()


def _seconds(html: str) -> float:
    start = process_time()
    looked(html)
    return process_time() - start


@pytest.mark.parametrize(
    "tag", ["span", "x-a", "div", "form", "li", "td", "noscript", "ruby", "b hidden", "select", "p"]
)
def test_names_below_tags_nested_very_deep_hurt_nobody(tag: str) -> None:
    html = f"Lady{f'<{tag}>' * 2_000}bird Ladybird{f'</{tag.split(maxsplit=1)[0]}>' * 2_000}bird"
    assert_places_hold(html, looked(html))
    assert without_ours(marked(html, every=True).text) == without_ours(html)


@pytest.mark.parametrize("count", [2_000, pytest.param(55_000, marks=pytest.mark.prove)])
def test_names_in_two_halves_are_read_up_to_a_megabyte_of_them(count: int) -> None:
    html = "Lady<rt>bird</rt> " * count
    assert_places_hold(html, looked(html))
