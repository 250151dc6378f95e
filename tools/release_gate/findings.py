"""What a rule gets and what it yields: a change, and the findings about it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from contract.promises import Promise
from tools.release_gate.comparison import Comparison, Pair, Resource
from tools.release_gate.proof import Proof
from tools.release_gate.replacement import replaced
from tools.template import Template

SEVERITIES = ("critical", "high", "medium", "low")
CONTRACT = "(contract)"


@dataclass(frozen=True)
class Finding:
    """One reason not to release.

    `construct` is a construct path, a logical id, or `(contract)`; `before` and `after` are what
    a reviewer compares, in one line each.
    """

    id: str
    severity: str
    construct: str
    before: str
    after: str
    why: str
    allow: str


@dataclass(frozen=True)
class Rule:
    """What all findings of one rule share; `id` is the name of the rule's module in kebab-case.

    A finding of a rule that is not `allowable` can be allowed on no stage.
    """

    id: str
    severity: str
    why: str
    allowable: bool = True

    def finding(self, construct: str, *, before: object, after: object) -> Finding:
        """Return a finding of this rule about one construct."""
        allow = f'--allow {self.id}:{construct} --reason "..."'
        return Finding(
            id=self.id,
            severity=self.severity,
            construct=construct,
            before=str(before),
            after=str(after),
            why=self.why,
            allow=allow if self.allowable else "It cannot be allowed.",
        )


@dataclass(frozen=True)
class Contract:
    """The `contract/` folder of a released set.

    `schemas` maps a name such as `user_response` to its JSON Schema.
    """

    promises: Mapping[str, Promise] = field(default_factory=dict)
    schemas: Mapping[str, dict[str, Any]] = field(default_factory=dict)


@dataclass(frozen=True)
class Change:
    """A candidate beside what is deployed, of one stage.

    `siblings` are the candidate's templates of every stage, and `settings` those of cdk.json.
    `live` are the differences that a read-back of the stage found, by resource. `released` is the
    template that was last released, where what is deployed was read from the account. `proof` is
    the evidence; without it no rule of the evidence applies.
    """

    stage: str
    candidate: Template
    deployed: Template
    contract: Contract = Contract()
    deployed_contract: Contract = Contract()
    siblings: Mapping[str, Template] = field(default_factory=dict)
    settings: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    live: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    released: Template | None = None
    proof: Proof | None = None

    @cached_property
    def comparison(self) -> Comparison:
        return Comparison(self.deployed, self.candidate)

    @cached_property
    def replaced(self) -> dict[str, str]:
        """The reason by logical id of each resource that keeps its id and is replaced."""
        return replaced(self.comparison)

    @property
    def deployed_resources(self) -> Mapping[str, Resource]:
        """Every resource that is deployed, by its logical id."""
        return self.comparison.before

    @property
    def candidate_resources(self) -> Mapping[str, Resource]:
        """Every resource of the candidate, by its logical id."""
        return self.comparison.after

    def pairs(self, *types: str) -> Iterator[Pair]:
        """Yield every resource of these types (of all, without any) before and after."""
        return self.comparison.pairs(*types)

    def renewed(self, *types: str) -> Iterator[tuple[Pair, str]]:
        """Yield every resource of these types that is replaced, with its new id or the reason."""
        for pair in self.pairs(*types):
            moved = pair.after.id if pair.before.id != pair.after.id else None
            if now := moved or self.replaced.get(pair.after.id):
                yield pair, now

    def removed(self, *types: str) -> Iterator[Resource]:
        """Yield every resource of these types that is gone."""
        return self.comparison.removed(*types)

    def added(self, *types: str) -> Iterator[Resource]:
        """Yield every resource of these types that is new."""
        return self.comparison.added(*types)

    def answers(self) -> Iterator[tuple[str, dict[str, Any], dict[str, Any] | None]]:
        """Yield the name of each answer, its released schema, and the candidate's if there is one.

        Schemas are those of `contract/`, and the API's models where they are others: a template
        that is deployed comes without a contract.
        """
        for name, released in self.deployed_contract.schemas.items():
            yield name, released, self.contract.schemas.get(name)
        models = _models(self.candidate)
        for name, released in _models(self.deployed).items():
            candidate = models.get(name)
            known = released in self.deployed_contract.schemas.values()
            if not known or candidate not in self.contract.schemas.values():
                yield f"model {name}", released, candidate


def _models(template: Template) -> dict[str, dict[str, Any]]:
    """The schemas of a template's models by their titles."""
    models = template.resources("AWS::ApiGateway::Model", "AWS::ApiGatewayV2::Model")
    schemas = {model.logical_id: model.properties.get("Schema") for model in models}
    return {str(s.get("title", i)): s for i, s in schemas.items() if isinstance(s, dict)}
