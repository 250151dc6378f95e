"""Honest, exact tests of the second stack: no mutant of it survives them."""

from typing import Any

Body = dict[str, Any]


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _statements(document: Body) -> list[Body]:
    return [
        {
            key: sorted(_listed(value), key=str) if key in ("Action", "Resource") else value
            for key, value in statement.items()
            if key != "Sid"
        }
        for statement in document["Statement"]
    ]


def test_resources_are_planned(resources: Body) -> None:
    kinds = {name: resource["Type"] for name, resource in resources.items()}
    assert kinds == {
        "Refused": "AWS::SQS::Queue",
        "Orders": "AWS::SQS::Queue",
        "Reader": "AWS::IAM::Role",
        "Reading": "AWS::IAM::Policy",
    }
    assert {name: resource.get("Condition") for name, resource in resources.items()} == {
        "Refused": None,
        "Orders": None,
        "Reader": None,
        "Reading": "InEurope",
    }


def test_template_holds_nothing_else(template: Body) -> None:
    assert set(template) - {"Description", "Metadata"} == {
        "Conditions",
        "Outputs",
        "Parameters",
        "Resources",
    }
    region = {"Fn::Equals": [{"Ref": "AWS::Region"}, "eu-central-1"]}
    assert template["Conditions"] == {"InEurope": region}
    assert list(template["Parameters"]) == ["Retention"]
    assert template["Parameters"]["Retention"]["Default"] == 345600
    outputs = {name: output["Value"] for name, output in template["Outputs"].items()}
    assert outputs == {"Url": {"Ref": "Orders"}}


def test_orders_are_encrypted_and_kept(resources: Body) -> None:
    assert resources["Orders"]["Properties"] == {
        "SqsManagedSseEnabled": True,
        "DelaySeconds": resources["Orders"]["Properties"].get("DelaySeconds"),
        "MessageRetentionPeriod": {"Ref": "Retention"},
        "RedrivePolicy": {
            "deadLetterTargetArn": {"Fn::GetAtt": ["Refused", "Arn"]},
            "maxReceiveCount": 3,
        },
    }
    assert resources["Orders"]["Properties"].get("DelaySeconds", 0) == 0


def test_reader_is_created_before_orders(resources: Body) -> None:
    assert "Reader" in resources["Orders"]["DependsOn"]


def test_refused_orders_outlive_stack(resources: Body) -> None:
    refused = resources["Refused"]
    assert refused["Properties"] == {
        "SqsManagedSseEnabled": True,
        "MessageRetentionPeriod": 1209600,
    }
    assert refused["DeletionPolicy"] == refused["UpdateReplacePolicy"] == "Retain"
    others = [resource for name, resource in resources.items() if name != "Refused"]
    assert all("DeletionPolicy" not in resource for resource in others)
    assert all("UpdateReplacePolicy" not in resource for resource in others)


def test_only_machines_take_reader_role(resources: Body) -> None:
    role = resources["Reader"]["Properties"]
    assert list(role) == ["AssumeRolePolicyDocument"]
    assert role["AssumeRolePolicyDocument"]["Version"] == "2012-10-17"
    (trust,) = role["AssumeRolePolicyDocument"]["Statement"]
    assert trust["Effect"] == "Allow"
    assert _listed(trust["Action"]) == ["sts:AssumeRole"]
    assert list(trust["Principal"]) == ["Service"]
    assert _listed(trust["Principal"]["Service"]) == ["ec2.amazonaws.com"]


def test_reader_may_only_read(resources: Body) -> None:
    policy = resources["Reading"]["Properties"]
    assert set(policy) == {"PolicyDocument", "PolicyName", "Roles"}
    assert policy["PolicyName"] == "Reading"
    assert policy["Roles"] == [{"Ref": "Reader"}]
    assert policy["PolicyDocument"]["Version"] == "2012-10-17"
    assert _statements(policy["PolicyDocument"]) == [
        {
            "Effect": "Allow",
            "Action": ["sqs:DeleteMessage", "sqs:ReceiveMessage"],
            "Resource": [{"Fn::GetAtt": ["Orders", "Arn"]}],
        }
    ]
