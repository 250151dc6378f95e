"""The proof of templates for this project: its stages, its tests, its promises."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from contract import promises
from tools import assemblies
from tools.evidence import stamp
from tools.proof.shared.command import CannotRunError, exit_code
from tools.proof.template import cli, proofs
from tools.template import Template

FULL = "prod"
PROOFS = Path(__file__).parent / "named" / "infra.toml"


def main(arguments: Sequence[str]) -> int:
    """Run the proof, and give the exit code."""
    return exit_code(lambda: cli.main(arguments, _project()))


def _project() -> cli.Project:
    promised = {p.id for p in promises.load().values() if "infra" in p.levels}
    named = proofs.read(PROOFS, FULL)
    return cli.Project("tests_infra", FULL, templates, promised, named, stamp())


def templates(names: Sequence[str]) -> dict[str, Template]:
    """Read the template of each of these stages, of all without a name, the full one first.

    Raises CannotRunError for an unknown stage and for a failed synthesis.
    """
    try:
        folder = assemblies.assemblies()
    except assemblies.SynthesisError as error:
        raise CannotRunError(str(error)) from None
    known = sorted(
        (stage.name for stage in folder.iterdir()), key=lambda name: (name != FULL, name)
    )
    for name in names:
        if name not in known:
            raise CannotRunError(f"--stage {name}: allowed is {', '.join(known)}")
    return {name: Template.in_assembly(folder / name) for name in names or known}
