"""The CDK CLI's bootstrap stack without the CLI, which takes longer to start than to create it.

AWS documents that its template may be deployed by CloudFormation directly:
https://docs.aws.amazon.com/cdk/v2/guide/bootstrapping-customizing.html
"""

from __future__ import annotations

from tools.local_stage import node
from tools.local_stage.clients import Clients

NAME = "CDKToolkit"
TEMPLATE = node.NODE_MODULES / "aws-cdk/lib/api/bootstrap/bootstrap-template.yaml"
# Where the CLI does not pass the default of the template.
PARAMETERS = {"FileAssetsBucketKmsKeyId": "AWS_MANAGED_KEY"}


def create(clients: Clients) -> None:
    """Create the stack in an account that has none. Raises what botocore raises."""
    cloudformation = clients.of("cloudformation")
    cloudformation.create_stack(
        StackName=NAME,
        TemplateBody=TEMPLATE.read_text(encoding="utf-8"),
        Parameters=[
            {"ParameterKey": key, "ParameterValue": value} for key, value in PARAMETERS.items()
        ],
        Capabilities=["CAPABILITY_NAMED_IAM"],
    )
    waiter = cloudformation.get_waiter("stack_create_complete")
    waiter.wait(StackName=NAME, WaiterConfig={"Delay": 0.1, "MaxAttempts": 300})
