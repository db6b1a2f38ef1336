"""Damage to the structure of rule files: what a tired author confuses, and what YAML has and the rule language not.

One value, key or entry is changed where it stands, so that comments and layout of the rest are the author's.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from random import Random
from typing import Final

import yaml

from tests.language.damage import Way, confuse_lines, flip
from tests.language.prey import small, suites, words

ODD: Final = (
    *("", " ", "~", "null", "true", "false", "NO", "no", "off", "yes", "=", "<<", "none", "unknown", "nothing"),
    *(
        "perhaps",
        "perhaps ",
        "perhaps x",
        "perhaps unknown",
        "required",
        "0",
        "-0",
        "-1",
        "1.5",
        "1e999",
        "0x1F",
        "0o7",
    ),
    *(
        ".inf",
        ".nan",
        "12:30",
        "1_000",
        "9" * 400,
        "9" * 5000,
        "0." + "0" * 400 + "1",
        "²",
        "٣",
        "１",
        "+1",
        "1.",
        ".5",
    ),
    *("0001-01-01", "9999-12-31", "10000-01-01", "0000-01-01", "2024-02-30", "2024-13-01", "2023-02-29", "01.02.2024"),
    *("2024-02-20T00:00:00Z", "20240220", "2024-2-2", "٢٠٢٤-٠١-٠١", "1 days", "0 days", "99999 days", "100000 days"),
    *(
        "RU",
        "UK",
        "GB",
        "ru",
        "US-CA",
        "UA-43",
        "XX",
        "EU",
        "en",
        "EN",
        "en-",
        "zh-Hant-TW",
        "i-klingon",
        "UTC",
        "GMT+3",
    ),
    *("Europe/Moscow", "../../etc/passwd", "/", "a/b", "a/b/c", "a", "A", "-", "--", "a--b", "-a", "x" * 300),
    *("{", "}", "{}", "{{}}", "{x}", "{x", "x}", "{publisher.title}", "{mention.title}", "{publisher.title!r}", "{0}"),
    *(
        "{publisher.__class__}",
        "{a.b.c}",
        "%s",
        "$x",
        "\\",
        "\\n",
        "<b>x</b>",
        "a\nb",
        "a\n\nb\n",
        "\ta",
        "a\t",
        " a ",
        "a\r\nb",
    ),
    *(
        "http://",
        "https://",
        "https://x",
        "https://x y",
        "https://[::1",
        "https://example.org:99999999/",
        "javascript:1",
    ),
    *("//example.org", "example.org", "EXAMPLE.org.", "..", "*", "*.example.org", "xn--", "é.example", "a@b", "@a"),
    *(
        "Q1",
        "Q",
        "I",
        "İ",
        "ß",
        "ſ",
        "ﬁ",
        "e\u0301",
        "\u202e",
        "\u2028",
        "\u0085",
        "\ufeff",
        "\u200b",
        "\x07",
        "\x1b[2J",
    ),
    *("USD 1", "usd 1", "12 %", "12%", "a: b", "a #b", "- a", "? a", "!a", "&a", "*a", "%a", "`a`", "[a", "{a: b"),
)
LOADER: Final = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True, slots=True)
class Part:
    """A stretch of a file that is one value, and its key where it has one; both by the numbers of their letters."""

    begin: int
    end: int
    value: object
    key: tuple[int, int, str] | None = None


def parts(text: str) -> list[Part]:
    """Every value of a file that can be read, the outer ones first; none otherwise."""
    try:
        root = yaml.compose(text, Loader=LOADER)
        return [] if root is None else list(_parts(root, text, None))
    except (yaml.YAMLError, RecursionError):
        return []


def _parts(node: yaml.Node, text: str, key: tuple[int, int, str] | None) -> Iterator[Part]:
    begin, end = node.start_mark.index, node.end_mark.index
    end -= len(text[begin:end]) - len(text[begin:end].rstrip(" \n"))
    yield Part(begin, end, _plain(node), key)
    if isinstance(node, yaml.SequenceNode):
        for item in node.value:
            yield from _parts(item, text, None)
    elif isinstance(node, yaml.MappingNode):
        for name, value in node.value:
            yield from _parts(value, text, (name.start_mark.index, name.end_mark.index, str(name.value)))


def _plain(node: yaml.Node) -> object:
    if isinstance(node, yaml.MappingNode):
        return {str(name.value): _plain(value) for name, value in node.value}
    return [_plain(each) for each in node.value] if isinstance(node, yaml.SequenceNode) else node.value


@cache
def values() -> Mapping[str, Sequence[object]]:
    """What stands under each key in files of ours, each value once."""
    found: dict[str, dict[str, object]] = {}
    for files in (*small(), suites()):
        for data in files.values():
            for part in parts(data.decode()):
                if part.key is not None:
                    found.setdefault(part.key[2], {})[repr(part.value)] = part.value
    return {key: tuple(each.values()) for key, each in found.items()}


def flow(value: object, chance: Random) -> str:
    """A value on one line; texts without quotation marks now and then."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{flow(str(name), chance)}: {flow(each, chance)}" for name, each in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(flow(each, chance) for each in value) + "]"
    text = str(value)
    return text if text.isalnum() or chance.random() < 0.03 else json.dumps(text, ensure_ascii=chance.random() < 0.02)


