"""Publishers that nobody declared: told to whoever runs a site, once, since their pages say nothing of it.

Theory: whoever is not declared is unknown, the notices that hang on it are held, and the answer says so in `advice`.
Where an answer becomes HTML nobody reads that, and a name with a slip in it looks like a publisher without notices.
So whoever prints answers looks at their advice, and tells of each such publisher once for each rule set. A caller may
call a publisher anything: what may be an address is not repeated, long names are cut, and so many are told of at most.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Iterable
from typing import Final

from compliance.content.facts import DECLARE_ONCE, NAME_IT
from compliance.content.publisher import Directory, host_of
from compliance.errors import nearest, visible
from compliance.model.address_text import withheld

EVENT: Final = "publisher-undeclared"
"""What the log calls it."""
MOST_TOLD: Final = 20
"""So many publishers are told of by name, for each rule set."""
MOST_SHOWN: Final = 100
"""So many characters of a name are shown."""
_SURE: Final = 0.85
"""How near a name has to be to be held for the one that was meant, from 0 to 1: there are hundreds of names."""
_HELP: Final = "look it up in the registers, then declare it once, in an entity file"
_UNNAMED: Final = f"pages name no publisher, so their notices are held and not shown; name it, or {_HELP}"
_MANY: Final = f"more than {MOST_TOLD} publishers are declared by nobody; no more of them are named here"
Say = Callable[[str, str], object]
"""Told a message, and the name of the publisher as it may be shown; `""` if there is none."""


def undeclared(advice: Collection[str], publisher: object, url: object) -> str | None:
    """What a page calls its publisher if nobody declared that, as it may be shown; None if all is well.

    >>> undeclared([DECLARE_ONCE], "My Daily", None), undeclared([], "rferl.org", None)
    ('My Daily', None)

    Args:
        advice: that of the answer.
        publisher: what the page says; anything.
        url: where it stands; anything.
    """
    if NAME_IT in advice:
        return ""
    if DECLARE_ONCE not in advice:
        return None
    named = publisher.strip() if isinstance(publisher, str) else ""
    return shown(named or (host_of(url) if isinstance(url, str) else None) or "")


def shown(name: str) -> str:
    """A name as it may be told: on one line, without addresses, and not too long."""
    return visible(withheld(name[: 4 * MOST_SHOWN]))[:MOST_SHOWN].replace("`", "'")


def told(name: str, directory: Directory | None = None) -> str:
    """The warning of a publisher that nobody declared, with the name that may have been meant."""
    if not name:
        return _UNNAMED
    known: Iterable[str] = () if directory is None else {*directory.ids, *directory.domains, *directory.names}
    near = nearest(name, known, _SURE)
    return (
        f"nobody declared the publisher `{name}`, so its notices are held and not shown: "
        f"{f'{near}; else ' if near else ''}{_HELP}"
    )


class Undeclared:
    """Tells of each publisher that nobody declared, once for each rule set. Threads may share it."""

    def __init__(self, say: Say) -> None:
        """Tell `say`."""
        self._say = say
        self._ruleset = ""
        self._told: set[str] = set()
        self._lock = threading.Lock()

    def look(self, name: str | None, ruleset: str, directory: Directory | None = None) -> None:
        """Tell of a publisher if that was not done yet.

        Args:
            name: the publisher, by `undeclared`; None if there is nothing to be told.
            ruleset: the digest of the rules that were asked.
            directory: whom they declare, if that is known here.
        """
        if name is None or (ruleset == self._ruleset and (name in self._told or len(self._told) > MOST_TOLD)):
            return
        with self._lock:
            if ruleset != self._ruleset:
                self._ruleset, self._told = ruleset, set()
            if name in self._told or len(self._told) > MOST_TOLD:
                return
            self._told.add(name)
            is_one_too_many = len(self._told) > MOST_TOLD
        if is_one_too_many:
            self._say(_MANY, "")
        else:
            self._say(told(name, directory), name)
