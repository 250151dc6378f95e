"""Compares the rule with a client that reads generated documents.

`python -m tools.tests.release_gate.contract_changes.fuzz --pairs 10000` is the long profile.
"""

from __future__ import annotations

import sys
from typing import Any

from jsonschema import Draft4Validator

from tools.release_gate.contract_changes import breaks
from tools.tests.release_gate import fuzz_command

from .client import CHECKER, Client
from .documents import Maker

DOCUMENTS = 60


def tried(seed: int) -> tuple[bool, bool]:
    """Tell whether the rule reports a pair of schemas, and whether a client fails on a document."""
    maker = Maker(seed)
    released, candidate = maker.pair()
    client = Client(released)
    broken = not all(client.can_read(document) for document in fitting(maker, candidate))
    return bool(breaks(released, candidate)), broken


def fitting(maker: Maker, schema: dict[str, Any]) -> list[Any]:
    """Documents that fit a schema."""
    validator = Draft4Validator(schema, format_checker=CHECKER)
    made = (maker.document(schema, schema) for _ in range(DOCUMENTS))
    return [document for document in made if validator.is_valid(document)]


if __name__ == "__main__":
    sys.exit(fuzz_command.main(__doc__, tried))
