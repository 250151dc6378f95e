"""The entry of the CDK CLI: `cdk synth -c stage=dev`. The context is cdk.json's."""

from aws_cdk import App

from stack.build import build
from stack.settings import reported

with reported():
    app = App()
    build(app)
    app.synth()
