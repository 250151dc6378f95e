"""What is completed after the deployment: calls that botocore checks against AWS's models."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import boto3
import pytest
from botocore.stub import ANY, Stubber

from tools.local_stage import sample
from tools.local_stage.completion import complete
from tools.local_stage.programs import LocalStageError
from tools.template import Template

API: dict[str, Any] = {"Type": "AWS::ApiGateway::RestApi", "Properties": {}}
VALIDATOR = {
    "Type": "AWS::ApiGateway::RequestValidator",
    "Properties": {"RestApiId": {"Ref": "Api"}, "ValidateRequestParameters": True},
}
METHOD: dict[str, Any] = {
    "Type": "AWS::ApiGateway::Method",
    "Properties": {
        "RestApiId": {"Ref": "Api"},
        "ResourceId": {"Ref": "Resource"},
        "HttpMethod": "GET",
        "RequestValidatorId": {"Ref": "Validator"},
    },
}


class StubbedClients:
    """Clients that accept the calls that they expect, and no other."""

    account = "111111111111"

    def __init__(self) -> None:
        session: Any = boto3.Session(
            aws_access_key_id="testing", aws_secret_access_key="testing", region_name="us-east-1"
        )
        services = ("apigateway", "cloudformation", "dynamodb", "iam")
        self._created: dict[str, Any] = {name: session.client(name) for name in services}
        self.stubs = {name: Stubber(client) for name, client in self._created.items()}

    def of(self, service: str) -> Any:
        return self._created[service]

    def expect(self, service: str, call: str, answer: dict[str, Any], **expected: Any) -> None:
        self.stubs[service].add_response(call, answer, expected)

    def expect_resources(self, *names: str) -> None:
        """The stack's resources: `Api` has the id `id-of-Api`."""
        listed = [
            {
                "LogicalResourceId": name,
                "PhysicalResourceId": f"id-of-{name}",
                "ResourceType": "AWS::Any::Type",
                "Timestamp": 0,
                "ResourceStatus": "CREATE_COMPLETE",
            }
            for name in names
        ]
        answer = {"StackResources": listed}
        self.expect("cloudformation", "describe_stack_resources", answer, StackName="UserApi-x")


@pytest.fixture
def clients() -> Iterator[Any]:
    """Clients that made every expected call by the end of the test."""
    stubbed = StubbedClients()
    with ExitStack() as stack:
        for stub in stubbed.stubs.values():
            stack.enter_context(stub)
        yield stubbed
        for stub in stubbed.stubs.values():
            stub.assert_no_pending_responses()


def stack_of(**resources: Any) -> Template:
    return Template({"Resources": resources}, stack_name="UserApi-x")


def expect_link(clients: Any, validator: str) -> None:
    clients.expect(
        "apigateway",
        "update_method",
        {},
        restApiId="id-of-Api",
        resourceId="id-of-Resource",
        httpMethod="GET",
        patchOperations=[{"op": "replace", "path": "/requestValidatorId", "value": validator}],
    )


def test_validators_are_created_and_linked_to_their_methods(clients: Any) -> None:
    clients.expect_resources("Api", "Validator", "Resource", "Method")
    clients.expect("apigateway", "get_request_validators", {"items": []}, restApiId="id-of-Api")
    clients.expect(
        "apigateway",
        "create_request_validator",
        {"id": "made"},
        restApiId="id-of-Api",
        name="id-of-Validator",
        validateRequestBody=False,
        validateRequestParameters=True,
    )
    expect_link(clients, "made")
    complete(clients, stack_of(Api=API, Validator=VALIDATOR, Method=METHOD))


def test_kept_stage_keeps_its_validators(clients: Any) -> None:
    clients.expect_resources("Api", "Validator", "Resource", "Method")
    kept = {
        "id": "kept",
        "name": "id-of-Validator",
        "validateRequestBody": False,
        "validateRequestParameters": True,
    }
    clients.expect("apigateway", "get_request_validators", {"items": [kept]}, restApiId=ANY)
    expect_link(clients, "kept")
    complete(clients, stack_of(Api=API, Validator=VALIDATOR, Method=METHOD))


def test_method_without_validator_stays_as_it_is(clients: Any) -> None:
    properties = {**METHOD["Properties"]}
    del properties["RequestValidatorId"]
    clients.expect_resources("Api", "Resource", "Method")
    complete(clients, stack_of(Method={**METHOD, "Properties": properties}))


def test_tls_policy_and_access_log_can_be_read_back(clients: Any) -> None:
    api = {**API, "Properties": {"SecurityPolicy": "SecurityPolicy_TLS13_x"}}
    arn = ["arn:", {"Ref": "AWS::Partition"}, ":logs:", {"Ref": "AWS::AccountId"}, ":"]
    setting = {
        "DestinationArn": {"Fn::Join": ["", [*arn, {"Ref": "Logs"}]]},
        "Format": "{}",
    }
    stage = {
        "Type": "AWS::ApiGateway::Stage",
        "Properties": {
            "RestApiId": {"Ref": "Api"},
            "StageName": "local",
            "AccessLogSetting": setting,
        },
    }
    clients.expect_resources("Api", "Stage", "Logs")
    policy = {"op": "replace", "path": "/securityPolicy", "value": "SecurityPolicy_TLS13_x"}
    clients.expect(
        "apigateway", "update_rest_api", {}, restApiId="id-of-Api", patchOperations=[policy]
    )
    clients.expect(
        "apigateway",
        "update_stage",
        {},
        restApiId="id-of-Api",
        stageName="local",
        patchOperations=[
            {
                "op": "replace",
                "path": "/accessLogSettings/destinationArn",
                "value": "arn:aws:logs:111111111111:id-of-Logs",
            },
            {"op": "replace", "path": "/accessLogSettings/format", "value": "{}"},
        ],
    )
    complete(clients, stack_of(Api=api, Stage=stage))


