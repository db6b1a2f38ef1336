"""The OpenAPI document as a page for people: to read and to search, without scripts and without anything from outside.

Theory: the page says what the document says, and nothing else: operations first, by what they are for, then the types,
each under its name, so that every type that is named is a link. Colours follow the reader's system. The policy lets
nothing run and nothing load but the one style.

Source: HTML Living Standard; CSP Level 3, hashes of style elements.
"""

from __future__ import annotations

import json
import re
from base64 import b64encode
from collections.abc import Iterator
from hashlib import sha256
from html import escape
from typing import Any, Final

MEDIA_TYPE: Final = "text/html; charset=utf-8"
STYLE: Final = """
:root { color-scheme: light dark; --ink: #1b1f24; --soft: #57606a; --line: #d3dae0; --paper: #fff; --band: #f4f6f8;
  --get: #1f6f43; --post: #2b5f9e; --link: #0b5cad; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6e9ec; --soft: #a3adb7; --line: #39424b; --paper: #14181c;
  --band: #1d2329; --get: #7cc79a; --post: #7fb8ee; --link: #7fb8ee; } }
* { box-sizing: border-box; }
html { scroll-padding-top: 1rem; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 16px/1.55 system-ui, sans-serif;
  overflow-wrap: anywhere; }
.page { display: grid; grid-template-columns: 17rem minmax(0, 1fr); max-width: 80rem; margin: 0 auto; }
nav { position: sticky; top: 0; align-self: start; max-height: 100vh; overflow-y: auto; padding: 2rem 1rem;
  border-inline-end: 1px solid var(--line); font-size: .87rem; }
nav h2 { font-size: .75rem; text-transform: uppercase; letter-spacing: .06em; color: var(--soft);
  margin: 1.2rem 0 .3rem; }
nav ul { list-style: none; margin: 0; padding: 0; } nav li { margin: .12rem 0; }
main { padding: 2rem 2rem 6rem; min-width: 0; }
a { color: var(--link); text-decoration: none; } a:hover { text-decoration: underline; }
:focus-visible { outline: 2px solid var(--link); outline-offset: 2px; }
h1 { font-size: 1.7rem; margin: 0; } h2 { margin: 2.8rem 0 .4rem; font-size: 1.35rem; }
h3 { margin: 0 0 .3rem; font-size: 1.05rem; } h4 { margin: 1.1rem 0 .3rem; font-size: .9rem; }
p { margin: .45rem 0; } .soft { color: var(--soft); }
section.op, section.type { border-top: 1px solid var(--line); padding: 1.3rem 0; }
code, pre { font: .87em/1.5 ui-monospace, SFMono-Regular, Menlo, monospace; }
code { background: var(--band); padding: .08em .3em; border-radius: 3px; } h3 code { background: none; padding: 0; }
a code { color: inherit; background: none; padding: 0; }
pre { background: var(--band); border: 1px solid var(--line); border-radius: 5px; padding: .7rem .9rem;
  overflow-x: auto; overflow-wrap: normal; max-height: 26rem; }
.method { font: 700 .78em ui-monospace, SFMono-Regular, Menlo, monospace; color: var(--get); margin-inline-end: .45em; }
.method.post { color: var(--post); }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-size: .9rem; }
th, td { text-align: start; vertical-align: top; padding: .3rem .8rem .3rem 0; border-bottom: 1px solid var(--line); }
th { color: var(--soft); font-weight: 600; white-space: nowrap; overflow-wrap: normal; }
td:first-child { white-space: nowrap; overflow-wrap: normal; }
td:last-child { padding-inline-end: 0; }
summary { cursor: pointer; color: var(--link); margin: .5rem 0; }
@media (max-width: 55rem) { .page { display: block; } nav { position: static; max-height: none; border: 0;
  padding: 1.2rem; } main { padding: 1.2rem; } nav ul { columns: 2; } td:first-child { white-space: normal; } }
@media print { nav { display: none; } .page { display: block; } pre { max-height: none; } }
"""
POLICY: Final = (
    f"default-src 'none'; style-src 'sha256-{b64encode(sha256(STYLE.encode()).digest()).decode()}'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
"""The content security policy that fits the page."""
_FIRST_REFUSAL: Final = "400"
Groups = list[tuple[dict[str, Any], list[tuple[str, str, dict[str, Any]]]]]
"""Tags, each with the operations that have it: path, method, and what is said of it."""
_MORE: Final = "".join(f'<li><a href="#{name.lower()}">{name}</a></li>' for name in ("Keys", "Refusals", "Types"))
_METHODS: Final = ("get", "post")
_CALLED: Final = {"date": "day", "string": "text", "boolean": "true or false"}


def as_page(document: dict[str, Any]) -> bytes:
    """The document as HTML in UTF-8."""
    info = document["info"]
    title = f"{escape(info['title'])} API {escape(info['version'])}"
    operations = [
        (path, method, item[method])
        for path, item in document["paths"].items()
        for method in _METHODS
        if method in item
    ]
    groups = [(tag, [each for each in operations if tag["name"] in each[2]["tags"]]) for tag in document["tags"]]
    return f"""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>{title}</title>
<style>{STYLE}</style>
</head>
<body>
<div class="page">
<nav aria-label="Endpoints">{_navigation(groups)}</nav>
<main>
<h1>{escape(info["title"])} <span class="soft">API {escape(info["version"])}</span></h1>
{_paragraphs(info["description"])}
<p>For programs: <a href="/openapi.json">/openapi.json</a> (OpenAPI {escape(document["openapi"])}).</p>
{_sections(document, groups)}
</main>
</div>
</body>
</html>
""".encode()


def _sections(document: dict[str, Any], groups: Groups) -> str:
    components = document["components"]
    about_keys = _paragraphs(components["securitySchemes"]["key"]["description"])
    asked = "".join(
        f'<h2 id="{_slug(tag["name"])}">{escape(tag["name"])}</h2><p class="soft">{_words(tag["description"])}</p>'
        + "".join(_operation(*each) for each in inner)
        for tag, inner in groups
    )
    types = "".join(_type(name, schema) for name, schema in components["schemas"].items())
    return f"""<h2 id="keys">Keys</h2>
{about_keys}
{asked}
<h2 id="refusals">Refusals</h2>
<p class="soft">As <code>application/problem+json</code>: <a href="#type-ProblemDetails">ProblemDetails</a>.</p>
{_refusals(document)}
<h2 id="types">Types</h2>
<p class="soft">A field marked with <b>*</b> is always there.</p>
{types}"""


def _navigation(groups: Groups) -> str:
    lists = "".join(
        f"<h2>{escape(tag['name'])}</h2><ul>"
        + "".join(
            f'<li><a href="#{said["operationId"]}">{_method(method)}{escape(path)}</a></li>'
            for path, method, said in inner
        )
        + "</ul>"
        for tag, inner in groups
    )
    return f"{lists}<h2>More</h2><ul>{_MORE}</ul>"


def _method(method: str) -> str:
    return f'<span class="method {method}">{method.upper()}</span>'


# -- operations -----------------------------------------------------------------------------------------


def _operation(path: str, method: str, said: dict[str, Any]) -> str:
    parts = [
        f"<h3>{_method(method)}<code>{escape(path)}</code></h3>",
        f"<p>{_words(said['summary'])}.</p>",
        f'<p class="soft">{_words(said["description"])}</p>',
    ]
    if "parameters" in said:
        rows = [
            (_code(each["name"]), _kind(each["schema"]), _parameter(each)) for each in said["parameters"]
        ]  # fmt: skip
        parts.append(f"<h4>Parameters</h4>{_table(('name', 'type', 'meaning'), rows)}")
    if "requestBody" in said:
        parts.append(_body(said["requestBody"]["content"]))
    parts.append(f"<h4>Answers</h4>{_table(('status', 'what', 'as'), _answers(said['responses']))}")
    parts += [
        _example(f"Example: {status}", each["example"])
        for status, said_of in said["responses"].items()
        for each in said_of.get("content", {}).values()
        if "example" in each
    ]
    parts.append(_refusals_of(said["responses"]))
    return f'<section class="op" id="{said["operationId"]}">{"".join(parts)}</section>'


def _parameter(parameter: dict[str, Any]) -> str:
    place = {"query": "", "path": " (in the path)", "header": " (a header)"}[parameter["in"]]
    return _words(parameter["description"]) + place + ("; needed" if parameter.get("required") else "")


def _body(content: dict[str, Any]) -> str:
    kinds = ", ".join(f"{_code(media_type)}: {_kind(each['schema'])}" for media_type, each in content.items())
    examples = "".join(
        _example(f"Example: {name}", example["value"])
        for each in content.values()
        for name, example in each.get("examples", {}).items()
    )
    return f"<h4>Body</h4><p>{kinds}</p>{examples}"


def _answers(responses: dict[str, Any]) -> Iterator[tuple[str, str, str]]:
    """Each response that is no refusal."""
    for status, response in responses.items():
        if status < _FIRST_REFUSAL:
            yield _code(status), _words(response["description"]), _content(response)


def _content(response: dict[str, Any]) -> str:
    """In which forms a response comes, and what they are of."""
    parts = response.get("content", {}).items()
    return "<br>".join(f"{_code(media_type)} {_kind(part['schema'])}" for media_type, part in parts)


def _refusals_of(responses: dict[str, Any]) -> str:
    """Each status of a refusal, as links to what it means."""
    refused = [status for status in responses if status >= _FIRST_REFUSAL]
    links = " ".join(f'<a href="#refusal-{status}">{status}</a>' for status in refused)
    forms = {_content(responses[status]) for status in refused if "$ref" not in responses[status]}
    return f'<p class="soft">Refusals: {links}{"".join(f", as {form}" for form in forms)}</p>'


def _refusals(document: dict[str, Any]) -> str:
    """What each refusal means, once."""
    named = {
        status: each["$ref"].rpartition("/")[2]
        for item in document["paths"].values()
        for operation in item.values()
        for status, each in operation["responses"].items()
        if "$ref" in each
    }
    rows, examples = [], ""
    for status, name in sorted(named.items()):
        response = document["components"]["responses"][name]
        rows.append((f'<span id="refusal-{status}">{_code(status)}</span>', _words(response["description"])))
        for part in response["content"].values():
            examples += _example(f"Example: {status}", part["example"]) if "example" in part else ""
    return _table(("status", "when"), rows) + examples


def _example(title: str, value: Any) -> str:
    return f"<details><summary>{escape(title)}</summary>{_json(value)}</details>"


# -- types ----------------------------------------------------------------------------------------------


def _type(name: str, schema: dict[str, Any]) -> str:
    text = _paragraphs(schema["description"]) if "description" in schema else ""
    own = next((each for each in schema.get("anyOf", ()) if "properties" in each), schema)
    others = [each for each in schema.get("anyOf", ()) if each is not own]
    also = "".join(
        f"<p>Or: {_words(each.get('title', ''))}. {_words(each.get('description', ''))}</p>" for each in others
    )
    needed = {*own.get("required", ())}
    rows = [
        (f"{_code(field)}{' <b>*</b>' if field in needed else ''}", _kind(said))
        for field, said in own.get("properties", {}).items()
    ]
    table = _table(("field", "type"), rows) if rows else f"<p>{_kind(schema)}</p>"
    return f'<section class="type" id="type-{escape(name)}"><h3>{escape(name)}</h3>{text}{table}{also}</section>'


def _kind(schema: dict[str, Any]) -> str:
    """What kind of value it is, in a few words; types of ours are links."""
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        return f'<a href="#type-{escape(name)}">{escape(name)}</a>'
    if "enum" in schema:
        return " or ".join(_code(json.dumps(each)) for each in schema["enum"])
    if "anyOf" in schema and "properties" not in schema:
        return " or ".join(_kind(each) for each in schema["anyOf"])
    kind = schema.get("type", "anything")
    if kind == "array":
        return f"list of {_kind(schema.get('items', {}))}"
    if kind == "object" and isinstance(schema.get("additionalProperties"), dict):
        return f"map of {_kind(schema['additionalProperties'])}"
    return _CALLED.get(schema.get("format", ""), _CALLED.get(kind, str(kind)))


# -- pieces ---------------------------------------------------------------------------------------------


def _table(heads: tuple[str, ...], rows: Any) -> str:
    head = "".join(f'<th scope="col">{each}</th>' for each in heads)
    body = "".join(f"<tr>{''.join(f'<td>{cell}</td>' for cell in row)}</tr>" for row in rows)
    return f'<div class="scroll"><table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>'


def _paragraphs(text: str) -> str:
    return "".join(f"<p>{_words(each)}</p>" for each in text.split("\n\n"))


def _words(text: str) -> str:
    """A text whose words in backticks are code."""
    return re.sub(r"`([^`]+)`", r"<code>\1</code>", escape(text, quote=False))


def _code(text: str) -> str:
    return f"<code>{escape(text)}</code>"


def _json(value: Any) -> str:
    return f"<pre>{escape(json.dumps(value, indent=2, ensure_ascii=False), quote=False)}</pre>"


def _slug(text: str) -> str:
    return text.lower().replace(" ", "-")
