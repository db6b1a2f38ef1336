"""Notices in the pages of any ASGI application.

Theory: as in `wsgi`. The head of a response waits for the first part of its body. Websockets, the lifespan and every
response to HEAD are not touched.

Source: the ASGI specification, HTTP and websocket 2.5.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, MutableMapping, Sequence
from typing import Any, Final
from urllib.parse import quote

from compliance.geo.client_address import ProxyTrust
from compliance.middleware.deciding import Decided, Describe, PageRequest, Site, Source
from compliance.middleware.headers import Headers, encoding_of, is_page, mended, tagged
from compliance.middleware.insertion import Insertion
from compliance.middleware.mistakes import refuse, wrong_application
from compliance.middleware.wsgi import asked_for_the_whole

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]
_FILES: Final = frozenset(("http.response.pathsend", "http.response.zerocopysend"))
"""Ways to send a body that nobody sees."""
_CHANGED: Final = {
    "HTTP_ACCEPT_ENCODING": "accept-encoding",
    "HTTP_IF_NONE_MATCH": "if-none-match",
    "HTTP_IF_MODIFIED_SINCE": "if-modified-since",
}


class AsgiNotices:
    """An ASGI application with notices in its pages."""

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
            ConfigError: with everything that is wrong with the arguments.
        """
        refuse(wrong_application(application))
        self._application = application
        self._site = Site(source, publisher=publisher, page=page, languages=languages, trust=trust)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer what the scope asks for."""
        if scope["type"] != "http" or scope.get("method") == "HEAD":
            await self._application(scope, receive, send)
            return
        response = _Response(self._site, scope, send)
        await self._application(await response.asked(), receive, response.send)


def request_of(scope: Scope) -> PageRequest:
    """A request as the scope of ASGI has it."""
    headers = [(name.decode("latin-1").lower(), each.decode("latin-1")) for name, each in scope.get("headers", ())]
    server, peer = scope.get("server") or ("", None), scope.get("client")
    host = next((each for name, each in headers if name == "host"), None) or str(server[0])
    query = bytes(scope.get("query_string", b"")).decode("latin-1")
    path = quote(str(scope.get("path", "/")), safe="/%:@!$&'()*+,;=~")
    url = f"{scope.get('scheme', 'http')}://{host}{path}{'?' if query else ''}{query}"
    return PageRequest(str(scope.get("method", "GET")), url, headers, None if peer is None else str(peer[0]))


class _Response:
    """A response on its way."""

    def __init__(self, site: Site, scope: Scope, send: Send) -> None:
        self._site, self._scope, self._send = site, scope, send
        self._start: Message | None = None
        self._insertion: Insertion | None = None
        self._is_decided = False
        self._known: Decided | None = None

    async def asked(self) -> Scope:
        """The scope that the application gets: it asks for a whole page, not compressed, as bytes."""
        headers = list(self._scope.get("headers", ()))
        environ: dict[str, Any] = {"REQUEST_METHOD": self._scope.get("method")}
        for name, each in headers:
            key = f"HTTP_{name.decode('latin-1').upper().replace('-', '_')}"
            if key in _CHANGED or key == "HTTP_ACCEPT":
                said = each.decode("latin-1")
                environ[key] = f"{environ[key]}, {said}" if key in environ else said
        if ".notices-" in environ.get("HTTP_IF_NONE_MATCH", ""):
            await self._decided()
        asked_for_the_whole(environ, lambda: self._known)
        names = {name.encode() for name in _CHANGED.values()}
        kept = [(name, each) for name, each in headers if name.lower() not in names]
        kept += [(name.encode(), environ[key].encode("latin-1")) for key, name in _CHANGED.items() if key in environ]
        extensions = {name: each for name, each in (self._scope.get("extensions") or {}).items() if name not in _FILES}
        return {**self._scope, "headers": kept, "extensions": extensions}

    async def _decided(self) -> Decided | None:
        """The notices of the page, asked for once."""
        if not self._is_decided:
            self._is_decided, self._known = True, await self._site.decided_soon(request_of(self._scope))
        return self._known

    async def send(self, message: Message) -> None:
        """Pass on what the application sends."""
        if message["type"] == "http.response.start":
            await self._starts(message)
        elif message["type"] == "http.response.body" and self._insertion is not None:
            await self._body(message, self._insertion)
        else:
            await self._send(message)

    async def _starts(self, message: Message) -> None:
        status, headers = int(message["status"]), _text(message)
        decided = await self._decided() if is_page(status, headers) else None
        if decided is not None:
            self._start = message
            self._insertion = Insertion(decided.halves.before, decided.halves.behind, encoding=encoding_of(headers))
        elif status == 304 and self._known is not None:
            await self._send({**message, "headers": _bytes(tagged(headers, self._known.version))})
        else:
            await self._send(message)

    async def _body(self, message: Message, insertion: Insertion) -> None:
        is_last = not message.get("more_body", False)
        body = insertion.feed(bytes(message.get("body", b"")))
        if is_last:
            body += insertion.finish()
        if self._start is not None and self._known is not None:
            start, self._start = self._start, None
            length = len(body) if is_last else None
            headers = mended(_text(start), self._known.version, length=length, is_private=self._known.is_private)
            await self._send({**start, "headers": _bytes(headers)})
        await self._send({**message, "body": body})


def _text(message: Message) -> Headers:
    return [(name.decode("latin-1"), each.decode("latin-1")) for name, each in message.get("headers", ())]


def _bytes(headers: Headers) -> list[tuple[bytes, bytes]]:
    return [(name.lower().encode("latin-1"), each.encode("latin-1")) for name, each in headers]
