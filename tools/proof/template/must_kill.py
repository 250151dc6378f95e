"""The classes in which no mutant may survive, whatever the score."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from .edits import Mutant


@dataclass(frozen=True)
class Rule:
    """A class, and the resource types, pointers, operators and variants that belong to it."""

    name: str
    type: str = ""
    pointer: str = ""
    operator: str = ""
    variant: str = ""

    def holds(self, mutant: Mutant) -> bool:
        variant = mutant.name.rpartition("=")[2] if "=" in mutant.name else ""
        return (
            re.search(self.type, mutant.type) is not None
            and re.search(self.pointer, mutant.pointer) is not None
            and re.fullmatch(self.operator or ".*", mutant.operator) is not None
            and re.fullmatch(self.variant or ".*", variant) is not None
        )


RULES = (
    Rule("iam", pointer=r"PolicyDocument|ManagedPolicyArns|^/Properties/Policies"),
    Rule("iam", type="^AWS::IAM::", operator="OMIT.*|ATTACH|ADD|REDIRECT"),
    Rule("iam", operator="ADD_RESOURCE", variant="policy|managed-policy|admin-.*"),
    Rule("iam", type="^AWS::Lambda::Function$", pointer="^/Properties/Role"),
    Rule("exposure", type="^AWS::Lambda::Permission$"),
    Rule("exposure", operator="ADD_RESOURCE", variant="url.*|everyone|service|open-.*|stage"),
    Rule("exposure", operator="OPEN_TABLE|CREDENTIALS_WITH_STAR|TRACE_BODIES|LEAK"),
    Rule("exposure", type="^AWS::ApiGateway::RestApi$", pointer="Endpoint|/Policy$"),
    Rule("authorization", pointer="AuthorizationType|AuthorizerId|ApiKeyRequired"),
    Rule("authorization", operator="OPEN_API"),
    Rule("encryption", pointer="SSE|Sse|Kms|KMS|Encrypt|SecurityPolicy|EndpointAccessMode"),
    Rule("recovery", pointer="PointInTimeRecovery"),
    Rule("retention", pointer="RetentionInDays"),
    Rule(
        "deletion",
        pointer="^/(DeletionPolicy|UpdateReplacePolicy)|DeletionProtection",
        operator="OMIT|ENUM|FLIP",
    ),
    Rule("deletion", operator="DELETE_DATA"),
)


# What these demand may be turned on without harm.
PROTECTIONS = ("encryption", "recovery", "deletion")


def class_of(mutant: Mutant) -> str | None:
    """Return the must-kill class of a mutant; None for a mutant of no such class."""
    if mutant.operator == "FLIP" and mutant.edits[0].value in (True, "true"):
        return next((name for name in _classes(mutant) if name not in PROTECTIONS), None)
    return next(_classes(mutant), None)


def _classes(mutant: Mutant) -> Iterator[str]:
    return (rule.name for rule in RULES if rule.holds(mutant))
