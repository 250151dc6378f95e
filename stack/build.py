"""From the context to the stack: what `app.py` and `python -m stack` share."""

from __future__ import annotations

import os

from aws_cdk import App, Environment, Validations
from cdk_nag import AwsSolutionsChecks

from stack.settings import Settings
from stack.stack import UserApiStack


def build(app: App) -> UserApiStack:
    """The stack of the context's `stage`. Raises SettingsError."""
    settings = Settings.load(app.node.try_get_context("stage"), app.node.try_get_context("stages"))
    Validations.of(app).add_plugins(AwsSolutionsChecks(app))
    return UserApiStack(
        app,
        f"UserApi-{settings.stage}",
        settings=settings,
        env=Environment(
            account=os.environ.get("CDK_DEFAULT_ACCOUNT"),
            region=os.environ.get("CDK_DEFAULT_REGION"),
        ),
    )
