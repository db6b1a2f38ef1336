"""Who may ask for what: from a path and the value of `Authorization` to a yes, or to what is wrong.

Theory: a caller has a key, a key has scopes, and each path needs one of some. What stands in no table needs a key all
the same, so that a new endpoint is not open because somebody forgot it here. Nothing of the framework is needed for the
answer: whoever stands in front of it asks in the same words, and asks first. Where there is no file of keys everything
is open but what auditors get, which has a token of its own; the service then listens where only this machine reaches
it, or was told that somebody else keeps strangers out.

How often a key may ask is counted in each process by itself.

Source: RFC 6750, section 3; RFC 9110, sections 11.6.1 and 10.2.3.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable, Mapping
from datetime import date
from hashlib import sha256
from ipaddress import ip_address
from pathlib import Path
from time import monotonic_ns
from typing import Final, NamedTuple

from compliance.check import today
from compliance.config import Settings
from compliance.errors import ConfigError
from compliance.keys.bucket import Bucket
from compliance.keys.key import ALL, AUDIT, CHECK, REPORT, SCOPES
from compliance.keys.key_file import NAME
from compliance.keys.keyring import OVER, SECOND, WRONG, Busy, Keyring, Known, Unknown, digest_of

GRANT: Final = "compliance.grant"
"""Where in the environment of a request stands what was found, so that it is asked and counted once."""
OPEN: Final = frozenset({"/healthz", "/readyz", "/openapi.json", "/docs"})
"""What everybody gets; `/readyz` without detail for whoever has no key."""
NEEDS: Final[Mapping[str, int]] = {
    **dict.fromkeys(("/v1/check", "/v1/checks", "/v1/mentions", "/v1/annotate", "/v1/table", "/v1/fragment"), CHECK),
    "/v1/rendered": AUDIT,
    "/metrics": REPORT,
}
"""The scopes of which one is needed for a path, as bits; `admin` has them all."""
BELOW: Final[Mapping[str, int]] = {"/v1/reports": REPORT | AUDIT, "/v1/decisions": AUDIT, "/v1/fragment": CHECK}
"""The same for whatever stands below a path. Which pages a report tells of needs `audit`, which the report asks."""
LONGEST: Final = 1024
"""So many characters of the header are looked at."""
_KINDS = {
    "none": "no-key",
    "wrong": "wrong-key",
    "over": "key-ended",
    "scope": "lacks-scope",
    "often": "asks-too-often",
}
_REALM: Final = 'Bearer realm="compliance"'


class Grant(NamedTuple):
    """That somebody may ask, and what he may see."""

    opens: int
    """The bits of his scopes."""
    is_keyed: bool = True
    """Whether that was shown by a key; else everything is open."""

    def has(self, scopes: int) -> bool:
        """Whether it opens what needs one of these scopes."""
        return self.opens & scopes != 0


class Refusal(NamedTuple):
    """Why somebody may not ask."""

    status: int
    kind: str
    detail: str
    headers: tuple[tuple[str, str], ...] = ()


_GRANTS: Final = tuple(Grant(bits) for bits in range(ALL + 1))
EVERYTHING: Final = Grant(ALL, is_keyed=False)
NOTHING: Final = Grant(0)


class Access:
    """Says who may ask for what. Threads may share it."""

    __slots__ = ("_clock", "_keyring", "_look_at", "_token")

    def __init__(self, keyring: Keyring, token: str | None = None, clock: Callable[[], int] = monotonic_ns) -> None:
        """Say it by some keys.

        Args:
            keyring: the keys.
            token: what opens the scope `audit` beside them.
            clock: nanoseconds of a clock that does not go back.
        """
        self._keyring, self._clock = keyring, clock
        self._token = None if token is None else sha256(token.encode()).digest()
        self._look_at = clock() + SECOND

    @classmethod
    def of(cls, settings: Settings, day: Callable[[], date] = today) -> Access:
        """What holds by the settings.

        Args:
            settings: those of the service.
            day: says which day it is, in UTC.

        Raises:
            ConfigError: there are keys that cannot be read, or settings name a file that is not there.
        """
        return cls(Keyring(keys_path(settings), day, is_needed=settings.keys_file is not None), settings.audit_token)

    @classmethod
    def free(cls) -> Access:
        """Everything is open, now and later."""
        return cls(Keyring(None, today))

    @property
    def has_keys(self) -> bool:
        """Whether a key is needed."""
        return self._keyring.state is not None

    @property
    def problem(self) -> str | None:
        """What is wrong with the file of keys; None if nothing is."""
        return self._keyring.problem

    def ask(self, path: str, header: str | None) -> Grant | Refusal:
        """Whether somebody may ask for a path; if so, that is counted.

        Args:
            path: as it is routed by, or the rule that it is routed to.
            header: the value of `Authorization`; None without one.
        """
        now = self._clock()
        if now >= self._look_at:
            self._look_at = now + SECOND
            self._keyring.look()
        state = self._keyring.state
        if state is None:
            return EVERYTHING
        if header is not None and header[:10] == "Bearer ck_" and header.isascii():
            known = state.right.get(digest_of(header[7:]))
            if (
                known is not None
                and known.opens & NEEDS.get(path, 0)
                and not (known.bucket is not None and known.bucket.take(now))
            ):
                return _GRANTS[known.opens]
        return self._asked(path, header, now)

    def _asked(self, path: str, header: str | None, now: int) -> Grant | Refusal:
        """The same, for whatever is not usual."""
        if path == "/healthz":
            return NOTHING
        found = self._found(header, now)
        if path in OPEN:
            return _GRANTS[found.opens] if isinstance(found, Known) else NOTHING
        if not isinstance(found, Known):
            return _refused(found)
        needs = needed(path)
        if not found.opens & needs:
            return _lacking(needs)
        if found.bucket is not None and (wait := found.bucket.take(now)):
            return _too_often(found.bucket, wait)
        return _GRANTS[found.opens]

    def _found(self, header: str | None, now: int) -> Known | Unknown | Busy | None:
        """Who sent a header; None if it has no key."""
        scheme, _, sent = (header or "").partition(" ")
        sent = sent.strip(" ")
        if scheme.lower() != "bearer" or not sent:
            return None
        if len(sent) > LONGEST or not sent.isascii():
            return Unknown(WRONG)
        if self._token is not None and hmac.compare_digest(sha256(sent.encode()).digest(), self._token):
            return Known("", AUDIT, None)
        return self._keyring.find(sent, now)


def needed(path: str) -> int:
    """The scopes of which one is needed for a path, as bits; for an unknown one any will do.

    Args:
        path: where more than one `/` stands at the beginning, one is meant.
    """
    path = "/" + path.lstrip("/")
    if path in NEEDS:
        return NEEDS[path]
    return next((needs for above, needs in BELOW.items() if path == above or path.startswith(f"{above}/")), ALL)


def lacking(needs: int, grant: Grant) -> Refusal | None:
    """What is wrong where somebody who may ask asks for more than his scopes open; None if he does not."""
    return None if grant.has(needs) else _lacking(needs)


def _lacking(needs: int) -> Refusal:
    names = [name for name, bit in SCOPES.items() if bit & needs]
    told = " or ".join(f"`{name}`" for name in names)
    header = f'{_REALM}, error="insufficient_scope", scope="{names[0]}"'
    detail = f"this key may not ask for this: it takes one with the scope {told}"
    return Refusal(403, _KINDS["scope"], detail, (("WWW-Authenticate", header),))


def _too_often(bucket: Bucket, wait: int) -> Refusal:
    detail = f"this key may ask {bucket.rate} times a minute, {bucket.burst} times at once: wait as `Retry-After` says"
    return Refusal(429, _KINDS["often"], detail, (("Retry-After", _seconds(wait)),))


def _seconds(wait: int) -> str:
    return str(max(1, -(-wait // SECOND)))


def _refused(found: Unknown | Busy | None) -> Refusal:
    if found is None:
        detail = "send a key: `Authorization: Bearer ck_...`; the operator makes one with `compliance keys create`"
        return Refusal(401, _KINDS["none"], detail, (("WWW-Authenticate", _REALM),))
    if isinstance(found, Busy):
        detail = "this key was sent wrong too often, or others are looked at: wait as `Retry-After` says"
        return Refusal(429, _KINDS["often"], detail, (("Retry-After", _seconds(found.wait)),))
    is_over = found.why == OVER
    detail = (
        "this key has ended: ask the operator for another one, or for a longer life of this one"
        if is_over
        else "there is no such key, or it was revoked: send it as it was printed, `Authorization: Bearer ck_...`"
    )
    header = f'{_REALM}, error="invalid_token"'
    return Refusal(401, _KINDS["over" if is_over else "wrong"], detail, (("WWW-Authenticate", header),))


# -- what settings say ----------------------------------------------------------------------------------


def keys_path(settings: Settings) -> Path:
    """The file of keys."""
    return Path(settings.keys_file) if settings.keys_file else Path(settings.data_dir, NAME)


def check_exposure(settings: Settings, access: Access, *, is_host_known: bool = True) -> None:
    """Refuse to listen where others reach it, or may, and nobody needs a key.

    Args:
        settings: those of the service.
        access: who may ask.
        is_host_known: whether `host` is where it listens; under a server that is not ours nobody here knows that.

    Raises:
        ConfigError: it would be so, and settings do not allow it.
    """
    if access.has_keys or settings.allow_without_keys or (is_host_known and is_of_this_machine(settings.host)):
        return
    where = (
        f"others may reach `{settings.host}`, and whoever does could ask for everything, for"
        if is_host_known
        else "nobody knows here on which address the server listens, and whoever reaches it could ask for everything:"
    )
    instead = (
        "listen on `127.0.0.1`, or say with `--allow-without-keys`"
        if is_host_known
        else "or say with `allow_without_keys = true`, or `COMPLIANCE_ALLOW_WITHOUT_KEYS=true`,"
    )
    raise ConfigError(
        f"{where} there are no keys in `{keys_path(settings)}`: make one with `compliance keys create --name NAME "
        f"--scope check`, {instead} that something else lets nobody in"
    )


def is_of_this_machine(host: str) -> bool:
    """Whether only this machine reaches what listens there. A name counts as one that others reach, but `localhost`."""
    if host.lower() == "localhost":
        return True
    try:
        return ip_address(host.strip("[]").partition("%")[0]).is_loopback
    except ValueError:
        return False
