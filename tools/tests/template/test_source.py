"""Places in the source that the HTML page shows."""

from __future__ import annotations

from tools.proof.template.reports.html import Source


def test_location_is_lines_of_value() -> None:
    source = Source({"A": {"b/c": [1, "zwei"], "d": {}}})
    for pointer, text in (("/A/b~1c/1", '"zwei"'), ("/A/b~1c/0", "1"), ("/A/d", '"d": {}')):
        place = source.location(pointer)
        start, end = place["start"], place["end"]
        assert start["line"] == end["line"]
        line = source.lines[start["line"] - 1]
        assert line[start["column"] - 1 : end["column"] - 1] == text
    whole = source.location("/A/b~1c")
    assert [source.lines[whole[end]["line"] - 1] for end in ("start", "end")] == [
        '    "b/c": [',
        "    ],",
    ]


def test_missing_value_is_at_its_nearest_ancestor() -> None:
    source = Source({"A": {"b": 1}})
    assert source.location("/A/x/0/y") == source.location("/A")
    assert source.location("/nothing") == source.location("")
    assert source.location("")["start"] == {"line": 1, "column": 1}
