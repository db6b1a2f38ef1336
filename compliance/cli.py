"""The command line: serve, check, explain, lint, test.

Theory: people and pipelines read the same commands. Every command takes `--json`; the exit status is 0
when all is well, 1 when there are findings, 2 when the input cannot be read or used.
"""

from __future__ import annotations

import logging
import os
import sys
import tomllib
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any, NoReturn

import click
import msgspec

from compliance import __version__
from compliance.answer import Answer
from compliance.check import Checker, today
from compliance.config import Settings
from compliance.engine.explain import Explanation
from compliance.errors import ComplianceError, ConfigError, Problem, RequestError, RulesError
from compliance.model.period import parse_day
from compliance.review.lint import lint as lint_rules
from compliance.review.scenarios import run as run_scenarios
from compliance.store import packaged_rules, read_rules
from compliance.web.server import serve as serve_http
from compliance.web.wire import NotJsonError, Request, read_check

GOOD, FINDINGS, UNUSABLE = 0, 1, 2
DEFAULT_FILE = Path("compliance.toml")
_rules_argument = click.argument("rules", required=False, type=click.Path(path_type=Path))
_as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON instead of text.")


_QUESTION = (
    click.option("--publisher", help="Domain, URL, name or entity id of the publisher."),
    click.option("--url", help="URL of the page."),
    click.option("--fact", "facts", multiple=True, metavar="NAME=VALUE", help="A further fact; may be repeated."),
    click.option("--country", help="ISO 3166-1 code of the reader's country; left out, unknown."),
    click.option("--subdivision", help="ISO 3166-2 code of the reader's place."),
    click.option("--as-of", metavar="YYYY-MM-DD", help="The day to ask for; left out, now."),
)


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="compliance")
def main() -> None:
    """Tells a publisher which legal notices a page needs for a reader in a place, and why."""


def _reports_errors(command: Callable[..., None]) -> Callable[..., None]:
    """The command, with our own errors printed as they are and exit status 2."""

    @wraps(command)
    def run(*args: Any, as_json: bool, **kwargs: Any) -> None:
        try:
            command(*args, as_json=as_json, **kwargs)
        except (ComplianceError, NotJsonError) as error:
            _fail(error, as_json=as_json)
        except BrokenPipeError:
            # the reader of a pipe has gone, `| head` for example; there is nobody left to tell
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())

    return run


@main.command()
@click.option("--rules", "rules_dir", help="Directory of the rule files.")
@click.option("--host", help="Address to listen on.")
@click.option("--port", type=int, help="Port to listen on; 0 takes a free one.")
@click.option("--threads", type=int, help="Requests answered at once.")
@click.option("--geo-database", "geo_databases", multiple=True, help="An MMDB file of your own; may be repeated.")
@click.option("--config", "config", type=click.Path(path_type=Path), help="Settings file instead of compliance.toml.")
@_as_json
@_reports_errors
def serve(config: Path | None, *, as_json: bool, **flags: Any) -> None:
    """Answer HTTP requests. SIGHUP, or a change of a file, reloads the rules."""
    settings = _settings(config, flags)
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s: %(message)s", stream=sys.stderr)
    logging.getLogger("waitress").setLevel(logging.ERROR)
    checker = Checker.open(settings.rules_dir, geo_databases=settings.geo_databases)

    def ready(url: str) -> None:
        rules = checker.ruleset
        if as_json:
            _print_json({"url": url, "meaning": rules.meaning, "rules": len(rules.rules)})
        else:
            click.echo(f"{len(rules.rules)} rules, {len(rules.active_rules)} of them active: {rules.meaning}")
            click.echo(f"listening on {url} (POST /v1/check)")
        sys.stdout.flush()

    try:
        serve_http(checker, settings, ready)
    except OSError as error:
        why = (error.strerror or str(error)).lower()
        raise ConfigError(f"cannot listen on `{settings.host}` port `{settings.port}`: {why}") from None


def _question(command: Callable[..., None]) -> Callable[..., None]:
    """The command with the options of which a question is made."""
    for option in reversed(_QUESTION):
        command = option(command)
    return command


