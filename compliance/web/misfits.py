"""Everything in a JSON value that does not fit a type, each at its place, and what is left without it.

Theory: a caller mends a request once, not once for each slip. So what does not fit is taken out and noted,
and the rest is looked at as if it had never been there: no problem follows from another. What was sent is
repeated only where it has the form of a name, so that no address is ever sent back.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from types import UnionType
from typing import Any, Final, Literal, Union, get_args, get_origin, get_type_hints

import msgspec

from compliance.errors import Problem, nearest
from compliance.model.facts import FACTS
from compliance.web.json_body import MOST_PROBLEMS, NAME

NOTHING: Final = object()
"""What is left of a value that does not fit."""
_FACTS: Final = "content.facts."
_DAYS: Final = ("as_of", "content.date_published")
_OBJECTS: Final = {
    "reader": 'say in which way: `{"address": ...}`, `{"location": {"country": ...}}` or `{"from": "request"}`',
    "reader.location": 'write it as `{"country": "UA", "subdivision": "UA-43"}`; the subdivision may be left out',
    "content": 'write it as `{"publisher": "my-daily.example"}`, or with a `url`',
}
"""How to write what callers give as one word and is an object."""
_YES_NO: Final = ("yes", "no")
_LIKELY_SLIP: Final = 0.8
"""How near a field of another meaning has to be for it to be meant, from 0 to 1."""
_TAG: Final = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z]{2,4}){0,2}")


def fitting(value: Any, wanted: Any, where: str, problems: list[Problem], top: Collection[str] = ()) -> Any:
    """What of `value` fits the type `wanted`, or `NOTHING`; what does not is noted in `problems`.

    `top` are the names of the fields of the whole body, where `value` stands inside it.
    """
    if len(problems) >= MOST_PROBLEMS:
        return NOTHING
    for option in _options(wanted):
        if isinstance(value, dict) and isinstance(option, type) and issubclass(option, msgspec.Struct):
            return _fields(value, option, where, problems, top)
        if isinstance(value, dict) and get_origin(option) is dict:
            return _entries(value, get_args(option)[1], where, problems)
        if isinstance(value, list) and get_origin(option) is list:
            return _items(value, get_args(option)[0], where, problems)
    try:
        msgspec.convert(value, wanted)
    except msgspec.ValidationError:
        message = f"this should be {_wanted(wanted)}, and is {_shape(value)}"
        problems.append(Problem(message, where=where or None, help=_help(value, wanted, where)))
        return NOTHING
    return value


def _fields(
    value: dict[str, Any], wanted: type[msgspec.Struct], where: str, problems: list[Problem], top: Collection[str]
) -> dict[str, Any]:
    fields = {each.encode_name: each for each in msgspec.structs.fields(wanted)}
    hints = get_type_hints(wanted)
    for name in [each for each in value if each not in fields][:MOST_PROBLEMS]:
        is_name = NAME.fullmatch(name)
        near = (_elsewhere(name, wanted, where, top) or nearest(name, fields)) if is_name else None
        help_ = near or f"the fields are: {', '.join(fields)}"
        problems.append(
            Problem(f"unknown field `{name}`" if is_name else "unknown field", where=where or None, help=help_)
        )
    kept = {}
    for name, each in fields.items():
        if name in value:
            kept[name] = fitting(value[name], hints[each.name], _path(where, name), problems, top or fields)
        elif each.required:
            problems.append(Problem(f"`{name}` is missing", where=_path(where, name)))
    return {name: each for name, each in kept.items() if each is not NOTHING}


def _elsewhere(name: str, wanted: type[msgspec.Struct], where: str, top: Collection[str]) -> str | None:
    """The help for a field that there is, but deeper or at the top; or for a fact that stands beside the facts."""
    fields = [each.encode_name for each in msgspec.structs.fields(wanted)]
    if (path := _deeper(name, wanted)) is not None:
        near = nearest(name, fields, _LIKELY_SLIP)
        return f"say it as `{path}`{f', or {near}' if near else ''}"
    if name in top:
        return f"it stands beside `{where.partition('.')[0]}`, not in it"
    fact = name if name in FACTS else f"{where}.{name}"
    facts = _path(where, "facts") if "facts" in fields else _deeper("facts", wanted)
    return f"say it in `{facts}`, as `{fact}`" if fact in FACTS and facts else None


def _deeper(name: str, wanted: type[msgspec.Struct]) -> str | None:
    """The dotted path of the first field of that name in the structs inside a struct."""
    for outer, hint in get_type_hints(wanted).items():
        for option in _options(hint):
            if isinstance(option, type) and issubclass(option, msgspec.Struct):
                has_it = any(each.encode_name == name for each in msgspec.structs.fields(option))
                path = name if has_it else _deeper(name, option)
                if path is not None:
                    return f"{outer}.{path}"
    return None


def _entries(value: dict[str, Any], wanted: Any, where: str, problems: list[Problem]) -> dict[str, Any]:
    kept = {name: fitting(each, wanted, _path(where, name), problems) for name, each in value.items()}
    return {name: each for name, each in kept.items() if each is not NOTHING}


def _items(value: list[Any], wanted: Any, where: str, problems: list[Problem]) -> Any:
    """The list, or nothing of it: without some items the others would stand at other places."""
    kept = [fitting(each, wanted, f"{where}[{number}]", problems) for number, each in enumerate(value)]
    return NOTHING if any(each is NOTHING for each in kept) else kept


def _path(where: str, name: str) -> str:
    """The path of a field, without a name that may be anything."""
    return f"{where}.{name}".lstrip(".") if NAME.fullmatch(name) else where


def _options(wanted: Any) -> tuple[Any, ...]:
    return get_args(wanted) if get_origin(wanted) in {Union, UnionType} else (wanted,)


def _wanted(wanted: Any) -> str:
    """A type in the words of JSON rather than of Python."""
    words = [_word(option) for option in _options(wanted) if option is not type(None)]
    return " or ".join(words)


def _word(option: Any) -> str:
    if get_origin(option) is Literal:
        return f"the word {' or '.join(f'`{word}`' for word in get_args(option))}"
    if option is str:
        return "text"
    if option is bool:
        return "true or false"
    return "a list" if get_origin(option) is list else "an object"


def _help(value: Any, wanted: Any, where: str) -> str | None:
    """What to write instead of a value of another type, where that is clear. Only the form of a tag is repeated."""
    if where.startswith(_FACTS):
        spec = FACTS.get(where.removeprefix(_FACTS).partition("[")[0])
        values = (spec.domain if spec else None) or ()
        if tuple(values) == _YES_NO:
            return "write `yes` or `no`, in quotation marks"
        return f"use one of: {', '.join(values)}" if values else None
    if where in _DAYS:
        return None if isinstance(value, list | dict) else 'write it as "YYYY-MM-DD"'
    if where in _OBJECTS:
        return _OBJECTS[where]
    options = _options(wanted)
    if isinstance(value, str) and any(get_origin(option) is list for option in options):
        return f'write it as a list: `["{value if _TAG.fullmatch(value) else "..."}"]`'
    if isinstance(value, str) and bool in options:
        return "write `true` or `false`, without quotation marks"
    return None


def _shape(value: Any) -> str:
    if value is None:
        return "null"
    shapes = ((bool, "true or false"), (str, "text"), (list, "a list"), (dict, "an object"))
    return next((word for kind, word in shapes if isinstance(value, kind)), "a number")
