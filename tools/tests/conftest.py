"""What all tests of the machinery share."""

from __future__ import annotations

import gc

import pytest

# As tests_e2e/conftest.py does, which nested runs load: too late for what is imported before.
pytest.register_assert_rewrite("tests_e2e.checks", "tests_e2e.client")


@pytest.fixture(autouse=True, scope="module")
def _freeze() -> None:
    """Keep what is loaded out of the garbage collections with which each nested run ends."""
    gc.freeze()
