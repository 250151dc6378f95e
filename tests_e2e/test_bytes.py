"""Answers byte by byte, as they come over the connection: which an HTTP library would hide."""

from __future__ import annotations

import pytest

from tests_e2e.client import Client
from tests_e2e.users import Users


def _split(received: bytes) -> tuple[bytes, dict[bytes, bytes], bytes]:
    """Status line, headers with lower-case names, and all that follows."""
    head, separator, body = received.partition(b"\r\n\r\n")
    assert separator, f"no end of the headers: {received[:300]!r}"
    status, *lines = head.split(b"\r\n")
    pairs = [line.partition(b":") for line in lines]
    assert all(colon for _, colon, _ in pairs), f"not headers: {lines}"
    return status, {name.lower(): value.strip() for name, _, value in pairs}, body


@pytest.mark.promise("not-modified-304")
def test_not_modified_ends_with_its_headers(api: Client, users: Users) -> None:
    path = f"/user/{users.put().id}"
    tag = api.get(path).header("etag") or ""
    status, headers, body = _split(api.raw(path, {"if-none-match": tag}))
    assert status.startswith(b"HTTP/1.1 304")
    assert body == b""
    assert headers.get(b"content-length", b"0") == b"0"
    assert b"transfer-encoding" not in headers


@pytest.mark.promise("record-returned")
def test_record_is_as_long_as_announced(api: Client, users: Users) -> None:
    path = f"/user/{users.put(name={'S': 'Gräße 東京 🦊'}).id}"
    status, headers, body = _split(api.raw(path))
    assert status.startswith(b"HTTP/1.1 200")
    assert headers[b"content-length"] == b"%d" % len(body)
    assert body.startswith(b"{")
    assert body.endswith(b"}")


@pytest.mark.smoke
@pytest.mark.promise("unknown-user-404")
def test_error_is_as_long_as_announced(api: Client) -> None:
    status, headers, body = _split(api.raw("/user/nobody-has-this-id"))
    assert status.startswith(b"HTTP/1.1 404")
    assert headers[b"content-length"] == b"%d" % len(body)
    assert body.endswith(b"}")
