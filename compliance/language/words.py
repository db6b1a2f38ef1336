"""The words of a notice: by language, with days or in turns, and the slots that stand in them.

Theory: words are checked where they are written. A slot that nobody fills would be printed as it stands,
and a wording that may be used just when a fact is unknown may not rest on that fact.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from compliance.errors import nearest
from compliance.language.fields import KEBAB, Collector, Fields
from compliance.language.keys import names
from compliance.language.overlaps import in_words, overlaps
from compliance.language.source import Broken, List, Map, Node, Text
from compliance.model.notice import Every, Fixity, Merge, Notice, Rotation, SlotType, ValueSlot, Whose, Wording, Words
from compliance.model.period import Period

TITLES: Final = ("publisher.title", "mention.title")
"""The slots that take a title, for which words may stand in."""
ALL_TITLES: Final = "mention.titles"
SLOTS: Final = (*TITLES, ALL_TITLES)
FORMS: Final = ("text", "wordings", "rotation")
"""The keys under which the words of a notice may stand."""
BIND_HELP: Final = "add `for_each`, for example `for_each: content.mentions`, to the rule"
CONDITIONAL_HELP: Final = 'add the wording "If you are in ...", or `conditional: true` if `text` already is'
_SLOT: Final = re.compile(r"\{[^{}]*\}|[{}]")
_NAME: Final = re.compile(r"[a-z][a-z0-9_]*")
_NO_SLOTS: Final = frozenset({"missing", *TITLES})


@dataclass(frozen=True, slots=True)
class Slots:
    """The slots of a notice: what a rule binds, and those that its author declared."""

    bound: str | None = None
    merge: Merge = Merge.EACH
    titles: Mapping[str, Words] = field(default_factory=dict)
    values: Mapping[str, ValueSlot] = field(default_factory=dict)
    declared: frozenset[str] = frozenset()
    """Also those whose declaration is a problem already."""

    def problem(self, written: str, key: str) -> tuple[str, str] | None:
        """What is wrong with a slot or a lone brace in the words of `key`, and what to write; None if nothing is."""
        slot = written[1:-1]
        if len(written) == 1:
            return f"`{written}` belongs to no slot", f"write a slot like `{{{SLOTS[0]}}}`, and no other brace"
        known = (*SLOTS, *sorted(self.declared))
        if slot not in known:
            return f"unknown slot `{written}`", nearest(slot, known) or f"the slots are: {', '.join(known)}"
        if key in _NO_SLOTS:
            return f"`{written}` may not stand in the words for a slot", "say it without the slot"
        if key == "text_if_possible":
            help_ = "it may be unknown just when this wording is used: say it without the slot"
            return f"`{written}` may not stand in `{key}`", help_
        return self._problem_of_a_mention(slot, written, key)

    def _problem_of_a_mention(self, slot: str, written: str, key: str) -> tuple[str, str] | None:
        value = self.values.get(slot)
        if not slot.startswith("mention.") and (value is None or value.of is not Whose.MENTION):
            return None
        if self.bound is None:  # of a slot of their own the author reads it where it is declared
            return None if value is not None else (f"`{written}` needs a bound entity", BIND_HELP)
        is_footnote = self.merge is Merge.FOOTNOTE
        if slot == ALL_TITLES:
            help_ = f"add `merge: footnote`, or write `{{{TITLES[1]}}}`"
            return None if is_footnote else (f"`{written}` is for a footnote that several mentions share", help_)
        if is_footnote and key != "short":
            help_ = f"write `{{{ALL_TITLES}}}`, or leave `merge: footnote` out"
            return f"`{written}` speaks of one mention, and the footnote of all", help_
        return None


def slots(fields: Fields, bound: str | None, merge: Merge) -> Slots:
    """The slots that a notice may use, and what is said where they cannot be filled."""
    node = fields.map_of("slots")
    if node is None:
        return Slots(bound, merge)
    own = [key.text for key, _ in node.entries if "." not in key.text]
    known = Slots(bound, merge, declared=frozenset(own))
    titles: dict[str, Words] = {}
    values: dict[str, ValueSlot] = {}
    inner = Fields(node, "`slots`", fields.to, (*TITLES, *own))
    for key, value in node.entries:
        if key.text in TITLES:
            if bound is None and key.text != TITLES[0]:
                fields.to.fail(key.span, f"`{key.text}` needs a bound entity", BIND_HELP)
            titles[key.text] = words(inner, key.text, known)
        elif key.text in own:
            found = _value_slot(key, value, known, fields.to)
            if found is not None:
                values[key.text] = found
    return replace(known, titles=titles, values=dict(sorted(values.items())))


def _value_slot(name: Text, node: Node, known: Slots, to: Collector) -> ValueSlot | None:
    if not _NAME.fullmatch(name.text):
        help_ = "use lower case letters, digits and underscores, for example `loss_percentage`"
        to.fail(name.span, f"`{name.text}` is not a name for a slot", help_)
        return None
    if not isinstance(node, Map):
        if not isinstance(node, Broken):
            help_ = "write it as `{type: percent, value: loss-percentage}`"
            to.fail(node.span, f"the slot `{name.text}` does not say what fills it", help_)
        return None
    fields = Fields(node, "a slot", to, names("slot"))
    kind, value = fields.word("type", SlotType, required=True), fields.text_node("value", required=True)
    if value is not None and not KEBAB.fullmatch(value.text):
        help_ = "name a value of an entity, for example `loss-percentage`"
        to.fail(value.span, f"`{value.text}` is not a name for data", help_)
    of = fields.word("of", Whose, Whose.PUBLISHER) or Whose.PUBLISHER
    whose = node.get("of")
    if of is Whose.MENTION and known.bound is None and whose is not None:
        to.fail(whose.span, "`of: mention` needs a bound entity", BIND_HELP)
    missing = words(fields, "missing", known)
    return None if kind is None or value is None else ValueSlot(kind, value.text, of, missing)


def words(fields: Fields, key: str, known: Slots, *, required: bool = False) -> Words:
    """A text in several languages under a key, each slot in it checked."""
    return _checked(fields.words_by_language(key, required=required), key, known, fields.to)


def _checked(found: Mapping[str, Text], key: str, known: Slots, to: Collector) -> Words:
    for text in found.values():
        for written in dict.fromkeys(match[0] for match in _SLOT.finditer(text.text)):
            problem = known.problem(written, key)
            if problem is not None:
                to.fail(text.part(written), *problem)
    return {tag: " ".join(text.text.split()) for tag, text in found.items()}


def form(fields: Fields) -> str:
    """The key under which the words of the notice stand; a problem if it is none or several."""
    written = [key for key in FORMS if fields.map.get(key) is not None]
    if not written and not any(fields.is_misspelled(key) for key in FORMS):
        fields.node("text", required=True)
    for key in written[1:]:
        found = fields.map.key(key)
        if found is not None:
            message = f"a notice has its words under `{written[0]}` or `{key}`, not both"
            fields.to.fail(found.span, message, "keep one of them")
    return written[0] if written else "text"


def wordings(fields: Fields, known: Slots, fixity: Fixity, *, conditional: bool) -> tuple[Wording, ...]:
    """The wordings with their days, the earliest first."""
    for key in ("text_if_possible", "short"):
        beside = fields.map.key(key)
        if beside is not None:
            fields.to.fail(beside.span, f"`{key}` stands in each item of `wordings`", "move it there")
    found = [
        (item, _wording(item, fields.to, known, fixity, conditional=conditional))
        for item in fields.maps("wordings", required=True)
    ]
    dated = [(item, each.period) for item, each in found if not each.period.is_empty]
    for item, days in overlaps(dated):
        help_ = "end the earlier one the day before the later one begins"
        fields.to.fail(item.span, f"the notice has two wordings {in_words(days)}", help_)
    return tuple(sorted((each for _, each in found), key=lambda each: _begin(each.period)))


def _wording(node: Map, to: Collector, known: Slots, usual: Fixity, *, conditional: bool) -> Wording:
    fields = Fields(node, "a wording", to, names("wording"))
    found = Wording(
        period=fields.period(),
        text=words(fields, "text", known, required=True),
        text_if_possible=words(fields, "text_if_possible", known),
        short=words(fields, "short", known),
        fixity=fields.word("fixity", Fixity, usual) or usual,
        source=fields.text("source"),
    )
    if not conditional and node.get("text_if_possible") is None and not fields.is_misspelled("text_if_possible"):
        message = "a wording needs `text_if_possible` for readers whose place is not known"
        to.fail(node.span, message, CONDITIONAL_HELP)
    return found


def _begin(period: Period) -> str:
    return period.first_day.isoformat() if period.first_day else ""


def rotation(fields: Fields, known: Slots) -> Rotation | None:
    """The wordings that take turns."""
    node = fields.map_of("rotation")
    if node is None:
        return None
    inner = Fields(node, "`rotation`", fields.to, names("rotation"))
    every = inner.word("every", Every, required=True, name="turn")
    is_calendar = every is not None and every is not Every.ITEM
    start = inner.day("start", required=is_calendar)
    begun = node.key("start")
    if every is Every.ITEM and begun is not None:
        fields.to.fail(begun.span, "a rotation by item has no start", "leave `start` out")
        start = None
    texts = inner.node("texts", required=True)
    items: Iterable[Node] = texts.items if isinstance(texts, List) else ()
    if texts is not None and not isinstance(texts, List):
        fields.to.fail(texts.span, "`texts` is a list", "begin each item with `- `")
    elif isinstance(texts, List) and len(texts.items) < 2:
        fields.to.fail(texts.span, "a rotation needs two texts at least", "add another one, or use `text`")
    found = tuple(_checked(inner.as_words(item, "an item of `texts`"), "texts", known, fields.to) for item in items)
    return None if every is None else Rotation(every, found, start)


def speaks_of_a_mention(notice: Notice) -> bool:
    """Whether the words of a notice need an entity that a rule binds."""
    texts = (text for each in notice.each_words() for text in each.values())
    return any("{mention." in text for text in texts) or any(
        each.of is Whose.MENTION for each in notice.values.values()
    )
