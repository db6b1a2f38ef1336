"""Settings: what an operator may set, what it means, and what holds when nobody does.

Theory: settings are one frozen value, built from mappings that others read (a file, the environment,
flags), the later over the earlier. Nothing is read at import. A setting that nobody knows is an error and
not a wish that is silently ignored, least of all one that would have widened whom we trust.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Self

from compliance import setting_values as values
from compliance.errors import ConfigError, Problem, Span, nearest
from compliance.setting_values import CDNS, CHAINS, MOST_HOPS, NAMED_BY_OPERATORS, NO_CACHE, SINGLES, WHOLE

PREFIX: Final = "COMPLIANCE_"
TABLES: Final = "table"
EVERY_DECISION: Final = "every"
NO_EVIDENCE: Final = "off"
WAITRESS: Final = "waitress"
GRANIAN: Final = "granian"
TEXT: Final = "text"
JSON: Final = "json"


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting: its name, what holds without it, how it is read, and what it means."""

    name: str
    default: Any
    read: Callable[[object], Any]
    meaning: str


SETTINGS: Final = (
    Setting(
        "rules_dir", None, values.text, "directory of the rule files; without it, the rules that ship with the product"
    ),
    Setting(
        "rules_keys",
        (),
        values.public_keys,
        "public keys of whoever builds the rules: then only signed ones are served",
    ),
    Setting(
        "rules_max_age",
        None,
        values.whole(1, 3650),
        "for so many days after it was signed a bundle is believed; without it, as long as it says itself",
    ),
    Setting("rules_url", None, values.web_address, "where a signed bundle is fetched from, in place of `rules_dir`"),
    Setting(
        "rules_url_seconds", 300, values.whole(0, 86_400), "how often it is asked for a newer one; 0 is on SIGHUP only"
    ),
    Setting("host", "127.0.0.1", values.text, "address that the service listens on"),
    Setting("port", 8000, values.whole(0, 65535), "port that the service listens on; 0 takes a free one"),
    Setting(
        "server",
        WAITRESS,
        values.known("server", (WAITRESS, GRANIAN)),
        "what takes the requests: `granian` is for behind a proxy that reads whole requests first",
    ),
    Setting("workers", 1, values.whole(1, 64), "processes that answer, each with the rules; needs `granian`"),
    Setting("threads", 4, values.whole(1, 256), "requests that are answered at once, by each process"),
    Setting("body_limit", 1_048_576, values.whole(1024, 64 * 1024 * 1024), "largest request body, in bytes"),
    Setting(
        "reload_seconds", 2, values.whole(0, 3600), "how often the rule directory is looked at for changes; 0 is never"
    ),
    Setting(
        "cache_dir",
        None,
        values.text,
        f"where word forms are kept between starts; without it, the cache of the user; `{NO_CACHE}` keeps none",
    ),
    Setting(
        "geo_databases", (), values.paths, "MMDB files of your own, asked beside the ranges that ship with the product"
    ),
    Setting("geo_overlays", (), values.paths, "tables of your own that say of networks in which territories they are"),
    Setting(
        "geo_golden",
        None,
        values.text,
        "table of addresses and of what a database has to say of them before it is used",
    ),
    Setting("trusted_proxies", (), values.proxies, "networks of your proxies: only from them a header is believed"),
    Setting(
        "client_address",
        None,
        values.known("header", (*CHAINS, *SINGLES)),
        "header in which they name the reader's address",
    ),
    Setting(
        "trusted_hops",
        None,
        values.whole(1, MOST_HOPS),
        "how many proxies append to that header, if that is how to count",
    ),
    Setting(
        "cdn",
        None,
        values.known("CDN", tuple(CDNS)),
        "content delivery network that tells your proxies, or is one, where the reader is",
    ),
    Setting("cdn_headers", (), values.cdn_headers, "what of that it was set up to tell, if more than the country"),
    Setting(
        "purge_command",
        (),
        values.command,
        "program that has caches forget pages when rules change: surrogate keys come on its standard input",
    ),
    Setting(
        "log_format",
        TEXT,
        values.known("format of logs", (TEXT, JSON)),
        "how the log on standard error is written: for people, or a JSON object on each line",
    ),
    Setting(
        "access_log",
        None,
        values.text,
        "file of a line for each request, which tells nothing of readers; `-` is standard output; without it, none",
    ),
    Setting("data_dir", "data", values.text, "directory of what the service writes: the evidence"),
    Setting(
        "evidence",
        TABLES,
        values.known("kind of evidence", (TABLES, EVERY_DECISION, NO_EVIDENCE)),
        "what is recorded: for each page what readers everywhere are shown, or every decision, or nothing",
    ),
    Setting(
        "i_accept_reader_risk",
        False,  # noqa: FBT003 - the default, as of every setting
        values.truth,
        f'needed for `evidence = "{EVERY_DECISION}"`, which tells of readers',
    ),
    Setting(
        "page_parameters",
        (),
        values.parameters,
        "parameters of queries that tell your pages apart, for their names in records",
    ),
    Setting(
        "evidence_key", None, values.text, "file of the private key that signs the log; without it, one in `data_dir`"
    ),
    Setting("evidence_origin", "compliance.local/evidence", values.origin, "name of the log, the same for ever"),
    Setting("seal_seconds", 1, values.whole(0, 3600), "how often the service has the log sealed; 0: others seal it"),
    Setting(
        "checkpoint_to", (), values.targets, "where signed checkpoints go besides: `file:`, `command:` or `https:`"
    ),
    Setting(
        "audit_token", None, values.secret, "whoever asks for reports has to know this; without it nobody gets any"
    ),
    Setting("keys_file", None, values.text, "file of the keys of callers; without it, `keys.json` in `data_dir`"),
    Setting(
        "allow_without_keys",
        False,  # noqa: FBT003 - the default, as of every setting
        values.truth,
        "needed to listen where others reach the service while there are no keys",
    ),
    Setting("allowed_origins", (), values.origins, "sites whose pages may ask from the browsers of their readers"),
)
"""Every setting that is read, in the order of the documentation."""


