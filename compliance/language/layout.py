"""How a notice stands on the page and what else it asks for: places, corners, media, effects."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from compliance.errors import nearest
from compliance.language.fields import Collector, E, Fields
from compliance.language.keys import names
from compliance.language.source import Broken, Map, Text
from compliance.model.facts import FACTS
from compliance.model.notice import (
    ON_A_PICTURE,
    Corner,
    Effects,
    Layout,
    Medium,
    Placement,
    ShortForm,
    Suppressible,
)

SURFACES: Final = FACTS["content.surface"].domain or ()
_NUMBER: Final = re.compile(r"[0-9]{1,6}(\.[0-9]{1,6})?")
_METADATA: Final = re.compile(r"[A-Za-z][A-Za-z0-9_.:-]*")
_BOUNDS: Final = {
    "min_seconds": (0.1, 86400.0),
    "min_area_percent": (0.1, 100.0),
    "min_font_ratio": (0.1, 100.0),
    "contrast": (1.0, 21.0),
}


def placements(fields: Fields) -> tuple[Placement, ...]:
    """Where it stands, the first place first; empty where that cannot be read."""
    return _distinct(fields.texts("placement", required=True), Placement, "placement", fields)


def layout(fields: Fields, places: tuple[Placement, ...]) -> Layout:
    """How it stands on the page, besides its first place."""
    media = _media(fields)
    corners = _distinct(fields.texts("corner"), Corner, "corner", fields)
    key = fields.map.key("corner")
    everywhere = {*places, *(each.placement for each in media.values())}
    if key is not None and places and not ON_A_PICTURE & everywhere:
        help_ = f"add {' or '.join(f'`{place}`' for place in sorted(ON_A_PICTURE))} to `placement`"
        fields.to.fail(key.span, "only a notice that lies on something has corners", help_)
    return Layout(
        also=places[1:],
        nothing_before=bool(fields.flag("nothing_before", default=False)),
        corners=corners,
        media=media,
        short_form=fields.word("short_form", ShortForm),
    )


def _distinct(texts: Iterable[Text], words: type[E], name: str, fields: Fields) -> tuple[E, ...]:
    """Words of an enumeration in the order of the file; one that is written twice is a problem."""
    found: list[E] = []
    for text in texts:
        word = fields.choice(text, words, name)
        if word is not None and word in found:
            fields.to.fail(text.span, f"the {name} `{word}` is written twice", "leave one of them out")
        elif word is not None:
            found.append(word)
    return tuple(found)


def _media(fields: Fields) -> dict[str, Medium]:
    node = fields.map_of("media")
    found: dict[str, Medium] = {}
    for key, value in node.entries if node else ():
        if key.text not in SURFACES:
            help_ = nearest(key.text, SURFACES) or f"use one of: {', '.join(SURFACES)}"
            fields.to.fail(key.span, f"unknown surface `{key.text}`", help_)
        elif fields.is_map(value, f"`{key.text}`"):
            found[key.text] = _medium(key, value, fields.to)
    return dict(sorted(found.items()))


def _medium(name: Text, node: Map, to: Collector) -> Medium:
    fields = Fields(node, "a medium", to, names("medium"))
    numbers = {key: _number(fields, key, *bounds) for key, bounds in _BOUNDS.items()}
    placement = fields.word("placement", Placement)
    if not node.entries and node.is_whole:
        to.fail(name.span, f"`{name.text}` prescribes nothing", f"write one of: {', '.join(names('medium'))}")
    return Medium(**numbers, placement=placement)


def _number(fields: Fields, key: str, least: float, most: float) -> float | None:
    found = fields.text_node(key)
    if found is None:
        return None
    value = float(found.text) if _NUMBER.fullmatch(found.text) else -1.0
    if not least <= value <= most:
        help_ = "write digits, with a point before parts of one, for example `2.5`"
        fields.to.fail(found.span, f"`{key}` is a number from {least:g} to {most:g}, not `{found.text}`", help_)
        return None
    return value


def effects(fields: Fields) -> Effects:
    """What the page or its editors should do besides showing words."""
    node = fields.map_of("effects")
    if node is None:
        return Effects()
    inner = Fields(node, "`effects`", fields.to, names("effects"))
    if not node.entries and node.is_whole:
        fields.to.fail(node.span, "`effects` asks for nothing", f"write one of: {', '.join(names('effects'))}")
    is_written = node.get("suppress") is not None
    parts = [
        inner.choice(text, Suppressible, "part of a page") for text in inner.texts("suppress", required=is_written)
    ]
    return Effects(
        suppress=tuple(part.value for part in parts if part is not None),
        withhold=bool(inner.flag("withhold", default=False)),
        mark=bool(inner.flag("mark", default=False)),
        metadata=_metadata(inner),
        editorial_task=inner.text("editorial_task"),
    )


def _metadata(fields: Fields) -> dict[str, str]:
    node = fields.map_of("metadata")
    found: dict[str, str] = {}
    for key, value in node.entries if node else ():
        if not _METADATA.fullmatch(key.text):
            help_ = "begin it with a letter, and use letters, digits and `_ . : -`"
            fields.to.fail(key.span, f"`{key.text}` is not a name for metadata", help_)
        elif not isinstance(value, Broken):
            text = fields.as_text(value, f"`{key.text}`")
            if text is not None:
                found[key.text] = text.text
    return dict(sorted(found.items()))
