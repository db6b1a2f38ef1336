"""`compliance check` and `compliance explain`: one question about one page."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click
import msgspec

from compliance.answer import Answer
from compliance.check import Checker
from compliance.cli.command import config_option, json_option, opened, print_json, reports_errors, settings
from compliance.engine.explain import Explanation
from compliance.errors import ConfigError
from compliance.language.overlaps import in_words
from compliance.model.period import Period
from compliance.web.wire import Request, read_check

_QUESTION = (
    click.option("--publisher", help="Domain, URL, name or entity id of the publisher."),
    click.option("--url", help="URL of the page."),
    click.option("--fact", "facts", multiple=True, metavar="NAME=VALUE", help="A further fact; may be repeated."),
    click.option("--country", help="ISO 3166-1 code of the reader's country; left out, unknown."),
    click.option("--subdivision", help="ISO 3166-2 code of the reader's place."),
    click.option("--as-of", metavar="YYYY-MM-DD", help="The day to ask for; left out, now."),
)


def _question(command: Callable[..., None]) -> Callable[..., None]:
    """The command with the options of which a question is made."""
    for option in reversed(_QUESTION):
        command = option(command)
    return command


@click.command()
@click.argument("request_file", metavar="[FILE]", required=False, type=click.Path(path_type=Path, allow_dash=True))
@click.option("--rules", "rules_dir", help="Directory of the rule files, or a bundle.")
@_question
@config_option
@click.option("--language", "languages", multiple=True, help="A language the reader reads; may be repeated.")
@click.option("--explain", is_flag=True, help="Also say why each other rule asks for nothing.")
@json_option
@reports_errors
def check(
    request_file: Path | None, rules_dir: str | None, config: Path | None, *, as_json: bool, **asked: Any
) -> None:
    """Say which notices a page needs.

    The question is a JSON file as for `POST /v1/check` (`-` reads it from standard input), or the options.
    """
    body = _body(request_file, asked)
    request = read_check(body, None)
    checker = opened(settings(config, {"rules_dir": rules_dir}))
    answer = _answer(checker, request)
    if as_json:
        print_json(answer)
    else:
        _print_answer(answer)


@click.command()
@click.argument("request_file", metavar="[FILE]", required=False, type=click.Path(path_type=Path, allow_dash=True))
@click.option("--rules", "rules_dir", help="Directory of the rule files, or a bundle.")
@_question
@config_option
@json_option
@reports_errors
def explain(
    request_file: Path | None, rules_dir: str | None, config: Path | None, *, as_json: bool, **asked: Any
) -> None:
    """Say why each notice is asked for, why each other one is not, and from when that changes.

    The question is a JSON file as for `POST /v1/check` (`-` reads it from standard input), or the options.
    """
    asked_for = read_check(_body(request_file, asked), None)
    checker = opened(settings(config, {"rules_dir": rules_dir}))
    explanation = checker.explain(asked_for.content, asked_for.reader, as_of=asked_for.as_of)
    if as_json:
        print_json(_explained(explanation))
    else:
        for sentence in explanation.sentences():
            click.echo(sentence)
        click.echo(f"{len(explanation.due)} notice(s), {len(explanation.absent)} rule(s) that ask for nothing")


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
            "facts": dict(fact(each) for each in asked["facts"]),
        },
        **({"reader": {"location": place}} if place else {}),
        **({"as_of": asked["as_of"]} if asked["as_of"] is not None else {}),
        "languages": asked.get("languages", ()),
        "explain": asked.get("explain", False),
    }
    return msgspec.json.encode(question)


def fact(text: str) -> tuple[str, str | list[str]]:
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
        click.echo(f"  {f'{notice.marker} ' if notice.marker else ''}{notice.text}")
        if notice.wording.gap:
            days = in_words(Period(notice.wording.first_day, notice.wording.last_day))
            click.echo(f"  no words are written for this day: those {days} are shown")
        for reason in notice.because:
            for fact in reason.facts:
                click.echo(f"  because {fact.fact} is {fact.truth}" + (f": {fact.detail}" if fact.detail else ""))
        click.echo()
    _print_what_notices_share(answer)
    for absent in answer.not_applied:
        from_then = f"; that changes on {absent.changes_on}" if absent.changes_on else ""
        click.echo(f"not: {absent.rule}: {absent.because}{from_then}")
    if answer.unknowns:
        click.echo(f"not known: {', '.join(answer.unknowns)}")
    for stale in answer.stale:
        what = "the rules, signed on" if stale.register is None else f"the copy of {stale.register} of"
        click.echo(f"too old to say no: {what} {stale.retrieved_on}")
    for line in answer.advice:
        click.echo(f"advice: {line}")
    click.echo(f"{len(answer.notices)} notice(s) as of {answer.as_of}")


def _print_what_notices_share(answer: Answer) -> None:
    for footnote in answer.footnotes:
        click.echo(f"footnote {footnote.marker} {footnote.text}")
    for collision in answer.collisions:
        click.echo(f"in one place ({collision.type} {collision.at}): {', '.join(collision.notices)}")
    for conflict in answer.conflicts:
        click.echo(f"these contradict each other ({conflict.status}): {', '.join(conflict.notices)}")
