"""Whether a value of a template is what a service answers, where references have become names."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tools.release_gate.comparison import flag

_REFERENCE = re.compile(r"\$\{([^}]+)\}")


@dataclass(frozen=True)
class Physical:
    """The physical ids of a stack's resources by their logical ids."""

    ids: Mapping[str, str | None]

    def matches(self, wanted: Any, found: Any) -> bool:
        """Tell whether a plain value (see `tools.template.plain`) is what was found.

        Lists match in any order, a list of one matches its item, and an absent value an empty one.
        """
        if wanted in (None, [], {}) or found in (None, [], {}):
            return wanted in (None, [], {}, False) and found in (None, [], {}, False)
        if isinstance(wanted, dict) and isinstance(found, dict):
            return wanted.keys() == found.keys() and all(
                self.matches(value, found[key]) for key, value in wanted.items()
            )
        if isinstance(wanted, list) or isinstance(found, list):
            return self._same_items(_listed(wanted), _listed(found))
        if isinstance(wanted, str) and isinstance(found, str):
            return re.fullmatch(self._pattern(wanted), found, re.DOTALL) is not None
        return bool(flag(wanted) == flag(found))

    def resolve(self, value: Any) -> str:
        """Return a plain value with every `Ref` to a resource as its physical id.

        An attribute that is an id, such as RootResourceId, stays what it is.
        """
        return _REFERENCE.sub(lambda found: self.ids.get(found[1]) or found[0], str(value))

    def _same_items(self, wanted: list[Any], found: list[Any]) -> bool:
        rest = list(found)
        for item in wanted:
            match = next((other for other in rest if self.matches(item, other)), None)
            if match is None:
                return False
            rest.remove(match)
        return not rest

    def _pattern(self, text: str) -> str:
        """A regular expression: an attribute of a resource, such as its ARN, holds its name."""
        pattern, end = "", 0
        for reference in _REFERENCE.finditer(text):
            pattern += re.escape(text[end : reference.start()]) + self._named(reference[1])
            end = reference.end()
        return pattern + re.escape(text[end:])

    def _named(self, reference: str) -> str:
        name, _, attribute = reference.partition(".")
        if name.startswith("AWS::"):
            return r"[\w.-]+"
        physical = self.ids.get(name) or name
        if attribute == "Version":
            return re.escape(physical.rpartition(":")[2])
        if not attribute:
            return re.escape(physical)
        return f".*{re.escape(physical)}.*" if "Arn" in attribute else ".*"


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
