"""The pinned CDK CLI as an oracle: what `cdk diff --fail-on` refuses, the gate must refuse, too.

`python -m tools.tests.release_gate.oracle` asks it about the whole corpus, which takes minutes.
"""

from __future__ import annotations

import functools
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tools import assemblies
from tools.local_stage import node
from tools.release_gate import released_set
from tools.template import Template
from tools.tests.release_gate.corpus import BAD, NEUTRAL, Case
from tools.tests.release_gate.corpus.draft import Draft, findings
from tools.tests.release_gate.corpus.draft import change as change_of

KINDS = ("destructive", "broadening")
# What the CLI refuses although nothing is lost: the churn of every change of the code, a resource
# that is the same under another logical id, and statements written another way.
CHURN = (
    "code is new",
    "deployment is new",
    "alarm has another construct id",
    "role has another construct id",
    "validator has another construct id",
    "actions are two statements",
    "actions are in small letters",
    "statement has a condition",
    "arn is written another way",
)


@functools.cache
def _assembly(stage: str) -> Path:
    return assemblies.assembly(stage)


def base(stage: str) -> Draft:
    """Return a draft of no change of a stage."""
    template = Template.in_assembly(_assembly(stage))
    contract = released_set.read_contract(assemblies.ROOT / "contract")
    return Draft.of_no_change(template, contract, released_set.stage_settings())


def refused_by_cli(case: Case, kind: str) -> bool:
    """Tell whether `cdk diff --fail-on KIND` fails on an entry of the corpus."""
    change = change_of(case, base)
    with tempfile.TemporaryDirectory() as temporary:
        assembly, deployed = Path(temporary, "assembly"), Path(temporary, "deployed.json")
        shutil.copytree(_assembly(change.stage), assembly)
        file = Template.in_assembly(assembly).file
        file.write_text(json.dumps(change.candidate.body))
        deployed.write_text(json.dumps(change.deployed.body))
        words = ["diff", "--app", str(assembly), "--template", str(deployed), "--fail-on", kind]
        done = subprocess.run(
            [str(node.NODE), str(node.CLI), *words, "--ci"],
            cwd=temporary,
            env=node.environment(),
            capture_output=True,
            text=True,
            check=False,
        )
    if done.returncode not in (0, 1) or "differences" not in done.stdout + done.stderr:
        raise AssertionError(f"{case.name}: cdk diff could not compare: {done.stderr}")
    return done.returncode == 1


def refused_by_gate(case: Case) -> bool:
    """Tell whether the gate has any finding about an entry of the corpus."""
    return any(findings(change_of(case, base)).values())


def missed(cases: Sequence[Case]) -> Iterator[str]:
    """Yield each entry that the CLI refuses, but for churn, and the gate does not."""
    jobs = [(case, kind) for case in cases for kind in KINDS]
    with ThreadPoolExecutor(os.cpu_count()) as threads:
        answers = threads.map(lambda job: refused_by_cli(*job), jobs)
        for (case, kind), refused in zip(jobs, answers, strict=True):
            ours = refused_by_gate(case)
            cli, gate = ("refuses" if answer else "accepts" for answer in (refused, ours))
            print(f"{kind:<11} cdk {cli}, gate {gate}: {case.name}", flush=True)
            if refused and not ours and case.name not in CHURN:
                yield f"{case.name} ({kind})"


if __name__ == "__main__":
    found = list(missed([*NEUTRAL, *BAD]))
    print(f"refused by the CLI and not by the gate: {', '.join(found) or 'nothing'}")
    sys.exit(bool(found))
