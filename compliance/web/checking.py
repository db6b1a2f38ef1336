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
from compliance.kept import At, Page, Ready, Sort
from compliance.model.address_text import holds_address
from compliance.reader import Reader, Sender
from compliance.web.metrics import Metrics
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
_NAME: Final = b'"reader"'
_ADDRESS: Final = re.compile(rb'"reader"\s*:\s*(\{\s*"address"\s*:\s*"([0-9.]{7,15})"\s*\})')
"""The value that most readers have, as the pattern above reads it."""
_SHORT: Final = 512
"""So many bytes are looked for whole, before anybody looks into them."""
_TRIED: Final = "no reader"
_TRY: Final = b'{"address":"no reader"}'
"""Put in the place of a value, it shows whether that is the reader of the request."""
Ask = Callable[[], Sender]
"""Says whom the request itself came from."""


def checked(service: Service, body: bytes, ask: Ask) -> Ready:
    """The answer to the body of a check, counted.

    Args:
        service: what answers.
        body: JSON in UTF-8.
        ask: says whom the request came from; asked only if the answer rests on it.

    Raises:
        NotJsonError: the body is not JSON.
        RequestError: with everything in the body that cannot be understood.
    """
    ready = answered(service, body, ask, service.checker.moment())
    count(service, ready.sort)
    return ready


def answered(service: Service, body: bytes, ask: Ask, moment: At) -> Ready:
    """The answer to the body of a check at a moment, not counted yet.

    Raises:
        NotJsonError: the body is not JSON.
        RequestError: with everything in the body that cannot be understood.
    """
    kept = service.kept
    if len(body) < _SHORT and (ready := kept.whole(body, moment)) is not None:
        return ready
    if (at := body.rfind(_NAME)) >= 0 and (near := _ADDRESS.match(body, at)) is not None:
        start, end = near.span(1)
        if (page := kept.page((body[:start], body[end:]))) is not None:
            try:
                return kept.answer_near(page, near[2], moment)
            except RequestError:
                pass  # all that is wrong is found below
    elif len(body) >= _SHORT and (ready := kept.whole(body, moment)) is not None:
        return ready
    return _answered(service, body, ask, moment)


def _answered(service: Service, body: bytes, ask: Ask, moment: At) -> Ready:
    """The same, for a body that is not usual or not known."""
    found = _VALUE.search(body)
    words = (body, b"") if found is None else (body[: found.start(1)], body[found.end(1) :])
    page = service.kept.page(words)
    if page is None:
        return _understood(service, body, words, ask, moment, is_found=found is not None)
    if found is None:
        return _kept_whole(service, body, _told(service, page, Reader(), moment), moment)
    if found["sender"] is not None:
        return _of_sender(service, page, ask(), moment)
    address, country, subdivision = found["address"], found["country"], found["subdivision"]
    ready = _told(service, page, Reader(_text(address), _text(country), _text(subdivision)), moment)
    return ready if address else _kept_whole(service, body, ready, moment)


def count(service: Service, sort: Sort, number: int = 1) -> None:
    """Count that answers of a sort were given, so many."""
    count_what_is_told(service.metrics, sort, number)
    service.kept.count(sort, number)


def count_what_is_told(metrics: Metrics, sort: Sort, number: int = 1) -> None:
    """The same for the metrics alone, where the log of evidence counts by itself."""
    for status, display in sort.notices:
        metrics.add("compliance_notices_total", number, status=status, display=display)
    for rule in sort.rules:
        metrics.add("compliance_rule_notices_total", number, rule=rule)
    for fact in sort.unknowns:
        metrics.add("compliance_unknowns_total", number, fact=fact)


def _text(part: bytes | None) -> str | None:
    return None if part is None else part.decode("ascii")


def _kept_whole(service: Service, body: bytes, ready: Ready, moment: At) -> Ready:
    service.kept.keep_whole(body, ready, moment)
    return ready


def _understood(
    service: Service, body: bytes, words: tuple[bytes, bytes], ask: Ask, moment: At, *, is_found: bool
) -> Ready:
    """The answer to a body that is not remembered; it is from now on, unless it holds a reader."""
    own = ask()
    request, problems = understand(body, own.reader)
    asked = Asked(request.content, request.languages, request.as_of, request.explain)
    if problems:
        raise RequestError([*problems, *_more(service, asked, request.reader)])
    is_without_reader = _is_reader(words) if is_found else request.reader == Reader()
    if is_without_reader and not any(holds_address(each.decode()) for each in words):
        page = service.kept.keep(words, asked, 4 * len(body))
    else:
        page = Page(asked)
    if request.reader is own.reader:
        return _of_sender(service, page, own, moment)
    return _told(service, page, request.reader, moment)


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


def _of_sender(service: Service, page: Page, own: Sender, moment: At) -> Ready:
    """The answer for the reader whom the request came from."""
    ready = _told(service, page, own.reader, moment)
    service.metrics.add("compliance_readers_total", 1, **{"from": "request", "result": own.result})
    return ready


def _told(service: Service, page: Page, reader: Reader, moment: At) -> Ready:
    try:
        return service.kept.answer(page, reader, moment)
    except RequestError as error:  # it was the first problem, and maybe not the only one
        raise RequestError(_more(service, page.asked, reader) or error.problems) from None
