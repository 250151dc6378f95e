"""Shows what is being done: a spinner on a terminal, plain lines elsewhere."""

from __future__ import annotations

import time
from types import TracebackType
from typing import TextIO

from rich.console import Console


class Progress:
    """Call it with what begins now; what went before is then shown as done, with its seconds."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._console = Console(file=stream, highlight=False)
        self._status = self._console.status("", spinner="dots")
        self._doing = ""
        self._since = 0.0

    def __call__(self, text: str) -> None:
        self._done()
        self._doing, self._since = text, time.monotonic()
        if self._console.is_terminal:
            self._status.update(f"{text} ...")
            self._status.start()
        else:
            print(f"{text} ...", file=self._stream, flush=True)

    def __enter__(self) -> Progress:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if error is None:
            self._done()
        self._status.stop()

    def _done(self) -> None:
        if self._doing and self._console.is_terminal:
            seconds = time.monotonic() - self._since
            self._console.print(f"[green]✓[/] {self._doing} [dim]{seconds:.1f} s[/]")
        self._doing = ""
