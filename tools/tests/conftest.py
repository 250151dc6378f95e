"""What all tests of the machinery share."""

from __future__ import annotations

import gc


def pytest_collection_finish() -> None:
    """Keep what is loaded out of the garbage collections with which each nested run ends."""
    gc.freeze()
