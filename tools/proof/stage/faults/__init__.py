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

# Those that change a stack's outputs come after others: the suite reads the outputs once, and
# must find them right.
_MODULES = (records, values, routes, caching, headers, cors, rate, access, tls, table, logs)
FAULTS = tuple(fault for module in _MODULES for fault in module.FAULTS)
