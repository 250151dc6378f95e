"""The ways to make a template wrong: one module a class, each a generator of drafts."""

from ..drafts import Operator
from .addition import additions
from .composite import composites
from .iam import permissions
from .omission import omissions
from .reference import references
from .value import values

# The order decides which name an edit keeps that two operators would make.
OPERATORS: dict[str, Operator] = {
    "composite": composites,
    "iam": permissions,
    "omission": omissions,
    "value": values,
    "reference": references,
    "addition": additions,
}
