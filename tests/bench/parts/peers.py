"""The engines that can be called from Python, each with the fastest way of writing the job that we found.

Theory: every peer gets the cheap test first (the publisher), days as numbers, and one call for all rules where
it can take them at once. The packages are looked up by name, so that this file needs none of them.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import date
from importlib import import_module
from typing import Any, Final

from tests.bench.parts.contender import Absent, Contender, number_of, plain_facts
from tests.bench.parts.job import DAY, Job, Question, Row


class Loop(Contender):
    name = "plain Python loop"
    form = "a `for` over all rules, written by hand"
    is_peer = False

    def encode(self, job: Job) -> tuple[Row, ...]:
        return job.rows

    def load(self, source: tuple[Row, ...]) -> None:
        self.rules = [
            (row.publisher, row.on_list, frozenset(row.countries), row.first_day, row.last_day or date.max, row.notice)
            for row in source
        ]

    def prepare(self, question: Question, absent: Absent) -> Question:  # noqa: ARG002 - None says it either way
        return question

    def ask(self, prepared: Question) -> set[str]:
        publisher, on_lists, country = prepared.publisher, prepared.on_lists, prepared.country
        found = set()
        for named, on_list, countries, first_day, last_day, notice in self.rules:
            if (
                (publisher == named if named else on_list in on_lists)
                and (country is None or country in countries)
                and first_day <= DAY <= last_day
            ):
                found.add(notice)
        return found


class Lookup(Loop):
    name = "Python dictionary"
    form = "rules by publisher and by list, indexed by hand for this job alone"

    def load(self, source: tuple[Row, ...]) -> None:
        super().load(source)
        self.by_key: dict[str, list[Any]] = {}
        for rule in self.rules:
            self.by_key.setdefault(rule[0] or rule[1] or "", []).append(rule)

    def ask(self, prepared: Question) -> set[str]:
        country, found = prepared.country, set()
        for key in (prepared.publisher, *prepared.on_lists):
            for _, _, countries, first_day, last_day, notice in self.by_key.get(key, ()):
                if (country is None or country in countries) and first_day <= DAY <= last_day:
                    found.add(notice)
        return found


class Cedar(Contender):
    name = "cedarpy"
    package = "cedarpy"
    form = "one `permit` for each rule, a parsed `PolicySet`, country in the context"

    def encode(self, job: Job) -> tuple[str, list[str]]:
        return "\n".join(self._policy(row) for row in job.rows), [row.notice for row in job.rows]

    def _policy(self, row: Row) -> str:
        return (
            f"permit({_principal(row)}, action, resource) when {{ {json.dumps(row.countries)}.contains(context.country)"
            f" && context.day >= {number_of(row.first_day)} && context.day <= {number_of(row.last_day)} }};"
        )

    def load(self, source: tuple[str, list[str]]) -> None:
        self.cedar = import_module("cedarpy")
        self.policies = self.cedar.PolicySet.from_str(source[0])
        self.by_number = source[1]

    def prepare(self, question: Question, absent: Absent) -> Any:
        facts = plain_facts(question, absent)
        context = {name: facts[name] for name in ("day", "country") if name in facts}
        principal = {"type": "Publisher", "id": question.publisher}
        request = {"principal": principal, "action": 'Action::"read"', "resource": 'Page::"page"', "context": context}
        parents = [{"type": "List", "id": each} for each in question.on_lists]
        return request, [{"uid": principal, "attrs": {}, "parents": parents}]

    def ask(self, prepared: Any) -> set[str]:
        request, entities = prepared
        answer = self.cedar.is_authorized(request, self.policies, entities)
        return self._named(answer.diagnostics.reasons)

    def _named(self, policies: Iterable[str]) -> set[str]:
        return {self.by_number[int(each.removeprefix("policy"))] for each in policies}


class CedarPartial(Cedar):
    name = "cedarpy partial"
    form = "the same through `is_authorized_partial` (experimental), the country as the resource"

    def encode(self, job: Job) -> Any:
        every: list[tuple[str, str, list[str]]] = [("List", each, []) for each in job.lists]
        every += [("Country", each, []) for each in sorted({code for row in job.rows for code in row.countries})]
        every += [("Publisher", each, [job.listed[each]] if each in job.listed else []) for each in job.publishers]
        entities = [
            {"uid": {"type": kind, "id": name}, "attrs": {}, "parents": [{"type": "List", "id": on} for on in lists]}
            for kind, name, lists in every
        ]
        return (*super().encode(job), json.dumps(entities))

    def _policy(self, row: Row) -> str:
        countries = ", ".join(f'Country::"{each}"' for each in row.countries)
        return (
            f"permit({_principal(row)}, action, resource) when {{ context.day >= {number_of(row.first_day)}"
            f" && context.day <= {number_of(row.last_day)} && resource in [{countries}] }};"
        )

    def load(self, source: Any) -> None:
        super().load(source)
        self.entities = self.cedar.Entities.from_json_str(source[2])

    def prepare(self, question: Question, absent: Absent) -> Any:
        request: dict[str, Any] = {
            "principal": f'Publisher::"{question.publisher}"',
            "action": 'Action::"read"',
            "context": {"day": number_of(DAY)},
        }
        if question.country is not None or absent is Absent.NULL:
            request["resource"] = None if question.country is None else f'Country::"{question.country}"'
        return request

    def ask(self, prepared: Any) -> set[str]:
        answer = self.cedar.is_authorized_partial(prepared, self.policies, self.entities)
        return self._named(answer.diagnostics.may_be_determining)


def _principal(row: Row) -> str:
    return f'principal == Publisher::"{row.publisher}"' if row.publisher else f'principal in List::"{row.on_list}"'


class Zen(Contender):
    name = "zen-engine"
    package = "zen-engine"
    form = "one decision table, hit policy `collect`"

    def encode(self, job: Job) -> str:
        names = ("publisher", "on_lists", "country", "day")
        inputs = [{"id": each, "name": each, "field": "" if each == "on_lists" else each} for each in names]
        outputs = [{"id": "notice", "name": "notice", "field": "notice"}]
        rules = [
            {
                "_id": row.id,
                "publisher": json.dumps(row.publisher) if row.publisher else "",
                "on_lists": f"{json.dumps(row.on_list)} in on_lists" if row.on_list else "",
                "country": ", ".join(json.dumps(each) for each in row.countries),
                "day": f"[{number_of(row.first_day)}..{number_of(row.last_day)}]",
                "notice": json.dumps(row.notice),
            }
            for row in job.rows
        ]
        table = {"hitPolicy": "collect", "inputs": inputs, "outputs": outputs, "rules": rules}
        at = {"x": 0, "y": 0}
        nodes = [
            {"id": "in", "type": "inputNode", "name": "in", "position": at},
            {"id": "table", "type": "decisionTableNode", "name": "table", "position": at, "content": table},
            {"id": "out", "type": "outputNode", "name": "out", "position": at},
        ]
        edges = [
            {"id": f"{source}-{target}", "sourceId": source, "targetId": target, "type": "edge"}
            for source, target in (("in", "table"), ("table", "out"))
        ]
        return json.dumps({"contentType": "application/vnd.gorules.decision", "nodes": nodes, "edges": edges})

    def load(self, source: str) -> None:
        self.decision = import_module("zen").ZenEngine().create_decision(source)

    def prepare(self, question: Question, absent: Absent) -> Any:
        return plain_facts(question, absent)

    def ask(self, prepared: Any) -> set[str]:
        return {each["notice"] for each in self.decision.evaluate(prepared)["result"]}


def _json_logic(row: Row) -> dict[str, Any]:
    who = {"==": [{"var": "publisher"}, row.publisher]} if row.publisher else {"in": [row.on_list, {"var": "on_lists"}]}
    days = {"<=": [number_of(row.first_day), {"var": "day"}, number_of(row.last_day)]}
    return {"and": [who, {"in": [{"var": "country"}, list(row.countries)]}, days]}


class DataLogic(Contender):
    name = "datalogic-py"
    package = "datalogic-py"
    form = "JsonLogic: one compiled `merge` of an `if` for each rule"

    def encode(self, job: Job) -> str:
        return json.dumps({"merge": [{"if": [_json_logic(row), [row.notice], []]} for row in job.rows]})

    def load(self, source: str) -> None:
        self.rule = import_module("datalogic_py").Engine().compile(source)

    def prepare(self, question: Question, absent: Absent) -> Any:
        return plain_facts(question, absent)

    def ask(self, prepared: Any) -> set[str]:
        return set(self.rule.evaluate(prepared))


class PanziJsonLogic(Contender):
    name = "panzi-json-logic"
    package = "panzi-json-logic"
    form = "JsonLogic: each rule by itself"

    def encode(self, job: Job) -> Any:
        return [(_json_logic(row), row.notice) for row in job.rows]

    def load(self, source: Any) -> None:
        self.apply = import_module("json_logic").jsonLogic
        self.rules = source

    def prepare(self, question: Question, absent: Absent) -> Any:
        return plain_facts(question, absent)

    def ask(self, prepared: Any) -> set[str]:
        return {notice for rule, notice in self.rules if self.apply(rule, prepared)}


class Cel(Contender):
    name = "common-expression-language"
    package = "common-expression-language"
    form = "one compiled list of conditions"

    def encode(self, job: Job) -> tuple[str, list[str]]:
        return "[" + ", ".join(self._condition(row) for row in job.rows) + "]", [row.notice for row in job.rows]

    def _condition(self, row: Row) -> str:
        who = f'publisher == "{row.publisher}"' if row.publisher else f'"{row.on_list}" in on_lists'
        days = f"day >= {number_of(row.first_day)} && day <= {number_of(row.last_day)}"
        return f"{who} && country in {json.dumps(row.countries)} && {days}"

    def load(self, source: tuple[str, list[str]]) -> None:
        self.program = import_module("cel").compile(source[0])
        self.by_number = source[1]

    def prepare(self, question: Question, absent: Absent) -> Any:
        return plain_facts(question, absent)

    def ask(self, prepared: Any) -> set[str]:
        hits = self.program.execute(prepared)
        return {notice for notice, is_due in zip(self.by_number, hits, strict=True) if is_due}


class Rego(Contender):
    name = "regopy"
    package = "regopy"
    form = "one partial rule for each rule, built into a bundle"

    def encode(self, job: Job) -> str:
        return "package bench\nimport rego.v1\n" + "\n".join(self._rule(row) for row in job.rows)

    def _rule(self, row: Row) -> str:
        who = f'input.publisher == "{row.publisher}"' if row.publisher else f'"{row.on_list}" in input.on_lists'
        countries = ", ".join(json.dumps(each) for each in row.countries)
        days = f"input.day >= {number_of(row.first_day)}; input.day <= {number_of(row.last_day)}"
        return f'notices contains "{row.notice}" if {{ {who}; input.country in {{{countries}}}; {days} }}'

    def load(self, source: str) -> None:
        self.rego = import_module("regopy")
        self.interpreter = self.rego.Interpreter()
        self.interpreter.add_module("bench", source)
        self.bundle = self.interpreter.build("notices = data.bench.notices")

    def prepare(self, question: Question, absent: Absent) -> Any:
        return plain_facts(question, absent)

    def ask(self, prepared: Any) -> set[str]:
        self.interpreter.set_input(self.rego.Input(prepared))
        output = self.interpreter.query_bundle(self.bundle)  # its nodes live as long as it does
        return set(json.loads(output.binding("notices").json()))


PEERS: Final[tuple[type[Contender], ...]] = (
    Loop,
    Lookup,
    DataLogic,
    Zen,
    Cel,
    Cedar,
    CedarPartial,
    Rego,
    PanziJsonLogic,
)
