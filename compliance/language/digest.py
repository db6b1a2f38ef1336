"""Two digests of a rule set: what it says, and the bytes that say it.

Theory: `meaning` is taken over the model, in one canonical form, so layout, comments and file names do
not enter it; fields that can never change a decision or its words are marked in the model and left out.
`source` is taken over every byte of every file.

Source: SHA-256, FIPS 180-4.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections.abc import Callable, Iterator, Mapping
from datetime import date, timedelta
from enum import Enum
from typing import Any, Final

from compliance.model.rule import IfUnknown
from compliance.model.ruleset import LANGUAGE_VERSION, Ruleset


def meaning(ruleset: Ruleset) -> str:
    """The digest of everything that can change a decision or its words: `sha256:` and 64 hex digits."""
    digest = hashlib.sha256()
    for part in _written(ruleset):
        digest.update(part.encode())
    return f"sha256:{digest.hexdigest()}"


def _written(ruleset: Ruleset) -> Iterator[str]:
    """The canonical JSON of a rule set, piece by piece: the whole of a large one would take as much room again."""
    sections = {
        "rules": ruleset.rules,
        "entities": ruleset.entities,
        "registers": ruleset.registers,
        "territories": ruleset.territories,
    }
    yield f'{{"language":{LANGUAGE_VERSION}'
    for name, things in sections.items():
        yield f',"{name}":['
        for number, (key, thing) in enumerate(things.items()):
            yield "," if number else ""
            yield json.dumps([key, canonical(thing)], ensure_ascii=False, separators=(",", ":"))
        yield "]"
    yield "}"


def source(files: Mapping[str, bytes]) -> str:
    """The digest of every byte of every file, and of their names."""
    digest = hashlib.sha256()
    for path in sorted(files):
        for part in (path.encode(), files[path]):
            digest.update(len(part).to_bytes(8, "big"))
            digest.update(part)
    return f"sha256:{digest.hexdigest()}"


def canonical(value: object) -> object:
    """Plain JSON in which equal meanings are equal; the order of a map counts (it names the default words)."""
    kind = type(value)
    found = _WRITERS.get(kind)
    if found is None:
        found = _WRITERS[kind] = _writer(kind)
    return found(value)


_WRITERS: Final[dict[type[Any], Callable[[Any], object]]] = {}


def _writer(kind: type[Any]) -> Callable[[Any], object]:
    """How a kind of value is written; looked up once for each kind, and not for each of a million values."""
    if issubclass(kind, Enum):
        return lambda value: value.value
    if issubclass(kind, date):
        return date.isoformat
    if issubclass(kind, timedelta):
        return lambda value: value.days
    if issubclass(kind, frozenset):
        return sorted
    if issubclass(kind, tuple):
        return lambda value: [canonical(item) for item in value]
    if issubclass(kind, Mapping):
        return _map
    if dataclasses.is_dataclass(kind):
        return _dataclass(kind)
    return lambda value: value


def _dataclass(kind: type[Any]) -> Callable[[Any], object]:
    """The writer of a dataclass: fields that nobody wrote may be left out, so that new ones change no digest."""
    fields = [each for each in dataclasses.fields(kind) if each.metadata.get("meaning", True)]
    always = tuple(each.name for each in fields if not each.metadata.get("if_written"))
    usual = {each.name: _default(each) for each in fields if each.metadata.get("if_written")}

    def write(value: Any) -> object:
        found = {name: canonical(getattr(value, name)) for name in always}
        for name, default in usual.items():
            if (written := getattr(value, name)) != default:
                found[name] = canonical(written)
        return found

    return write


def _default(field: dataclasses.Field[Any]) -> object:
    return field.default if field.default_factory is dataclasses.MISSING else field.default_factory()


def _map(value: Mapping[Any, Any]) -> object:
    # what a rule does about each fact has no order, and what it does by itself need not be said
    if any(isinstance(item, IfUnknown) for item in value.values()):
        return sorted([key, item.value] for key, item in value.items() if item is not IfUnknown.SHOW)
    return [[str(canonical(key)), canonical(item)] for key, item in value.items()]
