"""What is being done, where there is no terminal."""

from __future__ import annotations

import io

from tools.local_stage.progress import Progress


def test_plain_lines_where_there_is_no_terminal() -> None:
    stream = io.StringIO()
    with Progress(stream) as report:
        report("starting the emulator")
        report("cdk deploy [stack]")
    assert stream.getvalue() == "starting the emulator ...\ncdk deploy [stack] ...\n"
