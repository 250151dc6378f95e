"""A released set: the assemblies of all stages from one commit, sealed by `release.json`.

DIR/release.json    commit, clean or dirty, time, versions, settings, and every hash
DIR/STAGE/          the cloud assembly of each stage
DIR/contract/       what was promised when the set was built
"""

from __future__ import annotations

import hashlib
import importlib.metadata
import json
import platform
import shutil
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from contract import promises
from tools import assemblies, evidence
from tools.release_gate.findings import Contract
from tools.release_gate.problems import UndecidedError
from tools.template import Template, TemplateError

SEAL = "release.json"
CONTRACT = "contract"
ROOT = Path(__file__).resolve().parents[2]
VERSIONED = ("aws-cdk-lib", "botocore", "constructs")


@dataclass(frozen=True)
class ReleasedSet:
    """A set whose hashes are right; `seal` is the content of its release.json."""

    folder: Path
    seal: dict[str, Any]

    @property
    def commit(self) -> str:
        return str(self.seal["commit"])

    @property
    def dirty(self) -> bool:
        return self.seal["dirty"] is not False

    @property
    def stages(self) -> list[str]:
        return list(self.seal["stages"])

    @cached_property
    def templates(self) -> dict[str, Template]:
        """The template of each stage. Raises UndecidedError."""
        return {stage: _template(self.folder / stage) for stage in self.stages}

    @cached_property
    def contract(self) -> Contract:
        """What was promised. Raises UndecidedError."""
        return read_contract(self.folder / CONTRACT)

    def account(self, stage: str) -> str:
        """Return the account that a stage belongs to: `any` for each, empty for none yet."""
        return str(self.seal["settings"].get(stage, {}).get("account", ""))

    def template(self, stage: str) -> Template:
        """Return the template of a stage. Raises UndecidedError for one that is not in the set."""
        if stage not in self.templates:
            known = ", ".join(self.stages)
            raise UndecidedError(f"{self.folder}: has no stage {stage!r}: allowed is {known}")
        return self.templates[stage]


def load(folder: Path) -> ReleasedSet:
    """Read a set and check every hash of it. Raises UndecidedError."""
    file = folder / SEAL
    if not folder.is_dir():
        raise UndecidedError(f"{folder}: there is no such folder")
    if not file.is_file():
        raise UndecidedError(f"{folder}: is not a released set (no {SEAL}): `build` writes one")
    try:
        seal = json.loads(file.read_text(encoding="utf-8"))
        found = ReleasedSet(folder, seal)
        _check(found)
        _ = found.contract
    except (ValueError, OSError) as error:
        raise UndecidedError(f"{file}: cannot be read ({error})") from None
    except (KeyError, TypeError, AttributeError) as error:
        raise UndecidedError(f"{file}: does not seal a released set ({error!r})") from None
    return found


def seal(folder: Path, *, settings: dict[str, Any], cli: str, **stamp: Any) -> ReleasedSet:
    """Write the release.json of a folder that holds assemblies and contract/.

    `settings` are those of the stages in cdk.json, `cli` is the version of the CDK CLI, `stamp`
    is that of `tools.evidence.stamp`.
    """
    names = sorted(path.name for path in folder.iterdir() if (path / "manifest.json").is_file())
    content = {
        "format": 1,
        **stamp,
        "versions": {
            "python": platform.python_version(),
            "aws-cdk": cli,
            **{name: importlib.metadata.version(name) for name in VERSIONED},
        },
        "settings": settings,
        "stages": {name: _stage(folder / name, _template(folder / name)) for name in names},
        "contract": _digest(folder / CONTRACT),
    }
    text = json.dumps(content, indent=1) + "\n"
    (folder / SEAL).write_text(text, encoding="utf-8")
    return load(folder)


