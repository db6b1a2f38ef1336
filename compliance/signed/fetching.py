"""Signed bundles from an address of the web, kept on disk, so that a start needs no network.

Theory: the signature says what a bundle is, so whoever answers for the address can withhold a newer one and no more.
What was fetched is tried out whole, like rules that are about to be served, and only then takes the place of the last
good one on disk; the store sees the file change, as it sees any. A server is asked whether there is another one by the
validators that it gave, and nothing is fetched again that is there. It may send to another path and to no other host.

Source: RFC 9110, sections 8.8 and 13.1 (validators, conditional requests).
"""

from __future__ import annotations

import hashlib
import io
import threading
import urllib.error
import urllib.request
from collections.abc import Callable
from functools import partial
from http.client import HTTPConnection, HTTPException, HTTPMessage, HTTPResponse
from pathlib import Path
from time import monotonic
from typing import IO, Any, Final
from urllib.parse import urlsplit

import msgspec

from compliance.audit.disk import Disk, ensure_directory, write_file
from compliance.errors import Problem, RulesError, visible

SECONDS: Final = 20.0
"""How long a server may stay silent ..."""
MOST_SECONDS: Final = 300.0
"""... and how long all of an answer may take."""
MOST_BYTES: Final = 100_000_000
"""The largest bundle that is fetched."""
_PIECE: Final = 1 << 16
_LOOPBACK: Final = frozenset({"localhost", "::1"})
_MOST_VALIDATOR: Final = 1000


class FetchError(Exception):
    """There is no bundle to be had, and why."""


class _Kept(msgspec.Struct, frozen=True):
    """What is known of the bundle on disk: from where, its digest, and the validators that came with it."""

    url: str
    """Its digest, for there may be a secret in it."""
    digest: str
    etag: str | None
    last_modified: str | None


class _SameHost(urllib.request.HTTPRedirectHandler):
    """Nobody else is asked than whom the settings name."""

    def redirect_request(
        self, req: urllib.request.Request, fp: IO[bytes], code: int, msg: str, headers: HTTPMessage, newurl: str
    ) -> urllib.request.Request | None:
        """The request at the new place, if that is on the same host."""
        if _host(newurl) != _host(req.full_url):
            fp.close()
            raise FetchError("it sends to another host")
        return super().redirect_request(req, fp, code, msg, headers, newurl)

    def http_error_302(
        self, req: urllib.request.Request, fp: IO[bytes], code: int, msg: str, headers: HTTPMessage
    ) -> HTTPResponse | None:
        """The answer at the new place."""
        try:
            return super().http_error_302(req, fp, code, msg, headers)
        except ValueError:  # half an IPv6 address
            fp.close()
            raise FetchError("it sends to what is no address") from None

    http_error_301 = http_error_303 = http_error_307 = http_error_308 = http_error_302


class _Raw(io.RawIOBase):
    """What a server sends, until an instant: a silence is never long where it sends a byte now and then."""

    def __init__(self, raw: io.RawIOBase, until: float) -> None:
        self._raw, self._until = raw, until

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any, /) -> int | None:
        if monotonic() > self._until:
            raise FetchError(f"it took more than {MOST_SECONDS:g} seconds")
        return self._raw.readinto(buffer)

    def close(self) -> None:
        self._raw.close()
        super().close()


class _Answer(HTTPResponse):
    """An answer of which the head, too, may take so long and no longer."""

    def __init__(self, *args: Any, until: float, **named: Any) -> None:
        super().__init__(*args, **named)
        self.fp = io.BufferedReader(_Raw(self.fp.detach(), until))


class _Timed(urllib.request.AbstractHTTPHandler):
    """Opens connections whose answers end in time."""

    def __init__(self, until: float) -> None:
        super().__init__()
        self._until = until

    def do_open(self, http_class: Any, req: urllib.request.Request, **named: Any) -> HTTPResponse:
        """The answer to a request."""

        def opened(host: str, **given: Any) -> HTTPConnection:
            connection: HTTPConnection = http_class(host, **given)
            connection.response_class = partial(_Answer, until=self._until)  # type: ignore[assignment]
            return connection

        return super().do_open(opened, req, **named)


class _TimedHTTP(_Timed, urllib.request.HTTPHandler):
    """The same for http."""


class _TimedHTTPS(_Timed, urllib.request.HTTPSHandler):
    """The same for https."""


