"""The cache of synthesized assemblies, on a small project whose synthesis leaves a trace."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tools import assemblies

# Appends to `runs`, and writes a template for each of two stages that holds stack/part.txt.
STACK = """
import os, sys, time
from pathlib import Path
with open("runs", "a") as runs:
    runs.write("run" + os.environ.get("CDK_CONTEXT_JSON", "") + os.environ["JSII_DEPRECATED"])
    runs.write(os.environ.get("NODE_COMPILE_CACHE", ""))
part = Path("stack/part.txt").read_text()
for stage in ("dev", "prod"):
    folder = Path(sys.argv[2], stage)
    folder.mkdir(parents=True)
    (folder / f"UserApi-{stage}.template.json").write_text(f'{{"part": "{part}"}}')
    if part == "bad":
        sys.exit("first line\\nstage prod: key 'memory_mb' is 5")
    if part == "finding":
        sys.exit("ERROR no validation\\nAcknowledge with 'X'")
    time.sleep(0.1)
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    for name in ("stack", "contract", "lambda_function", "requirements"):
        (tmp_path / name).mkdir()
    for name in ("app.py", "cdk.json", "requirements/dev.txt", "lambda_function/handler.py"):
        (tmp_path / name).touch()
    (tmp_path / "stack" / "__main__.py").write_text(STACK, encoding="utf-8")
    (tmp_path / "stack" / "part.txt").write_text("good", encoding="utf-8")
    return tmp_path


@pytest.fixture
def synthesize(project: Path) -> Callable[[], Path]:
    return lambda: assemblies.assemblies(root=project, report=lambda _: None)


def runs(project: Path) -> int:
    return (project / "runs").read_text(encoding="utf-8").count("run")


def cached(project: Path) -> list[str]:
    entries = (project / assemblies.CACHE).iterdir()
    return sorted(entry.name for entry in entries if entry.is_dir() and not entry.is_symlink())


def test_assembly_holds_template_of_its_stage(project: Path) -> None:
    folder = assemblies.assembly("prod", root=project)
    assert folder.relative_to(project / assemblies.CACHE).parts[1:] == ("prod",)
    assert (folder / "UserApi-prod.template.json").read_text(encoding="utf-8") == '{"part": "good"}'


def test_second_call_runs_nothing(project: Path, synthesize: Callable[[], Path]) -> None:
    assert synthesize() == synthesize()
    assert runs(project) == 1


@pytest.mark.parametrize(
    "source", ["stack/part.txt", "lambda_function/handler.py", "cdk.json", "requirements/dev.txt"]
)
def test_changed_source_is_synthesized(
    project: Path, synthesize: Callable[[], Path], source: str
) -> None:
    before = synthesize()
    (project / source).write_text("changed", encoding="utf-8")
    assert synthesize() != before
    assert runs(project) == 2


def test_current_leads_to_assemblies_of_last_call(
    project: Path, synthesize: Callable[[], Path]
) -> None:
    for content in ("one", "two"):
        (project / "stack" / "part.txt").write_text(content, encoding="utf-8")
        assert synthesize() == (project / assemblies.CACHE / "current").resolve()


def test_new_and_removed_sources_are_noticed(project: Path, synthesize: Callable[[], Path]) -> None:
    before = synthesize()
    (project / "contract" / "new.json").touch()
    with_new_file = synthesize()
    (project / "contract" / "new.json").unlink()
    assert with_new_file != before
    assert synthesize() == before


def test_compiled_sources_change_nothing(project: Path, synthesize: Callable[[], Path]) -> None:
    before = synthesize()
    (project / "stack" / "__pycache__").mkdir(exist_ok=True)
    (project / "stack" / "__pycache__" / "part.pyc").touch()
    assert synthesize() == before


def test_two_processes_share_one_synthesis(project: Path) -> None:
    ask = "import sys; from pathlib import Path; from tools import assemblies\n"
    ask += "print(assemblies.assembly('prod', root=Path(sys.argv[1])).name)"
    command = [sys.executable, "-c", ask, str(project)]
    asking = [
        subprocess.Popen(command, cwd=assemblies.ROOT, stdout=subprocess.PIPE, text=True)
        for _ in range(2)
    ]
    assert [process.communicate()[0] for process in asking] == ["prod\n"] * 2
    assert runs(project) == 1


def test_broken_stack_ends_with_its_reason_and_is_not_cached(
    project: Path, synthesize: Callable[[], Path]
) -> None:
    (project / "stack" / "part.txt").write_text("bad", encoding="utf-8")
    with pytest.raises(assemblies.SynthesisError) as broken:
        synthesize()
    assert str(broken.value).splitlines()[-1] == "stage prod: key 'memory_mb' is 5"
    assert broken.value.code == 1
    assert cached(project) == []


def test_finding_of_synthesis_names_file_of_accepted_ones(
    project: Path, synthesize: Callable[[], Path]
) -> None:
    (project / "stack" / "part.txt").write_text("finding", encoding="utf-8")
    with pytest.raises(assemblies.SynthesisError) as broken:
        synthesize()
    assert "stack/acknowledgements.py" in str(broken.value).splitlines()[-1]


def test_unknown_stage_is_refused_with_what_is_allowed(project: Path) -> None:
    with pytest.raises(assemblies.SynthesisError) as unknown:
        assemblies.assembly("nope", root=project)
    assert str(unknown.value) == "stage 'nope' is not known: allowed is dev, prod"
    assert unknown.value.code == 2


def test_user_cannot_change_the_synthesis_by_a_variable(
    project: Path, synthesize: Callable[[], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CDK_CONTEXT_JSON", "other")
    monkeypatch.setenv("JSII_DEPRECATED", "quiet")
    monkeypatch.setenv("NODE_COMPILE_CACHE", "cache")  # jsii's paths are new each time
    synthesize()
    assert (project / "runs").read_text(encoding="utf-8") == "runfail"


def test_unused_entries_and_leftovers_are_removed(
    project: Path, synthesize: Callable[[], Path]
) -> None:
    long_ago = time.time() - assemblies.KEPT_SECONDS - 1
    for name in ("old", "recent", "new-of-a-killed-process"):
        (project / assemblies.CACHE / name).mkdir(parents=True)
    os.utime(project / assemblies.CACHE / "old", (long_ago, long_ago))
    new = synthesize().name
    assert cached(project) == sorted(["recent", new])


def test_command_line_prints_the_folder() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tools.assemblies", "--stage", "prod"],
        cwd=assemblies.ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert Path(done.stdout.strip()) == assemblies.assembly("prod")


def test_synthesis_does_not_know_that_pytest_asks() -> None:
    """Under pytest the CDK keeps its findings to itself, and a failed synthesis has no reason."""
    assert "PYTEST_CURRENT_TEST" in os.environ
    assert not [name for name in assemblies.environment() if name.startswith("PYTEST_")]
