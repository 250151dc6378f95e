"""The faults that the smoke tests cannot see, and why: they only read, briefly, on a live stage."""

UNSEEN = {
    "somebody has to break the table": (
        "exception-from-the-table",
        "retry-after-missing",
        "unavailable-as-500",
        "unavailable-ever-after",
    ),
    "a burst takes the capacity from the stage's clients": (
        "rate-limit-off",
        "refused-below-the-limit",
        "refused-in-the-gateways-words",
    ),
    "events arrive later, and a search for them takes longer, than a smoke test may": (
        "header-logged",
        "log-not-json",
        "log-too-long",
        "nothing-logged",
        "record-logged",
    ),
    "the synthetic user is small": ("body-cut-short",),
    "a smoke test creates no IAM user": ("callers-policy-lacks-route",),
}
NAMES = frozenset(name for names in UNSEEN.values() for name in names)
