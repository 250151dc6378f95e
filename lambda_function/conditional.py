"""Entity tags and If-None-Match: RFC 9110, sections 8.8 and 13.1.2."""

import re
from collections.abc import Iterable
from hashlib import sha256

_OPAQUE_TAG = re.compile(r'(?:^|,)[ \t]*(?:W/)?("[^"]*")[ \t]*(?=,|$)')


def etag(data: str) -> str:
    """Return the tag of a record's JSON text: equal exactly when the text is.

    It is weak, because the body around the record carries the time and the request id.
    """
    return f'W/"{sha256(data.encode()).hexdigest()[:32]}"'


def matches(tag: str, if_none_match: Iterable[str]) -> bool:
    """Say whether one of the field values is `*` or names the tag, by weak comparison."""
    opaque = tag.removeprefix("W/")
    return any(
        field.strip() == "*" or opaque in _OPAQUE_TAG.findall(field) for field in if_none_match
    )
