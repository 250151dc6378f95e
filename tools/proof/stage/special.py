"""Faults that need a memory, a clock or a key: behaviours that are more than one edit."""

from __future__ import annotations

import itertools
import json
import random
import re
import threading
import uuid
from collections.abc import Callable
from dataclasses import replace

from tests_e2e.signing import Signer
from tools.proof.stage.edits import error, of_stage, record
from tools.proof.stage.proxy import Asked, Behaviour, Forward, Given

TRACEBACK = "Traceback (most recent call last): File '/var/task/lambda_function/handler.py'"
FILTER_LOG_EVENTS = "Logs_20140328.FilterLogEvents"
NOT_FOUND = (
    '{"success":false,"timestamp":"2026-01-01T00:00:00.000Z","requestId":"%s",'
    '"error":{"code":"USER_NOT_FOUND","message":"There is no user with this userId."}}'
)


def first_record_for_everybody() -> Behaviour:
    """A cache that forgets whom it asked for."""
    kept: list[bytes] = []

    def behaviour(asked: Asked, forward: Forward) -> Given:
        given = forward(asked)
        if not record(asked, given):
            return given
        kept.append(given.body)
        return replace(given, body=kept[0])

    return behaviour


def stale_record() -> Behaviour:
    """A cache that never asks again."""
    kept: dict[str, Given] = {}

    def behaviour(asked: Asked, forward: Forward) -> Given:
        given = forward(asked)
        return kept.setdefault(asked.target, given) if record(asked, given) else given

    return behaviour


def random_tag() -> Behaviour:
    """A tag over the envelope: another one each time."""

    def behaviour(asked: Asked, forward: Forward) -> Given:
        given = forward(asked)
        if not record(asked, given):
            return given
        others = tuple(pair for pair in given.headers if pair[0].lower() != "etag")
        return replace(given, headers=(*others, ("ETag", f'"{uuid.uuid4().hex}"')))

    return behaviour


def same_request_id() -> Behaviour:
    """Made at the start of the process instead of taken from the request."""
    own = str(uuid.uuid4())

    def behaviour(asked: Asked, forward: Forward) -> Given:
        given = forward(asked)
        theirs = given.header("x-request-id")
        if not of_stage(asked) or theirs is None:
            return given
        headers = tuple((k, own if v == theirs else v) for k, v in given.headers)
        return replace(
            given, headers=headers, body=given.body.replace(theirs.encode(), own.encode())
        )

    return behaviour


def same_timestamp() -> Behaviour:
    """The time of the first answer, for ever."""
    kept: list[bytes] = []

    def behaviour(asked: Asked, forward: Forward) -> Given:
        given = forward(asked)
        place = given.body.find(b'"timestamp":"')
        if not of_stage(asked) or place < 0:
            return given
        start, end = place + 13, place + 37
        kept.append(given.body[start:end])
        return replace(given, body=given.body[:start] + kept[0] + given.body[end:])

    return behaviour


def client_chooses_request_id() -> Behaviour:
    def behaviour(asked: Asked, forward: Forward) -> Given:
        given = forward(asked)
        theirs, own = given.header("x-request-id"), asked.header("x-request-id")
        if not of_stage(asked) or theirs is None or own is None:
            return given
        headers = tuple((k, own if v == theirs else v) for k, v in given.headers)
        return replace(
            given, headers=headers, body=given.body.replace(theirs.encode(), own.encode())
        )

    return behaviour


def reflects_origin() -> Behaviour:
    """Whoever asks may read."""

    def behaviour(asked: Asked, forward: Forward) -> Given:
        given, origin = forward(asked), asked.header("origin")
        if not of_stage(asked) or origin is None:
            return given
        others = [p for p in given.headers if p[0].lower() != "access-control-allow-origin"]
        return replace(given, headers=(*others, ("Access-Control-Allow-Origin", origin)))

    return behaviour


