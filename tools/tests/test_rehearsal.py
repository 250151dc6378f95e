"""The rehearsal: its corpus fits this checkout and the docs, and a wrong outcome turns it red."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tools import assemblies
from tools.rehearsal import __main__ as command
from tools.rehearsal import corpus, table, trial
from tools.rehearsal.corpus import BACK, REFUSED, RELEASED, UNDECIDED, Case, CorpusError
from tools.rehearsal.preparing import BESIDES, UNCOMMITTED
from tools.rehearsal.synthesis import Synthesizer, synthesizer
from tools.rehearsal.tree import Tree, copied
from tools.rehearsal.trial import ALARM_BEFORE, ALARM_LATER, Seen

pytestmark = pytest.mark.programs

CASES = corpus.load()
ROOT = assemblies.ROOT


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Tree:
    return copied(tmp_path_factory.mktemp("rehearsal") / "tree")


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Synthesizer]:
    with synthesizer(tmp_path_factory.mktemp("synthesizer") / "log") as running:
        yield running


def _named(name: str) -> Case:
    return next(case for case in CASES if case.name == name)


def test_every_case_applies_to_this_checkout(tree: Tree) -> None:
    assert tree.drifted(CASES) == []


def test_case_that_does_not_apply_is_named(tree: Tree) -> None:
    case = _named("import-error")
    drifted = replace(case, diff=case.diff.replace("-from lambda_function", "-from another"))
    (sentence,) = tree.drifted([drifted, _named("other-shape")])
    assert "case import-error does not apply to this checkout" in sentence
    assert "lambda_function/handler.py" in sentence


def test_cases_are_committed_one_by_one(tree: Tree) -> None:
    first, second = (tree.commit(_named(name)) for name in ("import-error", "other-shape"))
    assert len({first, second, tree.base}) == 3
    assert "metrics" not in (tree.folder / "lambda_function" / "handler.py").read_text()
    tree.check_out(first)
    assert "metrics" in (tree.folder / "lambda_function" / "handler.py").read_text()


def test_corpus_is_large_enough() -> None:
    good = [case for case in CASES if case.good]
    assert len(CASES) - len(good) >= 28
    assert len(good) >= 10
    assert {case.decision for case in CASES if case.quick} == set(corpus.DECISIONS)
    assert all(case.quick for case in CASES if not case.to and not case.good)
    assert sum(case.good and bool(case.to) for case in CASES) >= 10


def test_everything_beside_a_commit_is_known() -> None:
    known = {"", UNCOMMITTED, ALARM_BEFORE, ALARM_LATER, *BESIDES}
    assert {case.besides for case in CASES} == known


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("Change: x\n\n", "the header Decision is missing"),
        ("Change: x\nDecision: perhaps\nReason: y\n\n", "one of released, refused"),
        ("Change: x\nDecision: refused\n\n", "Reason: of the bad ones alone"),
        ("Change: x\nDecision: released\nReason: y\n\n", "Reason: of the bad ones alone"),
        ("Change: x\nDecision: refused\nWhy: y\n\n", "Why: allowed is"),
    ],
)
def test_wrong_case_is_named(tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / "odd.patch").write_text(text)
    with pytest.raises(CorpusError, match=re.escape(message)) as error:
        corpus.load(tmp_path)
    assert "odd.patch" in str(error.value)


@pytest.mark.parametrize(
    ("seen", "good"),
    [
        (Seen(REFUSED, "one, two"), True),
        (Seen(REFUSED, "one"), False),
        (Seen(REFUSED, "one, two, three"), False),
        (Seen(RELEASED), False),
        (Seen(UNDECIDED, "one, two"), False),
    ],
)
def test_check_is_expected_with_exactly_its_findings(seen: Seen, good: bool) -> None:
    case = Case("x", "a change", REFUSED, "one, two", "")
    problem = seen.problem(case)
    assert bool(problem) is not good
    assert good or problem.startswith("x: expected: refused (one, two); seen: ")


@pytest.mark.parametrize(
    ("case", "seen", "good"),
    [
        (Case("x", "", BACK, "smoke prod", "", to=("prod",)), Seen(BACK, "smoke prod: no"), True),
        (Case("x", "", BACK, "smoke prod", "", to=("prod",)), Seen(BACK, "deploy prod"), False),
        (Case("x", "", BACK, "smoke prod", "", to=("prod",)), Seen(REFUSED, "smoke prod"), False),
        (Case("x", "", RELEASED, "", "", to=("prod",)), Seen(RELEASED), True),
        (Case("x", "", RELEASED, "", "", to=("prod",)), Seen(BACK, "smoke prod"), False),
    ],
)
def test_release_is_expected_with_its_reason(case: Case, seen: Seen, good: bool) -> None:
    assert bool(seen.problem(case)) is not good


def test_synthesis_in_one_process_is_that_of_new_processes(
    tree: Tree, program: Synthesizer, tmp_path: Path
) -> None:
    """Also after another state of the same files, whose modules and assets are remembered."""
    for name in ("import-error", "memory-raised"):
        tree.commit(_named(name))
        program(tree.folder, tmp_path / name)
    tree.check_out(tree.base)
    program(tree.folder, tmp_path / "base")
    expected = assemblies.assemblies()
    for stage in ("prod", "staging"):
        assert _files(tmp_path / "base" / stage) == _files(expected / stage)
        assert _files(tmp_path / "import-error" / stage) != _files(expected / stage)


def test_sources_that_cannot_be_synthesized_are_reported(
    tree: Tree, program: Synthesizer, tmp_path: Path
) -> None:
    tree.check_out(tree.base)
    (tree.folder / "stack" / "names.py").write_text("raise ValueError('no names')\n")
    with pytest.raises(assemblies.SynthesisError, match="no names"):
        program(tree.folder, tmp_path / "none")


def _files(folder: Path) -> dict[str, bytes]:
    left_out = ("tree.json", "manifest.json", "validation-report.json")  # name the folder
    return {
        file.relative_to(folder).as_posix(): file.read_bytes()
        for file in sorted(folder.rglob("*"))
        if file.is_file() and file.name not in left_out
    }


@pytest.fixture
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of a rehearsal."""
    monkeypatch.setattr(command, "FOLDER", tmp_path / "rehearsal")
    return tmp_path / "rehearsal"