@dataclass(frozen=True, slots=True)
class Settings:
    """What holds after all mappings were read."""

    rules_dir: str | None = None
    rules_keys: tuple[str, ...] = ()
    rules_max_age: int | None = None
    rules_url: str | None = None
    rules_url_seconds: int = 300
    host: str = "127.0.0.1"
    port: int = 8000
    server: str = WAITRESS
    workers: int = 1
    threads: int = 4
    body_limit: int = 1_048_576
    reload_seconds: int = 2
    cache_dir: str | None = None
    geo_databases: tuple[str, ...] = ()
    geo_overlays: tuple[str, ...] = ()
    geo_golden: str | None = None
    trusted_proxies: tuple[str, ...] = ()
    client_address: str | None = None
    trusted_hops: int | None = None
    cdn: str | None = None
    cdn_headers: tuple[str, ...] = ()
    purge_command: tuple[str, ...] = ()
    log_format: str = TEXT
    access_log: str | None = None
    data_dir: str = "data"
    evidence: str = TABLES
    i_accept_reader_risk: bool = False
    page_parameters: tuple[str, ...] = ()
    evidence_key: str | None = None
    evidence_origin: str = "compliance.local/evidence"
    seal_seconds: int = 1
    checkpoint_to: tuple[str, ...] = ()
    audit_token: str | None = field(default=None, repr=False)
    keys_file: str | None = None
    allow_without_keys: bool = False
    allowed_origins: tuple[str, ...] = ()

    @property
    def told(self) -> tuple[tuple[str, str], ...]:
        """What the CDN tells of the reader's place, each with the header that is believed.

        Without `cdn_headers` this is the country alone: what a CDN was not set up to write, most pass on as
        the reader wrote it.
        """
        known = CDNS.get(self.cdn or "", {})
        pairs = [each.partition("=") for each in self.cdn_headers or list(known)[:1]]
        return tuple((told, header or known.get(told, "")) for told, _, header in pairs)

    @classmethod
    def of(
        cls,
        file: Mapping[str, object] | None = None,
        environment: Mapping[str, str] | None = None,
        flags: Mapping[str, object] | None = None,
        place: Callable[[str], Span | None] = lambda _: None,
    ) -> Self:
        """The settings of a file, under those of the environment (`COMPLIANCE_PORT`), under those of flags.

        Args:
            file: what a file says.
            environment: variables, ours and others.
            flags: of a command line; None and nothing count for no flag.
            place: says where in the file a name stands, if that is known.

        Raises:
            ConfigError: settings are unknown, their values are not of their kind, or they need others.
        """
        named = {name: value for name, value in (flags or {}).items() if value is not None and value != ()}
        values: dict[str, object] = {}
        said: dict[str, str] = {}
        problems = []
        for name, value, shown, is_in_file in _given(file or {}, environment or {}, named):
            try:
                values[name] = _read(name, value, shown)
                said[name] = "the settings file" if is_in_file else shown
            except ValueError as error:
                problems.append(Problem(str(error), place(name) if is_in_file else None))
        if problems:
            raise ConfigError.of(problems)
        if "rules_dir" in named:
            values.pop("rules_url", None)  # whoever names a directory means that one
        settings = cls(**values)  # type: ignore[arg-type]
        if missing := _missing_beside(settings):
            raise ConfigError.of(Problem(each, help=_sources(each, said)) for each in missing)
        return settings


