"""Which notices go into a page: asked of a checker in this process, or of a service through a client.

Theory: whatever a site's own function does, or a checker, or a service, a page gets notices: those that any page of
the publisher may need, if it cannot be said which are due. A reader's address goes from the request to where places
are looked up, and nowhere else; it is looked at only if somebody said which proxies to believe. Where a client is
asked, a place that a CDN tells is not passed on, so then the reader is anywhere.
"""

from __future__ import annotations

import asyncio
import inspect
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Protocol, cast

from compliance.answer import Answer
from compliance.blocks import UNSURE, Halves, halves, printed
from compliance.check import Checker, understood
from compliance.content.facts import Content
from compliance.fallback import Fallbacks, publishers
from compliance.geo.client_address import ProxyTrust
from compliance.middleware.headers import version
from compliance.middleware.mistakes import Mistakes, content_of, page_of, refuse, wrong_arguments
from compliance.reader import Reader, Sender, sender
from compliance.undeclared import EVENT, Undeclared, undeclared

_log = logging.getLogger("compliance.middleware")
Page = Mapping[str, Any]
"""A page, as in the body of a check: `url`, `publisher`, `facts` and the like."""


@dataclass(frozen=True, slots=True)
class PageRequest:
    """A request for a page, as far as it may say which page it is. The headers and the peer are not for logs."""

    method: str
    url: str
    headers: Sequence[tuple[str, str]] = field(default=(), repr=False)
    peer: str | None = field(default=None, repr=False)


class Told(Protocol):
    """What a client says."""

    @property
    def halves(self) -> Halves:
        """The notices as HTML."""


class Asking(Protocol):
    """A client of the service: `compliance.client.Client`, or anything that answers like it."""

    def check(
        self, content: Page, reader: Mapping[str, object] | None = None, *, languages: Sequence[str] = ()
    ) -> Told | Awaitable[Told]:
        """The notices of a page for a reader."""


Source = Checker | Asking
Describe = Callable[[PageRequest], Page | None]
"""Says which page a request is for; None if no notices go into it."""


@dataclass(frozen=True, slots=True)
class Decided:
    """The notices that go into a page."""

    halves: Halves
    is_private: bool

    @property
    def version(self) -> str:
        """What names them."""
        return version(self.halves.before, self.halves.behind)


