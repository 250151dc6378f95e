"""What cfn-lint finds in a template; it is not asked again about what the last run asked it.

Its answers are kept in a file, each under a hash of the template and of all else that decides it:
cfn-lint's version, schemas and settings, and the day, because rules about Lambda runtimes look at
the date. What a run does not need is not kept, and a damaged file holds no answers.
"""

from __future__ import annotations

import functools
import gc
import hashlib
import json
import multiprocessing
import os
from collections.abc import Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from datetime import date
from importlib.metadata import version
from pathlib import Path
from typing import Any

from ...template.schemas import REGION, edition
from ..shared.command import CannotRunError
from ..shared.progress import progress

Json = dict[str, Any]
Finding = tuple[str, str, str]  # rule, path and message of an error
# Without the rules of warnings, errors change their kind.
SETTINGS = {"regions": [REGION], "ignore_checks": ["W", "I"]}
# The processes are forked from one that has loaded the rules, where the system can fork.
METHOD = "fork" if "fork" in multiprocessing.get_all_start_methods() else "spawn"


class Linter:
    """Asks cfn-lint in `jobs` processes, unless the file has the answer."""

    def __init__(self, file: Path, jobs: int) -> None:
        self._file = None if _has_other_settings() else file
        self._jobs = jobs
        self._decisive = [date.today().isoformat(), version("cfn-lint"), edition(), SETTINGS]
        self._known = _read(self._file) if self._file else {}
        self._answers: dict[str, list[Finding]] = {}
        self.asked = 0

    @property
    def known(self) -> int:
        """How many templates of this run the last run had asked about."""
        return len(self._answers) - self.asked

    def findings(self, bodies: Sequence[Json], label: str) -> list[list[Finding]]:
        """Return the errors in each of these templates. Raises CannotRunError."""
        texts = [json.dumps(body) for body in bodies]
        digests = [self._digest(text) for text in texts]
        wanted = {d: text for d, text in zip(digests, texts, strict=True) if d not in self._answers}
        self._answers |= {d: self._known[d] for d in wanted if d in self._known}
        if new := {d: text for d, text in wanted.items() if d not in self._known}:
            self.asked += len(new)
            self._answers |= zip(new, self._found([*new.values()], label), strict=True)
        return [self._answers[digest] for digest in digests]

    def _found(self, texts: Sequence[str], label: str) -> list[list[Finding]]:
        linter()
        # otherwise every garbage collection in a forked process would copy the whole memory
        gc.freeze()
        found: list[list[Finding]] = []
        try:
            with (
                progress(label, len(texts)) as advance,
                ProcessPoolExecutor(self._jobs, multiprocessing.get_context(METHOD)) as pool,
            ):
                for answer in pool.map(findings, texts):
                    found.append(answer)
                    advance(len(found))
        except Exception as error:  # noqa: BLE001 - it crashed on a template, or its process ended
            raise CannotRunError(f"cfn-lint: {error!r}") from None
        return found

    def _digest(self, text: str) -> str:
        return hashlib.sha256(json.dumps([*self._decisive, text]).encode()).hexdigest()

    def keep(self) -> None:
        """Write the answers of this run, and no others, for the next run."""
        if self._file:
            self._file.parent.mkdir(parents=True, exist_ok=True)
            new = self._file.with_suffix(f".{os.getpid()}")
            new.write_text(json.dumps(self._answers, indent=0), encoding="utf-8")
            new.replace(self._file)


def findings(text: str) -> list[Finding]:
    """Have cfn-lint look for errors in a template."""
    from cfnlint.decode.utils import convert_dict  # type: ignore[import-untyped]
    from cfnlint.runner import run_template_by_data  # type: ignore[import-untyped]

    config, rules = linter()
    return [
        (match.rule.id, "/".join(str(step) for step in match.path or ()), match.message)
        for match in run_template_by_data(convert_dict(json.loads(text)), config, rules)
    ]


@functools.cache
def linter() -> tuple[Any, Any]:
    """Load the configuration and all rules, which takes a second."""
    from cfnlint.config import ConfigMixIn  # type: ignore[import-untyped]
    from cfnlint.runner import Runner

    config = ConfigMixIn(**SETTINGS)
    return config, Runner(config).rules


def _has_other_settings() -> bool:
    """Tell whether cfn-lint reads a file of settings, which may name rules of a project's own."""
    return any(file for folder in (Path.home(), Path.cwd()) for file in folder.glob(".cfnlintrc*"))


def _read(file: Path) -> Mapping[str, list[Finding]]:
    try:
        content = json.loads(file.read_text(encoding="utf-8"))
        return {
            digest: [(str(rule), str(path), str(message)) for rule, path, message in found]
            for digest, found in content.items()
        }
    except (OSError, ValueError, TypeError, AttributeError):
        return {}
