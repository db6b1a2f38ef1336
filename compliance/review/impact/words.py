"""What a page says by a notice, in every language, and what differs between two ways of saying it.

Theory: words are compared as readers get them, with their slots filled, in each language that there is. Where
texts take turns, all of them are compared: on some day or page each has its turn. Beside the words stands the
*manner*: where the notice is, how loud, and what else is to be done.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Final

from compliance.language.digest import canonical
from compliance.model.decision import Instance
from compliance.model.notice import Notice
from compliance.model.ruleset import LawDays, Ruleset
from compliance.notices.render import is_certain
from compliance.notices.spoken import Page, speak
from compliance.notices.wording import Chosen

_NOT_MANNER: Final = frozenset(
    {
        *("id", "text", "text_if_possible", "short", "wordings", "slots", "values"),
        *("conditional", "fixity", "reach", "supersedes", "rank"),
    }
)
"""Fields of a notice that are words, or that decide: both show in other ways."""


@dataclass(frozen=True, slots=True)
class Said:
    """The texts of a notice, each with what it is (`text in en`), and its manner, field by field."""

    texts: tuple[tuple[str, str], ...]
    written: tuple[tuple[str, str], ...]
    """The same before their slots were filled."""
    manner: tuple[tuple[str, str], ...]


def say(ruleset: Ruleset, days: LawDays, instance: Instance, publisher: str | None) -> Said:
    """What a page says by an instance on some law days."""
    page = Page(ruleset, days, publisher=publisher)
    found: dict[str, str] = {}
    written: dict[str, str] = {}
    variants = list(_variants(page, instance))
    for number, chosen in enumerate(variants, start=1):
        turn = f" (turn {number})" if len(variants) > 1 else ""
        for tag in chosen.text:
            words = speak(replace(page, languages=(tag,)), instance, chosen)
            found[f"text in {tag}{turn}"], written[f"text in {tag}{turn}"] = words.text, words.written
            if tag in chosen.short:
                found[f"short text in {tag}{turn}"] = words.short
                written[f"short text in {tag}{turn}"] = chosen.short[tag]
        written[f"default language{turn}"] = next(iter(chosen.text))
    manner = {**manner_of(instance.notice), "fixity": json.dumps(variants[0].fixity.value)}
    return Said(tuple(found.items()), tuple(written.items()), tuple(sorted(manner.items())))


def _variants(page: Page, instance: Instance) -> Iterator[Chosen]:
    """The words of the day, or all words that take turns."""
    notice, chosen = instance.notice, page.choose(instance)
    if notice.rotation is None or chosen.turn is None:
        yield chosen
        return
    certain = is_certain(instance)
    for each in notice.all_wordings:
        yield Chosen.of(each, certain=certain or not each.text_if_possible)


def manner_of(notice: Notice) -> Mapping[str, str]:
    """How a notice is shown besides its words: each field as JSON."""
    fields = canonical(notice)
    if not isinstance(fields, dict):
        raise TypeError("a notice is written as a map")
    return {name: json.dumps(value, ensure_ascii=False) for name, value in fields.items() if name not in _NOT_MANNER}


@dataclass(frozen=True, slots=True)
class Part:
    """One thing that is said otherwise: what it is, and how it reads before and after; None is nothing."""

    name: str
    before: str | None
    after: str | None


FILLED_IN: Final = "names or data in the text"


def parts(before: Said, after: Said) -> tuple[Part, ...]:
    """Everything that is said otherwise, words first; what differs only in what fills slots is one part."""
    found: list[Part] = []
    for was, now in ((dict(before.written), dict(after.written)), (dict(before.manner), dict(after.manner))):
        names = (*was, *(each for each in now if each not in was))
        found += [
            Part(name.replace("_", " "), was.get(name), now.get(name))
            for name in names
            if was.get(name) != now.get(name)
        ]
    return tuple(found) or ((Part(FILLED_IN, None, None),) if before.texts != after.texts else ())
