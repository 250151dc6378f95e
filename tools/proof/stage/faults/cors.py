"""Faults of CORS: whom the browser lets read, and whom not."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from contract.stages import STAGES
from tests_e2e.proxy import Behaviour, Request, Response
from tools.proof.stage.edits import (
    answers,
    both,
    edits,
    error,
    from_function,
    from_gateway,
    header,
    preflight,
    record,
    with_header,
)
from tools.proof.stage.fault import Fault
from tools.proof.stage.faults.routes import MISSING_TOKEN

ALLOWED = STAGES["local"].origins[0]
ALLOW_ORIGIN = "Access-Control-Allow-Origin"

allowed_origin = partial(Fault, "cors-allowed-origin")
foreign_origin = partial(Fault, "cors-foreign-origin")
no_credentials_with_star = partial(Fault, "cors-no-credentials-with-star")


def _reflects(matches: Callable[[str], bool]) -> Behaviour:
    """Let a matching origin read, whichever it is."""

    def change(request: Request, response: Response) -> Response:
        origin = request.header("origin")
        if origin is None or not matches(origin):
            return response
        return with_header(response, ALLOW_ORIGIN, origin)

    return edits(change)


def _credentials_with_star(_: Request, response: Response) -> Response:
    response = with_header(response, ALLOW_ORIGIN, "*")
    return with_header(response, "Access-Control-Allow-Credentials", "true")


FAULTS = (
    allowed_origin("no-preflight", "OPTIONS answers 404.", answers(404, MISSING_TOKEN, preflight)),
    allowed_origin(
        "preflight-without-headers",
        "The preflight allows no request header.",
        header("Access-Control-Allow-Headers", None, preflight),
    ),
    allowed_origin(
        "preflight-allows-everything",
        "The preflight allows methods that do not exist.",
        header("Access-Control-Allow-Methods", "GET,POST,PUT,DELETE", preflight),
    ),
    allowed_origin(
        "record-unreadable-for-pages",
        "A record has no Access-Control-Allow-Origin.",
        header(ALLOW_ORIGIN, None, record),
    ),
    allowed_origin(
        "errors-unreadable-for-pages",
        "The function's errors have no Access-Control-Allow-Origin.",
        header(ALLOW_ORIGIN, None, both(from_function, error)),
    ),
    allowed_origin(
        "tag-unreadable-for-pages",
        "A page cannot read the tag of a record.",
        header("Access-Control-Expose-Headers", None, record),
    ),
    foreign_origin(
        "any-origin-may-read", "Every page may read: *.", header(ALLOW_ORIGIN, "*", from_function)
    ),
    foreign_origin("every-origin-reflected", "Every Origin is allowed.", _reflects(lambda _: True)),
    foreign_origin(
        "origins-compared-by-their-beginning",
        "An origin that begins like the allowed one is allowed.",
        _reflects(lambda origin: origin.startswith(ALLOWED)),
    ),
    foreign_origin(
        "vary-missing",
        "A cache may give one origin's answer to another.",
        header("Vary", None, from_function),
    ),
    no_credentials_with_star(
        "credentials-with-star",
        "The preflight allows credentials, and every origin.",
        edits(_credentials_with_star, preflight),
    ),
    no_credentials_with_star(
        "credentials-on-errors",
        "The gateway's errors allow credentials.",
        header("Access-Control-Allow-Credentials", "true", from_gateway),
    ),
)
