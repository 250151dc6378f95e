"""Whether CloudFormation could take a mutant: cfn-lint's errors, and the resource graph.

cfn-lint takes longer for a template than all tests together, so it is asked only about
mutants that decide something (see `checking`), and sees them reduced: edited elements whole,
and of the others only the type and what its cross-resource rules need. What a reduced template
cannot show (a reference to a resource that is gone, a dependency cycle) is decided here on
the graph, for every mutant.
"""

from __future__ import annotations

import graphlib
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ...template import Template, plain, texts
from ...template.schemas import identifiers
from .edits import Mutant, apply
from .graph import depends_on, references
from .linting import Finding

Json = dict[str, Any]
Lint = Callable[[Sequence[Json]], list[list[Finding]]]  # the errors in each of some templates
Names = tuple[str, ...]
PSEUDO = "AWS::"
CLASH = "E3019"
# Dynamic references: texts like `{{resolve:secretsmanager:name:SecretString:password}}`.
# https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/dynamic-references.html
_REFERENCE = re.compile(r"\$!?\{[^}]*\}")
_WHOLE = re.compile(
    r"\{\{resolve:(?:"
    r"ssm(?:-secure)?:[\w.\-/]+(?::\d+)?"
    r"|secretsmanager:(?:arn:(?:[^:}]*:){5}[^:}]+|[^:}]+)(?::(?:SecretString(?::[^:}]*){0,3})?)?"
    r")\}\}"
)
_PART = re.compile(r"\{\{resolve|resolve:(?:ssm|secretsmanager)|:SecretString\b")


@dataclass(frozen=True)
class View:
    """What cfn-lint sees of a template: these elements whole, and the identity of their twins."""

    resources: Names
    outputs: Names
    twins: bool


class Validity:
    """Decides for the mutants of one template; findings of the template itself do not count."""

    def __init__(self, template: Template) -> None:
        self.base = template.copy()
        resources = self.base["Resources"]
        self._needs = {name: _needs(resource) for name, resource in resources.items()}
        self._broken = {name for name, resource in resources.items() if _has_broken(resource)}

    def own_fault(self, mutant: Mutant, body: dict[str, Any]) -> str | None:
        """Find what is wrong without the linter: this is cheap, so every mutant is asked."""
        return self._graph_fault(mutant, body) or self._reference_fault(mutant, body)

    def _reference_fault(self, mutant: Mutant, body: dict[str, Any]) -> str | None:
        """CloudFormation resolves `{{resolve:...}}`, and refuses a broken one."""
        for name in _touched(mutant, "Resources"):
            # a broken one in the template itself is written in a way that is not understood here
            if name not in self._broken and _has_broken(body["Resources"].get(name)):
                return f"Resources/{name} has a broken dynamic reference"
        return None

    def _graph_fault(self, mutant: Mutant, body: dict[str, Any]) -> str | None:
        """Check the whole graph, where an edit can have changed it."""
        names = _touched(mutant, "Resources")
        resources = body["Resources"]
        if any(name not in resources for name in names) or _touched(mutant, "Outputs"):
            return dangling(body) or cycle(body)
        if any(_needs(resources[name]) - self._needs.get(name, set()) for name in names):
            return dangling(body) or cycle(body)
        return None

    def lint_faults(self, mutants: Iterable[Mutant], lint: Lint) -> dict[str, str | None]:
        """Name -> the error that the linter finds in a mutant alone; None for a valid one."""
        bodies = {mutant.name: (mutant, apply(self.base, mutant.edits)) for mutant in mutants}
        views = {name: self._view(*each) for name, each in bodies.items()}
        after = _own_findings({name: body for name, (_, body) in bodies.items()}, views, lint)
        before = _own_findings({n: self.base for n, found in after.items() if found}, views, lint)
        return {name: _first_new(found, before.get(name, [])) for name, found in after.items()}

    def _view(self, mutant: Mutant, body: dict[str, Any]) -> View:
        """Twins matter to an edit only where it changes what identifies a resource."""
        resources, outputs = _touched(mutant, "Resources"), _touched(mutant, "Outputs")
        before, after = self.base["Resources"], body["Resources"]
        twins = any(
            name in after
            and (name not in before or _identity(before[name]) != _identity(after[name]))
            for name in resources
        )
        return View(resources, outputs, twins)


