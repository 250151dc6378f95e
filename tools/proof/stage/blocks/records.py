"""Behaviours that change a record, its values, its tag, its id or when it is answered."""

from __future__ import annotations

import random
import re
import uuid
from collections.abc import Callable
from dataclasses import replace

from tests_e2e.proxy import Behaviour, Forward, Request, Response
from tools.proof.stage.blocks.edits import (
    When,
    answers,
    asks,
    body,
    data,
    edits,
    of_stage,
    record,
    with_header,
)
from tools.proof.stage.fault import block

NUMBER = r"(?<=[:\[,])(-?\d[\d.eE+-]*)(?=[,}\]])"


@block("behaviour")
def repeats(whose: str) -> Behaviour:
    """Give the first record again to `everybody`, or for each `target`, as a cache does."""
    first: dict[str, Response] = {}
    return edits(
        lambda request, response: first.setdefault(getattr(request, whose, whose), response), record
    )


@block("behaviour")
def asks_in_lower_case() -> Behaviour:
    """Look ids up in lower case."""

    def change(request: Request) -> Request:
        lower = re.sub(r"(E2E|SMOKE)-\w+", lambda found: found[0].lower(), request.target)
        return replace(request, target=lower)

    return asks(change)


@block("behaviour")
def ends_early(missing: int) -> Behaviour:
    """End the body of a record before its announced length."""
    return edits(
        lambda _, response: replace(
            response, body=response.body[:-missing], announced=len(response.body)
        ),
        record,
    )


@block("behaviour")
def cuts_at(length: int) -> Behaviour:
    """Cut the body of a record, and announce what is left."""
    return edits(lambda _, response: replace(response, body=response.body[:length]), record)


@block("behaviour")
def sometimes_502(share: float) -> Behaviour:
    """Answer with a gateway's 502 now and then, at the same times in every run."""
    behaviour = answers(502, '{"message": "Internal server error"}', when=of_stage)
    chance = random.Random(7)

    def wrong(request: Request, forward: Forward) -> Response:
        return behaviour(request, forward) if chance.random() < share else forward(request)

    return wrong


@block("behaviour")
def clock_stopped() -> Behaviour:
    """Give every answer the timestamp of the first."""
    first: list[bytes] = []

    def time(found: re.Match[bytes]) -> bytes:
        first.append(found[0])
        return first[0]

    return body(r'"timestamp":"[^"]*"', time, of_stage)


@block("behaviour")
def in_latin_1() -> Behaviour:
    """Encode a record in Latin-1."""

    def change(_: Request, response: Response) -> Response:
        text = response.body.replace(b"\\u00e4", b"\xe4").replace("ä".encode(), b"\xe4")
        return replace(response, body=text)

    return edits(change, record)


@block("behaviour")
def numbers_as_doubles() -> Behaviour:
    """Give numbers as a parser that knows only doubles understands them."""

    def rounded(number: re.Match[bytes]) -> bytes:
        value = float(number[1])
        return (b"%d" % int(value)) if value.is_integer() else repr(value).encode()

    return data(NUMBER, rounded)


@block("behaviour")
def sets_reversed() -> Behaviour:
    """Give sets in another order."""

    def reverse(items: re.Match[bytes]) -> bytes:
        return b"[" + b",".join(reversed(items[1].split(b","))) + b"]"

    return data(r'\[("(?:alpha|AQ)[^\[\]{}]*)\]', reverse)


@block("behaviour")
def random_tag() -> Behaviour:
    """Give each record an entity tag of its own, as if it were made of the whole answer."""

    def change(_: Request, response: Response) -> Response:
        old = response.header("etag") or ""
        return with_header(response, "ETag", re.sub("[0-9a-f]{32}", uuid.uuid4().hex, old))

    return edits(change, record)


@block("behaviour")
def any_tag_matches() -> Behaviour:
    """Answer any If-None-Match as if it were `*`."""

    def change(request: Request) -> Request:
        headers = tuple(
            (name, "*" if name.lower() == "if-none-match" else value)
            for name, value in request.headers
        )
        return replace(request, headers=headers)

    return asks(change)


@block("behaviour")
def tail(text: str, when: When) -> Behaviour:
    """Send a body after the headers of an answer that has none."""
    return edits(lambda _, response: replace(response, announced=0, tail=text.encode()), when)


@block("behaviour")
def another_header(name: str, value: str, when: When) -> Behaviour:
    """Send a header beside the one of this name."""
    return edits(
        lambda _, response: replace(response, headers=(*response.headers, (name, value))), when
    )


@block("behaviour")
def request_id(other: str) -> Behaviour:
    """Give header and body this request id."""
    return _identified(lambda _: other)


@block("behaviour")
def clients_request_id() -> Behaviour:
    """Give header and body the request id that the client sent, if any."""
    return _identified(lambda request: request.header("x-request-id"))


def _identified(other: Callable[[Request], str | None]) -> Behaviour:
    def change(request: Request, response: Response) -> Response:
        theirs, new = response.header("x-request-id"), other(request)
        if theirs is None or new is None:
            return response
        text = response.body.replace(theirs.encode(), new.encode())
        return replace(with_header(response, "X-Request-Id", new), body=text)

    return edits(change)
