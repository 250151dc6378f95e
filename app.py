"""The entry of the CDK CLI: `cdk deploy -c stage=dev`. Without a stage the app holds them all."""

import os

from stack.build import build, synthesize
from stack.settings import reported

with reported():
    # The CLI sets it to the account of the credentials:
    # https://docs.aws.amazon.com/cdk/v2/guide/environments.html
    synthesize(build(credentials=os.environ.get("CDK_DEFAULT_ACCOUNT")))
