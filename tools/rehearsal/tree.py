"""Copies of this checkout in which cases are committed."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from tools.assemblies import CACHE, ROOT
from tools.rehearsal.corpus import Case, CorpusError

PROD_ACCOUNT = "111111111111"
IDENTITY = ("-c", "user.name=rehearsal", "-c", "user.email=rehearsal@example.com")
KEPT_OUT = ("node_modules", "build", ".hypothesis")
# The assemblies of all trees are kept together, beside those of the checkout.
SYNTHESIZED = CACHE.with_name("assemblies-of-cases")
CHARACTERS = Path(".hypothesis", "unicode_data")
# Folders of a tree, and where they are in the checkout.
LINKED = {
    Path("node_modules"): Path("node_modules"),
    CACHE: SYNTHESIZED,
    SYNTHESIZED: SYNTHESIZED,
    CHARACTERS: CHARACTERS,
}
# A commit of the same tree has the same name in every run.
DATE = "2000-01-01T00:00:00Z"


@dataclass(frozen=True)
class Tree:
    """A work tree; `base` is the commit of the checkout as it is."""

    folder: Path
    base: str

    def beside(self, folder: Path) -> Tree:
        """Make another work tree of the same commits."""
        git(self.folder, "worktree", "add", "--quiet", "--detach", str(folder.resolve()), self.base)
        _link(folder)
        return Tree(folder, self.base)

    def commit(self, case: Case) -> str:
        """Commit a case on the base. Raises CorpusError where its patch does not apply."""
        self.check_out(self.base)
        if case.diff.strip():
            self._apply(case, "--index")
            git(self.folder, "commit", "--quiet", "--message", case.change)
        else:
            git(self.folder, "commit", "--quiet", "--allow-empty", "--message", case.change)
        self._forget_compiled(self.base)
        return git(self.folder, "rev-parse", "HEAD")

    def check_out(self, commit: str) -> None:
        before = git(self.folder, "rev-parse", "HEAD")
        git(self.folder, "checkout", "--quiet", "--force", "--detach", commit)
        git(self.folder, "clean", "--quiet", "--force", "-d")
        self._forget_compiled(before)

    def drifted(self, cases: Iterable[Case]) -> list[str]:
        """Return why each case that does not apply to the base does not."""
        self.check_out(self.base)
        found = []
        for case in cases:
            try:
                self._apply(case, "--check")
            except CorpusError as error:
                found.append(str(error))
        return found

    def _apply(self, case: Case, *options: str) -> None:
        if not case.diff.strip():
            return
        command = ["git", "apply", *options, "-"]
        done = subprocess.run(
            command, cwd=self.folder, input=case.diff, capture_output=True, text=True, check=False
        )
        if done.returncode:
            lines = [line for line in done.stderr.splitlines() if line.startswith("error:")]
            why = (lines or ["git apply failed"])[0].removeprefix("error: ")
            raise CorpusError(f"case {case.name} does not apply to this checkout: {why}")

    def _forget_compiled(self, before: str) -> None:
        """Python tells an older source by its size and the second of its time: too little here."""
        for name in git(self.folder, "diff", "--name-only", before, "HEAD").splitlines():
            shutil.rmtree((self.folder / name).parent / "__pycache__", ignore_errors=True)


def copied(folder: Path, *, root: Path = ROOT) -> Tree:
    """Copy what git knows of a checkout, with what is not committed, into a new repository.

    Its prod names an account, as it has to before its first release.
    """
    names = git(root, "ls-files", "-z", "--cached", "--others", "--exclude-standard").split("\0")
    for name in filter(None, names):
        source, copy = root / name, folder / name
        if source.is_file():
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(source, copy)
    git(folder, "init", "--quiet")
    exclude = folder / ".git" / "info" / "exclude"
    exclude.parent.mkdir(exist_ok=True)
    exclude.write_text("\n".join(KEPT_OUT) + "\n", encoding="utf-8")
    _link(folder, root)
    _name_account(folder / "cdk.json")
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--message", "the checkout")
    return Tree(folder, git(folder, "rev-parse", "HEAD"))


def _name_account(file: Path) -> None:
    content = json.loads(file.read_text(encoding="utf-8"))
    content["context"]["stages"]["prod"]["account"] = PROD_ACCOUNT
    text = json.dumps(content, indent=2, ensure_ascii=False)
    file.write_text(text + "\n", encoding="utf-8")


def git(folder: Path, *words: str) -> str:
    """Run git in a folder and return what it prints. Raises CorpusError."""
    environment = {k: v for k, v in os.environ.items() if not k.startswith("GIT_")}
    environment |= {"GIT_AUTHOR_DATE": DATE, "GIT_COMMITTER_DATE": DATE}
    command = ["git", *IDENTITY, *words]
    done = subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise CorpusError(f"git {words[0]} in {folder}: {done.stderr.strip()}")
    return done.stdout.rstrip("\n")


def _link(folder: Path, root: Path = ROOT) -> None:
    """Let a tree find the packages and caches of a checkout."""
    for name, source in LINKED.items():
        found = (root / source).resolve()
        found.mkdir(parents=True, exist_ok=True)
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).symlink_to(found)
