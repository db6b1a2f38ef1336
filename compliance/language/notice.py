"""The notice of a rule: what is to be said, or which other notice is meant."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from compliance.errors import nearest
from compliance.language.declarations import href_of
from compliance.language.fields import KEBAB, Fields
from compliance.language.keys import names
from compliance.language.layout import effects, layout, placements
from compliance.language.source import Map, Text
from compliance.language.words import CONDITIONAL_HELP, form, rotation, slots, wordings, words
from compliance.model.notice import (
    Fixity,
    Merge,
    Notice,
    Placement,
    Purpose,
    Reach,
    Severity,
    ShortForm,
    Translation,
)

NO_NOTICE: Final = Notice("", Purpose.LEGAL_DUTY, Severity.INFORM, Placement.FOOTER)


def notice(fields: Fields, name: Text | None, bound: str | None) -> tuple[Notice | None, Text | None]:
    """The notice that a rule writes out, or the id of the one that it refers to.

    Args:
        fields: the rule.
        name: the id of the rule, which is that of its notice if the notice has none.
        bound: the fact of `for_each`.
    """
    node = fields.map_of("notice", required=True)
    for named in (fields.map.get("rule"), node.get("id") if node is not None else None):
        if isinstance(named, Text) and (node is None or node.get("ref") is None):
            fields.to.doubtful.add(("notice", named.text))
    if node is None:
        return None, None
    inner = Fields(node, "a notice", fields.to, names("notice"))
    ref = inner.text_node("ref")
    if ref is not None:
        if len(node.entries) > 1:
            fields.to.fail(ref.span, "a notice is written out or referred to", "keep `ref` alone, or leave it out")
            return None, None
        fields.to.refer("notice", ref)
        return None, ref
    identity = inner.id("id", KEBAB, "risk-footer") if node.get("id") is not None else name
    if identity is not None:
        fields.to.declared.setdefault(("notice", identity.text), identity.span)
    return _written_out(inner, identity.text if identity else "", bound), None


def _written_out(inner: Fields, name: str, bound: str | None) -> Notice:
    merge = inner.word("merge", Merge, Merge.EACH, name="way to merge") or Merge.EACH
    known, fixity = slots(inner, bound, merge), inner.word("fixity", Fixity, Fixity.EQUIVALENT) or Fixity.EQUIVALENT
    conditional, places = bool(inner.flag("conditional", default=False)), placements(inner)
    found, group = form(inner), _group(inner)
    with_days, turns = found == "wordings", found == "rotation"
    may_be_conditional = conditional or _is_unreadable(inner, "conditional")
    notice = Notice(
        id=name,
        purpose=inner.word("purpose", Purpose, required=True) or Purpose.LEGAL_DUTY,
        severity=inner.word("severity", Severity, Severity.INFORM) or Severity.INFORM,
        placement=places[0] if places else Placement.FOOTER,
        text={} if with_days or turns else words(inner, "text", known),
        text_if_possible={} if with_days else words(inner, "text_if_possible", known),
        short={} if with_days else words(inner, "short", known),
        slots=known.titles,
        conditional=conditional,
        fixity=fixity,
        reach=inner.word("reach", Reach, Reach.WHERE_POSSIBLE) or Reach.WHERE_POSSIBLE,
        link=href_of(inner, "link"),
        effects=effects(inner),
        group=group[0],
        supersedes=_other_notices(inner, "supersedes"),
        wordings=wordings(inner, known, fixity, conditional=may_be_conditional) if with_days else (),
        rotation=rotation(inner, known) if turns else None,
        values=known.values,
        rank=group[1],
        merge=merge,
        layout=layout(inner, places),
        conflicts_with=_other_notices(inner, "conflicts_with", but=name),
    )
    _whole(inner, notice)
    return notice if inner.map.get("translations") is None else _with_translations(inner, notice)


def _whole(fields: Fields, notice: Notice) -> None:
    """What only the whole notice shows to be wrong."""
    may_be_said = [key for key in ("text_if_possible", "conditional") if _is_unreadable(fields, key)]
    may_be_said += ["wordings"] if fields.map.get("wordings") is not None or fields.is_misspelled("wordings") else []
    if not notice.conditional and fields.map.get("text_if_possible") is None and not may_be_said:
        message = "a notice needs `text_if_possible` for readers whose place is not known"
        fields.to.fail(fields.map.span, message, CONDITIONAL_HELP)
    reach = fields.map.key("reach")
    is_for_safety = notice.purpose is Purpose.READER_SAFETY or _is_unreadable(fields, "purpose")
    if notice.reach is Reach.EVERYWHERE and not is_for_safety and reach is not None:
        help_ = "use `reach: where_possible`, or `purpose: reader-safety`"
        fields.to.fail(reach.span, "only a notice for the reader's safety goes to everybody", help_)
    _short_form(fields, notice)


def _short_form(fields: Fields, notice: Notice) -> None:
    """That short words stand there where they may be used, and only there."""
    key = fields.map.get("short_form")
    is_short = any(wording.short for wording in notice.all_wordings) or fields.map.get("short") is not None
    if key is None or fields.is_misspelled("short"):
        return
    if notice.layout.short_form is ShortForm.NEVER and is_short:
        message = "there is a short wording, and `short_form: never` forbids it"
        fields.to.fail(key.span, message, "leave one of them out")
    elif notice.layout.short_form is ShortForm.IF_IMPRACTICAL and not is_short:
        fields.to.fail(key.span, "`short_form: if_impractical` needs a short wording", "add `short:`")


def _is_unreadable(fields: Fields, key: str) -> bool:
    """Whether a key is a problem already, so that its value is only assumed."""
    value = fields.map.get(key)
    if value is None:
        return fields.is_misspelled(key)
    known: dict[str, tuple[str, ...]] = {"purpose": tuple(Purpose), "conditional": ("true", "false")}
    return key in known and not (isinstance(value, Text) and value.text in known[key])


def _group(fields: Fields) -> tuple[str | None, int | None]:
    """The group of the notice and its rank in it, if it has one."""
    node = fields.map.get("group")
    if not isinstance(node, Map):
        return (None if node is None else getattr(fields.id("group", KEBAB, "reader-risk"), "text", None)), None
    inner = Fields(node, "`group`", fields.to, names("group"))
    name, rank = inner.id("name", KEBAB, "reader-risk"), inner.text_node("rank", required=True)
    if rank is not None and not (rank.text.isascii() and rank.text.isdigit() and len(rank.text) < 7):
        fields.to.fail(rank.span, f"`rank` is a whole number, not `{rank.text}`", "the gravest has the highest")
        return None, None
    return (name.text if name else None), (int(rank.text) if rank else None)


def _other_notices(fields: Fields, key: str, but: str = "") -> tuple[str, ...]:
    found = fields.texts(key)
    for text in found:
        if but and text.text == but:
            fields.to.fail(text.span, "a notice does not conflict with itself", "name the other notice")
        else:
            fields.to.refer("notice", text)
    return tuple(text.text for text in found)


def _with_translations(fields: Fields, notice: Notice) -> Notice:
    """The notice with what is said of its words in each language."""
    node = fields.map_of("translations")
    languages = list(dict.fromkeys(tag for each in notice.each_words() for tag in each))
    found: dict[str, Translation] = {}
    for tag, value in node.entries if node else ():
        text = fields.as_text(value, f"`{tag.text}`")
        if languages and tag.text not in languages:
            help_ = nearest(tag.text, languages) or f"it has: {', '.join(languages)}"
            fields.to.fail(tag.span, f"the notice has no words in `{tag.text}`", help_)
        elif text is not None and (state := fields.choice(text, Translation, "state of a translation")) is not None:
            found[tag.text] = state
    return replace(notice, translations=dict(sorted(found.items())))
