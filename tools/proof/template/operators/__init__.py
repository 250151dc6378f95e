"""The ways to make a template wrong: one module a class, each a generator of drafts."""

from ..drafts import Operator
from ..operators.addition import additions
from ..operators.composite import composites
from ..operators.iam import permissions
from ..operators.omission import omissions
from ..operators.reference import references
from ..operators.value import values

# The order decides which name an edit keeps that two operators would make.
OPERATORS: dict[str, Operator] = {
    "composite": composites,
    "iam": permissions,
    "omission": omissions,
    "value": values,
    "reference": references,
    "addition": additions,
}
