"""How a failure is repeated by hand: bring the stage up, place the user, send the request."""

from __future__ import annotations

import base64
import json
import shlex
from collections.abc import Mapping
from typing import Any

from tests_e2e.client import Exchanges
from tests_e2e.target import Target

LONGEST_ITEM = 2000


def lines(
    stage: Target, exchanges: Exchanges, table: str, placed: Mapping[str, Mapping[str, Any]]
) -> str:
    """Shell lines with what they answered; `placed` are the test users by id, as stored."""
    if not exchanges.last:
        return ""
    sent = exchanges.shown()
    items = [_put(table, item) for user_id, item in placed.items() if user_id in sent]
    return "\n".join([*_serve(stage), *items, sent])


def _serve(stage: Target) -> list[str]:
    if not stage.local:
        return []
    command = f"python -m tools.local_stage --stage {stage.stage_name} --port {stage.port}"
    return [f"# the stage, unless it is still running: {command}", "# (it prints its --cacert)"]


def _put(table: str, item: Mapping[str, Any]) -> str:
    """The command that writes a user again, who was removed after the check."""
    text = json.dumps(item, default=lambda binary: base64.b64encode(binary).decode())
    if len(text) > LONGEST_ITEM:
        return f"# the user {item['userId']['S']} had an item of {len(text)} characters"
    words = ["aws", "dynamodb", "put-item", "--table-name", table, "--item", text]
    return shlex.join(words)
