"""Decides concrete requests against a template, as AWS evaluates policies.

Every intrinsic function is resolved to a value of one imagined account. A set of requests is an
integer with one bit for each action, resource and context of the grid, so that all of them are
decided at once. Whether `*` reaches past a colon of an ARN is not documented for every element:
both readings are tried.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping
from functools import cache, reduce
from ipaddress import ip_address, ip_network
from itertools import product
from operator import or_
from typing import Any

ACCOUNT, REGION = "111122223333", "eu-west-1"
PSEUDO = {"AWS::AccountId": ACCOUNT, "AWS::Region": REGION, "AWS::Partition": "aws"}
TABLE = f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/Users"
LOGS = f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:Calls"
TOPIC = f"arn:aws:sns:{REGION}:{ACCOUNT}:Alarms"
FUNCTION = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:Reader"
ROLES = {name: f"arn:aws:iam::{ACCOUNT}:role/{name}" for name in ("Worker", "Helper")}
POLICY = f"arn:aws:iam::{ACCOUNT}:policy"
VALUES = {
    "Users": ("Users", TABLE),
    "Calls": ("Calls", f"{LOGS}:*"),
    "Alarms": (TOPIC, TOPIC),
    "Reader": ("Reader", FUNCTION),
    "Live": (f"{FUNCTION}:live", f"{FUNCTION}:live"),
    "Shared": (f"{POLICY}/Shared", f"{POLICY}/Shared"),
    **{name: (name, arn) for name, arn in ROLES.items()},
}
# What the policies say that are not in the template.
ELSEWHERE: dict[str, list[dict[str, Any]]] = {
    "arn:aws:iam::aws:policy/AdministratorAccess": [
        {"Effect": "Allow", "Action": "*", "Resource": "*"}
    ],
    "arn:aws:iam::aws:policy/AWSDenyAll": [{"Effect": "Deny", "Action": "*", "Resource": "*"}],
    "arn:aws:iam::aws:policy/ReadOnlyAccess": [
        {"Effect": "Allow", "Action": ["dynamodb:GetItem", "s3:Get*"], "Resource": "*"}
    ],
    f"arn:aws:iam::{ACCOUNT}:policy/House": [
        {"Effect": "Deny", "Action": "sns:*", "Resource": "*"},
        {"Effect": "Allow", "Action": ["s3:*", "dynamodb:*"], "Resource": "*"},
    ],
}

ATTACHED = ("AWS::IAM::Policy", "AWS::IAM::ManagedPolicy")

ACTIONS = [
    "dynamodb:GetItem",
    "dynamodb:PutItem",
    "sns:Publish",
    "logs:PutLogEvents",
    "lambda:InvokeFunction",
    "s3:GetObject",
    "sts:AssumeRole",
]
RESOURCES = [
    TABLE,
    f"{TABLE}/index/name",
    f"{TABLE}2",
    TOPIC,
    f"{LOGS}:log-stream:1",
    f"{FUNCTION}:live",
    FUNCTION,
    "arn:aws:s3:::homes/alice/*",
    "arn:aws:s3:::homes/bob/x",
    *ROLES.values(),
]
CONTEXTS: list[dict[str, Any]] = [
    {},
    {"aws:securetransport": "false", "aws:username": "alice"},
    {"aws:sourcearn": TOPIC, "aws:sourceaccount": ACCOUNT, "aws:securetransport": "true"},
    {"aws:sourcearn": f"{TOPIC}2", "aws:sourceip": "10.0.1.7", "aws:username": "bob"},
    {"aws:sourceaccount": "999999999999", "aws:sourceip": "10.9.0.1", "aws:tagkeys": ["a", "b"]},
    {"aws:requesttag/Team": "a", "aws:tagkeys": ["a"], "aws:multifactorauthage": "200"},
    {"aws:requesttag/team": "a", "aws:multifactorauthage": "2000", "aws:username": "*"},
    {"aws:sourcearn": f"arn:aws:sns:us-east-1:{ACCOUNT}:Alarms", "aws:tagkeys": []},
]
PRINCIPALS = [
    *(("AWS", arn) for arn in ROLES.values()),
    ("AWS", "arn:aws:iam::999999999999:user/eve"),
    ("Service", "sns.amazonaws.com"),
    ("Service", "lambda.amazonaws.com"),
]
GRID = list(product(ACTIONS, RESOURCES, CONTEXTS))
EVERY = (1 << len(GRID)) - 1

NO_VALUE = {"Ref": "AWS::NoValue"}

Grid = int
Statement = Mapping[str, Any]
Document = tuple[str, Statement]  # the version, and one statement


def decide(template: Mapping[str, Any], *, arns_in_parts: bool) -> dict[str, Grid]:
    """Return what each principal may do."""
    account = _Account(template, arns_in_parts)
    return {value: account.allowed(kind, value) for kind, value in PRINCIPALS}


class _Account:
    """One deployed template."""

    def __init__(self, template: Mapping[str, Any], arns_in_parts: bool) -> None:
        self.parts = arns_in_parts
        self.template = template
        self.resources = {
            name: {**body, "Properties": self._resolved(body.get("Properties", {}))}
            for name, body in template["Resources"].items()
            if self._condition(body.get("Condition"))
        }

    def properties(self, name: str) -> Mapping[str, Any]:
        found: Mapping[str, Any] = self.resources[name]["Properties"]
        return found

    def allowed(self, kind: str, principal: str) -> Grid:
        """What a principal may do: by its own policies within its boundary, or by a resource's."""
        role = next((name for name, arn in ROLES.items() if arn == principal), None)
        allows, denies, boundary = 0, 0, EVERY
        if role is not None:
            allows, denies = self._effects(self._identity(role))
            limits = self._boundary(role)
            if limits is not None:
                boundary, more = self._effects(limits)
                denies |= more
            allows &= boundary
        for where, documents in self._of_resources():
            for document in documents:
                grid = self._grid(document) & self._principal(document[1], kind, principal) & where
                if document[1]["Effect"] == "Allow":
                    allows |= grid
                else:
                    denies |= grid
        return allows & ~denies

    def _effects(self, documents: Iterable[Document]) -> tuple[Grid, Grid]:
        allows, denies = 0, 0
        for document in documents:
            if document[1]["Effect"] == "Allow":
                allows |= self._grid(document)
            else:
                denies |= self._grid(document)
        return allows, denies

    def _identity(self, role: str) -> list[Document]:
        found = []
        for name, body in self.resources.items():
            properties = body["Properties"]
            if _origin(name) == role and body["Type"] == "AWS::IAM::Role":
                for policy in properties.get("Policies", []):
                    found += _statements(policy["PolicyDocument"])
                for arn in properties.get("ManagedPolicyArns", []):
                    found += self._managed(arn)
            elif body["Type"] in ATTACHED and role in properties.get("Roles", []):
                found += _statements(properties["PolicyDocument"])
        return found

    def _boundary(self, role: str) -> list[Document] | None:
        for name, body in self.resources.items():
            if _origin(name) == role and "PermissionsBoundary" in body["Properties"]:
                return self._managed(body["Properties"]["PermissionsBoundary"])
        return None

    def _managed(self, arn: str) -> list[Document]:
        if arn in ELSEWHERE:
            return [("2012-10-17", statement) for statement in ELSEWHERE[arn]]
        return _statements(self.properties("Shared")["PolicyDocument"])

    def _of_resources(self) -> Iterable[tuple[Grid, list[Document]]]:
        """Where each policy of a resource counts, and what it says."""
        for name, body in self.resources.items():
            properties = body["Properties"]
            match body["Type"]:
                case "AWS::IAM::Role":
                    at = _assuming(ROLES[_origin(name)])
                    trust = _statements(properties["AssumeRolePolicyDocument"])
                    yield at, [(version, {**s, "Resource": "*"}) for version, s in trust]
                case "AWS::SNS::TopicPolicy":
                    topics = tuple(properties["Topics"])
                    yield _on(*topics), _statements(properties["PolicyDocument"])
                case "AWS::DynamoDB::GlobalTable" if "ResourcePolicy" in properties["Replicas"][0]:
                    policy = properties["Replicas"][0]["ResourcePolicy"]["PolicyDocument"]
                    yield _on(TABLE), _statements(policy)
                case "AWS::Logs::ResourcePolicy":
                    policy = json.loads(properties["PolicyDocument"])
                    yield _logging(), _statements(policy)
                case "AWS::Lambda::Permission":
                    yield _on(properties["FunctionName"]), [_invocation(properties)]

    def _grid(self, document: Document) -> Grid:
        version, statement = document
        variables = version == "2012-10-17"
        action, resource = (_element(statement, name) for name in ("Action", "Resource"))
        conditions = json.dumps(statement.get("Condition", {}), sort_keys=True)
        return (
            _selected("action", action, variables, self.parts)
            & _selected("resource", resource, variables, self.parts)
            & _fulfilled(conditions, variables)
        )

    @staticmethod
    def _principal(statement: Statement, kind: str, principal: str) -> Grid:
        negated = "NotPrincipal" in statement
        given = statement["NotPrincipal" if negated else "Principal"]
        pairs = (
            [("AWS", "*")]
            if given == "*"
            else [(k, v) for k, vs in given.items() for v in _list(vs)]
        )
        found = any(pair == ("AWS", "*") or pair == (kind, principal) for pair in pairs)
        return EVERY if found != negated else 0

    def _condition(self, name: str | None) -> bool:
        if name is None:
            return True
        left, right = self._resolved(self.template["Conditions"][name]["Fn::Equals"])
        return bool(left == right)

    def _resolved(self, value: Any) -> Any:
        match value:
            case {"Ref": "AWS::NoValue"}:
                return NO_VALUE
            case {"Ref": name}:
                if name in self.template.get("Parameters", {}):
                    return self.template["Parameters"][name]["Default"]
                return PSEUDO.get(name) or VALUES[_origin(name)][0]
            case {"Fn::GetAtt": [name, "Arn"]}:
                return VALUES[_origin(name)][1]
            case {"Fn::Join": [between, parts]}:
                return between.join(self._resolved(part) for part in parts)
            case {"Fn::Sub": str(text)}:
                return re.sub(r"\$\{([^}]+)\}", self._substituted, text)
            case {"Fn::If": [name, then, otherwise]}:
                return self._resolved(then if self._condition(name) else otherwise)
            case dict():
                items = {name: self._resolved(item) for name, item in value.items()}
                return {name: item for name, item in items.items() if item != NO_VALUE}
            case list():
                return [r for r in map(self._resolved, value) if r != NO_VALUE]
        return value

    def _substituted(self, found: re.Match[str]) -> str:
        name = found[1]
        if name.startswith("!"):
            return f"${{{name[1:]}}}"
        function = {"Fn::GetAtt": name.split(".")} if "." in name else {"Ref": name}
        return str(self._resolved(function))


