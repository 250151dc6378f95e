"""JSON documents in texts: read, edited, and written back around their intrinsic parts."""

from __future__ import annotations

from tools.proof.template import embedded

TABLE = {"Ref": "Table"}


def test_text_without_document_is_none() -> None:
    for value in ("", "GET", "{not json", "12", '"text"', 12, {"Ref": "Table"}, ["{}"]):
        assert embedded.parse(value) is None, value


def test_key_is_left_out() -> None:
    document = embedded.parse('{"id": "$context.requestId", "ip": "$context.ip"}')
    assert document is not None
    assert list(embedded.paths(document)) == [("id",), ("ip",)]
    assert embedded.render(document, without=("ip",)) == '{"id": "$context.requestId"}'


def test_bare_variables_stay_bare() -> None:
    document = embedded.parse('{"success":false,"message":$context.error.messageString}')
    assert document is not None
    changed = embedded.render(document, with_=(("success",), True))
    assert changed == '{"success": true, "message": $context.error.messageString}'


def test_intrinsic_parts_are_carried_through() -> None:
    join = {"Fn::Join": ["", ['{"widgets":[{"t":"', TABLE, '","w":1},{"w":2}]}']]}
    document = embedded.parse(join)
    assert document is not None
    assert ("widgets", 0, "t") in embedded.paths(document)
    changed = embedded.render(document, without=("widgets", 1))
    assert changed == {"Fn::Join": ["", ['{"widgets": [{"t": "', TABLE, '", "w": 1}]}']]}
