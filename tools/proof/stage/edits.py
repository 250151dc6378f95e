"""The building blocks of faults: behaviours that change one thing of some answers."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from dataclasses import replace

from tests_e2e.target import LOCAL_PREFIX
from tools.proof.stage.proxy import Asked, Behaviour, Forward, Given

When = Callable[[Asked, Given], bool]
Replacement = bytes | Callable[[re.Match[bytes]], bytes]


def of_stage(asked: Asked, _: Given | None = None) -> bool:
    """Of the stage, not of the AWS services that stand behind the same port."""
    return asked.target.startswith(LOCAL_PREFIX)


def record(asked: Asked, given: Given) -> bool:
    return of_stage(asked) and given.status == 200


def error(asked: Asked, given: Given) -> bool:
    return of_stage(asked) and given.status >= 400


def preflight(asked: Asked, _: Given | None = None) -> bool:
    return of_stage(asked) and asked.method == "OPTIONS"


def by_query(asked: Asked, given: Given) -> bool:
    return record(asked, given) and "?userId=" in asked.target


def from_function(asked: Asked, given: Given) -> bool:
    return of_stage(asked) and given.header("x-content-type-options") is not None


def from_gateway(asked: Asked, given: Given) -> bool:
    return error(asked, given) and not from_function(asked, given)


def code(name: str) -> When:
    """Errors of this code."""
    return lambda asked, given: error(asked, given) and f'"{name}"'.encode() in given.body


def both(*conditions: When) -> When:
    return lambda asked, given: all(condition(asked, given) for condition in conditions)


def edits(change: Callable[[Asked, Given], Given], when: When = of_stage) -> Behaviour:
    """Changes the answers that meet the condition."""

    def behaviour(asked: Asked, forward: Forward) -> Given:
        given = forward(asked)
        return change(asked, given) if when(asked, given) else given

    return behaviour


def header(name: str, value: str | None, when: When = of_stage) -> Behaviour:
    """One header in another way, or missing."""

    def change(_: Asked, given: Given) -> Given:
        others = tuple(pair for pair in given.headers if pair[0].lower() != name.lower())
        return replace(given, headers=others if value is None else (*others, (name, value)))

    return edits(change, when)


def twice(name: str, when: When = of_stage) -> Behaviour:
    """One header comes two times."""
    return edits(
        lambda _, given: replace(
            given, headers=(*given.headers, (name, given.header(name.lower()) or ""))
        ),
        when,
    )


def body(pattern: str, replacement: str | Replacement, when: When = record) -> Behaviour:
    """One place of the body in another way."""
    new = replacement.encode() if isinstance(replacement, str) else replacement
    return edits(
        lambda _, given: replace(given, body=re.sub(pattern.encode(), new, given.body)), when
    )


def data(pattern: str, replacement: str | Replacement) -> Behaviour:
    """Every place of the record, not of what is around it, in another way."""
    new = replacement.encode() if isinstance(replacement, str) else replacement

    def change(_: Asked, given: Given) -> Given:
        head, separator, rest = given.body.partition(b'"data":')
        return replace(given, body=head + separator + re.sub(pattern.encode(), new, rest))

    return edits(change, record)


def status(number: int, when: When) -> Behaviour:
    return edits(lambda _, given: replace(given, status=number), when)


def answers(
    number: int, text: str, when: When, content_type: str = "application/json"
) -> Behaviour:
    """Another answer altogether, as API Gateway or a proxy would give it by itself."""
    instead = Given(number, (("Content-Type", content_type),), text.encode())
    return edits(lambda _, __: instead, when)


def asks(change: Callable[[Asked], Asked]) -> Behaviour:
    """The stage is asked for something else than the client asked for."""
    return lambda asked, forward: forward(change(asked) if of_stage(asked) else asked)


def asks_for(pattern: str, replacement: str) -> Behaviour:
    """Another path or query."""
    return asks(lambda asked: replace(asked, target=re.sub(pattern, replacement, asked.target)))


def asks_without(name: str, pattern: str = "") -> Behaviour:
    """A request header is not seen, if its value matches."""

    def change(asked: Asked) -> Asked:
        kept = [
            (key, value)
            for key, value in asked.headers
            if key.lower() != name or not re.search(pattern, value)
        ]
        return replace(asked, headers=tuple(kept))

    return asks(change)


def slowly(seconds: float) -> Behaviour:
    def behaviour(asked: Asked, forward: Forward) -> Given:
        if of_stage(asked):
            time.sleep(seconds)
        return forward(asked)

    return behaviour


def aws(operation: str, change: Callable[[bytes], bytes]) -> Behaviour:
    """The answer of an AWS service, `DynamoDB_20120810.DescribeTable`, in another way."""

    def behaviour(asked: Asked, forward: Forward) -> Given:
        given = forward(asked)
        if asked.header("x-amz-target") != operation:
            return given
        others = tuple(pair for pair in given.headers if pair[0].lower() != "x-amz-crc32")
        return replace(given, headers=others, body=change(given.body))

    return behaviour