def build(
    output: Path,
    *,
    report: Callable[[str], None],
    root: Path = ROOT,
    synthesize: Callable[[Path, Path], None] | None = None,
) -> ReleasedSet:
    """Synthesize every stage of a checkout into a new set. Raises UndecidedError.

    `synthesize` is that of `tools.assemblies.assemblies`.
    """
    try:
        if output.exists() and (not output.is_dir() or any(output.iterdir())):
            raise UndecidedError(f"{output}: exists already: name a new folder")
        output.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=output.parent, prefix=f".{output.name}-") as folder:
            new = Path(folder, "set")
            found = assemblies.assemblies(root=root, report=report, synthesize=synthesize)
            shutil.copytree(found, new)
            _copy_contract(root / CONTRACT, new / CONTRACT)
            package = json.loads((root / "package.json").read_text(encoding="utf-8"))
            cli = package["devDependencies"]["aws-cdk"]
            sealed = seal(new, settings=stage_settings(root), cli=cli, **evidence.stamp(root))
            # Whole or not there, also after an interruption.
            new.replace(output)
    except assemblies.SynthesisError as error:
        raise UndecidedError(str(error)) from None
    except OSError as error:
        raise UndecidedError(f"--output {output}: {error.strerror or error}") from None
    return ReleasedSet(output, sealed.seal)


def stage_settings(root: Path = ROOT) -> dict[str, Any]:
    """Return the settings of every stage in cdk.json."""
    content = json.loads((root / "cdk.json").read_text(encoding="utf-8"))
    settings: dict[str, Any] = content["context"]["stages"]
    return settings


def read_contract(folder: Path) -> Contract:
    """Read the ledger and the schemas of a set. Raises UndecidedError."""
    try:
        return Contract(
            promises=promises.load(folder / "promises.toml"),
            schemas={
                file.name.removesuffix(".schema.json"): json.loads(file.read_text("utf-8"))
                for file in sorted(folder.glob("*.schema.json"))
            },
        )
    except (OSError, ValueError) as error:
        raise UndecidedError(f"{folder}: cannot be read ({error})") from None


def _check(found: ReleasedSet) -> None:
    if not isinstance(found.seal, dict) or not found.seal["stages"]:
        raise TypeError("no stages")
    for stage, sealed in found.seal["stages"].items():
        actual = _stage(found.folder / stage, found.templates[stage])
        for what, digest in actual.items():
            if sealed[what] != digest:
                raise UndecidedError(f"{found.folder / stage}: {what} is not what was sealed")
    if _digest(found.folder / CONTRACT) != found.seal["contract"]:
        raise UndecidedError(f"{found.folder / CONTRACT}: is not what was sealed")
    if not isinstance(found.seal["commit"], str) or not isinstance(found.seal["settings"], dict):
        raise TypeError("no commit or settings")


def _template(assembly: Path) -> Template:
    try:
        return Template.in_assembly(assembly)
    except TemplateError as error:
        raise UndecidedError(
            f"{assembly}: is not a cloud assembly of one stack ({error})"
        ) from None


def _stage(assembly: Path, template: Template) -> dict[str, Any]:
    """The hashes of an assembly: its template, its assets, and all of its files together.

    Raises UndecidedError when the template is not the one that the CDK CLI would deploy: the CLI
    trusts the asset's id, which is the template's SHA-256 at the time of the synthesis.
    """
    file = template.file
    try:
        (manifest,) = assembly.glob("*.assets.json")
        files = json.loads(manifest.read_text(encoding="utf-8"))["files"]
        digest = hashlib.sha256(file.read_bytes()).hexdigest()
        sources = {name: str(asset["source"]["path"]) for name, asset in files.items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise UndecidedError(
            f"{assembly}: is not a cloud assembly of one stack ({error})"
        ) from None
    if sources.get(digest) != file.name:
        raise UndecidedError(
            f"{file}: was edited: its SHA-256 is not its asset id, so an older one is deployed"
        )
    assets = {name: path for name, path in sources.items() if path != file.name}
    for path in assets.values():
        if not (assembly / path).exists():
            raise UndecidedError(f"{assembly / path}: the asset is missing")
    return {
        "template": digest,
        "assets": {name: _digest(assembly / path) for name, path in assets.items()},
        "assembly": _digest(assembly),
    }


def _digest(path: Path) -> str:
    """The SHA-256 over names and contents of every file in a folder, or of a file."""
    digest = hashlib.sha256()
    for file in sorted(path.rglob("*")) if path.is_dir() else [path]:
        if file.is_file():
            content = file.read_bytes()
            digest.update(f"{file.relative_to(path).as_posix()} {len(content)}\n".encode())
            digest.update(content)
    return digest.hexdigest()


def _copy_contract(source: Path, folder: Path) -> None:
    folder.mkdir()
    for file in sorted(source.iterdir()):
        if file.suffix in (".json", ".toml", ".py"):
            shutil.copy(file, folder / file.name)
