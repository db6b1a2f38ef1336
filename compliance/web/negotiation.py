"""In which form a check is answered: as JSON, or only the words that are for the page.

Theory: whoever says nothing of forms, or takes any, gets JSON. HTML and plain text are the notices that are to be
shown and nothing else: a program that needs more asks for JSON. Who takes none of the three is told so before
anything is looked up or recorded.

Source: RFC 9110, section 12.5.1.
"""

from __future__ import annotations

from typing import Final

import msgspec
from flask import Response, request

from compliance.blocks import NOTHING, SHOW, Printed, block, printed
from compliance.kept import Ready

JSON: Final = "application/json"
HTML: Final = "text/html"
TEXT: Final = "text/plain"
FORMS: Final = (JSON, HTML, TEXT)
"""From the best to the last, where whoever asks has no wish."""


class _Words(msgspec.Struct, frozen=True):
    text: str
    display: str = SHOW
    marker: str | None = None
    nothing_before: bool = False


class _Told(msgspec.Struct, frozen=True):
    notices: tuple[_Words, ...]
    footnotes: tuple[_Words, ...] = ()


_decoder: Final = msgspec.json.Decoder(_Told)


def wanted() -> str | None:
    """The form that whoever asks wants most; None if it is none that there is."""
    if not request.headers.get("Accept", "").strip():
        return JSON
    return request.accept_mimetypes.best_match(FORMS)


def in_form(form: str, ready: Ready) -> Response:
    """An answer in one of the forms. Only for whoever asked: it speaks of one reader, so no cache may keep it."""
    body = ready.body if form == JSON else _html(ready.body) if form == HTML else _text(ready.body)
    media_type = form if form == JSON else f"{form}; charset=utf-8"
    return Response(body, content_type=media_type, headers={"Cache-Control": "no-store", "Ruleset": ready.meaning})


def _html(answer: bytes) -> bytes:
    told: Printed = printed(answer)
    return (block(told) or NOTHING).encode()


def _text(answer: bytes) -> bytes:
    """The words of each notice that is shown, once; what may have nothing before it comes first."""
    told = _decoder.decode(answer)
    notes = {each.marker: each.text for each in told.footnotes}
    shown = sorted((each for each in told.notices if each.display == SHOW), key=lambda each: not each.nothing_before)
    words = dict.fromkeys(each.text if each.marker is None else notes.get(each.marker, each.text) for each in shown)
    return "\n".join(f"{text}\n" for text in words).encode()
