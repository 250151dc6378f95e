"""What boto3's resource gives and `json` does not know."""

from __future__ import annotations

import base64
from decimal import Decimal

from boto3.dynamodb.types import Binary


def plain(value: object) -> object:
    """Give a value that `json` does not know as one that it does."""
    match value:
        case Decimal():
            return float(value)
        case set():
            return sorted(value)
        case Binary():  # it has the bytes in `value`
            return base64.b64encode(value.value).decode()  # type: ignore[attr-defined]
    raise TypeError(type(value).__name__)
