"""Where in a page, as its bytes come by, notices are put: behind the start of its body, and before its end.

Theory: bytes are read as browsers read them, as far as that decides what is markup: comments, attributes in quotation
marks, scripts and other raw text, templates, drawings. A page need not say where its body begins; then it is before
the first thing that cannot stand in a head. Of a page that ends in the middle of something, that something is closed
first, a script in a way in which no part of it runs. Bytes are held back only as long as a tag is not whole, and never
more than `MOST_HELD`. Whatever is not understood passes, and the notices follow at the end. What is put in is ASCII,
which is the same in every encoding that a browser takes for HTML, but for UTF-16.

Source: WHATWG HTML, sections 13.2.5 (tokenization) and 13.2.6 (tree construction).
"""

from __future__ import annotations

import logging
from typing import Final

from compliance.middleware.markup import (
    BREAKS_OUT,
    CLOSES,
    CLOSING,
    ENDS,
    ESCAPE,
    FOREIGN,
    HTML_AGAIN,
    IN_HEAD,
    IN_SCRIPT,
    MOST_NAME,
    NAME,
    NEXT,
    NOT_SPACE,
    OTHERWISE,
    RAW,
    RAW_ENDS,
    RAW_TAIL,
    SCRIPT,
    STOPS,
    TAIL,
    TEMPLATE,
    UNFINISHED_SCRIPT,
    UTF_8_MARK,
    UTF_16,
    WHOLE,
    In,
    Part,
    plain_end,
)

MOST_HELD: Final = 65_536
"""A tag that is longer is not held back."""
_log = logging.getLogger("compliance.middleware")