def _given(
    file: Mapping[str, object], environment: Mapping[str, str], flags: Mapping[str, object]
) -> Iterator[tuple[str, object, str, bool]]:
    """All that is said, the later over the earlier: name, value, what it is called there, whether in the file."""
    for name, value in file.items():
        yield name, value, f"`{name}`", True
    for key, text in sorted(environment.items()):
        if key.startswith(PREFIX):
            yield key.removeprefix(PREFIX).lower(), text, f"`{key}`", False
    for name, value in flags.items():
        yield name, value, f"`--{name.replace('_', '-')}`", False


def _sources(problem: str, said: Mapping[str, str]) -> str | None:
    """Where the settings that a problem names are from: a variable stays in the way after it was forgotten."""
    named = [f"`{name}` is from {source}" for name, source in said.items() if f"`{name}`" in problem]
    return "; ".join(named) or None


def _missing_beside(settings: Settings) -> list[str]:
    """What is missing beside settings, or does not go together."""
    found = [_wrong_for_rules(settings), _wrong_for_processes(settings), _wrong_for_proxies(settings), _risky(settings)]
    return [each for each in found if each is not None]


def _wrong_for_processes(settings: Settings) -> str | None:
    """What does not fit of how many processes answer; None if all does."""
    if settings.workers > 1 and settings.server != GRANIAN:
        return f'`workers` is {settings.workers}, but `{settings.server}` has one process: set `server` to "{GRANIAN}"'
    return None


def _wrong_for_proxies(settings: Settings) -> str | None:
    """What is missing beside the settings that say whom to believe and what; None if nothing is.

    There is no header that is believed unless it is named: whichever it was, most proxies pass it on as the
    client wrote it.
    """
    if settings.trusted_hops is not None and settings.client_address not in CHAINS:
        return f"`trusted_hops` counts in a list: set `client_address` to `{'` or `'.join(CHAINS)}`"
    if settings.client_address is not None and not settings.trusted_proxies:
        return "`client_address` is believed from your proxies only: set `trusted_proxies` to their networks"
    if settings.cdn is not None and not settings.trusted_proxies:
        return "`cdn` is believed from your proxies only: set `trusted_proxies` to their networks"
    if problem := _wrong_for_cdn(settings):
        return problem
    if settings.trusted_proxies and settings.client_address is None and not settings.told:
        return (
            "`trusted_proxies` says who is believed, and not what: set `client_address` to the header that they "
            "write, or `cdn` to the one that tells where the reader is"
        )
    return None


