"""Candidates that must be released: each changes something that loses nothing."""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import replace

from contract.promises import Promise
from tools.tests.release_gate.corpus.draft import Case, Draft

NEUTRAL: list[Case] = []
Edit = Callable[[Draft], None]


def neutral(edit: Edit) -> Edit:
    """Add an entry about which nothing may be found."""
    NEUTRAL.append(Case(edit.__name__.replace("_", " "), edit))
    return edit


@neutral
def nothing_changes(draft: Draft) -> None:
    """The same template again."""


@neutral
def code_is_new(draft: Draft) -> None:
    draft.new.function["Code"]["S3Key"] = "1" * 64 + ".zip"
    draft.new.rename("Backend/Function/CurrentVersion", "CurrentVersionNew")


@neutral
def old_versions_are_kept(draft: Draft) -> None:
    old = draft.new.id("Backend/Function/CurrentVersion")
    draft.new.add("NewVersion", "AWS::Lambda::Version", draft.new.resources[old]["Properties"])
    alias = draft.new.properties("AWS::Lambda::Alias")
    alias["FunctionVersion"] = {"Fn::GetAtt": ["NewVersion", "Version"]}


@neutral
def preflight_allows_more(draft: Draft) -> None:
    answers = draft.new.method("OPTIONS /user")["Integration"]["IntegrationResponses"]
    header = "method.response.header.Access-Control-Allow-Headers"
    answers[0]["ResponseParameters"][header] = (
        answers[0]["ResponseParameters"][header][:-1] + ",X-Trace'"
    )


@neutral
def deployment_is_new(draft: Draft) -> None:
    draft.new.rename("Gateway/Api/Deployment", "DeploymentNew")


@neutral
def resources_stand_in_another_order(draft: Draft) -> None:
    draft.new.body["Resources"] = dict(reversed(draft.new.resources.items()))


@neutral
def lists_stand_in_another_order(draft: Draft) -> None:
    draft.new.function["Tags"].reverse()
    draft.new.statements.reverse()
    draft.new.resource("AWS::ApiGateway::Deployment")["DependsOn"].reverse()


@neutral
def alarm_has_another_description(draft: Draft) -> None:
    draft.new.alarm("SlowAnswers")["AlarmDescription"] = "Some answers are slow."


@neutral
def gateway_error_has_another_text(draft: Draft) -> None:
    templates = draft.new.gateway_response("Throttled")["ResponseTemplates"]
    text = templates["application/json"]
    templates["application/json"] = text.replace("Too many requests", "Slow down, please")


@neutral
def memory_is_raised(draft: Draft) -> None:
    draft.new.function["MemorySize"] = 1024


@neutral
def timeout_is_shorter(draft: Draft) -> None:
    draft.new.function["Timeout"] = 8


@neutral
def runtime_is_newer(draft: Draft) -> None:
    draft.new.function["Runtime"] = "python3.15"


@neutral
def alarm_is_added(draft: Draft) -> None:
    alarm = {**draft.new.alarm("SlowAnswers"), "MetricName": "Count"}
    draft.new.add("Traffic", "AWS::CloudWatch::Alarm", alarm)


@neutral
def alarm_rings_sooner(draft: Draft) -> None:
    draft.new.alarm("SlowAnswers").update({"Threshold": 500, "EvaluationPeriods": 1})


@neutral
def alarm_has_another_construct_id(draft: Draft) -> None:
    draft.new.rename("Monitoring/SlowAnswers", "Slow12345678")


@neutral
def alarm_tells_somebody_else_too(draft: Draft) -> None:
    draft.new.alarm("SlowAnswers")["AlarmActions"].append("arn:aws:sns:eu-west-1:1:pager")


@neutral
def role_has_another_construct_id(draft: Draft) -> None:
    draft.new.rename("Backend/Role", "Role12345678")


@neutral
def validator_has_another_construct_id(draft: Draft) -> None:
    draft.new.rename("AWS::ApiGateway::RequestValidator", "Validator12345678")


@neutral
def logs_are_kept_longer(draft: Draft) -> None:
    draft.new.properties("Backend/Logs")["RetentionInDays"] = 30


@neutral
def table_has_another_index(draft: Draft) -> None:
    draft.new.table["AttributeDefinitions"].append({"AttributeName": "email", "AttributeType": "S"})
    key = [{"AttributeName": "email", "KeyType": "HASH"}]
    index = {"IndexName": "by-email", "KeySchema": key, "Projection": {"ProjectionType": "ALL"}}
    draft.new.table["GlobalSecondaryIndexes"] = [index]


@neutral
def table_has_another_replica(draft: Draft) -> None:
    draft.new.table["Replicas"].insert(0, {**draft.new.replica, "Region": "eu-west-1"})


