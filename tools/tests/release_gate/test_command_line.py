"""The gate as a program: its decisions, its exit codes, its reports and its one-line errors."""

from __future__ import annotations

import json
import random
import shutil
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import jsonschema
import pytest

from tools.release_gate import released_set
from tools.release_gate.__main__ import main
from tools.release_gate.reports import data
from tools.template import Template
from tools.tests.release_gate import sets

Check = Callable[..., int]
PROTECTION = "deletion-protection-removed"
REPORTS = {"verdict.json", "junit.xml", "verdict.sarif", "index.html"}


def unprotect(body: dict[str, Any]) -> None:
    table = _only(body, "AWS::DynamoDB::GlobalTable")
    table["Properties"]["Replicas"][0]["DeletionProtectionEnabled"] = False


@pytest.fixture
def output(tmp_path: Path) -> Path:
    return tmp_path / "reports"


@pytest.fixture
def check(output: Path, base_set: Path) -> Check:
    """`check(candidate, ...)` compares with the base set, without evidence unless named."""

    def run(
        candidate: Path, *more: str, deployed: Path | None = base_set, stage: str = "prod"
    ) -> int:
        words = ["check", "--candidate", str(candidate), "--stage", stage, "--output", str(output)]
        against = ["--deployed", str(deployed)] if deployed else []
        alone = [] if "--evidence" in more else ["--compare-only"]
        return main([*words, *against, *alone, *more])

    return run


