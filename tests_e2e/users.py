"""Test users: the one place that makes them, so that a check states only what it is about."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from contract import users as contract_users
from tests_e2e import aws
from tests_e2e.leftovers import Journal

# What every user has beside the contract's required attributes unless a check states otherwise, in
# DynamoDB's JSON and in the answer's.
STORED: Mapping[str, Any] = {"name": {"S": "Ada Lovelace"}}
SHOWN: Mapping[str, Any] = {"name": "Ada Lovelace"}


@dataclass(frozen=True)
class User:
    """A user in the table."""

    id: str

    def record(self, **attributes: Any) -> dict[str, Any]:
        """Return the `data` of an answer: what every user has, and these; numbers as Decimal."""
        return contract_users.data(self.id, **{**SHOWN, **attributes})


@dataclass
class Users:
    """Places test users in the stage's table: each has a random id, each is removed.

    user = users.put(born={"N": "1815"})
    checks.record(api.get(f"/user/{user.id}"), user.record(born=Decimal(1815)))
    """

    table: str
    journal: Journal
    placed: dict[str, dict[str, Any]] = field(default_factory=dict)  # id -> item

    def put(self, user_id: str | None = None, /, **attributes: Any) -> User:
        """Write a user, a new one or that one again. An attribute that is None is left out."""
        user_id = user_id or new_id()
        if user_id not in self.placed:
            self.journal.placed("user", self.table, user_id)
        item = contract_users.item(user_id, **{**STORED, **attributes})
        item = {name: value for name, value in item.items() if value is not None}
        self.placed[user_id] = item
        aws.client("dynamodb").put_item(TableName=self.table, Item=item)
        return User(user_id)

    def remove_all(self) -> None:
        for user_id in [*self.placed]:
            self.journal.remove("user", self.table, user_id)
            del self.placed[user_id]


def new_id() -> str:
    """An id that nobody has."""
    return f"e2e-{uuid.uuid4().hex}"
