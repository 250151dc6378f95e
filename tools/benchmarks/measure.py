"""Measures all subjects in turn, in processes of their own, on one table."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import IO, Any

from tools.benchmarks.tricks import TRICKS

ROOT = Path(__file__).resolve().parents[2]
NAMES = (
    "function",
    "floor",
    "table-resource",
    "powertools",
    *(f"without-{name}" for name in TRICKS),
)
# The X-Ray library, which Powertools' tracer uses, leaves this file where it takes itself to
# be in Lambda.
_XRAY_FOLDER = Path("/tmp/.aws-xray")
_ENVIRONMENT = {
    "TABLE_NAME": "users",
    "AWS_REGION": "us-east-1",
    "AWS_DEFAULT_REGION": "us-east-1",
    "AWS_ACCESS_KEY_ID": "AKIDEXAMPLE",
    "AWS_SECRET_ACCESS_KEY": "wJalrXUtnFEMI",
    "AWS_SESSION_TOKEN": "x" * 400,  # a role's credentials have one
    "_X_AMZN_TRACE_ID": "Root=1-5759e988-bd862e3fe1be46a994272793;Sampled=0",
}

_STAGE = {"LOG_LEVEL": "INFO", "ALLOWED_ORIGINS": "https://app.example.com", "CACHE_MAX_AGE": "0"}

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
    """The figures of every subject, one of NAMES, and the bytes of the function's log line."""

    of: Mapping[str, Figures]
    log_bytes: int

    @property
    def function(self) -> Figures:
        """The function as it is."""
        return self.of["function"]

    @property
    def floor(self) -> Figures:
        """The bare client."""
        return self.of["floor"]


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
    with answering_table(variables) as environment:
        cold: dict[str, list[dict[str, float]]] = {name: [] for name in NAMES}
        for number in range(starts + 1):
            step(f"cold start {number} of {starts}")
            for name in NAMES:
                with _running(name, environment) as subject:
                    answer = subject.answer()
                if number:  # the first fills the system's caches
                    cold[name].append(answer)
        warm, log_bytes = _warm(environment, rounds, requests, step)
    return Measured({name: _figures(cold[name], warm[name]) for name in NAMES}, log_bytes)


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
def answering_table(variables: Mapping[str, str] = _STAGE) -> Iterator[dict[str, str]]:
    """Serve the table; give a subject's environment, with these variables of the function."""
    with _no_trace_left(), _started("tools.benchmarks.table") as table:
        assert table.stdout
        url = table.stdout.readline().strip()
        # without what would steer the AWS library elsewhere
        theirs = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
        yield {**theirs, **_ENVIRONMENT, **variables, "AWS_ENDPOINT_URL_DYNAMODB": url}


def body(name: str, environment: dict[str, str]) -> Any:
    """Give the body of a handler's first answer."""
    with _running(name, environment) as subject:
        return json.loads(str(subject.answer()["body"]))


def _started(*words: str, **options: Any) -> subprocess.Popen[str]:
    """Start a module beside this one; it ends when its standard input does."""
    command = [sys.executable, "-m", *words]
    pipe = subprocess.PIPE
    return subprocess.Popen(command, cwd=ROOT, stdin=pipe, stdout=pipe, text=True, **options)


@contextmanager
def _running(name: str, environment: dict[str, str]) -> Iterator[_Subject]:
    if name == "powertools":  # which traces only where it takes itself to be in Lambda
        environment = {**environment, "LAMBDA_TASK_ROOT": str(ROOT)}
    with (
        tempfile.TemporaryFile() as log,
        _started("tools.benchmarks.subject", name, env=environment, stderr=log) as process,
    ):
        yield _Subject(process, log)


@contextmanager
def _no_trace_left() -> Iterator[None]:
    """Remove what the X-Ray library leaves, unless somebody else's was there before."""
    theirs = _XRAY_FOLDER.exists()
    try:
        yield
    finally:
        if not theirs:
            shutil.rmtree(_XRAY_FOLDER, ignore_errors=True)
