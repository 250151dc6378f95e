"""Dynamic references: texts like `{{resolve:secretsmanager:name:SecretString:password}}`.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/dynamic-references.html
"""

from __future__ import annotations

import re

_REFERENCE = re.compile(r"\$!?\{[^}]*\}")
_WHOLE = re.compile(
    r"\{\{resolve:(?:"
    r"ssm(?:-secure)?:[\w.\-/]+(?::\d+)?"
    r"|secretsmanager:(?:arn:(?:[^:}]*:){5}[^:}]+|[^:}]+)(?::(?:SecretString(?::[^:}]*){0,3})?)?"
    r")\}\}"
)
_PART = re.compile(r"\{\{resolve|resolve:(?:ssm|secretsmanager)|:SecretString\b")


def is_broken(text: str) -> bool:
    """Tell whether a text (as `plain` writes it) has a part of a reference, but no whole one."""
    rest = _WHOLE.sub("", _REFERENCE.sub("name", text))
    return _PART.search(rest) is not None
