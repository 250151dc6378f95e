"""The mutants: made by mutmut, imported in place of the real modules."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import ModuleType

from mutmut.mutation.file_mutation import MutatedFile, mutate_file_contents
from mutmut.utils.format_utils import parse_mutant_key

ROOT = Path(__file__).resolve().parents[3]
TARGETS = ("lambda_function/*.py", "stack/settings.py", "stack/accounts.py")
_MARK = "__mutmut_"
Key = tuple[str, str, str]  # place, before, after: what stays when other mutants come or go


@dataclass(frozen=True, order=True)
class Mutant:
    """One change of one line of one function."""

    name: str  # as mutmut switches it on: module.x_function__mutmut_1
    before: str  # the changed lines
    after: str

    @property
    def function(self) -> str:
        """The function as mutmut records its calls: module.x_function."""
        return self.name.partition(_MARK)[0]

    @property
    def place(self) -> str:
        """The function as people write it: module.function or module.Class.method."""
        module, _, mangled = self.function.rpartition(".")
        function, class_name = parse_mutant_key(mangled)
        return ".".join(filter(None, (module, class_name, function)))

    @property
    def key(self) -> Key:
        """What a proof names it by."""
        return self.place, self.before, self.after

    @property
    def change(self) -> str:
        """What was broken, in words."""
        return f"`{self.before}` became `{self.after}`"

    @property
    def description(self) -> str:
        """Where and what: what a reviewed entry names it by."""
        return f"{self.place}: {self.change}"


def make(folder: Path) -> list[Mutant]:
    """Write the mutated modules below `folder`, have them imported, and list their mutants."""
    files = [file for pattern in TARGETS for file in sorted(ROOT.glob(pattern))]
    modules: dict[str, Path] = {}
    mutants: list[Mutant] = []
    for file in files:
        relative = file.relative_to(ROOT)
        mutated = mutate_file_contents(str(relative), file.read_text(encoding="utf-8"))
        if not mutated.mutant_names:
            continue
        name = ".".join(relative.with_suffix("").parts)
        modules[name] = folder / relative
        modules[name].parent.mkdir(parents=True, exist_ok=True)
        modules[name].write_text(mutated.code, encoding="utf-8")
        mutants.extend(_mutants(name, mutated))
    sys.meta_path.insert(0, _Finder(modules))
    return mutants


def _mutants(module: str, mutated: MutatedFile) -> Iterator[Mutant]:
    lines = mutated.code.splitlines()
    spans = mutated.line_span_by_function_name
    for name in mutated.mutant_names:
        original = spans[f"{name.partition(_MARK)[0]}{_MARK}orig"]
        before = lines[original.start - 1 : original.end]
        after = lines[spans[name].start - 1 : spans[name].end]
        changed = _changed(before, after)
        yield Mutant(f"{module}.{name}", *changed)


def _changed(before: Sequence[str], after: Sequence[str]) -> tuple[str, str]:
    """The lines in which two versions of a function differ, its name apart."""
    old, new = ([line.strip() for line in lines if _MARK not in line] for lines in (before, after))
    while old and new and old[0] == new[0]:
        old, new = old[1:], new[1:]
    while old and new and old[-1] == new[-1]:
        old, new = old[:-1], new[:-1]
    return " ".join(old), " ".join(new)


class _Finder(MetaPathFinder):
    """Finds the mutated files before the real ones."""

    def __init__(self, modules: dict[str, Path]) -> None:
        self._modules = modules

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        del path, target
        file = self._modules.get(fullname)
        if file is None:
            return None
        return importlib.util.spec_from_file_location(fullname, file)
