"""The OpenAPI description of the API, from the synthesized template and `contract/`.

    python -m tools.openapi            # writes contract/openapi.json

Paths, methods, parameters and statuses are the template's; servers are the contract's stages,
bodies its schemas, and the headers of the answers those of `contract.answers`.
Exit codes: 0 written, 2 the stage could not be synthesized.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import contract
from contract.stages import STAGES, Promised
from tools import assemblies
from tools.template import Element, Template

ROOT = Path(__file__).resolve().parent.parent
STAGE = "prod"
EXAMPLE = "ada"  # a sample user of the local stage

Json = dict[str, Any]

# verb -> the word that an operation's name begins with, and the summary
_VERBS = {
    "GET": ("get", "The user's record"),
    "OPTIONS": ("preflight", "The preflight of a browser"),
}
# status, or verb and status -> the description
_STATUSES = {
    "200": "The user's record.",
    "OPTIONS 204": "The browser may send the request that it asks for.",
    "304": "The record has not changed since the ETag in If-None-Match.",
    "400": "The userId is missing or not valid.",
    "403": "The request is not signed by a principal that may call the API.",
    "404": "There is no such user.",
    "429": "Over the rate limit.",
    "4XX": "The gateway cannot process the request.",
    "500": "The record could not be read, or an unexpected error occurred.",
    "503": "The table is busy or cannot be reached.",
    "5XX": "The function gave no answer.",
}
_HEADERS = {
    "ETag": "Changes when the record does, and only then.",
    "Cache-Control": "Who may store the answer, and for how long.",
    "X-Request-Id": "The same as requestId in the body.",
    "Retry-After": "Seconds to wait.",
    "Access-Control-Allow-Origin": "The origin whose pages may read the answer.",
    "Access-Control-Allow-Methods": "The methods that they may use.",
    "Access-Control-Allow-Headers": "The headers that they may send.",
    "Access-Control-Max-Age": "For how many seconds a browser may cache the preflight.",
}
_HEADERS_OF = {
    "200": ("ETag", "Cache-Control", "X-Request-Id"),
    "304": ("ETag", "Cache-Control", "X-Request-Id"),
    "429": ("Cache-Control", "X-Request-Id", "Retry-After"),
    "503": ("Cache-Control", "X-Request-Id", "Retry-After"),
}
_ERROR = "ErrorResponse"
_MODELS = {"UserResponse": "user_response", "ErrorResponse": "error_response"}


def description(template: Template) -> Json:
    """Return the OpenAPI 3.0 document of the API in a CloudFormation template."""
    paths: Json = {}
    gateway = _of_the_gateway(template)
    for (path, verb), method in sorted(methods(template).items()):
        paths.setdefault(path, {})[verb.lower()] = _operation(template, path, method, gateway)
    return {
        "openapi": "3.0.3",
        "info": {
            "title": "User API",
            "version": "1",
            "description": "Returns one user's record. Written by `python -m tools.openapi`.",
            "license": {"name": "MIT", "url": "https://opensource.org/license/mit"},
        },
        "servers": [_server(stage) for stage in STAGES.values() if stage.stage != "local"],
        "paths": paths,
        "components": {"schemas": _schemas(), "securitySchemes": {"sigv4": _SIGV4}},
    }


_SIGV4 = {
    "type": "apiKey",
    "name": "Authorization",
    "in": "header",
    "x-amazon-apigateway-authtype": "awsSigv4",
}


def _server(promised: Promised) -> Json:
    return {
        "url": f"https://{{apiId}}.execute-api.{{region}}.amazonaws.com/{promised.stage}",
        "description": "Signed requests" if promised.iam else "Open to everybody",
        "variables": {"apiId": {"default": "api-id"}, "region": {"default": "us-east-1"}},
    }


def _schemas() -> Json:
    """The contract's schemas, without the draft that OpenAPI 3.0 prescribes itself."""
    return {
        name: {key: value for key, value in contract.load(file).items() if key != "$schema"}
        for name, file in _MODELS.items()
    }


def methods(template: Template) -> dict[tuple[str, str], Element]:
    """Return every method of the API by its path and verb."""
    return {
        (_path(template, method.at("ResourceId")), str(method.at("HttpMethod"))): method
        for method in template.resources("AWS::ApiGateway::Method")
    }


def _path(template: Template, resource_id: Any) -> str:
    if resource_id == template.only("AWS::ApiGateway::RestApi").attribute("RootResourceId"):
        return ""
    resource = template.referred(resource_id, "AWS::ApiGateway::Resource")
    return f"{_path(template, resource.at('ParentId'))}/{resource.at('PathPart')}"


