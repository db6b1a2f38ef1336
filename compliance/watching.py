"""Looking again and again at files that somebody may change, in a thread of its own.

Theory: files are looked at rather than subscribed to, so that network file systems and the symlink swaps of
container platforms are seen too. A change counts once two looks in a row agree: what is still being copied may
be whole by its form and half by its contents.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from typing import Final, Protocol

_log = logging.getLogger("compliance.watching")
_MOST_SECONDS: Final = 5.0
"""How long the end is waited for; a disk that does not answer must not keep a service from stopping."""


class Watched(Protocol):
    """What can be looked at, and read again."""

    wake: threading.Event
    """Set by whoever asks for a reload, and for the end."""

    def look(self) -> object:
        """What changes when a file does."""

    def seen(self) -> object:
        """What a look gave when the files were last read."""

    def reload(self) -> bool:
        """Read the files again."""


def watch(
    watched: Watched, seconds: float, name: str, each_time: Callable[[], object] = lambda: None
) -> Callable[[], None]:
    """Reload in the background on request, and with `seconds` > 0 on change.

    The result stops it, and waits for that some seconds at most.

    Args:
        watched: what is looked at.
        seconds: how long to wait between two looks; 0 is until somebody asks.
        name: that of the thread.
        each_time: done at the start, and before each look.
    """
    stopped = threading.Event()

    def stop() -> None:
        stopped.set()
        watched.wake.set()
        thread.join(_MOST_SECONDS)
        if thread.is_alive():
            _log.warning("looking at the %s has not ended: it is left behind", name)

    arguments = (watched, seconds, name, each_time, stopped)
    thread = threading.Thread(target=_keep_watching, name=name, args=arguments, daemon=True)
    thread.start()
    return stop


def _keep_watching(
    watched: Watched, seconds: float, name: str, each_time: Callable[[], object], stopped: threading.Event
) -> None:
    before, asked, is_first = watched.seen(), False, True
    while not stopped.is_set():
        try:
            each_time()
            if not is_first:
                now = watched.look()
                if not stopped.is_set() and (asked or now == before != watched.seen()):
                    watched.reload()
                before = now
        except Exception:  # noqa: BLE001 - else this thread would end, and nothing were ever read again
            _log.exception("looking at the %s failed; the next look comes", name)
        is_first, asked = False, watched.wake.wait(seconds or None)
        if asked:  # else whoever asks just now would be forgotten
            watched.wake.clear()
