"""One instance of a notice to the words, the short words and the HTML that a page shows.

Theory: the words are the rule file's; here they are only chosen (by language, and by whether the notice is
certain), filled and escaped. A slot that cannot be filled never drops a notice: it is filled with what the
caller called the thing, or with the rule's own words for that case, or with a plain stand-in, and said to
be unresolved. HTML holds no script, no style and nothing that was not escaped.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape

from compliance.model.decision import Instance, NoticeStatus
from compliance.model.rule import Words
from compliance.notices.locale import direction, lookup

_SLOT = re.compile(r"\{([A-Za-z_.]+)\}")
_STAND_IN = "…"
MOST_NAME = 200


@dataclass(frozen=True, slots=True)
class Slot:
    """What fills a slot: the entity's title, or else what the caller called it."""

    title: str | None = None
    called: str | None = None


@dataclass(frozen=True, slots=True)
class Rendered:
    """A notice in one language; `unresolved` are the slots that nobody could fill for certain."""

    language: str
    direction: str
    text: str
    short: str
    html: str
    unresolved: tuple[str, ...] = ()


def render(instance: Instance, languages: Sequence[str], slots: Mapping[str, Slot]) -> Rendered:
    """The notice in the first of `languages` that it has, else in its own first language."""
    notice = instance.notice
    is_certain = instance.status is NoticeStatus.REQUIRED or notice.conditional
    words = notice.text if is_certain or not notice.text_if_possible else notice.text_if_possible
    tag = lookup(languages, list(words))
    text, open_in_text = _filled(words[tag], tag, slots, notice.slots)
    short, open_in_short = _short(notice.short if is_certain else {}, tag, text, slots, notice.slots)
    return Rendered(
        language=tag,
        direction=direction(tag),
        text=text,
        short=short,
        html=_html(text, tag, notice.link, notice.severity.value),
        unresolved=tuple(sorted({*open_in_text, *open_in_short})),
    )


def _short(
    words: Words, tag: str, text: str, slots: Mapping[str, Slot], stand_ins: Mapping[str, Words]
) -> tuple[str, list[str]]:
    """The short wording in the language of the text; the text itself where there is none in it."""
    return _filled(words[tag], tag, slots, stand_ins) if tag in words else (text, [])


def _filled(words: str, tag: str, slots: Mapping[str, Slot], stand_ins: Mapping[str, Words]) -> tuple[str, list[str]]:
    unresolved: list[str] = []

    def fill(match: re.Match[str]) -> str:
        name = match[1]
        slot = slots.get(name, Slot())
        if slot.title:
            return slot.title
        unresolved.append(name)
        if slot.called:
            return _plain(slot.called)
        instead = stand_ins.get(name)
        return instead[lookup([tag], list(instead))] if instead else _STAND_IN

    return _SLOT.sub(fill, words), unresolved


def _plain(name: str) -> str:
    """A caller's own words as one short line without control characters."""
    printable = "".join(char if char.isprintable() else " " for char in name)
    line = " ".join(printable.split())
    return line if len(line) <= MOST_NAME else f"{line[: MOST_NAME - 1]}{_STAND_IN}"


def _html(text: str, tag: str, link: str | None, severity: str) -> str:
    more = f' <a href="{escape(link)}" rel="noopener">{escape(link)}</a>' if link else ""
    head = f'<aside role="note" class="notice notice-{severity}" lang="{escape(tag)}" dir="{direction(tag)}">'
    return f"{head}<p>{escape(text)}{more}</p></aside>"
