"""Templates that a suite makes with `aws_cdk.assertions`: found, and replaced by mutants.

Suites keep a `Template` in a global, in a fixture of any name, in a class, or make it inside a
test. So it is not looked for: its class is changed once, when the suite imports it, and every
object whose content is the mutated template answers for the current mutant instead.
"""

from __future__ import annotations

import functools
import importlib.abc
import importlib.util
import sys
import weakref
from collections.abc import Callable, Generator
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from _pytest.fixtures import FixtureDef

from ...template import Template, TemplateError

MODULE = "aws_cdk.assertions"
MAKERS = ("from_stack", "from_json", "from_string")


class Assertions:
    """A pytest plugin that knows which tests and fixtures look at the template.

    `base` is the template to mutate; without it every template is only noted in `found`.
    """

    def __init__(self, base: dict[str, Any] | None) -> None:
        self.found: list[Template] = []
        self.used = False  # since somebody set it to False
        self.readers: dict[int, tuple[FixtureDef[object], Any]] = {}
        self._kept: dict[int, tuple[Any, Any]] = {}  # fixtures, and their values or None
        self._base = base
        self._mutant: dict[str, Any] | None = None
        self._own: weakref.WeakSet[Any] = weakref.WeakSet()
        self._kind: Any = None
        self._from_json: Any = None
        sys.meta_path.insert(0, _WhenImported(MODULE, self._change))

    def swap(self, mutant: dict[str, Any]) -> None:
        """Answer for this template from now on, and tear down what fixtures read from the last."""
        self._mutant = mutant
        self.__dict__.pop("_current", None)
        for fixture, request in [*self.readers.values()]:
            fixture.finish(request)

    @property
    def in_use(self) -> bool:
        """Tell whether the suite has imported the class that this answers for."""
        return self._kind is not None

    def is_template(self, value: object) -> bool:
        """Tell whether a value is of the class that this answers for."""
        return self._kind is not None and isinstance(value, self._kind)

    @pytest.hookimpl(wrapper=True)
    def pytest_fixture_setup(
        self, fixturedef: FixtureDef[object], request: Any
    ) -> Generator[None, object, object]:
        """Note the fixtures that read the template: their values are made for each mutant.

        The value of a fixture that only makes it answers for every mutant, and is kept.
        """
        before, self.used = self.used, False
        try:
            value = yield
            own = not self.used and self.is_template(value) and value in self._own
            if self._mutant is None:
                _, known = self._kept.get(id(fixturedef), (fixturedef, value))
                self._kept[id(fixturedef)] = fixturedef, value if own and known else None
            return value
        finally:
            if self.used:
                self.readers[id(fixturedef)] = fixturedef, request
            self.used = self.used or before

    def kept(self, fixturedef: FixtureDef[object]) -> Any:
        """The value that a fixture has for every mutant; None where it must be set up.

        A fixture keeps its value if the baseline saw it make nothing else.
        """
        return self._kept.get(id(fixturedef), (None, None))[1] if self._mutant else None

    def prune(self) -> None:
        """Stop requesting what the kept values were made of."""
        for fixturedef, value in self._kept.values():
            if value is not None:
                fixturedef.argnames = ()

    def _change(self, module: ModuleType) -> None:
        self._kind = kind = module.Template
        self._from_json = kind.from_json
        methods = {name: value for name, value in vars(kind).items() if callable(value)}
        for name in MAKERS:
            setattr(kind, name, staticmethod(self._making(getattr(kind, name))))
        for name, method in methods.items():
            if not name.startswith("_"):
                setattr(kind, name, self._answering(method))
        self._to_json = methods["to_json"]

    def _making(self, make: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(make)
        def making(*arguments: Any, **options: Any) -> Any:
            made = make(*arguments, **options)
            body = self._to_json(made)
            if self._base is None:
                self.found.append(_described(body, [*arguments, *options.values()][0]))
            elif body == self._base:
                self._own.add(made)
            return made

        return making

    def _answering(self, method: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(method)
        def answering(template: Any, *arguments: Any, **options: Any) -> Any:
            if template in self._own:
                self.used = True
                template = self._current if self._mutant is not None else template
            return method(template, *arguments, **options)

        return answering

    @functools.cached_property
    def _current(self) -> Any:
        return self._from_json(self._mutant)


class _WhenImported(importlib.abc.MetaPathFinder):
    """Calls a function with a module as soon as it is imported."""

    def __init__(self, name: str, then: Callable[[ModuleType], None]) -> None:
        self._name = name
        self._then = then

    def find_spec(self, fullname: str, path: object, target: object = None) -> ModuleSpec | None:
        del path, target
        if fullname != self._name:
            return None
        sys.meta_path.remove(self)
        spec = importlib.util.find_spec(fullname)
        if spec is not None and spec.loader is not None:
            execute = spec.loader.exec_module

            def exec_module(module: ModuleType) -> None:
                execute(module)
                self._then(module)

            setattr(spec.loader, "exec_module", exec_module)  # noqa: B010 - mypy forbids it
        return spec


def _described(body: dict[str, Any], source: Any) -> Template:
    """The template with its stack's name and construct paths, where it comes from a stack."""
    name = getattr(source, "stack_name", "template")
    try:
        from aws_cdk import Stage

        stage: Any = Stage.of(source)
        loaded = Template.load(Path(stage.synth().directory) / source.template_file)
    except (AttributeError, TypeError, RuntimeError, TemplateError):
        return Template(body, Path(f"{name}.template.json"), name)
    return Template(body, loaded.file, loaded.stack_name, loaded.paths)
