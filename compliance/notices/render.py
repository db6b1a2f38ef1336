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
from compliance.model.notice import Notice, SlotType, Words
from compliance.notices.locale import direction, lookup
from compliance.notices.values import shown
from compliance.notices.wording import Chosen

_SLOT = re.compile(r"\{([A-Za-z0-9_.]+)\}")
_STAND_IN = "…"
_TITLE, _TITLES = "mention.title", "mention.titles"
MOST_NAME = 200


@dataclass(frozen=True, slots=True)
class Slot:
    """What fills a slot: a title or value, or else what the caller called the thing; of a type, if it is a value."""

    title: str | None = None
    called: str | None = None
    type: SlotType = SlotType.TEXT


Slots = Mapping[str, Slot | tuple[Slot, ...]]
"""What fills each slot; a list of things fills one with all of them."""


@dataclass(frozen=True, slots=True)
class Rendered:
    """A notice in one language; `unresolved` are the slots that nobody could fill for certain."""

    language: str
    direction: str
    text: str
    short: str
    html: str
    written: str
    """The text before its slots were filled."""
    unresolved: tuple[str, ...] = ()


def is_certain(instance: Instance) -> bool:
    """Whether the words that are not conditional may be used."""
    return instance.status is NoticeStatus.REQUIRED or instance.notice.conditional


def render(notice: Notice, chosen: Chosen, languages: Sequence[str], slots: Slots, marker: str = "") -> Rendered:
    """The words of a notice in the first of `languages` that they have, else in their own first language.

    Args:
        notice: what is to be said.
        chosen: the words that hold.
        languages: BCP 47 tags, best first.
        slots: what fills the slots.
        marker: stands before the words in the HTML of a footnote.
    """
    tag = lookup(languages, list(chosen.text))
    stand_ins = {**notice.slots, **{name: slot.missing for name, slot in notice.values.items()}}
    text, open_in_text = _filled(chosen.text[tag], tag, slots, stand_ins)
    short, open_in_short = _short(chosen.short, tag, text, slots, stand_ins)
    return Rendered(
        language=tag,
        direction=direction(tag),
        text=text,
        short=short,
        html=_html(f"{marker} {text}" if marker else text, tag, notice.link, notice.severity.value),
        written=chosen.text[tag],
        unresolved=tuple(sorted({*open_in_text, *open_in_short})),
    )


def _short(words: Words, tag: str, text: str, slots: Slots, stand_ins: Mapping[str, Words]) -> tuple[str, list[str]]:
    """The short wording in the language of the text; the text itself where there is none in it."""
    return _filled(words[tag], tag, slots, stand_ins) if tag in words else (text, [])


def _filled(words: str, tag: str, slots: Slots, stand_ins: Mapping[str, Words]) -> tuple[str, list[str]]:
    unresolved: list[str] = []

    def fill(match: re.Match[str]) -> str:
        name = match[1]
        slot = slots.get(name, Slot())
        each = slot if isinstance(slot, tuple) else (slot,)
        if not all(one.title for one in each):
            unresolved.append(name)
        instead = stand_ins.get(_TITLE if name == _TITLES else name)
        return ", ".join(dict.fromkeys(_one(one, tag, instead) for one in each))

    return _SLOT.sub(fill, words), unresolved


def _one(slot: Slot, tag: str, instead: Words | None) -> str:
    """What stands for one thing."""
    if slot.title:
        return shown(slot.title, slot.type, tag)
    if called := _plain(slot.called or ""):
        return called
    return instead[lookup([tag], list(instead))] if instead else _STAND_IN


def _plain(name: str) -> str:
    """A caller's own words as one short line without control characters."""
    printable = "".join(char if char.isprintable() else " " for char in name)
    line = " ".join(printable.split())
    return line if len(line) <= MOST_NAME else f"{line[: MOST_NAME - 1]}{_STAND_IN}"


def _html(text: str, tag: str, link: str | None, severity: str) -> str:
    more = f' <a href="{escape(link)}" rel="noopener">{escape(link)}</a>' if link else ""
    head = f'<aside role="note" class="notice notice-{severity}" lang="{escape(tag)}" dir="{direction(tag)}">'
    return f"{head}<p>{escape(text)}{more}</p></aside>"
