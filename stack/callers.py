"""What a caller of a stage of signed requests must be allowed to do."""

from __future__ import annotations

from aws_cdk import Stack
from aws_cdk import aws_apigateway as apigateway
from aws_cdk import aws_iam as iam


def callers_policy(api: apigateway.RestApi) -> str:
    """An IAM policy, as JSON, that allows every method of this API and stage but the preflights.

    It is an output and not a managed policy, because a stack cannot be deleted while somebody
    is attached to its policy. Authorization is by method and path:
    https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-control-access-using-iam-policies-to-invoke-api.html
    """
    methods = [method.method_arn for method in api.methods if method.http_method != "OPTIONS"]
    statement = iam.PolicyStatement(actions=["execute-api:Invoke"], resources=methods)
    document = iam.PolicyDocument(statements=[statement])
    return Stack.of(api).to_json_string(document)
