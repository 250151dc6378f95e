"""Entity tags, conditional requests and what may be cached where."""

from __future__ import annotations

import pytest

from tests_e2e import checks
from tests_e2e.aws import Users
from tests_e2e.client import Client
from tests_e2e.target import Target

ROUTES = pytest.mark.parametrize("route", ["/user/{}", "/user?userId={}"])


def _tag(api: Client, path: str) -> str:
    answer = api.get(path)
    assert answer.status == 200
    tag = answer.header("etag")
    assert tag
    return tag


@pytest.mark.promise("cache-private")
@ROUTES
def test_record_is_cached_privately(api: Client, users: Users, stage: Target, route: str) -> None:
    answer = api.get(route.format(users.put({})))
    checks.success(answer, stage.expected)
    assert answer.header("cache-control") == stage.expected.cache_control


@pytest.mark.promise("etag-follows-data")
def test_tag_stays_while_the_record_does(api: Client, users: Users) -> None:
    user = users.put({"tags": {"SS": ["b", "a", "c"]}, "map": {"M": {"x": {"N": "1"}}}})
    tags = {_tag(api, path) for path in [f"/user/{user}", f"/user?userId={user}"] * 3}
    assert len(tags) == 1


@pytest.mark.promise("etag-follows-data")
def test_tag_stays_when_the_same_is_written_again(api: Client, users: Users) -> None:
    """In another order: of the attributes, of a set, of a map."""
    user = users.new_id()
    one = {"tags": {"SS": ["b", "a"]}, "map": {"M": {"x": {"N": "1"}, "y": {"N": "1.0"}}}}
    other = {"map": {"M": {"y": {"N": "1"}, "x": {"N": "1"}}}, "tags": {"SS": ["a", "b"]}}
    tags = set()
    for attributes in (one, other):
        users.put(attributes, user)
        tags.add(_tag(api, f"/user/{user}"))
    assert len(tags) == 1


@pytest.mark.promise("etag-follows-data")
def test_tag_follows_every_change(api: Client, users: Users) -> None:
    """Also a change of type alone; and what was, has its old tag again."""
    user = users.new_id()
    tags = []
    versions = [{"S": "1"}, {"N": "1"}, {"BOOL": True}, {"NULL": True}, {"S": ""}, {"S": "1"}]
    for value in versions:
        users.put({"value": value}, user)
        tags.append(_tag(api, f"/user/{user}"))
    users.put({}, user)
    tags.append(_tag(api, f"/user/{user}"))
    assert tags[0] == tags[5]
    assert len(set(tags)) == len(tags) - 1


@pytest.mark.promise("etag-follows-data")
def test_users_differ_in_their_tags(api: Client, users: Users) -> None:
    tags = {_tag(api, f"/user/{users.put({'name': {'S': 'Ada'}})}") for _ in range(3)}
    assert len(tags) == 3


@pytest.mark.promise("not-modified-304", "request-id-matches", "json-nosniff", "cache-private")
@ROUTES
@pytest.mark.parametrize(
    "condition", ["{}", "W/{}", '"x", {}', '{}, "x"', '"x",W/{}', "*", '  "a" ,  {} ']
)
def test_not_modified(api: Client, users: Users, stage: Target, route: str, condition: str) -> None:
    path = route.format(users.put({"name": {"S": "Ada"}}))
    tag = _tag(api, path)
    answer = api.get(path, if_none_match=condition.format(tag))
    checks.not_modified(answer, stage.expected, tag)


@pytest.mark.promise("not-modified-304", "record-returned")
@pytest.mark.parametrize("condition", ['"{}x"', '"x{}"', "{}", '"{:.16}"', '"x"', '""', "W/*", "x"])
def test_modified(api: Client, users: Users, stage: Target, condition: str) -> None:
    """Another tag, a part of the tag, and what is no tag: the record comes."""
    path = f"/user/{users.put({})}"
    bare = _tag(api, path).strip('"')
    checks.success(api.get(path, if_none_match=condition.format(bare)), stage.expected)


@pytest.mark.promise("not-modified-304", "etag-follows-data")
def test_a_change_ends_not_modified(api: Client, users: Users, stage: Target) -> None:
    user = users.put({"version": {"N": "1"}})
    old = _tag(api, f"/user/{user}")
    users.put({"version": {"N": "2"}}, user)
    answer = api.get(f"/user/{user}", if_none_match=old)
    checks.success(answer, stage.expected)
    new = answer.header("etag")
    assert new
    assert new != old
    checks.not_modified(api.get(f"/user/{user}", if_none_match=new), stage.expected, new)


@pytest.mark.promise("not-modified-304")
def test_the_tag_of_another_user_does_not_match(api: Client, users: Users, stage: Target) -> None:
    one, other = users.put({"name": {"S": "Ada"}}), users.put({"name": {"S": "Ada"}})
    tag = _tag(api, f"/user/{one}")
    data = checks.success(api.get(f"/user/{other}", if_none_match=tag), stage.expected)
    assert data["userId"] == other


@pytest.mark.promise("unknown-user-404", "invalid-id-refused", "not-modified-304")
def test_errors_are_never_not_modified(api: Client) -> None:
    unknown = api.get("/user/nobody-has-this-id", if_none_match="*")
    checks.function_error(unknown, 404, "USER_NOT_FOUND")
    checks.function_error(api.get("/user/a.b", if_none_match="*"), 400, "INVALID_USER_ID")


@pytest.mark.promise("record-returned")
@pytest.mark.parametrize(
    "header", ["if-modified-since: Sun, 22 Nov 2099 00:00:00 GMT", "range: bytes=0-3"]
)
def test_other_conditions_change_nothing(
    api: Client, users: Users, stage: Target, header: str
) -> None:
    name, _, value = header.partition(": ")
    answer = api.send("GET", f"/user/{users.put({})}", {name: value})
    checks.success(answer, stage.expected)
