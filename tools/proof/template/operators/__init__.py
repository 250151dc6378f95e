"""The ways to make a template wrong: one module a class, each a generator of drafts."""

from tools.proof.template.drafts import Operator
from tools.proof.template.operators.addition import additions
from tools.proof.template.operators.composite import composites
from tools.proof.template.operators.iam import permissions
from tools.proof.template.operators.omission import omissions
from tools.proof.template.operators.reference import references
from tools.proof.template.operators.value import values

# The order decides which name an edit keeps that two operators would make.
OPERATORS: dict[str, Operator] = {
    "composite": composites,
    "iam": permissions,
    "omission": omissions,
    "value": values,
    "reference": references,
    "addition": additions,
}
