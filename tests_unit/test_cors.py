"""CORS on stages for one origin, several, any and none."""

from __future__ import annotations

import pytest

from tests_unit import checks, events
from tests_unit.conftest import Put, handler_with

APP, WWW, EVIL = "https://app.example.com", "https://www.example.com", "https://evil.example"
EXPOSED = "ETag, Retry-After, X-Request-Id"
pytestmark = pytest.mark.usefixtures("dynamodb")


def cors_of(allowed: str, user_id: str, **headers: str) -> dict[str, str]:
    """The headers of the answer that concern origins."""
    handler = handler_with(ALLOWED_ORIGINS=allowed)
    event = events.with_headers(events.by_path(user_id), headers)
    return {
        name: value
        for name, value in checks.ask(handler, event)["headers"].items()
        if name.startswith("Access-Control-") or name == "Vary"
    }


def allowed(origin: str) -> dict[str, str]:
    return {
        "Access-Control-Allow-Origin": origin,
        "Access-Control-Expose-Headers": EXPOSED,
        "Vary": "Origin",
    }


@pytest.mark.promise("cors-allowed-origin")
@pytest.mark.parametrize(("stage", "origin"), [(APP, APP), (f"{APP},{WWW}", WWW)])
@pytest.mark.parametrize("user_id", ["nobody", "not valid"])
def test_allowed_origin_may_read_every_answer(stage: str, origin: str, user_id: str) -> None:
    assert cors_of(stage, user_id, Origin=origin) == allowed(origin)


@pytest.mark.promise("cors-allowed-origin")
def test_allowed_origin_may_read_record(put: Put) -> None:
    put()
    assert cors_of(f"{WWW}, {APP}", "ada", origin=APP) == allowed(APP)
    assert cors_of(APP, "ada", **{"Origin": APP, "If-None-Match": "*"}) == allowed(APP)


@pytest.mark.promise("cors-foreign-origin")
@pytest.mark.parametrize("stage", [APP, f"{APP},{WWW}"])
@pytest.mark.parametrize(
    "origin", [EVIL, "null", "", APP.upper(), f"{APP}.evil.example", f"{APP},{WWW}", f"{APP}:443"]
)
def test_foreign_origin_may_read_nothing(stage: str, origin: str) -> None:
    assert cors_of(stage, "nobody", Origin=origin) == {"Vary": "Origin"}


@pytest.mark.promise("cors-foreign-origin")
def test_two_origins_may_read_nothing(put: Put) -> None:
    put()
    handler = handler_with(ALLOWED_ORIGINS=APP)
    event = events.by_path("ada", multiValueHeaders={"Origin": [EVIL, APP]})
    headers = checks.ask(handler, event)["headers"]
    assert "Access-Control-Allow-Origin" not in headers


@pytest.mark.promise("cors-foreign-origin")
def test_answer_without_origin_still_varies_by_it() -> None:
    assert cors_of(APP, "nobody") == {"Vary": "Origin"}


@pytest.mark.promise("cors-allowed-origin")
@pytest.mark.parametrize("headers", [{}, {"Origin": EVIL}])
def test_stage_for_any_origin_says_so_to_all(headers: dict[str, str]) -> None:
    assert cors_of("*", "nobody", **headers) == {
        "Access-Control-Allow-Origin": "*",
        "Access-Control-Expose-Headers": EXPOSED,
    }


@pytest.mark.promise("cors-foreign-origin")
@pytest.mark.parametrize("stage", ["", " "])
def test_stage_for_no_origin_says_nothing(stage: str) -> None:
    assert cors_of(stage, "nobody", Origin=APP) == {}
