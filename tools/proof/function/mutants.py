"""The mutants: made by mutmut, imported in place of the real modules."""

from __future__ import annotations

import importlib
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

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
    shutil.rmtree(folder, ignore_errors=True)
    mutants: list[Mutant] = []
    for pattern in TARGETS:
        for file in sorted(ROOT.glob(pattern)):
            relative = file.relative_to(ROOT)
            mutated = mutate_file_contents(str(relative), file.read_text(encoding="utf-8"))
            if mutated.mutant_names:
                (folder / relative).parent.mkdir(parents=True, exist_ok=True)
                (folder / relative).write_text(mutated.code, encoding="utf-8")
                mutants.extend(_mutants(".".join(relative.with_suffix("").parts), mutated))
        package = importlib.import_module(pattern.partition("/")[0])
        package.__path__.insert(0, str(folder.resolve() / package.__name__))
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
