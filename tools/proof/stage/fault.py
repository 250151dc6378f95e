"""One way in which a stage is wrong, and what registers the building blocks of such ways."""

from __future__ import annotations

import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, TypeVar

import trustme

from tests_e2e.proxy import Behaviour, pass_on
from tools.local_stage.serving import RunningStage

Clients = Callable[[str], Any]  # service -> boto3 client that bypasses the proxy
Undo = Callable[[], object]
Change = Callable[[Clients, RunningStage], Undo]
Block = TypeVar("Block", bound=Callable[..., object])

BLOCKS: dict[
    str, tuple[str, Callable[..., object]]
] = {}  # name -> the field of Fault that it makes, and how


@dataclass(frozen=True)
class Fault:
    """Wrong in what is answered (`behaviour`), how it is served, or what is deployed (`change`).

    `stage` is the good stage behind the proxy: `staging` where IAM matters, and for faults that
    take long, so that both stages have their share of the work. A `change` returns
    what undoes it. `unseen` says why the smoke tests cannot see the fault.
    """

    promise: str
    name: str
    description: str
    behaviour: Behaviour = pass_on
    tls: Callable[[trustme.CA], ssl.SSLContext] | None = None
    plain_http: bool = False
    change: Change | None = None
    stage: str = "local"
    unseen: str = ""

    @contextmanager
    def changed(self, clients: Clients, running: RunningStage) -> Iterator[None]:
        """Deploy the change, if any, for the duration of the block."""
        undo = self.change(clients, running) if self.change else lambda: None
        try:
            yield
        finally:
            undo()


def block(field: str) -> Callable[[Block], Block]:
    """Register a function as a building block: it makes this field of a fault that names it."""

    def register(function: Block) -> Block:
        BLOCKS[function.__name__] = field, function
        return function

    return register
