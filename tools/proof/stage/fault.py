"""One way in which a stage is wrong, and the promise that it breaks."""

from __future__ import annotations

import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import trustme

from tests_e2e.proxy import Behaviour, pass_on
from tools.local_stage import RunningStage

HOST = "127.0.0.1"
Clients = Callable[[str], Any]  # service -> boto3 client that bypasses the proxy
Undo = Callable[[], object]
Change = Callable[[Clients, RunningStage], Undo]


@dataclass(frozen=True)
class Fault:
    """Wrong in what is answered (`behaviour`), how it is served, or what is deployed (`change`).

    `stage` is the good stage behind the proxy: `staging` where IAM matters, and for faults that
    take long, so that both stages have their share of the work. A `change` returns
    what undoes it.
    """

    promise: str
    name: str
    description: str
    behaviour: Behaviour = pass_on
    tls: Callable[[trustme.CA], ssl.SSLContext] | None = None
    plain_http: bool = False
    change: Change | None = None
    stage: str = "local"

    @contextmanager
    def changed(self, clients: Clients, running: RunningStage) -> Iterator[None]:
        """Deploy the change, if any, for the duration of the block."""
        undo = self.change(clients, running) if self.change else lambda: None
        try:
            yield
        finally:
            undo()


def certified(authority: trustme.CA, host: str = HOST) -> ssl.SSLContext:
    """Serve with a certificate of that name and, like AWS, with TLS 1.2 and 1.3."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(host).configure_cert(context)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context
