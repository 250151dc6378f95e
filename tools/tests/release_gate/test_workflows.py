"""The workflows run what the tests run, hand on what they need, and may do no more than they must.

`whole_releases/test_workflow.py` runs the jobs of release.yml as typed.
"""

from __future__ import annotations

import re

import pytest

from tools.release_gate.__main__ import parser
from tools.tests.release_gate.workflows import (
    DOWNLOAD,
    FOLDER,
    NAMES,
    ROOT,
    UPLOAD,
    Job,
    body_of,
    jobs,
    words,
)

JOBS = [(workflow, job) for workflow in NAMES for job in jobs(workflow)]
LONG = ROOT / "tools" / "tests" / "release_gate" / "whole_releases"
PINNED = re.compile(r"uses: [\w-]+/[\w-]+@[0-9a-f]{40} # v[0-9.]+")


def _job(workflow: str, name: str) -> Job:
    return jobs(workflow)[name]


@pytest.mark.parametrize(("workflow", "name"), JOBS)
def test_job_has_one_command_at_most(workflow: str, name: str) -> None:
    assert len(_job(workflow, name).commands) == (0 if name == "attest" else 1)


@pytest.mark.parametrize(("workflow", "name"), JOBS)
def test_command_is_known_to_this_repository(workflow: str, name: str) -> None:
    """A target of the Makefile, with arguments that name tests, or that the gate takes."""
    targets = (ROOT / "Makefile").read_text(encoding="utf-8")
    for command in _job(workflow, name).commands:
        if command == ".ci/run":
            assert (ROOT / command).is_file()
            continue
        target, *arguments = words(command)
        assert re.search(rf"^(LEVELS :=.* )?{target}\b.*$", targets, re.MULTILINE)
        if target == "release-gate":
            parser().parse_args(arguments)
        if target == "tools":
            assert arguments == [str(LONG.relative_to(ROOT)), "--dist", "loadfile"]


@pytest.mark.parametrize(("workflow", "name"), JOBS)
def test_job_gets_artifacts_from_jobs_that_it_needs(workflow: str, name: str) -> None:
    job, known = _job(workflow, name), jobs(workflow)
    before = _before(job, known)
    given = {artifact for other in before for artifact in _given(known[other])}
    assert set(job.artifacts(DOWNLOAD)) <= given


def _before(job: Job, known: dict[str, Job]) -> set[str]:
    """The jobs that have ended when a job begins."""
    return {*job.needs, *(name for need in job.needs for name in _before(known[need], known))}


def _given(job: Job) -> set[str]:
    """The names of the artifacts of a job, with each version of Python of its matrix."""
    versions = job.body.get("strategy", {}).get("matrix", {}).get("python", [""])
    names = job.artifacts(UPLOAD)
    return {n.replace("${{ matrix.python }}", str(v)) for n in names for v in versions}


@pytest.mark.parametrize(("workflow", "name"), JOBS)
def test_paths_of_command_are_handed_over(workflow: str, name: str) -> None:
    """Each folder in build/ that the gate reads comes from an artifact, or it writes it itself."""
    job = _job(workflow, name)
    for command in job.commands:
        target, *arguments = [""] if command == ".ci/run" else words(command)
        reads = target == "release-gate"
        read = {word for word in arguments[1:] if reads and word.startswith("build")}
        written = {path.rstrip("/") for paths in job.artifacts(UPLOAD).values() for path in paths}
        got = {path for paths in job.artifacts(DOWNLOAD).values() for path in paths}
        assert read <= written | got


@pytest.mark.parametrize(("workflow", "name"), JOBS)
def test_job_may_do_no_more_than_it_must(workflow: str, name: str) -> None:
    job = _job(workflow, name)
    permissions = dict(job.body["permissions"])
    releases = any("release build/candidate" in command for command in job.commands)
    expected = {"contents": "read"}
    if releases:
        expected["id-token"] = "write"
    if name == "attest":
        expected = {"attestations": "write", "id-token": "write"}
    assert permissions == expected
    assert ("environment" in job.body) == releases
    assert job.body["timeout-minutes"] <= 60


@pytest.mark.parametrize("workflow", NAMES)
def test_workflow_has_no_rights_of_its_own_and_does_not_run_twice_at_once(workflow: str) -> None:
    body = body_of(workflow)
    assert body["permissions"] == {}
    assert body["concurrency"]["group"]
    assert body["concurrency"]["cancel-in-progress"] is (workflow == "ci")


@pytest.mark.parametrize("workflow", NAMES)
def test_actions_are_pinned_by_hash_with_version_as_comment(workflow: str) -> None:
    lines = (FOLDER / f"{workflow}.yml").read_text(encoding="utf-8").splitlines()
    used = [line for line in lines if "uses:" in line]
    assert used
    assert [line for line in used if not PINNED.search(line)] == []


def test_tests_that_no_level_runs_are_run_for_each_commit() -> None:
    assert list(LONG.glob("test_*.py"))
    commands = [job.commands for job in jobs("ci").values() if "if" not in job.body]
    assert len([words for words in commands if f" {LONG.name}" in words[0].replace("/", " ")]) == 1


def test_oldest_and_newest_python_are_tested() -> None:
    versions = jobs("ci")["test"].body["strategy"]["matrix"]["python"]
    required = re.search(r'requires-python = ">=([\d.]+)"', (ROOT / "pyproject.toml").read_text())
    assert required
    assert versions[0] == required[1]
    assert len(versions) == 2


def test_release_tests_first_and_takes_sealed_set_through_each_stage() -> None:
    found = jobs("release")
    assert {name: job.needs for name, job in found.items()} == {
        "prove": [],
        "build": [],
        "attest": ["build"],
        "staging": ["prove", "build"],
        "prod": ["staging"],
    }
    for stage in ("staging", "prod"):
        assert found[stage].body["environment"] == stage
        assert words(found[stage].commands[0])[:5] == [
            *("release-gate", "release", "build/candidate", "--to", stage)
        ]