def _origin(logical_id: str) -> str:
    """A renamed role is the role that it was."""
    return logical_id.removesuffix("Renamed")


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _statements(document: Mapping[str, Any]) -> list[Document]:
    return [(document.get("Version", "2008-10-17"), s) for s in _list(document["Statement"])]


def _invocation(properties: Mapping[str, Any]) -> Document:
    principal = properties["Principal"]
    condition = {}
    if "SourceArn" in properties:
        condition["ArnLike"] = {"aws:SourceArn": properties["SourceArn"]}
    if "SourceAccount" in properties:
        condition["StringEquals"] = {"aws:SourceAccount": properties["SourceAccount"]}
    kind = "Service" if principal.endswith(".amazonaws.com") else "AWS"
    statement = {
        "Effect": "Allow",
        "Principal": principal if principal == "*" else {kind: principal},
        "Action": properties["Action"],
        "Resource": properties["FunctionName"],
        "Condition": condition,
    }
    return ("2012-10-17", statement)


def _element(statement: Statement, name: str) -> tuple[bool, tuple[str, ...]]:
    negated = f"Not{name}" in statement
    return negated, tuple(_list(statement[f"Not{name}" if negated else name]))


def _where(holds: Callable[..., bool]) -> Grid:
    return reduce(or_, (1 << place for place, request in enumerate(GRID) if holds(*request)), 0)


