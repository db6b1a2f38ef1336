"""Small mistakes that somebody might make in a module, one at a time, as replacements in its syntax tree.

Left alone: strings and None, annotations, decorators, docstrings, messages of exceptions, the defaults of
parameters, `strict` of `zip`, and what stands in classes and modules, but for numbers and truths that are given
names there.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from copy import copy
from dataclasses import dataclass, replace
from types import CodeType
from typing import Any, Final

Change = tuple[ast.AST, str]
"""What stands in the place of a node, and what that is, in words."""
Function = ast.FunctionDef | ast.AsyncFunctionDef
LONGEST: Final = 150
SWAPPED: Final[dict[type[ast.AST], type[Any]]] = {
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
    ast.And: ast.Or,
    ast.Or: ast.And,
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.BitAnd: ast.BitOr,
    ast.BitOr: ast.BitAnd,
}
RENAMED: Final = {"min": "max", "max": "min", "any": "all", "all": "any"}
ONE_SIDED: Final = (ast.Eq, ast.NotEq, ast.Is, ast.IsNot, ast.In, ast.NotIn)
SKIPPED_FIELDS: Final = frozenset({"annotation", "returns", "decorator_list", "bases", "type_params", "format_spec"})


@dataclass(frozen=True)
class Mutation:
    """One mistake in one module."""

    module: str
    line: int
    text: str
    """The first line of what changes, without its indentation."""
    what: str
    function: str | None
    """The outermost function around it; None for what is worked out when the module is imported."""
    lines: range
    """The lines of the statement around it."""
    parent: ast.AST
    field: str
    index: int | None
    new: ast.AST

    @property
    def key(self) -> tuple[str, str, str]:
        """What a list of survivors calls it by; lines move, so their numbers are no part of it."""
        return self.module, self.text, self.what


@dataclass(frozen=True)
class _Place:
    """Where the walk stands."""

    name: str = ""
    function: str | None = None
    lines: range = range(0)


def mutations_of(module: str, source: str) -> tuple[ast.Module, list[Mutation]]:
    """The tree of a module and every mistake that can be made in it, in the order of its lines."""
    tree = ast.parse(source)
    walk = _Walk(module, source.splitlines())
    walk.down(tree, _Place())
    return tree, walk.found


@contextmanager
def planted(tree: ast.Module, mutation: Mutation, filename: str) -> Iterator[CodeType]:
    """The module compiled with the mistake; afterwards the tree is as it was."""
    siblings = getattr(mutation.parent, mutation.field)
    if mutation.index is None:
        setattr(mutation.parent, mutation.field, mutation.new)
    else:
        changed = [*siblings]
        changed[mutation.index] = mutation.new
        setattr(mutation.parent, mutation.field, changed)
    try:
        yield compile(ast.fix_missing_locations(tree), filename, "exec", dont_inherit=True)
    finally:
        setattr(mutation.parent, mutation.field, siblings)


class _Walk:
    def __init__(self, module: str, lines: Sequence[str]) -> None:
        self.module = module
        self.lines = lines
        self.found: list[Mutation] = []

    def down(self, node: ast.AST, place: _Place) -> None:
        for field, value in ast.iter_fields(node):
            if field in SKIPPED_FIELDS:
                continue
            for index, child in enumerate(value) if isinstance(value, list) else [(None, value)]:
                if isinstance(child, ast.AST):
                    self._look(node, field, index, child, place)

    def _look(self, parent: ast.AST, field: str, index: int | None, child: ast.AST, place: _Place) -> None:
        if isinstance(child, ast.stmt):
            place = _Place(place.name, place.function, _own_lines(child))
        if place.function is None and not isinstance(child, ast.Module | ast.ClassDef | Function):
            if isinstance(child, ast.Assign | ast.AnnAssign) and isinstance(child.value, ast.Constant):
                self._note(_constant(child.value), (child, "value", None, child.value), place)
            return
        if isinstance(child, ast.arguments) or _is_docstring(child) or _is_guard(child):
            return
        inside = _inside(child, place)
        if isinstance(child, Function):
            at = int(_is_docstring(child.body[0]))
            for first in child.body[at : at + 1]:
                self._note(_early(first), (child, "body", at, first), replace(inside, lines=_own_lines(first)))
        self._note(_changes(parent, field, child), (parent, field, index, child), inside)
        if not isinstance(child, ast.Raise):
            self.down(child, inside)

    def _note(self, changes: Iterator[Change], where: tuple[ast.AST, str, int | None, ast.AST], place: _Place) -> None:
        parent, field, index, old = where
        line = getattr(old, "lineno", None) or place.lines.start
        text = self.lines[line - 1].strip()
        for new, what in changes:
            ast.copy_location(new, old)
            said = " ".join(what.split())
            said = said if len(said) <= LONGEST else f"{said[: LONGEST - 1]}…"
            self.found.append(
                Mutation(self.module, line, text, said, place.function, place.lines, parent, field, index, new)
            )


def _inside(node: ast.AST, place: _Place) -> _Place:
    if isinstance(node, Function | ast.ClassDef):
        name = f"{place.name}.{node.name}".lstrip(".")
        is_outermost = isinstance(node, Function) and place.function is None
        return _Place(name, name if is_outermost else place.function, place.lines)
    return place


def _own_lines(node: ast.stmt) -> range:
    """The lines of a statement, without those of the statements in it."""
    inner = getattr(node, "body", None)
    end = inner[0].lineno - 1 if inner else node.end_lineno or node.lineno
    return range(node.lineno, max(end, node.lineno) + 1)


def _is_docstring(node: ast.AST) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def _is_guard(node: ast.AST) -> bool:
    """Whether it only tells a programmer what went wrong."""
    if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
        return node.targets[0].id == "msg"
    return isinstance(node, ast.keyword) and node.arg == "strict"


def _changes(parent: ast.AST, field: str, node: ast.AST) -> Iterator[Change]:
    if isinstance(parent, ast.Subscript) and field == "slice" and isinstance(node, ast.Tuple):
        return
    for kind, mutate in MUTATORS:
        if isinstance(node, kind):
            yield from mutate(node)


# -- the mutators -----------------------------------------------------------------------------------


def _shift(old: ast.AST, new: ast.AST) -> Change:
    return new, f"{ast.unparse(old)} -> {ast.unparse(new)}"


def _compare(node: ast.Compare) -> Iterator[Change]:
    for place, operator in enumerate(node.ops):
        operators = [*node.ops]
        operators[place] = SWAPPED[type(operator)]()
        yield _shift(node, ast.Compare(node.left, operators, node.comparators))


def _boolean(node: ast.BoolOp) -> Iterator[Change]:
    new = ast.BoolOp(SWAPPED[type(node.op)](), node.values)
    yield new, f"{'and' if isinstance(new.op, ast.Or) else 'or'} is swapped in {ast.unparse(node)}"
    for place, operand in enumerate(node.values):
        left = [each for at, each in enumerate(node.values) if at != place]
        less = copy(left[0]) if len(left) == 1 else ast.BoolOp(node.op, left)
        yield less, f"without operand {ast.unparse(operand)}"


def _unary(node: ast.UnaryOp) -> Iterator[Change]:
    if isinstance(node.op, ast.Not | ast.Invert | ast.USub):
        yield _shift(node, copy(node.operand))


def _binary(node: ast.BinOp) -> Iterator[Change]:
    if type(node.op) in SWAPPED:
        yield _shift(node, ast.BinOp(node.left, SWAPPED[type(node.op)](), node.right))
    if isinstance(node.op, ast.Sub):
        yield _shift(node, copy(node.left))


def _constant(node: ast.Constant) -> Iterator[Change]:
    if isinstance(node.value, bool):
        yield _shift(node, ast.Constant(not node.value))
    elif isinstance(node.value, int):
        yield _shift(node, ast.Constant(node.value + 1))


def _call(node: ast.Call) -> Iterator[Change]:
    if isinstance(node.func, ast.Name) and node.func.id in RENAMED:
        other = RENAMED[node.func.id]
        new = ast.Call(ast.Name(other, ast.Load()), node.args, node.keywords)
        yield new, f"{node.func.id} -> {other} in {ast.unparse(node)}"
    if isinstance(node.func, ast.Name) and node.func.id == "frozenset" and not node.args:
        yield _shift(node, ast.Call(node.func, [ast.List([ast.Constant("mutant")], ast.Load())], []))


def _display(node: ast.Tuple | ast.List | ast.Set) -> Iterator[Change]:
    if not isinstance(getattr(node, "ctx", ast.Load()), ast.Load):
        return
    for place, element in enumerate(node.elts):
        left = [each for at, each in enumerate(node.elts) if at != place]
        new: ast.AST
        if isinstance(node, ast.Set):
            new = ast.Set(left) if left else ast.Call(ast.Name("set", ast.Load()), [], [])
        else:
            new = type(node)(left, ast.Load())
        yield new, f"{ast.unparse(node)} without {ast.unparse(element)}"


def _condition(node: ast.comprehension) -> Iterator[Change]:
    for place, condition in enumerate(node.ifs):
        left = [each for at, each in enumerate(node.ifs) if at != place]
        new = ast.comprehension(node.target, node.iter, left, node.is_async)
        yield new, f"without if {ast.unparse(condition)}"


def _if(node: ast.If | ast.IfExp) -> Iterator[Change]:
    test = node.test
    says_so_itself = isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not)
    if says_so_itself or (isinstance(test, ast.Compare) and len(test.ops) == 1 and isinstance(test.ops[0], ONE_SIDED)):
        return  # another mutator turns these round
    what = f"the branches of if {ast.unparse(test)} are swapped"
    if isinstance(node, ast.If):
        yield ast.If(ast.UnaryOp(ast.Not(), test), node.body, node.orelse), what
    else:
        yield ast.IfExp(test, node.orelse, node.body), what


def _augmented(node: ast.AugAssign) -> Iterator[Change]:
    if type(node.op) in SWAPPED:
        yield _shift(node, ast.AugAssign(node.target, SWAPPED[type(node.op)](), node.value))


def _statement(node: ast.stmt) -> Iterator[Change]:
    if isinstance(node, ast.Assign) and not isinstance(node.targets[0], ast.Attribute | ast.Subscript):
        return  # names that are missing are found by anybody
    yield ast.Pass(), f"without {ast.unparse(node)}"


def _early(first: ast.stmt) -> Iterator[Change]:
    """The same function, back before it has done anything."""
    yield ast.If(ast.Constant(value=True), [ast.Return(None)], [first]), "returns at once"


MUTATORS: Final[Sequence[tuple[Any, Callable[[Any], Iterator[Change]]]]] = (
    (ast.Compare, _compare),
    (ast.BoolOp, _boolean),
    (ast.UnaryOp, _unary),
    (ast.BinOp, _binary),
    (ast.Constant, _constant),
    (ast.Call, _call),
    (ast.Tuple | ast.List | ast.Set, _display),
    (ast.comprehension, _condition),
    (ast.If | ast.IfExp, _if),
    (ast.AugAssign, _augmented),
    (ast.Expr | ast.AugAssign | ast.Raise | ast.Continue | ast.Break | ast.Assign, _statement),
)
