"""Which AWS account a stage may be deployed to."""

from __future__ import annotations

from stack.settings import Settings


def refusal(settings: Settings, *, credentials: str | None, named: str | None) -> str | None:
    """Return why a stage may not be deployed with these credentials; None where it may be.

    `credentials` is the account that the CDK CLI found, None when it found no credentials and
    therefore deploys nothing. `named` is the account from the command line; it counts only
    while cdk.json names none.
    """
    account = settings.account or named
    if credentials is None or account in ("any", credentials):
        return None
    if account:
        return f"stage {settings.stage} belongs to account {account}, not to {credentials}"
    return (
        f"stage {settings.stage} names no account: write it to cdk.json as"
        f" stages.{settings.stage}.account, or add -c account={credentials}"
    )
