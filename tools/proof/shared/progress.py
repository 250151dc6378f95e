"""Progress of a run: a bar on a terminal, otherwise one plain line at the start."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

SECONDS_BETWEEN = 0.1


@contextmanager
def progress(label: str, total: int) -> Iterator[Callable[[int], None]]:
    """Yield a function that takes how many of `total` are done. Writes to standard error.

    The bar is drawn by the caller's own thread: a second thread would make it unsafe to fork.
    """
    console = Console(stderr=True, highlight=False)
    if not console.is_terminal:
        console.print(f"{label} ({total}) ...", soft_wrap=True)
        yield lambda _: None
        return
    columns = (TextColumn(label), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    bar = Progress(
        *columns,
        console=console,
        transient=True,
        auto_refresh=False,
        redirect_stdout=False,
        redirect_stderr=False,
    )
    with bar:
        task = bar.add_task(label, total=total)
        drawn = 0.0

        def advance(done: int) -> None:
            nonlocal drawn
            due = time.monotonic() - drawn > SECONDS_BETWEEN
            drawn = time.monotonic() if due else drawn
            bar.update(task, completed=done, refresh=due)

        yield advance