def _wrong_for_rules(settings: Settings) -> str | None:
    """What does not fit of where the rules come from and who signs them; None if all does."""
    if not settings.rules_keys:
        alone = [name for name in ("rules_url", "rules_max_age") if getattr(settings, name) is not None]
        return f"`{alone[0]}` is for signed rules: set `rules_keys` to the key that signs them" if alone else None
    if settings.rules_url is not None and settings.rules_dir is not None:
        return "`rules_dir` and `rules_url` both say where the rules are: leave one of them out"
    if settings.rules_url is None and settings.rules_dir is None:
        return "`rules_keys` is for rules of your own: set `rules_dir` to the signed bundle, or `rules_url`"
    return None


def _risky(settings: Settings) -> str | None:
    """What has to be said outright before something is recorded that tells of readers."""
    if settings.evidence != EVERY_DECISION or settings.i_accept_reader_risk:
        return None
    return (
        f'`evidence = "{EVERY_DECISION}"` records in which hour somebody in some place was shown what, and readers may '
        f"be punished for reading: set `evidence` to `{TABLES}` or, if none of yours can be, `i_accept_reader_risk` to "
        "true"
    )


def _wrong_for_cdn(settings: Settings) -> str | None:
    """What of `cdn_headers` does not fit the CDN; None if all does."""
    cdn, pairs = settings.cdn, [each.partition("=") for each in settings.cdn_headers]
    if cdn is None:
        return "`cdn_headers` says what a CDN tells: set `cdn` to its name" if pairs else None
    known, told = CDNS[cdn], [each for each, _, _ in pairs]
    for each, is_named, _ in pairs:
        if is_named and cdn not in NAMED_BY_OPERATORS:
            return f"`cdn_headers` names a header for `{each}`, but those of `{cdn}` are known: write `{each}` alone"
        if not is_named and each not in known:
            how = f"write in which of your headers, as `{each}=x-geo-{each.replace('_', '-')}`"
            listed = f"it tells {', '.join(known) or 'nothing of the reader'}"
            return f"`{cdn}` has no header for `{each}`: {how if cdn in NAMED_BY_OPERATORS else listed}"
    if not pairs and not known and cdn in NAMED_BY_OPERATORS:
        return f"`{cdn}` has no headers of its own: set `cdn_headers` to yours, as `country=x-geo-country`"
    if pairs and not set(told) & set(WHOLE):
        return "`cdn_headers` needs `country` too: without it nothing else counts"
    if ("latitude" in told) != ("longitude" in told):
        return "`cdn_headers` needs `latitude` and `longitude` together"
    return None


def _read(name: str, value: object, shown: str) -> object:
    """The value of a setting.

    Raises:
        ValueError: there is no such setting, or it is not of its kind; in words for whoever wrote it.
    """
    if (held := _table(value)) is not None:
        inside = f" (`{held}`)" if held else ""
        raise ValueError(f"{shown} is a table, and no setting is one: write what it holds{inside} without `[{name}]`")
    setting = next((each for each in SETTINGS if each.name == name), None)
    if setting is None:
        near = nearest(name, [each.name for each in SETTINGS])
        raise ValueError(f"unknown setting {shown}" + (f"; {near}" if near else ""))
    try:
        return setting.read(value)
    except values.WrongItemError as error:
        raise ValueError(f"{shown} {error}") from None
    except ValueError as error:
        instead = f", not `{value}`" if isinstance(value, str | int | float) else ""
        raise ValueError(f"{shown} is {error}{instead}") from None


def _table(value: object) -> str | None:
    """The first name in a table, or in the first of several; an empty one in an empty one; None if it is none."""
    first = value[0] if isinstance(value, list) and value else value
    return next(iter(first), "") if isinstance(first, dict) else None
