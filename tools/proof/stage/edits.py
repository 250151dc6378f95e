"""The building blocks of faults: behaviours that change one thing of some answers."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from dataclasses import replace

from tests_e2e.proxy import Behaviour, Forward, Headers, Request, Response
from tests_e2e.target import LOCAL_PREFIX

When = Callable[[Request, Response], bool]
Change = Callable[[Request, Response], Response]
Replacement = str | bytes | Callable[[re.Match[bytes]], bytes]

# --- which answers a fault concerns ------------------------------------------


def of_stage(request: Request, _: Response | None = None) -> bool:
    """Of the stage, not of the AWS services behind the same port."""
    return request.target.startswith(LOCAL_PREFIX)


def record(request: Request, response: Response) -> bool:
    """Answers with a record."""
    return of_stage(request) and response.status == 200


def not_modified(request: Request, response: Response) -> bool:
    """Answers that a record was not modified."""
    return of_stage(request) and response.status == 304


def error(request: Request, response: Response) -> bool:
    """Errors, of the function and of the gateway."""
    return of_stage(request) and response.status >= 400


def preflight(request: Request, _: Response) -> bool:
    """Preflights."""
    return of_stage(request) and request.method == "OPTIONS"


def from_function(request: Request, response: Response) -> bool:
    """What the function answers: the gateway sends no such header."""
    return of_stage(request) and response.header("x-content-type-options") is not None


def from_gateway(request: Request, response: Response) -> bool:
    """Errors of the gateway itself."""
    return error(request, response) and not from_function(request, response)


def code(name: str) -> When:
    """Errors with this code."""
    return lambda request, response: (
        error(request, response) and f'"{name}"'.encode() in response.body
    )


def both(*conditions: When) -> When:
    """What every condition holds for."""
    return lambda request, response: all(holds(request, response) for holds in conditions)


# --- what is changed of an answer --------------------------------------------


def edits(change: Change, when: When = of_stage) -> Behaviour:
    """Change the answers that meet the condition."""

    def behaviour(request: Request, forward: Forward) -> Response:
        response = forward(request)
        return change(request, response) if when(request, response) else response

    return behaviour


def header(name: str, value: str | None, when: When = of_stage) -> Behaviour:
    """Give one header another value; None removes it."""
    return edits(lambda _, response: with_header(response, name, value), when)


def with_header(response: Response, name: str, value: str | None) -> Response:
    """Return the answer with this header alone of its name; None removes it."""
    others = without(response.headers, name)
    return replace(response, headers=others if value is None else (*others, (name, value)))


def without(headers: Headers, *names: str) -> Headers:
    """The headers but for those names, in any case."""
    dropped = {name.lower() for name in names}
    return tuple(pair for pair in headers if pair[0].lower() not in dropped)


def tag(digits: Callable[[], str], when: When = record) -> Behaviour:
    """Give the entity tag other digits, and leave its form as it is."""

    def change(_: Request, response: Response) -> Response:
        other = re.sub("[0-9a-f]{32}", digits(), response.header("etag") or "")
        return with_header(response, "ETag", other)

    return edits(change, when)


def request_id(other: Callable[[Request], str | None]) -> Behaviour:
    """Give header and body another request id; None leaves them as they are."""

    def change(request: Request, response: Response) -> Response:
        theirs, new = response.header("x-request-id"), other(request)
        if theirs is None or new is None:
            return response
        text = response.body.replace(theirs.encode(), new.encode())
        return replace(with_header(response, "X-Request-Id", new), body=text)

    return edits(change)


def body(pattern: str, replacement: Replacement, when: When = record) -> Behaviour:
    """Replace every match in the body."""
    return edits(
        lambda _, response: replace(response, body=_replaced(pattern, replacement, response.body)),
        when,
    )


def data(pattern: str, replacement: Replacement) -> Behaviour:
    """Replace every match in the record, not in what surrounds it."""

    def change(_: Request, response: Response) -> Response:
        head, separator, rest = response.body.partition(b'"data":')
        return replace(response, body=head + separator + _replaced(pattern, replacement, rest))

    return edits(change, record)


def _replaced(pattern: str, replacement: Replacement, text: bytes) -> bytes:
    new = replacement.encode() if isinstance(replacement, str) else replacement
    return re.sub(pattern.encode(), new, text)


def repeats(key: Callable[[Request], object], when: When) -> Behaviour:
    """Give the first answer again to each request with the same key, as a cache does."""
    first: dict[object, Response] = {}
    return edits(lambda request, response: first.setdefault(key(request), response), when)


def status(number: int, when: When) -> Behaviour:
    """Answer with another status."""
    return edits(lambda _, response: replace(response, status=number), when)


def answers(
    number: int, text: str, when: When, content_type: str = "application/json"
) -> Behaviour:
    """Give another answer altogether, as API Gateway or a proxy would by itself."""
    other = Response(number, (("Content-Type", content_type),), text.encode())
    return edits(lambda *_: other, when)


# --- what is changed of a request --------------------------------------------


def asks(change: Callable[[Request], Request]) -> Behaviour:
    """Ask the stage for something else than the client asked for."""
    return lambda request, forward: forward(change(request) if of_stage(request) else request)


def asks_for(pattern: str, replacement: str) -> Behaviour:
    """Ask for another path or query."""
    return asks(
        lambda request: replace(request, target=re.sub(pattern, replacement, request.target))
    )


def asks_without(name: str, pattern: str = "") -> Behaviour:
    """Leave a request header out, if its value matches."""

    def change(request: Request) -> Request:
        hidden = re.search(pattern, request.header(name) or "")
        return replace(request, headers=without(request.headers, name)) if hidden else request

    return asks(change)


def slowly(seconds: float) -> Behaviour:
    """Answer so many seconds later."""

    def behaviour(request: Request, forward: Forward) -> Response:
        if of_stage(request):
            time.sleep(seconds)
        return forward(request)

    return behaviour


# --- what is changed of an AWS service ---------------------------------------


def aws(operation: str, change: Callable[[bytes], bytes]) -> Behaviour:
    """Change the answers of an AWS operation, named like `Logs_20140328.FilterLogEvents`."""

    def when(request: Request, _: Response) -> bool:
        return request.header("x-amz-target") == operation

    def edit(_: Request, response: Response) -> Response:
        headers = without(response.headers, "x-amz-crc32")
        return replace(response, headers=headers, body=change(response.body))

    return edits(edit, when)
