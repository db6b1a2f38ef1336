"""Mistakes of whoever puts middleware in front of a site: told where it is made, or once in the log, in plain words.

Theory: what is wrong with the arguments is wrong with every page, so it ends the start, all of it at once. What the
site's own function gives comes with each page, and a page is served whatever it gives: so that is told once.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields
from typing import Any, Final, Protocol

from compliance.check import Checker
from compliance.content.facts import Content
from compliance.errors import ConfigError, Problem, RequestError, nearest, visible
from compliance.geo.client_address import ProxyTrust
from compliance.model.address_text import withheld

MOST_TOLD: Final = 50
"""So many different mistakes are told of in words."""
_SOURCES: Final = 'give `Checker.open()`, or a client such as `Client("http://127.0.0.1:8000")`'
_NAMES: Final = frozenset(each.name for each in fields(Content))


class Waiting(Protocol):
    """A site."""

    @property
    def is_waiting(self) -> bool:
        """Whether asking it keeps a thread."""


_log = logging.getLogger("compliance.middleware")


def refuse(problems: Iterable[Problem]) -> None:
    """Refuse arguments with anything wrong about them.

    Raises:
        ConfigError: with all of it.
    """
    lines = [f"`{each.where}` {each.message}{f': {each.help}' if each.help else ''}" for each in problems]
    if lines:
        raise ConfigError("\n".join(lines))


def wrong_arguments(given: Mapping[str, Any]) -> list[Problem]:
    """What is wrong with the arguments of a site, which are `source`, `publisher`, `page`, `languages` and `trust`."""
    source, publisher, page = given["source"], given["publisher"], given["page"]
    languages, trust = given["languages"], given["trust"]
    found = []
    if isinstance(source, type) or not (isinstance(source, Checker) or callable(getattr(source, "check", None))):
        found.append(Problem("is nobody who can be asked", where="source", help=_SOURCES))
    if publisher is not None and not (isinstance(publisher, str) and publisher.strip()):
        found.append(Problem("is no name", where="publisher", help="give a domain, URL, name or id, as text"))
    if page is not None and not callable(page):
        help_ = "give a function from a `PageRequest` to what is known of the page"
        found.append(Problem("is no function", where="page", help=help_))
    if isinstance(languages, str) or not isinstance(languages, Sequence) or not all(map(_is_tag, languages)):
        found.append(Problem("is no list of tags", where="languages", help='give such as `["ru", "en"]`'))
    if trust is not None and not isinstance(trust, ProxyTrust):
        help_ = "give `ProxyTrust()` where readers connect directly, or `ProxyTrust.of(settings)` behind proxies"
        found.append(Problem("says of no proxy whether it is believed", where="trust", help=help_))
    return found


def _is_tag(tag: object) -> bool:
    return isinstance(tag, str) and bool(tag.strip())


def wrong_application(application: object) -> list[Problem]:
    """What is wrong with the application that gets notices."""
    if callable(application):
        return []
    return [Problem("cannot be called", where="application", help="give the site first, then whom to ask")]


def content_of(page: Mapping[str, Any]) -> Content:
    """A page as the site's function describes it.

    Raises:
        RequestError: it has keys that no page has.
    """
    unknown = [str(name) for name in page if name not in _NAMES]
    every = f"the keys are: {', '.join(sorted(_NAMES))}"
    problems = [Problem(f"unknown key `{name}`", where="page", help=nearest(name, _NAMES) or every) for name in unknown]
    if problems:
        raise RequestError(problems)
    return Content(**page)


def wrong_client(site: Waiting) -> list[Problem]:
    """What is wrong with whom a site asks that waits for the answer."""
    if site.is_waiting:
        return []
    return [Problem("is a client that does not wait", where="source", help="give a `Client`, and no `AsyncClient`")]


def page_of(said: object) -> Mapping[str, Any] | None:
    """What the site's function said of a page; None if it gets no notices.

    Raises:
        RequestError: that is no page.
    """
    if said is None or isinstance(said, Mapping):
        return said
    help_ = 'give such as `{"publisher": "rferl.org"}`, or `None` for a page without notices'
    raise RequestError([Problem("this is no page", where="page", help=help_)])


class Mistakes:
    """Tells of what goes wrong with pages; each mistake of the site's own function once. Threads may share it."""

    def __init__(self) -> None:
        """Nothing was told yet."""
        self._told: set[str] = set()
        self._lock = threading.Lock()

    def failed(self, error: Exception) -> None:
        """Tell of a page that got what any page of its publisher may need."""
        if isinstance(error, RequestError):
            self.not_understood(map(_line, error.problems))
        else:
            _log.error("a page got what any page of its publisher may need: %s", type(error).__name__)

    def not_understood(self, lines: Iterable[str]) -> None:
        """Tell what is wrong with what is known of a page, without anything that may be an address."""
        words = "; ".join(visible(withheld(line)) for line in lines)
        with self._lock:
            if words in self._told or len(self._told) >= MOST_TOLD:
                return
            self._told.add(words)
        _log.error("pages get what any page of their publisher may need: %s", words)


def _line(problem: Problem) -> str:
    place = f"{problem.where}: " if problem.where else ""
    return f"{place}{problem.message}{f' ({problem.help})' if problem.help else ''}"
