"""The routes of the APIs in a template: every method, by its verb and path."""

from __future__ import annotations

import re
from collections.abc import Mapping

from tools.release_gate.comparison import Resource

_REF = re.compile(r"\$\{([A-Za-z0-9]+)\}")


def named_routes(resources: Mapping[str, Resource]) -> dict[str, Resource]:
    """Return every REST method and HTTP API route by its name, such as `GET /user/{userId}`."""
    found = {}
    for resource in resources.values():
        if resource.type == "AWS::ApiGateway::Method":
            path = _path(str(resource.at("ResourceId")), resources)
            found[f"{resource.at('HttpMethod')} {path}"] = resource
        elif resource.type == "AWS::ApiGatewayV2::Route":
            found[str(resource.at("RouteKey"))] = resource
    return found


def is_open(method: Resource) -> bool:
    """Tell whether anybody may call it; a preflight that no function answers does not count."""
    preflight = (method.at("HttpMethod"), method.at("Integration/Type")) == ("OPTIONS", "MOCK")
    return authorization(method) == "NONE" and not preflight


def authorization(method: Resource) -> str:
    """Return the authorization of a method or route in one line; NONE is no check at all."""
    kind = str(method.at("AuthorizationType") or "NONE")
    authorizer = method.at("AuthorizerId")
    scopes = method.at("AuthorizationScopes") or []
    return " ".join([kind, *([str(authorizer)] if authorizer else []), *map(str, scopes)])


def _path(reference: str, resources: Mapping[str, Resource]) -> str:
    """The path of a gateway resource, up to the root; a cycle ends at a resource seen before."""
    parts: list[str] = []
    seen: set[str] = set()
    while (found := _REF.fullmatch(reference)) and found[1] in resources and found[1] not in seen:
        seen.add(found[1])
        resource = resources[found[1]]
        parts.insert(0, str(resource.at("PathPart")))
        reference = str(resource.at("ParentId"))
    return "/" + "/".join(parts)
