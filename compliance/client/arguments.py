"""What is wrong with the arguments of a client, told where it is made: later there would be fallbacks only."""

from __future__ import annotations

from collections.abc import Mapping
from math import isfinite
from typing import Any
from urllib.parse import urlsplit

from compliance.errors import ConfigError


def refuse(base_url: object, key: object, numbers: Mapping[str, Any]) -> None:
    """Refuse arguments with anything wrong about them.

    Args:
        base_url: where the service is.
        key: what is shown to it; it is not said back.
        numbers: by their names, those that may not be negative.

    Raises:
        ConfigError: with all of it.
    """
    lines = []
    if not _is_url(base_url):
        lines.append("`base_url` is no address of a service: give such as `http://127.0.0.1:8000`")
    if key is not None and not _is_key(key):
        lines.append("`key` has signs that no key has: give it as `compliance keys` printed it")
    lines += [f"`{name}` is no number from 0: give one" for name, each in numbers.items() if not _is_number(each)]
    if lines:
        raise ConfigError("\n".join(lines))


def _is_url(url: object) -> bool:
    if not isinstance(url, str) or not url.isascii() or not url.isprintable() or " " in url:
        return False
    try:
        parts = urlsplit(url)
        return parts.scheme.lower() in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False


def _is_key(key: object) -> bool:
    return isinstance(key, str) and bool(key) and all("!" <= sign <= "~" for sign in key)


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and isfinite(value) and value >= 0
