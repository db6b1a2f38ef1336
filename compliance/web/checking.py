"""A check from bytes to bytes, for every door through which one comes in.

Theory: the same page is asked about for many readers, by the same program, so bodies differ in the reader's place
alone. A body that is understood is therefore remembered without the value of `reader`: whatever valid object stands
there in another body that is equal else, all the rest of it means the same, by the grammar of JSON. That value is
read each time. It is taken out only in the few shapes in which programs write it and of which no part can mean two
things; every other body is understood from the start. What is remembered never holds a reader.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Final

from compliance.check import Asked
from compliance.errors import Problem, RequestError
from compliance.kept import Page, Ready
from compliance.reader import Reader, Sender
from compliance.web.service import Service
from compliance.web.wire import understand

_VALUE: Final = re.compile(
    rb'"reader"\s*:\s*(\{\s*(?:'
    rb'"address"\s*:\s*"(?P<address>[0-9A-Fa-f.:]{2,45})"'
    rb'|"from"\s*:\s*"(?P<sender>request)"'
    rb'|"location"\s*:\s*\{\s*"country"\s*:\s*"(?P<country>[A-Za-z]{2})"\s*'
    rb'(?:,\s*"subdivision"\s*:\s*"(?P<subdivision>[A-Za-z]{2}-[A-Za-z0-9]{1,3})"\s*)?\}'
    rb")\s*\})"
)
"""The value of `reader`: no field twice, nothing escaped, nothing that has to be refused for its form."""
_TRIED: Final = "no reader"
_TRY: Final = b'{"address":"no reader"}'
"""Put in the place of a value, it shows whether that is the reader of the request."""
Ask = Callable[[], Sender]
"""Says whom the request itself came from."""


def checked(service: Service, body: bytes, ask: Ask) -> Ready:
    """The answer to the body of a check.

    Args:
        service: what answers.
        body: JSON in UTF-8.
        ask: says whom the request came from; asked only if the answer rests on it.

    Raises:
        NotJsonError: the body is not JSON.
        RequestError: with everything in the body that cannot be understood.
    """
    found = _VALUE.search(body)
    words = (body, b"") if found is None else (body[: found.start(1)], body[found.end(1) :])
    page = service.kept.page(words)
    if page is None:
        return _understood(service, body, words, ask, is_found=found is not None)
    if found is None:
        return _told(service, page, Reader(), None)
    if found["sender"] is not None:
        sender = ask()
        return _told(service, page, sender.reader, sender)
    address, country, subdivision = found["address"], found["country"], found["subdivision"]
    return _told(service, page, Reader(_text(address), _text(country), _text(subdivision)), None)


def _text(part: bytes | None) -> str | None:
    return None if part is None else part.decode("ascii")


def _understood(service: Service, body: bytes, words: tuple[bytes, bytes], ask: Ask, *, is_found: bool) -> Ready:
    """The answer to a body that is not remembered; it is from now on, unless it holds a reader."""
    own = ask()
    request, problems = understand(body, own.reader)
    asked = Asked(request.content, request.languages, request.as_of, request.explain)
    if problems:
        raise RequestError([*problems, *_more(service, asked, request.reader)])
    if (is_found and _is_reader(words)) or (not is_found and request.reader == Reader()):
        page = service.kept.keep(words, asked, 2 * len(body))
    else:
        page = Page(asked)
    return _told(service, page, request.reader, own if request.reader is own.reader else None)


def _is_reader(words: tuple[bytes, bytes]) -> bool:
    """Whether what was taken out of a body is the reader of the request, and nothing else of it has to be refused."""
    tried, problems = understand(_TRY.join(words), None)
    return tried.reader.address == _TRIED and not problems


def _more(service: Service, asked: Asked, reader: Reader) -> Sequence[Problem]:
    """What cannot be understood either of a request that has problems already; nothing of it is recorded."""
    try:
        service.checker.check(asked.content, reader, languages=asked.languages, as_of=asked.as_of, is_given=False)
    except RequestError as error:
        return error.problems
    return ()


def _told(service: Service, page: Page, reader: Reader, sender: Sender | None) -> Ready:
    """The answer, counted."""
    try:
        ready = service.kept.answer(page, reader)
    except RequestError as error:  # it was the first problem, and maybe not the only one
        raise RequestError(_more(service, page.asked, reader) or error.problems) from None
    for status, display in ready.notices:
        service.metrics.add("compliance_notices_total", status=status, display=display)
    if sender is not None:
        service.metrics.add("compliance_readers_total", 1, **{"from": "request", "result": sender.result})
    return ready
