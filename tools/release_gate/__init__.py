"""The release gate: whether a release may go out, and why not.

Works on sealed sets of cloud assemblies, on what is deployed, and on the evidence of the test
levels. May import `contract` and `tools`; never `stack` or `lambda_function`.
"""
