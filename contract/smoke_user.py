"""The one permanent synthetic user of a stage, whom the smoke tests ask for.

Nobody's data: every value is made up, and of every type that a table can hold. A release puts the
user into a stage that has none; the smoke tests only read.
"""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from contract.users import REQUIRED

SMOKE_USER = "smoke-user"  # the id, unless a setting names another

# attribute -> (what the table holds, in DynamoDB's JSON; what the answer shows, numbers as Decimal)
_ATTRIBUTES: dict[str, tuple[dict[str, Any], Any]] = {
    **REQUIRED,
    "name": ({"S": "Smoke Test 東京 ä"}, "Smoke Test 東京 ä"),
    "digits": (
        {"N": "12345678901234567890123456789012345678"},
        Decimal("12345678901234567890123456789012345678"),
    ),
    "fraction": ({"N": "0.1"}, Decimal("0.1")),
    "yes": ({"BOOL": True}, True),
    "nothing": ({"NULL": True}, None),
    "binary": ({"B": b"\x00\xff\x10"}, "AP8Q"),
    "nested": ({"M": {"list": {"L": [{"N": "1"}, {"S": "1"}]}}}, {"list": [Decimal(1), "1"]}),
    "words": ({"SS": ["zeta", "alpha", "beta"]}, ["alpha", "beta", "zeta"]),
}
SHOWN: Mapping[str, Any] = {name: shown for name, (_, shown) in _ATTRIBUTES.items()}


def stored(user_id: str = SMOKE_USER) -> dict[str, Any]:
    """Return the item that the table holds, in DynamoDB's JSON."""
    return {"userId": {"S": user_id}, **{name: item for name, (item, _) in _ATTRIBUTES.items()}}
