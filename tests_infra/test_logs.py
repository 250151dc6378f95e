"""Every log group of the stack."""

from __future__ import annotations

import pytest

from contract.stages import Promised
from tools.template import Element, Template

LOG_GROUP = "AWS::Logs::LogGroup"


@pytest.mark.promise("logs-kept-7-days")
def test_every_log_group_keeps_7_days(template: Template) -> None:
    groups = template.resources(LOG_GROUP)
    assert groups
    assert {group.logical_id: group.at("RetentionInDays") for group in groups} == {
        group.logical_id: 7 for group in groups
    }


@pytest.mark.promise("logs-kept-7-days")
def test_execution_log_is_the_stacks_own(
    template: Template, api: Element, promised: Promised
) -> None:
    """API Gateway writes to the group of this name, and would make it without an end."""
    names = [group.at("LogGroupName") for group in template.resources(LOG_GROUP)]
    assert names.count(f"API-Gateway-Execution-Logs_{api.ref}/{promised.stage}") == 1


@pytest.mark.promise("logs-kept-7-days")
def test_three_groups_and_no_more(template: Template) -> None:
    assert len(template.resources(LOG_GROUP)) == 3


@pytest.mark.promise("nothing-unplanned")
def test_log_groups_say_nothing_else(template: Template) -> None:
    for group in template.resources(LOG_GROUP):
        assert set(group.properties) <= {"LogGroupName", "RetentionInDays", "Tags"}
