"""The client, for programs that wait and for those that do not."""

from __future__ import annotations

import logging
import ssl
import time
from collections.abc import Mapping, Sequence
from typing import Any, Final, Self

import anyio
import httpx

from compliance.client import deadline
from compliance.client.arguments import refuse
from compliance.client.exchange import MOST_BYTES, Exchange, Reply, question
from compliance.client.known import Key, Known, Table, called
from compliance.client.told import Told

SECONDS: Final = 2.0
RETRIES: Final = 2
PAUSE: Final = 1.0
_PATH: Final = "/v1/check"
_AGAIN: Final = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)
"""What the service has not heard of, so that it can be asked again."""
_RESTING: Final = "the service did not answer lately"
_log = logging.getLogger("compliance.client")


class _Shared:
    """What both clients have."""

    def __init__(
        self,
        base_url: str,
        key: str | None = None,
        *,
        timeout: float = SECONDS,
        retries: int = RETRIES,
        pause: float = PAUSE,
        table: Table = None,
        verify: ssl.SSLContext | bool = True,
    ) -> None:
        """Ask the service at a URL.

        Args:
            base_url: where the service is, such as `http://127.0.0.1:8000`.
            key: the key to show, if it wants one.
            timeout: how many seconds a question may take, all tries together.
            retries: how often to ask again where it cannot be reached, or answers with 429 or 5xx.
            pause: how many seconds to leave it alone after it did not answer; fallbacks are given meanwhile.
            table: a file with the answer for readers anywhere (`compliance check --publisher NAME --json`), or one for
                each name of a publisher.
            verify: how certificates are verified, as httpx has it.

        Raises:
            ConfigError: an argument is wrong, or a file holds no answer for readers anywhere.
        """
        refuse(base_url, key, {"timeout": timeout, "retries": retries, "pause": pause})
        self._seconds, self._retries, self._pause, self._verify = timeout, retries, pause, verify
        self._known = Known(table)
        self._resting = 0.0
        headers = {"Content-Type": "application/json", "Accept-Encoding": "identity"}
        if key is not None:
            headers["Authorization"] = f"Bearer {key}"
        # nothing of the environment: neither a proxy that would see readers, nor a password of somebody's
        safe = {"trust_env": False, "follow_redirects": False}
        self._settings: dict[str, Any] = {"base_url": base_url, "headers": headers, **safe}
        self._open()

    def _open(self) -> None:
        """Make ready to connect."""
        raise NotImplementedError

    def _begin(self) -> Exchange | None:
        """An exchange, or None while the service is left alone."""
        return Exchange(self._seconds, self._retries) if time.monotonic() >= self._resting else None

    def _end(self, exchange: Exchange | None, told: Told | None, key: Key) -> Told:
        """What the program gets: what the service said, or what is known without it."""
        if told is not None and not told.is_fallback:
            return told
        if exchange is not None and told is None:
            self._resting = time.monotonic() + max(self._pause, exchange.wait)
        because = _RESTING if exchange is None else exchange.because
        if exchange is not None:
            _log.warning("a fallback was given: %s", because)
        problems = () if told is None else told.problems
        return Told(answer=self._known.answer(key), because=because, problems=problems)

    def _wants(self, told: Told, key: Key) -> bool:
        """Whether the service should be asked about any page of the publisher, for the time when it is not there."""
        return not told.is_fallback and bool(key[0]) and self._known.is_due(key, time.monotonic())

    def _learn(self, key: Key, told: Told | None) -> None:
        if told is not None and told.answer is not None and not told.is_fallback:
            self._known.learn(key, told.answer, time.monotonic() + max(told.answer.cache.max_age, 60))


def _in_place_of(content: Mapping[str, object], languages: Sequence[str]) -> tuple[Mapping[str, object], Key]:
    """The question about any page of a publisher, and by what it is remembered."""
    name = called(content)
    return {"publisher": name}, (name, tuple(languages))


def _limits(exchange: Exchange) -> httpx.Timeout:
    return httpx.Timeout(max(exchange.left, 0.001))


