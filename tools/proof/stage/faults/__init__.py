"""Every fault, in modules by what it is about: a new fault is one entry in one of them."""

from tools.proof.stage.faults import (
    access,
    caching,
    cors,
    headers,
    logs,
    rate,
    records,
    routes,
    table,
    tls,
    values,
)

FAULTS = (
    *records.FAULTS,
    *values.FAULTS,
    *routes.FAULTS,
    *caching.FAULTS,
    *headers.FAULTS,
    *cors.FAULTS,
    *rate.FAULTS,
    *access.FAULTS,
    *tls.FAULTS,
    *table.FAULTS,
    *logs.FAULTS,
)
