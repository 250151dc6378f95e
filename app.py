"""The entry of the CDK CLI: `cdk synth -c stage=dev`."""

from stack.build import build
from stack.settings import reported

with reported():
    build().synth()
