"""What is deployed, read from the account: the stack's template, and what differs from it.

`get_template` answers with what CloudFormation was sent. Whoever changes a role, a table or an
alarm by hand leaves it as it is, so the settings that matter are read from the services, too.
"""

from __future__ import annotations

import functools
import json
from collections.abc import Iterator, Mapping
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from tools.release_gate import live_settings
from tools.release_gate.comparison import flag
from tools.release_gate.live_settings import Clients
from tools.release_gate.problems import UndecidedError
from tools.release_gate.resolving import Physical
from tools.template import Template, TemplateError, plain

Differences = dict[str, tuple[str, str]]


def read(
    stack: str, *, paths: Mapping[str, str], clients: Clients | None = None
) -> tuple[Template, Differences]:
    """Return a stack's template, and by place what its resources have in another way.

    `paths` are the construct paths by logical id, which an account does not know. Raises
    UndecidedError where the account does not answer.
    """
    try:
        clients = clients or _clients()
        cloudformation = clients("cloudformation")
        body = cloudformation.get_template(StackName=stack, TemplateStage="Original")
        template = _template(body["TemplateBody"], stack, paths)
        pages = cloudformation.get_paginator("list_stack_resources").paginate(StackName=stack)
        rows = [row for page in pages for row in page["StackResourceSummaries"]]
        physical = Physical({r["LogicalResourceId"]: r.get("PhysicalResourceId") for r in rows})
        return template, dict(_differences(template, physical, clients))
    except (BotoCoreError, ClientError) as error:
        raise UndecidedError(f"stack {stack}: {error}") from None


def _clients() -> Clients:
    import boto3  # slow

    session = boto3.Session()

    def client(service: str) -> Any:
        return session.client(service)  # type: ignore[call-overload]

    return functools.cache(client)


def _template(body: Any, stack: str, paths: Mapping[str, str]) -> Template:
    try:
        parsed = json.loads(body) if isinstance(body, str) else json.loads(json.dumps(body))
        if not parsed["Resources"]:
            raise TemplateError("no Resources")
    except (ValueError, KeyError, TypeError):
        raise UndecidedError(f"stack {stack}: its template is not JSON") from None
    return Template(parsed, stack_name=stack, paths=paths)


def _differences(
    template: Template, physical: Physical, clients: Clients
) -> Iterator[tuple[str, tuple[str, str]]]:
    for resource in template.resources(*live_settings.READERS):
        name = physical.ids.get(resource.logical_id)
        if not name:
            yield resource.name, (resource.type, "gone")
            continue
        wanted = plain(resource.properties)
        try:
            reader = live_settings.READERS[resource.type]
            found = reader(clients, name, wanted, physical.resolve)
        except ClientError as error:
            code = error.response["Error"]["Code"]
            if "NotFound" not in code and code not in ("NoSuchEntity", "ResourceNotFound"):
                raise
            yield resource.name, (resource.type, "gone")
            continue
        if template.resources("AWS::Lambda::Url"):
            found.pop(live_settings.URL, None)
        for setting, value in found.items():
            expected = live_settings.expected(wanted, setting)
            if not physical.matches(expected, value):
                place = f"{resource.name} {setting}"
                yield place, (_text(expected), _text(value))


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(flag(value), sort_keys=True, default=str)