def matches_origin_by_prefix(allowed: str) -> Behaviour:
    """https://app.example.com.evil.example begins like the allowed one."""
    reflects = reflects_origin()

    def behaviour(asked: Asked, forward: Forward) -> Given:
        origin = asked.header("origin") or ""
        return reflects(asked, forward) if origin.startswith(allowed) else forward(asked)

    return behaviour


def sticks_to_errors() -> Behaviour:
    """After one 503 all answers are 503."""
    kept: list[Given] = []

    def behaviour(asked: Asked, forward: Forward) -> Given:
        given = forward(asked)
        if of_stage(asked) and given.status == 503:
            kept.append(given)
        return kept[0] if kept and of_stage(asked) else given

    return behaviour


def no_rate_limit() -> Behaviour:
    def behaviour(asked: Asked, forward: Forward) -> Given:
        given = forward(asked)
        while of_stage(asked) and given.status == 429:
            given = forward(replace(asked, method="HEAD", target=f"{asked.target}/x"))
            body = NOT_FOUND % uuid.uuid4()
            headers = (("Content-Type", "application/json"),)
            given = Given(404, headers, body.encode())
        return given

    return behaviour


def refuses_too_early(limit: int) -> Behaviour:
    """Every so many requests one is refused, though there is no need to."""
    numbers, lock = itertools.count(1), threading.Lock()
    body = {
        "success": False,
        "requestId": str(uuid.uuid4()),
        "error": {
            "code": "THROTTLED",
            "message": "Too many requests: wait as long as Retry-After says.",
        },
    }

    def behaviour(asked: Asked, forward: Forward) -> Given:
        with lock:
            number = next(numbers) if of_stage(asked) else 1
        given = forward(asked)
        if number % limit or not error(asked, given):
            return given
        headers = {
            "Content-Type": "application/json",
            "Cache-Control": "no-store",
            "Access-Control-Allow-Origin": "http://127.0.0.1:3000",
            "Access-Control-Expose-Headers": "Retry-After,X-Request-Id",
            "X-Request-Id": body["requestId"],
            "Retry-After": "1",
        }
        return Given(429, tuple(headers.items()), json.dumps(body).encode())  # type: ignore[arg-type]

    return behaviour


def sometimes(behaviour: Behaviour, share: float) -> Behaviour:
    """Wrong now and then; the same times in every run."""
    chance = random.Random(7)

    def wrong(asked: Asked, forward: Forward) -> Given:
        return behaviour(asked, forward) if chance.random() < share else forward(asked)

    return wrong


def signs_for(host: str, wanted: str) -> Behaviour:
    """The stage believes whom it should check: `wanted` is in the Authorization it gets.

    The emulator takes root's key without verifying a signature.
    """
    root = Signer("test", "test", None, "us-east-1")

    def behaviour(asked: Asked, forward: Forward) -> Given:
        said = asked.header("authorization") or ""
        if not of_stage(asked) or asked.method != "GET" or wanted not in said:
            return forward(asked)
        kept = [p for p in asked.headers if p[0].lower() not in ("authorization", "x-amz-date")]
        signed = root.headers("GET", host, asked.target)
        return forward(replace(asked, headers=(*kept, *signed.items())))

    return behaviour


def logs(found: Callable[[Asked, Given], str | None]) -> Behaviour:
    """The log lines hold what was last found in a request or its answer."""
    seen: list[str] = []

    def behaviour(asked: Asked, forward: Forward) -> Given:
        given = forward(asked)
        if of_stage(asked):
            seen.extend(filter(None, [found(asked, given)]))
        elif asked.header("x-amz-target") == FILTER_LOG_EVENTS and seen:
            content = json.loads(given.body)
            for event in content["events"]:
                event["message"] = event["message"].replace("{", f'{{"seen":"{seen[-1]}",', 1)
            given = replace(given, body=json.dumps(content).encode())
        return given

    return behaviour


def name_in(_: Asked, given: Given) -> str | None:
    """An attribute of the record that was returned."""
    found = re.search(rb'"name":"(personal[^"]*)"', given.body)
    return found[1].decode() if found else None
