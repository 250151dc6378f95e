"""What every worker process needs, loaded once: the processes are forked from one that did this."""

from __future__ import annotations

import gc

from . import worker

__all__ = ["worker"]

# otherwise every garbage collection in a forked process would copy the whole memory
gc.freeze()