@main.command()
@click.argument("request_file", metavar="[FILE]", required=False, type=click.Path(path_type=Path, allow_dash=True))
@click.option("--rules", "rules_dir", help="Directory of the rule files.")
@_question
@click.option("--language", "languages", multiple=True, help="A language the reader reads; may be repeated.")
@click.option("--explain", is_flag=True, help="Also say why each other rule asks for nothing.")
@_as_json
@_reports_errors
def check(request_file: Path | None, rules_dir: str | None, *, as_json: bool, **asked: Any) -> None:
    """Say which notices a page needs.

    The question is a JSON file as for `POST /v1/check` (`-` reads it from standard input), or the options.
    """
    body = _body(request_file, asked)
    request = read_check(body, None)
    settings = _settings(None, {"rules_dir": rules_dir})
    checker = Checker.open(settings.rules_dir, geo_databases=settings.geo_databases)
    answer = _answer(checker, request)
    if as_json:
        _print_json(answer)
    else:
        _print_answer(answer)


@main.command()
@click.argument("request_file", metavar="[FILE]", required=False, type=click.Path(path_type=Path, allow_dash=True))
@click.option("--rules", "rules_dir", help="Directory of the rule files.")
@_question
@_as_json
@_reports_errors
def explain(request_file: Path | None, rules_dir: str | None, *, as_json: bool, **asked: Any) -> None:
    """Say why each notice is asked for, why each other one is not, and from when that changes.

    The question is a JSON file as for `POST /v1/check` (`-` reads it from standard input), or the options.
    """
    asked_for = read_check(_body(request_file, asked), None)
    settings = _settings(None, {"rules_dir": rules_dir})
    checker = Checker.open(settings.rules_dir, geo_databases=settings.geo_databases)
    explanation = checker.explain(asked_for.content, asked_for.reader, as_of=asked_for.as_of)
    if as_json:
        _print_json(_explained(explanation))
    else:
        for sentence in explanation.sentences():
            click.echo(sentence)
        click.echo(f"{len(explanation.due)} notice(s), {len(explanation.absent)} rule(s) that ask for nothing")


@main.command()
@_rules_argument
@click.option("--as-of", metavar="YYYY-MM-DD", help="The day to lint for; left out, today.")
@_as_json
@_reports_errors
def lint(rules: Path | None, as_of: str | None, *, as_json: bool) -> None:
    """Look for what a careful colleague would ask about. Findings do not keep a rule set from being served."""
    day = today() if as_of is None else parse_day(as_of)
    if day is None:
        raise ConfigError(f"`{as_of}` is not a calendar day: write it as YYYY-MM-DD")
    findings = lint_rules(read_rules(_rules_path(rules)), day)
    if as_json:
        _print_json({"as_of": day, "findings": findings})
    else:
        for finding in findings:
            click.echo(f"{finding}\n")
        click.echo(f"{len(findings)} finding(s)")
    sys.exit(FINDINGS if findings else GOOD)


@main.command()
@_rules_argument
@_as_json
@_reports_errors
def test(rules: Path | None, *, as_json: bool) -> None:
    """Ask every scenario of every rule again."""
    ruleset = read_rules(_rules_path(rules))
    outcomes = list(run_scenarios(ruleset))
    failures = [outcome for outcome in outcomes if outcome.problem is not None]
    if as_json:
        _print_json({"scenarios": outcomes, "failed": len(failures), "meaning": ruleset.meaning})
    else:
        for outcome in failures:
            click.echo(f"{outcome.problem}\n")
        click.echo(f"{len(outcomes)} scenario(s) of {len(ruleset.rules)} rule(s), {len(failures)} failed")
    sys.exit(FINDINGS if failures else GOOD)


def _rules_path(given: Path | None) -> Path:
    configured = _settings(None, {"rules_dir": str(given) if given else None}).rules_dir
    return Path(configured) if configured else packaged_rules()


def _settings(config: Path | None, flags: dict[str, Any]) -> Settings:
    """The settings of the file, the environment and the flags."""
    file: dict[str, object] = {}
    path = config or DEFAULT_FILE
    if config is not None or path.is_file():
        try:
            file = tomllib.loads(path.read_text(encoding="utf-8"))
        except OSError as error:
            raise ConfigError(f"`{path}` cannot be read: {(error.strerror or 'no reason given').lower()}") from None
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise ConfigError(f"`{path}` is not TOML: {str(error).lower()}") from None
    return Settings.of(file, os.environ, flags)


