"""Notices as HTML, ready to be put into a page by a web server: the same check, printed.

Theory: a web server that puts fragments together prints whatever comes, in whatever status. So every response is
notices and nothing else: where a check cannot answer, for whatever reason, those that a page of that publisher may
need, in conditional words, made beforehand (`fallback`). What went wrong stands in a header that no reader sees.
Who the reader is, is asked of the request only where an operator said which proxies to believe.
"""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Callable, Sequence
from typing import Any, Final

import msgspec
from flask import Blueprint, Response, current_app, g, request

from compliance.blocks import NOTHING, STAND_IN, Printed, block, printed
from compliance.errors import Problem, RequestError, nearest
from compliance.fallback import Fallbacks, publishers
from compliance.geo.client_address import ProxyTrust
from compliance.model.notice import Placement
from compliance.reader import Sender, sender
from compliance.undeclared import EVENT, Undeclared, undeclared
from compliance.web.checking import checked
from compliance.web.problems import ProblemDetails
from compliance.web.service import EXTENSION as SERVICE
from compliance.web.service import Service, body, service
from compliance.web.wire import NotJsonError, understand
from compliance.web.withheld import place_of

PATH: Final = "/v1/fragment"
MEDIA_TYPE: Final = "text/html; charset=utf-8"
EXTENSION: Final = "compliance.fragment"
WARNED: Final = "compliance.fragment.warned"
FALLBACK: Final = "Fallback"
"""The header that says that a block is a fallback, and why."""
MOST_DETAIL: Final = 500
_NOT_ALLOWED: Final = frozenset({401, 403, 429})
_PLACEMENTS: Final = frozenset(each.value for each in Placement)
_TEXTS: Final = ("url", "publisher", "language")
_PARAMETERS: Final = (*_TEXTS, "languages", "placement")
_log = logging.getLogger("compliance.web")
routes = Blueprint("fragment", __name__)


class _Named(msgspec.Struct, frozen=True):
    """What a body calls the page's publisher."""

    publisher: str | None = None
    url: str | None = None


class _Body(msgspec.Struct, frozen=True):
    """What is looked at of the body of a check to know whose page it is, and what its reader reads."""

    content: _Named = _Named()
    languages: tuple[str, ...] = ()


class _Cache(msgspec.Struct, frozen=True):
    max_age: int = 0


class _Told(Printed, frozen=True, kw_only=True):
    """What is printed of an answer, how long it may be kept, and what would make it more certain."""

    cache: _Cache = _Cache()
    advice: tuple[str, ...] = ()


_decoder: Final = msgspec.json.Decoder(_Told)
_bodies: Final = msgspec.json.Decoder(_Body)


@routes.record_once
def _prepare(state: Any) -> None:
    """Make the fallbacks with the application, while all is well."""
    shared: Service = state.app.extensions[SERVICE]
    state.app.extensions[EXTENSION] = Fallbacks(shared.checker)
    state.app.extensions[WARNED] = Undeclared(_warn)


def _warn(message: str, name: str) -> None:
    _log.warning("%s", message, extra={"event": EVENT, "facts": {"publisher": name} if name else {}})


@routes.get(PATH)
def read() -> Response:
    """The notices of a page that the query names."""
    problems: list[Problem] = []
    is_asked = service().trust != ProxyTrust()
    question = _question(problems)
    if is_asked:
        question["reader"] = {"from": "request"}
    g.fragment = written = msgspec.json.encode(question)
    return _answered(written, _placements(problems), problems, is_private=is_asked)


@routes.post(PATH)
def ask() -> Response:
    """The notices of a page and a reader as a check has them."""
    problems = [_unknown(name, ("placement",)) for name in request.args if name != "placement"]
    g.fragment = written = body()
    return _answered(written, _placements(problems), problems, is_private=True)


def _answered(written: bytes, wanted: Sequence[str] | None, problems: list[Problem], *, is_private: bool) -> Response:
    if problems:
        raise RequestError([*problems, *understand(written, None)[1]])
    ready = checked(service(), written, _sender)
    told = _decoder.decode(ready.body)
    named = _named()
    _fallbacks().learn(_publishers(named), named.languages)
    _look(told, named, ready.meaning)
    response = Response(block(told, wanted) or NOTHING, content_type=MEDIA_TYPE)
    # what is printed for a reader in some place must not reach another, not even out of a browser's own cache
    response.headers["Cache-Control"] = "no-store" if is_private else f"private, max-age={told.cache.max_age}"
    response.headers["Ruleset"] = ready.meaning
    return response


def _look(told: _Told, named: _Body, ruleset: str) -> None:
    """Tell whoever runs the service of a publisher that nobody declared; the page is for readers, and says nothing."""
    warned: Undeclared = current_app.extensions[WARNED]
    name = undeclared(told.advice, named.content.publisher, named.content.url)
    warned.look(name, ruleset, service().checker.store.current.directory)


def _sender() -> Sender:
    """The reader whom the request came from."""
    return sender(request.remote_addr, list(request.headers), service().trust)


def _fallbacks() -> Fallbacks:
    found: Fallbacks = current_app.extensions[EXTENSION]
    return found


def _publishers(named: _Body) -> list[str]:
    return publishers(named.content.publisher, named.content.url)


