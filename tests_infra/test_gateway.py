"""The API's endpoint and its stage."""

from __future__ import annotations

import functools
from typing import Any

import pytest
from botocore.session import Session

from contract.stages import Promised
from tools.template import Element, Template, decoded


@pytest.mark.promise("tls-floor")
def test_tls_policy_has_promised_floor(api: Element) -> None:
    """The policy's name says it: TLS 1.3 and 1.2; PFS: TLS 1.2 with forward secrecy only.

    https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-security-policies-list.html
    """
    assert api.at("SecurityPolicy") == "SecurityPolicy_TLS13_1_2_PFS_PQ_2025_09"
    assert api.at("EndpointAccessMode") == "STRICT"


@pytest.mark.promise("tls-floor")
def test_tls_policy_is_known_to_service(api: Element) -> None:
    for name in ("SecurityPolicy", "EndpointAccessMode"):
        assert api.at(name) in _service_words(name)


@functools.cache
def _service_words(name: str) -> list[str]:
    """The words that API Gateway's service model allows; read once: it is 1 MB of JSON."""
    words: list[str] = Session().get_service_model("apigateway").shape_for(name).metadata["enum"]
    return words


@pytest.mark.promise("routes-complete")
def test_endpoint_is_regional(api: Element) -> None:
    assert api.at("EndpointConfiguration") == {"Types": ["REGIONAL"]}


@pytest.mark.promise("routes-complete")
def test_stage_serves_deployment(
    template: Template, api: Element, api_stage: Element, promised: Promised
) -> None:
    assert api_stage.at("StageName") == promised.stage
    assert api_stage.at("RestApiId") == api.ref
    deployment = template.only("AWS::ApiGateway::Deployment")
    assert api_stage.at("DeploymentId") == deployment.ref


def _settings(api_stage: Element) -> Any:
    """The stage's one method setting, which is for every method."""
    settings = api_stage.at("MethodSettings")
    assert isinstance(settings, list)
    assert len(settings) == 1
    assert (settings[0].get("ResourcePath"), settings[0].get("HttpMethod")) == ("/*", "*")
    return settings[0]


@pytest.mark.promise("rate-limited")
def test_requests_are_throttled(api_stage: Element, promised: Promised) -> None:
    settings = _settings(api_stage)
    assert settings.get("ThrottlingRateLimit") == promised.requests_per_second
    assert settings.get("ThrottlingBurstLimit") == promised.burst


@pytest.mark.promise("gateway-logged")
def test_execution_errors_are_logged(api_stage: Element) -> None:
    assert _settings(api_stage).get("LoggingLevel") == "ERROR"


@pytest.mark.promise("gateway-logged", "logs-hold-nothing-personal")
def test_bodies_are_never_logged(api_stage: Element) -> None:
    assert not _settings(api_stage).get("DataTraceEnabled")


@pytest.mark.promise("gateway-logged")
def test_detailed_metrics_are_off(api_stage: Element) -> None:
    """They cost extra, and nothing looks at them: alarms and dashboard watch the whole stage."""
    assert not _settings(api_stage).get("MetricsEnabled")


@pytest.mark.promise("nothing-unplanned")
def test_method_setting_has_no_other_property(api_stage: Element) -> None:
    assert set(_settings(api_stage)) <= {
        "ResourcePath",
        "HttpMethod",
        "ThrottlingRateLimit",
        "ThrottlingBurstLimit",
        "LoggingLevel",
        "DataTraceEnabled",
        "MetricsEnabled",
    }


@pytest.mark.promise("tracing-on")
def test_gateway_traces(api_stage: Element) -> None:
    assert api_stage.at("TracingEnabled") is True


@pytest.mark.promise("gateway-logged")
def test_access_log_has_group_of_its_own(template: Template, api_stage: Element) -> None:
    function = template.only("AWS::Lambda::Function")
    own = [
        resource.ref
        for resource in template.resources("AWS::Logs::LogGroup")
        if resource.at("LogGroupName") is None
        and resource.ref != function.at("LoggingConfig", "LogGroup")
    ]
    groups = "arn:${AWS::Partition}:logs:${AWS::Region}:${AWS::AccountId}:log-group"
    destination = api_stage.at("AccessLogSetting", "DestinationArn")
    assert destination in [f"{groups}:{ref}" for ref in own]


@pytest.mark.promise("gateway-logged")
def test_access_log_is_json_line(api_stage: Element, promised: Promised) -> None:
    line = api_stage.at("AccessLogSetting", "Format")
    caller = {"caller": "$context.identity.userArn"} if promised.iam else {}
    assert decoded(line) == caller | {
        "requestId": "$context.extendedRequestId",
        "amznRequestId": "$context.requestId",
        "traceId": "$context.xrayTraceId",
        "requestTime": "$context.requestTime",
        "method": "$context.httpMethod",
        "route": "$context.resourcePath",
        "protocol": "$context.protocol",
        "tlsVersion": "$context.tlsVersion",
        "status": "$context.status",
        "responseType": "$context.error.responseType",
        "responseLength": "$context.responseLength",
        "responseLatency": "$context.responseLatency",
        "integrationStatus": "$context.integration.status",
        "integrationLatency": "$context.integration.latency",
    }
    assert "\n" not in line


@pytest.mark.promise("request-id-matches")
def test_access_log_has_id_of_answer(api_stage: Element) -> None:
    line = decoded(api_stage.at("AccessLogSetting", "Format"))
    assert line.get("requestId") == "$context.extendedRequestId"


@pytest.mark.promise("callers-logged")
def test_access_log_names_caller_where_requests_are_signed(
    api_stage: Element, promised: Promised
) -> None:
    line = decoded(api_stage.at("AccessLogSetting", "Format"))
    assert line.get("caller") == ("$context.identity.userArn" if promised.iam else None)


@pytest.mark.promise("logs-hold-nothing-personal")
def test_access_log_shows_nothing_of_request(api_stage: Element) -> None:
    """No address, credential, header or path with an id, and no message that quotes one."""
    line = str(api_stage.at("AccessLogSetting", "Format"))
    line = line.replace("$context.identity.userArn", "")
    for personal in ("identity", "authorizer", "path", "error.message", "customDomain", "domain"):
        assert f"$context.{personal}" not in line


@pytest.mark.promise("gateway-logged")
def test_stage_is_created_after_its_logs(template: Template, api_stage: Element) -> None:
    """Without the group API Gateway creates it, without an expiry."""
    groups = [
        resource
        for resource in template.resources("AWS::Logs::LogGroup")
        if resource.at("LogGroupName")
    ]
    assert {group.logical_id for group in groups} <= api_stage.depends_on
