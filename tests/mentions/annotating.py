"""Pages and texts that are marked, of three invented entities."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from selectolax.lexbor import LexborHTMLParser

from compliance.mentions.annotate import Annotated, Mark, Notes, annotate
from compliance.mentions.former import without_former
from compliance.mentions.html import read
from compliance.mentions.markup import Markup
from compliance.mentions.names import AsWritten, names_of
from compliance.mentions.scan import Scanner
from tests.mentions.naming import entity

SCANNER = Scanner(
    names_of(
        [entity("beacon", "Радио Маяковка", "Радио Маяковки"), entity("heather", "Вереск"), entity("none", "Мир")],
        AsWritten(),
    )
)
MARKS: Mapping[str, Sequence[Mark]] = {
    "beacon": [Mark("*", 'Внесена в "перечень" <А> & Б.', "ru")],
    "heather": [Mark("**", "Declared undesirable.")],
}
SUP = '<sup class="compliance-mark">*</sup>'
NOTE = '<p lang="ru">* Внесена в &quot;перечень&quot; &lt;А&gt; &amp; Б.</p>'
BLOCK = f'<aside class="compliance-notes" role="doc-endnotes">{NOTE}</aside>'
INLINE = (
    f'<span class="compliance-notes" role="doc-endnotes">{NOTE.replace("<p", "<bdi").replace("/p>", "/bdi>")}</span>'
)


def marked(
    html: str, marks: Mapping[str, Sequence[Mark]] = MARKS, *, every: bool = False, notes: Notes = Notes.BODY
) -> Annotated:
    """A page with its marks in place of those that it has."""
    words = {mark.text for several in (*MARKS.values(), *marks.values()) for mark in several}
    html = without_former(Markup(html), (), words).html
    page = read(html)
    return annotate(html, page, SCANNER.scan_fields(page.texts()).mentions, marks, every=every, notes=notes)


def without_ours(html: str) -> str:
    """The tree of a page, printed, without our elements."""
    tree = LexborHTMLParser(html.encode("utf-8", "replace"), scripting=True)
    for element in reversed(tree.css(".compliance-mark, .compliance-notes")):
        element.decompose()
    return tree.html or ""
