"""A page that shows texts with what was found in them: for people who check whether a mention is one.

Theory: whoever looks at a list of places opens each text again; marks in the text itself are read at once. Colours
are not the only sign, since not everybody sees them: possible mentions have a broken line, suppressed ones a dotted.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from html import escape

from compliance.content.facts import Content
from compliance.content.mentioned import Found, Looked, texts_of
from compliance.mentions.scan import Mention, Verdict
from compliance.mentions.statuses import listings
from compliance.model.ruleset import Ruleset

_HEAD = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Mentions</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<style>
body { font: 1rem/1.6 system-ui, sans-serif; max-width: 50rem; margin: 2rem auto; padding: 0 1rem; color: #222; }
h2 { font-size: 1.1rem; margin-top: 2.5rem; } h3 { font-size: .9rem; color: #555; margin-bottom: 0; }
p.text { white-space: pre-wrap; overflow-wrap: anywhere; margin-top: .3rem; }
mark { background: none; color: inherit; border-bottom: 3px solid #b00020; }
mark.possible { border-bottom: 3px dashed #b26a00; }
mark.suppressed { border-bottom: 2px dotted #888; }
li { margin: .3rem 0; } .why { color: #555; }
</style></head><body>
"""
_LEGEND = (
    '<p><mark>certain</mark>, <mark class="possible">possible</mark>, '
    '<mark class="suppressed">suppressed: no mention</mark>; point at one to read why.</p>\n'
)


def report(documents: Iterable[tuple[str, Content, Looked]], ruleset: Ruleset, day: date) -> str:
    """The page.

    Args:
        documents: each with its name and what was found in it.
        ruleset: whose entities were looked for.
        day: for which registers are asked.
    """
    parts = [_HEAD, f"<h1>Mentions, as of {day}</h1>\n", _LEGEND]
    for name, content, looked in documents:
        parts.append(f"<h2>{escape(name)}</h2>\n")
        found = [*looked.mentions, *looked.suppressed]
        for field, text in texts_of(content)[0].items():
            parts += (f"<h3>{escape(field)}</h3>\n", '<p class="text">')
            parts += _marked(text, [each for each in found if each.what.field == field])
            parts.append("</p>\n")
        parts += _listed(looked, ruleset, day)
    return "".join((*parts, "</body></html>\n"))


def _marked(text: str, found: Sequence[Found]) -> Iterator[str]:
    """A text with what was found in it; of what lies in one another the outer one."""
    done = 0
    for each in sorted(found, key=lambda one: (one.what.start, -one.what.end)):
        if each.what.start < done:
            continue
        yield escape(text[done : each.what.start])
        kind, why = _said(each)
        yield f'<mark class="{kind}" title="{escape(f"{each.what.entity}: {why}")}">{escape(each.surface)}</mark>'
        done = each.what.end
    yield escape(text[done:])


def _said(found: Found) -> tuple[str, str]:
    """Which kind of mark it gets, and the reason."""
    if isinstance(found.what, Mention):
        kind = "certain" if found.what.verdict is Verdict.CERTAIN else "possible"
        lacks = [found.what.lacks] if found.what.lacks else []
        return kind, "; ".join((*found.what.evidence, *lacks, *(f"marked: {each}" for each in found.what.marked)))
    return "suppressed", found.what.because


def _listed(looked: Looked, ruleset: Ruleset, day: date) -> Iterator[str]:
    """Whom it names, and what registers say of them."""
    entities = dict.fromkeys(each.what.entity for each in looked.mentions)
    if not entities:
        yield "<p>Nobody is named.</p>\n"
        return
    yield "<ul>\n"
    for entity in entities:
        said = [
            f"{'' if each.is_certain else 'may be '}declared in {each.register} by: {each.authority}"
            f"{f', from {each.since}' if each.since else ''}"
            for each in listings(ruleset, entity, day)
        ]
        title = ruleset.entities[entity].title if entity in ruleset.entities else entity
        yield f'<li>{escape(title)} <span class="why">({escape("; ".join(said) or "in no register")})</span></li>\n'
    yield "</ul>\n"
