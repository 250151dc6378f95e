"""One check: reads the two sides and the evidence, applies every rule, and makes the verdict."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from contract.promises import Promise
from tools.evidence import template_digest
from tools.release_gate import allowances, decidable, proof, read_back, released_set, rules
from tools.release_gate.allowances import Allowance
from tools.release_gate.findings import Change, Contract, Finding
from tools.release_gate.problems import UndecidedError
from tools.release_gate.proof import Proof
from tools.release_gate.released_set import ReleasedSet
from tools.release_gate.settings import DEFAULT, DEMANDS
from tools.release_gate.verdict import PromiseStatus, Verdict, sort_key
from tools.template import Template, TemplateError

FIRST_RELEASE = "First release: nothing is deployed, so nothing was compared."
NO_CONTRACT = "The deployed side is only a template, so its promises are not known."
NO_EVIDENCE = "The evidence was not checked: this is only a comparison."


@dataclass(frozen=True)
class Request:
    """What `check` is asked. `second_opinion` may add findings to those of the rules.

    `evidence` is a folder with `evidence/` and `mutation/`; `compare_only` asks for none.
    """

    candidate: Path
    stage: str
    deployed: Path | None = None
    stack_name: str | None = None
    evidence: Path | None = None
    compare_only: bool = False
    allowances: tuple[Allowance, ...] = ()
    second_opinion: Callable[[Change], Iterable[Finding]] | None = None


@dataclass(frozen=True)
class Deployed:
    """The side that is deployed: its template, what was promised of it, and how it was read."""

    template: Template
    contract: Contract
    about: dict[str, Any]
    live: Mapping[str, tuple[str, str]]
    released: Template | None = None


def check(request: Request) -> Verdict:
    """Decide about a candidate. Raises UndecidedError."""
    started = time.monotonic()
    candidate = released_set.load(request.candidate)
    template = candidate.template(request.stage)
    decidable.check(template, f"candidate {request.stage}")
    deployed = _deployed(request, template.names)
    change = _change(request, candidate, template, deployed)
    found = sorted(set(_findings(request, change, first=deployed is None)), key=sort_key)
    allowed = _allowed(request, candidate, found)
    return Verdict(
        stage=request.stage,
        candidate={
            "commit": candidate.commit,
            "dirty": candidate.dirty,
            "template": template_digest(template.body),
            "versions": candidate.seal["versions"],
        },
        deployed=deployed.about if deployed else None,
        findings=tuple(sorted(found, key=lambda finding: finding in allowed)),
        allowed=allowed,
        promises=tuple(_promises(change)),
        notes=tuple(_notes(request, deployed)),
        time=datetime.now(UTC),
        seconds=round(time.monotonic() - started, 2),
    )


def _deployed(request: Request, paths: Mapping[str, str]) -> Deployed | None:
    released = _in_file_or_set(request.deployed, request.stage) if request.deployed else None
    if request.stack_name:
        template, live = read_back.read(request.stack_name, paths=paths)
        decidable.check(template, f"stack {request.stack_name}")
        contract = released.contract if released else Contract()
        about = {"stack": request.stack_name, "template": template_digest(template.body)}
        return Deployed(template, contract, about, live, released.template if released else None)
    return released


def _in_file_or_set(path: Path, stage: str) -> Deployed:
    if path.is_dir():
        found = released_set.load(path)
        template = found.template(stage)
        about = {"commit": found.commit, "template": template_digest(template.body)}
        contract = found.contract
    else:
        try:
            template = Template.load(path)
        except TemplateError as error:
            raise UndecidedError(str(error)) from None
        contract, about = Contract(), {"template": template_digest(template.body)}
    decidable.check(template, f"deployed {stage}")
    return Deployed(template, contract, about, {})


def _change(
    request: Request, candidate: ReleasedSet, template: Template, deployed: Deployed | None
) -> Change:
    return Change(
        stage=request.stage,
        candidate=template,
        deployed=deployed.template if deployed else template,
        contract=candidate.contract,
        deployed_contract=deployed.contract if deployed else candidate.contract,
        siblings=candidate.templates,
        settings=candidate.seal["settings"],
        live=deployed.live if deployed else {},
        released=deployed.released if deployed else None,
        proof=None if request.compare_only else _proof(request, candidate),
    )


def _proof(request: Request, candidate: ReleasedSet) -> Proof:
    wanted = Proof(
        commit=candidate.commit,
        dirty=candidate.dirty,
        digests={s: template_digest(t.body) for s, t in candidate.templates.items()},
        demands=DEMANDS.get(request.stage, DEMANDS[DEFAULT]),
    )
    return proof.read(request.evidence, wanted) if request.evidence else wanted


def _findings(request: Request, change: Change, *, first: bool) -> Iterable[Finding]:
    for name, rule in rules.load().items():
        try:
            yield from rule.findings(change)
        except (AttributeError, IndexError, KeyError, TypeError, ValueError) as error:
            raise UndecidedError(f"{name}: the templates have an odd shape ({error!r})") from error
    if request.second_opinion and not first:
        yield from request.second_opinion(change)


def _allowed(
    request: Request, candidate: ReleasedSet, found: list[Finding]
) -> dict[Finding, Allowance]:
    file = candidate.folder / released_set.CONTRACT / allowances.FILE
    fixed = frozenset(name for name, rule in rules.load().items() if not rule.RULE.allowable)
    asked = [*request.allowances, *allowances.in_file(file, request.stage)]
    return allowances.match(found, asked, fixed=fixed)


def _notes(request: Request, deployed: Deployed | None) -> Iterable[str]:
    if deployed is None:
        yield FIRST_RELEASE
    elif not deployed.contract.promises:
        yield NO_CONTRACT
    if request.compare_only:
        yield NO_EVIDENCE


def _promises(change: Change) -> Iterable[PromiseStatus]:
    for promise in change.contract.promises.values():
        levels = _levels(promise, change.proof) if change.proof else {}
        yield PromiseStatus(promise.id, promise.sentence, levels)


def _levels(promise: Promise, proof: Proof) -> dict[str, str]:
    """What each level says of a promise; those that count in addition, where they are there."""
    also = {name: kind for name, kind in proof.demands.also.items() if name in proof.tests}
    levels = {}
    for level, kind in {**proof.demands.levels, **also}.items():
        if kind in promise.levels:
            content = proof.tests[level].content if level in proof.tests else {}
            status = content.get("promises", {}).get(promise.id, "not run")
            only_aws = bool(kind == "e2e" and promise.aws and content.get("local"))
            unproven = "only on AWS" if only_aws else "not proven"
            levels[level] = status if status in ("kept", "broken") else unproven
    return levels
