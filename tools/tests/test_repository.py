"""What a repository has beside its code: how files are written, links, and optional tools."""

from __future__ import annotations

import functools
import re
import subprocess
from collections.abc import Iterator
from configparser import ConfigParser
from pathlib import Path

import pytest
from editorconfig import get_properties
from markdown_it import MarkdownIt
from markdown_it.token import Token
from pre_commit.clientlib import load_config  # type: ignore[import-untyped]

ROOT = Path(__file__).resolve().parents[2]
BINARY = {".png", ".ico"}
LISTED = subprocess.run(
    ["git", "ls-files", "-co", "--exclude-standard"], cwd=ROOT, capture_output=True, check=True
)
FILES = [name for name in LISTED.stdout.decode().splitlines() if (ROOT / name).is_file()]
PAGES = [name for name in FILES if name.endswith(".md")]
MARKDOWN = MarkdownIt("commonmark").enable("table")
# What the linters are called by in tox.ini.
LEVELS = ("testenv:lint", "testenv:types")


def test_files_are_written_as_editorconfig_says() -> None:
    wrong = [
        f"{name}: {problem}"
        for name in FILES
        if Path(name).suffix not in BINARY
        for problem in _problems((ROOT / name).read_bytes(), get_properties(str(ROOT / name)))
    ]
    assert wrong == []


@pytest.mark.parametrize("page", PAGES)
def test_internal_links_lead_somewhere(page: str) -> None:
    assert [target for target in _links(page) if not _leads_somewhere(page, target)] == []


def test_external_links_are_encrypted() -> None:
    plain = [target for page in PAGES for target in _links(page) if target.startswith("http:")]
    assert plain == []


def test_pre_commit_runs_linters_of_tox() -> None:
    settings = ConfigParser(interpolation=None)
    settings.read(ROOT / "tox.ini", encoding="utf-8")
    commands = [line for level in LEVELS for line in settings[level]["commands"].splitlines()]
    known = {" ".join(re.sub(r"{posargs.*}", "", line).split()) for line in commands}
    hooks = load_config(str(ROOT / ".pre-commit-config.yaml"))["repos"][0]["hooks"]
    entries = [hook["entry"].removeprefix(".tox/dev/bin/") for hook in hooks]
    assert [entry for entry in entries if entry not in known] == []


def _problems(content: bytes, wanted: dict[str, str]) -> Iterator[str]:
    text = content.decode(wanted["charset"])
    if "\r" in text:
        yield "a carriage return, where end_of_line is lf"
    if text and not text.endswith("\n"):
        yield "no newline at the end"
    trimmed = wanted["trim_trailing_whitespace"] == "true"
    if trimmed and re.search(r"[ \t]$", text, re.MULTILINE):
        yield "whitespace at the end of a line"
    if wanted["indent_style"] == "space" and re.search(r"^ *\t", text, re.MULTILINE):
        yield "indented by a tab"


def _links(page: str) -> list[str]:
    """List the targets of a page's links and pictures."""
    inline = [child for token in _parsed(ROOT / page) for child in token.children or ()]
    return [str(target) for token in inline if (target := _target(token))]


def _target(token: Token) -> str | int | float | None:
    return token.attrs.get("href") or token.attrs.get("src")


def _leads_somewhere(page: str, target: str) -> bool:
    if re.match(r"https?:|mailto:", target):
        return True
    path, _, anchor = target.partition("#")
    file = (ROOT / page).parent / path if path else ROOT / page
    if not file.exists():
        return False
    return not anchor or anchor in _anchors(file)


@functools.cache
def _parsed(page: Path) -> list[Token]:
    return MARKDOWN.parse(page.read_text(encoding="utf-8"))


def _anchors(file: Path) -> set[str]:
    """Return the anchors of a page's headings, as GitHub makes them."""
    tokens = _parsed(file.resolve())
    titles = [tokens[at + 1] for at, token in enumerate(tokens) if token.type == "heading_open"]
    plain = ("".join(child.content for child in title.children or ()) for title in titles)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in plain}
