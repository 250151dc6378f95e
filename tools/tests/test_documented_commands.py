"""Every command of README and docs is run by a test: here, or where `ELSEWHERE` says.

The first deployment runs whole, in a copy of the repository with an empty home, against a local
stage. Five things are put in its way: `curl` leads AWS's host name to the emulator; tox is not
asked for the environment, which is that of this test; questions are answered with yes; `sleep` does
not wait; and `aws` and the app run in one process, which has loaded their packages.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import requests

from tools import summary
from tools.local_stage import display, node
from tools.local_stage.serving import RunningStage, serve
from tools.tests import documented

pytestmark = pytest.mark.programs

ROOT = Path(__file__).resolve().parents[2]
DEPLOYMENT = "docs/first-deployment.md"
PAGES = (
    "README.md",
    "CONTRIBUTING.md",
    *sorted(f"docs/{one.name}" for one in ROOT.glob("docs/*.md")),
)
LOCAL = "tools/tests/local_stage/test_development.py"
GATE = "tools/tests/release_gate"
RELEASED = f"{GATE}/whole_releases/test_workflow.py::test_jobs_release_set_to_staging_and_prod"
BY_HAND = f"{GATE}/whole_releases/test_workflow.py::test_going_back_by_hand_runs_as_typed"
INTERRUPTED = f"{GATE}/whole_releases/test_interruptions.py::test_interrupted_release_goes_on"
# How a command begins -> the test that runs it, the level of tox.ini, or the file that says it.
ELSEWHERE = {
    "make local": f"{LOCAL}::test_command_shows_stage_then_its_log_until_ctrl_c",
    "make test": ".ci/run",
    "make help": "tools/tests/test_documented_commands.py::test_make_help_lists_the_targets",
    "make unit": "unit",
    "make mutation ARGS": "mutation",
    "pytest tests_unit -k": "unit",
    "pip install ./tools/proof": "tools/tests/template/test_package.py"
    "::test_installed_command_proves_second_stack",
    "pytest tests_infra --template": "tools/tests/test_documented_commands.py"
    "::test_infra_suite_runs_on_template_of_file",
    "pytest tests_e2e --stage-url": "e2e",
    "pytest tools/tests/release_gate": "tools",
    "python -m tools.benchmarks scaling": "tools/tests/test_scaling.py"
    "::test_command_writes_page_and_pictures",
    "python -m tools.local_stage run": "e2e",
    "python -m tools.proof": "mutation",
    "python -m tools.release_gate build": f"{GATE}/test_command_line.py"
    "::test_build_seals_every_stage",
    "python -m tools.release_gate check": f"{GATE}/test_command_line.py::test_evidence_decides",
    "python -m tools.release_gate release": INTERRUPTED,
    "make release-gate": RELEASED,
    "make tools ARGS": f"{GATE}/test_workflows.py"
    "::test_tests_that_no_level_runs_are_run_for_each_commit",
    "aws s3 cp": BY_HAND,
    "python -m tarfile": BY_HAND,
    "make rehearse": "rehearse",
    "python -m tools.cdk deploy": BY_HAND,
    "python -m tools.tests.release_gate.contract_changes.fuzz": f"{GATE}/contract_changes"
    "/test_fuzz.py::test_every_break_is_reported",
    "python -m tools.tests.release_gate.permissions.fuzz": f"{GATE}/permissions"
    "/test_fuzz.py::test_every_widening_is_reported",
    "python -m tools.tests.release_gate.oracle": f"{GATE}/test_oracle.py"
    "::test_gate_refuses_what_cli_refuses",
    # What a run prints.
    "curl -i --cacert": f"{LOCAL}::test_command_shows_stage_then_its_log_until_ctrl_c",
    "curl --silent --show-error": "tools/tests/test_e2e_suite.py"
    "::test_curl_line_repeats_request_without_secrets",
}
CURL = r"""#!/bin/bash
for word; do
  words+=("$(sed -E 's|https://([a-z0-9]+)\.execute-api\.[^/]+/|ENDPOINT/_aws/execute-api/\1/|' <<<"$word")")