@cache
def _logging() -> Grid:
    return _where(lambda action, *_: action.startswith("logs:"))


@cache
def _assuming(role: str) -> Grid:
    return _where(lambda action, resource, _: action.startswith("sts:") and resource == role)


@cache
def _on(*resources: str) -> Grid:
    return _where(lambda _, resource, __: resource in resources)


@cache
def _selected(
    what: str, element: tuple[bool, tuple[str, ...]], variables: bool, parts: bool
) -> Grid:
    negated, patterns = element
    grid = reduce(or_, (_matched(what, pattern, variables, parts) for pattern in patterns), 0)
    return EVERY & ~grid if negated else grid


@cache
def _matched(what: str, pattern: str, variables: bool, parts: bool) -> Grid:
    def holds(action: str, resource: str, context: Mapping[str, Any]) -> bool:
        if what == "action":
            return fits(pattern.lower(), action.lower(), None)
        if parts and pattern != "*":
            return fits_arn(pattern, resource, context if variables else None)
        return fits(pattern, resource, context if variables else None)

    return _where(holds)


@cache
def _fulfilled(conditions: str, variables: bool) -> Grid:
    clauses = [
        (operator, key, [_text(value) for value in _list(values)])
        for operator, keys in json.loads(conditions).items()
        for key, values in keys.items()
    ]
    fulfilled = [c for c in CONTEXTS if all(holds(*clause, c, variables) for clause in clauses)]
    return _where(lambda _, __, context: context in fulfilled)


