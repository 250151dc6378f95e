"""Whether a client that could read the released answers can read those of a candidate.

`contract/compatibility.md` is the policy. `schemas` reads the JSON Schemas (draft-04), `tolerance`
makes the candidate's schema that of what a reader sees, `inclusion` compares it with the released
one. What it does not understand is reported.
"""

from .inclusion import Break, not_included
from .schemas import Schema, UnreadableError, check, read
from .tolerance import as_read, dropped_fields

__all__ = ["Break", "breaks"]


def breaks(released: Schema, candidate: Schema) -> list[Break]:
    """Return what a candidate's schema breaks of the released one, each once."""
    try:
        old, new = read(released), read(candidate)
        check(old)
        seen = as_read(new, old)
        check(seen)
        found = [*dropped_fields(old, new), *not_included(seen, old)]
    except UnreadableError as error:
        return [Break("", "a schema that can be compared", str(error))]
    return list(dict.fromkeys(found))
