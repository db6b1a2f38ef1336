"""The reader's address of a request: from the peer and the headers, or unknown.

Theory: who connected cannot be forged; what is written in a header can. So:

1. A header counts only where the *peer* is a trusted proxy, and then only the one that is configured.
2. In a list (`X-Forwarded-For`, `Forwarded`) each proxy appends, on the right, whom it got the request from. So
   it is read from the right: the first value that is no trusted proxy (or, where proxies are counted, the one
   at that place) is the reader. Whatever stands on the left of it was written by the reader.
3. What cannot be read on the way there makes the answer unknown; the next value on the left is never taken
   instead. `unknown`, a hidden name, nothing between two commas and two lines where one belongs are such.
4. A trusted proxy is never the reader. Where all are proxies, or one too few is named, the answer is unknown. So it
   is where a 6to4 or NAT64 address holds the address of a proxy: that one gets no trust, and is no reader either.
5. A peer that is no trusted proxy is the reader, unless any header that we know tells that it passed the request
   on. A proxy that writes no such header, and is not trusted, is taken for the reader: nothing tells it from one.

Nothing on the left of the answer is looked at, so neither its words nor its length can change the answer. This
holds for `Forwarded` too, where whoever writes on the left may open a quoted string and leave it open: read from
the right, what a proxy appended is a whole, whatever stands before it.

Source: RFC 7239 (`Forwarded`); RFC 9110, sections 5.3 and 5.6 (lines, lists, tokens, quoted strings).
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from ipaddress import IPv4Network, IPv6Network, collapse_addresses, ip_network
from typing import Final, Self

from compliance.config import Settings
from compliance.geo.address import Address, Host, address_of, host_of
from compliance.setting_values import CHAINS, MOST_HOPS, UNIX

Headers = Sequence[tuple[str, str]]

_LONGEST: Final = 1000
"""How much of one value is looked at; the longest element of `Forwarded` that means anything is far shorter."""
_NO_ADDRESS: Final = frozenset({"", "unix:", "localhost"})
"""What servers give as the address of a peer that connected through a unix socket."""
_BY_SOCKET: Final = "unix:"
_TELLING: Final = re.compile(
    r"via|x-.*via|cdn-loop|x-cdn|max-forwards|front-end-https|surrogate-.*|x-cloud-trace-context"
    r"|(x-)?(original-)?forward.*|x-(original|proxy|varnish|haproxy|nginx|lb|edge|gateway|geo|arr|waws|cdn|cache).*"
    r"|(wl-)?proxy-.*|.*geo-?ip.*|.*country.*|.*viewer-address.*"
    r"|.*(client|real|connecting|user|socket|source|src|remote|originating|peer|visitor|cluster|proxy)-?(ip|addr).*"
    r"|(cf|cdn|eo|cloudfront|fastly|fly|akamai|ali|incap|true-client)-.*"
    r"|x-(akamai|amz-cf|amzn|appengine|azure|ec|envoy|fastly|google|heroku|imperva|nf|sigsci|sucuri|vercel)-.*"
)
"""Headers that proxies write and browsers do not, by the names that we know; there is no list of all of them."""

_LONGEST_KEPT: Final = 64
"""Readers choose names of headers, so what a longer one tells is not remembered."""
_WORD: Final = r"[!#$%&'*+.^_`|~0-9A-Za-z-]+"
_QUOTED: Final = r'"(?:[\t \x21\x23-\x5b\x5d-\x7e\x80-\xff]|\\[\t \x21-\x7e\x80-\xff])*"'
_PAIR: Final = re.compile(rf"({_WORD})=({_WORD}|{_QUOTED})")
_ELEMENT: Final = re.compile(rf"(?:{_PAIR.pattern}[ \t]*)?(?:;[ \t]*(?:{_PAIR.pattern}[ \t]*)?)*")
_NODE: Final = re.compile(r"([0-9.]+|\[[^\[\]]+\])(?::[0-9]{1,5}|:_[A-Za-z0-9._-]+)?")
_VIEWER: Final = re.compile(r"(?:([0-9.]+)|\[?([0-9A-Fa-f:.]+)\]?):[0-9]{1,5}")
"""What CloudFront writes: always with a port, and IPv6 without brackets."""


@dataclass(frozen=True, slots=True)
class ProxyTrust:
    """Which peers are trusted proxies, and what of theirs is believed; without arguments nobody and nothing.

    `header` is the one header that counts, in lower case; with `hops`, that many proxies append to it and the
    reader is at that place from the right. `sockets` trusts whoever connects through a unix socket. `cdn` is the
    CDN that tells where the reader is, and `told` what of that it tells, each with its header in lower case.
    """

    header: str | None = None
    hops: int | None = None
    sockets: bool = False
    cdn: str | None = None
    told: tuple[tuple[str, str], ...] = ()
    _four: tuple[int, ...] = field(default=(), repr=False)
    _six: tuple[int, ...] = field(default=(), repr=False)

    @classmethod
    def of(cls, settings: Settings) -> Self:
        """The trust that an operator configured."""
        networks = [ip_network(each) for each in settings.trusted_proxies if each != UNIX]
        four = collapse_addresses(each for each in networks if isinstance(each, IPv4Network))
        six = collapse_addresses(each for each in networks if isinstance(each, IPv6Network))
        sockets = UNIX in settings.trusted_proxies
        believed = (settings.client_address, settings.trusted_hops, sockets, settings.cdn, settings.told)
        return cls(*believed, _bounds(four), _bounds(six))

    def covers(self, host: str | None) -> bool:
        """Whether a peer, or a host in a list, is a trusted proxy; None and `unix:` stand for a unix socket."""
        if host is None or host in _NO_ADDRESS:
            return self.sockets
        found = host_of(host)
        return found is not None and self.holds(found)

    def holds(self, host: Host) -> bool:
        """Whether a host is in the network of a trusted proxy; on which link it is does not matter."""
        version, number, _ = host
        return bisect_right(self._four if version == 4 else self._six, number) % 2 == 1


@dataclass(frozen=True, slots=True)
class Client:
    """The reader's address, or None where nobody can know it, and why.

    `because` holds no address. `steps` say how it was found, with addresses: they are for the command that
    explains them to an operator, and for nothing else.
    """

    address: Address | None
    because: str
    steps: tuple[str, ...] = field(default=(), repr=False)


def client_address(peer: str | None, headers: Headers, trust: ProxyTrust) -> Client:
    """The reader's address of a request.

    Args:
        peer: the address that the connection came from; None, `""` or `unix:` for a unix socket.
        headers: names and values in the order of the request, one pair for each line.
        trust: which peers are proxies, and what is believed of theirs.

    >>> client_address("10.0.0.1", [("X-Forwarded-For", "192.0.2.7")], ProxyTrust()).because
    'the request was passed on, and not by a trusted proxy'
    """
    shown = "a unix socket" if peer is None or peer in _NO_ADDRESS else _shown(peer)
    if not trust.covers(peer):
        return _direct(peer, headers, trust, f"the peer, {shown}, is no trusted proxy: no header counts")
    steps = [f"the peer, {shown}, is a trusted proxy"]
    if trust.header is None:
        return _unknown("no header is believed", steps)
    lines = [value for name, value in headers if name.lower() == trust.header]
    if not lines:
        return _unknown(f"the trusted proxy sent no `{trust.header}`", steps)
    if trust.header in CHAINS:
        return _from_list(lines, trust, trust.header, steps)
    return _from_single(lines, trust, trust.header, steps)


def _direct(peer: str | None, headers: Headers, trust: ProxyTrust, step: str) -> Client:
    """The peer as the reader, unless the request says that the peer is a proxy."""
    telling = [name for name, _ in headers if (_tells(name) if len(name) <= _LONGEST_KEPT else _looked_at(name))]
    if telling:
        steps = [step, f"{_shown(telling[0])} tells of a proxy: the peer is not the reader"]
        return _unknown("the request was passed on, and not by a trusted proxy", steps)
    host = None if peer is None else host_of(peer)
    if host is not None and _holds_a_proxy(host, trust):
        return _unknown("the peer holds the address of a trusted proxy and is no reader", [step])
    return _reader(host, [step], "the peer is the reader", "the peer has no address that could be a reader's")


def _looked_at(name: str) -> bool:
    """Whether a header tells that a request was passed on."""
    return _TELLING.fullmatch(name.lower().replace("_", "-")) is not None


_tells = lru_cache(maxsize=1_024)(_looked_at)


def _from_list(lines: Sequence[str], trust: ProxyTrust, header: str, steps: list[str]) -> Client:
    """The reader in a list to which every proxy appends, read from the right."""
    for place, value in enumerate(_from_the_right(lines, header), start=1):
        if place > MOST_HOPS:
            return _unknown(f"`{header}` names more than {MOST_HOPS} proxies", steps)
        text = value if value is None or header != "forwarded" else _forwarded_for(value)
        host = None if text is None else host_of(text)
        is_proxy = trust.holds(host) if host else trust.sockets and text == _BY_SOCKET
        if host is None and not is_proxy:
            steps.append(f"value {place} from the right, {_shown(value)}, is no address")
            return _unknown(f"`{header}` holds no address where one has to be", steps)
        if place == trust.hops or (trust.hops is None and not is_proxy):
            steps.append(f"value {place} from the right, {_shown(value)}, is where the reader has to be")
            return _named(host, trust, header, steps)
        kind = "a trusted" if is_proxy else "a counted"
        steps.append(f"value {place} from the right, {_shown(value)}, is {kind} proxy")
    if trust.hops is None:
        return _unknown(f"`{header}` names trusted proxies only", steps)
    return _unknown(f"`{header}` holds fewer values than proxies are counted", steps)


def _from_single(lines: Sequence[str], trust: ProxyTrust, header: str, steps: list[str]) -> Client:
    """The reader in a header that holds one address."""
    if len(lines) > 1:
        return _unknown(f"`{header}` is there more than once", steps)
    text = lines[0].strip(" \t")
    if header == "cloudfront-viewer-address":
        viewer = _VIEWER.fullmatch(text)
        text = (viewer[1] or f"[{viewer[2]}]") if viewer else ""
    steps.append(f"`{header}` is {_shown(lines[0])}")
    return _named(host_of(text), trust, header, steps)


def _named(host: Host | None, trust: ProxyTrust, header: str, steps: list[str]) -> Client:
    """The reader that a trusted proxy names, unless it names a proxy."""
    if host is not None and (trust.holds(host) or _holds_a_proxy(host, trust)):
        return _unknown(f"`{header}` names a trusted proxy and no reader", steps)
    return _reader(host, steps, f"`{header}` names the reader", f"`{header}` holds no address that could be a reader's")


def _holds_a_proxy(host: Host, trust: ProxyTrust) -> bool:
    """Whether the address under which a host is looked up is that of a trusted proxy."""
    if host[0] == 4:  # it holds itself
        return trust.holds(host)
    found = address_of(host)
    return trust.holds((found.version, found.number, False))


def _reader(host: Host | None, steps: list[str], because: str, otherwise: str) -> Client:
    """The reader at a host; one that is scoped to a link is nobody's address elsewhere."""
    if host is None or host[2]:
        return _unknown(otherwise, steps)
    return Client(address_of(host), because, (*steps, because))


