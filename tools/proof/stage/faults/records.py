"""Faults of the record: somebody else's, an old one, incomplete, or in the wrong envelope."""

from __future__ import annotations

import random
import re
from dataclasses import replace
from functools import partial

from tests_e2e.proxy import Behaviour, Forward, Request, Response
from tools.proof.stage.edits import (
    answers,
    asks,
    asks_for,
    body,
    data,
    edits,
    of_stage,
    record,
    repeats,
    slowly,
    status,
)
from tools.proof.stage.fault import Fault

HTML = "<html><body><h1>502 Bad Gateway</h1></body></html>"

record_returned = partial(Fault, "record-returned")


def _with_id_in_lower_case(target: str) -> str:
    return re.sub(r"(E2E|SMOKE)-\w+", lambda found: found[0].lower(), target)


def _sometimes(behaviour: Behaviour, share: float) -> Behaviour:
    """Wrong now and then, at the same times in every run."""
    chance = random.Random(7)

    def wrong(request: Request, forward: Forward) -> Response:
        return behaviour(request, forward) if chance.random() < share else forward(request)

    return wrong


FAULTS = (
    record_returned(
        "another-users-record",
        "Every request for a user returns Ada's record.",
        asks_for(r"/user/(e2e|smoke)-\w+|userId=(e2e|smoke)-\w+", "/user/ada"),
    ),
    record_returned(
        "record-of-the-request-before",
        "A cache returns the first record to everybody.",
        repeats(lambda _: "everybody", record),
    ),
    record_returned(
        "stale-record",
        "A cache returns what a user was at first.",
        repeats(lambda request: request.target, record),
        stage="staging",
    ),
    record_returned(
        "attribute-missing",
        "The record arrives without an attribute.",
        data(r'"name":"[^"]*",', ""),
    ),
    record_returned(
        "attribute-too-many",
        "The record arrives with an attribute that nobody stored.",
        data(r"^\{", '{"_version":1,'),
    ),
    record_returned(
        "attribute-renamed", "An attribute arrives under another name.", data('"name":', '"Name":')
    ),
    record_returned(
        "id-in-lower-case",
        "Ids are looked up in lower case.",
        asks(lambda request: replace(request, target=_with_id_in_lower_case(request.target))),
    ),
    record_returned(
        "envelope-without-time", "The body has no timestamp.", body(r'"timestamp":"[^"]*",', "")
    ),
    record_returned(
        "envelope-in-local-time",
        "The timestamp is off by hours.",
        body(r'T\d\d(:\d\d:\d\d\.\d+Z")', rb"T03\1"),
    ),
    record_returned(
        "envelope-success-as-text",
        'The body says "true" instead of true.',
        body('"success":true', '"success":"true"'),
    ),
    record_returned(
        "envelope-field-too-many",
        "The body has a field that the contract does not know.",
        body(r"^\{", '{"version":"1.0",'),
    ),
    record_returned("key-twice", "The body repeats a key.", body(r"^\{", '{"success":true,')),
    record_returned("wrong-status", "A record arrives with 201.", status(201, record)),
    record_returned(
        "html-instead-of-a-record",
        "A proxy's HTML page arrives with 200.",
        answers(200, HTML, record, "text/html"),
    ),
    record_returned(
        "body-cut-off",
        "The body ends before its announced length.",
        edits(
            lambda _, response: replace(
                response, body=response.body[:-9], announced=len(response.body)
            ),
            record,
        ),
    ),
    record_returned(
        "body-cut-short",
        "A large body is cut, and its length announced as if it were whole.",
        edits(lambda _, response: replace(response, body=response.body[:100_000]), record),
        stage="staging",
    ),
    record_returned("slow-by-3-seconds", "Every answer takes 3 seconds more.", slowly(3)),
    record_returned(
        "slow-by-10-seconds", "Every answer takes 10 seconds more.", slowly(10), stage="staging"
    ),
    record_returned(
        "sometimes-502",
        "One answer of twenty is a gateway's 502.",
        _sometimes(answers(502, '{"message": "Internal server error"}', of_stage), 0.05),
    ),
)
