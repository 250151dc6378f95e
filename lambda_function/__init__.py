"""What runs on AWS: answers `GET /user/{userId}` and `GET /user?userId=...` from one table.

The Lambda asset holds this package and nothing else. It may import the standard library
and botocore, which the runtime brings along; start-up time is part of the contract, so
an import needs a reason.
"""
