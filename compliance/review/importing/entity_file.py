"""Entity files: new ones, and names, hosts and ids that are added to those there are.

Theory: the file of an organisation belongs to whoever edits it. An import writes it once; afterwards it only adds
what no name of the file says yet, and never what somebody has written under `not_names`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from compliance.language.format import format_file
from compliance.language.source import Map, read
from compliance.model.designation import ACRONYM, EntityKind, Strength
from compliance.review.importing.edits import Edit, Page, scalar
from compliance.review.importing.known import KnownEntity, texts_in
from compliance.review.importing.letters import plain
from compliance.review.importing.names import Name, bare
from compliance.review.importing.rows import Row


def new_file(name: str, title: str, rows: Iterable[Row], weak: frozenset[str]) -> bytes:
    """The file of an organisation that has none; `weak` are names, as they are compared, that others bear too."""
    rows = list(rows)
    lines = ["language: 1", f"entity: {name}", f"title: {scalar(title)}"]
    if any(row.is_person for row in rows):
        lines.append(f"kind: {EntityKind.PERSON}")
    names = by_language(_distinct(rows, weak))
    if names:
        lines.append("names:")
        lines += [f"  {tag}: [{', '.join(map(_item, found))}]" for tag, found in names.items()]
    domains = dict.fromkeys(host for row in rows for host in row.domains)
    if domains:
        lines.append(f"domains: [{', '.join(domains)}]")
    identifiers = {scheme: each for row in reversed(rows) for scheme, each in row.identifiers.items()}
    if identifiers:
        lines.append("identifiers:")
        lines += [f"  {scheme}: {scalar(each)}" for scheme, each in sorted(identifiers.items())]
    text = "".join(f"{line}\n" for line in lines).encode()
    return format_file(name, text)[0] or text


def _distinct(rows: list[Row], weak: frozenset[str]) -> list[Name]:
    """The names of all rows, each once."""
    found: dict[tuple[str | None, str], Name] = {}
    for name in (name for row in rows for name in row.parts.names):
        strength = Strength.WEAK if bare(name.text) in weak else name.strength
        found.setdefault((name.language, name.text.casefold()), Name(name.text, name.language, strength))
    return list(found.values())


def by_language(names: Iterable[Name]) -> dict[str, list[Name]]:
    """Names by the key under which they stand; those of a language before abbreviations."""
    found: dict[str, list[Name]] = {}
    for name in sorted(names, key=lambda name: name.language is None):
        found.setdefault(name.language or ACRONYM, []).append(name)
    return found


def _item(name: Name) -> str:
    usual = Strength.ACRONYM if name.language is None else Strength.STRONG
    text = scalar(name.text, in_brackets=True)
    return text if name.strength is usual else f"{{name: {text}, strength: {name.strength}}}"


def missing_names(entity: KnownEntity, rows: Iterable[Row], weak: frozenset[str]) -> list[Name]:
    """The names of rows that the file does not have, in any language, and does not deny.

    A name with a legal form is another one here: whoever names a publisher may write it.
    """
    said = {plain(name) for name in (entity.title, *entity.names)}
    found: dict[str, Name] = {}
    for name in _distinct(list(rows), weak):
        if plain(name.text) not in said and bare(name.text) not in entity.not_names:
            found.setdefault(plain(name.text), name)
    return list(found.values())


def with_more(
    data: bytes, entity: KnownEntity, names: list[Name], hosts: list[str], identifiers: Mapping[str, str]
) -> bytes | None:
    """The file with more names, hosts and ids in it; None if they cannot be put in without changing something."""
    page = Page(data)
    edits = [
        *_more_names(page, entity.tree, names),
        *_more_hosts(page, entity.tree, hosts),
        *_more_identifiers(page, entity.tree, identifiers),
    ]
    if None in edits:
        return None
    edited = page.edited([edit for edit in edits if edit is not None])
    tree, problems = read(entity.path, edited)
    if problems or not isinstance(tree, Map):
        return None
    wanted = {*entity.names, *(name.text for name in names)}
    is_whole = wanted == set(texts_in(tree.get("names"))) and {*entity.domains, *hosts} == set(
        texts_in(tree.get("domains"))
    )
    return edited if is_whole else None


def _more_names(page: Page, tree: Map, names: list[Name]) -> list[Edit | None]:
    items = {tag: list(map(_item, found)) for tag, found in by_language(names).items()}
    known = tree.get("names")
    if not items:
        return []
    if not isinstance(known, Map):
        lines = "".join(f"\n  {tag}: [{', '.join(found)}]" for tag, found in items.items())
        return [_key_behind_title(page, tree, "names", lines)]
    edits: list[Edit | None] = []
    new = []
    for tag, found in items.items():
        node = known.get(tag)
        if node is not None:
            edits.append(page.added(node, found))
        else:
            new.append((tag, f"[{', '.join(found)}]"))
    return [*edits, *(page.new_key(known, tag, value) for tag, value in new)]


def _more_hosts(page: Page, tree: Map, hosts: list[str]) -> list[Edit | None]:
    if not hosts:
        return []
    node = tree.get("domains")
    return [page.added(node, hosts) if node else page.new_key(tree, "domains", f"[{', '.join(hosts)}]")]


def _more_identifiers(page: Page, tree: Map, identifiers: Mapping[str, str]) -> list[Edit | None]:
    if not identifiers:
        return []
    node = tree.get("identifiers")
    if isinstance(node, Map):
        return [page.new_key(node, scheme, scalar(each, in_brackets=True)) for scheme, each in identifiers.items()]
    pairs = ", ".join(f"{scheme}: {scalar(each, in_brackets=True)}" for scheme, each in identifiers.items())
    return [page.new_key(tree, "identifiers", f"{{{pairs}}}")]


def _key_behind_title(page: Page, tree: Map, key: str, lines: str) -> Edit:
    edit = page.new_key(tree, key, "", behind="title" if tree.get("title") is not None else None)
    return Edit(edit.start, edit.end, edit.text.rstrip() + lines)
