"""Notices are put where browsers show them, however a page is written and its bytes are cut; the page stays."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Iterable, Mapping
from pathlib import Path
from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compliance.middleware import insertion as module
from compliance.middleware.insertion import MOST_HELD, Insertion
from tests.components import program

BEFORE, BEHIND = '<div class="notices" id="n1">Vorsicht è «нельзя»</div>', '<div class="notices" id="n2">б</div>'
B, F = (each.encode("ascii", "xmlcharrefreplace") for each in (BEFORE, BEHIND))

PLACES: Mapping[str, tuple[str, str]] = {
    "a page": ("<html><body>1<p>x</p>2</body></html>", "<html><body>@1<p>x</p>2#</body></html>"),
    "attributes": ("<body a=\">\" b='>' c=d>x</body>", "<body a=\">\" b='>' c=d>@x#</body>"),
    "quotes in names": ('<body "a>b">x</body>', '<body "a>@b">x#</body>'),
    "capitals": ("<BODY>x</BODY>", "<BODY>@x#</BODY>"),
    "a comment": ("<!-- <body> --><body>x<!-- </body> --></body>", "<!-- <body> --><body>@x<!-- </body> -->#</body>"),
    "an empty comment": ("<!--><body>x</body>", "<!--><body>@x#</body>"),
    "another one": ("<!---><body>x</body>", "<!---><body>@x#</body>"),
    "a comment that ends oddly": ("<!-- <body> --!><body>x</body>", "<!-- <body> --!><body>@x#</body>"),
    "a comment that does not end there": ("<!--!> <body> --><body>x", "<!--!> <body> --><body>@x#"),
    "a script": ("<script>'<body></body>'</script><body>x</body>", "<script>'<body></body>'</script><body>@x#</body>"),
    "a script in a script": (
        "<body><script><!-- <script></script></body>--></script>x</body>",
        "<body>@<script><!-- <script></script></body>--></script>x#</body>",
    ),
    "a script in no script": ("<body><script><!--></script></body>", "<body>@<script><!--></script>#</body>"),
    "a title": ("<title><body></title><body>x</body>", "<title><body></title><body>@x#</body>"),
    "a text area": ("<body><textarea></body></textarea>x", "<body>@<textarea></body></textarea>x#"),
    "an attribute": ("<body><p title='</body>'>x</body>", "<body>@<p title='</body>'>x#</body>"),
    "a template": (
        "<template><body></body><p></template><body>x</body>",
        "<template><body></body><p></template><body>@x#</body>",
    ),
    "a template that does not end": ("<body>x<template></body>", "<body>@x<template></body></template>#"),
    "no script": ("<head><noscript><img></noscript><body>x</body>", "<head><noscript><img></noscript><body>@x#</body>"),
    "no body": ("<!doctype html><title>t</title><p>x", "<!doctype html><title>t</title>@<p>x#"),
    "a text only": ("\n hello", "\n @hello#"),
    "a text with a sign": ("<title>t</title>1 < 2", "<title>t</title>@1 < 2#"),
    "a sign alone": ("<title>t</title>< 2", "<title>t</title>@< 2#"),
    "no end": ("<body>x", "<body>@x#"),
    "an end of the page only": ("<body>x</html>", "<body>@x#</html>"),
    "an end without a beginning": ("<head></head></body>", "<head></head>@#</body>"),
    "two ends": ("<body>x</body>y</body>", "<body>@x#</body>y</body>"),
    "two beginnings": ("<body>x<body>y", "<body>@x<body>y#"),
    "frames": ("<frameset><frame></frameset>", "<frameset><frame></frameset>"),
    "a drawing": ("<body><svg><style></body></style></svg>x", "<body>@<svg><style></svg>#</body></style></svg>x"),
    "text in a drawing": (
        "<body><svg><![CDATA[</body>]]><title><script></svg></body></script></title></svg>x</body>",
        "<body>@<svg><![CDATA[</body>]]><title><script></svg></body></script></title></svg>x#</body>",
    ),
    "HTML that ends a drawing": (
        "<body><svg><p><script>'</body>'</script>x</body>",
        "<body>@<svg><p><script>'</body>'</script>x#</body>",
    ),
    "no section outside a drawing": ("<body><![CDATA[</body>]]>x", "<body>@<![CDATA[</body>]]>x#"),
    "a plain text": ("<body>x<plaintext></body>", "<body>@x#<plaintext></body>"),
    "half a tag": ("<body>x<a href='</body>", "<body>@x#<a href='</body>"),
    "half a name": ("<body>x</bod", "<body>@x#</bod"),
    "half a comment": ("<body>x<!-- y", "<body>@x<!-- y-->#"),
    "half an instruction": ("<body>x<?php ", "<body>@x<?php >#"),
    "half a script": ("<body>x<script>alert(1)", "<body>@x<script>alert(1)\n/*--></script>#"),
    "half a style": ("<body>x<style>p {", "<body>@x<style>p {</style>#"),
    "half a title": ("<title>x", "<title>x</title>@#"),
    "nothing": ("", "@#"),
    "a mark of UTF-8": ("\ufeff<body>x", "\ufeff<body>@x#"),
    "a mark of UTF-8 alone": ("\ufeff<p>x", "\ufeff@<p>x#"),
    "another tag that begins so": ("<bodyguard>x</bodyguard>", "@<bodyguard>x</bodyguard>#"),
    "a tag of nothing": ("<body></>x</body>", "<body>@</>x#</body>"),
    "an end that is none": ("<body></ body>x</body>", "<body>@</ body>x#</body>"),
}
PIECES = [
    *("<body>", "</body>", "<body a='>'>", "</html>", "<head>", "<title>", "</title>", "<!--", "-->", "--!>"),
    *("<script>", "</script>", "<style>", "</style>", "<template>", "</template>", "<svg>", "</svg>", "<![CDATA["),
    *("]]>", '<p x="', '"', "'", ">", "<", "/", "=", " ", "x", "б", "<textarea>", "</textarea>", "<plaintext>"),
    *("<frameset>", "<math/>", "\x1b", "<foreignobject>", "</", "<!", "<?", "-", "!", "\x00", "<noscript>"),
    *("</noscript>", "<select>", "<desc>", "<P a=b>", "<a b='<!--'>", "<br/>", "<script>1</script>", "<!-- x -->"),
    *("<!-->", "<meta a>", "</p >", "<svg/>", "y" * 62),
]


def put(page: bytes, cuts: Iterable[int] = (), before: str = BEFORE, behind: str = BEHIND) -> bytes:
    made, at, out = Insertion(before, behind), 0, []
    for cut in [*sorted(cuts), len(page)]:
        out.append(made.feed(page[at:cut]))
        at = max(at, cut)
    return b"".join([*out, made.finish()])


def marked(wanted: str) -> bytes:
    return wanted.encode().replace(b"#", F).replace(b"@", B)


@pytest.mark.parametrize("case", PLACES)
def test_notices_stand_at_the_start_and_at_the_end_of_the_body(case: str) -> None:
    page, wanted = PLACES[case]
    assert put(page.encode()) == marked(wanted)
    assert put(page.encode(), range(len(page.encode()))) == marked(wanted)


@given(st.lists(st.sampled_from(PIECES), max_size=14), st.data())
def test_however_a_page_is_cut_the_bytes_that_come_out_are_the_same(pieces: list[str], data: st.DataObject) -> None:
    page = "".join(pieces).encode()
    whole = put(page)
    assert put(page, range(len(page))) == whole
    assert put(page, data.draw(st.lists(st.integers(0, len(page))))) == whole


@given(
    st.one_of(st.binary(max_size=80), st.lists(st.sampled_from(PIECES), max_size=14).map(lambda x: "".join(x).encode()))
)
def test_a_page_with_notices_is_the_page_with_something_put_in(page: bytes) -> None:
    out = put(page)
    if b"<frameset" in page.lower() and B not in out:
        assert out == page
        return
    if page.startswith((b"\xff\xfe", b"\xfe\xff")) and len(page) > 2:
        return
    assert out.count(B) == out.count(F) == 1
    start, end = out.index(B), out.index(F)
    assert start < end
    rest = out[:start] + out[start + len(B) : end] + out[end + len(F) :]
    at = 0
    for byte in rest:  # what closes things may stand between
        if at < len(page) and byte == page[at]:
            at += 1
    assert at == len(page)
    assert len(rest) - len(page) < 200


@given(st.lists(st.sampled_from(PIECES), max_size=14))
def test_a_page_without_notices_passes_as_it_is(pieces: list[str]) -> None:
    page = "".join(pieces).encode()
    assert put(page, before="", behind="") == page
    assert put(page, range(len(page)), before="", behind="") == page


@given(st.lists(st.sampled_from(PIECES), max_size=14))
def test_nothing_is_closed_where_nothing_follows(pieces: list[str]) -> None:
    page = b"<body>" + "".join(pieces).encode()
    assert put(page, behind="").replace(B, b"") == page


def test_little_is_held_back() -> None:
    page = (
        b"<body>"
        + b"<p>word</p> " * 1000
        + b'<img src="data:'
        + b"A" * 300_000
        + b'">'
        + b"<!--"
        + b"x" * 300_000
        + b"-->"
    )
    made, passed = Insertion(BEFORE, BEHIND), 0
    for at in range(0, len(page), 1000):
        passed += len(made.feed(page[at : at + 1000]))
        assert at + 1000 - passed < MOST_HELD + 2000
    assert (b"".join([put(page, range(0, len(page), 1000))])) == put(page)


def test_a_tag_that_is_longer_than_anything_is_a_tag() -> None:
    long = b"x" * (MOST_HELD + 10)
    assert put(b"<body a='" + long + b"'>y</body>") == b"<body a='" + long + b"'>" + B + b"y" + F + b"</body>"
    assert put(b"<p a='" + long) == B + b"<p a='" + long + b"'>" + F
    assert put(b"<body>x</body a='" + long + b"'>") == b"<body>" + B + b"x" + F + b"</body a='" + long + b"'>"


@pytest.mark.parametrize("page", ["<body>x</body ", "<frameset ", "<body>x<plaintext "])
def test_a_long_tag_that_comes_in_parts_stays_in_its_place(page: str) -> None:
    whole = page.encode() + b"a" * (MOST_HELD + 100) + b">rest"
    for cut in range(len(whole) - 110, len(whole), 9):
        assert put(whole, [cut, cut + 3]) == put(whole)


@given(st.lists(st.sampled_from(PIECES), max_size=14), st.booleans())
def test_what_is_passed_in_one_go_comes_out_as_if_each_tag_had_been_looked_at(
    pieces: list[str], has_body: bool
) -> None:
    page = (b"<body>" if has_body else b"") + "".join(pieces).encode()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "plain_end", lambda _, at, *__, **___: at)
        slow = put(page)
    assert put(page) == slow


def test_the_time_grows_with_the_page_only() -> None:
    """With the square of it these took minutes."""
    start = process_time()
    for page in (
        b"<" * 50_000,
        b"<a " * 25_000,
        b"<!--" * 15_000,
        b"<script>" + b"<!--<script>" * 5_000,
        b"<svg>" * 5_000,
    ):
        put(page, range(0, len(page), 4096))
    put(b"<p a='" + b"x" * 15_000 + b"'>", range(15_000))
    assert process_time() - start < 8


def test_pages_in_other_encodings_get_notices_that_read_the_same() -> None:
    for encoding in ("windows-1251", "shift_jis", "gb18030", "utf-8"):
        out = put("<body>текст</body>".encode(encoding)).decode(encoding)
        assert out == f"<body>{B.decode()}текст{F.decode()}</body>"


@pytest.mark.parametrize("mark", ["\ufeff", ""])
def test_a_page_in_utf_16_gets_them_at_its_end(mark: str) -> None:
    for encoding in ("utf-16-le", "utf-16-be"):
        page = f"{mark}<body>текст</body>".encode(encoding)
        made = Insertion(BEFORE, BEHIND, encoding=None if mark else encoding)
        out = b"".join([made.feed(page[:5]), made.feed(page[5:]), made.finish()])
        assert out == page + (B + F).decode().encode(encoding)


def test_another_set_of_characters_puts_the_rest_at_the_end() -> None:
    page = "<body>日本<p>x</body>".encode("iso-2022-jp")
    assert put(page) == page[:6] + B + page[6:] + F
    assert put(page, range(len(page))) == put(page)


@pytest.mark.parametrize("step", ["_data", "_in_tag", "_before_tag", "_opened", "_begin"])
def test_a_mistake_in_here_loses_nothing_of_the_page(monkeypatch: pytest.MonkeyPatch, step: str) -> None:
    page, calls = b"<title>t</title><body><p>1</p><p>2</p></body>", 0
    good = getattr(Insertion, step)

    def failing(*args: object, **named: object) -> object:
        nonlocal calls
        calls += 1
        if calls == 2:
            raise ZeroDivisionError
        return good(*args, **named)

    monkeypatch.setattr(module.Insertion, step, failing)
    out = put(page, range(0, len(page), 7))
    assert out.replace(B, b"").replace(F, b"") == page
    assert F in out


HARNESS = """<!doctype html><meta charset="utf-8"><title>waiting</title><script>
const pages = PAGES, found = [];
async function look(page) {
  const frame = document.createElement("iframe");
  const loaded = new Promise(done => frame.onload = done);
  frame.srcdoc = page;
  document.documentElement.append(frame);
  await loaded;
  const inner = frame.contentDocument;
  const seen = ["n1", "n2"].map(id => inner.getElementById(id));
  found.push(seen.map(each => each !== null && inner.body.contains(each) && each.getClientRects().length > 0
                              && each.namespaceURI === "http://www.w3.org/1999/xhtml"));
  frame.remove();
}
(async () => { for (const page of pages) await look(page); document.title = JSON.stringify(found); })();
</script>"""


def test_a_browser_shows_them(tmp_path: Path) -> None:
    cases = [case for case in PLACES if case != "frames"]
    pages = [put(PLACES[case][0].encode()).decode() for case in cases]
    harness = tmp_path / "pages.html"
    data = json.dumps(pages).replace("<", "\\u003c").replace("@", "")
    harness.write_text(HARNESS.replace("PAGES", data), encoding="utf-8")
    command = [
        program("chromium"), "--headless", "--no-sandbox", "--disable-gpu", "--disable-extensions", "--no-first-run",
        "--disable-background-networking", "--host-resolver-rules=MAP * ~NOTFOUND",
        f"--user-data-dir={tmp_path / 'profile'}", "--virtual-time-budget=20000", "--dump-dom", harness.as_uri(),
    ]  # fmt: skip
    said = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True).stdout
    title = re.search(r"<title>(\[.*?)</title>", said)
    assert title is not None
    assert {case: seen for case, seen in zip(cases, json.loads(title[1]), strict=True) if seen != [True, True]} == {}
