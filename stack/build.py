"""From the context to an app with the stack of one stage: what all ways to synthesize share."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from aws_cdk import App, DefaultStackSynthesizer, Validations
from cdk_nag import AwsSolutionsChecks

from stack.settings import Settings
from stack.stack import UserApiStack


def build(*, context: Mapping[str, Any] | None = None, output: str | None = None) -> App:
    """The app of the context's `stage`; without a context the CDK CLI's. Raises SettingsError.

    The template names no account and no region, so what was tested is, byte for byte, what is
    deployed, wherever that is.
    """
    app = App(context=context, outdir=output, analytics_reporting=False)
    Validations.of(app).add_plugins(AwsSolutionsChecks(app))
    settings = Settings.load(app.node.try_get_context("stage"), app.node.try_get_context("stages"))
    UserApiStack(
        app,
        f"UserApi-{settings.stage}",
        settings=settings,
        # The CDK CLI looks at the bootstrap's version itself.
        synthesizer=DefaultStackSynthesizer(generate_bootstrap_version_rule=False),
    )
    return app


def synthesize(app: App) -> None:
    """Write the assembly; exit code 1 on any finding of the checks, a warning too.

    The checks print what they find, and how to acknowledge it.
    """
    try:
        app.synth()
    except RuntimeError as problem:
        # The kernel knows one class of error for everything.
        if not str(problem).startswith("ValidationFailed"):
            raise
        sys.exit(1)
    if findings(Path(app.outdir)):
        sys.exit(1)


def findings(assembly: Path) -> set[tuple[str, str]]:
    """Construct path and rule of every finding that is not acknowledged."""
    report = json.loads((assembly / "validation-report.json").read_text(encoding="utf-8"))
    return {
        (construct["constructPath"], violation["ruleName"])
        for plugin in report["pluginReports"]
        for violation in plugin.get("violations", [])
        for construct in violation["violatingConstructs"]
    }
