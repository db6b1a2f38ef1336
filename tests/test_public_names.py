"""The public surface: these names and no others, and every exception where readers look for it."""

from __future__ import annotations

import inspect
import re

import compliance
from compliance import errors

NAMES = [
    "Answer",
    "Checker",
    "ComplianceError",
    "ConfigError",
    "Content",
    "DatabaseError",
    "Decision",
    "EvidenceError",
    "Problem",
    "Reader",
    "RequestError",
    "RulesError",
]


def exceptions() -> dict[str, type[Exception]]:
    """Every public exception that `errors` defines."""
    return {
        name: each
        for name, each in vars(errors).items()
        if inspect.isclass(each) and issubclass(each, Exception) and not name.startswith("_")
    }


def test_the_public_names_are_these_sorted_and_few() -> None:
    assert compliance.__all__ == NAMES == sorted(NAMES)
    assert len(NAMES) <= 20
    assert all(hasattr(compliance, name) for name in NAMES)


def test_nothing_else_is_public_by_accident() -> None:
    reached = {
        name
        for name, each in vars(compliance).items()
        if not name.startswith("_") and not inspect.ismodule(each) and name != "annotations"
    }
    assert reached == set(NAMES)


def test_every_public_name_says_what_it_is() -> None:
    assert all((getattr(compliance, name).__doc__ or "").strip() for name in NAMES)


def test_every_exception_stands_in_the_tree_of_its_module_and_is_public() -> None:
    tree = errors.__doc__ or ""
    drawn = set(re.findall(r"\b\w+Error\b", tree))
    assert drawn == set(exceptions())
    assert drawn <= set(NAMES)


def test_every_exception_of_ours_can_be_caught_with_one_name() -> None:
    assert all(issubclass(each, compliance.ComplianceError) for each in exceptions().values())


def test_an_exception_can_carry_many_problems_and_shows_them_all() -> None:
    problems = [errors.Problem("one thing", where="a.b"), errors.Problem("another", help="do this")]
    for kind, end in ((errors.RulesError, "2 problem(s); nothing was loaded"), (errors.RequestError, "2 problem(s)")):
        raised = kind(iter(problems))
        assert raised.problems == tuple(problems)
        assert str(raised) == f"error: one thing\n  --> a.b\n\nerror: another\n  help: do this\n\n{end}"
