"""The second opinion of IAM Access Analyzer, with a stub: never tried on AWS."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import boto3
import pytest
from botocore.stub import ANY, Stubber

from tools.release_gate import access_analyzer
from tools.release_gate.findings import Change
from tools.release_gate.problems import UndecidedError
from tools.template import Template


def test_unchanged_policies_are_not_asked_about() -> None:
    with _stubbed() as (client, _):
        assert list(access_analyzer.opinion(client)(_change("sns:Publish", "sns:Publish"))) == []


def test_new_access_is_a_finding() -> None:
    with _stubbed() as (client, stub):
        answer = {"result": "FAIL", "message": "might allow", "reasons": []}
        stub.add_response("check_no_new_access", answer, _expected("RESOURCE_POLICY"))
        stub.add_response(
            "check_no_public_access",
            {"result": "PASS"},
            {"policyDocument": ANY, "resourceType": "AWS::SNS::Topic"},
        )
        (finding,) = access_analyzer.opinion(client)(_change("sns:Publish", "sns:*"))
    assert (finding.id, finding.construct) == ("access-analyzer-new-access", "Policy")


def test_public_access_is_a_finding() -> None:
    with _stubbed() as (client, stub):
        stub.add_response("check_no_new_access", {"result": "PASS"}, _expected("RESOURCE_POLICY"))
        stub.add_response("check_no_public_access", {"result": "FAIL"})
        (finding,) = access_analyzer.opinion(client)(_change("sns:Publish", "sns:*"))
    assert finding.id == "access-analyzer-public-access"


def test_service_that_does_not_answer_is_undecided() -> None:
    with _stubbed() as (client, stub):
        stub.add_client_error("check_no_new_access", "AccessDeniedException")
        with pytest.raises(UndecidedError, match="AccessDenied"):
            list(access_analyzer.opinion(client)(_change("sns:Publish", "sns:*")))


@contextmanager
def _stubbed() -> Iterator[tuple[Any, Stubber]]:
    client: Any = boto3.client(
        "accessanalyzer",
        region_name="us-east-1",
        aws_access_key_id="nobody",
        aws_secret_access_key="nothing",
    )
    with Stubber(client) as stub:
        yield client, stub
        stub.assert_no_pending_responses()


def _expected(policy_type: str) -> dict[str, Any]:
    return {
        "newPolicyDocument": ANY,
        "existingPolicyDocument": ANY,
        "policyType": policy_type,
    }


def _change(before: str, after: str) -> Change:
    return Change(stage="prod", candidate=_template(after), deployed=_template(before))


def _template(action: str) -> Template:
    statement = {"Effect": "Allow", "Principal": "*", "Action": action, "Resource": {"Ref": "T"}}
    policy = {
        "Type": "AWS::SNS::TopicPolicy",
        "Properties": {"PolicyDocument": {"Statement": [statement]}, "Topics": [{"Ref": "T"}]},
    }
    return Template({"Resources": {"Policy": policy, "T": {"Type": "AWS::SNS::Topic"}}})
