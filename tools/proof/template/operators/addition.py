"""Addition: what partial matchers cannot see. A resource, a property, an item, an output."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from ....template import Element, Template
from .. import embedded, shapes
from ..drafts import Draft
from ..edits import insert, set_
from ..graph import is_intrinsic, target
from ..operators.iam import ADMINISTRATOR, EVERYTHING
from ..operators.omission import undepended
from ..operators.walking import below, is_policy, label, nodes
from ..shapes import Node, Shape

NEW = "Mutant"
STATEFUL = (
    "AWS::DynamoDB::Table",
    "AWS::DynamoDB::GlobalTable",
    "AWS::S3::Bucket",
    "AWS::Logs::LogGroup",
    "AWS::RDS::DBInstance",
    "AWS::SQS::Queue",
)
Resource = dict[str, Any]
Made = Iterator[tuple[str, str, Resource]]


def additions(template: Template, element: Element) -> Iterator[Draft]:
    if element.section == "Template":
        yield from _to_template(template)
    if element.section == "Resources":
        for variant, said, resource in _neighbours(element):
            edits = (set_(("Resources", NEW), resource),)
            yield Draft((), "ADD_RESOURCE", edits, said, variant)
        yield from _properties(element)
        yield from _attributes(element)
        yield from _condition(template, element)
    for node in nodes(element):
        yield from _entries(element, node)


def _neighbours(element: Element) -> Made:
    """New resources that use or expose this one; each stands alone in its mutant."""
    make: dict[str, Callable[[Element], Made]] = {
        "AWS::Lambda::Function": _to_function,
        "AWS::Lambda::Alias": _to_alias,
        "AWS::IAM::Role": _to_role,
        "AWS::ApiGateway::RestApi": _to_api,
        "AWS::ApiGateway::Resource": _to_path,
        "AWS::ApiGateway::Deployment": _to_deployment,
        "AWS::Logs::LogGroup": _to_log_group,
        "AWS::SNS::Topic": _to_topic,
        "AWS::S3::Bucket": _to_bucket,
        "AWS::SQS::Queue": _to_queue,
    }
    if element.type in make:
        yield from make[element.type](element)


def _made(kind: str, **properties: Any) -> Resource:
    return {"Type": f"AWS::{kind}", "Properties": properties}


def _ref(element: Element) -> Resource:
    return {"Ref": element.logical_id}


def _arn(element: Element, attribute: str = "Arn") -> Resource:
    return {"Fn::GetAtt": [element.logical_id, attribute]}


def _to_function(element: Element) -> Made:
    arn = _arn(element)
    yield (
        "url",
        "a public URL for this function",
        _made("Lambda::Url", AuthType="NONE", TargetFunctionArn=arn),
    )
    yield (
        "everyone",
        "a permission for everyone to invoke it",
        _made(
            "Lambda::Permission", Action="lambda:InvokeFunction", FunctionName=arn, Principal="*"
        ),
    )
    yield (
        "url-permission",
        "a permission for everyone to invoke it by URL",
        _made(
            "Lambda::Permission",
            Action="lambda:InvokeFunctionUrl",
            FunctionName=arn,
            FunctionUrlAuthType="NONE",
            Principal="*",
        ),
    )
    yield (
        "alias",
        "another alias of the unpublished function",
        _made(
            "Lambda::Alias", FunctionName=_ref(element), FunctionVersion="$LATEST", Name="mutant"
        ),
    )
    yield "twin", "a second, equal function", element.body


def _to_alias(element: Element) -> Made:
    yield (
        "everyone",
        "a permission for everyone to invoke it",
        _made(
            "Lambda::Permission",
            Action="lambda:InvokeFunction",
            FunctionName=_ref(element),
            Principal="*",
        ),
    )
    yield (
        "service",
        "a permission for another service to invoke it",
        _made(
            "Lambda::Permission",
            Action="lambda:InvokeFunction",
            FunctionName=_ref(element),
            Principal="events.amazonaws.com",
        ),
    )
    yield (
        "url",
        "a public URL for this alias",
        _made(
            "Lambda::Url",
            AuthType="NONE",
            Qualifier=element.properties.get("Name"),
            TargetFunctionArn=element.properties.get("FunctionName"),
        ),
    )


def _to_role(element: Element) -> Made:
    document = {"Version": "2012-10-17", "Statement": [EVERYTHING]}
    yield (
        "policy",
        "a policy that allows this role everything",
        _made("IAM::Policy", PolicyDocument=document, PolicyName=NEW, Roles=[_ref(element)]),
    )
    yield (
        "managed-policy",
        "a managed policy that allows this role everything",
        _made("IAM::ManagedPolicy", PolicyDocument=document, Roles=[_ref(element)]),
    )


def _to_api(element: Element) -> Made:
    root = _arn(element, "RootResourceId")
    yield "open-root", "an open method on the root", _open_method(_ref(element), root)
    yield (
        "path",
        "one more path",
        _made("ApiGateway::Resource", ParentId=root, PathPart="mutant", RestApiId=_ref(element)),
    )
    yield (
        "response",
        "a gateway response that shows the request's error",
        _made(
            "ApiGateway::GatewayResponse",
            ResponseType="MISSING_AUTHENTICATION_TOKEN",
            ResponseTemplates={"text/html": "$context.error.messageString"},
            RestApiId=_ref(element),
            StatusCode="200",
        ),
    )
    yield "account", "the role for the logs of all APIs, taken away", _made("ApiGateway::Account")
    yield (
        "validator",
        "a request validator that validates nothing",
        _made("ApiGateway::RequestValidator", RestApiId=_ref(element)),
    )


def _to_path(element: Element) -> Made:
    api = element.properties.get("RestApiId")
    yield "open-method", "an open method on this path", _open_method(api, _ref(element))


def _open_method(api: Any, resource: Any) -> Resource:
    return _made(
        "ApiGateway::Method",
        AuthorizationType="NONE",
        HttpMethod="DELETE",
        Integration={"Type": "MOCK"},
        ResourceId=resource,
        RestApiId=api,
    )


def _to_deployment(element: Element) -> Made:
    yield (
        "stage",
        "a second stage without logs or limits",
        _made(
            "ApiGateway::Stage",
            DeploymentId=_ref(element),
            RestApiId=element.properties.get("RestApiId"),
            StageName="mutant",
        ),
    )


def _to_log_group(element: Element) -> Made:
    yield (
        "subscription",
        "a subscription that copies the logs elsewhere",
        _made(
            "Logs::SubscriptionFilter",
            DestinationArn="arn:aws:lambda:us-east-1:123456789012:function:mutant",
            FilterPattern="",
            LogGroupName=_ref(element),
        ),
    )


def _to_topic(element: Element) -> Made:
    yield (
        "policy",
        "a topic policy that lets everyone publish",
        _made(
            "SNS::TopicPolicy",
            PolicyDocument={
                "Version": "2012-10-17",
                "Statement": [
                    {
                        "Effect": "Allow",
                        "Action": "sns:*",
                        "Principal": "*",
                        "Resource": _ref(element),
                    }
                ],
            },
            Topics=[_ref(element)],
        ),
    )
    yield (
        "subscription",
        "a stranger's subscription",
        _made(
            "SNS::Subscription",
            Endpoint="mutant@example.com",
            Protocol="email",
            TopicArn=_ref(element),
        ),
    )


def _to_bucket(element: Element) -> Made:
    yield (
        "policy",
        "a bucket policy that lets everyone read",
        _made("S3::BucketPolicy", Bucket=_ref(element), PolicyDocument=_everyone("s3:GetObject")),
    )


def _to_queue(element: Element) -> Made:
    yield (
        "policy",
        "a queue policy that lets everyone send",
        _made(
            "SQS::QueuePolicy", Queues=[_ref(element)], PolicyDocument=_everyone("sqs:SendMessage")
        ),
    )


def _everyone(action: str) -> Resource:
    statement = {"Effect": "Allow", "Action": action, "Principal": "*", "Resource": "*"}
    return {"Version": "2012-10-17", "Statement": [statement]}


def _properties(element: Element) -> Iterator[Draft]:
    """Optional properties that the resource leaves out, set to what is not the default."""
    own = element.properties
    named = shapes.name_property(element.type)
    for name, shape in shapes.absent(element.type).items():
        if name in own:
            continue
        value = "mutant" if name == named else _sample(shape)
        if value is not None:
            operator = "ADD_NAME" if name == named else "ADD"
            edits = (set_((*element.path, "Properties", name), value),)
            yield Draft(("Properties", name), operator, edits, f"{name} is {value}")


def _sample(shape: Shape) -> Any:
    if "example" in shape:
        return shape["example"]
    if shape.get("type") == "boolean":
        return not shape.get("default", False)
    words = [word for word in shape.get("enum", ()) if word != shape.get("default")]
    return words[0] if words else None


def _attributes(element: Element) -> Iterator[Draft]:
    for name in ("DeletionPolicy", "UpdateReplacePolicy"):
        if name not in element.body and element.type in STATEFUL:
            edits = (set_((*element.path, name), "Retain"),)
            yield Draft((name,), "ADD", edits, f"{name} is Retain")


def _condition(template: Template, element: Element) -> Iterator[Draft]:
    """The resource only where a condition holds that never does."""
    if "Condition" in element.body or element.type not in STATEFUL:
        return
    conditions = {**template.body.get("Conditions", {}), NEW: {"Fn::Equals": ["this", "that"]}}
    edits = (
        set_(("Conditions",), conditions),
        set_((*element.path, "Condition"), NEW),
        *undepended(template, {element.logical_id}),
    )
    yield Draft(("Condition",), "ADD_CONDITION", edits, "only where a condition holds: never")


def _to_template(template: Template) -> Iterator[Draft]:
    """What belongs to no resource: new kinds of resources, a macro, a parameter, an output."""
    for variant, said, resource in _strangers():
        edits = (set_(("Resources", NEW), resource),)
        yield Draft((), "ADD_RESOURCE", edits, said, variant)
    if "Transform" not in template.body:
        edits = (set_(("Transform",), "AWS::LanguageExtensions"),)
        yield Draft(("Transform",), "ADD", edits, "a macro that rewrites the template")
    parameter = {"Type": "String", "Default": "mutant"}
    edits = (set_(("Parameters",), {**template.body.get("Parameters", {}), NEW: parameter}),)
    yield Draft(("Parameters",), "ADD_KEY", edits, "one more parameter")
    output = {"Value": "mutant", "Export": {"Name": "mutant"}}
    edits = (set_(("Outputs",), {**template.body.get("Outputs", {}), NEW: output}),)
    yield Draft(("Outputs",), "ADD_KEY", edits, "one more output, exported")


def _strangers() -> Made:
    trusted = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"AWS": "*"}}
    yield (
        "admin-role",
        "an administrator role that everyone may take",
        _made(
            "IAM::Role",
            AssumeRolePolicyDocument={"Version": "2012-10-17", "Statement": [trusted]},
            ManagedPolicyArns=[ADMINISTRATOR],
        ),
    )
    yield "admin-user", "an administrator", _made("IAM::User", ManagedPolicyArns=[ADMINISTRATOR])
    yield "bucket", "a bucket", _made("S3::Bucket")
    yield (
        "stack",
        "a nested stack",
        _made("CloudFormation::Stack", TemplateURL="https://example.com/t"),
    )
    yield "group", "one more log group, kept for ever", _made("Logs::LogGroup")
    yield "topic", "one more topic", _made("SNS::Topic")


def _entries(element: Element, node: Node) -> Iterator[Draft]:
    """One more item of a list of texts, one more key of a map of texts, one more tag."""
    path = below(element, node)
    value = node.value
    if isinstance(value, list) and value and all(isinstance(item, str) for item in value):
        edits = (insert((*node.path, len(value)), _another_item(node)),)
        yield Draft(path, "ADD_ITEM", edits, f"one more item of {label(node)}")
    elif isinstance(value, list) and value and all(_is_tag(item) for item in value):
        edits = (insert((*node.path, len(value)), {"Key": "mutant", "Value": "mutant"}),)
        yield Draft(path, "ADD_ITEM", edits, "one more tag")
    elif _is_map(node):
        edits = (set_((*node.path, NEW), "mutant"),)
        yield Draft(path, "ADD_KEY", edits, f"one more key of {label(node)}")
    document = embedded.parse(value)
    if document is None or not isinstance(document.data, dict):
        return
    if element.type != "AWS::CloudWatch::Dashboard":
        text = embedded.render(document, with_=((NEW,), "$context.identity.sourceIp"))
        edits = (set_(node.path, text),)
        yield Draft(path, "ADD_KEY", edits, f"one more key in {label(node)}", inside="!")


def _another_item(node: Node) -> str:
    words = node.shape.get("items", {}).get("enum", ())
    return next((word for word in words if word not in node.value), "mutant")


def _is_tag(item: Any) -> bool:
    return isinstance(item, dict) and item.keys() == {"Key", "Value"}


def _is_map(node: Node) -> bool:
    """An object whose keys are the user's: environment variables, headers, parameters."""
    free = "patternProperties" in node.shape and not node.shape.get("properties")
    value = node.value
    return (
        free
        and isinstance(value, dict)
        and not is_intrinsic(value)
        and not is_policy(value)
        and all(isinstance(item, str) or target(item) is not None for item in value.values())
    )
