"""The ways to make a template wrong: one module a class, each a generator of drafts."""

from template_mutation.drafts import Operator
from template_mutation.operators.addition import additions
from template_mutation.operators.composite import composites
from template_mutation.operators.iam import permissions
from template_mutation.operators.omission import omissions
from template_mutation.operators.reference import references
from template_mutation.operators.value import values

# The order decides which name an edit keeps that two operators would make.
OPERATORS: dict[str, Operator] = {
    "composite": composites,
    "iam": permissions,
    "omission": omissions,
    "value": values,
    "reference": references,
    "addition": additions,
}
