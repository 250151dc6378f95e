"""Every log group of the stack."""

from __future__ import annotations

import pytest

from contract.stages import Promised
from tools.template import Element, Template

LOG_GROUP = "AWS::Logs::LogGroup"


@pytest.mark.promise("logs-expire")
def test_log_groups_keep_logs_as_promised(template: Template, promised: Promised) -> None:
    kept = {group.name: group.at("RetentionInDays") for group in template.resources(LOG_GROUP)}
    assert kept == dict.fromkeys(kept, promised.log_retention_days)


@pytest.mark.promise("logs-expire")
def test_execution_log_is_owned_by_stack(
    template: Template, api: Element, promised: Promised
) -> None:
    """API Gateway writes to the group of this name, and would create it without an expiry."""
    names = [group.at("LogGroupName") for group in template.resources(LOG_GROUP)]
    assert names.count(f"API-Gateway-Execution-Logs_{api.ref}/{promised.stage}") == 1


@pytest.mark.promise("nothing-unplanned")
def test_log_groups_have_no_other_property(template: Template) -> None:
    for group in template.resources(LOG_GROUP):
        assert set(group.properties) <= {"LogGroupName", "RetentionInDays", "Tags"}
