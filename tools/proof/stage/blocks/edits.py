"""Behaviours that change one thing of some answers, or of what is asked."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from dataclasses import replace

from tests_e2e.proxy import Behaviour, Forward, Headers, Request, Response
from tests_e2e.target import LOCAL_PREFIX
from tools.proof.stage.fault import block

When = Callable[[Request, Response], bool]
Change = Callable[[Request, Response], Response]
Replacement = str | Callable[[re.Match[bytes]], bytes]

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


def get(request: Request, _: Response) -> bool:
    """Answers to GET."""
    return of_stage(request) and request.method == "GET"


def not_get(request: Request, response: Response) -> bool:
    """Answers to other methods."""
    return of_stage(request) and not get(request, response)


def preflight(request: Request, _: Response) -> bool:
    """Preflights."""
    return of_stage(request) and request.method == "OPTIONS"


def query_route(request: Request, _: Response) -> bool:
    """Answers to GET /user?userId=."""
    return of_stage(request) and "?userId=" in request.target


def from_function(request: Request, response: Response) -> bool:
    """What the function answers: the gateway sends no such header."""
    return of_stage(request) and response.header("x-content-type-options") is not None


def from_gateway(request: Request, response: Response) -> bool:
    """Errors of the gateway itself."""
    return error(request, response) and not from_function(request, response)


CONDITIONS: dict[str, When] = {
    condition.__name__: condition
    for condition in (
        *(of_stage, record, not_modified, error, get, not_get),
        *(preflight, query_route, from_function, from_gateway),
    )
}


def condition(*names: str) -> When:
    """Return what holds for the answers that are all of this: conditions, or the code of errors.

    Raises KeyError for a name that is neither.
    """
    conditions = [_code(name) if name.isupper() else CONDITIONS[name] for name in names]
    return lambda request, response: all(holds(request, response) for holds in conditions)


def _code(name: str) -> When:
    return lambda request, response: (
        error(request, response) and f'"{name}"'.encode() in response.body
    )


# --- what is changed of an answer --------------------------------------------


def edits(change: Change, when: When = of_stage) -> Behaviour:
    """Change the answers that meet the condition."""

    def behaviour(request: Request, forward: Forward) -> Response:
        response = forward(request)
        return change(request, response) if when(request, response) else response

    return behaviour


@block("behaviour")
def header(name: str, value: str | None, when: When = of_stage) -> Behaviour:
    """Give one header another value; None removes it."""
    return edits(lambda _, response: with_header(response, name, value), when)


@block("behaviour")
def no_header(name: str, when: When = of_stage) -> Behaviour:
    """Remove one header."""
    return header(name, None, when)


def with_header(response: Response, name: str, value: str | None) -> Response:
    """Return the answer with this header alone of its name; None removes it."""
    others = without(response.headers, name)
    return replace(response, headers=others if value is None else (*others, (name, value)))


def without(headers: Headers, *names: str) -> Headers:
    """The headers but for those names, in any case."""
    dropped = {name.lower() for name in names}
    return tuple(pair for pair in headers if pair[0].lower() not in dropped)


@block("behaviour")
def in_header(name: str, pattern: str, replacement: str, when: When = of_stage) -> Behaviour:
    """Replace every match in the value of one header."""

    def change(_: Request, response: Response) -> Response:
        value = re.sub(pattern, replacement, response.header(name.lower()) or "")
        return with_header(response, name, value)

    return edits(change, when)


@block("behaviour")
def body(pattern: str, replacement: Replacement, when: When = record) -> Behaviour:
    """Replace every match in the body."""
    return edits(
        lambda _, response: replace(response, body=_replaced(pattern, replacement, response.body)),
        when,
    )


@block("behaviour")
def data(pattern: str, replacement: Replacement) -> Behaviour:
    """Replace every match in the record, not in what surrounds it."""

    def change(_: Request, response: Response) -> Response:
        head, separator, rest = response.body.partition(b'"data":')
        return replace(response, body=head + separator + _replaced(pattern, replacement, rest))

    return edits(change, record)


def _replaced(pattern: str, replacement: Replacement, text: bytes) -> bytes:
    new = replacement.encode() if isinstance(replacement, str) else replacement
    return re.sub(pattern.encode(), new, text)


@block("behaviour")
def status(number: int, when: When) -> Behaviour:
    """Answer with another status."""
    return edits(lambda _, response: replace(response, status=number), when)


@block("behaviour")
def answers(
    number: int, text: str, content_type: str = "application/json", *, when: When
) -> Behaviour:
    """Give another answer altogether, as API Gateway or a proxy would by itself."""
    other = Response(number, (("Content-Type", content_type),), text.encode())
    return edits(lambda *_: other, when)


# --- what is changed of a request --------------------------------------------


def asks(change: Callable[[Request], Request]) -> Behaviour:
    """Ask the stage for something else than the client asked for."""
    return lambda request, forward: forward(change(request) if of_stage(request) else request)


@block("behaviour")
def asks_for(pattern: str, replacement: str) -> Behaviour:
    """Ask for another path or query."""
    return asks(
        lambda request: replace(request, target=re.sub(pattern, replacement, request.target))
    )


@block("behaviour")
def asks_without(name: str, pattern: str = "") -> Behaviour:
    """Leave a request header out, if its value matches."""

    def change(request: Request) -> Request:
        hidden = re.search(pattern, request.header(name.lower()) or "")
        return replace(request, headers=without(request.headers, name)) if hidden else request

    return asks(change)


@block("behaviour")
def slowly(seconds: float) -> Behaviour:
    """Answer so many seconds later."""

    def behaviour(request: Request, forward: Forward) -> Response:
        if of_stage(request):
            time.sleep(seconds)
        return forward(request)

    return behaviour