def holds(
    operator: str, key: str, values: list[str], context: Mapping[str, Any], variables: bool
) -> bool:
    name, slash, tag = key.partition("/")
    given = context.get(name.lower() + slash + tag)
    filled = context if variables else None
    if operator == "Null":
        return (given is None) == (values == ["true"])
    if operator.endswith("IfExists"):
        return given is None or holds(operator[:-8], key, values, context, variables)
    if operator.startswith("ForAllValues:"):
        return all(_one(operator[13:], item, values, filled) for item in _list(given or []))
    if operator.startswith("ForAnyValue:"):
        return any(_one(operator[12:], item, values, filled) for item in _list(given or []))
    if operator == "StringNotEquals":
        return not _one("StringEquals", given, values, filled)
    return _one(operator, given, values, filled)


def _one(operator: str, given: Any, values: list[str], context: Mapping[str, Any] | None) -> bool:
    if not isinstance(given, str):
        return False
    match operator:
        case "StringEquals":
            return any(fits(value, given, context, wild=False) for value in values)
        case "StringEqualsIgnoreCase":
            return any(fits(value.lower(), given.lower(), context, wild=False) for value in values)
        case "StringLike":
            return any(fits(value, given, context) for value in values)
        case "ArnLike" | "ArnEquals":
            return any(fits_arn(value, given, context) for value in values)
        case "Bool":
            return any(value.lower() == given.lower() for value in values)
        case "NumericLessThan":
            return any(float(given) < float(value) for value in values)
        case "IpAddress":
            return any(ip_address(given) in ip_network(value) for value in values)
    raise ValueError(f"the evaluator does not know the operator {operator}")


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def fits_arn(pattern: str, value: str, context: Mapping[str, Any] | None) -> bool:
    """Part by part, so that no wildcard reaches past a colon."""
    ours, theirs = re.split(r":(?![^{]*\})", pattern, maxsplit=5), value.split(":", 5)
    return len(ours) == len(theirs) and all(
        fits(part, given, context) for part, given in zip(ours, theirs, strict=True)
    )


def fits(pattern: str, value: str, context: Mapping[str, Any] | None, wild: bool = True) -> bool:
    """Whether a value is what a pattern says; a variable without a value fits nothing."""
    if context is None or "${" not in pattern:
        expression = _without_variables(pattern, wild)
    else:
        expression = _expression(pattern, context, wild)
    return expression is not None and re.fullmatch(expression, value, re.DOTALL) is not None


@cache
def _without_variables(pattern: str, wild: bool) -> str | None:
    return _expression(pattern, None, wild)


def _expression(pattern: str, context: Mapping[str, Any] | None, wild: bool) -> str | None:
    expression = ""
    for symbol in re.findall(r"\$\{[^}]*\}|.", pattern, re.DOTALL):
        if len(symbol) > 1 and context is not None:
            name = symbol[2:-1]
            if name not in ("*", "?", "$") and not isinstance(context.get(name.lower()), str):
                return None
            expression += re.escape(context.get(name.lower(), name))
        elif symbol in "*?" and wild:
            expression += ".*" if symbol == "*" else "."
        else:
            expression += re.escape(symbol)
    return expression
