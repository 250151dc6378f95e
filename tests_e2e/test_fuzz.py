"""Requests that schemathesis generates from contract/openapi.json: valid, and wrong in every way.

The same ones in every run. Each answer must be one that the document names, and one of the
contract.
"""

from __future__ import annotations

import json
import string
from typing import Any

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis.checks import CHECKS, load_all_checks

import contract
from tests_e2e import checks
from tests_e2e.client import Answer, Client
from tests_e2e.target import Target
from tests_e2e.users import Users

pytestmark = pytest.mark.proof("last")
EXAMPLES = 25
load_all_checks()
# An unknown method is answered like an unknown path, not by 405.
NOT_PROMISED: list[Any] = CHECKS.get_by_names(["unsupported_method"])


def _document() -> dict[str, Any]:
    """The description without its authorization: the client signs, not the generator."""
    document: dict[str, Any] = json.loads(contract.OPENAPI.read_text(encoding="utf-8"))
    for operations in document["paths"].values():
        for operation in operations.values():
            operation.pop("security", None)
    return document


schema = schemathesis.openapi.from_dict(_document())


@pytest.mark.promise("gateway-errors-in-contract", "invalid-id-refused", "unknown-user-404")
@pytest.mark.promise("nothing-internal-shown")
@schema.parametrize()
@settings(max_examples=EXAMPLES, derandomize=True, deadline=None, database=None)
def test_generated_request_is_answered_as_described(
    case: schemathesis.Case[Any], api: Client, stage: Target
) -> None:
    wanted = requests.Request(**case.as_transport_kwargs(base_url=stage.url)).prepare()
    path = wanted.path_url.removeprefix(stage.base_path)
    answer = api.send(wanted.method or "", path, {**wanted.headers})
    checks.any_answer(answer)
    case.validate_response(_as_response(answer, wanted), excluded_checks=NOT_PROMISED)


def _as_response(answer: Answer, request: requests.PreparedRequest) -> schemathesis.Response:
    return schemathesis.Response(
        status_code=answer.status,
        headers={name: answer.all(name) for name, _ in answer.headers},
        content=answer.body,
        request=request,
        elapsed=answer.seconds,
        verify=True,
    )


@pytest.mark.promise("not-modified-304", "record-returned")
@given(condition=st.text(string.printable.strip() + " ", max_size=60).map(str.strip))
@settings(
    max_examples=EXAMPLES,
    derandomize=True,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_generated_condition_hides_no_record(api: Client, users: Users, condition: str) -> None:
    """No text in If-None-Match but the tag itself or `*` hides the record."""
    path = f"/user/{users.put().id}"
    answer = api.get(path, if_none_match=condition)
    if condition == "*":
        assert answer.status == 304
    else:
        checks.success(answer)
