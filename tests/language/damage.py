"""Damage to the bytes, the lines and the names of rule files, as by a bad copy or a well-meaning editor.

Every way takes a source of chance and gives out other bytes; most of them keep most of a file readable, since a
file that breaks in its first line shows nothing of what is read behind it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from random import Random
from typing import Final

from tests.language.prey import Files, words

BYTES: Final = (
    *(b"\0", b"\xef\xbb\xbf", b"\r\n", b"\r", b"\t", b"\n", b"\n\n\n", b"\xff", b"\xc0\x80", b"\xed\xa0\x80"),
    *(
        b"\xf4\x90\x80\x80",
        b"\xe2\x80\xa8",
        b"\xe2\x80\xa9",
        b"\xc2\x85",
        b"\x1b[31m",
        b"\x07",
        b"\x7f",
        b"\xe2\x80\xae",
    ),
    *(b"\xcc\x81", b"\xf0\x9f\x98\x80", b"\xc2\xa0", b"\xe3\x80\x80", b"\xef\xbf\xbe", b"\xe2\x80\x8b", b"\xd9\xa2"),
    *(b"---\n", b"...\n", b"%YAML 1.1\n---\n", b"%TAG ! x\n", b"&a ", b"*a", b"!x ", b"!!python/object:os.system "),
    *(b"<<: *a\n", b"? ", b": ", b":", b"- ", b"-", b"|\n", b">\n", b"|9+\n", b">-2\n", b"#", b" #", b"'", b'"', b"\\"),
    *(b"[", b"]", b"{", b"}", b",", b"@", b"`", b"%", b"  ", b" ", b"{{", b"}}", b"~", b"=", b"! ", b"[[[[", b"}]"),
)
NAMES: Final = (
    *("copy.yaml", "zz/copy.yaml", "0.yml", "a b.yaml", "é.yaml", "e\u0301.yaml", "Правило.yaml", "a\nb.yaml"),
    *("\x1b[31m.yaml", "\u202e.yaml", "a\udcffb.yaml", "a`b.yaml", "a:1:1.yaml", f"{'x' * 255}.yaml"),
)
"""File names; one of them is not UTF-8 on the disk."""
Way = Callable[[bytes, Random], bytes]


def damaged(files: Files, chance: Random, ways: Sequence[Way]) -> Files:
    """The files with one or a few of them damaged; now and then they also change places."""
    found = dict(files)
    for _ in range(_few(chance)):
        names = sorted(found)
        folder = chance.choice(sorted({name.rpartition("/")[0] for name in names}))  # one folder has nearly all files
        name = chance.choice([name for name in names if name.rpartition("/")[0] == folder])
        turn = chance.random()
        if turn < 0.03 and len(names) > 1:
            del found[name]
        elif turn < 0.06:
            other = chance.choice(names)
            found[name], found[other] = found[other], found[name]
        elif turn < 0.08:
            found[chance.choice(NAMES)] = found[name]
        elif turn < 0.1:
            found[chance.choice(NAMES)] = found.pop(name)
        else:
            found[name] = chance.choice(ways)(found[name], chance)
    return found


def _few(chance: Random) -> int:
    return chance.choices([1, 2, 3, 4, 6, 10], [50, 25, 12, 7, 4, 2])[0]


# -- bytes and lines ------------------------------------------------------------------------------------


def _stretch(data: bytes | Sequence[object], chance: Random, most: int = 40) -> tuple[int, int]:
    begin = chance.randint(0, len(data))
    return begin, min(len(data), begin + chance.choice([0, 1, 1, 2, 3, 8, most]))


def flip(data: bytes, chance: Random) -> bytes:
    if not data:
        return b"\0"
    place = chance.randrange(len(data))
    return data[:place] + bytes([data[place] ^ (1 << chance.randrange(8))]) + data[place + 1 :]


def cut(data: bytes, chance: Random) -> bytes:
    begin, end = _stretch(data, chance)
    return data[:begin] + data[end:]


def put_in(data: bytes, chance: Random) -> bytes:
    begin, end = _stretch(data, chance, 1)
    return data[:begin] + chance.choice(BYTES) * chance.choice([1, 1, 1, 2, 40]) + data[end:]


def repeat(data: bytes, chance: Random) -> bytes:
    begin, end = _stretch(data, chance)
    return data[:begin] + data[begin:end] * chance.choice([2, 3, 10, 1000]) + data[end:]


def end_early(data: bytes, chance: Random) -> bytes:
    return data[: chance.randint(0, len(data))]


def move(data: bytes, chance: Random) -> bytes:
    begin, end = _stretch(data, chance)
    rest = data[:begin] + data[end:]
    place = chance.randint(0, len(rest))
    return rest[:place] + data[begin:end] + rest[place:]


def save_otherwise(data: bytes, chance: Random) -> bytes:
    """As an editor saves it that means well."""
    text = data.decode("utf-8", "replace")
    ways: list[Callable[[], bytes]] = [
        lambda: data.replace(b"\n", b"\r\n"),
        lambda: data.replace(b"\n", b"\r"),
        lambda: text.replace("\n", "\u2028").encode(),
        lambda: text.replace("\n", "\x85").encode(),
        lambda: b"\xef\xbb\xbf" + data,
        lambda: text.encode("utf-16"),
        lambda: text.encode("utf-16-le"),
        lambda: text.encode("utf-32-be"),
        lambda: text.encode("cp1251", "replace"),
        lambda: text.encode("utf-8").decode("latin-1").encode(),
        lambda: data.replace(b"  ", b"\t"),
        lambda: data.replace(b'"', "\u201c".encode()),
        lambda: data.replace(b" ", "\u00a0".encode(), chance.randint(1, 5)),
        lambda: data.rstrip(b"\n"),
        lambda: data * 2,
        lambda: b"",
    ]
    return chance.choice(ways)()


def confuse_lines(data: bytes, chance: Random) -> bytes:
    """Lines that are lost, doubled, moved, indented otherwise or commented out."""
    lines = data.split(b"\n")
    begin, end = _stretch(lines, chance, 12)
    part, rest = lines[begin:end], lines[:begin] + lines[end:]
    place = chance.randint(0, len(rest))
    ways: list[Callable[[], list[bytes]]] = [
        lambda: rest,
        lambda: [*lines[:begin], *part, *part, *lines[end:]],
        lambda: [*rest[:place], *part, *rest[place:]],
        lambda: [*lines[:place], *part, *lines[place:]],
        lambda: [*lines[:begin], *(chance.choice([b" ", b"  ", b"\t"]) + each for each in part), *lines[end:]],
        lambda: [*lines[:begin], *(each.removeprefix(b"  ") for each in part), *lines[end:]],
        lambda: [*lines[:begin], *(each.removeprefix(b" ") for each in part), *lines[end:]],
        lambda: [*lines[:begin], *(b"# " + each for each in part), *lines[end:]],
        lambda: [*lines[:begin], *(each.replace(b": ", b":") for each in part), *lines[end:]],
        lambda: [*lines[:begin], *(each.replace(b'"', b"") for each in part), *lines[end:]],
        lambda: [*lines[:begin], *reversed(part), *lines[end:]],
    ]
    return b"\n".join(chance.choice(ways)())


def mix(data: bytes, chance: Random) -> bytes:
    """Any word of ours somewhere."""
    begin, end = _stretch(data, chance, 8)
    return data[:begin] + chance.choice(words()).encode() + data[end:]


RAW: Final[tuple[Way, ...]] = (
    *(flip, cut, put_in, put_in, repeat, end_early, move),
    *(save_otherwise, confuse_lines, confuse_lines, mix),
)
