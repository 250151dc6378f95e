"""Faults of the values in a record: what DynamoDB holds arrives as something else."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import partial

from tests_e2e.proxy import Request, Response
from tools.proof.stage.edits import data, edits, record
from tools.proof.stage.fault import Fault

NUMBER = r"(?<=[:\[,])(-?\d[\d.eE+-]*)(?=[,}\]])"

values_exact = partial(Fault, "values-exact")


def _rounded(number: re.Match[bytes]) -> bytes:
    """What a parser that knows only doubles makes of a number."""
    value = float(number[1])
    return (b"%d" % int(value)) if value.is_integer() else repr(value).encode()


def _reversed(items: re.Match[bytes]) -> bytes:
    return b"[" + b",".join(reversed(items[1].split(b","))) + b"]"


def _in_latin_1(_: Request, response: Response) -> Response:
    body = response.body.replace(b"\\u00e4", b"\xe4").replace("ä".encode(), b"\xe4")
    return replace(response, body=body)


FAULTS = (
    values_exact("not-utf-8", "The body is encoded in Latin-1.", edits(_in_latin_1, record)),
    values_exact("numbers-as-text", "Numbers arrive as strings.", data(NUMBER, rb'"\1"')),
    values_exact(
        "numbers-as-doubles",
        "Numbers lose the digits that a double cannot hold.",
        data(NUMBER, _rounded),
    ),
    values_exact("truth-as-number", "true arrives as 1.", data("(?<=:)true", "1")),
    values_exact("null-left-out", "null arrives as an empty string.", data("(?<=:)null", '""')),
    values_exact(
        "sets-unsorted",
        "Sets arrive in any order.",
        data(r'\[("(?:alpha|AQ)[^\[\]{}]*)\]', _reversed),
    ),
    values_exact(
        "binary-as-hex", "Binary arrives in hexadecimal digits.", data('"AP8Q"', '"00ff10"')
    ),
    values_exact(
        "other-scripts-lost",
        "Characters outside ASCII arrive as question marks.",
        data(r"\\u[0-9a-fA-F]{4}", "?"),
    ),
)
