"""Ends what another process serves."""

from __future__ import annotations

import os
import signal
import time
from contextlib import suppress

from tools.local_stage import state
from tools.local_stage.problems import LocalStageError

PATIENCE = 20.0


def end(served: state.Served) -> None:
    """Ask it to end and wait until it has; then make it. Raises LocalStageError."""
    for number in (signal.SIGTERM, signal.SIGKILL):
        with suppress(ProcessLookupError):
            os.kill(served.pid, number)
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            if state.gone(served.port):
                return
            time.sleep(0.05)
    raise LocalStageError(f"process {served.pid} on port {served.port} does not end")