def any_value(chance: Random, depth: int = 0) -> object:
    """A word of ours, an odd text, or a list or map of such."""
    turn = chance.random()
    if depth < 3 and turn < 0.12:
        return [any_value(chance, depth + 1) for _ in range(chance.randint(0, 3))]
    if depth < 3 and turn < 0.24:
        return {any_key(chance): any_value(chance, depth + 1) for _ in range(chance.randint(0, 3))}
    return chance.choice(ODD if turn < 0.6 else words())


def any_key(chance: Random) -> str:
    """A key of ours, or one that nobody knows."""
    turn = chance.random()
    if turn < 0.7:
        return chance.choice(words())
    return chance.choice(ODD) if turn < 0.98 else "k" * chance.choice([127, 1000, 1023, 1025, 70_000])


def _wild(chance: Random) -> str:
    """A value that the rule language does not have, or hardly."""
    depth = chance.choice([5, 31, 32, 33, 40, 500, 5000])
    ways: list[Callable[[], str]] = [
        lambda: "[" * depth + "]" * depth,
        lambda: "{a: " * depth + "}" * depth,
        lambda: "*anchor",
        lambda: f"&anchor {flow(any_value(chance), chance)}",
        lambda: f"{chance.choice(['!!int', '!!null', '!x', '!<tag:x>', '!!timestamp', '!!binary'])} 1",
        lambda: "{<<: *anchor, a: b}",
        lambda: "{<<: [*anchor, *anchor]}",
        lambda: "{? [a]: b}",
        lambda: "{? {a: b}: c, ? d}",
        lambda: "{a: b, a: c}",
        lambda: "[" + "x, " * chance.choice([10, 3000]) + "]",
        lambda: "{" + ", ".join(f"k{number}: v" for number in range(chance.choice([10, 2000]))) + "}",
        lambda: json.dumps("word " * chance.choice([100, 20_000])),
        lambda: "|-\n" + "".join(f"{' ' * 12}line {number}\n" for number in range(chance.choice([1, 3, 400]))),
        lambda: "",
    ]
    return chance.choice(ways)()


def restructure(data: bytes, chance: Random) -> bytes:
    """One value, key or entry changed, and all else left as it stands."""
    text = data.decode("utf-8-sig", "replace")
    found = parts(text)
    if not found:
        return flip(data, chance)
    part = chance.choice(found)
    return chance.choice(_STRUCTURE)(text, part, found, chance).encode("utf-8", "replace")


def _replace(text: str, part: Part, others: Sequence[Part], chance: Random) -> str:
    turn = chance.random()
    known = values().get(part.key[2], ()) if part.key is not None else ()
    if turn < 0.15:
        new = _wild(chance)
    elif turn < 0.3:
        new = flow(chance.choice(others).value, chance)
    elif turn < 0.65 and known:
        new = flow(chance.choice(known), chance)
    else:
        new = flow(any_value(chance), chance)
    return text[: part.begin] + new + text[part.end :]


def _swap(text: str, part: Part, others: Sequence[Part], chance: Random) -> str:
    first, second = sorted((part, chance.choice(others)), key=lambda each: each.begin)
    if first.end > second.begin:
        return text
    between = text[first.end : second.begin]
    one, other = flow(first.value, chance), flow(second.value, chance)
    return text[: first.begin] + other + between + one + text[second.end :]


def _take_out(text: str, part: Part, others: Sequence[Part], chance: Random) -> str:
    begin = part.begin if part.key is None else part.key[0]
    rest = text[part.end :]
    return text[:begin] + (rest.lstrip(", \n") if chance.random() < 0.8 else rest)


def _double(text: str, part: Part, others: Sequence[Part], chance: Random) -> str:
    begin = part.begin if part.key is None else part.key[0]
    line = text.rfind("\n", 0, begin) + 1
    is_own_line = not text[line:begin].strip(" -")
    if is_own_line:
        return text[: part.end] + "\n" + text[line : part.end] * chance.choice([1, 1, 1, 30]) + text[part.end :]
    return text[: part.end] + ", " + text[begin : part.end] + text[part.end :]


def _rename(text: str, part: Part, others: Sequence[Part], chance: Random) -> str:
    if part.key is None:
        return _replace(text, part, others, chance)
    begin, end, name = part.key
    misspelt = list(name)
    place = chance.randint(0, len(misspelt))
    misspelt[place : place + 1] = chance.choice(["", "x", "é", "-", "."])
    keys = [each.key[2] for each in others if each.key is not None]
    new = chance.choice(["".join(misspelt), any_key(chance), any_key(chance), chance.choice(keys)])
    return text[:begin] + flow(new, chance) + text[end:]


def _add(text: str, part: Part, others: Sequence[Part], chance: Random) -> str:
    """A key with a value beside another."""
    if part.key is None:
        return _replace(text, part, others, chance)
    line = text.rfind("\n", 0, part.key[0]) + 1
    new = f"{flow(any_key(chance), chance)}: {flow(any_value(chance), chance)}"
    before = text[line : part.key[0]]
    if before.strip(" "):
        return text[: part.key[0]] + new + ", " + text[part.key[0] :]
    return text[:line] + before + new + "\n" + text[line:]


_STRUCTURE: Final = (_replace, _replace, _replace, _swap, _take_out, _double, _rename, _add)
SHAPED: Final[tuple[Way, ...]] = (*(restructure,) * 8, confuse_lines)