def test_wrong_outcome_ends_with_its_name(
    elsewhere: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    good, wrong = _named("table-moved"), _named("logs-kept-a-day")
    cases = [good, replace(wrong, reason="alarm-removed")]
    monkeypatch.setattr(corpus, "load", lambda: cases)
    assert command.main([]) == 1
    out, err = capsys.readouterr()
    assert f"ok  {good.name}: refused" in out
    assert f"BAD {wrong.name}: refused" in out
    assert "1 of 2 cases as expected" in out
    sentence = "expected: refused (alarm-removed); seen: refused (retention-changed)"
    assert f"{wrong.name}: {sentence}" in err
    assert set(json.loads((elsewhere / "results.json").read_text())) == {good.name, wrong.name}


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--only", "nothing"], "--only nothing: no case has this name"),
        (["--slowly"], "unrecognized arguments: --slowly"),
    ],
)
def test_wrong_argument_ends_with_one_line(
    words: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    try:
        code = command.main(words)
    except SystemExit as end:
        code = int(end.code or 0)
    assert code == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert message in line


def test_interrupted_rehearsal_leaves_no_program(tmp_path: Path) -> None:
    """Ctrl-C after the first emulator has started ends everything."""
    checkout = copied(tmp_path / "checkout").folder
    log = tmp_path / "log"
    with log.open("w") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "tools.rehearsal", "--only", "text-changed"],
            cwd=checkout,
            stdout=output,
            stderr=output,
            # also where a shell has the tests ignore it, as it does behind "&"
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
        )
    try:
        _wait(lambda: "cdk deploy" in log.read_text() or process.poll() is not None)
        process.send_signal(signal.SIGINT)
        assert process.wait(60) == command.INTERRUPTED, log.read_text()
    finally:
        process.kill()
    assert log.read_text().splitlines()[-1].startswith("interrupted")
    _wait(lambda: not _programs_in(checkout))


def _programs_in(folder: Path) -> list[str]:
    found = subprocess.run(
        ["ps", "axww", "-o", "args="], capture_output=True, text=True, check=True
    )
    return [line for line in found.stdout.splitlines() if str(folder) in line]


def _wait(condition: Callable[[], bool]) -> None:
    end = time.monotonic() + 120
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.1)


def test_table_of_docs_lists_exactly_the_corpus() -> None:
    rows = table.rows(table.PAGE.read_text(encoding="utf-8"))
    assert list(rows) == sorted(case.name for case in CASES), "make rehearse ARGS=--write"
    for case in CASES:
        cells = [cell.strip() for cell in rows[case.name].strip().strip("|").split("|")]
        assert cells[1:3] == [case.change, case.decision], "make rehearse ARGS=--write"
        assert cells[4] == table.real(case).replace("|", "/")
        assert case.good or cells[3]


def test_table_is_written_from_a_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    page = tmp_path / "releasing.md"
    page.write_text(f"before\n{table.BEGIN}{table.END}after\n")
    monkeypatch.setattr(table, "PAGE", page)
    seen = "smoke prod: FAILED tests_e2e/test_smoke.py::test_x - assert 0 (log: /tmp/x.log)"
    case = Case("slow", "It is slow.", BACK, "smoke", "", to=("prod",))
    table.write([case], {"slow": {"reason": seen, "exposed_seconds": 7.4}})
    text = page.read_text()
    assert text.startswith(f"before\n{table.BEGIN}")
    assert text.endswith(f"{table.END}after\n")
    reason = "smoke prod: `tests_e2e/test_smoke.py::test_x`; exposed for 7 s"
    assert f"| `slow` | It is slow. | put back | {reason} | smoke of prod |\n" in text


def test_release_that_leaves_no_verdict_is_not_decided(tmp_path: Path) -> None:
    (tmp_path / "release.log").write_text("could not decide: error: nobody is there\n")
    assert trial.verdict(tmp_path / "release", 2).decision == UNDECIDED


def test_release_that_gate_refused_has_its_findings(tmp_path: Path) -> None:
    folder = tmp_path / "release" / "20260101-000000"
    gate = folder / "gate-staging"
    gate.mkdir(parents=True)
    (folder / "release-verdict.json").write_text(
        json.dumps({"decision": REFUSED, "seen": "gate staging: red", "exposed_seconds": 0.0})
    )
    (gate / "verdict.json").write_text(
        json.dumps({"findings": [{"id": "promise-broken", "construct": "values-exact"}]})
    )
    seen = trial.verdict(tmp_path / "release", 1)
    assert seen == Seen(REFUSED, "gate staging: promise-broken (values-exact)")
