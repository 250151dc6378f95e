"""From the context to an app: what all ways to synthesize share."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from aws_cdk import App, DefaultStackSynthesizer, Validations
from cdk_nag import AwsSolutionsChecks

from stack.accounts import refusal
from stack.names import stack_name
from stack.settings import SHARED, Settings, SettingsError, stage_names
from stack.shared import AccountStack, SamplingStack
from stack.stack import ServiceStack


def build(
    *,
    context: Mapping[str, Any] | None = None,
    output: str | None = None,
    credentials: str | None = None,
) -> App:
    """Return the app of the context's `stage`, or of all stacks where it names none.

    Instead of a stage it may name a stack that all stages share: `account` or `sampling`.
    Without a `context` it is the CDK CLI's. `credentials` is the account that the CLI deploys
    to, if any. Raises SettingsError for a wrong setting, or for a stage that belongs to another
    account; an app of all stacks leaves such a stage out, and says so.
    """
    app = App(context=context, outdir=output, analytics_reporting=False)
    Validations.of(app).add_plugins(AwsSolutionsChecks(app))
    read = app.node.try_get_context
    chosen, stages = read("stage"), read("stages")
    for name in [*stage_names(stages), *SHARED] if chosen is None else [chosen]:
        if name == "account":
            AccountStack(app, stack_name(name), **_stack_props())
        elif name == "sampling":
            every = [Settings.load(stage, stages) for stage in stage_names(stages)]
            SamplingStack(app, stack_name(name), stages=every, **_stack_props())
        else:
            settings = Settings.load(name, stages)
            problem = refusal(settings, credentials=credentials, named=read("account"))
            if problem and chosen:
                raise SettingsError(problem)
            if problem:
                print(f"note: {problem}; it is left out", file=sys.stderr)
            else:
                ServiceStack(app, stack_name(name), settings=settings, **_stack_props())
    return app


def _stack_props() -> dict[str, Any]:
    """Return the properties of every stack: nothing that names an account or a region.

    What was tested is therefore, byte for byte, what is deployed, wherever that is.
    """
    # The CDK CLI looks at the bootstrap's version itself.
    return {"synthesizer": DefaultStackSynthesizer(generate_bootstrap_version_rule=False)}


def synthesize(app: App) -> None:
    """Write the assembly; exit code 1 on any finding of the checks, a warning too.

    The checks print what they find, and how to acknowledge it.
    """
    try:
        app.synth()
    except RuntimeError as problem:
        # The CDK raises the same class for every error.
        if not str(problem).startswith("ValidationFailed"):
            raise
        sys.exit(1)
    if findings(Path(app.outdir)):
        sys.exit(1)


def findings(assembly: Path) -> set[tuple[str, str]]:
    """Return construct path and rule of every finding that is not acknowledged."""
    report = json.loads((assembly / "validation-report.json").read_text(encoding="utf-8"))
    return {
        (construct["constructPath"], violation["ruleName"])
        for plugin in report["pluginReports"]
        for violation in plugin.get("violations", [])
        for construct in violation["violatingConstructs"]
    }
