"""Typed getters over a map: each takes out one key, or notes what is wrong with it and hands out None.

Theory: an author wants every problem at once and no problem twice. So a getter never raises; it adds to
the one collector, and whoever receives None stays silent about it. What a map holds beyond the keys that
its kind knows is a problem too, with the nearest key that it does know.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import TypeGuard, TypeVar

from compliance.errors import Problem, Span, nearest
from compliance.language.source import Broken, List, Map, Node, Text
from compliance.model.designation import Milestone
from compliance.model.period import Period, parse_day

E = TypeVar("E", bound=StrEnum)
KEBAB = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
REGISTER_ID = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*/[a-z0-9]+(-[a-z0-9]+)*")
TERRITORY_ID = re.compile(r"[A-Za-z0-9]+(-[A-Za-z0-9]+)*")
LANGUAGE_TAG = re.compile(r"[a-z]{2,3}(-[A-Z][a-z]{3})?(-([A-Z]{2}|[0-9]{3}))?(-[a-z0-9]{5,8})*")
EMPTY_HELP = "write something behind the colon"
OPTIONAL_HELP = "write something behind the colon, or leave the key out"
DAY_HELP = "write it as YYYY-MM-DD, for example 2024-02-20"
_YEAR_FIRST = re.compile(r"([0-9]{4})([-./])([0-9]{1,2})\2([0-9]{1,2})")
_YEAR_LAST = re.compile(r"([0-9]{1,2})([-./])([0-9]{1,2})\2([0-9]{4})")


def day_help(text: str) -> str:
    """How to write the day that `text` means; where it may mean two (`02/03/2024`), only how days are written.

    >>> day_help("26.07.2023")
    'write `2023-07-26`'
    """
    if found := _YEAR_FIRST.fullmatch(text):
        readings = [(found[1], found[3], found[4])]
    elif found := _YEAR_LAST.fullmatch(text):
        readings = [(found[4], found[3], found[1])]
        if found[2] != ".":  # with points the day comes first everywhere; else it may be the month
            readings.append((found[4], found[1], found[3]))
    else:
        return DAY_HELP
    written = {f"{year}-{month:0>2}-{day:0>2}" for year, month, day in readings}
    days = [each for each in sorted(written) if parse_day(each)]
    return f"write `{days[0]}`" if len(days) == 1 else DAY_HELP


@dataclass(frozen=True, slots=True)
class Reference:
    """That a file names something which another file must declare."""

    kind: str
    id: str
    span: Span


@dataclass(frozen=True, slots=True)
class Arming:
    """That a rule wants a register armed by another of its dates than the register says."""

    rule: str
    register: str
    milestone: Milestone
    span: Span


@dataclass
class Collector:
    """The problems of all files, the things they refer to, and the ids they declare (also the broken ones)."""

    zones: frozenset[str]
    problems: list[Problem] = field(default_factory=list)
    references: list[Reference] = field(default_factory=list)
    declared: dict[tuple[str, str], Span] = field(default_factory=dict)
    doubtful: set[tuple[str, str]] = field(default_factory=set)
    """Kinds and ids that were declared in a way which is a problem already: who refers to one is not to blame."""
    hidden: set[str] = field(default_factory=set)
    """Kinds of which something was declared under an id that cannot be read."""
    data: list[tuple[str, Text]] = field(default_factory=list)
    """The values that entities declare, by the name of the data."""
    armings: list[Arming] = field(default_factory=list)

    def fail(self, span: Span, message: str, help_: str | None = None) -> None:
        """Note a problem."""
        self.problems.append(Problem(message, span, help_))

    def refer(self, kind: str, node: Text) -> None:
        """Note that `node` names a `kind` which must be declared somewhere."""
        self.references.append(Reference(kind, node.text, node.span))

    def declare(self, kind: str, node: Text) -> bool:
        """Note that this file declares `node`; False, and a problem, if another did so before."""
        span = node.span
        first = self.declared.setdefault((kind, node.text), span)
        if first is not span:
            self.fail(
                span,
                f"{kind} `{node.text}` is declared twice",
                f"the other is {first.path}:{first.line}",
            )
        return first is span


@dataclass
class Fields:
    """A map being read; `what` names it in messages ("a rule")."""

    map: Map
    what: str
    to: Collector
    known: tuple[str, ...]

    def __post_init__(self) -> None:
        """Report the keys that nobody will ask for."""
        for key, _ in self.map.entries:
            if key.text not in self.known:
                help_ = nearest(key.text, self.known) or f"{self.what} has: {', '.join(self.known)}"
                self.to.fail(key.span, f"unknown key `{key.text}` in {self.what}", help_)

    def node(self, key: str, *, required: bool = False) -> Node | None:
        """The value as it stands; None, and a problem if it is required, when it is missing."""
        found = self.map.get(key)
        if found is None and required and not self.is_misspelled(key):
            self.to.fail(self.map.span, f"{self.what} needs `{key}`", f"add `{key}:`")
        return None if isinstance(found, Broken) else found

    def is_misspelled(self, key: str) -> bool:
        """Whether a key that is missing may be one that is a problem already: a slip is one problem, not two."""
        unknown = [name.text for name, _ in self.map.entries if name.text not in self.known]
        return not self.map.is_whole or nearest(key, unknown) is not None

    def text(self, key: str, *, required: bool = False) -> str | None:
        """Text that is not empty."""
        found = self.text_node(key, required=required)
        return None if found is None else found.text

    def text_node(self, key: str, *, required: bool = False) -> Text | None:
        """Text that is not empty, with its place."""
        node = self.node(key, required=required)
        return self.as_text(node, f"`{key}`", EMPTY_HELP if required else OPTIONAL_HELP)

    def as_text(self, node: Node | None, name: str, empty_help: str = EMPTY_HELP) -> Text | None:
        """`node` if it is text that is not empty."""
        if node is None or isinstance(node, Broken):
            return None
        if not isinstance(node, Text):
            message = f"{name} is one text, not a {'list' if isinstance(node, List) else 'map'}"
            self.to.fail(node.span, message, "write one text, in quotation marks if it begins with a bracket")
        elif not node.text.strip():
            self.to.fail(node.span, f"{name} is empty", empty_help)
        else:
            return node
        return None

    def id(self, key: str, pattern: re.Pattern[str], example: str) -> Text | None:
        """An identifier of the given form."""
        found = self.text_node(key, required=True)
        if found is not None and not pattern.fullmatch(found.text):
            self.to.fail(found.span, f"`{found.text}` is not a name for {self.what}", f"write it like `{example}`")
            meant = re.sub(r"[^a-z0-9/]+", "-", found.text.casefold()).strip("-")
            # whoever names `radio-echo` is not to blame for `Radio Echo`
            self.to.doubtful |= {(key, found.text), (key, meant)}
            return None
        return found

    def word(
        self, key: str, words: type[E], default: E | None = None, *, required: bool = False, name: str = ""
    ) -> E | None:
        """One of the words of an enumeration; `name` is what a message calls it, if not by its key."""
        found = self.text_node(key, required=required)
        if found is None:
            return default
        return self.choice(found, words, name or key.replace("_", " ")) or default

    def choice(self, node: Text, words: type[E], name: str) -> E | None:
        """`node` as one of the words of an enumeration."""
        try:
            return words(node.text)
        except ValueError:
            self.to.fail(node.span, f"unknown {name} `{node.text}`", f"use one of: {', '.join(words)}")
            return None

    def flag(self, key: str, *, default: bool | None = None) -> bool | None:
        """`true` or `false`; required where there is no default."""
        found = self.text_node(key, required=default is None)
        if found is None:
            return default
        if found.text not in {"true", "false"}:
            self.to.fail(found.span, f"`{key}` is true or false, not `{found.text}`", "use one of: true, false")
            return default
        return found.text == "true"

    def day(self, key: str, *, required: bool = False) -> date | None:
        """A calendar day."""
        return self.as_day(self.node(key, required=required), f"`{key}`")

    def as_day(self, node: Node | None, name: str) -> date | None:
        """`node` as a calendar day."""
        found = self.as_text(node, name)
        if found is None:
            return None
        day = parse_day(found.text)
        if day is None:
            self.to.fail(found.span, f"`{found.text}` is not a calendar day", day_help(found.text))
        return day

    def open_day(self, key: str) -> date | None:
        """A calendar day or `none` (an open end); it must be written, so that nobody forgot it."""
        found = self.text_node(key, required=True)
        return None if found is None or found.text == "none" else self.as_day(found, f"`{key}`")

    def period(self, zone: str | None = None) -> Period:
        """`first_day` and `last_day` of this map, both included."""
        period = Period(self.open_day("first_day"), self.open_day("last_day"), zone)
        if period.is_empty:
            key = self.map.key("last_day")
            self.to.fail(key.span if key else self.map.span, "the last day is before the first day", "swap them?")
        return period

    def zone(self, key: str, *, required: bool = False) -> str | None:
        """An IANA time zone."""
        found = self.text_node(key, required=required)
        if found is not None and found.text not in self.to.zones:
            help_ = nearest(found.text, self.to.zones) or "use an IANA name, for example Europe/Moscow"
            self.to.fail(found.span, f"unknown time zone `{found.text}`", help_)
            return None
        return None if found is None else found.text

    def texts(self, key: str, *, required: bool = False) -> tuple[Text, ...]:
        """A list of texts; one text alone counts as a list of one."""
        node = self.node(key, required=required)
        if required and isinstance(node, List) and not node.items:
            self.to.fail(node.span, f"`{key}` is empty", "add at least one item")
        return tuple(self.each_text(node, f"`{key}`"))

    def each_text(self, node: Node | None, name: str) -> Iterator[Text]:
        """The texts of a list, or the one text."""
        if isinstance(node, Map):
            self.to.fail(node.span, f"{name} is a text or a list of texts, not a map", "write it as `[a, b]`")
            return
        is_list = isinstance(node, List)
        items: Iterable[Node] = node.items if isinstance(node, List) else [] if node is None else [node]
        for item in items:
            found = self.as_text(item, f"an item of {name}" if is_list else name)
            if found is not None:
                yield found

    def maps(self, key: str, *, required: bool = False) -> tuple[Map, ...]:
        """A list of maps."""
        node = self.node(key, required=required)
        if node is None:
            return ()
        if not isinstance(node, List):
            self.to.fail(node.span, f"`{key}` is a list", "begin each item with `- `")
            return ()
        if required and not node.items:
            self.to.fail(node.span, f"`{key}` is empty", "add at least one item")
        return tuple(item for item in node.items if self.is_map(item, f"an item of `{key}`"))

    def refuse_twins(self, key: str, what: str, whole: str) -> None:
        """Two items of one name could not be told apart in a report."""
        node = self.map.get(key)
        seen: dict[str, int] = {}
        for item in node.items if isinstance(node, List) else ():
            name = item.get("name") if isinstance(item, Map) else None
            if isinstance(name, Text) and seen.setdefault(name.text, name.span.line) != name.span.line:
                help_ = f"the first one is on line {seen[name.text]}; give each a name of its own"
                self.to.fail(name.span, f"{what} `{name.text}` stands twice in the {whole}", help_)

    def is_map(self, node: Node, name: str) -> TypeGuard[Map]:
        """Whether `node` is a map; a problem if not."""
        if not isinstance(node, Map | Broken):
            self.to.fail(node.span, f"{name} is a map", "write it as `key: value`")
        return isinstance(node, Map)

    def map_of(self, key: str, *, required: bool = False) -> Map | None:
        """A map."""
        node = self.node(key, required=required)
        return node if node is not None and self.is_map(node, f"`{key}`") else None

    def words_by_language(self, key: str, *, required: bool = False) -> dict[str, Text]:
        """A map of language tags to texts; the first is the default."""
        return self.as_words(self.node(key, required=required), f"`{key}`")

    def as_words(self, node: Node | None, name: str) -> dict[str, Text]:
        """`node` as a map of language tags to texts."""
        found: dict[str, Text] = {}
        if isinstance(node, Broken):
            return found
        if node is not None and not (isinstance(node, Map) and (node.entries or not node.is_whole)):
            self.to.fail(node.span, f"{name} needs a language", "write it as `en: ...`")
        for tag, value in node.entries if isinstance(node, Map) else ():
            if not LANGUAGE_TAG.fullmatch(tag.text):
                self.to.fail(
                    tag.span,
                    f"`{tag.text}` is not a language tag",
                    "write it like `en`, `pt-BR` or `sr-Latn`",
                )
            elif (words := self.as_text(value, name)) is not None:
                found[tag.text] = words
        return found
