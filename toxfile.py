"""A plugin of tox: every level runs in one environment, because all of them need the same packages.

Without it tox makes an environment again whenever another level uses its folder. Where all levels
run, each begins with its name.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from filelock import FileLock
from tox.plugin import impl
from tox.tox_env.api import ToxEnv
from tox.tox_env.info import Info
from tox.tox_env.register import ToxEnvRegister


class NamelessInfo(Info):
    """What tox remembers of an environment, without the name of the level that made it."""

    @contextmanager
    def compare(
        self, value: Any, section: str, sub_section: str | None = None
    ) -> Iterator[tuple[bool, Any]]:
        known = {**value, "name": "shared"} if section == ToxEnv.__name__ else value
        with super().compare(known, section, sub_section) as outcome:
            yield outcome


@impl
def tox_before_run_commands(tox_env: ToxEnv) -> None:
    """Name each level where all of them run."""
    if tox_env.options.env.is_default_list:
        print(f"=== {tox_env.name}", file=tox_env.log_handler.stdout, flush=True)


@impl(trylast=True)
def tox_register_tox_env(register: ToxEnvRegister) -> None:
    """Make `runner = shared` known: the default runner (tox-uv's) with a folder that is shared."""

    class Shared(register.runner(register.default_env_runner)):
        @staticmethod
        def id() -> str:
            return "shared"

        @property
        def cache(self) -> Info:
            return NamelessInfo(self.env_dir)

        def setup(self) -> None:
            self.env_dir.parent.mkdir(exist_ok=True)
            with FileLock(self.env_dir.with_suffix(".lock")):
                super().setup()

    register.add_run_env(Shared)
