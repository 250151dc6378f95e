"""Faults of conditional requests, entity tags and what may be cached."""

from __future__ import annotations

import uuid
from dataclasses import replace
from functools import partial

from tests_e2e.proxy import Request, Response
from tools.proof.stage.edits import (
    asks,
    asks_without,
    both,
    edits,
    error,
    from_function,
    header,
    not_modified,
    record,
    tag,
    with_header,
)
from tools.proof.stage.fault import Fault

OTHER_TAG = uuid.uuid4().hex

not_modified_304 = partial(Fault, "not-modified-304")
etag_follows_data = partial(Fault, "etag-follows-data")
cache_private = partial(Fault, "cache-private")


def _for_any_tag(request: Request) -> Request:
    headers = tuple(
        (name, "*" if name.lower() == "if-none-match" else value) for name, value in request.headers
    )
    return replace(request, headers=headers)


def _strong(response: Response) -> str:
    return (response.header("etag") or "").removeprefix("W/")


FAULTS = (
    not_modified_304("never-304", "If-None-Match is ignored.", asks_without("if-none-match")),
    not_modified_304(
        "304-only-for-one-tag",
        "A list of tags in If-None-Match never matches.",
        asks_without("if-none-match", ","),
    ),
    not_modified_304(
        "304-not-for-weak-tags",
        "A weak tag in If-None-Match never matches.",
        asks_without("if-none-match", "W/"),
    ),
    not_modified_304("304-for-any-condition", "Any If-None-Match answers 304.", asks(_for_any_tag)),
    not_modified_304(
        "304-with-a-body",
        "A 304 has a body after its headers.",
        edits(
            lambda _, response: replace(response, announced=0, tail=b'{"success":true}'),
            not_modified,
        ),
    ),
    not_modified_304(
        "304-without-tag", "A 304 does not name the tag.", header("ETag", None, not_modified)
    ),
    etag_follows_data("tag-never-changes", "The tag is always the same.", tag(lambda: OTHER_TAG)),
    etag_follows_data(
        "tag-always-changes", "The tag is made of the whole answer.", tag(lambda: uuid.uuid4().hex)
    ),
    etag_follows_data(
        "tag-strong",
        "The tag claims that the whole answer stays the same, byte for byte.",
        edits(lambda _, response: with_header(response, "ETag", _strong(response)), record),
    ),
    etag_follows_data("tag-missing", "A record has no tag.", header("ETag", None, record)),
    cache_private(
        "cached-publicly",
        "Shared caches may keep a record.",
        header("Cache-Control", "public, max-age=60", record),
    ),
    cache_private(
        "cached-for-a-day",
        "A record may be kept longer than the stage promises.",
        header("Cache-Control", "private, max-age=86400", record),
    ),
    cache_private(
        "errors-cached",
        "An error may be kept.",
        header("Cache-Control", "private, max-age=60", both(from_function, error)),
    ),
    cache_private("caching-unsaid", "No answer has Cache-Control.", header("Cache-Control", None)),
)
