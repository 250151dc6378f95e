"""The function and the published version that is called."""

from __future__ import annotations

import re

import pytest

from contract.stages import Promised
from tools.template import Element, Template


@pytest.mark.promise("function-as-set")
def test_runtime_and_architecture_are_promised_ones(function: Element) -> None:
    assert function.at("Runtime") == "python3.14"
    assert function.at("Architectures") == ["arm64"]


@pytest.mark.promise("function-as-set")
def test_code_is_asset_with_handler(function: Element) -> None:
    assert function.at("Handler") == "lambda_function.handler.lambda_handler"
    code = function.at("Code")
    assert set(code) == {"S3Bucket", "S3Key"}
    assert re.fullmatch(
        r"cdk-[a-z0-9]+-assets-\$\{AWS::AccountId\}-\$\{AWS::Region\}", code["S3Bucket"]
    )
    assert re.fullmatch(r"[0-9a-f]{64}\.zip", code["S3Key"])


@pytest.mark.promise("function-as-set")
def test_memory_is_as_promised(function: Element, promised: Promised) -> None:
    assert function.at("MemorySize") == promised.memory_mb


@pytest.mark.promise("function-as-set")
def test_timeout_is_as_promised(function: Element, promised: Promised) -> None:
    assert function.at("Timeout") == promised.timeout_seconds


@pytest.mark.promise("function-as-set")
def test_environment_is_as_promised(function: Element, table: Element, promised: Promised) -> None:
    assert function.at("Environment") == {
        "Variables": {
            "TABLE_NAME": table.ref,
            "LOG_LEVEL": promised.log_level,
            "ALLOWED_ORIGINS": ",".join(promised.origins),
            "CACHE_MAX_AGE": str(promised.cache_max_age_seconds),
        }
    }


@pytest.mark.promise("cors-allowed-origin")
def test_function_knows_allowed_origins(function: Element, promised: Promised) -> None:
    origins = function.at("Environment", "Variables", "ALLOWED_ORIGINS") or ""
    assert set(origins.split(",")) == set(promised.origins)


@pytest.mark.promise("function-as-set")
def test_function_logs_json_to_group_of_its_own(
    template: Template, function: Element, promised: Promised
) -> None:
    logging = dict(function.at("LoggingConfig") or {})
    group = template.referred(logging.pop("LogGroup", None), "AWS::Logs::LogGroup")
    assert group.at("LogGroupName") is None
    assert logging == {"LogFormat": "JSON", "SystemLogLevel": promised.system_log_level}


@pytest.mark.promise("tracing-on")
def test_function_traces(function: Element) -> None:
    assert function.at("TracingConfig") == {"Mode": "Active"}


@pytest.mark.promise("function-versioned")
def test_version_belongs_to_function(template: Template, function: Element) -> None:
    assert template.only("AWS::Lambda::Version").at("FunctionName") == function.ref


@pytest.mark.promise("function-versioned")
def test_alias_points_to_published_version(
    template: Template, function: Element, alias: Element
) -> None:
    version = template.only("AWS::Lambda::Version")
    assert alias.at("Name") == "live"
    assert alias.at("FunctionName") == function.ref
    assert alias.at("FunctionVersion") == version.attribute("Version")
