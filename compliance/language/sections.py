"""Which maps of a rule file have keys of their own, read off the table of keys.

Theory: the table says in words what stands under a key, and names other maps as a reader of the documentation
finds them: by a link, such as `list of [sources](#sources)`, by a word that stands alone, such as `claim, or list
of claims`, or because the key is called like the map. So a new map needs no second place that knows it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache
from typing import Final

from compliance.language.keys import KEYS, Key, names

FILES: Final = tuple(section for section in KEYS if "language" in names(section) and section in names(section))
"""The maps that are whole files: each has a key of its own name."""
FACTS_BY_NAME: Final = "map of facts"
"""What stands under a key that takes facts."""
_BY_NAME: Final = "by name: "
"""Stands before a section whose maps are the values of a map with keys of an author's own."""
_LINK = re.compile(r"\[[^]]+\]\(#(\w+)")
_WORD = re.compile(r"(?:an? )?([a-z]+)(?:,|$)")
_EACH = re.compile(r"\)[^,;]* (?:by|for each) ")
_IRREGULAR: Final = {"medium": "media"}


def inside(section: str | None, key: str) -> str | None:
    """The section of the table for the map, or the maps of the list, under a key; None where it has none.

    Where a key holds maps by name, that is a section without keys, under whose every key the maps stand.
    """
    if section is not None and section.startswith(_BY_NAME):
        return section.removeprefix(_BY_NAME)
    known = next((each for each in KEYS.get(section or "", ()) if each.name == key), None)
    found = None if known is None else section_of(known)
    return f"{_BY_NAME}{found}" if known is not None and found is not None and _EACH.search(known.values) else found


def order(section: str | None) -> dict[str, int]:
    """The place of each key of a map in the order of the table."""
    return {key.name: number for number, key in enumerate(KEYS.get(section or "", ()))}


def holds_facts(section: str | None, key: str) -> bool:
    """Whether the value of a key is a map of facts."""
    return any(each.name == key and each.values == FACTS_BY_NAME for each in KEYS.get(section or "", ()))


def file_of(keys: Iterable[str]) -> str | None:
    """The kind of a file that has `keys`; None where that cannot be told."""
    present = set(keys)
    kinds = [kind for kind in FILES if kind in present]
    return kinds[0] if len(kinds) == 1 else None


@cache
def section_of(key: Key) -> str | None:
    """The section that describes the maps under a key, however deep; None where there are none."""
    link, word = _LINK.search(key.values), _WORD.match(key.values)
    may_be_named = key.values.startswith(("list,", "["))  # a `source` may be a text, an `entity` an id
    said = [link[1] if link else "", word[1] if word else "", key.name if may_be_named else ""]
    parts = [section for section in KEYS if section not in FILES]
    return next((section for each in said for section in parts if each in _forms(section)), None)


def _forms(section: str) -> set[str]:
    return {section, f"{section}s", f"{section.removesuffix('y')}ies", _IRREGULAR.get(section, section)}
