"""Whether IAM is widened between two templates.

`resources` finds every policy by its shape, `holders` what it is attached to, `statements` reads
it, `patterns` and `conditions` decide inclusion, `comparison` reports what the candidate allows and
the deployed template does not. What cannot be read counts as widened unless it is unchanged.
"""

from tools.release_gate.comparison import Comparison

from .comparison import Widening, compare
from .holders import holders_of
from .resources import resources_of

__all__ = ["Widening", "widenings"]


def widenings(change: Comparison) -> list[Widening]:
    """Return each statement by which the new template allows more, or denies less."""
    old = resources_of(change.old, ids=_ids_of_today(change))
    return compare(holders_of(old), holders_of(resources_of(change.new, ids={})))


def _ids_of_today(change: Comparison) -> dict[str, str]:
    """Old to new logical id of what is the same resource, or the same construct."""
    moves = change.moves
    paths = {
        resource.path: name
        for name, resource in change.after.items()
        if name not in change.before and name not in moves.values()
    }
    gone = {n: r for n, r in change.before.items() if n not in change.after and n not in moves}
    return {**moves, **{n: paths[r.path] for n, r in gone.items() if r.path in paths}}
