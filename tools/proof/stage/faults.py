"""The faults of named/e2e.toml, put together of the building blocks that it names."""

from __future__ import annotations

import functools
from pathlib import Path
from typing import Any

from tools.proof.shared.command import CannotRunError, read_toml
from tools.proof.stage import blocks
from tools.proof.stage.fault import BLOCKS, Fault

FILE = Path(__file__).parents[1] / "named" / "e2e.toml"
ABOUT = ("stage", "unseen")


@functools.cache
def faults(file: Path = FILE) -> tuple[Fault, ...]:
    """Read the faults, in their order. Raises CannotRunError for what is not a fault."""
    return tuple(
        _fault(f"{file}: {promise}", promise, row)
        for promise, rows in read_toml(file).items()
        for row in rows
    )


def _fault(where: str, promise: str, row: dict[str, Any]) -> Fault:
    """Make the fault of one table: its key that is no other is the name of a building block."""
    rest = dict(row)
    try:
        name, broken = rest.pop("name"), rest.pop("broken")
        about = {key: rest.pop(key) for key in ABOUT if key in rest}
        when = rest.pop("when", None)
        options = {} if when is None else {"when": blocks.edits.condition(*_listed(when))}
        ((block, arguments),) = rest.items()
        field, make = BLOCKS[block]
        wrong: dict[str, Any] = {field: make(*_listed(arguments), **options)}
        return Fault(promise, name, broken, **about, **wrong)
    except (KeyError, TypeError, ValueError) as error:
        raise CannotRunError(f"{where}: {row.get('name', 'an entry')}: {error!r}") from None


def _listed(value: Any) -> list[Any]:
    """Return several arguments, one, or none for `true`."""
    return value if isinstance(value, list) else [] if value is True else [value]
