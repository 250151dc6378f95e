"""JUnit: a test suite for each template, a test case for each mutant; a survivor is a failure."""

from __future__ import annotations

import re
from pathlib import Path
from xml.etree import ElementTree

from ...shared.verdicts import ERROR, NOTICED, SURVIVED, VOID
from ..score import VALID, Stage, Verdict

_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def write(file: Path, stages: list[Stage], broken: list[str]) -> None:
    """Write the report: the rules that the run broke are a suite of their own."""
    root = ElementTree.Element("testsuites", name="template mutation")
    for stage in stages:
        root.append(_suite(stage))
    root.append(_rules(broken))
    ElementTree.indent(root)
    file.parent.mkdir(parents=True, exist_ok=True)
    ElementTree.ElementTree(root).write(file, encoding="utf-8", xml_declaration=True)


def _suite(stage: Stage) -> ElementTree.Element:
    counts = stage.counts
    suite = ElementTree.Element(
        "testsuite",
        name=stage.name,
        tests=str(len(stage.verdicts)),
        failures=str(counts[SURVIVED] + counts[VOID]),
        errors=str(counts[ERROR]),
        skipped=str(len(stage.verdicts) - len(stage.with_status(*VALID))),
    )
    for verdict in stage.verdicts:
        suite.append(_case(stage, verdict))
    return suite


def _case(stage: Stage, verdict: Verdict) -> ElementTree.Element:
    mutant = verdict.mutant
    name = {"classname": f"{stage.name}.{mutant.type}", "name": mutant.name}
    case = ElementTree.Element("testcase", name)
    if verdict.status in (SURVIVED, VOID):
        kind = f"must be killed: {mutant.must_kill}" if mutant.must_kill else verdict.status
        ElementTree.SubElement(case, "failure", message=_clean(mutant.description), type=kind)
    elif verdict.status == ERROR:
        ElementTree.SubElement(case, "error", message=_clean(verdict.reason))
    elif verdict.status not in NOTICED:
        message = _clean(f"{verdict.status}: {verdict.reason}")
        ElementTree.SubElement(case, "skipped", message=message)
    return case


def _rules(broken: list[str]) -> ElementTree.Element:
    count = str(len(broken))
    suite = ElementTree.Element("testsuite", name="rules", tests=count, failures=count)
    for line in broken:
        case = ElementTree.SubElement(suite, "testcase", classname="rules", name=_clean(line))
        ElementTree.SubElement(case, "failure", message=_clean(line))
    return suite


def _clean(text: str) -> str:
    return _NOT_XML.sub("?", text)
