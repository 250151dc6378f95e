"""Who may call the API or reach its resources, and over which connection."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from tools.release_gate.comparison import Resource, flag, number, values
from tools.release_gate.cors import origins
from tools.release_gate.findings import Change, Difference, rule
from tools.release_gate.method_settings import DEFAULT, compared, method_settings
from tools.release_gate.protection import lost
from tools.release_gate.routes import authorization, is_open, named_routes


@rule(severity="critical", why="Callers who were refused can reach the function.")
def authorization_weakened(change: Change) -> Iterator[Difference]:
    """An existing method requires less authorization than before, or another kind."""
    after = named_routes(change.candidate_resources)
    for name, before in named_routes(change.deployed_resources).items():
        if name in after and _weaker(before, after[name]):
            yield Difference(
                after[name].path, before=_authorized(before), after=_authorized(after[name])
            )


def _weaker(before: Resource, after: Resource) -> bool:
    if is_open(after):
        return not is_open(before)
    checked = authorization(before) != "NONE"
    no_key = (
        flag(before.at("ApiKeyRequired")) is True and flag(after.at("ApiKeyRequired")) is not True
    )
    return no_key or (checked and authorization(before) != authorization(after))


def _authorized(method: Resource) -> str:
    key = ", with an API key" if flag(method.at("ApiKeyRequired")) is True else ""
    return f"{method.at('HttpMethod') or ''} {authorization(method)}{key}".strip()


# Definitions of a whole API, whose methods no resource shows.
BODIES = ("Body", "BodyS3Location")


@rule(severity="critical", why="It requires no signature, so its answers are public.")
def open_method_added(change: Change) -> Iterator[Difference]:
    """A new method can be called by anybody, and is not a preflight that the gateway itself
    answers.
    """
    known = named_routes(change.deployed_resources)
    for name, method in named_routes(change.candidate_resources).items():
        if name not in known and is_open(method):
            yield Difference(method.path, before="no such method", after=f"{name}: NONE")
    for api in change.candidate_resources.values():
        before = change.deployed_resources.get(api.id)
        for body in BODIES:
            is_api = api.type in ("AWS::ApiGateway::RestApi", "AWS::ApiGatewayV2::Api")
            if is_api and api.at(body) and (not before or before.at(body) != api.at(body)):
                yield Difference(api.path, before="methods as resources", after=f"a new {body}")


@rule(
    severity="critical",
    why="A function URL bypasses the gateway's throttling, validation, logs and TLS policy.",
)
def function_url_added(change: Change) -> Iterator[Difference]:
    """A function gets a URL of its own, or its URL requires another authorization."""
    for url in change.added("AWS::Lambda::Url"):
        yield Difference(url.path, before="no URL", after=f"AuthType {url.at('AuthType')}")
    for pair in change.pairs("AWS::Lambda::Url"):
        before, after = pair.before.at("AuthType"), pair.after.at("AuthType")
        if before != after:
            yield Difference(pair.path, before=f"AuthType {before}", after=f"AuthType {after}")


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


@rule(severity="critical", why="Everybody can try to call it.")
def endpoint_made_public(change: Change) -> Iterator[Difference]:
    """An endpoint that was private or disabled can be reached from the internet."""
    for pair in change.pairs("AWS::ApiGateway::RestApi"):
        before, after = (
            api.at("EndpointConfiguration/Types") or ["EDGE"] for api in (pair.before, pair.after)
        )
        if before == ["PRIVATE"] and after != before:
            yield Difference(pair.path, before=before, after=after)
    for resource in change.candidate_resources.values():
        setting = PUBLIC.get(resource.type, "")
        before = change.deployed_resources.get(resource.id)
        was = flag(before.at(setting)) if before and setting else False
        if setting and flag(resource.at(setting)) not in (False, None, was):
            yield Difference(resource.path, before=f"{setting} off", after=f"{setting} on")
    yield from lost(change, CLOSED)


@rule(
    severity="high",
    why="Pages of that origin can read users' records in the browsers of their visitors.",
)
def origin_added(change: Change) -> Iterator[Difference]:
    """Another web origin may read the answers, any origin may, or answers allow credentials."""
    before = origins(change.deployed_resources)
    for origin, path in origins(change.candidate_resources).items():
        if origin not in before:
            yield Difference(path, before=", ".join(sorted(before)) or "none", after=origin)


# Security policies of API Gateway: the floor, then what is better about the ciphers.
_FLOORS = (("TLS13_1_3", 13), ("TLS13", 12), ("TLS_1_2", 12), ("TLS12", 12))
_TRAITS = ("FIPS", "PFS", "PQ")
MODES = {
    "AWS::ApiGateway::DomainName": ["EndpointAccessMode", "MutualTlsAuthentication"],
    "AWS::ApiGateway::RestApi": ["EndpointAccessMode"],
}


@rule(
    severity="critical", why="An attacker can make a client use a connection that others can read."
)
def tls_policy_lowered(change: Change) -> Iterator[Difference]:
    """An API or a domain accepts older TLS versions or weaker ciphers than before."""
    for pair in change.pairs(*MODES):
        before, after = pair.before.at("SecurityPolicy"), pair.after.at("SecurityPolicy")
        if before != after and not _as_strong(after, before):
            yield Difference(pair.path, before=before or "default", after=after or "default")
    yield from (
        finding for finding in lost(change, MODES) if finding.after != "EndpointAccessMode STRICT"
    )


def _as_strong(after: Any, before: Any) -> bool:
    """Tell whether a policy has the floor and every trait of the other."""
    traits = all(trait not in str(before) or trait in str(after) for trait in _TRAITS)
    return _floor(after) >= _floor(before) and traits


def _floor(policy: Any) -> int:
    """The oldest TLS version, times ten; without a policy a regional API takes TLS 1.0."""
    name = re.sub(r"^SecurityPolicy_", "", str(policy))
    return next((floor for prefix, floor in _FLOORS if name.startswith(prefix)), 10)


LIMITS = ("ThrottlingRateLimit", "ThrottlingBurstLimit")
# The limits of other resources.
OTHER_LIMITS = {
    "AWS::ApiGateway::UsagePlan": "Throttle/RateLimit Throttle/BurstLimit Quota/Limit",
    "AWS::ApiGatewayV2::Stage": (
        "DefaultRouteSettings/ThrottlingRateLimit DefaultRouteSettings/ThrottlingBurstLimit"
    ),
}
UNLIMITED = float("inf")


@rule(
    severity="high",
    why="A flood of requests reaches the function and the table, and has to be paid for.",
)
def throttle_weakened(change: Change) -> Iterator[Difference]:
    """Requests are throttled at a higher rate or burst than before, or not at all."""
    for pair in change.pairs("AWS::ApiGateway::Stage"):
        for method, before, after in compared(pair):
            for limit in LIMITS:
                was, now = _limit(before.get(limit)), _limit(after.get(limit))
                if now > was:
                    place = f"{limit} of {method}"
                    yield Difference(
                        pair.path, before=f"{place}: {was:g}", after=f"{place}: {now:g}"
                    )
    for stage in change.added("AWS::ApiGateway::Stage"):
        for limit in LIMITS:
            now = _limit(method_settings(stage).get(DEFAULT, {}).get(limit))
            if now == UNLIMITED:
                yield Difference(stage.path, before="no such stage", after=f"{limit} {now:g}")
    for pair in change.pairs(*OTHER_LIMITS):
        for pointer in OTHER_LIMITS[pair.after.type].split():
            was, now = _at(pair.before, pointer), _at(pair.after, pointer)
            if now > was:
                yield Difference(pair.path, before=f"{pointer} {was:g}", after=f"{pointer} {now:g}")


def _at(resource: Resource, pointer: str) -> float:
    return _limit(next(iter(values(resource.properties, pointer).values()), None))


def _limit(value: object) -> float:
    """A limit that is absent, -1 or cannot be known limits nothing."""
    found = number(value, absent=UNLIMITED)
    return UNLIMITED if found is None or found < 0 else found
