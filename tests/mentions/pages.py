"""Pages of real size, written for these tests, and pieces of HTML to make broken ones of."""

from __future__ import annotations

import random
from typing import Final

from hypothesis import strategies as st

WORDS: Final = (  # noqa: SIM905
    "рынок вчера сообщил издание столица правительство новые меры который после заявил агентство города жители "
    "проект закон суд решение редакция письмо река мост школа погода неделя вечер"
).split()
NAME: Final = "Радио Маяковка"
_ICON: Final = '<svg class="icon" viewBox="0 0 24 24"><title>{title}</title><path d="M12 2L2 7l10 5 10-5-10-5z"/></svg>'
_HEAD: Final = """<!DOCTYPE html>
<html lang="ru">
<head>
<meta charset="utf-8">
<title>{title} &mdash; Вечерняя лента</title>
<meta name="description" content="{title} и другие &laquo;новости&raquo;">
<meta property="og:title" content="{title}">
<script type="application/ld+json">{{"@context":"https://schema.org","@type":"NewsArticle","headline":"{title}",
"publisher":{{"@type":"Organization","name":"Вечерняя лента"}},"datePublished":"2024-03-05T10:00:00+03:00"}}</script>
<script>window.list=window.list||[];for(var i=0;i<3;i++){{list.push("<p>{name}</p>")}}</script>
<style>.card>a{{color:#123}} .card::after{{content:"<"}}</style>
</head>
<body class="page page--wide">
"""


def front(size: int = 130_000) -> str:
    """A front page of cards, menus and pictures, as a system of today prints it."""
    some = random.Random(1)  # noqa: S311

    def card() -> str:
        title, number = _sentence(some, 8), some.randrange(10_000)
        return (
            f'<div class="card card--{number % 7}">\n  <a class="link" href="https://example.com/{number}">'
            f'<img src="https://cdn.example.com/{number}.jpg" alt="{title}" width=300 loading="lazy"></a>\n'
            f'  <h3><a href="/n/{number}">{title}</a></h3><time datetime="2024-03-05">12:30</time></div>\n'
        )

    def menu() -> str:
        items = (
            f"<li><a href='/t/{each}'>{_ICON.format(title=each)}<span>{each.title()}</span></a>"
            for each in some.sample(WORDS, 5)
        )
        return f"<ul>{''.join(items)}</ul><select><option>Город<option selected>Область</select>\n"

    return _page("Главное", some, size, [card, card, card, menu, lambda: _paragraph(some)])


def article(size: int = 200_000) -> str:
    """A long article with captions, tables, references and lists."""
    some = random.Random(2)  # noqa: S311

    def figure() -> str:
        caption = f"<figcaption>{_sentence(some, 9)}. Фото: {NAME}</figcaption>"
        return f'<figure><img src="/i.jpg" alt="{NAME}">{caption}</figure>\n'

    def table() -> str:
        rows = "".join(f"<tr><td>{_sentence(some, 3)}</td><td>{NAME}</td></tr>\n" for _ in range(3))
        return f"<table>\n<thead><tr><th>Кто<th>Что</thead>\n<tbody>{rows}</tbody>\n</table>\n"

    paragraphs = [lambda: _paragraph(some)] * 8
    return _page(
        f"{NAME} рассказала", some, size, [*paragraphs, figure, table], opening="<main><article><h1>{title}</h1>\n"
    )


def board(size: int = 290_000) -> str:
    """A board of another time: capitals, tags that nobody closes, attributes without quotation marks."""
    some = random.Random(3)  # noqa: S311

    def message() -> str:
        return (
            f'<TR VALIGN=top><TD CLASS=who nowrap><B>{some.choice(WORDS)}</B><BR><FONT COLOR="#888">5.03</FONT>\n'
            f"<TD><P>{_sentence(some, 20)}<P>{NAME} &mdash; {_sentence(some, 12)} &amp c.<BR>\n"
            f"<I>{_sentence(some, 6)}</I>\n"
        )

    return _page("Доска", some, size, [message], "<CENTER><TABLE WIDTH=100%>\n")


PAGES: Final = {"front": front, "article": article, "board": board}


def _page(title: str, some: random.Random, size: int, parts: list, opening: str = "") -> str:  # type: ignore[type-arg]
    pieces = [_HEAD.format(title=title, name=NAME), opening.format(title=title)]
    length = 0
    while length < size:
        pieces.append(some.choice(parts)())
        length += len(pieces[-1].encode())
    closing = "</article></main>\n" if "<article>" in opening else ""
    return "".join((*pieces, closing, "<footer><p>Вечерняя лента</p></footer>\n</body>\n</html>\n"))


def _sentence(some: random.Random, count: int) -> str:
    return " ".join(some.choices(WORDS, k=count)).capitalize()


def _paragraph(some: random.Random) -> str:
    name = some.choice([NAME, "Радио&nbsp;Маяковка", "<b>Радио</b> Маяковка", "Ра&shy;дио <i>Маяковки</i>", "радио"])
    return (
        f'<p class="text">{_sentence(some, 20)} &laquo;{name}&raquo;&nbsp;&mdash; {_sentence(some, 10)} '
        f'<a href="https://example.org/{some.randrange(99)}">{some.choice(WORDS)}</a>.</p>\n'
    )


TAGS: Final = (  # noqa: SIM905
    "p b i em div br li ul span h1 h2 table tr td select option button figure figcaption template svg math desc title "
    "script style textarea noscript iframe object body head html article pre font mi foreignObject"
).split()
_ODD: Final = (
    "<a href='//example.org/x'>", "</a>", '<img alt="a>b">', "<img alt='Маяк' ", '<span ="x>y">', "<span a=b/>",
    "<br/>", "<!--", "-->", "<!-- c -->", "<!doctype html>", "<?x ?>", "<![CDATA[", "]]>", "</ x>", "</>", "</", "<g",
    "<", ">", '"', "'", "=", "&", "&amp;", "&nbsp", "&laquo;", "&#1056;", "&#x;", "&notit;", "&copy", "\0", "\r\n",
    "\f", " ", "\n  ",
)  # fmt: skip
_TEXTS: Final = (NAME, "Радио ", "Маяковка", "Вереск", "мир", "x")
PIECES: Final = (
    *(f"<{name}>" for name in TAGS), *(f"</{name}>" for name in TAGS), "<TITLE>", "</SCRIPT >", *_ODD, *_TEXTS * 4,
)  # fmt: skip


def broken(longest: int = 14) -> st.SearchStrategy[str]:
    """Pieces of HTML in any order, some of them texts with names."""
    return st.lists(st.sampled_from(PIECES), max_size=longest).map("".join)


INLINE: Final = ("b", "i", "em", "span", "font", "a")
BLOCK: Final = ("p", "div", "li", "h2", "blockquote", "section")


def orderly() -> st.SearchStrategy[str]:
    """Pieces of HTML in which every element is closed in its order."""
    texts = st.sampled_from(
        (*_TEXTS, "Радио&nbsp;Маяковка", "Ра&shy;дио ", " ", "\n   ", "&amp;", "<br>", "<!-- c -->")
    )
    line = st.recursive(
        texts, lambda inner: st.tuples(st.sampled_from(INLINE), st.lists(inner, max_size=3)).map(_closed), max_leaves=6
    )
    return st.recursive(
        line, lambda inner: st.tuples(st.sampled_from(BLOCK), st.lists(inner, max_size=4)).map(_closed), max_leaves=10
    )


def _closed(element: tuple[str, list[str]]) -> str:
    name, inner = element
    return f"<{name}>{''.join(inner)}</{name}>"
