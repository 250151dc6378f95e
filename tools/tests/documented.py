"""The commands of a Markdown page: what its code blocks say to type, and what comes then."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

FENCED = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
INDENTED = re.compile(r"^(?: {4,}|\$ )(\S.*)$", re.MULTILINE)
INLINE = re.compile(r"`([^`\n]+)`")
IN_TABLE = re.compile(r"^\| `([^`]+)` \|", re.MULTILINE)
PROGRAMS = ("make", "tox", "pytest", "python", "npm", "npx", "curl", "aws", ".ci/run", "pip", "cdk")


@dataclass(frozen=True)
class Block:
    """Shell lines of a page, and the lines that their output shows (`…` stands for anything)."""

    shell: str
    shown: tuple[str, ...]


def session(page: str) -> list[Block]:
    """Return the ```sh blocks of a page in their order, each with the ```text block after it."""
    blocks: list[Block] = []
    for language, text in FENCED.findall(page):
        if language == "sh":
            blocks.append(Block(text, ()))
        elif language == "text":
            blocks[-1] = Block(blocks[-1].shell, tuple(text.splitlines()))
    return blocks


def in_tables(page: str) -> list[str]:
    """Return the commands in the first cells of a page's tables."""
    return [cell for cell in IN_TABLE.findall(page) if cell.split()[0] in PROGRAMS]


def mentioned(page: str) -> Iterator[str]:
    """Yield every command of a page with its arguments: typed, in a table, or in a sentence."""
    yield from typed(re.sub(r" \\\n\s*", " ", page))
    for code in INLINE.findall(page):
        words = code.split()
        if len(words) > 1 and words[0] in PROGRAMS:
            yield code


def typed(page: str) -> Iterator[str]:
    """Yield every line of a page that says to run a program, without its comment."""
    for line in INDENTED.findall(page):
        command = re.split(r"\s{2,}|\s+#\s", line.removeprefix("$ "))[0].strip()
        if command.split()[0] in PROGRAMS:
            yield command


def missing(shown: tuple[str, ...], output: str) -> list[str]:
    """Return the shown lines that do not stand in an output."""
    lines = output.splitlines()
    patterns = {line: re.compile(re.escape(line).replace("…", ".*")) for line in shown}
    return [line for line in shown if not any(patterns[line].fullmatch(one) for one in lines)]
