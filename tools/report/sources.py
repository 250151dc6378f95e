"""What each report came to, when, and of which commit; nothing where it was not run."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

Json = dict[str, Any]


@dataclass(frozen=True)
class Seen:
    """What a report came to, when and of which commit; `pages` are paths below the root."""

    good: bool
    summary: str
    when: str
    commit: str
    dirty: bool = False
    pages: tuple[Path, ...] = ()


@dataclass(frozen=True)
class Report:
    """A report with the question that it answers, and the command that writes it."""

    title: str
    question: str
    command: str
    seen: Seen | None
    problem: str = ""


def reports(root: Path) -> list[Report]:
    """Read every report below a root, the one that decides first."""
    return [_report(root, *source) for source in SOURCES]


def _report(
    root: Path, title: str, question: str, command: str, read: Callable[[Path], Seen | None]
) -> Report:
    try:
        return Report(title, question, command, read(root))
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        return Report(title, question, command, None, f"cannot be read ({error!r})")


def _gate(root: Path) -> Seen | None:
    folder = Path("build/release-gate")
    verdict = _json(root / folder / "verdict.json")
    if verdict is None:
        return None
    refused = [finding for finding in verdict["findings"] if not finding["allowed"]]
    return Seen(
        good=verdict["decision"] == "release",
        summary=f"{verdict['decision']} to {verdict['stage']}, {len(refused)} findings",
        when=_time(verdict["time"]),
        commit=verdict["candidate"]["commit"] or "",
        dirty=bool(verdict["candidate"]["dirty"]),
        pages=_existing(root, [folder / "index.html"]),
    )


def _release(root: Path) -> Seen | None:
    written = sorted(root.glob("build/release/*/release-verdict.json"))
    verdict = _json(written[-1]) if written else None
    if verdict is None:
        return None
    seen = f": {verdict['seen']}" if verdict["seen"] else ""
    return Seen(
        good=verdict["decision"] == "released",
        summary=f"{verdict['decision']}, {verdict['stage']}{seen}",
        when=_time(verdict["time"]),
        commit=verdict["commit"],
        pages=(written[-1].relative_to(root),),
    )


def _tests(level: str) -> Callable[[Path], Seen | None]:
    def read(root: Path) -> Seen | None:
        file = Path(f"build/evidence/{level}.json")
        content = _json(root / file)
        if content is None:
            return None
        counts = [f"{count} {kind}" for kind, count in content["counts"].items() if count]
        part = "" if content["whole"] else ", a part of the level"
        return _stamped(
            content,
            good=content["exit_code"] == 0,
            summary=f"{', '.join(counts) or 'no test'} in {content['seconds']} s{part}",
            pages=(file,),
        )

    return read


def _promises(root: Path) -> Seen | None:
    page = Path("build/mutation/promises.html")
    found = [_json(root / f"build/mutation/{level}.json") for level in ("unit", "infra", "e2e")]
    proofs = [content for content in found if content]
    if len(proofs) < len(found) or not (root / page).exists():
        return None
    broken = sum(len(content["kills"]) for content in proofs)
    survived = sum(len(content["survivors"]) for content in proofs)
    return _stamped(
        min(proofs, key=lambda content: str(content["time"])),
        good=not survived,
        summary=f"{broken} named ways to break a promise were noticed, {survived} were not",
        pages=(page,),
    )


def _mutation(level: str) -> Callable[[Path], Seen | None]:
    def read(root: Path) -> Seen | None:
        content = _json(root / f"build/mutation/{level}.json")
        if content is None:
            return None
        summary = content["summary"]
        tried = summary["noticed"] + summary["missed"]
        pages = [Path(f"build/mutation/{level}.{kind}") for kind in ("html", "json")]
        return _stamped(
            content,
            good=not content["survivors"],
            summary=f"{summary['noticed']} of {tried} noticed, {summary['broken']} tried",
            pages=_existing(root, pages)[:1],
        )

    return read


def _rehearsal(root: Path) -> Seen | None:
    file = Path("build/rehearsal/summary.json")
    content = _json(root / file)
    if content is None:
        return None
    return _stamped(
        content,
        good=content["as_expected"] == content["cases"],
        summary=f"{content['as_expected']} of {content['cases']} releases ended as expected",
        pages=_existing(root, [Path("build/rehearsal/results.json")]),
    )


def _benchmarks(root: Path) -> Seen | None:
    page = Path("tools/benchmarks/results.md")
    if not (root / page).exists():
        return None
    text = (root / page).read_text(encoding="utf-8")
    reached, missed = text.count("| yes |"), text.count("| **no** |")
    written = re.search(r"on (\d{4}-\d{2}-\d{2}) on Python", text)
    if written is None:
        raise ValueError("no date")
    return Seen(
        good=not missed,
        summary=f"{reached} of {reached + missed} targets reached",
        when=written[1],
        commit=_git(root, "log", "-1", "--format=%H", "--", str(page)),
        pages=(page,),
    )


SOURCES: tuple[tuple[str, str, str, Callable[[Path], Seen | None]], ...] = (
    (
        "release gate",
        "May this commit go out?",
        'make release-gate ARGS="check --candidate DIR --stage prod"',
        _gate,
    ),
    (
        "release",
        "Did the last release arrive?",
        'make release-gate ARGS="release SET --to staging,prod"',
        _release,
    ),
    ("promises", "What was broken to prove each promise?", "make mutation", _promises),
    ("unit tests", "Does the function answer as promised?", "make unit", _tests("unit")),
    ("infra tests", "Is each template as promised?", "make infra", _tests("infra")),
    ("e2e tests, open", "Does an open stage answer as promised?", "make e2e", _tests("e2e-local")),
    ("e2e tests, IAM", "Does a signed stage?", "make e2e", _tests("e2e-staging")),
    (
        "mutation of the template",
        "Does a test notice each wrong template?",
        'make mutation ARGS="template"',
        _mutation("infra"),
    ),
    (
        "mutation of the function",
        "Does a test notice each wrong function?",
        'make mutation ARGS="function"',
        _mutation("unit"),
    ),
    (
        "faults of a stage",
        "Does a test notice each wrong stage?",
        'make mutation ARGS="stage"',
        _mutation("e2e"),
    ),
    ("rehearsal", "Are bad releases refused or put back?", "make rehearse", _rehearsal),
    ("benchmarks", "What does a request cost?", "make bench", _benchmarks),
)


def head(root: Path) -> str:
    """Return the current commit; a copy without git has none."""
    return _git(root, "rev-parse", "HEAD")


def _stamped(content: Json, *, good: bool, summary: str, pages: tuple[Path, ...]) -> Seen:
    return Seen(good, summary, _time(content["time"]), content["commit"], content["dirty"], pages)


def _json(file: Path) -> Json | None:
    """Read an object from a file; None where there is no file. Raises ValueError."""
    if not file.exists():
        return None
    content = json.loads(file.read_text(encoding="utf-8"))
    if not isinstance(content, dict):
        raise TypeError("no JSON object")
    return content


def _time(text: str) -> str:
    return f"{datetime.fromisoformat(text).astimezone(UTC):%Y-%m-%d %H:%M} UTC"


def _existing(root: Path, paths: Iterable[Path]) -> tuple[Path, ...]:
    return tuple(path for path in paths if (root / path).exists())


def _git(root: Path, *words: str) -> str:
    done = subprocess.run(["git", *words], cwd=root, capture_output=True, text=True, check=False)
    return done.stdout.strip() if done.returncode == 0 else ""