class Address:
    """An address of the web, and the file in which what it gave last is kept."""

    def __init__(self, url: str, path: Path, try_out: Callable[[bytes, str], object]) -> None:
        """Nothing is fetched yet.

        Args:
            url: https, or http on this machine.
            path: where the last good bundle is kept.
            try_out: raises RulesError for a bundle that is not to be served; gets it and how messages name it.
        """
        self._url, self.path, self._try_out = url, path, try_out
        self.shown = f"{urlsplit(url).scheme}://{visible(_host(url)[1])}"
        self._mutex = threading.Lock()

    def fetch(self) -> bool:
        """Whether there was another bundle, which is on disk now.

        Raises:
            RulesError: the address gives none, or one that is not to be served; what was there is there still.
        """
        with self._mutex:
            try:
                return self._fetch()
            except (FetchError, OSError, HTTPException) as error:
                message = f"the rules at `{self.shown}` (`rules_url`) cannot be fetched: {_why(error)}"
                raise RulesError([Problem(message, help="see that `rules_url` can be reached from here")]) from None

    def _fetch(self) -> bool:
        kept = self._kept()
        request = urllib.request.Request(self._url, headers={"User-Agent": "compliance"})  # noqa: S310 - see the settings
        if kept is not None and kept.etag is not None:
            request.add_header("If-None-Match", kept.etag)
        elif kept is not None and kept.last_modified is not None:
            request.add_header("If-Modified-Since", kept.last_modified)
        answer = _asked(request)
        if answer is None:
            if kept is None:
                raise FetchError("it answered 304, and nothing was fetched before")
            return False
        data, headers = answer
        digest = hashlib.sha256(data).hexdigest()
        is_another = kept is None or kept.digest != digest
        if is_another:
            self._try_out(data, self.shown)
        etag, modified = (_validator(headers, name) for name in ("ETag", "Last-Modified"))
        self._keep(data if is_another else None, _Kept(_digest(self._url), digest, etag, modified))
        return is_another

    @property
    def _beside(self) -> Path:
        return self.path.with_suffix(".json")

    def _kept(self) -> _Kept | None:
        """What is known of the file, if it is what was fetched from this address; else it is fetched again."""
        try:
            kept = msgspec.json.decode(self._beside.read_bytes(), type=_Kept)
            is_it = hashlib.sha256(self.path.read_bytes()).hexdigest() == kept.digest
        except (OSError, msgspec.DecodeError):
            return None
        return kept if is_it and kept.url == _digest(self._url) else None

    def _keep(self, data: bytes | None, kept: _Kept) -> None:
        disk = Disk()
        ensure_directory(disk, self.path.parent)
        if data is not None:
            write_file(disk, self.path, data)
        write_file(disk, self._beside, msgspec.json.encode(kept))
        disk.sync_directory(self.path.parent)


def _asked(request: urllib.request.Request) -> tuple[bytes, HTTPMessage] | None:
    """The answer of a server; None if there is nothing new."""
    is_here = (urlsplit(request.full_url).hostname or "") in _LOOPBACK or _host(request.full_url)[1].startswith("127.")
    proxies = [urllib.request.ProxyHandler({})] if is_here else []
    until = monotonic() + MOST_SECONDS
    opener = urllib.request.build_opener(_SameHost, _TimedHTTP(until), _TimedHTTPS(until), *proxies)
    try:
        with opener.open(request, timeout=SECONDS) as response:
            if response.status != 200:
                raise FetchError(f"it answered {response.status}")
            return _body(response), response.headers
    except urllib.error.HTTPError as error:
        error.close()
        if error.code == 304:
            return None
        raise FetchError(f"it answered {error.code}") from None
    except urllib.error.URLError as error:
        reason = error.reason
        raise FetchError(_why(reason) if isinstance(reason, Exception) else "no connection") from None


def _body(response: HTTPResponse) -> bytes:
    found = bytearray()
    while piece := response.read1(_PIECE):
        found += piece
        if len(found) > MOST_BYTES:
            raise FetchError(f"it is larger than {MOST_BYTES} bytes")
    if response.length:
        raise FetchError("it was cut")
    return bytes(found)


def _validator(headers: HTTPMessage, name: str) -> str | None:
    """A validator as it was given, if it can be given back."""
    found = headers.get(name)
    is_good = found is not None and len(found) <= _MOST_VALIDATOR and found.isascii() and found.isprintable()
    return found if is_good else None


def _host(url: str) -> tuple[str, str]:
    parts = urlsplit(url)
    return parts.scheme, parts.netloc.lower()


def _digest(url: str) -> str:
    return hashlib.sha256(url.encode()).hexdigest()


def _why(error: BaseException) -> str:
    if isinstance(error, FetchError):
        return str(error)
    if isinstance(error, TimeoutError):
        return "it did not answer in time"
    return visible(str(getattr(error, "strerror", None) or "no connection")).lower()
