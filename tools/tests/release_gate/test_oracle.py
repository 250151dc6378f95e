"""What the pinned `cdk diff --fail-on` refuses, the gate refuses: a sample of the corpus.

`python -m tools.tests.release_gate.oracle` asks about all of it.
"""

from __future__ import annotations

import pytest

from tools.tests.release_gate import oracle
from tools.tests.release_gate.corpus import BAD, NEUTRAL

pytestmark = pytest.mark.programs

REFUSED = {
    "table is gone": "destructive",
    "function has a managed policy": "broadening",
}


@pytest.mark.parametrize(("name", "kind"), REFUSED.items())
def test_gate_refuses_what_cli_refuses(name: str, kind: str) -> None:
    (case,) = [case for case in BAD if case.name == name]
    assert oracle.refused_by_cli(case, kind)
    assert oracle.refused_by_gate(case)


def test_neutral_change_is_accepted_by_both() -> None:
    (case,) = [case for case in NEUTRAL if case.name == "memory is raised"]
    assert not oracle.refused_by_cli(case, "destructive")
    assert not oracle.refused_by_gate(case)


def test_churn_names_neutral_entries() -> None:
    assert set(oracle.CHURN) <= {case.name for case in NEUTRAL}
