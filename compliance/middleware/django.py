"""Notices in the pages of a Django site.

Theory: as in `wsgi`, but with Django's own requests and responses, under WSGI and ASGI. Name it in `MIDDLEWARE` below
what compresses and what answers conditional requests (`GZipMiddleware`, `ConditionalGetMiddleware`), and say in
`COMPLIANCE_NOTICES` what it asks.

    from compliance import Checker

    MIDDLEWARE = ["django.middleware.gzip.GZipMiddleware", "compliance.middleware.django.notices"]
    COMPLIANCE_NOTICES = {"source": Checker.open(), "publisher": "rferl.org"}
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from typing import Any, Final, cast

from asgiref.sync import iscoroutinefunction
from django.conf import settings
from django.core.checks import Error, register

from compliance.errors import ConfigError, Problem, nearest
from compliance.middleware.deciding import Decided, PageRequest, Site
from compliance.middleware.headers import Headers, encoding_of, is_page, mended, tagged
from compliance.middleware.insertion import Insertion
from compliance.middleware.mistakes import refuse, wrong_client
from compliance.middleware.wsgi import asked_for_the_whole, request_of

SETTING: Final = "COMPLIANCE_NOTICES"
_ARGUMENTS: Final = ("source", "publisher", "page", "languages", "trust")
_EXAMPLE: Final = '`{"source": Checker.open(), "publisher": "rferl.org"}`'
_CONDITIONS: Final = ("HTTP_ACCEPT_ENCODING", "HTTP_IF_NONE_MATCH", "HTTP_IF_MODIFIED_SINCE")
Answering = Callable[[Any], Any]


def notices(get_response: Answering) -> Answering:
    """The middleware: answers requests with pages that have their notices."""
    site = Site(**_given())
    if iscoroutinefunction(get_response):

        async def answer_soon(request: Any) -> Any:
            return await _answered_soon(site, request, cast("Callable[[Any], Awaitable[Any]]", get_response))

        return answer_soon

    refuse(wrong_client(site))

    def answer(request: Any) -> Any:
        return _answered(site, request, get_response)

    return answer


def _given() -> dict[str, Any]:
    """The arguments in the settings.

    Raises:
        ConfigError: some have a wrong name, or there are none.
    """
    given = getattr(settings, SETTING, {})
    if not isinstance(given, dict):
        given = {}
    every = f"the arguments are: {', '.join(_ARGUMENTS)}"
    problems = [
        Problem("is no argument", where=f"{SETTING}.{name}", help=nearest(str(name), _ARGUMENTS) or every)
        for name in given
        if name not in _ARGUMENTS
    ]
    if "source" not in given:
        problems.append(Problem("names no `source`", where=SETTING, help=f"give such as {_EXAMPLE}"))
    refuse(problems)
    return given


@register  # type: ignore[untyped-decorator]  # Django has no types
def check_settings(**_: Any) -> list[Error]:
    """What is wrong with the settings, for `manage.py check`; asked where this module is one of `INSTALLED_APPS`."""
    try:
        Site(**_given())
    except ConfigError as error:
        return [Error(line, id="compliance.E001") for line in str(error).splitlines()]
    return []


notices.sync_capable = True  # type: ignore[attr-defined]
notices.async_capable = True  # type: ignore[attr-defined]


def _answered(site: Site, request: Any, get_response: Answering) -> Any:
    if request.method == "HEAD":
        return get_response(request)
    asked = _Asked(request)
    decided = site.decided(asked.page) if asked.has_notices else None
    asked.change(decided)
    response = get_response(request)
    asked.restore()
    if decided is None and _is_page(response):
        decided = site.decided(asked.page)
    return _with(response, decided)


async def _answered_soon(site: Site, request: Any, get_response: Callable[[Any], Awaitable[Any]]) -> Any:
    if request.method == "HEAD":
        return await get_response(request)
    asked = _Asked(request)
    decided = await site.decided_soon(asked.page) if asked.has_notices else None
    asked.change(decided)
    response = await get_response(request)
    asked.restore()
    if decided is None and _is_page(response):
        decided = await site.decided_soon(asked.page)
    return _with(response, decided)


class _Asked:
    """A request while its view has it: it asks for a whole page, not compressed."""

    def __init__(self, request: Any) -> None:
        self._request = request
        self._before = {name: request.META[name] for name in _CONDITIONS if name in request.META}
        scheme = {"wsgi.url_scheme": request.scheme}
        self.page: PageRequest = request_of({**request.META, **scheme})

    @property
    def has_notices(self) -> bool:
        """Whether the reader has the page with some notices."""
        return ".notices-" in self._before.get("HTTP_IF_NONE_MATCH", "")

    def change(self, decided: Decided | None) -> None:
        """Have the view answer anew, unless the reader has the page with these notices."""
        asked_for_the_whole(self._request.META, lambda: decided)
        self._request.__dict__.pop("headers", None)  # Django keeps a copy of them

    def restore(self) -> None:
        """Show other middleware the request as it came."""
        for name in _CONDITIONS:
            self._request.META.pop(name, None)
        self._request.META.update(self._before)
        self._request.__dict__.pop("headers", None)


def _headers(response: Any) -> Headers:
    return [(str(name), str(each)) for name, each in response.headers.items()]


def _is_page(response: Any) -> bool:
    return is_page(int(response.status_code), _headers(response))


def _with(response: Any, decided: Decided | None) -> Any:
    """The response, with notices if it is a page."""
    if decided is None:
        return response
    if not _is_page(response):
        if response.status_code == 304:
            _set(response, tagged(_headers(response), decided.version))
        return response
    insertion = Insertion(decided.halves.before, decided.halves.behind, encoding=encoding_of(_headers(response)))
    length = None
    if not response.streaming:
        response.content = insertion.feed(response.content) + insertion.finish()
        length = len(response.content)
    elif getattr(response, "is_async", False):
        response.streaming_content = _soon(insertion, aiter(response.streaming_content))
    else:
        response.streaming_content = _parts(insertion, iter(response.streaming_content))
    _set(response, mended(_headers(response), decided.version, length=length, is_private=decided.is_private))
    return response


def _parts(insertion: Insertion, parts: Iterator[bytes]) -> Iterator[bytes]:
    yield from map(insertion.feed, parts)
    yield insertion.finish()


async def _soon(insertion: Insertion, parts: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    async for part in parts:
        yield insertion.feed(part)
    yield insertion.finish()


def _set(response: Any, headers: Headers) -> None:
    for name in list(response.headers):
        del response.headers[name]
    for name, each in headers:
        response.headers[name] = each
