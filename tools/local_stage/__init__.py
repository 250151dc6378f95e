"""The local stage: the very same stack, deployed on this machine, without an AWS account.

An emulator of AWS on a loopback port, the real CDK CLI, and calls of public AWS APIs that
complete what the emulator's CloudFormation leaves out. Works on the synthesized assembly:
may import `tools.assemblies`, `tools.template` and any package, never `stack`.
"""
