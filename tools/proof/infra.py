"""The proof of templates for this project: its stages, its tests, its promises."""

from __future__ import annotations

from collections.abc import Sequence

from contract import promises
from tools import assemblies
from tools.proof.shared.command import CannotRunError
from tools.proof.template import cli
from tools.template import Template

FULL = "prod"


def main(arguments: Sequence[str]) -> int:
    """Run the proof, and give the exit code."""
    promised = {p.id for p in promises.load().values() if "infra" in p.levels}
    return cli.main(arguments, cli.Project("tests_infra", FULL, templates, promised))


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
