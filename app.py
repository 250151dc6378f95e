"""The entry of the CDK CLI: `cdk synth -c stage=dev`."""

from stack.build import build, synthesize
from stack.settings import reported

with reported():
    synthesize(build())
