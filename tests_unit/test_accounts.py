"""Which account a stage may be deployed to."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from stack.accounts import refusal
from stack.settings import Settings, read_context

pytestmark = pytest.mark.promise("account-checked")

CONTEXT = read_context(Path(__file__).resolve().parent.parent / "cdk.json")
OURS, OTHER = "111111111111", "222222222222"
PROD = Settings.load("prod", CONTEXT["stages"])


def test_stage_of_another_account_is_refused() -> None:
    settings = replace(PROD, account=OURS)
    line = f"stage prod belongs to account {OURS}, not to {OTHER}"
    assert refusal(settings, credentials=OTHER, named=None) == line
    assert refusal(settings, credentials=OTHER, named=OTHER) == line
    assert refusal(settings, credentials=OURS, named=None) is None


def test_stage_without_account_is_refused_until_one_is_named() -> None:
    settings = replace(PROD, account="")
    assert refusal(settings, credentials=OURS, named=None) == (
        "stage prod names no account: write it to cdk.json as stages.prod.account,"
        f" or add -c account={OURS}"
    )
    assert refusal(settings, credentials=OURS, named=OURS) is None
    line = f"stage prod belongs to account {OTHER}, not to {OURS}"
    assert refusal(settings, credentials=OURS, named=OTHER) == line


def test_stage_of_any_account_is_never_refused() -> None:
    settings = replace(PROD, account="any")
    assert refusal(settings, credentials=OURS, named=None) is None
    assert refusal(settings, credentials=OURS, named=OTHER) is None


def test_nothing_is_refused_without_credentials() -> None:
    for account in ("", "any", OURS):
        assert refusal(replace(PROD, account=account), credentials=None, named=None) is None


def test_production_names_its_account_before_its_first_deployment() -> None:
    assert PROD.account != "any"
