"""Serves the function's sources again when they change, as a new version behind the alias."""

from __future__ import annotations

import io
import json
import time
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path

from tools.local_stage.clients import Clients

PACKAGE = "lambda_function"

Sources = dict[str, bytes]  # name below the asset's root -> content


class Changes:
    """Compares the package below `root` with what is deployed, the asset in the folder `asset`.

    A stage that was `kept` may serve what was changed before it ended, so nothing is known of it.
    """

    def __init__(
        self,
        clients: Clients,
        outputs: Mapping[str, str],
        *,
        root: Path,
        asset: Path,
        kept: bool = False,
    ) -> None:
        self._lambda = clients.of("lambda")
        self._function = outputs["FunctionName"]
        self._alias = outputs["FunctionAlias"]
        self._root = root
        deployed = dict(files(asset, asset))
        own = {name: deployed.pop(name) for name in [*deployed] if name.startswith(f"{PACKAGE}/")}
        self._beside = deployed  # for instance packages from PyPI
        self._seen = own
        self._published: Sources = {} if kept else own

    def serve(self) -> str | None:
        """Serve changed sources; return a line that says so or why not, None without a change.

        Sources count as changed once two calls find the same: an editor may save in several steps.
        """
        before, self._seen = self._seen, self._sources()
        if self._seen == self._published or self._seen != before:
            return None
        started = time.monotonic()
        changed = {
            name
            for name in {**self._seen, **self._published}
            if self._seen.get(name) != self._published.get(name)
        }
        self._published = self._seen
        error = self._publish()
        if error:
            return f"✗ {', '.join(sorted(changed))}: {error} (the last good version is served)"
        return f"✓ {', '.join(sorted(changed))}: served after {time.monotonic() - started:.1f} s"

    def _publish(self) -> str | None:
        """Publish a version, and point the alias at it unless it cannot start; return its error."""
        version = self._lambda.update_function_code(
            FunctionName=self._function,
            ZipFile=archive({**self._beside, **self._seen}),
            Publish=True,
        )["Version"]
        trial = self._lambda.invoke(FunctionName=self._function, Qualifier=version, Payload=b"{}")
        answer = json.loads(trial["Payload"].read())
        if "FunctionError" in trial:
            return str(answer.get("errorMessage")).removeprefix("Worker init failed: ")
        self._lambda.update_alias(
            FunctionName=self._function, Name=self._alias, FunctionVersion=version
        )
        return None

    def _sources(self) -> Sources:
        try:
            return dict(files(self._root / PACKAGE, self._root))
        except FileNotFoundError:  # removed since it was listed: look again later
            return self._published


def files(folder: Path, root: Path) -> Iterator[tuple[str, bytes]]:
    """Yield every file of an asset, without what interpreters and editors leave."""
    for file in sorted(folder.rglob("*")):
        name = file.relative_to(root)
        hidden = any(part.startswith((".", "__pycache__")) for part in name.parts)
        if file.is_file() and not hidden and not file.name.endswith("~"):
            yield name.as_posix(), file.read_bytes()


def archive(sources: Sources) -> bytes:
    """Pack sources as Lambda takes them."""
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in sources.items():
            packed.writestr(name, content)
    return written.getvalue()
