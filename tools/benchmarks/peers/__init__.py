"""The same request answered as most tutorials do it, to compare the function with.

Each module has a `lambda_handler` of its own and answers like the function: a valid id, one
consistent read, the record with its tag, one JSON log line. May import boto3 and Powertools.
"""
