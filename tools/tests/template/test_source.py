"""Places in the source that the HTML page shows."""

from __future__ import annotations

from tools.proof.template.reports.source import Source


def test_a_span_is_where_the_value_stands() -> None:
    source = Source({"A": {"b/c": [1, "zwei"], "d": {}}})
    lines = source.text.splitlines()
    for pointer, text in (("/A/b~1c/1", '"zwei"'), ("/A/b~1c/0", "1"), ("/A/d", "{}")):
        span = source.span(pointer)
        assert span.start[0] == span.end[0]
        assert lines[span.start[0] - 1][span.start[1] - 1 : span.end[1] - 1] == text


def test_a_missing_value_stands_at_its_nearest_ancestor() -> None:
    source = Source({"A": {"b": 1}})
    assert source.span("/A/x/0/y") == source.span("/A")
    assert source.span("/nothing") == source.span("")
    assert source.span("").start == (1, 1)
