"""Lambda's entry point: any event in, one answer of the contract out, one log line."""

import gc
import os
from collections.abc import Mapping
from time import perf_counter

from lambda_function import answers, conditional, cors, request, settings
from lambda_function.answers import Answer, Problem
from lambda_function.log import Log
from lambda_function.request import Request
from lambda_function.table import Table

SETTINGS = settings.load(os.environ)
TABLE = Table(SETTINGS.table_name, SETTINGS.region)
LOG = Log(SETTINGS.log_level)
CACHE_CONTROL = answers.cache_control(SETTINGS.cache_max_age)

gc.freeze()
gc.enable()

Facts = dict[str, object]  # what the log line says beside the request and the status


def lambda_handler(event: object, context: object) -> Answer:
    """Answer an API Gateway proxy event; whatever the event is, nothing is raised."""
    started = perf_counter()
    asked = request.read(event, context)
    headers = cors.headers(SETTINGS.allowed_origins, asked.origins)
    facts: Facts = {}
    try:
        answer = _answer(asked, headers, facts)
    except Exception as error:  # noqa: BLE001 - whatever it is, the caller gets an answer
        answer = _failure(error, asked, headers, facts)
    facts["durationMs"] = _milliseconds_since(started)
    LOG.write(asked, answer["statusCode"], facts)
    return answer


def _answer(asked: Request, headers: Mapping[str, str], facts: Facts) -> Answer:
    data = _record(asked, facts)
    tag = conditional.etag(data)
    caching = {"ETag": tag, "Cache-Control": CACHE_CONTROL}
    if conditional.matches(tag, asked.if_none_match):
        return answers.not_modified(asked.request_id, {**caching, **headers})
    return answers.found(asked.request_id, data, {**caching, **headers})


def _record(asked: Request, facts: Facts) -> str:
    """Read the record that was asked for, as JSON text. Raises Problem."""
    if asked.route is None:
        raise Problem("NOT_FOUND")
    if asked.user_id is None:
        raise Problem("INVALID_USER_ID")
    started = perf_counter()
    try:
        reading = TABLE.read(asked.user_id)
    finally:
        facts["tableMs"] = _milliseconds_since(started)
    facts.update(capacity=reading.capacity, retries=reading.retries or None)
    if reading.data is None:
        raise Problem("USER_NOT_FOUND")
    return reading.data


def _failure(error: Exception, asked: Request, headers: Mapping[str, str], facts: Facts) -> Answer:
    problem = error if isinstance(error, Problem) else Problem("INTERNAL_ERROR", _place(error))
    facts["errorCode"] = problem.code
    if problem.cause:
        facts["message"] = problem.cause
    return answers.error(asked.request_id, problem.code, headers)


def _place(error: Exception) -> str:
    """Name kind and place of an error, never its text, which may quote the record."""
    trace = error.__traceback__
    while trace and trace.tb_next:
        trace = trace.tb_next
    module = trace and trace.tb_frame.f_globals.get("__name__")
    return f"{type(error).__name__} in {module}:{trace and trace.tb_lineno}"


def _milliseconds_since(started: float) -> float:
    return round((perf_counter() - started) * 1000, 1)
