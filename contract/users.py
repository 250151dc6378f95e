"""The users that tests put into a table: the item, and the record that the API returns of it.

The one place that knows what every user has. Unit tests, e2e checks, the smoke user and the
sample users of the local stage all begin with it.
"""

from __future__ import annotations

from typing import Any

Item = dict[str, dict[str, Any]]

# What user_response.schema.json requires beside the key: attribute -> (DynamoDB's value, the JSON
# that the answer shows).
REQUIRED: dict[str, tuple[dict[str, Any], Any]] = {}


def item(user_id: str = "ada", **attributes: dict[str, Any]) -> Item:
    """Return a user as DynamoDB JSON, with these attributes beside the required ones."""
    required = {name: value for name, (value, _) in REQUIRED.items()}
    return {"userId": {"S": user_id}, **required, **attributes}


def data(user_id: str = "ada", **attributes: Any) -> dict[str, Any]:
    """Return the record of that user in an answer, with these attributes beside the required."""
    required = {name: value for name, (_, value) in REQUIRED.items()}
    return {"userId": user_id, **required, **attributes}
