"""Notices in the pages of any WSGI application.

Theory: a page goes through as it comes. Its headers wait for the first of its bytes, for with them it is known what
the page is; then notices are put in on the way. What is no page, and every response to HEAD, is not touched.

Source: PEP 3333.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any
from urllib.parse import quote

from compliance.geo.client_address import ProxyTrust
from compliance.middleware.deciding import MOST_COLLECTED, Decided, Describe, PageRequest, Site, Source
from compliance.middleware.headers import (
    Headers,
    asked_tags,
    encoding_of,
    has_ours,
    is_page,
    length_of,
    may_be_page,
    mended,
    tagged,
)
from compliance.middleware.insertion import Insertion
from compliance.middleware.mistakes import refuse, wrong_application, wrong_client

Environ = dict[str, Any]
StartResponse = Callable[..., Callable[[bytes], object]]
Application = Callable[[Environ, StartResponse], Iterable[bytes]]


class WsgiNotices:
    """A WSGI application with notices in its pages."""

    def __init__(
        self,
        application: Application,
        source: Source,
        *,
        publisher: str | None = None,
        page: Describe | None = None,
        languages: Sequence[str] = (),
        trust: ProxyTrust | None = None,
    ) -> None:
        """Put notices into the pages of `application`; the rest is as for `compliance.middleware.deciding.Site`.

        Raises:
            ConfigError: with what is wrong with the arguments; a client has to be one that waits.
        """
        refuse(wrong_application(application))
        self._application = application
        self._site = Site(source, publisher=publisher, page=page, languages=languages, trust=trust)
        refuse(wrong_client(self._site))

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        """The response to a request."""
        if environ.get("REQUEST_METHOD") == "HEAD":
            return self._application(environ, start_response)
        return _Response(self._site, dict(environ), start_response).body(self._application)


def request_of(environ: Environ) -> PageRequest:
    """A request as the environment of WSGI has it."""
    host = environ.get("HTTP_HOST") or environ.get("SERVER_NAME", "")
    path = quote(
        f"{environ.get('SCRIPT_NAME', '')}{environ.get('PATH_INFO', '')}".encode("latin-1"), safe="/%:@!$&'()*+,;=~"
    )
    query = environ.get("QUERY_STRING")
    url = f"{environ.get('wsgi.url_scheme', 'http')}://{host}{path}{'?' if query else ''}{query or ''}"
    named = [
        (name[5:].replace("_", "-").lower(), str(value)) for name, value in environ.items() if name.startswith("HTTP_")
    ]
    return PageRequest(str(environ.get("REQUEST_METHOD", "GET")), url, named, environ.get("REMOTE_ADDR"))


def asked_for_the_whole(environ: Environ, decide: Callable[[], Decided | None]) -> None:
    """Have a request ask for a page that is not compressed, and for one that the reader does not have.

    Args:
        environ: the environment, which is changed.
        decide: says which notices go into the page; asked only if the reader has it with some.
    """
    is_page_asked = may_be_page(environ.get("HTTP_ACCEPT"))
    if is_page_asked:
        environ.pop("HTTP_ACCEPT_ENCODING", None)
    if environ.get("REQUEST_METHOD") != "GET":
        return
    tags = environ.get("HTTP_IF_NONE_MATCH")
    if tags is not None and (is_page_asked or has_ours(tags)):
        decided = decide() if has_ours(tags) else None
        kept = asked_tags(tags, decided.version if decided else None, is_page=is_page_asked)
        environ.pop("HTTP_IF_NONE_MATCH")
        if kept is not None:
            environ["HTTP_IF_NONE_MATCH"] = kept
    if is_page_asked or has_ours(tags):
        environ.pop("HTTP_IF_MODIFIED_SINCE", None)


class _Response:
    """A response on its way."""

    def __init__(self, site: Site, environ: Environ, start_response: StartResponse) -> None:
        self._site, self._environ, self._start = site, environ, start_response
        self._is_sent = self._is_decided = False
        self._status: str | None = None
        self._headers: Headers = []
        self._written: list[bytes] = []
        self._known: Decided | None = None

    def body(self, application: Application) -> Iterable[bytes]:
        """The body, with notices; as the application gave it, if it has said already that it is no page."""
        self._ask_for_the_whole()
        chunks = application(self._environ, self._started)
        if self._status is None or self._is_page:
            return self._parts(chunks)
        self._send(self._untouched())
        return chunks

    def _parts(self, chunks: Iterable[bytes]) -> Iterator[bytes]:
        try:
            yield from self._through(iter(chunks))
        finally:
            close = getattr(chunks, "close", None)
            if close is not None:
                close()

    def _started(self, status: str, headers: Headers, exc_info: Any = None) -> Callable[[bytes], object]:
        """What the application calls in place of the server's `start_response`."""
        if self._is_sent:
            return self._start(status, headers, exc_info)
        self._status, self._headers = status, list(headers)
        return self._written.append

    def _ask_for_the_whole(self) -> None:
        """Ask the application for a page that is not compressed, and for one that the reader does not have."""
        asked_for_the_whole(self._environ, self._decided)

    def _decided(self) -> Decided | None:
        """The notices of the page, asked for once."""
        if not self._is_decided:
            self._is_decided, self._known = True, self._site.decided(request_of(self._environ))
        return self._known

    def _through(self, chunks: Iterator[bytes]) -> Iterator[bytes]:
        parts = list(self._first(chunks))
        length = length_of(self._headers)
        if self._is_page and length is not None and length <= MOST_COLLECTED:
            parts += chunks
            chunks = iter(())
        decided = self._decided() if self._is_page else None
        if decided is None:
            self._send(self._untouched())
            yield from parts
            yield from chunks
            return
        insertion = Insertion(decided.halves.before, decided.halves.behind, encoding=encoding_of(self._headers))
        done = [insertion.feed(part) for part in (*self._taken(), *parts)]
        if length is not None and length <= MOST_COLLECTED:
            done.append(insertion.finish())
            self._send(self._mended(decided, sum(map(len, done))))
            yield from done
            return
        self._send(self._mended(decided, None))
        yield from done
        yield from map(insertion.feed, chunks)
        yield insertion.finish()

    def _first(self, chunks: Iterator[bytes]) -> Iterator[bytes]:
        """The parts up to the first that is not empty: by then the application has said what it is."""
        for part in chunks:
            yield part
            if part and self._status is not None:
                return

    def _taken(self) -> list[bytes]:
        """What the application wrote instead of giving it back."""
        written, self._written = self._written, []
        return written

    @property
    def _is_page(self) -> bool:
        status = (self._status or "").partition(" ")[0]
        return status == "200" and is_page(200, self._headers)

    def _mended(self, decided: Decided, length: int | None) -> Headers:
        return mended(self._headers, decided.version, length=length, is_private=decided.is_private)

    def _untouched(self) -> Headers:
        """The headers of what is no page, or the same page as before."""
        if (self._status or "").startswith("304") and self._known is not None:
            return tagged(self._headers, self._known.version)
        return self._headers

    def _send(self, headers: Headers) -> None:
        if self._status is None:
            return
        self._is_sent = True
        write = self._start(self._status, headers)
        if (written := self._taken()) and callable(write):
            for part in written:
                write(part)
