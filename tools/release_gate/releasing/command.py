"""`python -m tools.release_gate release SET --to staging,prod`: options, progress, exit code."""

from __future__ import annotations

import argparse
import os
import shlex
import signal
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from contract.smoke_user import SMOKE_USER
from contract.stages import STAGES
from tools.release_gate.problems import UndecidedError
from tools.release_gate.released_set import ReleasedSet
from tools.release_gate.releasing import release, report, storage
from tools.release_gate.releasing.release import NEITHER, Plan
from tools.release_gate.releasing.stage import Stage
from tools.release_gate.releasing.steps import SIGNALS, Steps

BAD = 1
HELP = "take a set through stages, and put the previous one back where it must"
EPILOG = (
    "Exit codes: 0 released, 1 refused or put back, 2 could not decide. With --status: 0 each"
    " stage holds this set or the one before, 1 one does not."
)


def add(commands: Any) -> None:
    """Add the command to those of the release gate."""
    parser = commands.add_parser("release", help=HELP, epilog=EPILOG)
    option = parser.add_argument
    option("set", type=Path, metavar="SET", help="a set made by `build`")
    option("--to", type=_names, required=True, metavar="STAGE,...", help="the stages, in order")
    option(
        "--keep",
        type=_keep,
        default="build/released",
        metavar="DIR|URL",
        help="a folder, or s3://BUCKET/PREFIX in the account of the stages, that holds the sets to"
        " go back to, and the locks (default: %(default)s)",
    )
    option(
        "--evidence",
        type=Path,
        default=Path("build"),
        metavar="DIR",
        help="holds evidence/ and mutation/ (default: %(default)s)",
    )
    option(
        "--watch",
        type=float,
        default=300.0,
        metavar="SECONDS",
        help="how long the alarms are watched after the smoke tests (default: %(default).0f)",
    )
    option(
        "--e2e-arguments",
        type=shlex.split,
        default=[],
        metavar="TEXT",
        help="of pytest for the e2e suite, as '-n 2'; the evidence says what they leave out",
    )
    option("--smoke-user", default=SMOKE_USER, metavar="ID", help="default: %(default)s")
    option(
        "--deploy-profile",
        action="append",
        default=[],
        metavar="STAGE=PROFILE",
        help="the AWS profile that deploys a stage (default: the AWS environment)",
    )
    option(
        "--verify-profile",
        action="append",
        default=[],
        metavar="STAGE=PROFILE",
        help="the AWS profile that reads and tests a stage (default: the one that deploys)",
    )
    option(
        "--stage-url",
        action="append",
        default=[],
        metavar="STAGE=URL",
        help="instead of the stack's output, for a stage whose domain is another",
    )
    option("--resume", action="store_true", help="go on with an interrupted release of this set")
    option("--status", action="store_true", help="only read back what each stage holds")
    option(
        "--output",
        type=Path,
        default=Path("build/release"),
        metavar="DIR",
        help="where logs and the verdict go (default: %(default)s)",
    )
    parser.set_defaults(action=run)


def run(options: argparse.Namespace) -> int:
    """Release, or tell the status; return the exit code. Raises UndecidedError."""
    candidate = release.load(options.set)
    plan = Plan(
        candidate=candidate,
        stages=_stages(options, candidate),
        keep=options.keep,
        evidence=options.evidence,
        watch_seconds=options.watch,
        smoke_user=options.smoke_user,
        resume=options.resume,
        e2e_arguments=tuple(options.e2e_arguments),
    )
    return _status(plan) if options.status else go(plan, options.output)


def go(plan: Plan, output: Path) -> int:
    """Release with a log of each step in a new folder of `output`; print how it ended."""
    folder = output / f"{time.strftime('%Y%m%d-%H%M%S')}-{os.getpid()}"
    try:
        folder.mkdir(parents=True)
    except OSError as error:
        raise UndecidedError(f"--output {output}: {error.strerror}") from None
    for warning in release.warnings(plan):
        _say(f"warning: {warning}")
    steps = Steps(folder, _say)
    _interrupt_on_signals()
    try:
        outcome = release.release(plan, steps)
    except KeyboardInterrupt:
        raise UndecidedError(
            "interrupted: --status says what each stage holds, --resume goes on"
        ) from None
    report.show(folder, plan, outcome, steps)
    return outcome.exit_code


def _interrupt_on_signals() -> None:
    """Let a lost connection and SIGTERM do what Ctrl-C does, but honour nohup."""
    for number in SIGNALS:
        if number != signal.SIGHUP or signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, signal.default_int_handler)


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def _status(plan: Plan) -> int:
    rows = list(release.status(plan))
    for stage, state, sentence in rows:
        print(f"{stage.name}: {state}: {sentence}")
    return BAD if any(state == NEITHER for _, state, _ in rows) else 0


def _keep(text: str) -> str:
    try:
        storage.is_url(text)
    except ValueError as problem:
        raise argparse.ArgumentTypeError(str(problem)) from None
    return text


def _names(text: str) -> list[str]:
    names = text.split(",")
    unknown = [name for name in names if name not in STAGES]
    if unknown or len(set(names)) < len(names):
        known = ", ".join(STAGES)
        raise argparse.ArgumentTypeError(f"{text!r}: each of {known} at most once, with commas")
    return names


def _stages(options: argparse.Namespace, candidate: ReleasedSet) -> list[Stage]:
    deploying = _by_stage("--deploy-profile", options.deploy_profile, options.to)
    verifying = _by_stage("--verify-profile", options.verify_profile, options.to)
    urls = _by_stage("--stage-url", options.stage_url, options.to)
    return [
        Stage(
            name=name,
            stack_name=candidate.template(name).stack_name,
            environment=_profile(deploying.get(name)) or {},
            verifying=_profile(verifying.get(name)),
            url=urls.get(name),
        )
        for name in options.to
    ]


def _profile(name: str | None) -> dict[str, str] | None:
    return {"AWS_PROFILE": name} if name else None


def _by_stage(option: str, rows: Sequence[str], allowed: Sequence[str]) -> dict[str, str]:
    pairs = [row.partition("=") for row in rows]
    for name, _, value in pairs:
        if name not in allowed or not value:
            raise UndecidedError(f"{option} {name}={value}: STAGE=... of {', '.join(allowed)}")
    return {name: value for name, _, value in pairs}
