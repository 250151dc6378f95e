"""CORS headers of an answer: https://fetch.spec.whatwg.org/#http-responses.

Never Access-Control-Allow-Credentials: requests are signed, not sent with cookies.
"""

from collections.abc import Iterable, Mapping, Set

from lambda_function.settings import ANY_ORIGIN

_EXPOSED = {"Access-Control-Expose-Headers": "ETag, Retry-After, X-Request-Id"}


def headers(allowed: Set[str], origins: Iterable[str]) -> Mapping[str, str]:
    """The headers for a request with these Origin values (a browser sends at most one)."""
    if not allowed:
        return {}
    if ANY_ORIGIN in allowed:
        return {"Access-Control-Allow-Origin": ANY_ORIGIN, **_EXPOSED}
    match list(origins):
        case [origin] if origin in allowed:
            return {"Access-Control-Allow-Origin": origin, "Vary": "Origin", **_EXPOSED}
    return {"Vary": "Origin"}
