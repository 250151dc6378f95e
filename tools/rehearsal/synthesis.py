"""Sets of one commit after another, synthesized in one process."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tools import assemblies
from tools.release_gate import released_set
from tools.release_gate.released_set import ReleasedSet

PROGRAM = Path(__file__).with_name("synthesizer.py")


@dataclass(frozen=True)
class Synthesizer:
    """A running program; its log is everything that the CDK prints."""

    process: subprocess.Popen[str]
    log: Path

    def build(self, root: Path, output: Path) -> ReleasedSet:
        """Build a set, as `python -m tools.release_gate build` does. Raises UndecidedError."""
        return released_set.build(output, report=lambda _: None, root=root, synthesize=self)

    def __call__(self, root: Path, output: Path) -> None:
        """Write an assembly for each stage of a checkout. Raises SynthesisError."""
        assert self.process.stdin
        assert self.process.stdout
        before = self.log.stat().st_size
        try:
            self.process.stdin.write(
                json.dumps([str(root.resolve()), str(output.resolve())]) + "\n"
            )
            self.process.stdin.flush()
        except BrokenPipeError:
            pass
        answer = self.process.stdout.readline().strip()
        if answer != "0":
            printed = self.log.read_bytes()[before:].decode(errors="replace")
            raise assemblies.SynthesisError(assemblies.reason(printed), int(answer or 2))


@contextmanager
def synthesizer(log: Path) -> Iterator[Synthesizer]:
    """Run the program for the duration of the block."""
    with log.open("w") as errors:
        process = subprocess.Popen(
            [sys.executable, str(PROGRAM)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
            env=assemblies.environment(),
            start_new_session=True,
        )
    try:
        yield Synthesizer(process, log)
    finally:
        process.kill()
        process.wait()