class Client(_Shared):
    """Asks the service, and waits for it. Threads may share one."""

    def _open(self) -> None:
        self._http = httpx.Client(transport=deadline.transport(self._verify), **self._settings)

    def __enter__(self) -> Self:
        """The client itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close its connections."""
        self.close()

    def close(self) -> None:
        """Close its connections."""
        self._http.close()

    def check(
        self,
        content: Mapping[str, object],
        reader: Mapping[str, object] | None = None,
        *,
        languages: Sequence[str] = (),
        explain: bool = False,
    ) -> Told:
        """The notices of a page for a reader. Nothing that goes wrong on the way is raised.

        Args:
            content: the page, as in the body of a check.
            reader: where the reader is, as in the body of a check; None means that nobody knows.
            languages: BCP 47 tags that the reader reads, best first.
            explain: also say why each other rule asks for nothing.

        Raises:
            TypeError: the question cannot be written as JSON.
        """
        body = question(content, reader, languages, explain=explain)
        page, key = _in_place_of(content, languages)
        exchange = self._begin()
        told = self._end(exchange, None if exchange is None else self._asked(exchange, body), key)
        if exchange is not None and self._wants(told, key):
            again = Exchange(max(exchange.left, 0), 0)
            self._learn(key, self._asked(again, question(page, None, languages, explain=False)))
        return told

    def _asked(self, exchange: Exchange, body: bytes) -> Told | None:
        deadline.begin(exchange.deadline)
        while (pause := exchange.pause()) is not None:
            time.sleep(pause)
            try:
                reply = self._sent(exchange, body)
            except _AGAIN:
                exchange.because = "the service cannot be reached"
                continue
            except Exception as error:  # noqa: BLE001 - whatever the network does, the page gets notices
                exchange.end(f"the service did not answer: {type(error).__name__}")
                continue
            if (told := exchange.judge(reply)) is not None:
                return told
        return None

    def _sent(self, exchange: Exchange, body: bytes) -> Reply:
        with self._http.stream("POST", _PATH, content=body, timeout=_limits(exchange)) as response:
            parts, size = [], 0
            for part in response.iter_raw():
                parts.append(part)
                size += len(part)
                if size > MOST_BYTES:
                    raise httpx.DecodingError("too large")
            return Reply(response.status_code, response.headers.get("Retry-After"), b"".join(parts))


class AsyncClient(_Shared):
    """Asks the service without keeping others waiting, under asyncio or trio."""

    def _open(self) -> None:
        self._http = httpx.AsyncClient(verify=self._verify, **self._settings)

    async def __aenter__(self) -> Self:
        """The client itself."""
        return self

    async def __aexit__(self, *_: object) -> None:
        """Close its connections."""
        await self.close()

    async def close(self) -> None:
        """Close its connections."""
        await self._http.aclose()

    async def check(
        self,
        content: Mapping[str, object],
        reader: Mapping[str, object] | None = None,
        *,
        languages: Sequence[str] = (),
        explain: bool = False,
    ) -> Told:
        """The notices of a page for a reader, as `Client.check` has them.

        Raises:
            TypeError: the question cannot be written as JSON.
        """
        body = question(content, reader, languages, explain=explain)
        page, key = _in_place_of(content, languages)
        exchange = self._begin()
        told = self._end(exchange, None if exchange is None else await self._asked(exchange, body), key)
        if exchange is not None and self._wants(told, key):
            again = Exchange(max(exchange.left, 0), 0)
            self._learn(key, await self._asked(again, question(page, None, languages, explain=False)))
        return told

    async def _asked(self, exchange: Exchange, body: bytes) -> Told | None:
        while (pause := exchange.pause()) is not None:
            await anyio.sleep(pause)
            try:
                with anyio.fail_after(max(exchange.left, 0)):
                    reply = await self._sent(exchange, body)
            except _AGAIN:
                exchange.because = "the service cannot be reached"
                continue
            except Exception as error:  # noqa: BLE001 - whatever the network does, the page gets notices
                exchange.end(f"the service did not answer: {type(error).__name__}")
                continue
            if (told := exchange.judge(reply)) is not None:
                return told
        return None

    async def _sent(self, exchange: Exchange, body: bytes) -> Reply:
        async with self._http.stream("POST", _PATH, content=body, timeout=_limits(exchange)) as response:
            parts, size = [], 0
            async for part in response.aiter_raw():
                parts.append(part)
                size += len(part)
                if size > MOST_BYTES:
                    raise httpx.DecodingError("too large")
            return Reply(response.status_code, response.headers.get("Retry-After"), b"".join(parts))
