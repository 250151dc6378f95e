"""A build hook of hatchling: the package contains the viewer of the HTML page, with its license.

It is taken from the npm package mutation-testing-elements (Apache-2.0) where `npm ci` has installed
it; a package that is built without it writes no HTML page.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

PACKAGE = "node_modules/mutation-testing-elements"
TARGET = "template_mutants/proof/template/reports"


class ViewerHook(BuildHookInterface[Any]):
    """Adds the viewer where it is installed."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Add the files to those of the wheel."""
        del version
        source = Path(self.root).parents[1] / PACKAGE
        if source.is_dir():
            files = {"dist/mutation-test-elements.js": "viewer.js", "LICENSE": "viewer.LICENSE"}
            for name, target in files.items():
                build_data["force_include"][str(source / name)] = f"{TARGET}/{target}"
