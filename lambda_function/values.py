"""From DynamoDB's typed values to JSON text, exactly.

Python's own encoder would turn numbers into floats; here a number's digits are copied.
Types: https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_AttributeValue.html.
"""

import re
from base64 import b64encode
from collections.abc import Callable, Mapping
from decimal import Decimal
from json.encoder import encode_basestring_ascii as quote
from typing import Any

_JSON_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?")


def record(attributes: Mapping[str, Any]) -> str:
    """A record, or the value of an `M`, as a JSON object; keys sorted, as they have no order.

    Raises KeyError, TypeError or ValueError on what is no DynamoDB value.
    """
    members = (f"{quote(name)}:{_value(attributes[name])}" for name in sorted(attributes))
    return f"{{{','.join(members)}}}"


def _value(attribute: Mapping[str, Any]) -> str:
    ((kind, content),) = attribute.items()
    return _WRITERS[kind](content)


def _number(digits: str) -> str:
    if _JSON_NUMBER.fullmatch(digits):
        return digits
    number = Decimal(digits)  # written in a way that JSON does not know: +1, .5, 007
    if not number.is_finite():
        raise ValueError
    return str(number)


def _array(items: Any) -> str:
    return f"[{','.join(items)}]"


def _numbers(numbers: list[str]) -> str:
    return _array(map(_number, sorted(numbers, key=Decimal)))


def _binary(content: bytes) -> str:
    return f'"{b64encode(content).decode()}"'


_WRITERS: Mapping[str, Callable[[Any], str]] = {
    "S": quote,
    "N": _number,
    "B": _binary,
    "BOOL": {True: "true", False: "false"}.__getitem__,
    "NULL": lambda _: "null",
    "M": record,
    "L": lambda content: _array(map(_value, content)),
    "SS": lambda content: _array(map(quote, sorted(content))),
    "NS": _numbers,
    "BS": lambda content: _array(map(_binary, sorted(content))),
}