def test_gateway_responses_get_an_id_that_the_emulator_knows(clients: Any) -> None:
    """Served from a new deployment on, and without a status where the type keeps its own."""
    own: dict[str, Any] = {"RestApiId": {"Ref": "Api"}, "ResponseType": "DEFAULT_4XX"}
    own["ResponseParameters"] = {"gatewayresponse.header.X-Id": "context.extendedRequestId"}
    own["ResponseTemplates"] = {"application/json": '{"id": "$context.extendedRequestId"}'}
    stage = {"RestApiId": {"Ref": "Api"}, "StageName": "dev"}
    clients.expect_resources("Api", "Response", "Stage")
    clients.expect(
        "apigateway",
        "put_gateway_response",
        {},
        restApiId="id-of-Api",
        responseType="DEFAULT_4XX",
        responseParameters={"gatewayresponse.header.X-Id": "context.requestId"},
        responseTemplates={"application/json": '{"id": "$context.requestId"}'},
    )
    clients.expect(
        "apigateway", "create_deployment", {"id": "new"}, restApiId="id-of-Api", stageName="dev"
    )
    complete(
        clients,
        stack_of(
            Response={"Type": "AWS::ApiGateway::GatewayResponse", "Properties": own},
            Stage={"Type": "AWS::ApiGateway::Stage", "Properties": stage},
        ),
    )


def test_table_gets_protection_encryption_recovery_and_tags(clients: Any) -> None:
    table = {
        "Type": "AWS::DynamoDB::GlobalTable",
        "Properties": {
            "SSESpecification": {"SSEEnabled": True, "SSEType": "KMS"},
            "Replicas": [
                {
                    "DeletionProtectionEnabled": True,
                    "PointInTimeRecoverySpecification": {"PointInTimeRecoveryEnabled": True},
                    "Tags": [{"Key": "stage", "Value": "x"}],
                }
            ],
        },
    }
    name = "id-of-Table"
    clients.expect_resources("Table")
    clients.expect("dynamodb", "update_table", {}, TableName=name, DeletionProtectionEnabled=True)
    encryption = {"Enabled": True, "SSEType": "KMS"}
    clients.expect("dynamodb", "update_table", {}, TableName=name, SSESpecification=encryption)
    clients.expect(
        "dynamodb",
        "update_continuous_backups",
        {},
        TableName=name,
        PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": True},
    )
    clients.expect("dynamodb", "describe_table", {"Table": {"TableArn": "arn"}}, TableName=name)
    tags = [{"Key": "stage", "Value": "x"}]
    clients.expect("dynamodb", "tag_resource", {}, ResourceArn="arn", Tags=tags)
    complete(clients, stack_of(Table=table))


def test_value_that_cannot_be_completed_is_named(clients: Any) -> None:
    clients.expect_resources("Api", "Validator")
    properties = {"RestApiId": {"Fn::ImportValue": "elsewhere"}}
    validator = {**VALIDATOR, "Properties": properties}
    with pytest.raises(LocalStageError, match=r"cannot complete .*elsewhere"):
        complete(clients, stack_of(Validator=validator))


def test_existing_sample_user_stays_as_it_is(clients: Any) -> None:
    stub = clients.stubs["dynamodb"]
    for user in sample.USERS:
        expected = {
            "TableName": "users",
            "Item": user,
            "ConditionExpression": "attribute_not_exists(userId)",
        }
        if user["userId"] == {"S": "grace"}:
            stub.add_client_error(
                "put_item", "ConditionalCheckFailedException", expected_params=expected
            )
        else:
            stub.add_response("put_item", {}, expected)
    sample.put_users(clients, "users")


def expect_key(clients: Any) -> None:
    clients.expect(
        *("iam", "put_user_policy", {}),
        UserName="caller",
        PolicyName="calls",
        PolicyDocument="{policy}",
    )
    key = {
        "UserName": "caller",
        "AccessKeyId": "AKIA0000000000000000",
        "Status": "Active",
        "SecretAccessKey": "secret",
    }
    clients.expect("iam", "create_access_key", {"AccessKey": key}, UserName="caller")


def test_caller_has_policy_and_key(clients: Any) -> None:
    clients.stubs["iam"].add_response("create_user", {}, {"UserName": "caller"})
    expect_key(clients)
    assert sample.create_caller(clients, "{policy}") == ("AKIA0000000000000000", "secret")


def test_caller_of_kept_stage_gets_new_key(clients: Any) -> None:
    iam = clients.stubs["iam"]
    iam.add_client_error("create_user", "EntityAlreadyExists")
    known = {"AccessKeyMetadata": [{"AccessKeyId": "AKIA1111111111111111"}], "IsTruncated": False}
    clients.expect("iam", "list_access_keys", known, UserName="caller")
    clients.expect(
        "iam", "delete_access_key", {}, UserName="caller", AccessKeyId="AKIA1111111111111111"
    )
    expect_key(clients)
    assert sample.create_caller(clients, "{policy}") == ("AKIA0000000000000000", "secret")
