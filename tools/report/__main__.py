"""`python -m tools.report`: exit 0 the index is written, 2 it could not be."""

from __future__ import annotations

import argparse
import os
import sys
import webbrowser
from collections.abc import Sequence
from pathlib import Path

from tools import pages
from tools.report import sources
from tools.report.sources import Report

ROOT = Path(__file__).resolve().parents[2]
INDEX = Path("build/report/index.html")


def main(arguments: Sequence[str] | None = None) -> int:
    """Write the index of all reports, print what it says and where it is."""
    parser = argparse.ArgumentParser(
        prog="python -m tools.report",
        description="Writes an index of what the last runs reported. Runs none of them.",
        epilog="Exit codes: 0 the index is written, 2 it could not be.",
    )
    parser.add_argument("--open", action="store_true", help="open it in the browser")
    options = parser.parse_args(arguments)
    found, commit = sources.reports(ROOT), sources.head(ROOT)
    try:
        (ROOT / INDEX).parent.mkdir(parents=True, exist_ok=True)
        (ROOT / INDEX).write_text(page(found, commit), encoding="utf-8")
    except OSError as problem:
        print(f"{INDEX} could not be written: {problem.strerror}", file=sys.stderr)
        return 2
    print("\n".join([*(line(report, commit) for report in found), "", (ROOT / INDEX).as_uri()]))
    if options.open:
        webbrowser.open((ROOT / INDEX).as_uri())
    return 0


def line(report: Report, commit: str) -> str:
    """Say in one line what a report came to."""
    seen = report.seen
    if seen is None:
        why = report.problem or "not run"
        return f"{report.title:26} {why}: {report.command}"
    state = "good" if seen.good else "BAD"
    return f"{report.title:26} {state:4} {seen.summary} ({seen.when}, {of(report, commit)})"


def of(report: Report, commit: str) -> str:
    """Say of which state of the sources a report is."""
    seen = report.seen
    if seen is None or not seen.commit:
        return "no commit"
    name = "this commit" if seen.commit == commit else f"commit {seen.commit[:7]}"
    return f"{name} with changes" if seen.dirty else name


def page(reports: Sequence[Report], commit: str) -> str:
    """Render the index as one self-contained page."""
    template = pages.templates(Path(__file__).parent).get_template("index.html.jinja")
    return template.render(
        reports=reports,
        commit=commit,
        of=of,
        link=lambda path: os.path.relpath(path, INDEX.parent),
    )


if __name__ == "__main__":
    sys.exit(main())
