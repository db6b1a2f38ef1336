"""Settings: what an operator may set, what it means, and what holds when nobody does.

Theory: settings are one frozen value, built from mappings that others read (a file, the environment,
flags), the later over the earlier. Nothing is read at import. A setting that nobody knows is an error and
not a wish that is silently ignored, least of all one that would have widened whom we trust.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Self

from compliance.errors import ConfigError, nearest

PREFIX: Final = "COMPLIANCE_"


def _text(value: object) -> str:
    if not isinstance(value, str) or not value.strip():
        raise ValueError("text that is not empty")
    return value


def _whole(lowest: int, highest: int) -> Callable[[object], int]:
    def read(value: object) -> int:
        is_digits = isinstance(value, str) and re.fullmatch("[0-9]{1,20}", value)
        number = int(value) if is_digits else value  # type: ignore[call-overload]
        if isinstance(number, bool) or not isinstance(number, int) or not lowest <= number <= highest:
            raise ValueError(f"a whole number from {lowest} to {highest}")
        return number

    return read


def _paths(value: object) -> tuple[str, ...]:
    """A list, or text with the paths separated by colons, as in PATH."""
    items = [each for each in value.split(":") if each] if isinstance(value, str) else value
    if not isinstance(items, Sequence) or not all(isinstance(each, str) and each for each in items):
        raise ValueError("a list of paths")
    return tuple(items)


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting: its name, what holds without it, how it is read, and what it means."""

    name: str
    default: Any
    read: Callable[[object], Any]
    meaning: str


SETTINGS: Final = (
    Setting("rules_dir", None, _text, "directory of the rule files; without it, the rules that ship with the product"),
    Setting("host", "127.0.0.1", _text, "address that the service listens on"),
    Setting("port", 8000, _whole(0, 65535), "port that the service listens on; 0 takes a free one"),
    Setting("threads", 4, _whole(1, 256), "requests that are answered at once"),
    Setting("body_limit", 1_048_576, _whole(1024, 64 * 1024 * 1024), "largest request body, in bytes"),
    Setting("reload_seconds", 2, _whole(0, 3600), "how often the rule directory is looked at for changes; 0 is never"),
    Setting("geo_databases", (), _paths, "MMDB files of your own, asked beside the ranges that ship with the product"),
)
"""Every setting that is read, in the order of the documentation."""

PLANNED: Final = ("data_dir", "trusted_proxies", "cdn", "workers", "evidence")
"""Settings of the design that nothing reads yet; to set one is an error, so that nobody relies on it."""


@dataclass(frozen=True, slots=True)
class Settings:
    """What holds after all mappings were read."""

    rules_dir: str | None = None
    host: str = "127.0.0.1"
    port: int = 8000
    threads: int = 4
    body_limit: int = 1_048_576
    reload_seconds: int = 2
    geo_databases: tuple[str, ...] = ()

    @classmethod
    def of(
        cls,
        file: Mapping[str, object] | None = None,
        environment: Mapping[str, str] | None = None,
        flags: Mapping[str, object] | None = None,
    ) -> Self:
        """The settings of a file, under those of the environment (`COMPLIANCE_PORT`), under those of flags.

        Raises:
            ConfigError: a setting is unknown, or its value is not one of its kind.
        """
        values: dict[str, object] = {}
        for name, value in (file or {}).items():
            values[name] = _read(name, value, f"`{name}`")
        for key, text in sorted((environment or {}).items()):
            if key.startswith(PREFIX):
                name = key.removeprefix(PREFIX).lower()
                values[name] = _read(name, text, f"`{key}`")
        for name, value in (flags or {}).items():
            if value is not None and value != ():
                values[name] = _read(name, value, f"`--{name.replace('_', '-')}`")
        return cls(**values)  # type: ignore[arg-type]


def _read(name: str, value: object, shown: str) -> object:
    setting = next((each for each in SETTINGS if each.name == name), None)
    if setting is None:
        if name in PLANNED:
            raise ConfigError(f"{shown} is planned and not read by this version: leave it out")
        near = nearest(name, [each.name for each in SETTINGS])
        raise ConfigError(f"unknown setting {shown}" + (f"; {near}" if near else ""))
    try:
        return setting.read(value)
    except ValueError as error:
        instead = f", not `{value}`" if isinstance(value, str | int | float) else ""
        raise ConfigError(f"{shown} is {error}{instead}") from None
