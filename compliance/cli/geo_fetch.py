"""A file from a disk or from an https address, written whole or refused: for databases that an operator renews.

Theory: a download that breaks off looks like a short file, a redirect may leave https, and an error may repeat an
address that holds a key. So lengths are compared, redirects are looked at, and messages name the host and no more.
"""

from __future__ import annotations

import gzip
import re
import zlib
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from http.client import HTTPException
from ipaddress import ip_address
from pathlib import Path
from typing import IO, Any
from urllib.error import HTTPError, URLError
from urllib.parse import unquote, urlsplit
from urllib.request import HTTPRedirectHandler, Request, build_opener

from compliance.cli.command import progress
from compliance.errors import ConfigError, DatabaseError, visible

_PIECE = 1 << 20
_MOST = 4 << 30
_SECONDS = 60
_GZIP = b"\x1f\x8b"


def is_address(source: str) -> bool:
    """Whether a source is a web address and no path."""
    return re.match(r"[A-Za-z][A-Za-z0-9+.-]*://", source) is not None


def fetched(source: str, target: Path, digest: str | None) -> None:
    """Write a source to a file, unpacked if it is packed with gzip.

    Args:
        source: a path, or an https address (http is taken from this machine only).
        target: where to.
        digest: the SHA-256 that the source, or what is packed in it, has to have.

    Raises:
        ConfigError: it cannot be read or written.
        DatabaseError: it breaks off, or has another hash.
    """
    if digest is not None and not re.fullmatch("[0-9A-Fa-f]{64}", digest):
        raise ConfigError("`--sha256` takes 64 hexadecimal digits")
    name = _shown(source)
    try:
        with target.open("wb") as written:
            hashes = {_copied(source, written, name)}
        with target.open("rb") as packed:
            is_packed = packed.read(2) == _GZIP
        if is_packed:
            hashes.add(_unpacked(target, name))
    except OSError as error:
        raise ConfigError(f"`{name}` cannot be read: {(error.strerror or 'no reason given').lower()}") from None
    if digest is not None and digest.lower() not in hashes:
        raise DatabaseError(f"`{name}` has another SHA-256: {', '.join(sorted(hashes))}")


def _shown(source: str) -> str:
    """A source as a message may name it: of an address only the host, since paths and queries hold keys."""
    if not is_address(source):
        return source
    try:
        parts = urlsplit(source)
    except ValueError:  # a bracket that is not closed, or no address inside of two
        raise ConfigError(f"`{source.partition(':')[0]}://...` is not a web address") from None
    return visible(f"{parts.scheme}://{parts.hostname or ''}")


def _copied(source: str, target: IO[bytes], name: str) -> str:
    """The SHA-256 of everything that was copied."""
    if not is_address(source):
        path = Path(source)
        with path.open("rb") as opened:
            return _piped(opened, target, path.stat().st_size, name)
    with _answer(source, name) as answer:
        expected = _length(answer.headers.get("Content-Length"), name)
        try:
            digest = _piped(answer, target, expected, name)
        except (HTTPException, TimeoutError) as error:
            raise DatabaseError(f"`{name}` broke off") from error
    if expected is not None and target.tell() != expected:
        raise DatabaseError(f"`{name}` broke off: {target.tell()} of {expected} bytes came")
    return digest


def _length(text: str | None, name: str) -> int | None:
    """How many bytes a server says that there are; without that nobody could tell that it broke off.

    Raises:
        DatabaseError: what it says is no such number.
    """
    if text is None:
        return None
    if not re.fullmatch("[0-9]{1,15}", text):
        raise DatabaseError(f"`{name}` says of its length what is no number of bytes")
    return int(text)


def _piped(source: Any, target: IO[bytes], length: int | None, name: str) -> str:
    """The SHA-256 of what was copied, with a bar on a terminal meanwhile."""
    hashed, total = sha256(), 0
    with progress(f"reading {name}", length) as advance:
        while piece := source.read(_PIECE):
            total += len(piece)
            if total > _MOST:
                raise DatabaseError(f"`{name}` is larger than {_MOST} bytes")
            hashed.update(piece)
            target.write(piece)
            advance(len(piece))
    return hashed.hexdigest()


def _unpacked(target: Path, name: str) -> str:
    """The SHA-256 of what was packed, once it stands in the place of what packed it."""
    unpacked = target.with_name(f"{target.name}.unpacked")
    try:
        with gzip.open(target, "rb") as packed, unpacked.open("wb") as written:
            digest = _piped(packed, written, None, name)
        unpacked.replace(target)
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise DatabaseError(f"`{name}` is packed with gzip, and damaged or cut short") from error
    finally:
        unpacked.unlink(missing_ok=True)
    return digest


# -- the web --------------------------------------------------------------------------------------------


class _Redirects(HTTPRedirectHandler):
    """Follows redirects as long as they are safe."""

    def http_error_302(self, req: Request, fp: IO[bytes], code: int, msg: str, headers: Any) -> Any:
        """The answer from elsewhere.

        Raises:
            ConfigError: it would leave https.
            ValueError: what is named is no address.
        """
        try:
            return super().http_error_302(req, fp, code, msg, headers)
        except (ConfigError, ValueError):
            fp.close()
            raise

    http_error_301 = http_error_303 = http_error_307 = http_error_308 = http_error_302

    def redirect_request(
        self, req: Request, fp: IO[bytes], code: int, msg: str, headers: Any, newurl: str
    ) -> Request | None:
        """The request to go on with.

        Raises:
            ConfigError: it would leave https.
        """
        _check_safe(newurl, _shown(newurl))
        return super().redirect_request(req, fp, code, msg, headers, newurl)


def _check_safe(source: str, name: str) -> None:
    parts = urlsplit(source)
    if parts.scheme == "https" or (parts.scheme == "http" and _is_this_machine(parts.hostname or "")):
        return
    raise ConfigError(f"`{name}` is not safe: databases are fetched by https only")


def _is_this_machine(host: str) -> bool:
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


@contextmanager
def _answer(source: str, name: str) -> Iterator[Any]:
    """What a server sends."""
    _check_safe(source, name)
    parts = urlsplit(source)
    request = Request(parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl())  # noqa: S310  # checked above
    if parts.username is not None:  # not sent to whoever it is redirected to
        keys = f"{unquote(parts.username)}:{unquote(parts.password or '')}"
        request.add_unredirected_header("Authorization", f"Basic {b64encode(keys.encode()).decode()}")
    try:
        answer = build_opener(_Redirects()).open(request, timeout=_SECONDS)
    except HTTPError as error:
        error.close()
        raise ConfigError(f"`{name}` answers with status {error.code}") from None
    except (URLError, HTTPException, TimeoutError, ValueError) as error:
        reason = getattr(error, "reason", error)
        why = getattr(reason, "strerror", None) or "no answer"
        raise ConfigError(f"`{name}` cannot be reached: {str(why).lower()}") from None
    with answer:
        yield answer
