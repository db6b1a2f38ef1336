"""Laws of marks: a page is otherwise the same, also to a browser, and marked once however often; so is a text."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Sequence
from pathlib import Path
from time import process_time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from compliance.mentions.annotate import Annotated, Notes, annotate_text
from compliance.mentions.scan import Mention
from tests.components import program
from tests.mentions.annotating import MARKS, SCANNER, SUP, marked, without_ours
from tests.mentions.pages import PAGES, broken, orderly


def assert_otherwise_the_same(html: str, *, every: bool, notes: Notes) -> Annotated:
    found = marked(html, every=every, notes=notes)
    assert without_ours(found.text) == without_ours(html)
    without = re.sub(r'<sup class="compliance-mark">\*+</sup>', "", found.text)
    without = re.sub(r'<(aside|span) class="compliance-notes"[^>]*>(<(p|bdi)[^>]*>[^<]*</\3>)+</\1>', "", without)
    assert without == html
    return found


@given(broken(), st.booleans(), st.sampled_from(Notes))
@settings(max_examples=400)
def test_a_marked_page_is_otherwise_the_same(html: str, every: bool, notes: Notes) -> None:
    assert_otherwise_the_same(html, every=every, notes=notes)


@pytest.mark.prove
@given(broken(50), st.booleans(), st.sampled_from(Notes))
@settings(max_examples=10_000)
def test_no_broken_page_is_changed_by_marks(html: str, every: bool, notes: Notes) -> None:
    assert_otherwise_the_same(html, every=every, notes=notes)


@given(orderly(), st.booleans(), st.sampled_from(Notes))
@settings(max_examples=200)
def test_in_an_orderly_page_all_names_are_marked_once_however_often(html: str, every: bool, notes: Notes) -> None:
    found = assert_otherwise_the_same(html, every=every, notes=notes)
    assert not found.unmarked
    assert found.has_notes == ("compliance-mark" in found.text)
    assert marked(found.text, every=every, notes=notes).text == found.text


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize("every", [True, False])
def test_a_page_of_real_size_is_otherwise_the_same(name: str, every: bool) -> None:
    html = PAGES[name]()
    found = assert_otherwise_the_same(html, every=every, notes=Notes.BODY)
    assert found.has_notes
    assert (found.text.count(SUP) > 20) == every
    assert {each.field for each in found.unmarked} <= {"title", "lead", "meta", "alt", "json_ld.headline"}
    assert marked(found.text, every=every).text == found.text


COMPARED = """<!doctype html><meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'unsafe-inline'"><body><script>
const pages = PAGES;
const frame = html => new Promise(done => {
  const made = document.createElement("iframe");
  made.onload = () => done(made.contentDocument);
  made.srcdoc = html;
  document.body.append(made);
});
(async () => {
  const found = [];
  for (const [before, after] of pages) {
    const [one, other] = [await frame(before), await frame(after)];
    const ours = [...other.querySelectorAll(".compliance-mark, .compliance-notes")];
    const seen = ours.filter(each => each.getClientRects().length).length;
    ours.forEach(each => each.remove());
    [one, other].forEach(each => each.normalize());
    found.push([ours.length, seen, one.isEqualNode(other), one.body.innerText === other.body.innerText,
      one.body.innerText.length]);
  }
  document.title = JSON.stringify(found);
})();
</script>"""


def test_a_browser_builds_the_same_page(tmp_path: Path) -> None:
    pairs = [(html, marked(html, every=True).text) for html in (build() for build in PAGES.values())]
    data = json.dumps(pairs).replace("<", "\\u003c")
    harness = tmp_path / "compared.html"
    harness.write_text(COMPARED.replace("PAGES", data), encoding="utf-8")
    command = [
        program("chromium"), "--headless", "--no-sandbox", "--disable-gpu", "--disable-extensions", "--no-first-run",
        "--disable-background-networking", "--host-resolver-rules=MAP * ~NOTFOUND",
        f"--user-data-dir={tmp_path / 'profile'}", "--virtual-time-budget=20000", "--dump-dom", harness.as_uri(),
    ]  # fmt: skip
    said = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True).stdout
    title = re.search(r"<title>(.*?)</title>", said)
    assert title is not None
    compared = json.loads(title[1])
    assert len(compared) == len(PAGES)
    for (_, after), (ours, seen, same_tree, same_text, length) in zip(pairs, compared, strict=True):
        assert ours == seen == after.count("compliance-mark") + after.count("compliance-notes")
        assert same_tree
        assert same_text
        assert length > 20_000


def test_the_time_does_not_grow_with_the_square_of_the_mentions() -> None:
    """With the square twice as many took minutes."""
    html = "<p>Радио Маяковка</p>" * 10_000
    start = process_time()
    assert marked(html, every=True).text.count(SUP) == 10_000
    assert process_time() - start < 20


# -- plain text -------------------------------------------------------------------------------------


def marked_text(text: str, *, every: bool = False) -> str:
    mentions: Sequence[Mention] = SCANNER.scan(text).mentions
    return annotate_text(text, mentions, MARKS, every=every).text


def test_a_plain_text_gets_signs_and_footnotes() -> None:
    text = "Радио Маяковка, Вереск.\nРадио Маяковка."
    notes = '* Внесена в "перечень" <А> & Б.\n** Declared undesirable.'
    assert marked_text(text) == f"Радио Маяковка*, Вереск**.\nРадио Маяковка.\n\n{notes}"
    assert marked_text(text, every=True) == f"Радио Маяковка*, Вереск**.\nРадио Маяковка*.\n\n{notes}"
    assert marked_text("Ничего такого.") == "Ничего такого."


@given(
    st.lists(st.sampled_from(["Радио Маяковка", "Вереск", ", ", ".\n", " и ", "*"]), max_size=8).map("".join),
    st.booleans(),
)
@settings(max_examples=200)
def test_a_plain_text_is_marked_once_however_often(text: str, every: bool) -> None:
    once = marked_text(text, every=every)
    assert marked_text(once, every=every) == once
