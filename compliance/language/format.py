"""The canonical layout of rule files: `compliance fmt`.

Theory: the layout says again what the tree says, so that two colleagues who mean the same write the same, and
a diff shows what changed in law. Keys stand in the order of the table of keys, short lists and facts on one
line, long texts folded; comments and the grouping by blank lines are the author's and are kept. A flow map of
texts stays one as long as it fits. Whatever was laid out is read again, and given out only if it says the
same and holds every comment: a formatter that changes a law is worse than none.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from compliance.errors import Problem
from compliance.language.load import LANGUAGE_HELP
from compliance.language.sections import file_of, holds_facts, inside, order
from compliance.language.source import List, Map, Node, Text, read
from compliance.language.texts import MOST_COLUMNS, MOST_OF_A_KEY, in_block, key, on_line
from compliance.language.written import Collection, Comment, Entry, Scalar, comments, written

_STEP = 2


def format_file(path: str, data: bytes) -> tuple[bytes | None, list[Problem]]:
    """The file in its canonical layout, or None and every problem of form that keeps it from having one."""
    tree, problems = read(path, data)
    if problems or tree is None:
        return None, problems
    if not isinstance(tree, Map):
        return None, [Problem("a rule file is a map", tree.span, LANGUAGE_HELP)]
    text = data.decode("utf-8-sig")
    root = written(text)
    long = [name for name in _keys(tree) if len(name.text) > MOST_OF_A_KEY]
    if long:
        return None, [Problem("the key is too long", name.span, "write it in a few words") for name in long]
    laid_out = "".join(f"{line}\n" for line in _file(root)).encode()
    again, problems = read(path, laid_out)
    is_same = not problems and again is not None and _plain(again) == _plain(tree)
    if not is_same or Counter(comments(laid_out.decode())) != Counter(comments(text)):
        return None, [Problem("the file cannot be laid out without changing it", tree.span, "please report this")]
    return laid_out, []


def _keys(node: Node) -> Iterator[Text]:
    """Every key of a tree."""
    if isinstance(node, Map):
        for name, value in node.entries:
            yield name
            yield from _keys(value)
    elif isinstance(node, List):
        for item in node.items:
            yield from _keys(item)


def _plain(node: Node) -> object:
    """What a tree says, in which maps with the same entries are equal whatever their order."""
    if isinstance(node, Map):
        return {name.text: _plain(value) for name, value in node.entries}
    if isinstance(node, List):
        return [_plain(item) for item in node.items]
    return node.text if isinstance(node, Text) else None


@dataclass(frozen=True, slots=True)
class _Place:
    """Where something is laid out: how far indented, and which section of the table describes its maps."""

    indent: int
    section: str | None

    def below(self, entry: Entry) -> _Place:
        """The place of what stands below an entry; a list lends its section to its items."""
        section = self.section if entry.key is None else inside(self.section, entry.key.text)
        return _Place(self.indent + _STEP, section)


def _file(root: Collection) -> Iterator[str]:
    """The lines of a file; what stands above its first entry stays at the top, whatever comes first then."""
    kind = file_of(entry.key.text for entry in root.entries if entry.key)
    head: list[Comment] = []
    is_apart = False
    if root.entries:
        first = root.entries[0]
        head, first.before, is_apart = first.before, [], first.after_blank
    _arrange(root, _Place(0, kind))
    if kind == "rule":
        _group(root.entries)
    for number, comment in enumerate(head):
        yield from _comment(comment, 0, is_first=number == 0)
    if head and is_apart:
        yield ""
    if not root.entries:
        yield "{}"
    yield from _lines(root, _Place(0, kind))


def _arrange(whole: Collection, place: _Place) -> None:
    """Put entries in order, and comments where they can stand; settle what fits on a line."""
    if whole.is_map:
        places = order(place.section)
        whole.entries.sort(key=lambda entry: places.get(entry.key.text if entry.key else "", len(places)))
    for entry in whole.entries:
        value = entry.value
        if isinstance(value, Collection):
            _arrange(value, place.below(entry))
            value.is_flow = _fits(entry, value, place)
            if entry.key is None and not value.is_flow:
                _lift(entry, value.entries[0])
        if len(entry.behind) > 1:
            _put_above(entry, [Comment(text) for text in entry.behind[:-1]])
            del entry.behind[:-1]


def _lift(item: Entry, first: Entry) -> None:
    """Move above an item what cannot stand between its dash and its first entry."""
    _put_above(item, [Comment(text) for text in item.behind])
    item.behind = []
    if first.before:
        _put_above(item, first.before)
        item.after_blank, first.before = first.after_blank, []


def _put_above(entry: Entry, more: list[Comment]) -> None:
    if more:
        more[0].after_blank, entry.after_blank = entry.after_blank, False
        entry.before += more


def _group(entries: list[Entry]) -> None:
    """Set the sections of a rule apart by one blank line: the head is texts, and each section a map or a list.

    A text further down, such as `for_each`, belongs to the section below it.
    """
    is_head = True
    for number, entry in enumerate(entries):
        follows_section = number > 0 and isinstance(entries[number - 1].value, Collection)
        ends_head = is_head and isinstance(entry.value, Collection)
        is_head = is_head and not ends_head
        if entry.before:
            entry.before[0].after_blank = follows_section or ends_head
        else:
            entry.after_blank = follows_section or ends_head


def _fits(entry: Entry, whole: Collection, place: _Place) -> bool:
    """Whether the value of an entry stands on its line: short lists, maps of facts, and maps that already did."""
    if not whole.entries:
        return True
    is_facts = entry.key is not None and holds_facts(place.section, entry.key.text)
    if whole.is_map and not (whole.is_flow or is_facts):
        return False
    used = place.indent + (_STEP if entry.key is None else len(key(entry.key)) + 2)
    return _is_flat(whole, may_hold_lists=whole.is_map) and used + len(_flow(whole)) <= MOST_COLUMNS


def _is_flat(whole: Collection, *, may_hold_lists: bool = False) -> bool:
    """Whether it holds nothing but texts of one line, and no comment; a map may also hold lists of them."""
    if whole.foot:
        return False
    for entry in whole.entries:
        value = entry.value
        if entry.before or entry.behind or (isinstance(value, Scalar) and "\n" in value.text):
            return False
        if isinstance(value, Collection) and not (may_hold_lists and not value.is_map and _is_flat(value)):
            return False
    return True


def _flow(value: Scalar | Collection) -> str:
    """The value on one line, between brackets."""
    if isinstance(value, Scalar):
        return on_line(value, in_brackets=True)
    items = (
        f"{key(entry.key, in_brackets=True)}: {_flow(entry.value)}" if entry.key else _flow(entry.value)
        for entry in value.entries
    )
    return f"{{{', '.join(items)}}}" if value.is_map else f"[{', '.join(items)}]"


def _lines(whole: Collection, place: _Place) -> Iterator[str]:
    """The lines of a block."""
    for number, entry in enumerate(whole.entries):
        for count, comment in enumerate(entry.before):
            yield from _comment(comment, place.indent, is_first=number + count == 0)
        if entry.after_blank and (number or entry.before):
            yield ""
        yield from _entry(entry, place)
    for comment in whole.foot:
        yield from _comment(comment, place.indent)


def _entry(entry: Entry, place: _Place) -> Iterator[str]:
    """The line of an entry with the comment behind it, and the lines below."""
    margin, value, below = " " * place.indent, entry.value, place.below(entry)
    start = "-" if entry.key is None else f"{key(entry.key)}:"
    lines: Iterator[str] = iter(())
    if isinstance(value, Scalar):
        line, more = in_block(value, place.indent + len(start) + 1, below.indent)
        lines = (f"{' ' * below.indent}{each}" if each else "" for each in more)
    elif value.is_flow:
        line = _flow(value)
    else:
        lines = _lines(value, below)
        line = next(lines).lstrip(" ") if entry.key is None else ""
    behind = "".join(f"  {text}" for text in entry.behind)
    yield f"{margin}{start}{' ' if line else ''}{line}{behind}"
    yield from lines


def _comment(comment: Comment, indent: int, *, is_first: bool = False) -> Iterator[str]:
    if comment.after_blank and not is_first:
        yield ""
    yield f"{' ' * indent}{comment.text}"
