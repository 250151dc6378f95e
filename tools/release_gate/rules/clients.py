"""What clients of the API rely on: its address, routes, requests and answers."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from tools.release_gate.comparison import Resource, canonical, flag, values
from tools.release_gate.contract_changes import breaks
from tools.release_gate.findings import Change, Difference, rule
from tools.release_gate.protection import lost
from tools.release_gate.routes import authorization, named_routes

ENDPOINTS = (
    "AWS::ApiGateway::BasePathMapping",
    "AWS::ApiGateway::DomainName",
    "AWS::ApiGateway::RestApi",
    "AWS::ApiGateway::Stage",
    "AWS::ApiGatewayV2::Api",
    "AWS::ApiGatewayV2::DomainName",
    "AWS::ApiGatewayV2::Stage",
    "AWS::Lambda::Url",
)


@rule(severity="critical", why="Clients call an address that no longer answers.")
def endpoint_replaced(change: Change) -> Iterator[Difference]:
    """The API, its stage or its domain is removed or replaced, or clients can no longer reach it."""
    for resource in change.removed(*ENDPOINTS):
        yield Difference(resource.path, before=resource.type, after="gone")
    for pair, now in change.renewed(*ENDPOINTS):
        yield Difference(pair.path, before=pair.before.id, after=now)
    for pair in change.pairs("AWS::ApiGateway::RestApi", "AWS::ApiGatewayV2::Api"):
        was, now = (flag(a.at("DisableExecuteApiEndpoint")) for a in (pair.before, pair.after))
        if now not in (None, False, was):
            yield Difference(pair.path, before="open", after=f"DisableExecuteApiEndpoint {now}")
        kinds = [
            api.at("EndpointConfiguration/Types") or ["EDGE"] for api in (pair.before, pair.after)
        ]
        if kinds[0] != kinds[1] and "PRIVATE" not in kinds[0]:
            yield Difference(pair.path, before=kinds[0], after=kinds[1])


@rule(severity="critical", why="Clients that call it get an error.")
def route_removed(change: Change) -> Iterator[Difference]:
    """A route or a method of the API is removed."""
    after = named_routes(change.candidate_resources)
    for name, method in named_routes(change.deployed_resources).items():
        if name not in after:
            yield Difference(method.path, before=name, after="gone")


# The pointer of each type to its target.
TARGETS = {
    "AWS::ApiGateway::Method": "Integration/{}",
    "AWS::ApiGatewayV2::Integration": "Integration{}",
}
PARTS = ("Type", "Uri", "IntegrationHttpMethod", "Credentials", "ConnectionType", "ConnectionId")


@rule(
    severity="high",
    why="Requests of users reach another function, another version of it, or another host.",
)
def integration_changed(change: Change) -> Iterator[Difference]:
    """A route is answered by something else than before."""
    for pair in change.pairs(*TARGETS):
        before, after = _target(pair.before), _target(pair.after)
        if before != after:
            yield Difference(pair.path, before=before, after=after)


def _target(resource: Resource) -> str:
    values = (resource.at(TARGETS[resource.type].format(part)) for part in PARTS)
    return " ".join(str(value) for value in values if value)


@rule(severity="high", why="Code that this release did not publish answers users.")
def alias_redirected(change: Change) -> Iterator[Difference]:
    """The alias that the API calls points to another version than the one that the candidate
    publishes, or divides requests between two versions."""
    for pair in change.pairs("AWS::Lambda::Alias"):
        before, after = (alias.at("FunctionVersion") for alias in (pair.before, pair.after))
        if before != after and not _is_published(change, after):
            yield Difference(pair.path, before=before, after=after)
        weights = pair.after.at("RoutingConfig")
        if weights and weights != pair.before.at("RoutingConfig"):
            yield Difference(pair.path, before="one version", after=weights)


def _is_published(change: Change, version: Any) -> bool:
    """Tell whether it is a version that the candidate publishes."""
    return any(
        version == f"${{{resource.id}.Version}}"
        for resource in change.candidate_resources.values()
        if resource.type == "AWS::Lambda::Version"
    )


@rule(severity="high", why="Existing clients get an error.")
def request_tightened(change: Change) -> Iterator[Difference]:
    """A request that was accepted is refused, because a parameter, a model, an API key or a
    signature is now required.
    """
    after = named_routes(change.candidate_resources)
    for name, before in named_routes(change.deployed_resources).items():
        if name in after:
            for demand in sorted(_demands(after[name]) - _demands(before)):
                yield Difference(after[name].path, before=f"{name} without it", after=demand)


def _demands(method: Resource) -> set[str]:
    parameters = method.at("RequestParameters") or {}
    found = {f"{name} is required" for name, needed in parameters.items() if flag(needed) is True}
    if method.at("RequestModels"):
        found.add(f"a body of {canonical(method.at('RequestModels'))}")
    if flag(method.at("ApiKeyRequired")) is True:
        found.add("an API key is required")
    if authorization(method) != "NONE":
        found.add("a signature is required")
    return found


@rule(severity="high", why="Browsers refuse to send requests that work today.")
def preflight_narrowed(change: Change) -> Iterator[Difference]:
    """A preflight no longer allows a method, a header or the origin, or is no longer answered."""
    for pair in change.pairs("AWS::ApiGateway::Method"):
        before, after = _allowed(pair.before), _allowed(pair.after)
        for header, words in before.items():
            for word in sorted(words - after.get(header, set())):
                yield Difference(pair.path, before=f"{header} {word}", after="absent")


def _allowed(method: Resource) -> dict[str, set[str]]:
    """The words of each CORS header that the gateway itself sends; of the origin, its presence."""
    found: dict[str, set[str]] = {}
    rows = values(method.properties, "Integration/IntegrationResponses/*/ResponseParameters")
    declared = values(method.properties, "MethodResponses/*/ResponseParameters").values()
    known = {name for row in declared for name in row or {}}
    for name, value in ((n, v) for row in rows.values() for n, v in (row or {}).items()):
        header = name.rpartition(".")[2]
        if header.startswith("Access-Control-Allow-") and name in known:
            origin = header == "Access-Control-Allow-Origin"
            words = {"present"} if origin else {w.strip() for w in str(value).strip("'").split(",")}
            found.setdefault(header, set()).update(words)
    return found


SETTINGS = {
    "AWS::ApiGateway::Method": ["RequestValidatorId", "RequestModels"],
    "AWS::ApiGateway::RequestValidator": ["ValidateRequestBody", "ValidateRequestParameters"],
}


@rule(
    severity="medium",
    why="Requests that the gateway refused reach the function, and get another answer.",
)
def validation_removed(change: Change) -> Iterator[Difference]:
    """The gateway checks less of a request before the function is called."""
    yield from lost(change, SETTINGS)
    for pair in change.pairs("AWS::ApiGateway::Method"):
        after = pair.after.at("RequestParameters") or {}
        for name, required in (pair.before.at("RequestParameters") or {}).items():
            if flag(required) is True and flag(after.get(name)) is not True:
                yield Difference(pair.path, before=f"{name} is required", after="it is not")


@rule(
    severity="critical",
    why="A client that reads the released answers fails on what the candidate answers.",
)
def answer_field_broken(change: Change) -> Iterator[Difference]:
    """A promised field of an answer is dropped, of another type, of more values, or may be absent.

    `contract/compatibility.md` says what clients rely on. A new field and a new error code are no
    break.
    """
    for name, released, candidate in change.answers():
        if candidate is None:
            yield Difference(name, before="a schema", after="gone")
            continue
        for found in breaks(released, candidate):
            place = f"{name}/{found.field}".rstrip("/")
            yield Difference(place, before=found.before, after=found.after)


@rule(severity="medium", why="The API's description and generated clients do not know that answer.")
def answer_undeclared(change: Change) -> Iterator[Difference]:
    """A method no longer declares an answer, or declares it with another model."""
    for pair in change.pairs("AWS::ApiGateway::Method"):
        declared = _answers(pair.after)
        for status, model in _answers(pair.before).items():
            if declared.get(status) != model:
                now = declared.get(status, "absent")
                yield Difference(pair.path, before=f"{status} {model}", after=f"{status} {now}")


def _answers(method: Resource) -> dict[str, str]:
    rows = method.at("MethodResponses") or []
    return {str(row.get("StatusCode")): str(row.get("ResponseModels") or "") for row in rows}


GATEWAY_RESPONSE = "AWS::ApiGateway::GatewayResponse"


@rule(severity="high", why="Clients depend on the status, the code and the headers of an error.")
def gateway_answer_changed(change: Change) -> Iterator[Difference]:
    """An error of the gateway has another status, code, header or shape, or is removed."""
    for response in change.removed(GATEWAY_RESPONSE):
        yield Difference(response.path, before=response.at("ResponseType"), after="gone")
    for pair in change.pairs(GATEWAY_RESPONSE):
        before, after = _promised(pair.before), _promised(pair.after)
        for what, value in before.items():
            if after.get(what) != value:
                yield Difference(
                    pair.path, before=f"{what} {value}", after=f"{what} {after.get(what, 'absent')}"
                )


def _promised(response: Resource) -> dict[str, Any]:
    """Status, headers and the fields of the body; the text of a message may change."""
    found: dict[str, Any] = {
        "of": f"{response.at('ResponseType')} of {response.at('RestApiId')}",
        "status": str(response.at("StatusCode") or "default"),
    }
    for parameter, value in (response.at("ResponseParameters") or {}).items():
        header = parameter.rpartition(".")[2]
        # Which origins are allowed, is the matter of another rule.
        found[header] = "present" if header == "Access-Control-Allow-Origin" else value
    for kind, template in (response.at("ResponseTemplates") or {}).items():
        try:
            body = json.loads(template)
        except (TypeError, ValueError):
            body = template
        found.update(_body_fields(body, kind))
    return found


def _body_fields(body: Any, path: str) -> Iterator[tuple[str, Any]]:
    if isinstance(body, dict):
        for name, value in body.items():
            yield from _body_fields(value, f"{path} {name}")
    else:
        yield path, "text" if path.endswith(" message") else body
