"""What is known without the service: answers for readers anywhere, by publisher."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

import msgspec

from compliance.answer import Answer
from compliance.errors import ConfigError

MOST_KEPT: Final = 1024
"""So many publishers are remembered."""
MOST_NAME: Final = 300
_HELP: Final = "make it with `compliance check --publisher NAME --json`, without a place"
Table = str | Path | Mapping[str, str | Path] | None
Key = tuple[str, tuple[str, ...]]
"""What a page's publisher is called, and the languages that its reader reads."""
_decoder: Final = msgspec.json.Decoder(Answer)


class Known:
    """Answers for readers anywhere: of files, and of the service as it last said them. Threads may share it."""

    def __init__(self, table: Table) -> None:
        """Read the files.

        Args:
            table: the file with the answer for every page, or one for each name of a publisher.

        Raises:
            ConfigError: a file cannot be read, or holds no answer for readers anywhere.
        """
        by_name = table if isinstance(table, Mapping) else {} if table is None else {"": table}
        self._tables = {name: _read(Path(path)) for name, path in by_name.items()}
        self._learned: dict[Key, tuple[Answer, float]] = {}
        self._lock = threading.Lock()

    def learn(self, key: Key, answer: Answer, until: float) -> None:
        """Keep what the service said, and that it is to be asked again at some time (monotonic seconds)."""
        if not answer.location.anywhere:
            return
        with self._lock:
            self._learned.pop(key, None)
            if len(self._learned) >= MOST_KEPT:
                del self._learned[next(iter(self._learned))]
            self._learned[key] = (answer, until)

    def is_due(self, key: Key, now: float) -> bool:
        """Whether the service should be asked."""
        found = self._learned.get(key)
        return found is None or now >= found[1]

    def answer(self, key: Key) -> Answer | None:
        """What is known of a publisher: in these languages, in others, of its file, of the file for every page."""
        with self._lock:
            if (found := self._learned.get(key)) is not None:
                return found[0]
            others = [answer for (name, _), (answer, _) in self._learned.items() if name == key[0]]
        return others[-1] if others else self._tables.get(key[0], self._tables.get(""))


def _read(path: Path) -> Answer:
    try:
        answer = _decoder.decode(path.read_bytes())
    except OSError as error:
        why = error.strerror or "unreadable"
        raise ConfigError(f"`table`: `{path}` cannot be read: {why.lower()}; {_HELP}") from None
    except (msgspec.MsgspecError, UnicodeDecodeError):
        raise ConfigError(f"`table`: `{path}` holds no answer; {_HELP}") from None
    if not answer.location.anywhere:
        raise ConfigError(f"`table`: `{path}` holds an answer for readers in some places only; {_HELP}")
    return answer


def called(content: Mapping[str, object]) -> str:
    """What a page calls its publisher, else the host of its address; `""` if neither says anything."""
    publisher, url = content.get("publisher"), content.get("url")
    if isinstance(publisher, str) and 0 < len(publisher.strip()) <= MOST_NAME:
        return publisher.strip()
    try:
        host = urlsplit(url.strip()).hostname if isinstance(url, str) else None
    except ValueError:
        return ""
    return host if host and len(host) <= MOST_NAME else ""
