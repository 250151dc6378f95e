"""The users that tests place in a table: the item, and what the API makes of it.

The one place that knows what every user has.
"""

from __future__ import annotations

from typing import Any

Item = dict[str, dict[str, Any]]

# What the contract requires of a record beside its key: DynamoDB's value and the JSON of it.
REQUIRED: dict[str, tuple[dict[str, Any], Any]] = {}


def item(user_id: str = "ada", **attributes: dict[str, Any]) -> Item:
    """A user as DynamoDB JSON, with these attributes beside the required ones."""
    required = {name: value for name, (value, _) in REQUIRED.items()}
    return {"userId": {"S": user_id}, **required, **attributes}


def data(user_id: str = "ada", **attributes: Any) -> dict[str, Any]:
    """The record of that user in an answer, with these attributes beside the required ones."""
    required = {name: value for name, (_, value) in REQUIRED.items()}
    return {"userId": user_id, **required, **attributes}