def _has_broken(resource: Json | None) -> bool:
    return any(map(_is_broken, texts(plain(resource))))


def _is_broken(text: str) -> bool:
    """Tell whether a text (as `plain` writes it) has a part of a reference, but no whole one."""
    rest = _WHOLE.sub("", _REFERENCE.sub("name", text))
    return _PART.search(rest) is not None


def _touched(mutant: Mutant, section: str) -> Names:
    return tuple(
        sorted({str(e.path[1]) for e in mutant.edits if len(e.path) > 1 and e.path[0] == section})
    )


def _needs(resource: dict[str, Any]) -> set[str]:
    return references(resource) | set(depends_on(resource))


def _own_findings(
    bodies: Mapping[str, Json], views: Mapping[str, View], lint: Lint
) -> dict[str, list[Finding]]:
    """Name -> what the linter finds in what the name's view shows of a template."""
    found = lint([_reduced(body, views[name]) for name, body in bodies.items()])
    return {name: [*_no_stubs(each, views[name])] for name, each in zip(bodies, found, strict=True)}


def _no_stubs(findings: Iterable[Finding], view: View) -> Iterator[Finding]:
    """Leave out the findings that are about a stub.

    A clash of two resources can be reported for either of them, in any order.
    """
    for finding in findings:
        section, _, rest = finding[1].partition("/")
        if finding[0] == CLASH:
            yield (CLASH, "", "another resource has the same primary identifier")
        elif section != "Resources" or rest.partition("/")[0] in (*view.resources, ""):
            yield finding


def _first_new(found: Iterable[Finding], known: Sequence[Finding]) -> str | None:
    new = [finding for finding in found if finding not in known]
    return f"{new[0][0]} {new[0][2]}" if new else None


def _reduced(body: dict[str, Any], view: View) -> dict[str, Any]:
    """The template with the view's elements whole, stubs of what they name, and no others."""
    resources, outputs = body["Resources"], body.get("Outputs", {})
    whole = {
        "Resources": {name: resources[name] for name in view.resources if name in resources},
        "Outputs": {name: outputs[name] for name in view.outputs if name in outputs},
    }
    kinds = {resource["Type"] for resource in whole["Resources"].values() if view.twins}
    twins = {name: _identity(r) for name, r in resources.items() if r["Type"] in kinds}
    named = references([whole, twins])
    for resource in whole["Resources"].values():
        named |= set(depends_on(resource))
    stubs = {
        name: {"Type": resource["Type"], "Properties": {}}
        for name, resource in resources.items()
        if name in named
    }
    kept = {key: value for key, value in body.items() if key not in whole}
    reduced = {**kept, "Resources": {**stubs, **twins, **whole["Resources"]}}
    if whole["Outputs"]:
        reduced["Outputs"] = whole["Outputs"]
    return reduced


def dangling(body: dict[str, Any]) -> str | None:
    """Find a reference to an element that the template does not have."""
    known = body["Resources"].keys() | body.get("Parameters", {}).keys()
    for section in ("Resources", "Outputs"):
        for name, element in body.get(section, {}).items():
            for goal in sorted(_needs(element) - known):
                if not goal.startswith(PSEUDO):
                    return f"{section}/{name} refers to {goal}, which does not exist"
    return None


def cycle(body: dict[str, Any]) -> str | None:
    """Find resources that depend on each other in a circle."""
    resources = body["Resources"]
    waits = {name: _needs(resource) & resources.keys() for name, resource in resources.items()}
    try:
        graphlib.TopologicalSorter(waits).prepare()
    except graphlib.CycleError as error:
        return f"dependency cycle through {min(error.args[1])}"
    return None


def _identity(resource: dict[str, Any]) -> dict[str, Any]:
    """Return what distinguishes a resource from others of its type."""
    properties = resource.get("Properties", {})
    own = {key: properties[key] for key in identifiers(resource["Type"]) if key in properties}
    return {"Type": resource["Type"], "Properties": own}