def _operation(template: Template, path: str, method: Element, gateway: Json) -> Json:
    verb = str(method.at("HttpMethod"))
    statuses = {response["StatusCode"]: response for response in method.at("MethodResponses")}
    word, summary = _VERBS[verb]
    operation: Json = {
        "operationId": word + "".join(map(_in_name, path.strip("/").split("/"))),
        "summary": summary,
        # Signed or open, as the stage says; a preflight is always open.
        "security": [] if verb == "OPTIONS" else [{"sigv4": []}, {}],
        "parameters": list(_parameters(path, method)),
        "responses": {
            status: _response(template, f"{verb} {status}", response)
            for status, response in sorted((gateway | statuses).items())
        },
    }
    return operation


def _in_name(part: str) -> str:
    """What a part of a path adds to a name: `user` -> `User`, `{userId}` -> `ById`."""
    return "ById" if "{" in part else part.capitalize()


def _parameters(path: str, method: Element) -> Iterator[Json]:
    """Yield the parameters; a part of the path that the API does not check may be anything."""
    places = {"querystring": "query", "path": "path"}
    user_id = contract.load("user_response")["properties"]["data"]["properties"]["userId"]
    declared = method.at("RequestParameters") or {}
    for source, required in declared.items():
        _, _, place, name = source.split(".")
        yield {
            "name": name,
            "in": places[place],
            "required": required,
            "schema": user_id,
            "example": EXAMPLE,
        }
    for name in re.findall(r"{(\w+)}", path):
        if f"method.request.path.{name}" not in declared:
            anything = {"type": "string", "minLength": 1}
            yield {
                "name": name,
                "in": "path",
                "required": True,
                "schema": anything,
                "example": EXAMPLE,
            }
    if method.at("HttpMethod") == "GET":
        yield {"name": "If-None-Match", "in": "header", "schema": {"type": "string"}}


def _of_the_gateway(template: Template) -> Json:
    """What the gateway may answer instead, by the statuses of its own error responses."""
    ranges = {"DEFAULT_4XX": "4XX", "DEFAULT_5XX": "5XX"}
    own = template.resources("AWS::ApiGateway::GatewayResponse")
    statuses = [
        response.at("StatusCode") or ranges[response.at("ResponseType")] for response in own
    ]
    return {status: {"ResponseModels": {"application/json": _ERROR}} for status in statuses}


def _response(template: Template, answer: str, response: Json) -> Json:
    """Describe an answer such as `GET 200`."""
    status = answer.split()[1]
    names = _HEADERS_OF.get(status, ("Cache-Control", "X-Request-Id"))
    declared = [source.rpartition(".")[2] for source in response.get("ResponseParameters", {})]
    headers = {
        name: {"description": _HEADERS[name], "required": True, "schema": {"type": "string"}}
        for name in declared or names
        if name in _HEADERS
    }
    described: Json = {
        "description": _STATUSES.get(answer) or _STATUSES[status],
        "headers": headers,
    }
    for media_type, model in response.get("ResponseModels", {}).items():
        schema = {"$ref": f"#/components/schemas/{_model(template, model)}"}
        described["content"] = {media_type: {"schema": schema}}
    return described


def _model(template: Template, reference: str) -> str:
    """Return the contract's name of a model, found by the fields that its schema requires."""
    if reference in _MODELS:
        return reference
    model = template.referred(reference, "AWS::ApiGateway::Model")
    for title, file in _MODELS.items():
        if set(contract.load(file)["required"]) == set(model.at("Schema", "required")):
            return title
    raise ValueError(f"the template's model {model.logical_id} is none of {', '.join(_MODELS)}")


def rendered(template: Template) -> str:
    """Return the description as the text of openapi.json."""
    return json.dumps(description(template), indent=2, ensure_ascii=False) + "\n"


def main() -> int:
    """Write the description and return the exit code: 0 written, 2 could not be synthesized."""
    parser = argparse.ArgumentParser(
        prog="python -m tools.openapi", description="Writes the API's OpenAPI description."
    )
    parser.add_argument(
        "--output", type=Path, default=contract.OPENAPI, help="default: contract/openapi.json"
    )
    output = parser.parse_args().output
    try:
        template = Template.in_assembly(assemblies.assembly(STAGE))
    except assemblies.SynthesisError as problem:
        print(f"error: {problem}", file=sys.stderr)
        return 2
    output.write_text(rendered(template), encoding="utf-8")
    print(f"wrote {output}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
