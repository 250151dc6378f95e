"""Edits and the recognition of twins."""

from __future__ import annotations

import copy

from hypothesis import given
from hypothesis import strategies as st

from tools.proof.template.edits import apply, at, fingerprint, insert, pointer, remove, set_
from tools.template import Template

QUEUE = ("Resources", "Orders")


def test_edits_are_applied_in_order_to_copy(second: Template) -> None:
    before = copy.deepcopy(second.body)
    edits = (
        set_((*QUEUE, "DependsOn"), ["Refused"]),
        insert((*QUEUE, "DependsOn", 0), "Reader"),
        remove((*QUEUE, "Properties", "DelaySeconds")),
    )
    after = apply(second.copy(), edits)
    assert after["Resources"]["Orders"]["DependsOn"] == ["Reader", "Refused"]
    assert "DelaySeconds" not in after["Resources"]["Orders"]["Properties"]
    assert second.body == before


def test_edited_template_shares_what_no_edit_touches(second: Template) -> None:
    after = apply(second.body, (remove((*QUEUE, "DependsOn", 0)),))
    assert after["Resources"]["Orders"] is not second.body["Resources"]["Orders"]
    assert after["Resources"]["Refused"] is second.body["Resources"]["Refused"]
    assert second.body == second.copy() != after


def test_value_set_twice_is_not_shared(second: Template) -> None:
    value = {"a": [1]}
    after = apply(second.copy(), (set_(("One",), value), set_(("Two",), value)))
    after["One"]["a"].append(2)
    assert after["Two"] == value == {"a": [1]}


def test_equal_templates_have_equal_fingerprints(second: Template) -> None:
    path = (*QUEUE, "Properties", "DelaySeconds")
    unchanged = fingerprint(second, ())
    assert fingerprint(second, (set_(path, 0),)) == unchanged
    assert fingerprint(second, (set_(path, 1),)) != unchanged
    both = fingerprint(second, (set_(path, 5), set_(path, 1)))
    assert both == fingerprint(second, (set_(path, 1),))
    gone = fingerprint(second, (remove(QUEUE),))
    assert gone not in (unchanged, both)
    assert fingerprint(second, (set_(("Transform",), "X"),)) != unchanged


@given(st.lists(st.text(max_size=4) | st.integers(0, 9), max_size=4))
def test_pointer_identifies_path(path: list[str | int]) -> None:
    steps = pointer(tuple(path)).split("/")[1:]
    read = [step.replace("~1", "/").replace("~0", "~") for step in steps]
    assert read == [str(step) for step in path]


def test_at_reads_through_lists(second: Template) -> None:
    assert at(second.body, (*QUEUE, "DependsOn", 1)) == "Reader"
