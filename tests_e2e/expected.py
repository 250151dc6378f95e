"""What each stage must promise its clients, written down by hand.

Not read from cdk.json or the stack: a wrong setting there must turn the suite red.
"""

from __future__ import annotations

from dataclasses import dataclass

LOG_RETENTION_DAYS = 7
RATE_PER_SECOND = 100
BURST = 200
SLOWEST_ANSWER_SECONDS = 7.0
PROMPT_SECONDS = 1.0  # what nobody waits for when all is warm
LOG_LINE_BYTES = 700


@dataclass(frozen=True)
class Expected:
    """What one stage promises: who may call, from which origins, how long to cache."""

    iam: bool
    origins: tuple[str, ...]
    cache_control: str


STAGES = {
    "local": Expected(
        iam=False, origins=("http://127.0.0.1:3000",), cache_control="private, max-age=60"
    ),
    "dev": Expected(
        iam=False, origins=("http://localhost:3000",), cache_control="private, max-age=60"
    ),
    "staging": Expected(
        iam=True, origins=("https://staging.example.com",), cache_control="private, max-age=60"
    ),
    "prod": Expected(
        iam=True,
        origins=("https://app.example.com", "https://www.example.com"),
        cache_control="private, max-age=60",
    ),
}

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

# What the gateway says of a request that it can make nothing of, for any reason.
MALFORMED = "The request is not valid: check its parameters and headers."

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
