"""The routes that every stage has, written down by hand.

Not read from the stack or the function: a route that is missing there, or is not promised here,
must turn the tests red.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_PARAMETER = re.compile(r"\{\w+\}")


@dataclass(frozen=True)
class Route:
    """A method and a path; `source` is where the id of the user stands: `path`, `querystring`."""

    verb: str
    path: str
    source: str

    @property
    def address(self) -> str:
        """The path and query, with `{}` in place of the id."""
        query = "?userId={}" if self.source == "querystring" else ""
        return _PARAMETER.sub("{}", self.path) + query

    @property
    def invoked(self) -> str:
        """The end of its execute-api ARN, with a wildcard for each parameter: `GET/user/*`."""
        return self.verb + _PARAMETER.sub("*", self.path)


ROUTES = (
    Route("GET", "/user", "querystring"),
    Route("GET", "/user/{userId}", "path"),
)
READS = tuple(route for route in ROUTES if route.verb == "GET")
PATHS = tuple(dict.fromkeys(route.path for route in ROUTES))
