"""A page of HTML as news sites make them, and what it costs to look for names in it."""

from __future__ import annotations

import html
from importlib import import_module
from importlib.util import find_spec
from random import Random
from typing import Any, Final

from compliance.mentions.aware import AwareScanner
from tests.bench.parts.mentions_corpus import Corpus
from tests.bench.parts.mentions_filler import news
from tests.bench.parts.mentions_speed import SEED, Passes, page, side_by_side

MODULE: Final = "compliance.mentions.html"
LARGE: Final = 500_000
TEXT_SHARE: Final = 0.2
"""How much of a page is text; the rest is markup, styles and scripts."""
READING, ALL = "reading the page", "reading it and scanning its fields"
_HEAD: Final = (
    '<!doctype html><html lang="ru"><head><meta charset="utf-8"><title>{title}</title>'
    '<meta property="og:title" content="{title}"><meta name="description" content="{title}">'
    '<script type="application/ld+json">{{"@context":"https://schema.org","@type":"NewsArticle","headline":"{title}"}}'
    "</script>\n<style>{style}</style></head><body>\n<nav>{nav}</nav><article><h1>{title}</h1>\n"
)


def is_there() -> bool:
    return find_spec(MODULE) is not None


def html_page(corpus: Corpus, size: int = LARGE) -> str:
    """A page of about so many bytes: an article with inline tags, navigation, teasers, styles and scripts."""
    random = Random(SEED)  # noqa: S311 - a seed
    text = page(corpus, size=int(size * TEXT_SHARE))
    title = html.escape(news(100, random).strip())
    nav = "".join(
        f'<li class="menu__item menu__item--{n}"><a href="/section/{n}/">Раздел {n}</a></li>' for n in range(80)
    )
    style = "".join(f".block-{n}__title{{margin:0 {n}px;color:#{n:06x};font:{n}px/1.2 serif}}\n" for n in range(900))
    parts = [_HEAD.format(title=title, style=style, nav=f"<ul>{nav}</ul>")]
    for number, paragraph in enumerate(text.split("\n\n")):
        words = html.escape(paragraph, quote=False).split(" ")
        if len(words) > 6:
            words[2] = (
                f'<a class="article__link" href="https://news{number}.example/item?id={number}&amp;from=text">{words[2]}</a>'
            )
            words[4] = f"<em>{words[4]}</em>"
        parts.append(
            f'<p class="article__paragraph article__paragraph--{number}" data-id="{number}">{" ".join(words)}</p>\n'
        )
    parts.append("</article><footer>")
    line = 'window.queue.push({{"slot":{0},"sizes":[[300,250],[{0},90]],"lazy":!0}});\n'
    rest = size - sum(len(each.encode()) for each in parts)
    script = "".join(line.format(number) for number in range(10_000, 10_000 + rest // len(line.format(10_000))))
    parts.append(f"</footer><script>{script}</script></body></html>\n")
    return "".join(parts)


def html_speed(scanner: AwareScanner, corpus: Corpus, rounds: int) -> dict[str, Passes]:
    """What reading a page takes, and reading it with scanning."""
    read: Any = import_module(MODULE).read
    text = html_page(corpus)

    def scan(source: str) -> object:
        found = read(source)
        return scanner.scan_fields({f"{number} {each.name}": each.text for number, each in enumerate(found.fields)})

    return side_by_side({READING: (read, text), ALL: (scan, text)}, rounds)
