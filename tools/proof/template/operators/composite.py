"""Composite: several edits that only together are a valid, and bad, template."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from ....template import Element, Template
from ..drafts import Draft
from ..edits import Edit, remove, set_
from ..graph import target
from ..operators.addition import STATEFUL


def composites(template: Template, element: Element) -> Iterator[Draft]:
    if element.type == "AWS::ApiGateway::RestApi":
        yield from _open_api(template, element)
    for make in _BY_TYPE.get(element.type, ()):
        yield from make(element)
    if element.type in STATEFUL:
        yield from _data_deleted(element)


def _data_deleted(element: Element) -> Iterator[Draft]:
    """RETAIN -> DELETE on data, with its protection off."""
    if element.body.get("DeletionPolicy") not in ("Retain", "Snapshot"):
        return
    edits = [
        set_((*element.path, "DeletionPolicy"), "Delete"),
        set_((*element.path, "UpdateReplacePolicy"), "Delete"),
        *_unprotected(element),
    ]
    yield Draft((), "DELETE_DATA", tuple(edits), "deleted with the stack, unprotected")


def _unprotected(element: Element) -> Iterator[Edit]:
    key = "DeletionProtectionEnabled"
    properties = element.properties
    if key in properties:
        yield set_((*element.path, "Properties", key), False)
    for index, replica in enumerate(properties.get("Replicas", [])):
        if key in replica:
            yield set_((*element.path, "Properties", "Replicas", index, key), False)


def _provisioned_table(element: Element) -> Iterator[Draft]:
    if element.properties.get("BillingMode") == "PAY_PER_REQUEST":
        base = (*element.path, "Properties")
        throughput = {"ReadCapacityUnits": 1, "WriteCapacityUnits": 1}
        edits = (
            set_((*base, "BillingMode"), "PROVISIONED"),
            set_((*base, "ProvisionedThroughput"), throughput),
        )
        yield Draft(
            ("Properties", "BillingMode"), "PROVISION", edits, "billed by provisioned capacity"
        )


def _provisioned_global_table(element: Element) -> Iterator[Draft]:
    if element.properties.get("BillingMode") != "PAY_PER_REQUEST":
        return
    base = (*element.path, "Properties")
    scaling = {
        "MinCapacity": 1,
        "MaxCapacity": 10,
        "TargetTrackingScalingPolicyConfiguration": {"TargetValue": 70},
    }
    edits = [
        set_((*base, "BillingMode"), "PROVISIONED"),
        set_(
            (*base, "WriteProvisionedThroughputSettings"),
            {"WriteCapacityAutoScalingSettings": scaling},
        ),
    ]
    for index, _ in enumerate(element.properties.get("Replicas", [])):
        edits.append(
            set_(
                (*base, "Replicas", index, "ReadProvisionedThroughputSettings"),
                {"ReadCapacityUnits": 1},
            )
        )
    yield Draft(
        ("Properties", "BillingMode"), "PROVISION", tuple(edits), "billed by provisioned capacity"
    )


def _unencrypted(element: Element) -> Iterator[Draft]:
    if "SSESpecification" in element.properties:
        path = (*element.path, "Properties", "SSESpecification")
        yield Draft(
            ("Properties", "SSESpecification"),
            "UNENCRYPT",
            (set_(path, {"SSEEnabled": False}),),
            "encrypted with a key that DynamoDB owns",
        )


def _table_policy(element: Element) -> Iterator[Draft]:
    statement = {"Effect": "Allow", "Action": "dynamodb:*", "Principal": "*", "Resource": "*"}
    document = {"PolicyDocument": {"Version": "2012-10-17", "Statement": [statement]}}
    replicas = element.properties.get("Replicas")
    path: tuple[str | int, ...] = ("Properties", "ResourcePolicy")
    if isinstance(replicas, list) and replicas:
        path = ("Properties", "Replicas", 0, "ResourcePolicy")
    yield Draft(
        path,
        "OPEN_TABLE",
        (set_((*element.path, *path), document),),
        "a resource policy that lets everyone use the table",
    )


def _open_api(template: Template, element: Element) -> Iterator[Draft]:
    edits = [
        set_((*method.path, "Properties", "AuthorizationType"), "NONE")
        for method in _methods(template, element)
        if method.properties.get("AuthorizationType", "NONE") != "NONE"
    ]
    if edits:
        yield Draft((), "OPEN_API", tuple(edits), "every method open to everyone")


def _credentials_with_star(element: Element) -> Iterator[Draft]:
    """Access-Control-Allow-Origin * together with Allow-Credentials, method by method."""
    responses = element.properties.get("Integration", {}).get("IntegrationResponses", [])
    for index, response in enumerate(responses):
        if not isinstance(response, dict):
            continue
        prefix = "method.response.header.Access-Control-Allow-"
        path = (*element.path, "Properties", "Integration", "IntegrationResponses", index)
        parameters = {
            **response.get("ResponseParameters", {}),
            f"{prefix}Origin": "'*'",
            f"{prefix}Credentials": "'true'",
        }
        edits = [set_((*path, "ResponseParameters"), parameters)]
        for at, answer in enumerate(element.properties.get("MethodResponses", [])):
            if answer.get("StatusCode") == response.get("StatusCode"):
                allowed = {
                    **answer.get("ResponseParameters", {}),
                    f"{prefix}Origin": True,
                    f"{prefix}Credentials": True,
                }
                edits.append(
                    set_(
                        (*element.path, "Properties", "MethodResponses", at, "ResponseParameters"),
                        allowed,
                    )
                )
        if f"{prefix}Origin" in response.get("ResponseParameters", {}):
            yield Draft(
                path[2:], "CREDENTIALS_WITH_STAR", tuple(edits), "credentials for every origin"
            )


def _answers_nothing(element: Element) -> Iterator[Draft]:
    """The method answers by itself and its function is never called."""
    integration = element.properties.get("Integration", {})
    if integration.get("Type") in ("AWS_PROXY", "AWS"):
        mock = {"Type": "MOCK", "RequestTemplates": {"application/json": '{"statusCode": 200}'}}
        path = (*element.path, "Properties", "Integration")
        yield Draft(
            ("Properties", "Integration"),
            "MOCK",
            (set_(path, mock),),
            "answered by the gateway itself",
        )


def _weak_response(element: Element) -> Iterator[Draft]:
    """A gateway error that is answered as a success, in API Gateway's own words."""
    base = (*element.path, "Properties")
    properties = element.properties
    edits = [set_((*base, "StatusCode"), "200")]
    yield Draft(("Properties", "StatusCode"), "SUCCESS", tuple(edits), "answered with status 200")
    own = [
        remove((*base, key))
        for key in ("ResponseTemplates", "ResponseParameters")
        if key in properties
    ]
    if len(own) == 2:
        yield Draft(
            ("Properties",),
            "PLAIN",
            tuple(own),
            "answered in API Gateway's own words, without CORS headers",
        )
    leak = {
        "application/json": '{"message":$context.error.messageString,'
        '"caller":"$context.identity.userArn"}'
    }
    yield Draft(
        ("Properties", "ResponseTemplates"),
        "LEAK",
        (set_((*base, "ResponseTemplates"), leak),),
        "answered with the caller's identity",
    )


