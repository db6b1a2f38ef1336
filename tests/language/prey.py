"""Real rule files to damage: small rule sets that load, each a rule with all that it names, and the whole."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Final

from compliance.language.keys import KEYS
from compliance.model.facts import FACTS
from compliance.model.rule import Status
from tests.tiny import TINY

ROOT: Final = Path(__file__).resolve().parents[2]
SHIPPED: Final = ROOT / "rules"
SITUATIONS: Final = Path(__file__).parent / "situations"
MOST_FILES: Final = 60
"""A rule set with more files is not small."""
_DECLARES: Final = re.compile(r"^(?:rule|entity|register|territory|  id): (\S+)$", re.MULTILINE)
_WORD: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9/.-]*")
_SCALAR: Final = re.compile(r"(?::|-|\[|,)[ ]+([^\s,:{}\[\]#'\"|>][^\n,{}\[\]#]{0,80})")
Files = dict[str, bytes]


@cache
def shipped() -> Mapping[str, bytes]:
    """The rule files of the product, without suites."""
    return {name: data for name, data in _under(SHIPPED).items() if not name.startswith("tests/")}


@cache
def suites() -> Mapping[str, bytes]:
    """Its suites."""
    return {name.removeprefix("tests/"): data for name, data in _under(SHIPPED).items() if name.startswith("tests/")}


@cache
def small() -> tuple[Mapping[str, bytes], ...]:
    """Rule sets of a few files."""
    found = [{name: text.encode() for name, text in TINY.items()}]
    found += [_under(path) for path in sorted(SITUATIONS.iterdir())]
    rules = [name for name, data in shipped().items() if re.search(rb"^rule: ", data, re.MULTILINE)]
    for rule in rules:
        files = closure(rule)
        if len(files) <= MOST_FILES:
            found.append(files)
    return tuple(found)


def closure(name: str) -> Files:
    """A shipped file, the files that declare what it names, what those name, and so on: it loads without the rest."""
    named, declares = _names()
    found, left = set[str](), [name]
    while left:
        if (here := left.pop()) not in found:
            found.add(here)
            left += [declares[word] for word in named[here] if word in declares]
    return {each: shipped()[each] for each in sorted(found)}


@cache
def words() -> tuple[str, ...]:
    """What stands anywhere in our files, or may: values, keys, facts and their words."""
    found = {name for keys in KEYS.values() for name in (key.name for key in keys)}
    found |= {word for spec in FACTS.values() for word in (spec.name, f"{spec.name} unknown", *(spec.domain or ()))}
    found |= {*Status}
    for files in (*small(), suites()):
        for data in files.values():
            found |= {word.strip() for word in _SCALAR.findall(data.decode())}
    return tuple(sorted(found))


def _under(directory: Path) -> Files:
    return dict(_read(directory))


def _read(directory: Path) -> Iterator[tuple[str, bytes]]:
    for path in sorted(directory.rglob("*.yaml")):
        yield path.relative_to(directory).as_posix(), path.read_bytes()


@cache
def _names() -> tuple[Mapping[str, list[str]], Mapping[str, str]]:
    """The words of each shipped file, and the file that declares what a word names."""
    named = {name: _WORD.findall(data.decode()) for name, data in shipped().items()}
    return named, {word: name for name, data in shipped().items() for word in _DECLARES.findall(data.decode())}