# -- the query ------------------------------------------------------------------------------------------


def _question(problems: list[Problem]) -> dict[str, object]:
    """The body of a check that asks what the query does, and what is wrong with the query."""
    problems += [_unknown(name, _PARAMETERS) for name in request.args if name not in _PARAMETERS]
    content: dict[str, str] = {}
    for name in _TEXTS:
        values = request.args.getlist(name)
        if len(values) > 1:
            problems.append(Problem(f"`{name}` is given twice", where=name, help="keep one of them"))
        if values:
            content[name] = values[0]
    tags = [tag.strip() for each in request.args.getlist("languages") for tag in each.split(",")]
    languages = tags or [tag for tag in [content.get("language")] if tag]
    return {"content": content, "languages": languages}


def _unknown(name: str, known: Sequence[str]) -> Problem:
    is_name = name.isascii() and name.isidentifier() and len(name) <= 40
    near = (nearest(name, known) if is_name else None) or f"the parameters are: {', '.join(known)}"
    return Problem(f"unknown parameter `{name}`" if is_name else "unknown parameter", where="query", help=near)


def _placements(problems: list[Problem]) -> list[str] | None:
    """The placements that are asked for; None is all."""
    values = [word.strip() for each in request.args.getlist("placement") for word in each.split(",")]
    if _PLACEMENTS.issuperset(values):
        return values or None
    help_ = f"the placements are: {', '.join(sorted(_PLACEMENTS))}"
    problems.append(Problem("there is no such placement", where="placement", help=help_))
    return None


# -- what is printed instead of an error ----------------------------------------------------------------


@routes.after_app_request
def _never_an_error(response: Response) -> Response:
    """Notices in place of the words of an error, whoever wrote these."""
    if response.status_code < 400 or not _is_here(request.path):
        return response
    kind, is_allowed = _kind(response), response.status_code not in _NOT_ALLOWED
    response.set_data(_instead(is_allowed=is_allowed) or STAND_IN)
    response.content_type = MEDIA_TYPE
    response.headers["Cache-Control"] = "no-store"
    response.headers[FALLBACK] = kind
    return response


def _is_here(path: str) -> bool:
    return path == PATH or path.startswith(f"{PATH}/")


def _instead(*, is_allowed: bool) -> str:
    """What the page may need as far as it can be understood, else any of the publisher that was named.

    For somebody who may not ask nothing is worked out.
    """
    first = _tried(_of_page) if is_allowed else ""
    return (
        first
        or _tried(lambda: _of_publisher(_named(), is_new=is_allowed))
        or _tried(lambda: _of_publisher(_Body(), is_new=False))
    )


def _of_page() -> str:
    """What the page needs whoever reads it; nothing where it cannot be understood."""
    written = g.get("fragment")
    if written is None:
        return ""
    with contextlib.suppress(RequestError, NotJsonError):
        asked, _ = understand(written, None)
        languages = _named().languages
        return _printed(printed(service().checker.check(asked.content, languages=languages, is_given=False)))
    return ""


def _of_publisher(named: _Body, *, is_new: bool) -> str:
    return _printed(_fallbacks().printed(_publishers(named), named.languages, is_new=is_new))


def _printed(found: Printed) -> str:
    return STAND_IN if found.is_empty else block(found, _placements([])) or NOTHING


def _tried(make: Callable[[], str]) -> str:
    try:
        return make()
    except Exception as error:  # noqa: BLE001 - whatever goes wrong here, notices are printed
        _log.error("unforeseen %s", place_of(error), extra={"event": "request-failed"})
        return ""


def _named() -> _Body:
    """What can be read of the request: whose page it is, and what the reader reads."""
    written = g.get("fragment")
    if written is None:
        return _Body(_Named(request.args.get("publisher"), request.args.get("url")))
    with contextlib.suppress(msgspec.MsgspecError, UnicodeDecodeError):  # an article of schema.org, or what is no check
        return _bodies.decode(written)
    try:
        asked, problems = understand(written, None)
    except NotJsonError:  # it names nobody
        return _Body()
    languages = () if any((each.where or "").startswith("languages") for each in problems) else asked.languages
    return _Body(_Named(asked.content.publisher, asked.content.url), languages)


def _kind(response: Response) -> str:
    """What went wrong, as a header: a token, and in words what a caller has to mend.

    Source: RFC 9651, an item with a parameter.
    """
    try:
        said = msgspec.json.decode(response.get_data(), type=ProblemDetails)
    except msgspec.MsgspecError:
        return f"http-{response.status_code}"
    words = "; ".join(f"{each.where}: {each.message}" if each.where else each.message for each in said.problems)
    detail = "".join(char if " " <= char <= "~" and char not in '"\\' else "?" for char in words or said.detail)
    return f'{said.type.rpartition(":")[2]}; detail="{detail[:MOST_DETAIL]}"'


def at_the_door(extensions: dict[str, Any]) -> bytes:
    """What is printed for a request to this path that never reaches the application; nothing of it is read."""
    found = extensions.get(EXTENSION)
    general = _tried(lambda: block(found.printed([]))) if isinstance(found, Fallbacks) else ""
    return (general or STAND_IN).encode()
