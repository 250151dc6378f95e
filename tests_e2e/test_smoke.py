"""What a release asks of a live stage first: is it quick, and does it know its synthetic user?

Reads only. With the tests of other modules that are marked `smoke`, this is
`pytest tests_e2e -m smoke`; the record is that of `contract.smoke_user`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from contract.smoke_user import SHOWN
from contract.stages import PROMPT_SECONDS
from tests_e2e import checks
from tests_e2e.client import Client
from tests_e2e.target import Target

pytestmark = pytest.mark.smoke
UNKNOWN = "nobody-has-this-id"
# One id of each kind that a looser pattern lets through.
INVALID = ("a" * 129, "ada%0A", "a.b", "%C3%A9")


@pytest.mark.promise("record-returned")
def test_smoke_user_is_answered_promptly(api: Client, smoke_user: str) -> None:
    """Neither a cold start nor a busy machine counts: one prompt answer of three is enough."""
    answers = (api.get(f"/user/{smoke_user}") for _ in range(3))
    assert any(answer.seconds < PROMPT_SECONDS for answer in answers)


@pytest.mark.promise("record-returned", "values-exact", "query-route-same")
@pytest.mark.promise("cache-private", "json-nosniff", "request-id-matches")
def test_smoke_user_is_returned_whole(api: Client, smoke_user: str, route: str) -> None:
    answer = api.get(route.format(smoke_user))
    assert answer.status != 404, (
        f"the stage has no user {smoke_user!r}: a release puts it there, --smoke-user names another"
    )
    checks.record(answer, _record(smoke_user))
    assert str(SHOWN["digits"]).encode() in answer.body, "digits are lost"


@pytest.mark.promise("etag-follows-data", "query-route-same")
def test_tag_of_smoke_user_stays(api: Client, smoke_user: str) -> None:
    paths = [f"/user/{smoke_user}", f"/user?userId={smoke_user}"] * 2
    tags = {api.get(path).header("etag") for path in paths}
    assert len(tags) == 1
    assert None not in tags


@pytest.mark.promise("not-modified-304")
def test_smoke_user_is_not_modified(api: Client, smoke_user: str) -> None:
    path = f"/user/{smoke_user}"
    tag = api.get(path).header("etag") or ""
    for condition in (tag, f'"x", {tag.removeprefix("W/")}'):
        checks.not_modified(api.get(path, if_none_match=condition), tag)
    assert api.raw(path, {"if-none-match": tag}).endswith(b"\r\n\r\n"), "a 304 has a body"
    checks.record(api.get(path, if_none_match='"x"'), _record(smoke_user))


@pytest.mark.promise("record-returned")
def test_smoke_user_is_as_long_as_announced(api: Client, smoke_user: str) -> None:
    head, _, body = api.raw(f"/user/{smoke_user}").partition(b"\r\n\r\n")
    assert f"content-length: {len(body)}".encode() in head.lower()


@pytest.mark.promise("cors-allowed-origin")
def test_smoke_user_is_readable_for_allowed_origin(
    api: Client, stage: Target, smoke_user: str
) -> None:
    for origin in stage.expected.origins:
        checks.success(api.get(f"/user/{smoke_user}", origin=origin), origin)


@pytest.mark.promise("cors-foreign-origin", "cors-no-credentials-with-star")
def test_smoke_user_is_unreadable_for_foreign_origin(
    api: Client, stage: Target, smoke_user: str
) -> None:
    allowed = stage.expected.origins[0]
    for origin in ("https://evil.example", f"{allowed}.evil.example"):
        checks.success(api.get(f"/user/{smoke_user}", origin=origin))


@pytest.mark.promise("request-id-matches")
def test_request_ids_of_smoke_user_differ(api: Client, smoke_user: str) -> None:
    theirs = "11111111-2222-3333-4444-555555555555"
    answers = [api.get(f"/user/{smoke_user}", x_request_id=theirs) for _ in range(2)]
    assert len({theirs, *(answer.header("x-request-id") for answer in answers)}) == 3


@pytest.mark.promise("unknown-user-404", "query-route-same", "nothing-internal-shown")
def test_user_beside_smoke_user_is_not_found(api: Client, smoke_user: str, route: str) -> None:
    for user_id in (UNKNOWN, smoke_user.upper()):
        checks.function_error(api.get(route.format(user_id)), 404, "USER_NOT_FOUND")


@pytest.mark.promise("invalid-id-refused", "query-route-same", "nothing-internal-shown")
@pytest.mark.parametrize("user_id", INVALID)
def test_id_of_wrong_form_is_refused(api: Client, user_id: str) -> None:
    checks.function_error(api.get(f"/user/{user_id}"), 400, "INVALID_USER_ID")


@pytest.mark.only("iam")
@pytest.mark.promise("authorization-per-stage")
def test_signed_request_for_smoke_user_is_answered(api: Client, smoke_user: str) -> None:
    assert api.signer
    checks.success(api.get(f"/user/{smoke_user}"))


def _record(smoke_user: str) -> Mapping[str, Any]:
    return {**SHOWN, "userId": smoke_user}