done
exec PROGRAM --cacert BUNDLE "${words[@]}"
"""  # noqa: E501 - one line of a shell script
# Both ask the program that has loaded their packages.
APP = """
import os, pathlib
theirs = {name: value for name, value in os.environ.items() if name.startswith(("CDK_", "JSII_"))}
words = ["app", "whole_app.py", *(f"{name}={value}" for name, value in theirs.items())]
pathlib.Path("FOLDER", "request").write_text("".join(f"{word}\\0" for word in words))
code, printed = pathlib.Path("FOLDER", "answer").read_text().split("\\n", 1)
print(printed, end="")
raise SystemExit(int(code))
"""
# Where logs are there at once, nobody has to wait for them.
FUNCTIONS = r"""
sleep() { :; }
aws() {
  printf '%s\0' aws "$@" >FOLDER/request
  { read -r code; cat; } <FOLDER/answer
  return "$code"
}
"""
MARK = "@@@ block"
README = (ROOT / "README.md").read_text(encoding="utf-8")
INDENTED_LINES = re.compile(r"^ {4}(.*)$", re.MULTILINE)


@pytest.mark.parametrize("page", PAGES)
def test_every_command_is_run_by_a_test(page: str) -> None:
    known = _deployment_lines()
    for command in documented.typed((ROOT / page).read_text(encoding="utf-8")):
        where = [file for start, file in ELSEWHERE.items() if command.startswith(start)]
        assert command in known or where, f"{page}: no test runs `{command}`"


@pytest.mark.parametrize("start", ELSEWHERE)
def test_named_test_is_there(start: str) -> None:
    where = ELSEWHERE[start]
    file, _, test = where.partition("::")
    if test:
        assert f"\ndef {test}(" in (ROOT / file).read_text(encoding="utf-8")
    elif "/" in where:
        assert start in (ROOT / file).read_text(encoding="utf-8")
    else:
        assert where in summary.levels()


def test_infra_suite_runs_on_template_of_file(
    assembly: Callable[[str], Path], tmp_path: Path
) -> None:
    (template,) = assembly("prod").glob("*.template.json")
    deployed = shutil.copy(template, tmp_path / "deployed.json")
    command = [sys.executable, "-m", "pytest", "tests_infra", "--template", str(deployed)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
    assert "[prod]" not in done.stdout


def test_readme_shows_what_make_local_prints(account: RunningStage) -> None:
    """But for the port, and whether the page's own port is free."""
    printed = display.welcome(account, "http://127.0.0.1:3000")
    shown = [
        line
        for line in INDENTED_LINES.findall(README)
        if re.match(r" *(Stage|page|Ask|URL|CA|curl -i)", line)
    ]
    assert len(shown) == 6
    for line in shown:
        assert line.replace("38761", str(account.port)) in printed.splitlines(), line


def test_readme_shows_how_make_test_ends() -> None:
    levels = summary.levels()
    green = {level: {"result": {"success": True, "duration": 0}} for level in levels}
    printed = [re.sub(r"\d+ s", "… s", line) for line in summary.lines(green, levels, "0")]
    shown = [line for line in INDENTED_LINES.findall(README) if line.endswith(("… s", "report"))]
    assert shown == [printed[0], *printed[-2:]]


def test_readme_shows_what_service_answers(account: RunningStage) -> None:
    found, unknown = (
        json.loads(block) for block in re.findall(r"```json\n(.*?)```", README, re.DOTALL)
    )
    for user, example, part in (("ada", found, "data"), ("nobody", unknown, "error")):
        answer = requests.get(
            f"{account.url}/user/{user}", verify=str(account.ca_bundle), timeout=20
        ).json()
        assert answer.keys() == example.keys()
        assert answer[part] == example[part]


def test_no_entry_is_stale() -> None:
    commands = [one for page in PAGES for one in documented.typed((ROOT / page).read_text("utf-8"))]
    stale = [start for start in ELSEWHERE if not any(one.startswith(start) for one in commands)]
    assert stale == []


def test_make_help_lists_the_targets() -> None:
    done = subprocess.run(["make", "help"], cwd=ROOT, capture_output=True, text=True, check=True)
    for target in ("local", "test", "deploy diff destroy", "mutation"):
        assert f"  {target} " in done.stdout


def test_first_deployment_runs_as_typed(copy: Path, account: RunningStage) -> None:
    page = (ROOT / DEPLOYMENT).read_text(encoding="utf-8")
    blocks = documented.session(page)
    outputs = _run([block.shell for block in blocks], copy, account)
    for block, output in zip(blocks, outputs, strict=True):
        lacking = documented.missing(block.shown, output)
        assert not lacking, f"after\n{block.shell}\ncame\n{output}\nwithout {lacking}"


