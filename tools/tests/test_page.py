"""The page of promises: complete, true to the ledger, never written from half of the evidence."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from contract import promises
from contract.promises import Promise
from tools.proof.promises import PAGE, main, page
from tools.proof.shared import evidence
from tools.proof.shared.command import CannotRunError
from tools.proof.shared.evidence import Kill, Summary

LEDGER = {
    "logs-kept": Promise("logs-kept", "Logs are kept.", ("unit", "infra"), "Logs"),
    "tls-floor": Promise("tls-floor", "TLS is new.", ("e2e",), "Clients", "It is Python's TLS."),
}
SUMMARY = Summary(broken=9, noticed=7, missed=1, false_alarms=2)
LOGS = Kill("logs-kept", "m1", "The logs\n go.", ("tests_infra/test_a.py::test_x[prod]",))
TLS = Kill("tls-floor", "old", "TLS 1.0 is spoken.", ("tests_e2e/test_tls.py::test_y",))
PROOF = re.compile(r"^- \*\*(?P<level>\w+)\*\*: .+ → (?P<tests>.+)$", re.MULTILINE)


def _evidence(folder: Path, *kills: Kill, levels: tuple[str, ...] = promises.LEVELS) -> None:
    for level in levels:
        own = [kill for kill in kills if level in LEDGER[kill.promise].levels]
        file = folder / f"{level}.json"
        evidence.write(file, level, stamp={}, summary=SUMMARY, kills=own, survivors=[], counts={})


def test_page_shows_what_was_broken_and_who_noticed(tmp_path: Path) -> None:
    _evidence(tmp_path, LOGS, TLS)
    text = page(LEDGER, tmp_path).markdown()
    assert "## Logs\n\n### logs-kept\n\nLogs are kept.\n" in text
    assert "- **infra**: The logs go. → `test_a.py::test_x`\n" in text
    assert "| infra | 1 of 1 | 9 mutants | 7 | 1 | 2 |\n" in text
    assert "| [logs-kept](#logs-kept) | ✓ | ✓ |  |" in text


def test_page_names_promise_that_aws_alone_proves(tmp_path: Path) -> None:
    _evidence(tmp_path, LOGS, TLS)
    text = page(LEDGER, tmp_path).markdown()
    assert "| [tls-floor](#tls-floor) |  |  | AWS |" in text
    assert "Proven on AWS only, shown on the local stage: It is Python's TLS.\n" in text


def test_page_names_three_tests_and_counts_others(tmp_path: Path) -> None:
    tests = tuple(f"tests_unit/test_a.py::test_{letter}[{n}]" for letter in "abcde" for n in "12")
    _evidence(tmp_path, Kill("logs-kept", "m1", "The logs go.", tests))
    text = page(LEDGER, tmp_path).markdown()
    assert "`test_a.py::test_a`, `test_a.py::test_b`, `test_a.py::test_c` and 2 more\n" in text


def test_page_counts_proofs_beyond_six(tmp_path: Path) -> None:
    kills = [Kill("tls-floor", f"m{n}", f"Way {n}.", TLS.tests) for n in range(8)]
    _evidence(tmp_path, *kills)
    text = page(LEDGER, tmp_path).markdown()
    assert "Way 5." in text
    assert "Way 6." not in text
    assert "- **e2e**: and 2 more.\n" in text


def test_html_page_shows_same_and_escapes(tmp_path: Path) -> None:
    _evidence(tmp_path, Kill("logs-kept", "m1", "`a < b` became `a > b`", LOGS.tests), TLS)
    text = page(LEDGER, tmp_path).html()
    assert "`a &lt; b` became `a &gt; b`" in text
    assert "test_a.py::test_x" in text
    assert "It is Python&#39;s TLS." in text
    assert not re.search(r"(src|href)=\"(?!#)", text)  # loads nothing


def test_unproven_promises_are_named(tmp_path: Path) -> None:
    _evidence(tmp_path, LOGS)
    assert page(LEDGER, tmp_path).unproven == ["tls-floor (e2e)"]


def test_missing_evidence_names_command_that_writes_it(tmp_path: Path) -> None:
    _evidence(tmp_path, levels=("unit", "e2e"))
    with pytest.raises(CannotRunError, match=r"infra\.json is missing: python -m tools"):
        page(LEDGER, tmp_path)


@pytest.mark.parametrize("text", ["", "[]", '{"kills": [{}]}', '{"kills": []}'])
def test_malformed_evidence_is_refused(tmp_path: Path, text: str) -> None:
    _evidence(tmp_path)
    (tmp_path / "unit.json").write_text(text)
    with pytest.raises(CannotRunError, match="is not the evidence of a run"):
        page(LEDGER, tmp_path)


def test_check_ignores_only_what_clock_decides(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(promises, "load", lambda: LEDGER)
    (tmp_path / "docs").mkdir()
    _evidence(tmp_path, LOGS, TLS)
    arguments = ["--evidence", str(tmp_path)]
    assert main(arguments) == 0
    written = PAGE.read_text(encoding="utf-8")
    PAGE.write_text(re.sub("Last run: .*", "Last run: 2001-01-01, commit x.", written))
    assert main([*arguments, "--check"]) == 0
    for before, after in [
        ("The logs go.", "The logs stay."),
        ("- **infra**: The logs go. → `test_a.py::test_x`", "- **infra**: The logs go. → `x`"),
        ("| infra | 1 of 1 |", "| infra | 0 of 1 |"),
    ]:
        assert before in written
        PAGE.write_text(written.replace(before, after))
        assert main([*arguments, "--check"]) == 1
    PAGE.write_text(written.replace("spoken. → `test_tls.py::test_y`", "spoken. → `another`"))
    assert main([*arguments, "--check"]) == 0


def test_committed_page_is_true_to_ledger_and_tests() -> None:
    """All of the page that no run is needed for; `tox -e mutation` checks the rest."""
    text = (promises.ROOT / PAGE).read_text(encoding="utf-8")
    sections = dict(re.findall(r"^### (\S+)\n\n(.+?)(?=\n##|\Z)", text, re.MULTILINE | re.DOTALL))
    ledger = promises.load()
    assert list(sections) == list(ledger)
    keepers = {(k.promise, k.level, k.test.rpartition("/")[2]) for k in promises.keepers()}
    for name, promise in ledger.items():
        assert sections[name].startswith(promise.sentence + "\n")
        proofs = list(PROOF.finditer(sections[name]))
        assert {proof["level"] for proof in proofs} == {*promise.levels}, name
        named = {
            (name, proof["level"], test)
            for proof in proofs
            for test in re.findall(r"`(test_\S+)`", proof["tests"])
        }
        assert named <= keepers, "run tox -e mutation, then python -m tools.proof promises"