@neutral
def origin_is_gone(draft: Draft) -> None:
    first = draft.new.variables["ALLOWED_ORIGINS"].split(",")[0]
    draft.new.variables["ALLOWED_ORIGINS"] = first


@neutral
def throttle_is_lower(draft: Draft) -> None:
    draft.new.method_settings.update({"ThrottlingRateLimit": 50, "ThrottlingBurstLimit": 100})


@neutral
def numbers_are_written_as_text(draft: Draft) -> None:
    draft.new.properties("Backend/Logs")["RetentionInDays"] = "7"
    draft.new.replica["DeletionProtectionEnabled"] = "true"
    draft.new.method_settings["ThrottlingRateLimit"] = "100"


@neutral
def route_is_added_with_its_preflight(draft: Draft) -> None:
    root = draft.new.properties("Gateway/Api/Default/user")
    draft.new.add("Health", "AWS::ApiGateway::Resource", {**root, "PathPart": "health"})
    for verb in ("GET", "OPTIONS"):
        method = copy.deepcopy(draft.new.method(f"{verb} /user"))
        method |= {"ResourceId": {"Ref": "Health"}, "RequestParameters": {}}
        draft.new.add(f"Health{verb}", "AWS::ApiGateway::Method", method)


@neutral
def optional_parameter_is_added(draft: Draft) -> None:
    get = draft.new.method("GET /user/{userId}")
    get["RequestParameters"]["method.request.querystring.fields"] = False


@neutral
def answer_is_declared_more(draft: Draft) -> None:
    draft.new.method("GET /user")["MethodResponses"].append({"StatusCode": "429"})


@neutral
def access_log_has_another_field(draft: Draft) -> None:
    setting = draft.new.stage["AccessLogSetting"]
    setting["Format"] = setting["Format"].replace("{", '{"stage": "$context.stage", ', 1)


@neutral
def function_logs_more(draft: Draft) -> None:
    draft.new.variables["LOG_LEVEL"] = "DEBUG"


@neutral
def promise_is_added(draft: Draft) -> None:
    draft.new.promises["answers-fast"] = Promise("answers-fast", "It is fast.", ("unit",))


@neutral
def promise_is_proven_at_another_level(draft: Draft) -> None:
    promise = draft.new.promises["values-exact"]
    levels = ("unit", "infra", "e2e")
    draft.new.promises[promise.id] = replace(promise, levels=levels)


@neutral
def answer_has_another_field(draft: Draft) -> None:
    draft.new.schemas["user_response"]["properties"]["hint"] = {"type": "string"}


@neutral
def error_has_another_code(draft: Draft) -> None:
    error = draft.new.schemas["error_response"]["properties"]["error"]["properties"]
    error["code"]["enum"].append("TEAPOT")


@neutral
def output_is_added(draft: Draft) -> None:
    draft.new.body["Outputs"]["Region"] = {"Value": {"Ref": "AWS::Region"}}


@neutral
def bootstrap_version_is_checked(draft: Draft) -> None:
    parameter = {"Type": "AWS::SSM::Parameter::Value<String>", "Default": "/cdk-bootstrap/version"}
    draft.new.body["Parameters"] = {"BootstrapVersion": parameter}


@neutral
def arn_is_written_another_way(draft: Draft) -> None:
    table = draft.new.id("Users")
    draft.new.statements[0]["Resource"] = {"Fn::Sub": f"${{{table}.Arn}}"}


@neutral
def tags_are_added(draft: Draft) -> None:
    draft.new.function["Tags"].append({"Key": "team", "Value": "users"})


@neutral
def api_has_a_policy_that_denies(draft: Draft) -> None:
    statement = {"Effect": "Deny", "Principal": "*", "Action": "execute-api:Invoke"}
    address = {"IpAddress": {"aws:SourceIp": "192.0.2.0/24"}}
    draft.new.api["Policy"] = {"Statement": [{**statement, "Resource": "*", "Condition": address}]}


@neutral
def actions_are_two_statements(draft: Draft) -> None:
    first = draft.new.statements[1]
    actions = first["Action"]
    draft.new.statements.append({**first, "Action": actions[1:]})
    first["Action"] = actions[:1]


@neutral
def actions_are_in_small_letters(draft: Draft) -> None:
    draft.new.statements[0]["Action"] = "dynamodb:getitem"


@neutral
def function_may_do_less(draft: Draft) -> None:
    draft.new.statements.pop()


@neutral
def statement_has_a_condition(draft: Draft) -> None:
    tls = {"Bool": {"aws:SecureTransport": "true"}}
    draft.new.statements[0]["Condition"] = tls
