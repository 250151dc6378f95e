"""The ways in which the faulty stage is wrong, one at a time, and the promise that each breaks."""

from __future__ import annotations

import re
import ssl
import uuid
import warnings
from collections.abc import Callable
from dataclasses import dataclass, replace

import trustme

from tools.proof.stage import changes, special
from tools.proof.stage.changes import Change
from tools.proof.stage.edits import (
    answers,
    asks,
    asks_for,
    asks_without,
    aws,
    body,
    both,
    by_query,
    code,
    data,
    edits,
    error,
    from_function,
    from_gateway,
    header,
    of_stage,
    preflight,
    record,
    slowly,
    status,
    twice,
)
from tools.proof.stage.proxy import Behaviour, passes_on, served_with

ALLOWED = "http://127.0.0.1:3000"  # the local stage's
MISSING_TOKEN = '{"message":"Missing Authentication Token"}'
HTML = "<html><body><h1>502 Bad Gateway</h1></body></html>"
NUMBER = r"(?<=[:\[,])(-?\d[\d.eE+-]*)(?=[,}\]])"


@dataclass(frozen=True)
class Fault:
    """One way to be wrong: by what is answered, by how it is served, or by what is deployed.

    `stage` is the good stage behind the proxy: `staging` where IAM matters, and for faults that
    take long, so that both stages have their share of the work.
    """

    name: str
    promise: str
    description: str
    behaviour: Behaviour = passes_on
    tls: Callable[[trustme.CA], ssl.SSLContext] | None = None
    plain_http: bool = False
    change: Change | None = None
    stage: str = "local"


def _tls(minimum: str, maximum: str) -> Callable[[trustme.CA], ssl.SSLContext]:
    """Other versions than AWS's."""

    def made(authority: trustme.CA) -> ssl.SSLContext:
        context = served_with(authority, "127.0.0.1")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)
            context.minimum_version = ssl.TLSVersion[minimum]
            context.maximum_version = ssl.TLSVersion[maximum]
        if minimum in ("TLSv1", "TLSv1_1"):
            context.set_ciphers("ALL:@SECLEVEL=0")
        return context

    return made


def _rounded(number: re.Match[bytes]) -> bytes:
    """What a parser that knows only doubles makes of a number."""
    value = float(number[1])
    return (b"%d" % int(value)) if value.is_integer() else repr(value).encode()


def _reversed(items: re.Match[bytes]) -> bytes:
    return b"[" + b",".join(reversed(items[1].split(b","))) + b"]"


def _more_events(message: Callable[[bytes], bytes]) -> Behaviour:
    """Every log event's message in another way."""
    pattern = rb'"message":\s*"((?:[^"\\]|\\.)*)"'
    return aws(
        special.FILTER_LOG_EVENTS,
        lambda text: re.sub(pattern, lambda m: b'"message":"' + message(m[1]) + b'"', text),
    )


