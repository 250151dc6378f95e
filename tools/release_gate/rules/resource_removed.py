"""Any other resource is removed without a successor, or is replaced."""

from __future__ import annotations

from collections.abc import Iterator

from tools.release_gate.comparison import CHURN
from tools.release_gate.findings import Change, Finding, Rule
from tools.release_gate.rules import (
    alarm_removed,
    endpoint_replaced,
    gateway_answer_changed,
    log_group_removed,
    resource_policy_removed,
)
from tools.release_gate.stateful import STATEFUL

RULE = Rule(
    "resource-removed",
    severity="medium",
    why="What depends on it fails, for a while or for good.",
)
# Other rules report that one of these is removed ...
GONE = (
    *STATEFUL,
    *CHURN,
    *alarm_removed.TYPES,
    *endpoint_replaced.TYPES,
    *resource_policy_removed.ATTACHED,
    gateway_answer_changed.TYPE,
    log_group_removed.TYPE,
    "AWS::ApiGateway::Method",
    "AWS::ApiGatewayV2::Route",
    "AWS::SNS::Subscription",
)
# ... or replaced. Nothing is lost when a permission is.
REPLACED = (
    *STATEFUL,
    *CHURN,
    *endpoint_replaced.TYPES,
    gateway_answer_changed.TYPE,
    log_group_removed.TYPE,
    "AWS::Lambda::Permission",
)


def findings(change: Change) -> Iterator[Finding]:
    for resource in change.removed():
        if resource.type not in GONE:
            yield RULE.finding(resource.path, before=resource.type, after="gone")
    reasons = change.replaced
    for pair in change.pairs():
        if pair.after.id in reasons and pair.after.type not in REPLACED:
            yield RULE.finding(pair.path, before=pair.before.id, after=reasons[pair.after.id])