class Site:
    """A site whose pages get notices. Threads may share it; asking it never raises."""

    def __init__(
        self,
        source: Source,
        *,
        publisher: str | None = None,
        page: Describe | None = None,
        languages: Sequence[str] = (),
        trust: ProxyTrust | None = None,
    ) -> None:
        """Ask `source` about each page.

        Args:
            source: a `Checker`, or a client of the service.
            publisher: whose site it is, as `publisher` of a check; it is also whose notices stand in for others.
            page: says what is known of the page that is asked for; without it, its address and publisher.
            languages: those of the notices, best first.
            trust: which peers name the reader; `ProxyTrust()` takes the peer itself. Without it readers are anywhere,
                and pages the same for all.

        Raises:
            ConfigError: with everything that is wrong with the arguments.
        """
        named = {"source": source, "publisher": publisher, "page": page, "languages": languages, "trust": trust}
        refuse(wrong_arguments(named))
        self._mistakes = Mistakes()
        self._source, self._publisher, self._describe = source, publisher, page
        self._languages, self._trust = tuple(languages), trust
        self._fallbacks = Fallbacks(source) if isinstance(source, Checker) else None
        self._undeclared = Undeclared(_warn)
        if self._fallbacks is not None:
            self._fallbacks.learn(publishers(publisher, None), self._languages)
        if isinstance(source, Checker) and publisher is not None and page is None:
            snapshot = source.store.current
            advice = understood(snapshot, Content(publisher=publisher)).advice
            self._look(advice, {"publisher": publisher}, snapshot.ruleset.meaning)

    @property
    def is_waiting(self) -> bool:
        """Whether asking it keeps a thread."""
        return isinstance(self._source, Checker) or not inspect.iscoroutinefunction(self._source.check)

    def decided(self, request: PageRequest) -> Decided | None:
        """The notices of the page that is asked for; None if it gets none."""
        page: Page | None = {}
        try:
            page = self._page(request)
            return None if page is None else self._decided(self._asked(page, request))
        except Exception as error:  # noqa: BLE001 - a page is served whatever goes wrong here
            return self._instead(error, page or {})

    async def decided_soon(self, request: PageRequest) -> Decided | None:
        """The same, for programs that do not wait (asyncio)."""
        page: Page | None = {}
        try:
            if self.is_waiting:
                return await asyncio.to_thread(self.decided, request)
            page = self._page(request)
            if page is None:
                return None
            told = await cast("Awaitable[Told]", self._ask(page, request))
            self._heed(told, page)
            return self._decided(told.halves)
        except Exception as error:  # noqa: BLE001 - a page is served whatever goes wrong here
            return self._instead(error, page or {})

    def _decided(self, found: Halves) -> Decided:
        return Decided(found, self._trust is not None)

    def _instead(self, error: Exception, page: Page) -> Decided:
        """What stands in where it cannot be said which notices are due."""
        self._mistakes.failed(error)
        found = None
        if self._fallbacks is not None:
            said: object = page  # whatever the site's function gave
            is_named = isinstance(said, Mapping) and "publisher" in said
            names = publishers(page["publisher"], page.get("url")) if is_named else []
            found = self._fallbacks.printed(names or publishers(self._publisher, None), self._languages)
        return self._decided(UNSURE if found is None or found.is_empty else halves(found))

    def _page(self, request: PageRequest) -> Page | None:
        if self._describe is not None:
            return page_of(self._describe(request))
        return {"url": request.url} if self._publisher is None else {"url": request.url, "publisher": self._publisher}

    def _asked(self, page: Page, request: PageRequest) -> Halves:
        if not isinstance(self._source, Checker):
            told = cast("Told", self._ask(page, request))
            self._heed(told, page)
            return told.halves
        sent = self._sender(request)
        reader = Reader() if sent is None else sent.reader
        answer = self._source.check(content_of(page), reader, languages=self._languages)
        self._look(answer.advice, page, answer.ruleset.meaning)
        found = printed(answer)
        if self._fallbacks is not None:
            self._fallbacks.learn(publishers(page.get("publisher"), page.get("url")), self._languages)
        return halves(found)

    def _heed(self, told: Told, page: Page) -> None:
        """Tell of what the service could not understand, and of a publisher that nobody declared."""
        if problems := getattr(told, "problems", ()):
            self._mistakes.not_understood(problems)
        answer = getattr(told, "answer", None)
        if isinstance(answer, Answer) and not getattr(told, "is_fallback", False):
            self._look(answer.advice, page, answer.ruleset.meaning)

    def _look(self, advice: Sequence[str], page: Page, ruleset: str) -> None:
        """Tell whoever runs the site of a publisher that nobody declared: its pages do not."""
        directory = self._source.store.current.directory if isinstance(self._source, Checker) else None
        self._undeclared.look(undeclared(advice, page.get("publisher"), page.get("url")), ruleset, directory)

    def _ask(self, page: Page, request: PageRequest) -> Told | Awaitable[Told]:
        source = cast("Asking", self._source)
        return source.check(page, _described(self._sender(request)), languages=self._languages)

    def _sender(self, request: PageRequest) -> Sender | None:
        return None if self._trust is None else sender(request.peer, request.headers, self._trust)


def _warn(message: str, name: str) -> None:
    _log.warning("%s", message, extra={"event": EVENT, "facts": {"publisher": name} if name else {}})


def _described(sent: Sender | None) -> Mapping[str, object] | None:
    """A reader as in the body of a check; None where nobody knows, or more is known than can be said there."""
    if sent is None or sent.reader.address is None or sent.reader.evidence:
        return None
    return {"address": str(sent.reader.address)}


MOST_COLLECTED: Final = 1024 * 1024
"""A page whose length is said, and is no more than that, is put together before it goes out, so that it has one."""