def test_first_looks_run_as_typed(copy: Path, account: RunningStage) -> None:
    """What AWS answers is not known here; that each command runs is."""
    url = f"URL={account.url}"
    commands = documented.in_tables((ROOT / DEPLOYMENT).read_text(encoding="utf-8"))
    assert len(_run([url, *commands], copy, account)) == len(commands) + 1


def _deployment_lines() -> set[str]:
    page = (ROOT / DEPLOYMENT).read_text(encoding="utf-8")
    return {line for block in documented.session(page) for line in block.shell.splitlines()}


@pytest.fixture(scope="module")
def account(assembly: Callable[[str], Path]) -> Iterator[RunningStage]:
    with serve(stage="local", assembly=assembly("local")) as running:
        yield running


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory, account: RunningStage) -> Iterator[Path]:
    """A copy of the repository, as a clone has it, with the environment of this test in it."""
    folder = tmp_path_factory.mktemp("documented")
    copy = folder / "copy"
    listed = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard"], cwd=ROOT, capture_output=True, check=True
    )
    for name in listed.stdout.decode().splitlines():
        if (ROOT / name).exists():
            (copy / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, copy / name)
    for new in (copy / ".tox", copy / ".make" / "bin", folder / "bin", folder / "home"):
        new.mkdir(parents=True)
    (copy / ".tox" / "dev").symlink_to(sys.prefix)
    (copy / "node_modules").symlink_to(ROOT / "node_modules")
    _program(copy / ".make" / "bin" / "tox", "#!/bin/sh\n")
    (copy / "app.py").rename(copy / "whole_app.py")
    (copy / "app.py").write_text(APP.replace("FOLDER", str(folder)), encoding="utf-8")
    curl = CURL.replace("ENDPOINT", account.environment["AWS_ENDPOINT_URL"])
    curl = curl.replace("PROGRAM", str(shutil.which("curl")))
    curl = curl.replace("BUNDLE", str(account.ca_bundle))
    _program(folder / "bin" / "curl", curl)
    with _resident(copy, account):
        yield copy


def _program(file: Path, text: str) -> None:
    file.write_text(text, encoding="utf-8")
    file.chmod(0o755)


@contextmanager
def _resident(copy: Path, account: RunningStage) -> Iterator[None]:
    """Run the program that `aws` and the app ask."""
    for pipe in ("request", "answer"):
        os.mkfifo(copy.parent / pipe)
    command = [sys.executable, "-m", "tools.tests.resident", str(copy.parent)]
    process = subprocess.Popen(command, cwd=copy, env=_environment(copy, account))
    try:
        yield
    finally:
        process.kill()
        process.wait()


def _environment(copy: Path, account: RunningStage) -> dict[str, str]:
    theirs = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    return {
        **theirs,
        **account.environment,
        "HOME": str(copy.parent / "home"),
        "PATH": os.pathsep.join([str(copy.parent / "bin"), theirs["PATH"]]),
        "NODE_EXTRA_CA_CERTS": str(account.ca_bundle),
        "CDK_REQUIRE_APPROVAL": "never",
        "CDK_FORCE": "true",
        # What only makes the CLI faster.
        "CDK_VALIDATION": "false",
        "JSII_RUNTIME_PACKAGE_CACHE_ROOT": str(Path.home() / ".cache" / "aws" / "jsii"),
        "AWS_EC2_METADATA_DISABLED": "true",
    }


def _run(blocks: list[str], copy: Path, account: RunningStage) -> list[str]:
    """Type the blocks into one shell; return what each printed. Fails where one fails."""
    script = FUNCTIONS.replace("FOLDER", str(copy.parent))
    script += "".join(f"{block.rstrip()}\necho; echo '{MARK}'\n" for block in blocks)
    done = subprocess.run(
        ["bash", "-e", "-o", "pipefail", "-c", script],
        cwd=copy,
        env={**_environment(copy, account), "NODE_COMPILE_CACHE": str(node.COMPILE_CACHE)},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    outputs = done.stdout.split(f"\n{MARK}\n")
    assert done.returncode == 0, f"exit code {done.returncode} after\n{outputs[-1][-3000:]}"
    return outputs[:-1]
