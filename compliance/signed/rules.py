"""Signed rules as the settings name them, opened: a bundle in a file, or at an address of the web.

Theory: what is kept on disk is enough to start, so an address is asked at a start only if there is nothing good yet. It
is asked for newer rules in the background, and what goes wrong there shows like any reload that failed.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from io import BytesIO
from pathlib import Path
from typing import Final

from compliance import bundle
from compliance.audit.note import public_key
from compliance.bundle import Bundle, Vouched
from compliance.errors import ConfigError, EvidenceError, Problem, RulesError
from compliance.forms_cache import FormsCache
from compliance.signed.admission import Admission
from compliance.signed.fetching import Address
from compliance.store import Store, snapshot_of
from compliance.watching import watch

_log = logging.getLogger("compliance.signed")
DIRECTORY: Final = "rules"
"""What is kept of signed rules, in the directory of the data."""
MOST_ENTRIES: Final = 100_000
"""So many files a bundle may have that is fetched: the list of them is in memory before anybody knows who signed it."""
_FETCHED: Final = "fetched.bundle"
_NEWEST: Final = "newest.json"


def fetched_in(data_dir: str) -> Path:
    """Where the last good bundle is that was fetched from an address."""
    return Path(data_dir, DIRECTORY, _FETCHED)


@dataclass(frozen=True, slots=True)
class SignedRules:
    """A signed bundle: where it is, whose signatures count, and what is kept where."""

    keys: tuple[str, ...]
    """Public keys in writing."""
    data_dir: str
    path: Path | None = None
    """The file; None if it is at an address."""
    url: str | None = None
    max_age: int | None = None
    """For so many days after it was signed a bundle is believed; None is as long as it says itself."""
    seconds: float = 0
    """How often an address is asked for a newer one; 0 is only on request."""

    def opened(self, memo: int, kept: FormsCache | None, today: Callable[[], date]) -> Store:
        """The store of these rules; see `Store`.

        Raises:
            ConfigError: a key is none.
            RulesError: there is no bundle that may be served.
        """
        newest = Path(self.data_dir, DIRECTORY, _NEWEST)
        try:
            keys = tuple(public_key(each) for each in self.keys)
        except EvidenceError as error:
            raise ConfigError(f"`rules_keys` names what is no key: {error}") from None
        admission = Admission(keys, self.max_age, newest, today)
        if self.url is None:
            return Store(self.path or Path(), memo, kept, admission)
        address = Address(self.url, fetched_in(self.data_dir), lambda data, shown: _tried(data, shown, admission))
        return _opened(_Fetched(admission, address, self.seconds), memo, kept)


def _tried(data: bytes, shown: str, admission: Admission) -> None:
    """Have what was fetched prove that it may be served; what nobody has signed is not unpacked to find out."""
    if data.count(bundle.ENTRY) > MOST_ENTRIES:
        raise RulesError([Problem(f"`{shown}` has more than {MOST_ENTRIES} files", help="put rules together in files")])
    admission.admitted(bundle.read_head(BytesIO(data), shown), shown)
    whole = admission.admitted(bundle.read(BytesIO(data), shown), shown)
    snapshot_of(whole, shown, 0, None)


def _opened(origin: _Fetched, memo: int, kept: FormsCache | None) -> Store:
    """A store on the last good bundle; where there is none, on one that is fetched now."""
    path = origin.address.path
    try:
        is_there = path.is_file()
    except PermissionError:
        help_ = "run this as the user of the service"
        raise RulesError([Problem(f"`{path}` may not be read", help=help_)]) from None
    if not is_there:
        origin.address.fetch()
        return Store(path, memo, kept, origin)
    try:
        return Store(path, memo, kept, origin)
    except RulesError as error:
        try:
            is_another = origin.address.fetch()
        except RulesError as other:
            raise RulesError([*error.problems, *other.problems]) from None
        if not is_another:
            raise
        return Store(path, memo, kept, origin)


class _Fetched:
    """Bundles from an address; an `Origin` of a store, and what a thread looks at."""

    def __init__(self, admission: Admission, address: Address, seconds: float) -> None:
        self._admission, self.address, self._seconds = admission, address, seconds
        self.wake = threading.Event()

    def admitted(self, whole: Bundle, shown: str) -> Bundle:
        return self._admission.admitted(whole, shown)

    def taken(self, vouched: Vouched | None) -> None:
        self._admission.taken(vouched)

    def watch(self, store: Store) -> Callable[[], None]:
        """Ask for newer rules now, from time to time, and on request; the result stops it."""
        return watch(self, self._seconds, "rules-url", lambda: self._ask(store))

    def _ask(self, store: Store) -> None:
        try:
            if self.address.fetch():
                store.wake.set()
        except RulesError as error:
            store.missed(error)
        except Exception as error:  # noqa: BLE001 - as where rules are reloaded
            _log.exception("rules not fetched")
            message = f"something went wrong here, not in the rules: {type(error).__name__}"
            store.missed(RulesError([Problem(message)]))
        else:
            store.missed(None)

    def look(self) -> object:
        """Nothing: the address is asked before each look, and the store looks at the file."""

    seen = look

    def reload(self) -> bool:
        """The same."""
        return True
