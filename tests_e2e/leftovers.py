"""What the checks place on AWS, written down before it is placed, removed in any case.

Every worker removes its own things after each test. What is still in the journal at the
end of the run, because a worker was interrupted or killed, the controller removes.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from tests_e2e.aws import client


class Journal:
    """A file of `placed` and `removed` lines, shared by all workers of a run."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def placed(self, kind: str, *names: str) -> None:
        """Call this before the thing exists. `kind` is a key of REMOVERS."""
        self._write("placed", kind, *names)

    def remove(self, kind: str, *names: str) -> None:
        """Remove a thing, whether it came into being or not."""
        REMOVERS[kind](*names)
        self._write("removed", kind, *names)

    def remaining(self) -> list[tuple[str, ...]]:
        """`(kind, *names)` of everything not yet removed, the newest first."""
        left: dict[tuple[str, ...], None] = {}
        text = self._path.read_text(encoding="utf-8") if self._path.exists() else ""
        for verb, *thing in map(json.loads, text.splitlines()):
            if verb == "placed":
                left[tuple(thing)] = None
            else:
                left.pop(tuple(thing), None)
        return list(reversed(left))

    def _write(self, *words: str) -> None:
        with self._path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(words) + "\n")


def _remove_user(table: str, user_id: str) -> None:
    client("dynamodb").delete_item(TableName=table, Key={"userId": {"S": user_id}})


def _remove_principal(name: str) -> None:
    iam = client("iam")
    with suppress(iam.exceptions.NoSuchEntityException):
        for key in iam.list_access_keys(UserName=name)["AccessKeyMetadata"]:
            iam.delete_access_key(UserName=name, AccessKeyId=key["AccessKeyId"])
        for policy in iam.list_user_policies(UserName=name)["PolicyNames"]:
            iam.delete_user_policy(UserName=name, PolicyName=policy)
        iam.delete_user(UserName=name)


def _remove_function(name: str) -> None:
    with suppress(client("lambda").exceptions.ResourceNotFoundException):
        client("lambda").delete_function(FunctionName=name)


REMOVERS: dict[str, Callable[..., None]] = {
    "user": _remove_user,
    "principal": _remove_principal,
    "function": _remove_function,
}
