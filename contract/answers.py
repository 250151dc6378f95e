"""What every answer says, on every stage, written down by hand.

Not read from the stack or the function: a wrong text there must turn the tests red.
"""

from __future__ import annotations

# What every error says. A message is part of the contract: users act on it.
MESSAGES = {
    "INVALID_USER_ID": (
        "userId must be given once, as 1 to 128 characters of A-Z, a-z, 0-9, _ and -."
    ),
    "USER_NOT_FOUND": "There is no user with this userId.",
    "DATABASE_ERROR": "The record could not be read. Report the requestId if it persists.",
    "SERVICE_UNAVAILABLE": "The service is busy. Try again after the time in Retry-After.",
    "INVALID_REQUEST": "The query parameter userId is missing.",
    "NOT_FOUND": "Ask with GET for /user/{userId} or /user?userId={userId}.",
    "FORBIDDEN": "Check the path, and sign the request with credentials that may call this API.",
    "THROTTLED": "Too many requests: wait as long as Retry-After says.",
}

# The messages of the gateway itself: for a request that it cannot process, and for a failure.
MALFORMED = "The request is not valid: check its parameters and headers."
FAILED = "The service could not answer: try again later."

# The headers of each kind of answer, beside those that the platform adds by itself.
FUNCTION_HEADERS = {
    "content-type": "application/json",
    "x-content-type-options": "nosniff",
    "vary": "Origin",
}
FUNCTION_EXPOSES = "ETag, Retry-After, X-Request-Id"
GATEWAY_HEADERS = {
    "content-type": "application/json",
    "cache-control": "no-store",
    "access-control-expose-headers": "Retry-After,X-Request-Id",
}
PREFLIGHT_HEADERS = {
    "access-control-allow-methods": "GET",
    "access-control-allow-headers": (
        "Authorization,If-None-Match,X-Amz-Content-Sha256,X-Amz-Date,X-Amz-Security-Token"
    ),
    "access-control-max-age": "600",
    "vary": "Origin",
}
RETRY_AFTER = {"SERVICE_UNAVAILABLE": "2", "THROTTLED": "1"}
