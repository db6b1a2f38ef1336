"""When Python looks for garbage: not while something large is made of which nearly all stays."""

from __future__ import annotations

import contextlib
import gc
from collections.abc import Iterator


@contextlib.contextmanager
def uncollected() -> Iterator[None]:
    """No garbage is looked for meanwhile: nearly all that loading makes is kept, and looking costs half the time."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


@contextlib.contextmanager
def kept() -> Iterator[None]:
    """What was made before is not looked at for garbage meanwhile: a command keeps its rule set to the end."""
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()