def _unlogged(element: Element) -> Iterator[Draft]:
    base = (*element.path, "Properties")
    properties = element.properties
    settings = properties.get("MethodSettings", [])
    for index, setting in enumerate(settings):
        path = (*base, "MethodSettings", index)
        rest = {k: v for k, v in setting.items() if not k.startswith("Throttling")}
        if rest != setting:
            yield Draft(path[2:], "UNLIMITED", (set_(path, rest),), "no rate limit")
        loud = {**setting, "DataTraceEnabled": True, "LoggingLevel": "INFO"}
        yield Draft(
            path[2:], "TRACE_BODIES", (set_(path, loud),), "whole requests and answers logged"
        )
        first = {**setting, "HttpMethod": "GET", "ResourcePath": "/mutant"}
        yield Draft(
            path[2:], "ELSEWHERE", (set_(path, first),), "settings of a path that does not exist"
        )
    override = {
        "HttpMethod": "GET",
        "ResourcePath": "/~1user",
        "ThrottlingRateLimit": 10000,
        "ThrottlingBurstLimit": 5000,
    }
    yield Draft(
        ("Properties", "MethodSettings"),
        "OVERRIDE",
        (set_((*base, "MethodSettings"), [*settings, override]),),
        "a second setting that lifts the limit of one method",
    )


def _old_tls(element: Element) -> Iterator[Draft]:
    base = (*element.path, "Properties")
    edits = [set_((*base, "SecurityPolicy"), "TLS_1_0")]
    if "EndpointAccessMode" in element.properties:
        edits.append(remove((*base, "EndpointAccessMode")))
    yield Draft(("Properties", "SecurityPolicy"), "OLD_TLS", tuple(edits), "TLS 1.0 accepted")


def _foreign_role(element: Element) -> Iterator[Draft]:
    path = (*element.path, "Properties", "Role")
    yield Draft(
        ("Properties", "Role"),
        "FOREIGN_ROLE",
        (set_(path, "arn:aws:iam::123456789012:role/Admin"),),
        "another account's role",
    )


def _latest(element: Element) -> Iterator[Draft]:
    path = (*element.path, "Properties", "FunctionVersion")
    yield Draft(
        ("Properties", "FunctionVersion"),
        "LATEST",
        (set_(path, "$LATEST"),),
        "the unpublished version behind the alias",
    )


def _shifted(element: Element) -> Iterator[Draft]:
    """Half of the traffic to another version."""
    routing = {"AdditionalVersionWeights": [{"FunctionVersion": "1", "FunctionWeight": 0.5}]}
    path = (*element.path, "Properties", "RoutingConfig")
    yield Draft(
        ("Properties", "RoutingConfig"),
        "SHIFT",
        (set_(path, routing),),
        "half of the traffic to another version",
    )


def _silenced(element: Element) -> Iterator[Draft]:
    path = (*element.path, "Properties", "ActionsEnabled")
    yield Draft(
        ("Properties", "ActionsEnabled"),
        "SILENCE",
        (set_(path, False),),
        "its actions switched off",
    )


def _methods(template: Template, api: Element) -> list[Element]:
    return [
        e
        for e in template.resources("AWS::ApiGateway::Method")
        if target(e.properties.get("RestApiId")) == api.logical_id
    ]


_BY_TYPE: dict[str, tuple[Callable[[Element], Iterator[Draft]], ...]] = {
    "AWS::DynamoDB::Table": (_provisioned_table, _unencrypted, _table_policy),
    "AWS::DynamoDB::GlobalTable": (_provisioned_global_table, _unencrypted, _table_policy),
    "AWS::ApiGateway::RestApi": (_old_tls,),
    "AWS::ApiGateway::Method": (_credentials_with_star, _answers_nothing),
    "AWS::ApiGateway::GatewayResponse": (_weak_response,),
    "AWS::ApiGateway::Stage": (_unlogged,),
    "AWS::Lambda::Function": (_foreign_role,),
    "AWS::Lambda::Alias": (_latest, _shifted),
    "AWS::CloudWatch::Alarm": (_silenced,),
}
