"""What the evidence says: it is missing, of something else, old, or bad."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fnmatch import fnmatchcase
from typing import Any

from tools.evidence import BROKEN, KEPT
from tools.release_gate.findings import Change, Difference, rule
from tools.release_gate.settings import MAY_BE_LEFT_OUT


@rule(
    severity="critical",
    why="Nobody knows whether the promises of that level are kept.",
    allowable=False,
)
def evidence_missing(change: Change) -> Iterator[Difference]:
    """There is no evidence of a level that the stage demands."""
    if not change.proof:
        return
    demands = change.proof.demands
    for level in demands.levels:
        if level not in change.proof.tests:
            yield Difference(level, before=f"{change.stage} demands it", after="no evidence")
    for level in demands.mutation:
        if level not in change.proof.mutation:
            yield Difference(
                f"mutation of {level}", before=f"{change.stage} demands it", after="no evidence"
            )


@rule(severity="critical", why="What was tested is not what goes out.", allowable=False)
def evidence_of_another_commit(change: Change) -> Iterator[Difference]:
    """Evidence is of another commit, or it or the candidate is of a tree with uncommitted changes."""
    proof = change.proof
    if not proof:
        return
    if proof.dirty and (proof.demands.levels or proof.demands.mutation):
        yield Difference("(candidate)", before="a commit", after="a tree with changes")
    for evidence in proof.all():
        if evidence.commit != proof.commit:
            after = evidence.commit or "no commit"
            yield Difference(evidence.level, before=proof.commit, after=after)
        elif evidence.dirty:
            yield Difference(evidence.level, before="a commit", after="a tree with changes")


@rule(severity="critical", why="What was tested is not what goes out.", allowable=False)
def evidence_of_another_template(change: Change) -> Iterator[Difference]:
    """A level tested another template than the candidate's, or does not name the one it tested."""
    for evidence in change.proof.all() if change.proof else ():
        assert change.proof
        # The level of a stage, `e2e-staging`, has seen that stage's template and no other.
        stage = evidence.level.removeprefix("e2e-") if "e2e-" in evidence.level else change.stage
        if evidence.level.startswith("mutation of ") and not evidence.templates:
            continue
        wanted, seen = change.proof.digests.get(stage), evidence.templates.get(stage)
        if wanted != seen:
            yield Difference(evidence.level, before=wanted, after=seen or "no template")


CLOCKS_HOURS = -0.1  # by which two clocks may differ


@rule(
    severity="high",
    why="Services, certificates and data may have changed since then.",
    allowable=False,
)
def evidence_too_old(change: Change) -> Iterator[Difference]:
    """Evidence is older than the stage allows, or is dated in the future."""
    for evidence in change.proof.all() if change.proof else ():
        assert change.proof
        most = change.proof.demands.hours
        if not CLOCKS_HOURS <= evidence.hours <= most:
            yield Difference(
                evidence.level,
                before=f"at most {most:g} hours",
                after=f"{evidence.hours:.1f} hours",
            )


@rule(
    severity="critical",
    why="The candidate does not keep a promise, or the run did not succeed.",
    allowable=False,
)
def promise_broken(change: Change) -> Iterator[Difference]:
    """A test failed."""
    for level, evidence in change.proof.tests.items() if change.proof else ():
        broken = [n for n, s in evidence.content.get("promises", {}).items() if s == BROKEN]
        for promise in broken:
            yield Difference(promise, before="kept", after=f"broken at level {level}")
        failed = evidence.content.get("counts", {}).get("failed", 0)
        if not broken and (failed or evidence.content.get("exit_code") != 0):
            after = f"{failed} failed, exit code {evidence.content.get('exit_code')}"
            yield Difference(level, before="every test passes", after=after)


@rule(severity="high", why="Nobody knows whether it is kept.", allowable=False)
def promise_unproven(change: Change) -> Iterator[Difference]:
    """A promise was not tested at a level that the stage demands. Promises that only AWS can prove
    are not expected of the local stage.
    """
    proof = change.proof
    for kind in sorted(set(proof.demands.levels.values())) if proof else ():
        assert proof
        contents = [evidence.content for evidence in proof.of_kind(kind).values()]
        local = kind == "e2e" and all(content.get("local") for content in contents)
        for promise in change.contract.promises.values() if contents else ():
            statuses = {content.get("promises", {}).get(promise.id) for content in contents}
            asked = kind in promise.levels and not (local and promise.aws)
            if asked and statuses.isdisjoint((KEPT, BROKEN)):
                yield Difference(promise.id, before=f"proven at level {kind}", after="not run")


@rule(severity="high", why="A check that did not run cannot have found anything.", allowable=False)
def test_left_out(change: Change) -> Iterator[Difference]:
    """A test was deselected, skipped or not reached at a level that the stage demands."""
    proof = change.proof
    for level, kind in proof.demands.levels.items() if proof else ():
        assert proof
        if level not in proof.tests:
            continue
        content = proof.tests[level].content
        if not content.get("whole"):
            yield Difference(level, before="every test of the level", after="a part of them")
        ran = {test for other in proof.of_kind(kind).values() for test in _passed(other.content)}
        for test, why in _left_out(content).items():
            known = any(fnmatchcase(test, pattern) for pattern in MAY_BE_LEFT_OUT)
            if test not in ran and not known:
                yield Difference(test, before=f"runs at level {level}", after=why)


def _left_out(content: Mapping[str, Any]) -> dict[str, str]:
    """What was skipped or deselected, except what makes sense only on another kind of stage."""
    deselected = content.get("deselected", {})
    return {
        **dict.fromkeys(content.get("skipped", []), "skipped"),
        **{test: "deselected" for test, elsewhere in deselected.items() if not elsewhere},
    }


def _passed(content: Mapping[str, Any]) -> set[str]:
    tests = content.get("tests", {})
    return {name for name, test in tests.items() if test.get("outcome") == "passed"}


@rule(
    severity="high",
    why="The tests do not notice such a fault, so their success says nothing about it.",
    allowable=False,
)
def mutant_survived(change: Change) -> Iterator[Difference]:
    """A mutant survived, or there is no proof that the tests of a promise can fail."""
    proof = change.proof
    for level, evidence in proof.mutation.items() if proof else ():
        content = evidence.content
        for survivor in content.get("survivors", []):
            name = str(survivor.get("mutant", survivor))
            yield Difference(name, before=f"tests of level {level} fail", after="they pass")
        for broken in content.get("broken_rules", []):
            yield Difference(f"mutation of {level}", before="every rule kept", after=broken)
        proven = {kill.get("promise") for kill in content.get("kills", [])}
        for promise in change.contract.promises.values():
            unproven = level in promise.levels and promise.id not in proven
            if unproven and not (level == "e2e" and promise.aws):
                yield Difference(
                    promise.id, before=f"a named proof at level {level}", after="no proof"
                )
