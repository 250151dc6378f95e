"""What the gate demands: the evidence by stage, and what the stages may differ in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

MUTATION_LEVELS = ("unit", "infra", "e2e")


@dataclass(frozen=True)
class Demands:
    """The evidence without which nothing is released to a stage.

    `levels` are those of `build/evidence`, each with the level of the promises that it proves;
    `also` counts where it is of the same commit and templates. `mutation` are levels of
    `build/mutation`. No evidence may be older than `hours`.
    """

    levels: Mapping[str, str]
    mutation: tuple[str, ...]
    also: Mapping[str, str] = field(default_factory=dict)
    hours: float = 24.0


DEMANDS = {
    "local": Demands(levels={}, mutation=()),
    "dev": Demands(levels={}, mutation=()),
    "staging": Demands(levels={"unit": "unit", "infra": "infra"}, mutation=MUTATION_LEVELS),
    "prod": Demands(
        levels={"unit": "unit", "infra": "infra", "e2e-staging": "e2e"},
        mutation=MUTATION_LEVELS,
        also={"e2e-local": "e2e"},
    ),
}
# A stage that is not listed is guarded like prod.
DEFAULT = "prod"

# Tests that no level need run, and why.
MAY_BE_LEFT_OUT = {
    "tests_e2e/test_lifecycle.py::*": "It deploys and destroys stages of its own.",
}

# The stage that must be like another one, and what of their templates each setting explains:
# a resource type and a pointer, with * for any text.
ALIKE = {"prod": "staging"}
EXPLAINED = {
    "allowed_origins": (
        "AWS::Lambda::Function Environment/Variables/ALLOWED_ORIGINS",
        "AWS::ApiGateway::Method Integration/IntegrationResponses/*Access-Control-Allow-Origin",
        "AWS::ApiGateway::Method Integration/IntegrationResponses/0/ResponseTemplates/*",
        "AWS::ApiGateway::GatewayResponse *.Access-Control-Allow-Origin",
    ),
    "authorization": (
        "AWS::ApiGateway::Method AuthorizationType",
        "AWS::ApiGateway::GatewayResponse StatusCode",
        "AWS::ApiGateway::GatewayResponse ResponseTemplates/*",
        "AWS::ApiGateway::Stage AccessLogSetting/Format",
    ),
    "burst_limit": ("AWS::ApiGateway::Stage MethodSettings/*/ThrottlingBurstLimit",),
    "cache_max_age_seconds": ("AWS::Lambda::Function Environment/Variables/CACHE_MAX_AGE",),
    "log_level": ("AWS::Lambda::Function Environment/Variables/LOG_LEVEL",),
    "memory_mb": ("AWS::Lambda::Function MemorySize",),
    "rate_limit": ("AWS::ApiGateway::Stage MethodSettings/*/ThrottlingRateLimit",),
    "retain_data": (
        "AWS::DynamoDB::GlobalTable DeletionPolicy",
        "AWS::DynamoDB::GlobalTable UpdateReplacePolicy",
        "AWS::DynamoDB::GlobalTable Replicas/*/DeletionProtectionEnabled",
    ),
    "snap_start": ("AWS::Lambda::Function SnapStart/*",),
    "timeout_seconds": ("AWS::Lambda::Function Timeout",),
}