def _unknown(because: str, steps: Sequence[str]) -> Client:
    return Client(None, because, (*steps, f"{because}: unknown"))


def _from_the_right(lines: Sequence[str], header: str) -> Iterator[str | None]:
    """The values of a list over several lines, from the last; one that is too long is None and the last that is given.

    They are made one by one, so that what stands on the left of the answer is never looked at.
    """
    comma = _unquoted_comma if header == "forwarded" else str.rfind
    for line in reversed(lines):
        end: int = len(line)
        while end >= 0:
            start = max(0, end - _LONGEST)
            at = comma(line, ",", start, end)
            if at < 0 and start > 0:
                yield None
                return
            yield line[at + 1 : end].strip(" \t")
            end = at


def _unquoted_comma(line: str, comma: str, start: int, end: int) -> int:
    """Where the last comma outside of quoted strings is, or -1; a quote after a backslash opens no string."""
    is_quoted = False
    for at in range(end - 1, start - 1, -1):
        if line[at] == comma and not is_quoted:
            return at
        if line[at] == '"':
            before = line[start:at]
            is_escaped = (len(before) - len(before.rstrip("\\"))) % 2 == 1
            is_quoted = not is_quoted or is_escaped
    return -1


def _forwarded_for(element: str) -> str | None:
    """The host in the one `for` of an element of `Forwarded`; None where it is hidden, missing or not well written."""
    if not _ELEMENT.fullmatch(element):
        return None
    named = [value for name, value in _PAIR.findall(element) if name.lower() == "for"]
    if len(named) != 1:
        return None
    value = re.sub(r"\\(.)", r"\1", named[0][1:-1]) if named[0].startswith('"') else named[0]
    node = _NODE.fullmatch(value)
    return node[1] if node else None


def _bounds(networks: Iterator[IPv4Network] | Iterator[IPv6Network]) -> tuple[int, ...]:
    """Where each network begins and where it has ended, in order: an odd rank lies in a network."""
    return tuple(bound for each in networks for bound in (int(each[0]), int(each[-1]) + 1))


def _shown(text: str | None) -> str:
    """A text of a request, so that a terminal shows it and does not obey it."""
    return "too long to be read" if text is None else f"`{ascii(text[:100])[1:-1]}`"
