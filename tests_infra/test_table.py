"""The table of users."""

from __future__ import annotations

import pytest

from contract.stages import Promised
from tools.template import Element


@pytest.mark.promise("table-keyed-by-user-id")
def test_key_is_user_id(table: Element) -> None:
    assert table.at("KeySchema") == [{"AttributeName": "userId", "KeyType": "HASH"}]
    assert table.at("AttributeDefinitions") == [{"AttributeName": "userId", "AttributeType": "S"}]


@pytest.mark.promise("table-on-demand")
def test_table_bills_on_demand(table: Element) -> None:
    assert table.at("BillingMode") == "PAY_PER_REQUEST"


@pytest.mark.promise("table-recoverable")
def test_table_can_be_restored(table: Element) -> None:
    recovery = table.at("Replicas", 0, "PointInTimeRecoverySpecification")
    # Without a period of its own it reaches back 35 days.
    assert recovery == {"PointInTimeRecoveryEnabled": True}


@pytest.mark.promise("table-encrypted")
def test_table_is_encrypted_with_aws_managed_key(table: Element) -> None:
    assert table.at("SSESpecification") == {"SSEEnabled": True, "SSEType": "KMS"}
    # A replica's specification would name a key of its own.
    assert table.at("Replicas", 0, "SSESpecification") is None


@pytest.mark.promise("data-survives")
def test_table_refuses_deletion_as_promised(table: Element, promised: Promised) -> None:
    protected = table.at("Replicas", 0, "DeletionProtectionEnabled")
    assert (protected or False) is promised.data_kept


@pytest.mark.promise("data-survives")
def test_table_outlives_stack_as_promised(table: Element, promised: Promised) -> None:
    expected = "Retain" if promised.data_kept else "Delete"
    assert table.body.get("DeletionPolicy", "Delete") == expected
    assert table.body.get("UpdateReplacePolicy", "Delete") == expected


@pytest.mark.promise("nothing-unplanned")
def test_table_is_in_own_region_alone(table: Element) -> None:
    replicas = table.at("Replicas")
    assert len(replicas) == 1
    assert replicas[0].get("Region") == "${AWS::Region}"


@pytest.mark.promise("nothing-unplanned")
def test_replica_has_no_other_property(table: Element) -> None:
    known = {"Region", "PointInTimeRecoverySpecification", "DeletionProtectionEnabled", "Tags"}
    assert set(table.at("Replicas", 0)) <= known
