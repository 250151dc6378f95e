"""A candidate and what is deployed, made from the synthesized templates, to be edited."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from contract.promises import Promise
from tools.evidence import KEPT, template_digest
from tools.release_gate import rules
from tools.release_gate.findings import Change, Contract, Finding
from tools.release_gate.proof import Evidence, Proof
from tools.release_gate.settings import DEMANDS
from tools.template import Template

Json = dict[str, Any]
STAGE, MODEL = "prod", "staging"
COMMIT = "c0ffee"


class Side:
    """One side of a change: its template, by the names that a reader knows, and its contract."""

    def __init__(self, template: Template, contract: Contract) -> None:
        self.body = template.copy()
        self.paths = dict(template.names)
        self.stack = template.stack_name
        self.promises: dict[str, Promise] = dict(contract.promises)
        self.schemas: dict[str, Json] = copy.deepcopy(dict(contract.schemas))

    @property
    def resources(self) -> dict[str, Json]:
        found: dict[str, Json] = self.body["Resources"]
        return found

    @property
    def template(self) -> Template:
        return Template(self.body, stack_name=self.stack, paths=self.paths)

    @property
    def contract(self) -> Contract:
        return Contract(self.promises, self.schemas)

    def id(self, path: str) -> str:
        """Return the logical id at a construct path, or of the only resource of a type."""
        if "::" in path:
            (found,) = [name for name, body in self.resources.items() if body["Type"] == path]
            return found
        (found,) = [name for name, known in self.paths.items() if known == f"{path}/Resource"]
        return found

    def resource(self, path: str) -> Json:
        return self.resources[self.id(path)]

    def properties(self, path: str) -> Json:
        found: Json = self.resource(path)["Properties"]
        return found

    @property
    def table(self) -> Json:
        return self.properties("Users")

    @property
    def replica(self) -> Json:
        found: Json = self.table["Replicas"][0]
        return found

    @property
    def function(self) -> Json:
        return self.properties("AWS::Lambda::Function")

    @property
    def variables(self) -> Json:
        found: Json = self.function["Environment"]["Variables"]
        return found

    @property
    def api(self) -> Json:
        return self.properties("AWS::ApiGateway::RestApi")

    @property
    def stage(self) -> Json:
        return self.properties("AWS::ApiGateway::Stage")

    @property
    def method_settings(self) -> Json:
        found: Json = self.stage["MethodSettings"][0]
        return found

    @property
    def statements(self) -> list[Json]:
        found: list[Json] = self.properties("Backend/Role")["Policies"][0]["PolicyDocument"][
            "Statement"
        ]
        return found

    def method(self, name: str) -> Json:
        """Return a method such as `GET /user/{userId}`."""
        verb, path = name.split(" ")
        return self.properties(f"Gateway/Api/Default{path}/{verb}")

    def alarm(self, name: str) -> Json:
        return self.properties(f"Monitoring/{name}")

    def gateway_response(self, name: str) -> Json:
        return self.properties(f"Gateway/Api/{name}")

    def add(self, name: str, type_: str, properties: Json) -> None:
        self.resources[name] = {"Type": type_, "Properties": properties}

    def remove(self, path: str) -> Json:
        return self.resources.pop(self.id(path))

    def rename(self, path: str, name: str) -> None:
        """Give a resource another logical id, and let everything refer to that."""
        old = self.id(path)
        renamed = json.dumps(self.body).replace(f'"{old}"', f'"{name}"')
        self.body = json.loads(renamed.replace(f"${{{old}", f"${{{name}"))
        self.paths[name] = self.paths.pop(old) + "Renamed"


@dataclass
class Draft:
    """What an entry of the corpus edits: `new` is the candidate, `old` is deployed.

    `tests` and `mutation` are the evidence by level; `live` is what a read-back found, and
    `released` the template that was last released.
    """

    old: Side
    new: Side
    settings: dict[str, Json]
    tests: dict[str, Json] = field(default_factory=dict)
    mutation: dict[str, Json] = field(default_factory=dict)
    live: dict[str, tuple[str, str]] = field(default_factory=dict)
    released: Template | None = None
    dirty: bool = False

    @classmethod
    def of_no_change(cls, template: Template, contract: Contract, settings: Json) -> Draft:
        """Make a draft whose sides are the same."""
        old, new = (Side(template, contract) for _ in range(2))
        return cls(old, new, copy.deepcopy(settings))

    def change(self, siblings: dict[str, Template]) -> Change:
        """Return what the rules get."""
        return Change(
            stage=STAGE,
            candidate=self.new.template,
            deployed=self.old.template,
            contract=self.new.contract,
            deployed_contract=self.old.contract,
            siblings=siblings,
            settings=self.settings,
            live=self.live,
            released=self.released,
            proof=Proof(
                commit=COMMIT,
                dirty=self.dirty,
                digests=_digests(siblings),
                demands=DEMANDS[STAGE],
                tests={name: _evidence(name, content) for name, content in self.tests.items()},
                mutation={
                    name: _evidence(f"mutation of {name}", content)
                    for name, content in self.mutation.items()
                },
            ),
        )

    def prove(self, siblings: dict[str, Template]) -> None:
        """Add the evidence of a good run of every level."""
        stamp = {"commit": COMMIT, "dirty": False, "time": datetime.now(UTC).isoformat()}
        demands = DEMANDS[STAGE]
        for level, kind in demands.levels.items():
            names = [p.id for p in self.new.promises.values() if kind in p.levels]
            self.tests[level] = {
                **stamp,
                "templates": _digests(siblings),
                "promises": dict.fromkeys(names, KEPT),
                "counts": {"passed": len(names), "failed": 0, "skipped": 0},
                "exit_code": 0,
                "whole": True,
                "local": True,
                "skipped": [],
                "deselected": {},
            }
        for level in demands.mutation:
            names = [p.id for p in self.new.promises.values() if level in p.levels]
            kills = [{"promise": name, "mutant": f"breaks {name}"} for name in names]
            self.mutation[level] = {**stamp, "kills": kills, "survivors": []}


@dataclass(frozen=True)
class Case:
    """An entry: `rule` is the finding that it must bring, none for a neutral one.

    The edit happens to every stage that the gate compares, unless `alone`. `proven` entries edit
    the evidence of a good run, the others the template that a good run then proves.
    """

    name: str
    edit: Callable[[Draft], None]
    rule: str = ""
    alone: bool = False
    proven: bool = False


def change(case: Case, base: Callable[[str], Draft]) -> Change:
    """Return the change that an entry is about; `base(stage)` is a draft of no change."""
    drafts = {STAGE: base(STAGE), MODEL: base(MODEL)}
    if not case.proven:
        for stage, draft in drafts.items():
            if stage == STAGE or not case.alone:
                case.edit(draft)
    siblings = {stage: draft.new.template for stage, draft in drafts.items()}
    draft = drafts[STAGE]
    draft.prove(siblings)
    if case.proven:
        case.edit(draft)
    return draft.change(siblings)


def findings(change: Change) -> dict[str, list[Finding]]:
    """Return what each rule finds, by the rule's name."""
    return {name: list(rule.findings(change)) for name, rule in rules.load().items()}


def _digests(templates: dict[str, Template]) -> dict[str, str]:
    return {stage: template_digest(template.body) for stage, template in templates.items()}


def _evidence(level: str, content: Json) -> Evidence:
    return Evidence(
        level=level,
        commit=content["commit"],
        dirty=content["dirty"],
        time=datetime.fromisoformat(content["time"]),
        templates=content.get("templates", {}),
        content=content,
    )
