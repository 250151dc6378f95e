"""Entity tags, conditional requests and what may be cached where."""

from __future__ import annotations

import pytest

from tests_e2e import checks
from tests_e2e.client import Client
from tests_e2e.target import Target
from tests_e2e.users import Users, new_id


def _tag(api: Client, path: str) -> str:
    answer = api.get(path)
    assert answer.status == 200
    tag = answer.header("etag")
    assert tag
    return tag


@pytest.mark.promise("cache-private")
def test_record_is_cached_privately(api: Client, users: Users, stage: Target, route: str) -> None:
    answer = api.get(route.format(users.put().id))
    checks.success(answer)
    assert answer.header("cache-control") == stage.expected.cache_control


@pytest.mark.promise("etag-follows-data")
def test_tag_stays_while_record_stays(api: Client, users: Users) -> None:
    user = users.put(tags={"SS": ["b", "a", "c"]}, map={"M": {"x": {"N": "1"}}})
    tags = {_tag(api, path) for path in [f"/user/{user.id}", f"/user?userId={user.id}"] * 3}
    assert len(tags) == 1


@pytest.mark.promise("etag-follows-data")
def test_tag_stays_when_same_values_are_written_in_other_order(api: Client, users: Users) -> None:
    """In another order of the attributes, of a set, of a map; and 1.0 for 1."""
    user_id = new_id()
    users.put(user_id, tags={"SS": ["b", "a"]}, map={"M": {"x": {"N": "1"}, "y": {"N": "1.0"}}})
    first = _tag(api, f"/user/{user_id}")
    users.put(user_id, map={"M": {"y": {"N": "1"}, "x": {"N": "1"}}}, tags={"SS": ["a", "b"]})
    assert _tag(api, f"/user/{user_id}") == first


@pytest.mark.promise("etag-follows-data")
def test_tag_follows_every_change(api: Client, users: Users) -> None:
    """Also a change of type alone; and the first value has the first tag again."""
    user_id, tags = new_id(), []
    for value in ({"S": "1"}, {"N": "1"}, {"BOOL": True}, {"NULL": True}, {"S": ""}, None):
        users.put(user_id, value=value)
        tags.append(_tag(api, f"/user/{user_id}"))
    assert len(set(tags)) == len(tags)
    users.put(user_id, value={"S": "1"})
    assert _tag(api, f"/user/{user_id}") == tags[0]


@pytest.mark.promise("etag-follows-data")
def test_tags_of_equal_users_differ(api: Client, users: Users) -> None:
    tags = {_tag(api, f"/user/{users.put().id}") for _ in range(3)}
    assert len(tags) == 3


@pytest.mark.promise("not-modified-304", "request-id-matches", "json-nosniff", "cache-private")
@pytest.mark.parametrize(
    "condition", ["{}", "W/{}", '"x", {}', '{}, "x"', '"x",W/{}', "*", '  "a" ,  {} ']
)
def test_matching_condition_is_not_modified(
    api: Client, users: Users, route: str, condition: str
) -> None:
    path = route.format(users.put().id)
    tag = _tag(api, path)
    opaque = tag.removeprefix("W/")
    checks.not_modified(api.get(path, if_none_match=condition.format(opaque)), tag)


@pytest.mark.promise("not-modified-304", "record-returned")
@pytest.mark.parametrize("condition", ['"{}x"', '"x{}"', "{}", '"{:.16}"', '"x"', '""', "W/*", "x"])
def test_other_condition_returns_record(api: Client, users: Users, condition: str) -> None:
    """Another tag, a part of the tag, and what is not a tag."""
    path = f"/user/{users.put().id}"
    bare = _tag(api, path).removeprefix("W/").strip('"')
    checks.success(api.get(path, if_none_match=condition.format(bare)))


@pytest.mark.promise("not-modified-304", "etag-follows-data")
def test_change_ends_not_modified(api: Client, users: Users) -> None:
    user = users.put(version={"N": "1"})
    old = _tag(api, f"/user/{user.id}")
    users.put(user.id, version={"N": "2"})
    answer = api.get(f"/user/{user.id}", if_none_match=old)
    checks.success(answer)
    new = answer.header("etag")
    assert new
    assert new != old
    checks.not_modified(api.get(f"/user/{user.id}", if_none_match=new), new)


@pytest.mark.promise("not-modified-304")
def test_tag_of_another_user_does_not_match(api: Client, users: Users) -> None:
    user, other = users.put(), users.put()
    tag = _tag(api, f"/user/{user.id}")
    checks.record(api.get(f"/user/{other.id}", if_none_match=tag), other.record())


@pytest.mark.smoke
@pytest.mark.promise("unknown-user-404", "invalid-id-refused", "not-modified-304")
def test_errors_are_never_not_modified(api: Client) -> None:
    unknown = api.get("/user/nobody-has-this-id", if_none_match="*")
    checks.function_error(unknown, 404, "USER_NOT_FOUND")
    checks.function_error(api.get("/user/a.b", if_none_match="*"), 400, "INVALID_USER_ID")


@pytest.mark.promise("record-returned")
@pytest.mark.parametrize(
    "header", ["if-modified-since: Sun, 22 Nov 2099 00:00:00 GMT", "range: bytes=0-3"]
)
def test_other_conditions_change_nothing(api: Client, users: Users, header: str) -> None:
    name, _, value = header.partition(": ")
    user = users.put()
    checks.record(api.send("GET", f"/user/{user.id}", {name: value}), user.record())
