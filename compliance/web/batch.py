"""Many checks at once: each answered as if it had come alone, and each answer told once.

Theory: a newsroom asks about a thousand pages, and a page about a dozen places; most of the answers are equal. So in a
list the answers stand once, and the items say which is theirs. One rule set and one moment answer all of them. An item
that cannot be understood is a problem of its own: nobody else's notice is withheld for it.
"""

from __future__ import annotations

import logging
from collections import Counter
from typing import Final

import msgspec
from flask import Blueprint, Response

from compliance.errors import Problem, RequestError
from compliance.kept import At, Ready
from compliance.reader import Sender
from compliance.web.checking import Ask, answered, count
from compliance.web.json_body import MALFORMED, NotJsonError, forget_names, not_json, without_mark
from compliance.web.problems import ProblemDetails, details
from compliance.web.service import Service, as_json, body, own_sender, service
from compliance.web.withheld import place_of

_log = logging.getLogger("compliance.web")
routes = Blueprint("batch", __name__)
MOST_ITEMS: Final = 1_000
NDJSON: Final = "application/x-ndjson"
_items = msgspec.json.Decoder(list[msgspec.Raw])


class Item(msgspec.Struct, frozen=True, omit_defaults=True):
    """What came of one item: the number of its answer, or what is wrong with it."""

    status: int
    answer: int | None = None
    problem: ProblemDetails | None = None


class Line(msgspec.Struct, frozen=True, omit_defaults=True):
    """The same as a line of its own, with the answer itself."""

    status: int
    answer: msgspec.Raw | None = None
    problem: ProblemDetails | None = None


class Batch(msgspec.Struct, frozen=True):
    """What came of a list: for each item, in order; and the answers, each once."""

    items: tuple[Item, ...]
    answers: tuple[msgspec.Raw, ...]


@routes.post("/v1/checks")
def checks() -> Response:
    """The notices of many pages for many readers: a JSON array of bodies of a check, or one on each line."""
    text = without_mark(body())
    are_lines = text.lstrip()[:1] == b"{"
    raws = _lines(text) if are_lines else _array(text)
    if len(raws) > MOST_ITEMS:
        help_ = "send them in parts"
        raise RequestError([Problem(f"there are more than {MOST_ITEMS} items", help=help_)])
    found, meaning = _answered(raws)
    response = _as_lines(found) if are_lines else _as_list(found)
    response.headers["Ruleset"] = meaning
    return response


def _array(text: bytes) -> list[bytes]:
    try:
        return [bytes(each) for each in _items.decode(text)]
    except msgspec.ValidationError:
        help_ = "send a JSON array of bodies of a check, or one body on each line"
        raise RequestError([Problem("this should be a list", help=help_)]) from None
    except MALFORMED as error:
        raise not_json(error, text) from None


def _lines(text: bytes) -> list[bytes]:
    return [line for line in text.split(b"\n") if line.strip()]


def _answered(raws: list[bytes]) -> tuple[list[Ready | ProblemDetails], str]:
    """What came of each item, and the digest of the rule set that answered all of them."""
    shared = service()
    moment = shared.checker.moment()
    found: list[Ready | ProblemDetails] = []
    known: dict[bytes, Ready] = {}
    senders: list[Sender] = []

    def sent_by() -> Sender:
        senders.append(own_sender())
        return senders[-1]

    for raw in raws:
        told: Ready | ProblemDetails | None = known.get(raw)
        if told is None:
            before = len(senders)
            told = _one(shared, raw, sent_by, moment)
            if isinstance(told, Ready) and told.is_kept and len(senders) == before:
                known[raw] = told  # in the same words the same is asked, and nothing else is counted
        found.append(told)
    readies = [each for each in found if isinstance(each, Ready)]
    for sort, number in Counter([each.sort for each in readies]).items():
        count(shared, sort, number)
    if len(readies) < len(found):
        forget_names()
    return found, moment[0].ruleset.meaning


def _one(shared: Service, raw: bytes, ask: Ask, moment: At) -> Ready | ProblemDetails:
    """What came of an item."""
    try:
        return answered(shared, raw, ask, moment)
    except RequestError as error:
        return details(400, "invalid-request", "the request cannot be understood", error.problems)
    except NotJsonError as error:
        return details(400, "malformed-json", str(error))
    except Exception as error:  # noqa: BLE001 - nobody else's notice is withheld for it
        _log.error("unforeseen %s", place_of(error), extra={"event": "request-failed"})
        return details(500, "internal", "something went wrong here, not in the request")


def _as_list(found: list[Ready | ProblemDetails]) -> Response:
    numbers: dict[bytes, int] = {}
    items: dict[Ready, Item] = {}
    for each in found:
        if isinstance(each, Ready) and each not in items:
            items[each] = Item(200, numbers.setdefault(each.body, len(numbers)))
    told = tuple([items[each] if isinstance(each, Ready) else Item(each.status, problem=each) for each in found])
    return as_json(msgspec.json.encode(Batch(told, tuple(map(msgspec.Raw, numbers)))), cache="no-store")


def _as_lines(found: list[Ready | ProblemDetails]) -> Response:
    lines = (
        Line(200, msgspec.Raw(each.body)) if isinstance(each, Ready) else Line(each.status, problem=each)
        for each in found
    )
    text = b"".join(msgspec.json.encode(each) + b"\n" for each in lines)
    return Response(text, content_type=NDJSON, headers={"Cache-Control": "no-store"})
