"""Entity tags and If-None-Match: RFC 9110, sections 8.8.3 and 13.1.2."""

import re
from collections.abc import Iterable
from hashlib import sha256

_TAG = re.compile(r'(?:^|,)[ \t]*(?:W/)?("[^"]*")[ \t]*(?=,|$)')


def etag(data: str) -> str:
    """The strong tag of a record's JSON text: equal exactly when the text is."""
    return f'"{sha256(data.encode()).hexdigest()[:32]}"'


def matches(tag: str, if_none_match: Iterable[str]) -> bool:
    """Whether a field value names the tag, compared weakly, or is `*`."""
    return any(field.strip() == "*" or tag in _TAG.findall(field) for field in if_none_match)
