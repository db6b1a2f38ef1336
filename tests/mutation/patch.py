"""Code put in the place of a module's own, so that whoever imported its functions gets the new ones too."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from functools import cached_property
from pathlib import Path
from types import CodeType, FunctionType, ModuleType
from typing import Any, Final

HIT: Final = "__hit__"


def source_of(module: ModuleType) -> str:
    """The text that a module was imported from."""
    return Path(module.__file__ or "").read_text(encoding="utf-8")


def functions(module: ModuleType) -> dict[str, FunctionType]:
    """The functions and methods that a module defines, by qualified name."""
    found = {}
    for value in [*vars(module).values()]:
        inside = vars(value).values() if isinstance(value, type) and value.__module__ == module.__name__ else ()
        for each in (value, *inside):
            for function in _unwrapped(each):
                if function.__module__ == module.__name__:
                    found[function.__qualname__] = function
    return found


def _unwrapped(value: Any) -> Iterator[FunctionType]:
    if isinstance(value, property):
        value = value.fget
    elif isinstance(value, cached_property):
        value = value.func
    elif isinstance(value, staticmethod | classmethod):
        value = value.__func__
    value = getattr(value, "__wrapped__", value)
    if isinstance(value, FunctionType):
        yield value


def codes(code: CodeType) -> Mapping[str, CodeType]:
    """The codes of the outermost functions of a compiled module, by qualified name."""
    found: dict[str, CodeType] = {}
    for const in code.co_consts:
        if isinstance(const, CodeType):
            is_class = not const.co_flags & 0x2  # what is not optimized is the body of a class
            found.update(codes(const) if is_class else {const.co_qualname: const})
    return found


def put(module: ModuleType, code: CodeType, only: str | None = None) -> None:
    """Replace the code of all functions of a module, or of one, with that of a compiled one."""
    live = functions(module)
    for name, new in codes(code).items():
        if name in live and only in {None, name}:
            live[name].__code__ = new


def probed(source: str, filename: str) -> CodeType:
    """A module in which each statement of a function notes its line first."""
    tree = ast.parse(source)
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef):
            _probe(node)
    return compile(ast.fix_missing_locations(tree), filename, "exec", dont_inherit=True)


def _probe(function: ast.AST) -> None:
    for field in ("body", "orelse", "finalbody", "handlers"):
        inner = getattr(function, field, None)
        if not isinstance(inner, list):
            continue
        noting: list[ast.AST] = []
        for each in inner:
            if not isinstance(each, ast.FunctionDef):
                _probe(each)
            if isinstance(each, ast.stmt):
                noting.append(ast.Expr(ast.Call(ast.Name(HIT, ast.Load()), [ast.Constant(each.lineno)], [])))
            noting.append(each)
        setattr(function, field, noting)
