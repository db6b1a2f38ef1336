"""What changed since a rule set that a caller knows, and which pages of a cache have to go for it.

Theory: rule sets that were in use before are remembered for a while. Of one that is not, nothing is known, and then
everything may be another: the key that all its answers carry follows from its digest alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

import msgspec
from flask import Blueprint, Response, request

from compliance.errors import Problem, RequestError
from compliance.model.ruleset import Ruleset
from compliance.review.changes import How, changes, ruleset_key, surrogate_keys
from compliance.web.delivery import tagged
from compliance.web.service import as_json, service

routes = Blueprint("changes", __name__)
_DIGEST: Final = re.compile(r"(?:sha256:)?([0-9a-f]{12,64})")


class ChangedRule(msgspec.Struct, frozen=True):
    """A rule that may fire in one of the two sets, and how it differs: added, removed, changed or words."""

    id: str
    change: How


class ChangedRegister(msgspec.Struct, frozen=True):
    """A register, and the entities of which it says something else; none where it is the register itself."""

    id: str
    entities: tuple[str, ...]


class Changed(msgspec.Struct, frozen=True, kw_only=True):
    """What differs between a rule set and the one in use.

    `since` is not `known` where it was not in use lately; then all of it may differ. With `everything` any page may be
    told something else, else only those that carry one of the `surrogate_keys`.
    """

    since: str
    ruleset: str
    known: bool
    everything: bool
    surrogate_keys: tuple[str, ...]
    rules: tuple[ChangedRule, ...] = ()
    registers: tuple[ChangedRegister, ...] = ()
    entities: tuple[str, ...] = ()
    territories: tuple[str, ...] = ()
    publishers: tuple[str, ...] = ()


@routes.get("/v1/changes")
def since() -> Response:
    """What changed since the rule set with the digest `since`."""
    start, store = _start(request.args.to_dict(flat=False)), service().checker.store
    current, former = store.current.ruleset, store.former
    response = as_json(msgspec.json.encode(changed(start, current, former.values())))
    response.headers["Ruleset"] = current.meaning
    return tagged(response)


def changed(start: str, current: Ruleset, former: Iterable[Ruleset]) -> Changed:
    """What changed since the rule set whose digest starts with some hexadecimal digits."""
    wanted = f"sha256:{start}"
    if current.meaning.startswith(wanted):
        return Changed(since=current.meaning, ruleset=current.meaning, known=True, everything=False, surrogate_keys=())
    before = next((each for each in reversed([*former]) if each.meaning.startswith(wanted)), None)
    if before is None:
        key = ruleset_key(wanted)
        return Changed(since=wanted, ruleset=current.meaning, known=False, everything=True, surrogate_keys=(key,))
    found = changes(before, current)
    return Changed(
        since=before.meaning,
        ruleset=current.meaning,
        known=True,
        everything=found.everything,
        surrogate_keys=surrogate_keys(before.meaning, found),
        rules=tuple(ChangedRule(id_, how) for id_, how in found.rules.items()),
        registers=tuple(ChangedRegister(id_, entities) for id_, entities in found.registers.items()),
        entities=found.entities,
        territories=found.territories,
        publishers=found.publishers,
    )


def _start(query: dict[str, list[str]]) -> str:
    """The hexadecimal digits of the digest that a query names.

    Raises:
        RequestError: with everything in it that cannot be understood.
    """
    problems = [Problem("unknown parameter", help="the only one is `since`")] if query.keys() - {"since"} else []
    given = query.get("since", [])
    match = _DIGEST.fullmatch(given[0]) if len(given) == 1 else None
    if match is None:
        help_ = "give `ruleset.meaning` of an answer, or at least 12 hexadecimal digits of it"
        message = "this is no digest of a rule set" if len(given) == 1 else "one digest of a rule set is wanted"
        problems.append(Problem(message, where="since", help=help_))
    if problems or match is None:
        raise RequestError(problems)
    return match[1]
