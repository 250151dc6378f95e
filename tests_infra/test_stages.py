"""Every stage that can be deployed is promised, and every promised stage can be deployed."""

from __future__ import annotations

from contract.stages import STAGES
from tests_infra.conftest import configured_stages


def test_stages_of_cdk_json_are_promised_ones() -> None:
    """The other tests run for promised stages alone, and would not miss one."""
    unpromised, gone = configured_stages() - STAGES.keys(), STAGES.keys() - configured_stages()
    assert not unpromised, f"not promised in contract/stages.py: {', '.join(sorted(unpromised))}"
    assert not gone, f"promised in contract/stages.py, but not in cdk.json: {', '.join(gone)}"