def _body(request_file: Path | None, asked: dict[str, Any]) -> bytes:
    """The question as a JSON body, from a file or from options."""
    given = [name for name, value in asked.items() if value]
    if request_file is not None:
        if given:
            raise ConfigError(f"the question is in a file or in options, not both: {', '.join(given)}")
        try:
            return sys.stdin.buffer.read() if str(request_file) == "-" else request_file.read_bytes()
        except OSError as error:
            why = (error.strerror or "no reason given").lower()
            raise ConfigError(f"`{request_file}` cannot be read: {why}") from None
    if not given:
        raise ConfigError("there is no question: give a JSON file, `-`, or options such as --publisher")
    place = {name: asked[name] for name in ("country", "subdivision") if asked[name] is not None}
    question = {
        "content": {
            **{name: asked[name] for name in ("publisher", "url") if asked[name] is not None},
            "facts": dict(_fact(each) for each in asked["facts"]),
        },
        **({"reader": {"location": place}} if place else {}),
        **({"as_of": asked["as_of"]} if asked["as_of"] is not None else {}),
        "languages": asked.get("languages", ()),
        "explain": asked.get("explain", False),
    }
    return msgspec.json.encode(question)


def _fact(text: str) -> tuple[str, str | list[str]]:
    """`name=value`, or `name=[one, two]` for a list."""
    name, sign, value = text.partition("=")
    if not sign:
        raise ConfigError(f"`{text}` is not a fact: write it as NAME=VALUE")
    value = value.strip()
    if value.startswith("[") and value.endswith("]"):
        return name.strip(), [item.strip() for item in value[1:-1].split(",") if item.strip()]
    return name.strip(), value


def _answer(checker: Checker, asked: Request) -> Answer:
    return checker.check(
        asked.content, asked.reader, languages=asked.languages, as_of=asked.as_of, explain=asked.explain
    )


def _explained(explanation: Explanation) -> dict[str, object]:
    """An explanation as data; `sentences` say the same in words."""
    return {
        "due": [
            {
                "notice": due.instance.notice.id,
                "entity": due.instance.entity,
                "status": due.instance.status,
                "display": due.instance.display,
                "rules": due.instance.rules,
                "reasons": [
                    {
                        "rule": reason.rule,
                        "status": reason.status,
                        "facts": [
                            {
                                "fact": each.fact,
                                "asks_for": each.asks_for,
                                "truth": each.truth.name.lower(),
                                "detail": each.detail,
                            }
                            for each in reason.grounds
                        ],
                    }
                    for reason in due.reasons
                ],
                "unknowns": due.instance.unknowns,
                "changes_on": due.changes_on,
            }
            for due in explanation.due
        ],
        "absent": explanation.absent,
        "sentences": list(explanation.sentences()),
    }


def _print_answer(answer: Answer) -> None:
    for notice in answer.notices:
        held = ", held for review" if notice.display == "hold" else ""
        click.echo(f"{notice.status}{held}: {notice.id} ({notice.placement}, {notice.severity})")
        click.echo(f"  {notice.text}")
        for reason in notice.because:
            for fact in reason.facts:
                click.echo(f"  because {fact.fact} is {fact.truth}" + (f": {fact.detail}" if fact.detail else ""))
        click.echo()
    for absent in answer.not_applied:
        from_then = f"; that changes on {absent.changes_on}" if absent.changes_on else ""
        click.echo(f"not: {absent.rule}: {absent.because}{from_then}")
    if answer.unknowns:
        click.echo(f"not known: {', '.join(answer.unknowns)}")
    for stale in answer.stale:
        click.echo(f"too old to say no: the copy of {stale.register} of {stale.retrieved_on}")
    for line in answer.advice:
        click.echo(f"advice: {line}")
    click.echo(f"{len(answer.notices)} notice(s) as of {answer.as_of}")


def _print_json(value: object) -> None:
    data = msgspec.json.encode(value)
    sys.stdout.buffer.write(msgspec.json.format(data, indent=2) + b"\n")
    sys.stdout.flush()


def _fail(error: Exception, *, as_json: bool) -> NoReturn:
    problems = error.problems if isinstance(error, RulesError | RequestError) else (Problem(str(error)),)
    if as_json:
        _print_json({"problems": problems})
    else:
        click.echo(error if isinstance(error, RulesError | RequestError) else str(problems[0]), err=True)
    sys.exit(UNUSABLE)


if __name__ == "__main__":
    main()
