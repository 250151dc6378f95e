"""Equivalent by rule or by review, never by silence."""

from __future__ import annotations

from typing import Any

import pytest

from tools.proof.template import equivalence
from tools.proof.template.generate import mutants
from tools.template import Template


def _reason(template: Template, name: str) -> str | None:
    (mutant,) = [m for m in mutants(template) if m.name == name]
    return equivalence.by_rule(template, mutant)


def _template(resources: dict[str, Any]) -> Template:
    body = {"Resources": resources}
    return Template.from_json(body)


def test_dependency_is_equivalent_only_where_graph_implies_it(second: Template) -> None:
    assert "Refused" in (_reason(second, "Orders#/DependsOn/0:OMIT") or "")
    assert _reason(second, "Orders#/DependsOn/1:OMIT") is None


def test_dependencies_that_imply_each_other_are_not_both_dropped() -> None:
    """B stands before A by reference; the entry for C is implied by nothing but itself."""
    queue = {"Type": "AWS::SQS::Queue"}
    first = {**queue, "DependsOn": ["B", "C"], "Properties": {"KmsMasterKeyId": {"Ref": "B"}}}
    template = _template({"A": first, "B": {**queue, "DependsOn": "C"}, "C": queue})
    assert _reason(template, "A#/DependsOn/0:OMIT")
    assert _reason(template, "A#/DependsOn/1:OMIT")
    alone = _template({"A": first, "B": queue, "C": queue})
    assert _reason(alone, "A#/DependsOn/1:OMIT") is None


def test_explicit_default_has_source() -> None:
    stage: dict[str, Any] = {
        "Type": "AWS::ApiGateway::Stage",
        "Properties": {
            "RestApiId": "a",
            "TracingEnabled": False,
            "MethodSettings": [{"LoggingLevel": "ERROR", "DataTraceEnabled": False}],
        },
    }
    template = _template({"Stage": stage})
    reason = _reason(template, "Stage#/Properties/TracingEnabled:OMIT")
    assert reason is not None
    assert "https://docs.aws.amazon.com/" in reason
    assert _reason(template, "Stage#/Properties/MethodSettings/0/DataTraceEnabled:OMIT")
    assert _reason(template, "Stage#/Properties/MethodSettings/0/LoggingLevel:OMIT") is None


def test_texts_and_labels_change_nothing(second: Template) -> None:
    assert _reason(second, "Url#/Description:STRING")
    sid = "Reading#/Properties/PolicyDocument/Statement/0/Sid:OMIT"
    assert _reason(second, sid)
    assert _reason(second, "Reading#/Properties/PolicyName:STRING") is None


def test_asset_addresses_change_nothing() -> None:
    code = {"S3Bucket": {"Fn::Sub": "assets-${AWS::Region}"}, "S3Key": f"{'0f' * 32}.zip"}
    function = {"Type": "AWS::Lambda::Function", "Properties": {"Code": code, "Handler": "a.b"}}
    template = _template({"F": function})
    assert _reason(template, "F#/Properties/Code/S3Key:STRING")
    assert _reason(template, "F#/Properties/Handler:STRING") is None


def test_deletion_by_default_changes_nothing() -> None:
    policies = {"DeletionPolicy": "Delete", "UpdateReplacePolicy": "Retain"}
    resources = {
        "Q": {"Type": "AWS::SQS::Queue", **policies},
        "D": {"Type": "AWS::RDS::DBCluster", **policies},
    }
    template = _template(resources)
    assert _reason(template, "Q#/DeletionPolicy:OMIT")
    assert _reason(template, "Q#/UpdateReplacePolicy:OMIT") is None
    assert _reason(template, "D#/DeletionPolicy:OMIT") is None


def test_additions_of_toolkit_are_out_of_scope() -> None:
    body = {
        "Parameters": {"BootstrapVersion": {"Type": "String", "Default": "/cdk"}},
        "Resources": {"A": {"Type": "AWS::SQS::Queue"}, "M": {"Type": "AWS::CDK::Metadata"}},
    }
    template = Template.from_json(body)
    outside = {m.name for m in mutants(template) if equivalence.out_of_scope(m)}
    assert "BootstrapVersion#/Default:STRING" in outside
    assert "M#:OMIT_RESOURCE" in outside
    assert "A#:OMIT_RESOURCE" not in outside


@pytest.mark.parametrize(
    ("logical_id", "kind", "outside"),
    [
        ("BucketAutoDeleteObjectsCustomResource1A2B3C4D", "Custom::S3AutoDeleteObjects", True),
        ("CustomS3AutoDeleteObjectsCustomResourceProviderRole3B1BD092", "AWS::IAM::Role", True),
        ("LogRetentionaae0aa3c5b4d4f87b02d85b201efdd8aServiceRole9741ECFB", "AWS::IAM::Role", True),
        (
            "BucketNotificationsHandler050a0587b7544547bf325f094a3db8347ECC3691",
            "AWS::Lambda::Function",
            True,
        ),
        ("AWS679f53fac002430cb0da5b7982bd22872D164C4C", "AWS::Lambda::Function", True),
        ("SiteProviderframeworkonEvent5E6F7A8B", "AWS::Lambda::Function", True),
        ("OrdersLogRetention12345678", "AWS::Logs::LogGroup", False),
        ("CustomDomain12345678", "AWS::IAM::Role", False),
        ("Orders12345678", "AWS::SQS::Queue", False),
    ],
)
def test_resources_that_cdk_adds_are_out_of_scope(
    logical_id: str, kind: str, outside: bool
) -> None:
    template = _template({logical_id: {"Type": kind, "Properties": {"Name": "x"}}})
    own = [m for m in mutants(template) if m.element[1] == logical_id]
    assert own
    assert all((equivalence.out_of_scope(m) is not None) is outside for m in own)
    assert all(equivalence.out_of_scope(m, framework=True) is None for m in own)
