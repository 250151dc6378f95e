"""mypy follows every service of the CDK that is imported: what it skips would be Any, silently."""

from __future__ import annotations

import ast
import tomllib
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def imported(file: Path) -> Iterator[str]:
    """Yield each module of the CDK, and each name that might be one, that a file imports."""
    for node in ast.walk(ast.parse(file.read_bytes())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def test_every_imported_service_is_followed() -> None:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    overrides = settings["tool"]["mypy"]["overrides"]
    followed = {name for o in overrides if o["follow_imports"] == "normal" for name in o["module"]}
    sources = [*(ROOT / "stack").glob("*.py"), *(ROOT / "tests_unit").glob("*.py")]
    names = {name for file in sources for name in imported(file)}
    services = {name for name in names if name.startswith("aws_cdk.aws_") and name.count(".") == 1}
    assert "aws_cdk.aws_lambda" in services
    assert services <= followed
