"""What runs on AWS: answers `GET /user/{userId}` and `GET /user?userId=...` from one table.

The Lambda asset holds this package and nothing else. It may import the standard library
and botocore, which the runtime brings along; start-up time is part of the contract, so
an import needs a reason.
"""

import gc

# Nothing that start-up makes is garbage, but looking for some takes 8 % of a cold start.
# The handler, which ends every start, turns the search on again.
gc.disable()
