"""Measures function and floor in turn, in processes of their own, on one table."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import IO, Any

ROOT = Path(__file__).resolve().parents[2]
NAMES = ("function", "floor")
_ENVIRONMENT = {
    "TABLE_NAME": "users",
    "AWS_REGION": "us-east-1",
    "AWS_DEFAULT_REGION": "us-east-1",
    "AWS_ACCESS_KEY_ID": "AKIDEXAMPLE",
    "AWS_SECRET_ACCESS_KEY": "wJalrXUtnFEMI",
    "AWS_SESSION_TOKEN": "x" * 400,  # a role's credentials have one
    "_X_AMZN_TRACE_ID": "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8",
}

Step = Callable[[str], None]


@dataclass(frozen=True)
class Figures:
    """Medians of one subject: CPU in ms, wall time in ms, peak memory in MB."""

    cold_cpu: float
    warm_cpu: float
    warm_wall: float
    peak: float


@dataclass(frozen=True)
class Measured:
    """Both subjects, and the bytes of the function's log line."""

    function: Figures
    floor: Figures
    log_bytes: int


@dataclass(frozen=True)
class _Subject:
    process: subprocess.Popen[str]
    log: IO[bytes]

    def ask(self, count: int) -> dict[str, float]:
        assert self.process.stdin
        print(count, file=self.process.stdin, flush=True)
        return self.answer()

    def answer(self) -> dict[str, float]:
        assert self.process.stdout
        line = self.process.stdout.readline()
        if not line:
            self.log.seek(0)
            raise RuntimeError(self.log.read().decode()[-500:])
        answer: dict[str, float] = json.loads(line)
        return answer


def measure(
    variables: dict[str, str], *, starts: int, rounds: int, requests: int, step: Step
) -> Measured:
    """Measure `starts` cold starts and `rounds` times `requests` warm requests of each.

    `variables` are the function's environment in the template. Raises RuntimeError where a
    subject does not run.
    """
    with _table() as url:
        environment = {**_clean(os.environ), **_ENVIRONMENT, **variables}
        environment["AWS_ENDPOINT_URL_DYNAMODB"] = url
        cold: dict[str, list[dict[str, float]]] = {name: [] for name in NAMES}
        for number in range(starts + 1):
            step(f"cold start {number} of {starts}")
            for name in NAMES:
                with _running(name, environment) as subject:
                    answer = subject.answer()
                if number:  # the first fills the system's caches
                    cold[name].append(answer)
        warm, log_bytes = _warm(environment, rounds, requests, step)
    function, floor = (_figures(cold[name], warm[name]) for name in NAMES)
    return Measured(function, floor, log_bytes)


def _warm(
    environment: dict[str, str], rounds: int, requests: int, step: Step
) -> tuple[dict[str, list[dict[str, float]]], int]:
    found: dict[str, list[dict[str, float]]] = {name: [] for name in NAMES}
    with ExitStack() as stack:
        subjects = {name: stack.enter_context(_running(name, environment)) for name in NAMES}
        for subject in subjects.values():
            subject.answer()
            subject.ask(100)
        for number in range(rounds):
            step(f"warm round {number + 1} of {rounds}")
            for name, subject in subjects.items():
                found[name].append(subject.ask(requests))
        log = subjects["function"].log
        log.seek(0)
        lengths = [len(line) for line in log]
    return found, round(median(lengths))


def _figures(cold: Sequence[dict[str, float]], warm: Sequence[dict[str, float]]) -> Figures:
    return Figures(
        cold_cpu=1000 * median(one["cpu"] for one in cold),
        warm_cpu=1000 * median(one["cpu"] for one in warm),
        warm_wall=1000 * median(one["wall"] for one in warm),
        peak=median(one["peak_mb"] for one in cold),
    )


@contextmanager
def _table() -> Iterator[str]:
    command = [sys.executable, "-m", "tools.benchmarks.table"]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, cwd=ROOT, stdin=pipe, stdout=pipe, text=True) as process:
        assert process.stdout
        yield process.stdout.readline().strip()
        assert process.stdin
        process.stdin.close()


@contextmanager
def _running(name: str, environment: dict[str, str]) -> Iterator[_Subject]:
    pipe = subprocess.PIPE
    with (
        tempfile.TemporaryFile() as log,
        subprocess.Popen(
            [sys.executable, "-m", "tools.benchmarks.subject", name],
            cwd=ROOT,
            env=environment,
            stdin=pipe,
            stdout=pipe,
            stderr=log,
            text=True,
        ) as process,
    ):
        yield _Subject(process, log)
        assert process.stdin
        process.stdin.close()


def _clean(environment: Any) -> dict[str, str]:
    """The environment without what would steer the AWS library."""
    return {name: value for name, value in environment.items() if not name.startswith("AWS_")}
