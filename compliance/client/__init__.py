"""A client of the service for programs that put notices into pages: it answers whatever the service does.

Theory: whoever asks has to print something, and nothing would read as "no notice is due". So a question is never
answered with an exception: where the service is dead, slow, refuses or answers nonsense, the notices are those that a
page of the publisher may need, whoever reads it. They come from the service, asked while it was well, or from a file;
where neither knows any, a block says that nobody knows. It knows how answers look, and nothing else of this package.
It needs httpx: `pip install ".[client]"` at the top of the checkout.
"""

from __future__ import annotations

from compliance.client.told import Told

try:
    from compliance.client.waiting import AsyncClient, Client
except ModuleNotFoundError as error:
    if (error.name or "").partition(".")[0] not in {"httpx", "httpcore", "anyio"}:
        raise
    missing = 'the client needs httpx, which is not installed: `pip install ".[client]"` at the top of the checkout'
    raise ModuleNotFoundError(missing, name=error.name) from None

__all__ = ["AsyncClient", "Client", "Told"]
