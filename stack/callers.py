"""What a caller of a stage of signed requests must be allowed to do."""

from __future__ import annotations

from aws_cdk import Stack
from aws_cdk import aws_apigateway as apigateway
from aws_cdk import aws_iam as iam


def callers_policy(api: apigateway.RestApi) -> str:
    """An IAM policy, as JSON, that allows GET on the two routes of this API and stage.

    It is an output and not a managed policy, because a stack cannot be deleted while somebody
    is attached to its policy. Authorization is by method and path:
    https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-control-access-using-iam-policies-to-invoke-api.html
    """
    stage = api.deployment_stage.stage_name
    paths = [api.arn_for_execute_api("GET", path, stage) for path in ("/user", "/user/*")]
    statement = iam.PolicyStatement(actions=["execute-api:Invoke"], resources=paths)
    document = iam.PolicyDocument(statements=[statement])
    return Stack.of(api).to_json_string(document)
