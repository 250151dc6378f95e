"""JUnit: a test suite for each template, a test case for each mutant; a survivor is a failure."""

from __future__ import annotations

import re
from pathlib import Path
from xml.etree import ElementTree

from ...shared.verdicts import ERROR, NOTICED, SURVIVED, VOID
from ..score import Stage, Verdict

_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def write(file: Path, stages: list[Stage], broken: list[str]) -> None:
    """Write the report: the rules that the run broke are a suite of their own."""
    root = ElementTree.Element("testsuites", name="template mutation")
    for stage in stages:
        _add_suite(root, stage.name, [_case(stage, verdict) for verdict in stage.verdicts])
    _add_suite(root, "rules", [_rule(line) for line in broken])
    ElementTree.indent(root)
    file.parent.mkdir(parents=True, exist_ok=True)
    ElementTree.ElementTree(root).write(file, encoding="utf-8", xml_declaration=True)


def _add_suite(root: ElementTree.Element, name: str, cases: list[ElementTree.Element]) -> None:
    suite = ElementTree.SubElement(root, "testsuite", name=name, tests=str(len(cases)))
    for attribute, tag in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
        suite.set(attribute, str(sum(case.find(tag) is not None for case in cases)))
    suite.extend(cases)


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


def _rule(line: str) -> ElementTree.Element:
    case = ElementTree.Element("testcase", classname="rules", name=_clean(line))
    ElementTree.SubElement(case, "failure", message=_clean(line))
    return case


def _clean(text: str) -> str:
    return _NOT_XML.sub("?", text)