FAULTS = (
    # --- the record ---------------------------------------------------------
    Fault(
        "another-users-record",
        "record-returned",
        "Whoever is asked for, Ada's record is returned.",
        asks_for(r"/user/e2e-\w+|userId=e2e-\w+", "/user/ada"),
    ),
    Fault(
        "record-of-the-request-before",
        "record-returned",
        "A cache returns the first record to everybody.",
        special.first_record_for_everybody(),
    ),
    Fault(
        "stale-record",
        "record-returned",
        "A cache returns what a user was at first.",
        special.stale_record(),
        stage="staging",
    ),
    Fault(
        "attribute-missing",
        "record-returned",
        "The record comes without an attribute.",
        data(r'"name":"[^"]*",', ""),
    ),
    Fault(
        "attribute-too-many",
        "record-returned",
        "The record comes with an attribute that nobody stored.",
        data(r"^\{", '{"_version":1,'),
    ),
    Fault(
        "attribute-renamed",
        "record-returned",
        "An attribute comes under another name.",
        data('"name":', '"Name":'),
    ),
    Fault(
        "id-in-lower-case",
        "record-returned",
        "Ids are looked up in lower case.",
        asks(lambda asked: replace(asked, target=asked.target.replace("E2E-", "e2e-"))),
    ),
    Fault(
        "envelope-without-time",
        "record-returned",
        "The body has no timestamp.",
        body(r'"timestamp":"[^"]*",', ""),
    ),
    Fault(
        "envelope-in-local-time",
        "record-returned",
        "The timestamp is off by two hours.",
        body(r'T\d\d(:\d\d:\d\d\.\d+Z")', rb"T03\1"),
    ),
    Fault(
        "envelope-success-as-text",
        "record-returned",
        'The body says "true" instead of true.',
        body('"success":true', '"success":"true"'),
    ),
    Fault(
        "envelope-field-too-many",
        "record-returned",
        "The body has a field that the contract does not know.",
        body(r"^\{", '{"version":"1.0",'),
    ),
    Fault(
        "key-twice",
        "record-returned",
        "A key comes twice in the body.",
        body(r"^\{", '{"success":true,'),
    ),
    Fault(
        "wrong-status",
        "record-returned",
        "A record comes with 201.",
        status(201, record),
    ),
    Fault(
        "html-instead-of-a-record",
        "record-returned",
        "A proxy's HTML page comes with 200.",
        answers(200, HTML, record, "text/html"),
    ),
    Fault(
        "body-cut-off",
        "record-returned",
        "The body ends before its announced length.",
        edits(
            lambda _, given: replace(given, body=given.body[:-9], announced=len(given.body)),
            record,
        ),
    ),
    Fault(
        "body-cut-short",
        "record-returned",
        "A large body is cut, and its length announced as if it were whole.",
        edits(lambda _, given: replace(given, body=given.body[:100_000]), record),
        stage="staging",
    ),
    Fault(
        "not-utf-8",
        "values-exact",
        "The body is encoded in Latin-1.",
        edits(
            lambda _, given: replace(
                given,
                body=given.body.replace(b"\\u00e4", b"\xe4").replace("ä".encode(), b"\xe4"),
            ),
            record,
        ),
    ),
    Fault(
        "slow-by-10-seconds",
        "record-returned",
        "Every answer takes 10 seconds more.",
        slowly(10),
        stage="staging",
    ),
    Fault(
        "sometimes-502",
        "record-returned",
        "One answer of twenty is a gateway's 502.",
        special.sometimes(answers(502, '{"message": "Internal server error"}', of_stage), 0.05),
    ),
    # --- the other route, the other answers ---------------------------------
    Fault(
        "query-route-with-another-tag",
        "query-route-same",
        "GET /user?userId= has a tag of its own.",
        header("ETag", f'"{uuid.uuid4().hex}"', by_query),
    ),
    Fault(
        "query-route-unknown",
        "query-route-same",
        "GET /user?userId= finds nobody.",
        asks_for(r"\?userId=e2e-", "?userId=x-"),
    ),
    Fault(
        "missing-id-reaches-the-function",
        "missing-id-refused",
        "GET /user without userId is answered by the function.",
        asks_for(r"/user(\?(id|USERID)=ada|\??$)", "/user?userId=."),
    ),
    Fault(
        "missing-id-in-the-gateways-words",
        "missing-id-refused",
        "GET /user without userId gets API Gateway's own body.",
        answers(
            400,
            '{"message": "Missing required request parameters: [userId]"}',
            code("INVALID_REQUEST"),
        ),
    ),
    Fault(
        "missing-id-not-found",
        "missing-id-refused",
        "GET /user without userId answers 404.",
        status(404, code("INVALID_REQUEST")),
    ),
    Fault(
        "newline-at-the-end-accepted",
        "invalid-id-refused",
        "An id with a newline at its end counts as valid.",
        asks_for(r"%0A", ""),
    ),
    Fault(
        "129-characters-accepted",
        "invalid-id-refused",
        "An id may be longer than 128 characters.",
        asks_for(r"a{129,}", "a" * 128),
    ),
    Fault(
        "dots-accepted",
        "invalid-id-refused",
        "An id may hold a dot.",
        asks_for(r"a\.b", "a-b"),
    ),
    Fault(
        "invalid-id-422",
        "invalid-id-refused",
        "An invalid id answers 422.",
        status(422, code("INVALID_USER_ID")),
    ),
    Fault(
        "unknown-user-200",
        "unknown-user-404",
        "An unknown user answers 200 with the error as body.",
        status(200, code("USER_NOT_FOUND")),
    ),
    Fault(
        "unknown-user-403",
        "unknown-user-404",
        "An unknown user answers 403, as S3 would.",
        status(403, code("USER_NOT_FOUND")),
    ),
    Fault(
        "unknown-user-without-code",
        "unknown-user-404",
        "The error of an unknown user has no code.",
        body(r'"code":"[^"]*",', "", code("USER_NOT_FOUND")),
    ),
    Fault(
        "unknown-user-with-null-data",
        "unknown-user-404",
        "The error of an unknown user has data: null beside.",
        body(r"^\{", '{"data":null,', code("USER_NOT_FOUND")),
    ),
    Fault(
        "clock-stopped",
        "unknown-user-404",
        "Every answer has the timestamp of the first.",
        special.same_timestamp(),
    ),
    # --- tags and caches ----------------------------------------------------
    Fault(
        "never-304",
        "not-modified-304",
        "If-None-Match is not looked at.",
        asks_without("if-none-match"),
    ),
    Fault(
        "304-only-for-one-tag",
        "not-modified-304",
        "A list of tags in If-None-Match never matches.",
        asks_without("if-none-match", ","),
    ),
    Fault(
        "304-not-for-weak-tags",
        "not-modified-304",
        "A weak tag in If-None-Match never matches.",
        asks_without("if-none-match", "W/"),
    ),
    Fault(
        "304-for-any-condition",
        "not-modified-304",
        "Any If-None-Match answers 304.",
        asks(
            lambda asked: replace(
                asked,
                headers=tuple(
                    (key, "*" if key.lower() == "if-none-match" else value)
                    for key, value in asked.headers
                ),
            )
        ),
    ),
    Fault(
        "304-with-a-body",
        "not-modified-304",
        "A 304 has a body behind its headers.",
        edits(
            lambda _, given: replace(given, announced=0, tail=b'{"success":true}'),
            lambda asked, given: of_stage(asked) and given.status == 304,
        ),
    ),
    Fault(
        "304-without-tag",
        "not-modified-304",
        "A 304 does not name the tag.",
        header("ETag", None, lambda asked, given: of_stage(asked) and given.status == 304),
    ),
    Fault(
        "tag-never-changes",
        "etag-follows-data",
        "The tag is always the same.",
        header("ETag", f'"{uuid.uuid4().hex}"', record),
    ),
    Fault(
        "tag-always-changes",
        "etag-follows-data",
        "The tag is made of the whole answer.",
        special.random_tag(),
    ),
    Fault(
        "tag-missing",
        "etag-follows-data",
        "A record comes without a tag.",
        header("ETag", None, record),
    ),
    Fault(
        "cached-publicly",
        "cache-private",
        "Shared caches may keep a record.",
        header("Cache-Control", "public, max-age=60", record),
    ),
    Fault(
        "cached-for-a-day",
        "cache-private",
        "A record may be kept longer than the stage says.",
        header("Cache-Control", "private, max-age=86400", record),
    ),
    Fault(
        "errors-cached",
        "cache-private",
        "An error may be kept.",
        header("Cache-Control", "private, max-age=60", both(from_function, error)),
    ),
    Fault(
        "caching-unsaid",
        "cache-private",
        "Nothing is said about caching.",
        header("Cache-Control", None),
    ),
    # --- values -------------------------------------------------------------
    Fault(
        "numbers-as-text",
        "values-exact",
        "Numbers come as strings.",
        data(NUMBER, rb'"\1"'),
    ),
    Fault(
        "numbers-as-doubles",
        "values-exact",
        "Numbers lose the digits that a double has no room for.",
        data(NUMBER, _rounded),
    ),
    Fault(
        "truth-as-number",
        "values-exact",
        "true comes as 1.",
        data("(?<=:)true", "1"),
    ),
    Fault(
        "null-left-out",
        "values-exact",
        "null comes as an empty string.",
        data("(?<=:)null", '""'),
    ),
    Fault(
        "sets-unsorted",
        "values-exact",
        "Sets come in any order.",
        data(r'\[("(?:alpha|AQ)[^\[\]{}]*)\]', _reversed),
    ),
    Fault(
        "binary-as-hex",
        "values-exact",
        "Binary comes in hexadecimal digits.",
        data('"AP8Q"', '"00ff10"'),
    ),
    Fault(
        "other-scripts-lost",
        "values-exact",
        "What is not ASCII comes as question marks.",
        data(r"\\u[0-9a-fA-F]{4}", "?"),
    ),
    # --- headers ------------------------------------------------------------
    Fault(
        "nosniff-missing",
        "json-nosniff",
        "X-Content-Type-Options is missing.",
        header("X-Content-Type-Options", None),
    ),
    Fault(
        "json-as-text",
        "json-nosniff",
        "The content type is text/plain.",
        header("Content-Type", "text/plain", from_function),
    ),
    Fault(
        "content-type-twice",
        "json-nosniff",
        "The content type comes twice.",
        twice("Content-Type", from_function),
    ),
    Fault(
        "request-id-missing",
        "request-id-matches",
        "X-Request-Id is missing.",
        header("X-Request-Id", None),
    ),
    Fault(
        "request-id-of-another",
        "request-id-matches",
        "X-Request-Id and the body name different requests.",
        header("X-Request-Id", str(uuid.uuid4()), from_function),
    ),
    Fault(
        "request-id-always-the-same",
        "request-id-matches",
        "Every request has the same id.",
        special.same_request_id(),
    ),
    Fault(
        "request-id-chosen-by-the-client",
        "request-id-matches",
        "A client's X-Request-Id is believed.",
        special.client_chooses_request_id(),
    ),
    # --- what is nobody's business ------------------------------------------
    Fault(
        "traceback-shown",
        "nothing-internal-shown",
        "An error shows the traceback.",
        body(r'"message":"[^"]*"', f'"message":"{special.TRACEBACK}"', error),
    ),
    Fault(
        "table-name-shown",
        "nothing-internal-shown",
        "An error names the table.",
        body(
            r'"message":"[^"]*"',
            '"message":"No item in UserApi-local-Users0A0EEA89-1ABC2DEF."',
            code("USER_NOT_FOUND"),
        ),
    ),
    Fault(
        "arn-in-a-header",
        "nothing-internal-shown",
        "A header shows the function's ARN.",
        header("X-Served-By", "arn:aws:lambda:us-east-1:123456789012:function:user-api", error),
    ),
    Fault(
        "server-told",
        "nothing-internal-shown",
        "A header tells what serves, and in which version.",
        header("Server", "hypercorn-h11/0.18 Python/3.14", of_stage),
    ),
    Fault(
        "exception-from-the-table",
        "nothing-internal-shown",
        "A failing table's answer shows what botocore raised.",
        body(
            r'"message":"[^"]*"',
            '"message":"An error occurred (ThrottlingException) when calling GetItem"',
            code("SERVICE_UNAVAILABLE"),
        ),
    ),
    # --- browsers -----------------------------------------------------------
    Fault(
        "no-preflight",
        "cors-allowed-origin",
        "OPTIONS answers 404.",
        answers(404, MISSING_TOKEN, preflight),
    ),
    Fault(
        "preflight-without-headers",
        "cors-allowed-origin",
        "The preflight allows no request header.",
        header("Access-Control-Allow-Headers", None, preflight),
    ),
    Fault(
        "preflight-allows-everything",
        "cors-allowed-origin",
        "The preflight allows methods that there are not.",
        header("Access-Control-Allow-Methods", "GET,POST,PUT,DELETE", preflight),
    ),
    Fault(
        "record-unreadable-for-pages",
        "cors-allowed-origin",
        "A record has no Access-Control-Allow-Origin.",
        header("Access-Control-Allow-Origin", None, record),
    ),
    Fault(
        "errors-unreadable-for-pages",
        "cors-allowed-origin",
        "The function's errors have no Access-Control-Allow-Origin.",
        header("Access-Control-Allow-Origin", None, both(from_function, error)),
    ),
    Fault(
        "tag-unreadable-for-pages",
        "cors-allowed-origin",
        "A page cannot read the tag of a record.",
        header("Access-Control-Expose-Headers", None, record),
    ),
    Fault(
        "any-origin-may-read",
        "cors-foreign-origin",
        "Every page may read: *.",
        header("Access-Control-Allow-Origin", "*", from_function),
    ),
    Fault(
        "every-origin-reflected",
        "cors-foreign-origin",
        "Whatever Origin asks is allowed.",
        special.reflects_origin(),
    ),
    Fault(
        "origins-compared-by-their-beginning",
        "cors-foreign-origin",
        "An origin that begins like the allowed one is allowed.",
        special.matches_origin_by_prefix(ALLOWED),
    ),
    Fault(
        "vary-missing",
        "cors-foreign-origin",
        "A cache may give one origin's answer to another.",
        header("Vary", None, from_function),
    ),
    Fault(
        "credentials-with-star",
        "cors-no-credentials-with-star",
        "The preflight allows credentials, and every origin.",
        lambda asked, forward: header("Access-Control-Allow-Origin", "*", preflight)(
            asked,
            lambda a: header("Access-Control-Allow-Credentials", "true", preflight)(a, forward),
        ),
    ),
    Fault(
        "credentials-on-errors",
        "cors-no-credentials-with-star",
        "The gateway's errors allow credentials.",
        header("Access-Control-Allow-Credentials", "true", from_gateway),
    ),
    # --- what is no route ---------------------------------------------------
    Fault(
        "unknown-path-403",
        "unknown-path-answered",
        "An unknown path answers API Gateway's own 403.",
        answers(403, MISSING_TOKEN, both(from_gateway, code("NOT_FOUND"))),
    ),
    Fault(
        "method-405",
        "unknown-path-answered",
        "Another method than GET answers 405.",
        status(405, lambda asked, given: error(asked, given) and asked.method != "GET"),
    ),
    Fault(
        "post-like-get",
        "unknown-path-answered",
        "POST answers like GET.",
        asks(lambda asked: replace(asked, method=asked.method.replace("POST", "GET"))),
    ),
    Fault(
        "paths-below-a-user",
        "unknown-path-answered",
        "What comes behind /user/{userId}/ is not looked at.",
        asks_for(r"(/user/ada)/x$", r"\1"),
    ),
    Fault(
        "gateway-in-its-own-words",
        "gateway-errors-in-contract",
        "The gateway's errors have API Gateway's own body.",
        body(r"^.*$", '{"message":"Bad Request"}', from_gateway),
    ),
    Fault(
        "gateway-errors-without-cors",
        "gateway-errors-in-contract",
        "The gateway's errors have no CORS headers.",
        header("Access-Control-Allow-Origin", None, from_gateway),
    ),
    Fault(
        "gateway-errors-without-request-id",
        "gateway-errors-in-contract",
        "The gateway's errors do not tell the request's id.",
        header("X-Request-Id", None, from_gateway),
    ),
    # --- rate and rights ----------------------------------------------------
    Fault(
        "rate-limit-off",
        "rate-limited",
        "No burst is refused.",
        special.no_rate_limit(),
        stage="staging",
    ),
    Fault(
        "refused-in-the-gateways-words",
        "rate-limited",
        "Over the limit clients get API Gateway's own body.",
        answers(429, '{"message":"Too Many Requests"}', code("THROTTLED")),
        stage="staging",
    ),
    Fault(
        "refused-below-the-limit",
        "rate-limited",
        "One request of fifty is refused without need.",
        special.refuses_too_early(50),
        stage="staging",
    ),
    Fault(
        "open-stage-closed",
        "authorization-per-stage",
        "The open stage asks for a signature.",
        answers(403, MISSING_TOKEN, lambda asked, _: of_stage(asked) and asked.method == "GET"),
    ),
    Fault(
        "iam-off",
        "authorization-per-stage",
        "The IAM stage answers whoever asks.",
        special.signs_for("", ""),
        stage="staging",
    ),
    Fault(
        "signatures-unchecked",
        "authorization-per-stage",
        "The IAM stage believes every signature.",
        special.signs_for("", "AWS4-HMAC-SHA256"),
        stage="staging",
    ),
    Fault(
        "preflight-wants-a-signature",
        "authorization-per-stage",
        "The IAM stage asks for a signature on the preflight.",
        answers(403, MISSING_TOKEN, preflight),
        stage="staging",
    ),
    Fault(
        "unsigned-in-the-gateways-words",
        "authorization-per-stage",
        "Without a signature clients get API Gateway's own body.",
        answers(403, MISSING_TOKEN, code("FORBIDDEN")),
        stage="staging",
    ),
    # --- TLS ----------------------------------------------------------------
    Fault("tls-1.0", "tls-floor", "TLS 1.0 is accepted.", tls=_tls("TLSv1", "TLSv1_3")),
    Fault("tls-1.1", "tls-floor", "TLS 1.1 is accepted.", tls=_tls("TLSv1_1", "TLSv1_3")),
    Fault("no-tls-1.3", "tls-floor", "TLS 1.3 is not offered.", tls=_tls("TLSv1_2", "TLSv1_2")),
    Fault("only-tls-1.3", "tls-floor", "TLS 1.2 is refused.", tls=_tls("TLSv1_3", "TLSv1_3")),
    Fault("plain-http", "tls-floor", "Plain HTTP is answered.", plain_http=True),
    Fault(
        "certificate-of-nobody",
        "tls-floor",
        "The certificate is of an authority that nobody knows.",
        tls=lambda _: served_with(trustme.CA(), "127.0.0.1"),
    ),
    Fault(
        "certificate-of-another-host",
        "tls-floor",
        "The certificate names another host.",
        tls=lambda authority: served_with(authority, "other.example"),
    ),
    # --- behind the stage ---------------------------------------------------
    Fault(
        "unavailable-as-500",
        "table-unavailable-503",
        "A table that cannot be had answers 500.",
        status(500, code("SERVICE_UNAVAILABLE")),
    ),
    Fault(
        "retry-after-missing",
        "table-unavailable-503",
        "A 503 does not say when to ask again.",
        header("Retry-After", None, code("SERVICE_UNAVAILABLE")),
    ),
    Fault(
        "unavailable-for-ever",
        "table-unavailable-503",
        "After one 503 everything is 503.",
        special.sticks_to_errors(),
    ),
    # --- logs ---------------------------------------------------------------
    Fault(
        "nothing-logged",
        "one-log-line",
        "A request writes no line.",
        aws(special.FILTER_LOG_EVENTS, lambda _: b'{"events":[]}'),
        stage="staging",
    ),
    Fault(
        "log-not-json",
        "one-log-line",
        "The line is text, not JSON.",
        _more_events(lambda message: b"INFO " + message),
        stage="staging",
    ),
    Fault(
        "log-too-long",
        "one-log-line",
        "The line is longer than 700 bytes.",
        _more_events(lambda message: message.replace(b"{", b"{" + b" " * 700, 1)),
        stage="staging",
    ),
    Fault(
        "record-logged",
        "logs-hold-nothing-personal",
        "The line holds an attribute of the record.",
        special.logs(special.name_in),
        stage="staging",
    ),
    Fault(
        "header-logged",
        "logs-hold-nothing-personal",
        "The line holds a header of the request.",
        special.logs(lambda asked, _: asked.header("user-agent")),
        stage="staging",
    ),
    # --- what is deployed ---------------------------------------------------
    Fault(
        "access-logs-kept-30-days",
        "logs-kept-7-days",
        "The access log is kept for 30 days.",
        change=changes.logs_kept_30_days,
    ),
    Fault(
        "function-logs-kept-for-ever",
        "logs-kept-7-days",
        "The function's log is kept for ever.",
        change=changes.logs_kept_for_ever,
    ),
    Fault(
        "table-provisioned",
        "table-on-demand",
        "The table bills provisioned capacity.",
        change=changes.table_provisioned,
    ),
    Fault(
        "table-not-recoverable",
        "table-recoverable",
        "Point-in-time recovery is off.",
        change=changes.table_not_recoverable,
    ),
    Fault(
        "function-may-scan",
        "least-privilege",
        "The function's role may scan every table.",
        change=changes.grants_more("dynamodb:Scan"),
    ),
    Fault(
        "function-may-read-every-table",
        "least-privilege",
        "The function's role may read other tables.",
        change=changes.grants_more("dynamodb:GetItem"),
    ),
    Fault(
        "function-is-administrator",
        "least-privilege",
        "The function's role has AWS's administrator policy.",
        change=changes.administrator,
    ),
)
