"""Canaries differ in their text and in nothing that a template means."""

from __future__ import annotations

import json
import re
from typing import Any

from tools.proof.template.canaries import canaries
from tools.template import Template

HASH = "0f" * 32


def _cdk_like() -> Template:
    body: dict[str, Any] = {
        "Resources": {
            "Code0A1B2C3D": {
                "Type": "AWS::Lambda::Function",
                "Properties": {
                    "Code": {"S3Key": f"{'ab' * 32}.zip"},
                    "Description": "Reads",
                    "Role": {"Fn::GetAtt": ["Role12345678", "Arn"]},
                },
                "Metadata": {"aws:cdk:path": "S/Code/Resource"},
            },
            "Role12345678": {
                "Type": "AWS::IAM::Role",
                "Properties": {
                    "AssumeRolePolicyDocument": {
                        "Statement": [
                            {
                                "Action": ["sts:AssumeRole", "sts:TagSession"],
                                "Effect": "Allow",
                                "Principal": {"Service": "lambda.amazonaws.com"},
                            }
                        ]
                    }
                },
            },
            "Stage": {
                "Type": "AWS::ApiGateway::Stage",
                "DeletionPolicy": "Delete",
                "Properties": {"Format": '{"a": "$x", "b": $y}'},
            },
            "Database": {"Type": "AWS::RDS::DBInstance", "DeletionPolicy": "Delete"},
            "Data": {"Type": "AWS::DynamoDB::Table", "DeletionPolicy": "Retain"},
        },
        "Outputs": {"Arn": {"Value": {"Fn::Sub": "${Code0A1B2C3D.Arn}"}}},
    }
    return Template.from_json(body)


def test_every_canary_is_written_differently() -> None:
    template = _cdk_like()
    text = json.dumps(template.body)
    for name, body in canaries(template).items():
        assert json.dumps(body) != text, name
    assert json.dumps(template.body) == text


def test_other_hashes_keep_every_reference() -> None:
    body = canaries(_cdk_like())["other hashes in logical ids"]
    code, role, stage, *_ = body["Resources"]
    assert (code, role, stage) == ("Code1B2C3D4E", "Role23456789", "Stage")
    assert body["Resources"][code]["Properties"]["Role"] == {"Fn::GetAtt": [role, "Arn"]}
    assert body["Outputs"]["Arn"]["Value"] == {"Fn::Sub": f"${{{code}.Arn}}"}


def test_other_canaries_change_only_what_their_names_say() -> None:
    template = _cdk_like()
    changed = canaries(template)
    keys = changed["keys in another order"]
    assert keys == template.body
    assert list(keys["Resources"]) == list(reversed(template.body["Resources"]))
    function = changed["other descriptions"]["Resources"]["Code0A1B2C3D"]["Properties"]
    assert function["Description"] != "Reads"
    assert changed["other asset hashes"]["Resources"]["Code0A1B2C3D"]["Properties"]["Code"] == {
        "S3Key": f"{HASH}.zip"
    }
    statement = _statement(changed["unordered lists in another order"])
    assert statement["Action"] == ["sts:TagSession", "sts:AssumeRole"]
    listed = _statement(changed["one value or a list of one in policies"])
    assert listed["Principal"] == {"Service": ["lambda.amazonaws.com"]}
    assert "Metadata" not in json.dumps(changed["no metadata"])
    resources = changed["no deletion policy that is the default"]["Resources"]
    assert "DeletionPolicy" not in resources["Stage"]
    assert resources["Database"]["DeletionPolicy"] == "Delete"
    assert resources["Data"]["DeletionPolicy"] == "Retain"
    text = changed["JSON texts in another order"]["Resources"]["Stage"]["Properties"]["Format"]
    assert re.sub(r"\s", "", text) == '{"b":$y,"a":"$x"}'


def _statement(body: dict[str, Any]) -> dict[str, Any]:
    properties = body["Resources"]["Role12345678"]["Properties"]
    found: dict[str, Any] = properties["AssumeRolePolicyDocument"]["Statement"][0]
    return found
