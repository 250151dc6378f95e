"""Compares the rule with the evaluator on pairs of templates.

`python -m tools.tests.release_gate.permissions.fuzz --pairs 10000` is the long profile.
"""

from __future__ import annotations

import sys
from typing import Any

from tools.release_gate.comparison import Comparison
from tools.release_gate.permissions import Widening, widenings
from tools.template import Template
from tools.tests.release_gate import fuzz_command

from .evaluator import decide
from .pairs import Maker


def tried(seed: int) -> tuple[bool, bool]:
    """Tell whether the rule reports a pair of templates, and whether requests are widened."""
    deployed, candidate = Maker(seed).pair()
    return bool(found(deployed, candidate)), is_widened(deployed, candidate)


def is_widened(deployed: dict[str, Any], candidate: dict[str, Any]) -> bool:
    """Whether some principal may do what it may not do today."""
    for parts in (False, True):
        old = decide(deployed, arns_in_parts=parts)
        new = decide(candidate, arns_in_parts=parts)
        if any(grid & ~old[principal] for principal, grid in new.items()):
            return True
    return False


def found(deployed: dict[str, Any], candidate: dict[str, Any]) -> list[Widening]:
    """What the rule reports."""
    templates = Template.from_json(deployed), Template.from_json(candidate)
    return widenings(Comparison(*templates))


if __name__ == "__main__":
    sys.exit(fuzz_command.main(__doc__, tried))
