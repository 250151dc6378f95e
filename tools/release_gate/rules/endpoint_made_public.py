"""An endpoint that was private or disabled can be reached from the internet."""

from __future__ import annotations

from collections.abc import Iterator

from tools.release_gate.comparison import flag
from tools.release_gate.findings import Change, Finding, Rule
from tools.release_gate.protection import lost

RULE = Rule(
    "endpoint-made-public",
    severity="critical",
    why="Everybody can try to call it.",
)
# What closes something, and is lost when it goes.
CLOSED = {
    "AWS::ApiGateway::RestApi": [
        "DisableExecuteApiEndpoint",
        "EndpointConfiguration/VpcEndpointIds",
    ],
    "AWS::ApiGatewayV2::Api": ["DisableExecuteApiEndpoint"],
    "AWS::Lambda::Function": ["VpcConfig"],
    "AWS::S3::Bucket": [
        f"PublicAccessBlockConfiguration/{name}"
        for name in (
            "BlockPublicAcls",
            "BlockPublicPolicy",
            "IgnorePublicAcls",
            "RestrictPublicBuckets",
        )
    ],
}
PUBLIC = {"AWS::RDS::DBInstance": "PubliclyAccessible"}


def findings(change: Change) -> Iterator[Finding]:
    for pair in change.pairs("AWS::ApiGateway::RestApi"):
        before, after = (
            api.at("EndpointConfiguration/Types") or ["EDGE"] for api in (pair.before, pair.after)
        )
        if before == ["PRIVATE"] and after != before:
            yield RULE.finding(pair.path, before=before, after=after)
    for resource in change.candidate_resources.values():
        setting = PUBLIC.get(resource.type, "")
        before = change.deployed_resources.get(resource.id)
        was = flag(before.at(setting)) if before and setting else False
        if setting and flag(resource.at(setting)) not in (False, None, was):
            yield RULE.finding(resource.path, before=f"{setting} off", after=f"{setting} on")
    yield from lost(change, RULE, CLOSED)
