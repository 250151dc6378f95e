"""Mutants that no test can distinguish from the template, by rule, before the run.

Each rule states its proof or source. What no rule decides can be an
entry of a reviewed list, with reason and source; such mutants still run, and an
entry whose mutant is killed or no longer exists is an error.
"""

from __future__ import annotations

import re
from typing import Any

from ...template import Template
from . import shapes
from .edits import Mutant, at
from .graph import depends_on, edges, reaches

TEXTS = ("Description", "AlarmDescription")
SCHEMAS = ("AWS::ApiGateway::Model",)
EDITS = ("OMIT", "STRING")
SNAPSHOT_BY_DEFAULT = ("AWS::RDS::DBCluster", "AWS::RDS::DBInstance")
ASSETS = ("/Properties/Code/S3Bucket", "/Properties/Code/S3Key", "/Properties/Content/S3")
TOOLKIT = ("BootstrapVersion", "CDKMetadataAvailable")
CUSTOM = re.compile("Custom::|AWS::CloudFormation::CustomResource$")
# Logical ids: the construct path without its punctuation, and a hash.
FRAMEWORK = re.compile(
    "(LogRetention|BucketNotificationsHandler)[0-9a-f]{32}"  # log retention, bucket notifications
    "|AWS679f53fac002430cb0da5b7982bd2287"  # AwsCustomResource
    "|^(AWSCDK|Custom).*CustomResourceProvider"  # S3AutoDeleteObjects, cross-region exports, ...
    "|CustomCDKBucketDeployment"
    "|framework(onEvent|isComplete|onTimeout)|waiterstatemachine"  # custom_resources.Provider
    "|awscdkawseks"
)
POLICIES = ("DeletionPolicy", "UpdateReplacePolicy")
POLICY_SOURCE = (
    "https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/"
    "aws-attribute-deletionpolicy.html"
)


def by_rule(template: Template, mutant: Mutant) -> str | None:
    """Prove that a mutant changes nothing; None when no rule decides."""
    return (
        _implied_dependency(template, mutant)
        or _explicit_default(template, mutant)
        or _policy(template, mutant)
        or _text(mutant)
        or _label(mutant)
        or _asset(mutant)
    )


def out_of_scope(mutant: Mutant, *, framework: bool = False) -> str | None:
    """Exclude what the CDK adds by itself; None for everything else.

    With `framework` its custom resources and their functions are in scope.
    """
    if mutant.element[1] in TOOLKIT or mutant.type == "AWS::CDK::Metadata":
        return "added by the CDK toolkit to every template"
    if not framework and (CUSTOM.match(mutant.type) or FRAMEWORK.search(mutant.element[1])):
        return "a custom resource of the CDK, or a part of what runs it"
    return None


def _implied_dependency(template: Template, mutant: Mutant) -> str | None:
    if not mutant.pointer.startswith("/DependsOn/"):
        return None
    logical_id = mutant.element[1]
    entries = depends_on(template.body["Resources"][logical_id])
    entry = entries[int(mutant.pointer.rpartition("/")[2])]
    graph = edges(template, without=(logical_id, entry))
    if reaches(graph, logical_id, entry):
        return f"{entry} is created first in any case: the references imply it"
    return None


def _explicit_default(template: Template, mutant: Mutant) -> str | None:
    if mutant.operator != "OMIT" or len(mutant.edits) != 1 or "!" in mutant.pointer:
        return None
    path = mutant.edits[0].path
    if mutant.edits[0].action != "remove" or path[2:3] != ("Properties",):
        return None
    default = shapes.documented_default(mutant.type, path[3:])
    if default is not None and default[0] == at(template.body, path):
        return f"{default[0]} is the documented default: {default[1]}"
    return None


def has_default_policy(resource: dict[str, Any], attribute: str) -> bool:
    """Tell whether this attribute says what CloudFormation does without it."""
    return resource.get(attribute) == "Delete" and resource["Type"] not in SNAPSHOT_BY_DEFAULT


def _policy(template: Template, mutant: Mutant) -> str | None:
    attribute = mutant.pointer.removeprefix("/")
    if mutant.operator != "OMIT" or attribute not in POLICIES:
        return None
    if has_default_policy(template.body["Resources"][mutant.element[1]], attribute):
        return f"Delete is the documented default: {POLICY_SOURCE}"
    return None


def _text(mutant: Mutant) -> str | None:
    last = mutant.pointer.rpartition("/")[2]
    own = mutant.pointer.count("/") <= 2 and last in TEXTS
    own = own or (mutant.type in SCHEMAS and last == "description" and mutant.operator in EDITS)
    return "a text for readers: it changes no behaviour" if own else None


def _label(mutant: Mutant) -> str | None:
    """https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_sid.html"""
    if mutant.operator not in EDITS or mutant.must_kill != "iam":
        return None
    last = mutant.pointer.rpartition("/")[2]
    if last == "Sid" or (last == "PolicyName" and mutant.type == "AWS::IAM::Role"):
        return f"{last} is a label inside the policy's owner: it grants and denies nothing"
    return None


def _asset(mutant: Mutant) -> str | None:
    if mutant.pointer.startswith(ASSETS):
        return "the address of an asset, which the toolkit sets from its content"
    return None