@pytest.fixture(scope="module")
def bad(base_set: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A candidate without deletion protection; nobody edits it."""
    return sets.edited(base_set, tmp_path_factory.mktemp("candidates") / "bad", unprotect)


def test_same_set_is_released(check: Check, base_set: Path, output: Path) -> None:
    assert check(base_set) == 0
    assert _verdict(output)["decision"] == "release"
    assert {file.name for file in output.iterdir()} == REPORTS


def test_bad_set_is_refused(
    check: Check, bad: Path, output: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert check(bad) == 1
    (finding,) = _verdict(output)["findings"]
    assert (finding["id"], finding["construct"]) == (PROTECTION, "Users/Resource")
    assert "refuse to prod: 1 findings, 0 allowed" in capsys.readouterr().out


def test_first_release_says_so(check: Check, base_set: Path, output: Path) -> None:
    assert check(base_set, deployed=None) == 0
    assert _verdict(output)["deployed"] is None
    assert _verdict(output)["notes"][0].startswith("First release")


@pytest.mark.parametrize("wrapped", [False, True])
def test_template_is_compared_with_candidate(
    check: Check, base_set: Path, bad: Path, tmp_path: Path, wrapped: bool
) -> None:
    """As it is, or as `get-template` answers."""
    template = Template.in_assembly(base_set / "prod").body
    file = tmp_path / "deployed.json"
    file.write_text(json.dumps({"TemplateBody": template} if wrapped else template))
    assert check(base_set, deployed=file) == 0
    assert check(bad, deployed=file) == 1


def test_evidence_decides(check: Check, base_set: Path, tmp_path: Path, output: Path) -> None:
    evidence = sets.proven(base_set, tmp_path / "build")
    assert check(base_set, "--evidence", str(evidence)) == 0
    (evidence / "evidence" / "infra.json").unlink()
    assert check(base_set, "--evidence", str(evidence)) == 1
    assert [row["id"] for row in _verdict(output)["findings"]] == ["evidence-missing"]


def test_dirty_candidate_is_refused(base_set: Path, check: Check, tmp_path: Path) -> None:
    candidate = sets.copied(base_set, tmp_path / "dirty")
    sets.sealed(candidate, dirty=True)
    assert check(candidate, "--evidence", str(sets.proven(candidate, tmp_path / "build"))) == 1


def test_stage_without_demands_needs_no_evidence(check: Check, base_set: Path) -> None:
    assert check(base_set, stage="dev") == 0


# --- allowances ---------------------------------------------------------------


@pytest.mark.parametrize("name", [PROTECTION, f"{PROTECTION}:Users/Resource"])
def test_allowed_finding_is_released(check: Check, bad: Path, output: Path, name: str) -> None:
    words = ("--allow", name, "--reason", "A new table takes over.", "--until", "2999-12-31")
    assert check(bad, *words) == 0
    (finding,) = _verdict(output)["findings"]
    assert finding["allowed"] == {
        "reason": "A new table takes over.",
        "until": "2999-12-31",
        "source": "--allow",
    }


def test_reviewed_file_allows(base_set: Path, check: Check, tmp_path: Path) -> None:
    row = f'[[allow]]\nfinding = "{PROTECTION}"\nreason = "Moved."\nstage = "prod"\n'
    candidate = sets.edited(base_set, tmp_path / "candidate", unprotect)
    (candidate / "contract" / "allowances.toml").write_text(row)
    sets.sealed(candidate)
    assert check(candidate) == 0
    assert check(candidate, stage="staging") == 1


@pytest.mark.parametrize(
    ("words", "problem"),
    [
        (("--allow", PROTECTION), "needs a reason"),
        (("--allow", PROTECTION, "--reason", " "), "needs a reason"),
        (("--allow", "alarm-removed", "--reason", "x"), "matches no finding"),
        (("--allow", f"{PROTECTION}:Others", "--reason", "x"), "matches no finding"),
        (("--allow", PROTECTION, "--reason", "x", "--until", "2020-01-01"), "until 2020-01-01"),
        (("--allow", PROTECTION, "--reason", "x", "--until", "soon"), "is not a date"),
        (("--allow", "evidence-missing", "--reason", "x"), "cannot be allowed"),
        (("--allow", "evidence-of-another-template", "--reason", "x"), "cannot be allowed"),
    ],
)
def test_wrong_allowance_is_undecided(
    check: Check,
    bad: Path,
    output: Path,
    capsys: pytest.CaptureFixture[str],
    words: tuple[str, ...],
    problem: str,
) -> None:
    assert check(bad, *words) == 2
    _one_line(capsys, problem)
    assert not output.exists()


def test_reason_without_allowance_is_refused(check: Check, bad: Path) -> None:
    with pytest.raises(SystemExit) as end:
        check(bad, "--reason", "x")
    assert end.value.code == 2


# --- what cannot be decided ------------------------------------------------------


def _edit(path: str, edit: Callable[[str], str]) -> Callable[[Path], None]:
    def change(folder: Path) -> None:
        file = folder / path
        file.write_text(edit(file.read_text()))

    return change


def _resealed(edit: Callable[[dict[str, Any]], None]) -> Callable[[Path], None]:
    def change(folder: Path) -> None:
        base = folder.with_name("before")
        folder.rename(base)
        sets.edited(base, folder, edit)

    return change


def _conditional(body: dict[str, Any]) -> None:
    body["Conditions"] = {"Big": {"Fn::Equals": ["a", "a"]}}
    _only(body, "AWS::Lambda::Function")["Properties"]["MemorySize"] = {"Fn::If": ["Big", 1, 2]}


def _parameter(body: dict[str, Any]) -> None:
    body["Parameters"] = {"Memory": {"Type": "Number"}}
    _only(body, "AWS::Lambda::Function")["Properties"]["MemorySize"] = {"Ref": "Memory"}


def _exists_sometimes(body: dict[str, Any]) -> None:
    body["Conditions"] = {"Never": {"Fn::Equals": ["a", "b"]}}
    _only(body, "AWS::DynamoDB::GlobalTable")["Condition"] = "Never"


def _unsealed(folder: Path) -> None:
    seal = json.loads((folder / "release.json").read_text())
    del seal["stages"]["prod"]["assembly"]
    (folder / "release.json").write_text(json.dumps(seal))


def _other_code(folder: Path) -> None:
    next(folder.glob("prod/asset.*/*/*.py")).write_text("pass\n")


TEMPLATE = "prod/UserApi-prod.template.json"
DAMAGED: dict[str, tuple[Callable[[Path], None], str]] = {
    "no set": (shutil.rmtree, "there is no such folder"),
    "half a set": (lambda folder: (folder / "release.json").unlink(), "not a released set"),
    "stage is gone": (lambda folder: shutil.rmtree(folder / "dev"), "cannot be read"),
    "seal is not JSON": (_edit("release.json", lambda text: text[:40]), "cannot be read"),
    "seal is a list": (_edit("release.json", lambda _: "[]"), "does not seal"),
    "seal lacks a hash": (_unsealed, "does not seal"),
    "template is edited": (_edit(TEMPLATE, lambda text: text.replace("prod", "live")), "edited"),
    "template is not JSON": (_edit(TEMPLATE, lambda text: text[:-9]), "is not JSON"),
    "manifest is edited": (
        _edit("prod/manifest.json", lambda text: text.replace("deploy-role", "any-role")),
        "not what was sealed",
    ),
    "code is edited": (
        _other_code,
        "not what was sealed",
    ),
    "contract is edited": (
        _edit("contract/promises.toml", lambda text: text + "\n"),
        "not what was sealed",
    ),
    "value by condition": (_resealed(_conditional), "uses Fn::If"),
    "value by parameter": (_resealed(_parameter), "uses the parameter Memory"),
    "resource by condition": (_resealed(_exists_sometimes), "condition Never"),
    "transform": (_resealed(lambda body: body.update(Transform="AWS::Include")), "has a Transform"),
}


@pytest.mark.parametrize("name", DAMAGED)
def test_damaged_candidate_is_undecided(
    base_set: Path,
    check: Check,
    tmp_path: Path,
    output: Path,
    capsys: pytest.CaptureFixture[str],
    name: str,
) -> None:
    damage, problem = DAMAGED[name]
    damage(folder := sets.copied(base_set, tmp_path / "candidate"))
    assert check(folder) == 2
    _one_line(capsys, problem)
    assert not output.exists()


def test_damaged_deployed_set_is_undecided(base_set: Path, check: Check, tmp_path: Path) -> None:
    deployed = sets.copied(base_set, tmp_path / "deployed")
    DAMAGED["template is edited"][0](deployed)
    assert check(base_set, deployed=deployed) == 2


def test_unknown_stage_is_undecided(
    base_set: Path, check: Check, capsys: pytest.CaptureFixture[str]
) -> None:
    assert check(base_set, stage="qa") == 2
    _one_line(capsys, "has no stage 'qa': allowed is")


@pytest.mark.parametrize("text", ["", "{", "[]", '{"commit": "x", "dirty": false, "time": "soon"}'])
def test_unreadable_evidence_is_undecided(
    base_set: Path, check: Check, tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str
) -> None:
    evidence = sets.proven(base_set, tmp_path / "build")
    (evidence / "evidence" / "unit.json").write_text(text)
    assert check(base_set, "--evidence", str(evidence)) == 2
    _one_line(capsys, "is not evidence")


def test_missing_evidence_folder_is_undecided(base_set: Path, check: Check, tmp_path: Path) -> None:
    assert check(base_set, "--evidence", str(tmp_path / "nowhere")) == 2


def test_parameter_that_nothing_uses_is_no_matter(
    base_set: Path, check: Check, tmp_path: Path
) -> None:
    def edit(body: dict[str, Any]) -> None:
        body["Parameters"] = {"BootstrapVersion": {"Type": "String", "Default": "6"}}

    assert check(sets.edited(base_set, tmp_path / "candidate", edit)) == 0


ODD: tuple[Any, ...] = (None, "odd", 7, [], {}, ["odd"], [{"odd": "odd"}], {"Ref": "Nothing"})


@pytest.mark.parametrize("number", range(40))
def test_odd_template_brings_findings_or_one_line(
    base_set: Path, tmp_path: Path, number: int
) -> None:
    """A value of any property of any resource may be of any shape."""
    choice = random.Random(number)
    original = Template.in_assembly(base_set / "prod")
    places = [(r.logical_id, name) for r in original.resources() for name in r.properties]
    body = original.copy()
    for resource, name in choice.sample(places, 5):
        body["Resources"][resource]["Properties"][name] = choice.choice(ODD)
    (tmp_path / "odd.json").write_text(json.dumps(body))
    sides = [("--candidate", base_set), ("--deployed", tmp_path / "odd.json")]
    words = [str(word) for side in sides for word in side]
    output = ["--output", str(tmp_path / "reports")]
    assert main(["check", *words, *output, "--stage", "prod", "--compare-only"]) in (0, 1, 2)


# --- building -------------------------------------------------------------------


def test_build_seals_every_stage(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["build", "--output", str(tmp_path / "set")]) == 0
    built = released_set.load(tmp_path / "set")
    assert f"{', '.join(built.stages)} of commit" in capsys.readouterr().out
    assert set(built.stages) == set(released_set.stage_settings())
    assert built.contract.promises
    assert set(built.seal["versions"]) >= {"python", "aws-cdk", "aws-cdk-lib", "botocore"}


def test_build_keeps_existing_folder(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "file").write_text("kept")
    assert main(["build", "--output", str(tmp_path)]) == 2
    _one_line(capsys, "exists already")
    assert [file.name for file in tmp_path.iterdir()] == ["file"]


# --- reports --------------------------------------------------------------------


def test_verdict_fits_its_schema(check: Check, bad: Path, output: Path) -> None:
    check(bad)
    schema = json.loads(data.SCHEMA.read_text())
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.Draft202012Validator(schema).validate(_verdict(output))
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.Draft202012Validator(schema).validate({**_verdict(output), "decision": "maybe"})


def test_junit_counts_refused_rules(check: Check, bad: Path, output: Path) -> None:
    check(bad)
    rules = ElementTree.parse(output / "junit.xml").getroot().find("testsuite[@name='rules']")
    assert rules is not None
    assert rules.get("failures") == "1"
    (failed,) = [case for case in rules if case.find("failure") is not None]
    assert failed.get("name") == PROTECTION


def test_sarif_points_to_source(check: Check, bad: Path, output: Path) -> None:
    check(bad)
    (run,) = json.loads((output / "verdict.sarif").read_text())["runs"]
    (result,) = run["results"]
    place = result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
    assert (result["ruleId"], result["level"], place) == (PROTECTION, "error", "stack/table.py")
    assert PROTECTION in {rule["id"] for rule in run["tool"]["driver"]["rules"]}


def test_page_loads_nothing_and_escapes(
    base_set: Path, check: Check, tmp_path: Path, output: Path
) -> None:
    def edit(body: dict[str, Any]) -> None:
        variables = _only(body, "AWS::Lambda::Function")["Properties"]["Environment"]["Variables"]
        variables["ALLOWED_ORIGINS"] = "https://<script>alert(1)</script>"

    check(sets.edited(base_set, tmp_path / "candidate", edit))
    page = (output / "index.html").read_text()
    assert "&lt;script&gt;" in page
    assert not any(word in page for word in ("<script", "<link", "src=", "@import", "url("))


def test_github_gets_annotations_and_summary(
    check: Check, bad: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Any
) -> None:
    summary = tmp_path / "summary.md"
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(summary))
    check(bad)
    assert "::error file=stack/table.py,line=" in capsys.readouterr().out
    assert f"| critical | {PROTECTION} | Users/Resource |" in summary.read_text()


def test_explanation_is_whole(check: Check, bad: Path, capsys: pytest.CaptureFixture[str]) -> None:
    check(bad, "--explain", PROTECTION)
    shown = capsys.readouterr().out
    assert "why:       A single call can delete the data." in shown
    assert f'--allow {PROTECTION}:Users/Resource --reason "..."' in shown


def test_check_takes_two_seconds_at_most(check: Check, bad: Path) -> None:
    started = time.process_time()
    check(bad)
    assert time.process_time() - started < 2


def _verdict(output: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((output / "verdict.json").read_text(encoding="utf-8"))
    return found


def _only(body: dict[str, Any], type_: str) -> dict[str, Any]:
    (found,) = [resource for resource in body["Resources"].values() if resource["Type"] == type_]
    resource: dict[str, Any] = found
    return resource


def _one_line(capsys: pytest.CaptureFixture[str], text: str) -> None:
    shown = capsys.readouterr()
    assert shown.out == ""
    assert shown.err.startswith("could not decide: ")
    assert shown.err.count("\n") == 1
    assert text in shown.err
