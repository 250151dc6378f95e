"""The CDK stack of the user API: settings of a stage, its resources, and what wires them.

May import the CDK, cdk-nag and `contract`; packages `lambda_function` without importing it.
"""