class Insertion:
    """Puts notices into one page. The bytes that come out do not depend on how those that go in are cut."""

    def __init__(self, before: str, behind: str, *, encoding: str | None = None) -> None:
        """Put in HTML.

        Args:
            before: what stands before the text of the page.
            behind: what stands behind it.
            encoding: the name that Python has for the encoding of a page whose markup is not ASCII: then all of it is
                put at the end.
        """
        self._texts = (before, behind)
        self._encoding = encoding or "ascii"
        self._in = In.DATA if encoding is None else In.TO_THE_END
        if not before and not behind:
            self._in = In.REST
        self._part = Part.BETWEEN
        self._has_begun = self._is_known = False
        self._rest = b""
        """What is not looked at yet."""
        self._at = 0
        self._held = b""
        """The beginning of a tag that is not whole."""
        self._is_long = False
        self._tag, self._is_end = b"", False
        self._raw = b""
        self._escaped = 0
        self._within: list[bytes] = []
        self._out: list[bytes] = []

    def feed(self, data: bytes) -> bytes:
        """What goes out when some bytes of the page come in."""
        self._rest, self._at = self._rest[self._at :] + data, 0
        try:
            if self._begun():
                self._look()
        except Exception as error:  # noqa: BLE001 - the page passes whatever is wrong here
            _log.error("a page could not be read, its notices follow at its end: %s", type(error).__name__)
            self._give_up()
        return self._taken()

    def finish(self) -> bytes:
        """What goes out when the page has ended."""
        if not self._is_known:
            self._is_known = True
            looked = self.feed(b"")
            self._out.append(looked)
        held = self._held + self._rest[self._at :]
        self._held, self._rest, self._at = b"", b"", 0
        if self._in in {In.REST, In.TO_THE_END}:
            self._out.append(held)
        elif self._in is In.DATA or (self._in is In.TAG and not self._is_long):
            self._close_all()
            self._insert_all()
            self._out.append(held)
            return self._taken()
        else:
            self._out += [held, self._closing() if self._has_more else b""]
            self._close_all()
        self._insert_all()
        return self._taken()

    def _taken(self) -> bytes:
        out, self._out = b"".join(self._out), []
        return out

    # -- what is put in ---------------------------------------------------------------------------------

    def _html(self, text: str) -> bytes:
        return text.encode("ascii", "xmlcharrefreplace").decode("ascii").encode(self._encoding)

    def _begin(self) -> None:
        """Put in what stands before the text, once."""
        if not self._has_begun:
            self._has_begun = True
            self._out.append(self._html(self._texts[0]))

    def _insert_all(self) -> None:
        """Put in all that is not put in yet, and nothing more."""
        if self._in is not In.REST:
            self._begin()
            self._out.append(self._html(self._texts[1]))
            self._in = In.REST

    def _give_up(self) -> None:
        """Let the page pass, with what is not put in yet at its end."""
        self._out += [self._held, self._rest[self._at :]]
        self._held, self._rest, self._at = b"", b"", 0
        if self._in is not In.REST:
            self._in = In.TO_THE_END

    def _closing(self) -> bytes:
        """What closes that in whose middle the page ends."""
        if self._in is In.RAW:
            return UNFINISHED_SCRIPT if self._raw == SCRIPT else b"</" + self._raw + b">"
        if self._in is In.TAG:
            return {Part.DOUBLE: b'">', Part.SINGLE: b"'>"}.get(self._part, b">")
        return CLOSING.get(self._in, b"")

    def _close_all(self) -> None:
        """Close what hides its content, or draws it, if anything is to be put in behind it."""
        if self._has_more:
            self._out += [b"</" + name + b">" for name in reversed(self._within)]
            self._within = []

    @property
    def _has_more(self) -> bool:
        return bool(self._texts[1]) or (not self._has_begun and bool(self._texts[0]))

    # -- what is looked at ------------------------------------------------------------------------------

    def _begun(self) -> bool:
        """Whether the first bytes have come, which may say how the page is encoded."""
        if not self._is_known and len(self._rest) >= len(UTF_8_MARK):
            self._is_known = True
            if (encoding := UTF_16.get(self._rest[:2])) is not None:
                self._encoding, self._in = encoding, In.TO_THE_END
            elif self._rest.startswith(UTF_8_MARK):
                self._pass_to(len(UTF_8_MARK))
        return self._is_known

    def _look(self) -> None:
        """Look at all that can be understood without knowing what comes next."""
        end = self._rest.find(ESCAPE) if self._in is not In.REST else -1
        if end < 0:
            self._walk()
            return
        self._rest, unread = self._rest[:end], self._rest[end:]
        self._walk()
        self._rest += unread
        self._give_up()

    def _walk(self) -> None:
        steps = {In.DATA: self._data, In.TAG: self._in_tag, In.RAW: self._in_raw}
        while self._at < len(self._rest):
            if self._in in {In.REST, In.TO_THE_END}:
                self._out.append(self._held)
                self._held = b""
                self._pass_to(len(self._rest))
            elif not steps.get(self._in, self._in_other)():
                return

    def _pass_to(self, end: int) -> None:
        self._out.append(self._rest[self._at : end])
        self._at = end

    def _data(self) -> bool:
        """Look at text and at what begins a tag; false if more has to come."""
        if self._has_begun and not self._texts[1]:
            self._in = In.REST
            return True
        self._pass_to(plain_end(self._rest, self._at, self._within, has_begun=self._has_begun))
        start = self._rest.find(b"<", self._at)
        self._text_to(len(self._rest) if start < 0 else start)
        if start < 0:
            return True
        ahead = self._rest[start : start + 9]
        if b"<!--".startswith(ahead[:4]) or ahead.startswith(b"<!--"):
            return self._comment(ahead)
        if ahead.startswith((b"<!", b"<?")):
            is_cdata = bool(self._within) and self._within[-1] in FOREIGN
            if is_cdata and b"<![CDATA[".startswith(ahead) and len(ahead) < 9:
                return False
            self._in = In.CDATA if is_cdata and ahead == b"<![CDATA[" else In.BOGUS
            self._pass_to(start + len(ahead) if self._in is In.CDATA else start + 2)
            return True
        return self._tag_at(start, ahead)

    def _text_to(self, end: int) -> None:
        """Let text pass; the first of it that is more than space begins the body."""
        if not self._has_begun and not self._within:
            found = NOT_SPACE.search(self._rest, self._at, end)
            if found is not None:
                self._pass_to(found.start())
                self._begin()
        self._pass_to(end)

    def _comment(self, ahead: bytes) -> bool:
        if len(ahead) < 6:
            return False
        is_over = next((size for size, whole in ((5, b"<!-->"), (6, b"<!--->")) if ahead.startswith(whole)), 0)
        if not is_over:
            self._in = In.COMMENT
        self._pass_to(self._at + (is_over or 4))
        return True

    def _tag_at(self, start: int, ahead: bytes) -> bool:
        """Begin a tag, if it is one; false if more has to come."""
        if len(ahead) < 2 or ahead == b"</":
            return False
        self._is_end = ahead[1:2] == b"/"
        name = NAME.match(self._rest, start + 1 + self._is_end)
        if name is None:
            if self._is_end:
                self._in = In.BOGUS
                self._pass_to(start + 2)
            else:
                self._pass_text(start)
            return True
        if name.end() == len(self._rest) and len(name[0]) < MOST_NAME:
            return False
        self._tag = name[0].lower()
        self._held, self._at = self._rest[start : name.end()], name.end()
        self._in, self._part, self._is_long = In.TAG, Part.BETWEEN, False
        if (whole := WHOLE.match(self._rest, self._at)) is not None:
            self._held, self._at = self._rest[start : whole.end()], whole.end()
            self._tag_ends(is_empty=whole[1].endswith(b"/>"))
        return True

    def _pass_text(self, start: int) -> None:
        """Let a `<` pass that begins nothing."""
        if not self._within:
            self._begin()
        self._pass_to(start + 1)

    def _in_tag(self) -> bool:
        while self._at < len(self._rest):
            found = STOPS[self._part].search(self._rest, self._at)
            if found is None:
                self._hold_to(len(self._rest))
                return True
            byte = found[0]
            self._hold_to(found.start())
            if byte == b">" and self._part not in {Part.DOUBLE, Part.SINGLE}:
                is_empty = self._part is Part.BETWEEN and self._held.endswith(b"/")
                self._hold_to(found.end())
                self._tag_ends(is_empty=is_empty)
                return True
            self._part = NEXT.get(self._part, {}).get(byte, OTHERWISE[self._part])
            self._hold_to(found.end())
        return True

    def _hold_to(self, end: int) -> None:
        self._held += self._rest[self._at : end]
        self._at = end
        if len(self._held) > MOST_HELD and not self._is_long:
            self._is_long = True
            self._before_tag()
        if self._is_long:
            self._out.append(self._held[:-1])
            self._held = self._held[-1:]

    def _in_other(self) -> bool:
        """Look for the end of a comment or the like."""
        found = CLOSES[self._in].search(self._rest, self._at)
        if found is not None:
            self._pass_to(found.end())
            self._in = In.DATA
            return True
        self._pass_to(max(self._at, len(self._rest) - TAIL))
        return False

    def _in_raw(self) -> bool:
        """Look for the end of a script or the like."""
        if self._raw == SCRIPT:
            return self._in_script()
        found = RAW_ENDS[self._raw].search(self._rest, self._at)
        return self._raw_to(None if found is None else found.start())

    def _raw_to(self, end: int | None) -> bool:
        if end is None:
            self._pass_to(max(self._at, len(self._rest) - RAW_TAIL))
            return False
        self._pass_to(end)
        self._in = In.DATA
        return True

    def _in_script(self) -> bool:
        """The same of a script: an escaped part of it may hold the end of an inner one."""
        while (found := IN_SCRIPT.search(self._rest, self._at)) is not None:
            token = found[0].lower()
            if token == b"<!--":
                self._escaped = max(self._escaped, 1)
                at = found.end() - 2  # its dashes may close it
            elif token == b"-->":
                self._escaped, at = 0, found.end()
            elif token.startswith(b"</"):
                if self._escaped < 2:
                    return self._raw_to(found.start())
                self._escaped, at = 1, found.end()
            else:
                self._escaped, at = 2 if self._escaped else 0, found.end()
            self._pass_to(at)
        return self._raw_to(None)

    # -- what a tag means -------------------------------------------------------------------------------

    def _before_tag(self) -> None:
        """Put in what comes before a tag, of which the name is known."""
        is_hidden = TEMPLATE in self._within
        if self._is_end and self._tag in ENDS and not is_hidden:
            self._close_all()
            self._insert_all()
        elif not self._has_begun and not is_hidden and not self._is_end and self._tag not in {*IN_HEAD, b"body"}:
            if self._tag == b"frameset":
                self._in = In.REST  # which has no body
            else:
                self._begin()
        if self._tag == b"plaintext" and not self._is_end and not self._is_foreign:
            self._close_all()
            self._insert_all()

    @property
    def _is_foreign(self) -> bool:
        return bool(self._within) and self._within[-1] in FOREIGN

    def _tag_ends(self, *, is_empty: bool) -> None:
        """Do what a whole tag asks for."""
        if not self._is_long:
            self._before_tag()
        self._out.append(self._held)
        self._held = b""
        if self._in is In.REST:
            return
        self._in = In.DATA
        if self._is_end:
            if self._tag in self._within:
                del self._within[len(self._within) - 1 - self._within[::-1].index(self._tag) :]
        else:
            self._opened(is_empty=is_empty)

    def _opened(self, *, is_empty: bool) -> None:
        name = self._tag
        if self._is_foreign:
            if name in BREAKS_OUT:
                while self._is_foreign:
                    self._within.pop()
            elif (name in FOREIGN or name in HTML_AGAIN) and not is_empty:
                self._within.append(name)
            return
        if name == b"body" and TEMPLATE not in self._within:
            self._begin()
        elif name in RAW:
            self._in, self._raw, self._escaped = In.RAW, name, 0
        elif name == TEMPLATE or (name in FOREIGN and not is_empty):
            self._within.append(name)
