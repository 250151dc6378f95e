"""The ways to make a template wrong: one module for each class, each a generator of drafts."""

from ..edits import Operator
from .addition import additions
from .composite import composites
from .iam import permissions
from .omission import omissions
from .reference import references
from .value import values

# Where two operators make the same edit, the name of the first one is kept.
OPERATORS: dict[str, Operator] = {
    "composite": composites,
    "iam": permissions,
    "omission": omissions,
    "value": values,
    "reference": references,
    "addition": additions,
}
