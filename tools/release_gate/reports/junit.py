"""JUnit: a test case for each rule and each promise; what was not allowed is a failure."""

from __future__ import annotations

import re
from collections.abc import Iterable
from xml.etree import ElementTree

from tools.release_gate import rules
from tools.release_gate.verdict import PromiseStatus, Verdict

_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def render(verdict: Verdict) -> str:
    """Return the text of junit.xml."""
    root = ElementTree.Element("testsuites", name="release gate")
    failures: dict[str, list[str]] = {name: [] for name in rules.load()}
    for finding in verdict.refused:
        line = f"{finding.construct}: {finding.before} -> {finding.after}"
        failures.setdefault(finding.id, []).append(line)
    _suite(root, "rules", failures.items())
    _suite(root, "promises", [(promise.id, list(_faults(promise))) for promise in verdict.promises])
    ElementTree.indent(root)
    return ElementTree.tostring(root, encoding="unicode", xml_declaration=True) + "\n"


def _faults(promise: PromiseStatus) -> Iterable[str]:
    for level, status in promise.levels.items():
        if status in ("broken", "not proven"):
            yield f"{level}: {status}"


def _suite(root: ElementTree.Element, name: str, cases: Iterable[tuple[str, list[str]]]) -> None:
    suite = ElementTree.SubElement(root, "testsuite", name=name)
    count = failed = 0
    for case, lines in cases:
        element = ElementTree.SubElement(suite, "testcase", classname=name, name=case)
        count += 1
        if lines:
            failed += 1
            text = _NOT_XML.sub("?", "\n".join(lines))
            ElementTree.SubElement(element, "failure", message=text.splitlines()[0]).text = text
    suite.attrib |= {"tests": str(count), "failures": str(failed)}
