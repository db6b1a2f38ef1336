"""What is looked at before a service answers: settings that are of their kind, and cannot work on this machine.

Theory: what is wrong later is told when somebody reads the log, and what is wrong at the start while an operator looks.
So programs and files that settings name are looked for then. The evidence is not: readers are told their notices while
none can be recorded, and the log and `/readyz` say that.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterator

from compliance import programs
from compliance.config import NO_EVIDENCE, Settings
from compliance.errors import ConfigError, Problem, visible
from compliance.web.lines import OUTPUT, why_not_written

_COMMAND = "command:"


def check_surroundings(settings: Settings) -> None:
    """Refuse to start where a program or a file of the settings is not there, or cannot be used.

    Raises:
        ConfigError: it is so; with all of them.
    """
    if problems := list(_problems(settings)):
        raise ConfigError.of(problems)


def _problems(settings: Settings) -> Iterator[Problem]:
    if settings.purge_command:
        yield from _missing("purge_command", settings.purge_command[0])
    if settings.evidence != NO_EVIDENCE and settings.seal_seconds:  # else others seal, with programs of their own
        for target in settings.checkpoint_to:
            if target.startswith(_COMMAND):
                yield from _missing("checkpoint_to", _program(target.removeprefix(_COMMAND)))
    if settings.access_log not in {None, OUTPUT} and (why := why_not_written(str(settings.access_log))):
        yield Problem(
            f"`access_log` names `{visible(str(settings.access_log))}`, which cannot be written: {why}",
            help="make its directory, and let the user of the service write there",
        )


def _program(words: str) -> str:
    try:
        return shlex.split(words)[0]
    except (ValueError, IndexError):
        return words


def _missing(name: str, program: str) -> Iterator[Problem]:
    if not programs.is_there(program):
        yield Problem(
            f"`{name}` names `{visible(program)}`, which is no program here",
            help="install it, or write its whole path; the user of the service has to be let run it",
        )
