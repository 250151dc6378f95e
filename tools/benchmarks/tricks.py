"""What the function does for speed alone, each with the way to start it without.

A trick stays only while it spares at least 5 % of what it is for.
"""

from __future__ import annotations

import gc
import importlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Trick:
    """`leave_out` is called before the handler is imported; `figure` is what it is to spare."""

    what: str
    figure: str  # a field of measure.Figures
    leave_out: Callable[[], None]


def _search_for_garbage() -> None:
    def nothing() -> None:
        """Leave the collector as it is."""

    gc.disable = gc.freeze = nothing


def _search_all_services() -> None:
    table: Any = importlib.import_module("lambda_function.table")
    table._LOADER = table.Loader()


def _put_user_agent_together() -> None:
    table: Any = importlib.import_module("lambda_function.table")
    original = table.Config

    def config(**options: Any) -> Any:
        del options["user_agent"]
        return original(**options)

    table.Config = config


TRICKS = {
    "garbage": Trick("no search for garbage while it starts", "cold_cpu", _search_for_garbage),
    "loader": Trick("no search through all services", "cold_cpu", _search_all_services),
    "user-agent": Trick("a user agent of its own", "warm_cpu", _put_user_agent_together),
}
