"""Candidates that must be refused: each function's name says what is wrong with it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

from tools.tests.release_gate.corpus.draft import Case, Draft

BAD: list[Case] = []
Edit = Callable[[Draft], None]


def bad(rule: str, *, alone: bool = False) -> Callable[[Edit], Edit]:
    """Add an entry that this rule has to find."""

    def add(edit: Edit) -> Edit:
        BAD.append(Case(edit.__name__.replace("_", " "), edit, rule, alone))
        return edit

    return add


# --- data -------------------------------------------------------------------


@bad("stateful-resource-moved")
def table_has_another_logical_id(draft: Draft) -> None:
    draft.new.rename("Users", "People12345678")


@bad("stateful-resource-moved")
def table_has_another_logical_id_and_an_index(draft: Draft) -> None:
    draft.new.rename("Users", "People12345678")
    draft.new.body["Resources"]["People12345678"]["Properties"]["BillingMode"] = "PROVISIONED"


@bad("stateful-resource-moved")
def topic_has_another_logical_id(draft: Draft) -> None:
    draft.new.rename("Monitoring/Alarms", "Pager12345678")


@bad("stateful-resource-replaced")
def table_key_has_another_name(draft: Draft) -> None:
    draft.new.table["KeySchema"][0]["AttributeName"] = "email"


@bad("stateful-resource-replaced")
def table_has_a_sort_key(draft: Draft) -> None:
    draft.new.table["KeySchema"].append({"AttributeName": "day", "KeyType": "RANGE"})


@bad("stateful-resource-replaced")
def table_has_a_physical_name(draft: Draft) -> None:
    draft.new.table["TableName"] = "users"


@bad("stateful-resource-replaced")
def table_has_a_local_index(draft: Draft) -> None:
    draft.new.table["LocalSecondaryIndexes"] = [{"IndexName": "by-day"}]


@bad("stateful-resource-replaced")
def table_has_another_type(draft: Draft) -> None:
    draft.new.resource("Users")["Type"] = "AWS::DynamoDB::Table"


@bad("stateful-resource-replaced")
def topic_is_named_after_replaced_table(draft: Draft) -> None:
    name = {"Fn::Join": ["-", [{"Ref": draft.new.id("Users")}, "alarms"]]}
    for side in (draft.old, draft.new):
        side.properties("Monitoring/Alarms")["TopicName"] = name
    draft.new.table["TableName"] = "users"


@bad("table-key-retyped")
def table_key_is_a_number(draft: Draft) -> None:
    draft.new.table["AttributeDefinitions"][0]["AttributeType"] = "N"


@bad("table-replica-removed")
def replica_is_gone(draft: Draft) -> None:
    draft.old.table["Replicas"].append({"Region": "eu-west-1"})


@bad("stateful-resource-deleted")
def table_is_gone(draft: Draft) -> None:
    draft.new.remove("Users")


@bad("stateful-resource-deleted")
def topic_is_gone(draft: Draft) -> None:
    draft.new.remove("Monitoring/Alarms")


@bad("deletion-policy-weakened")
def table_is_deleted_with_the_stack(draft: Draft) -> None:
    draft.new.resource("Users")["DeletionPolicy"] = "Delete"


@bad("deletion-policy-weakened")
def table_is_deleted_when_replaced(draft: Draft) -> None:
    del draft.new.resource("Users")["UpdateReplacePolicy"]


@bad("deletion-protection-removed")
def table_has_no_deletion_protection(draft: Draft) -> None:
    draft.new.replica["DeletionProtectionEnabled"] = False


@bad("deletion-protection-removed")
def table_says_nothing_of_deletion_protection(draft: Draft) -> None:
    del draft.new.replica["DeletionProtectionEnabled"]


@bad("recovery-weakened")
def table_has_no_point_in_time_recovery(draft: Draft) -> None:
    del draft.new.replica["PointInTimeRecoverySpecification"]


@bad("recovery-weakened")
def table_recovers_one_day_alone(draft: Draft) -> None:
    draft.new.replica["PointInTimeRecoverySpecification"]["RecoveryPeriodInDays"] = 1


@bad("encryption-weakened")
def table_is_encrypted_with_the_key_of_dynamodb(draft: Draft) -> None:
    draft.new.table["SSESpecification"] = {"SSEEnabled": False}


@bad("retention-changed")
def logs_are_kept_for_a_day(draft: Draft) -> None:
    draft.new.properties("Backend/Logs")["RetentionInDays"] = 1


@bad("retention-changed")
def access_log_is_kept_without_limit(draft: Draft) -> None:
    del draft.new.properties("Gateway/AccessLogs")["RetentionInDays"]


@bad("expiry-enabled")
def items_expire(draft: Draft) -> None:
    draft.new.table["TimeToLiveSpecification"] = {"AttributeName": "ttl", "Enabled": True}


@bad("data-redirected")
def function_reads_another_table(draft: Draft) -> None:
    draft.new.variables["TABLE_NAME"] = "another"


@bad("data-forwarded")
def logs_are_sent_elsewhere(draft: Draft) -> None:
    logs = {"Ref": draft.new.id("Backend/Logs")}
    destination = "arn:aws:logs:us-east-1:999999999999:destination:elsewhere"
    properties = {"LogGroupName": logs, "DestinationArn": destination, "FilterPattern": ""}
    draft.new.add("Forward", "AWS::Logs::SubscriptionFilter", properties)


@bad("data-forwarded")
def records_are_streamed(draft: Draft) -> None:
    stream = {"StreamArn": "arn:aws:kinesis:us-east-1:999999999999:stream/elsewhere"}
    draft.new.replica["KinesisStreamSpecification"] = stream


# --- permissions ------------------------------------------------------------


@bad("permissions-widened")
def function_may_scan_the_table(draft: Draft) -> None:
    draft.new.statements[0]["Action"] = ["dynamodb:GetItem", "dynamodb:Scan"]


@bad("permissions-widened")
def function_may_read_every_table(draft: Draft) -> None:
    draft.new.statements[0]["Resource"] = "*"


@bad("permissions-widened")
def function_may_do_all_but_delete(draft: Draft) -> None:
    del draft.new.statements[0]["Action"]
    draft.new.statements[0]["NotAction"] = "dynamodb:DeleteTable"


@bad("permissions-widened")
def function_has_a_managed_policy(draft: Draft) -> None:
    role = draft.new.properties("Backend/Role")
    role["ManagedPolicyArns"] = ["arn:aws:iam::aws:policy/AdministratorAccess"]


@bad("permissions-widened")
def everybody_may_assume_the_role(draft: Draft) -> None:
    role = draft.new.properties("Backend/Role")
    role["AssumeRolePolicyDocument"]["Statement"][0]["Principal"] = {"AWS": "*"}


@bad("permissions-widened")
def any_api_may_invoke_the_function(draft: Draft) -> None:
    for name in _of_type(draft, "AWS::Lambda::Permission"):
        del draft.new.resources[name]["Properties"]["SourceArn"]


@bad("permissions-widened")
def alarms_may_be_published_without_tls(draft: Draft) -> None:
    draft.new.properties("AWS::SNS::TopicPolicy")["PolicyDocument"]["Statement"].pop(0)


@bad("permissions-widened")
def table_is_open_to_another_account(draft: Draft) -> None:
    statement = {"Effect": "Allow", "Principal": {"AWS": "999999999999"}}
    statement |= {"Action": "dynamodb:GetItem", "Resource": "*"}
    draft.new.replica["ResourcePolicy"] = {"PolicyDocument": {"Statement": [statement]}}


@bad("role-changed")
def function_runs_under_another_role(draft: Draft) -> None:
    draft.new.function["Role"] = "arn:aws:iam::123456789012:role/Admin"


# --- exposure ---------------------------------------------------------------


@bad("authorization-weakened")
def get_is_open(draft: Draft) -> None:
    draft.new.method("GET /user/{userId}")["AuthorizationType"] = "NONE"


@bad("authorization-weakened")
def get_has_no_authorization_type(draft: Draft) -> None:
    del draft.new.method("GET /user")["AuthorizationType"]


@bad("authorization-weakened")
def get_is_authorized_by_a_function(draft: Draft) -> None:
    get = draft.new.method("GET /user")
    get |= {"AuthorizationType": "CUSTOM", "AuthorizerId": "abc"}


@bad("authorization-weakened")
def preflight_calls_the_function(draft: Draft) -> None:
    options = draft.new.method("OPTIONS /user")
    options["Integration"] = draft.new.method("GET /user")["Integration"]


@bad("open-method-added")
def open_post(draft: Draft) -> None:
    post = {**draft.new.method("GET /user"), "HttpMethod": "POST", "AuthorizationType": "NONE"}
    draft.new.add("Post", "AWS::ApiGateway::Method", post)


@bad("open-method-added")
def api_is_defined_by_a_body(draft: Draft) -> None:
    draft.new.api["Body"] = {"openapi": "3.0.1", "paths": {"/all": {}}}


@bad("function-url-added")
def function_has_a_url(draft: Draft) -> None:
    function = {"Ref": draft.new.id("AWS::Lambda::Function")}
    url = {"TargetFunctionArn": function, "AuthType": "AWS_IAM"}
    draft.new.add("Url", "AWS::Lambda::Url", url)


@bad("function-url-added")
def function_url_is_open(draft: Draft) -> None:
    for side, type_ in ((draft.old, "AWS_IAM"), (draft.new, "NONE")):
        side.add("Url", "AWS::Lambda::Url", {"AuthType": type_})


@bad("origin-added")
def function_answers_another_origin(draft: Draft) -> None:
    draft.new.variables["ALLOWED_ORIGINS"] += ",https://evil.example"


@bad("origin-added")
def function_answers_any_origin(draft: Draft) -> None:
    draft.new.variables["ALLOWED_ORIGINS"] = "*"


@bad("origin-added")
def preflight_allows_any_origin(draft: Draft) -> None:
    _headers(draft)["method.response.header.Access-Control-Allow-Origin"] = "'*'"


@bad("origin-added")
def preflight_echoes_any_origin(draft: Draft) -> None:
    template = "#set($context.responseOverride.header.Access-Control-Allow-Origin = $origin)"
    _preflight(draft)["ResponseTemplates"] = {"application/json": template}


@bad("origin-added")
def preflight_matches_origins_by_their_end(draft: Draft) -> None:
    template = (
        '#if($origin.endsWith("example.com"))'
        "#set($context.responseOverride.header.Access-Control-Allow-Origin = $origin)#end"
    )
    _preflight(draft)["ResponseTemplates"] = {"application/json": template}


@bad("origin-added")
def gateway_errors_allow_any_origin(draft: Draft) -> None:
    parameters = draft.new.gateway_response("Default4Xx")["ResponseParameters"]
    parameters["gatewayresponse.header.Access-Control-Allow-Origin"] = "'*'"


@bad("origin-added")
def preflight_allows_credentials(draft: Draft) -> None:
    _headers(draft)["method.response.header.Access-Control-Allow-Credentials"] = "'true'"


@bad("throttle-weakened")
def rate_is_ten_times_higher(draft: Draft) -> None:
    draft.new.method_settings["ThrottlingRateLimit"] *= 10


@bad("throttle-weakened")
def burst_is_unlimited(draft: Draft) -> None:
    draft.new.method_settings["ThrottlingBurstLimit"] = -1


@bad("throttle-weakened")
def throttle_is_off(draft: Draft) -> None:
    del draft.new.method_settings["ThrottlingRateLimit"]


@bad("throttle-weakened")
def single_method_is_not_throttled(draft: Draft) -> None:
    row = {**draft.new.method_settings, "HttpMethod": "GET", "ResourcePath": "/~1user"}
    draft.new.stage["MethodSettings"].append({**row, "ThrottlingRateLimit": 5000})


@bad("tls-policy-lowered")
def tls_1_0_is_accepted(draft: Draft) -> None:
    draft.new.api["SecurityPolicy"] = "TLS_1_0"


@bad("tls-policy-lowered")
def ciphers_without_forward_secrecy_are_accepted(draft: Draft) -> None:
    draft.new.api["SecurityPolicy"] = "SecurityPolicy_TLS13_1_2_2021_06"


@bad("tls-policy-lowered")
def tls_policy_is_the_default(draft: Draft) -> None:
    del draft.new.api["SecurityPolicy"]


@bad("tls-policy-lowered")
def host_and_server_name_may_differ(draft: Draft) -> None:
    draft.new.api["EndpointAccessMode"] = "BASIC"


@bad("body-logging-enabled")
def requests_are_logged_whole(draft: Draft) -> None:
    draft.new.method_settings["DataTraceEnabled"] = True


@bad("endpoint-made-public")
def private_api_is_public(draft: Draft) -> None:
    draft.old.api["EndpointConfiguration"] = {"Types": ["PRIVATE"], "VpcEndpointIds": ["vpce-1"]}


@bad("endpoint-made-public")
def default_endpoint_is_open_again(draft: Draft) -> None:
    draft.old.api["DisableExecuteApiEndpoint"] = True


@bad("resource-policy-removed")
def api_has_no_policy(draft: Draft) -> None:
    statement = {"Effect": "Allow", "Principal": "*", "Action": "execute-api:Invoke"}
    address = {"IpAddress": {"aws:SourceIp": "192.0.2.0/24"}}
    draft.old.api["Policy"] = {"Statement": [{**statement, "Resource": "*", "Condition": address}]}


@bad("endpoint-made-public")
def new_database_is_public(draft: Draft) -> None:
    draft.new.add("Database", "AWS::RDS::DBInstance", {"PubliclyAccessible": True})


@bad("throttle-weakened")
def second_stage_is_not_throttled(draft: Draft) -> None:
    stage = {**draft.new.stage, "StageName": "beta", "MethodSettings": []}
    draft.new.add("Beta", "AWS::ApiGateway::Stage", stage)


@bad("alias-redirected")
def alias_points_to_the_unpublished_version(draft: Draft) -> None:
    draft.new.properties("AWS::Lambda::Alias")["FunctionVersion"] = "$LATEST"


@bad("alias-redirected")
def alias_sends_half_of_the_requests_elsewhere(draft: Draft) -> None:
    weights = [{"FunctionVersion": "1", "FunctionWeight": 0.5}]
    routing = {"AdditionalVersionWeights": weights}
    draft.new.properties("AWS::Lambda::Alias")["RoutingConfig"] = routing


@bad("integration-changed")
def route_calls_the_unpublished_version(draft: Draft) -> None:
    integration = draft.new.method("GET /user")["Integration"]
    function = {"Ref": draft.new.id("AWS::Lambda::Function")}
    integration["Uri"] = {"Fn::Join": ["", ["arn:aws:apigateway:lambda/", function]]}


@bad("integration-changed")
def route_calls_another_host(draft: Draft) -> None:
    proxy = {"Type": "HTTP_PROXY", "Uri": "https://elsewhere.example/user"}
    draft.new.method("GET /user")["Integration"] = {**proxy, "IntegrationHttpMethod": "GET"}


@bad("resource-policy-removed")
def topic_has_no_policy(draft: Draft) -> None:
    draft.new.remove("AWS::SNS::TopicPolicy")


# --- observation ------------------------------------------------------------


@bad("log-group-removed")
def function_has_no_log_group(draft: Draft) -> None:
    draft.new.remove("Backend/Logs")


@bad("log-group-removed")
def log_group_has_a_class_without_metrics(draft: Draft) -> None:
    draft.new.properties("Backend/Logs")["LogGroupClass"] = "INFREQUENT_ACCESS"


@bad("access-log-blunted")
def access_log_is_off(draft: Draft) -> None:
    del draft.new.stage["AccessLogSetting"]


@bad("access-log-blunted")
def access_log_leaves_the_status_out(draft: Draft) -> None:
    setting = draft.new.stage["AccessLogSetting"]
    setting["Format"] = setting["Format"].replace("$context.status", "")


@bad("logging-blunted")
def function_logs_to_another_group(draft: Draft) -> None:
    del draft.new.function["LoggingConfig"]["LogGroup"]


@bad("logging-blunted")
def function_logs_errors_alone(draft: Draft) -> None:
    draft.new.variables["LOG_LEVEL"] = "ERROR"


@bad("logging-blunted")
def gateway_logs_no_errors(draft: Draft) -> None:
    draft.new.method_settings["LoggingLevel"] = "OFF"


@bad("logging-blunted")
def gateway_publishes_no_metrics(draft: Draft) -> None:
    draft.old.method_settings["MetricsEnabled"] = True
    draft.new.method_settings["MetricsEnabled"] = False


@bad("tracing-removed")
def function_is_not_traced(draft: Draft) -> None:
    draft.new.function["TracingConfig"]["Mode"] = "PassThrough"


@bad("tracing-removed")
def gateway_is_not_traced(draft: Draft) -> None:
    del draft.new.stage["TracingEnabled"]


@bad("alarm-removed")
def alarm_is_gone(draft: Draft) -> None:
    draft.new.remove("Monitoring/SlowAnswers")


@bad("alarm-removed")
def alarm_watches_another_function(draft: Draft) -> None:
    draft.new.alarm("FunctionErrors")["Dimensions"][0]["Value"] = "another"


@bad("alarm-blunted")
def alarm_has_a_higher_threshold(draft: Draft) -> None:
    draft.new.alarm("ServerErrors")["Threshold"] = 500


@bad("alarm-blunted")
def alarm_rings_an_hour_later(draft: Draft) -> None:
    draft.new.alarm("ServerErrors")["EvaluationPeriods"] = 12


@bad("alarm-blunted")
def alarm_sums_up_a_minute(draft: Draft) -> None:
    draft.new.alarm("ServerErrors")["Period"] = 60


@bad("alarm-blunted")
def alarm_looks_at_the_average(draft: Draft) -> None:
    draft.new.alarm("ServerErrors")["Statistic"] = "Average"


@bad("alarm-blunted")
def alarm_looks_at_the_median(draft: Draft) -> None:
    draft.new.alarm("SlowAnswers")["ExtendedStatistic"] = "p50"


@bad("alarm-blunted")
def alarm_takes_silence_for_good(draft: Draft) -> None:
    draft.old.alarm("ServerErrors")["TreatMissingData"] = "breaching"


@bad("alarm-blunted")
def alarm_rings_when_all_is_well(draft: Draft) -> None:
    draft.new.alarm("ServerErrors")["ComparisonOperator"] = "LessThanThreshold"


@bad("alarm-action-removed")
def alarm_tells_nobody(draft: Draft) -> None:
    draft.new.alarm("TableErrors")["AlarmActions"] = []


@bad("alarm-action-removed")
def alarm_action_is_off(draft: Draft) -> None:
    draft.new.alarm("TableErrors")["ActionsEnabled"] = False


@bad("alarm-action-removed")
def subscription_is_gone(draft: Draft) -> None:
    subscription = {"Protocol": "email", "Endpoint": "pager@example.com"}
    draft.old.add("Pager", "AWS::SNS::Subscription", subscription)


@bad("alarm-action-removed")
def cloudwatch_may_not_publish(draft: Draft) -> None:
    draft.new.properties("AWS::SNS::TopicPolicy")["PolicyDocument"]["Statement"].pop()


@bad("alarm-action-removed")
def topic_has_a_key_that_cloudwatch_cannot_use(draft: Draft) -> None:
    draft.new.properties("Monitoring/Alarms")["KmsMasterKeyId"] = "alias/aws/sns"


# --- contract ---------------------------------------------------------------


@bad("route-removed")
def method_is_gone(draft: Draft) -> None:
    draft.new.remove("Gateway/Api/Default/user/GET")


@bad("route-removed")
def path_has_another_name(draft: Draft) -> None:
    draft.new.properties("Gateway/Api/Default/user")["PathPart"] = "users"


@bad("request-tightened")
def another_parameter_is_required(draft: Draft) -> None:
    get = draft.new.method("GET /user/{userId}")
    get["RequestParameters"]["method.request.header.X-Tenant"] = True


@bad("request-tightened")
def an_api_key_is_required(draft: Draft) -> None:
    draft.new.method("GET /user")["ApiKeyRequired"] = True


@bad("validation-removed")
def method_has_no_validator(draft: Draft) -> None:
    del draft.new.method("GET /user")["RequestValidatorId"]


@bad("validation-removed")
def parameter_is_not_required(draft: Draft) -> None:
    draft.new.method("GET /user")["RequestParameters"] = {}


@bad("validation-removed")
def validator_ignores_parameters(draft: Draft) -> None:
    validator = draft.new.properties("AWS::ApiGateway::RequestValidator")
    validator["ValidateRequestParameters"] = False


@bad("endpoint-replaced")
def api_has_another_logical_id(draft: Draft) -> None:
    draft.new.rename("Gateway/Api", "Api12345678")


@bad("endpoint-replaced")
def stage_has_another_name(draft: Draft) -> None:
    draft.new.stage["StageName"] = "v2"


@bad("endpoint-replaced")
def api_is_private(draft: Draft) -> None:
    draft.new.api["EndpointConfiguration"] = {"Types": ["PRIVATE"]}


@bad("endpoint-replaced")
def default_endpoint_is_closed(draft: Draft) -> None:
    draft.new.api["DisableExecuteApiEndpoint"] = True


@bad("gateway-answer-changed")
def gateway_error_is_a_success(draft: Draft) -> None:
    draft.new.gateway_response("Throttled")["StatusCode"] = "200"


@bad("gateway-answer-changed")
def gateway_error_has_another_code(draft: Draft) -> None:
    templates = draft.new.gateway_response("Throttled")["ResponseTemplates"]
    templates["application/json"] = templates["application/json"].replace("THROTTLED", "SLOW_DOWN")


@bad("gateway-answer-changed")
def gateway_error_is_gone(draft: Draft) -> None:
    draft.new.remove("Gateway/Api/Default5Xx")


@bad("gateway-answer-changed")
def gateway_error_may_be_cached(draft: Draft) -> None:
    parameters = draft.new.gateway_response("Default4Xx")["ResponseParameters"]
    parameters["gatewayresponse.header.Cache-Control"] = "'max-age=3600'"


@bad("preflight-narrowed")
def preflight_allows_no_signature(draft: Draft) -> None:
    _headers(draft)["method.response.header.Access-Control-Allow-Headers"] = "'If-None-Match'"


@bad("preflight-narrowed")
def preflight_names_no_origin(draft: Draft) -> None:
    del _headers(draft)["method.response.header.Access-Control-Allow-Origin"]


@bad("preflight-narrowed")
def preflight_has_no_answer(draft: Draft) -> None:
    del draft.new.method("OPTIONS /user")["Integration"]["IntegrationResponses"]


@bad("answer-undeclared")
def method_declares_no_503(draft: Draft) -> None:
    draft.new.method("GET /user")["MethodResponses"].pop()


@bad("promise-removed")
def promise_is_gone(draft: Draft) -> None:
    del draft.new.promises["tls-floor"]


@bad("promise-removed")
def promise_is_not_proven_end_to_end(draft: Draft) -> None:
    promise = draft.new.promises["tls-floor"]
    draft.new.promises[promise.id] = replace(promise, levels=("infra",))


@bad("answer-field-broken")
def answer_has_no_request_id(draft: Draft) -> None:
    schema = draft.new.schemas["user_response"]
    schema["required"].remove("requestId")


@bad("answer-field-broken")
def error_has_a_list_of_messages(draft: Draft) -> None:
    error = draft.new.schemas["error_response"]["properties"]["error"]["properties"]
    error["message"] = {"type": "array", "items": error["message"]}


@bad("answer-field-broken")
def no_error_promises_a_timestamp(draft: Draft) -> None:
    del draft.new.schemas["error_response"]["anyOf"]


@bad("output-removed")
def output_is_gone(draft: Draft) -> None:
    del draft.new.body["Outputs"]["Url"]


@bad("resource-removed")
def dashboard_is_gone(draft: Draft) -> None:
    draft.new.remove("AWS::CloudWatch::Dashboard")


@bad("resource-removed")
def gateway_may_not_call_the_function(draft: Draft) -> None:
    for name in _of_type(draft, "AWS::Lambda::Permission"):
        del draft.new.resources[name]


@bad("resource-removed")
def function_is_replaced(draft: Draft) -> None:
    draft.new.function["FunctionName"] = "user-api"


@bad("answer-field-broken")
def model_does_not_promise_the_record(draft: Draft) -> None:
    for name in _of_type(draft, "AWS::ApiGateway::Model"):
        draft.new.resources[name]["Properties"]["Schema"].pop("required")


# --- stages -----------------------------------------------------------------


@bad("stages-differ", alone=True)
def prod_alone_has_more_memory(draft: Draft) -> None:
    draft.new.function["MemorySize"] = 1024


@bad("stages-differ", alone=True)
def prod_alone_has_another_handler(draft: Draft) -> None:
    draft.new.function["Handler"] = "lambda_function.other.lambda_handler"


@bad("stages-differ", alone=True)
def prod_alone_has_another_topic(draft: Draft) -> None:
    draft.new.add("More", "AWS::SNS::Topic", {})


@bad("stages-differ", alone=True)
def prod_alone_runs_other_code(draft: Draft) -> None:
    draft.new.function["Code"]["S3Key"] = "0" * 64 + ".zip"


def _preflight(draft: Draft) -> dict[str, Any]:
    found: dict[str, Any] = draft.new.method("OPTIONS /user")["Integration"][
        "IntegrationResponses"
    ][0]
    return found


def _headers(draft: Draft) -> dict[str, str]:
    found: dict[str, str] = _preflight(draft)["ResponseParameters"]
    return found


def _of_type(draft: Draft, type_: str) -> list[str]:
    def named() -> Iterator[str]:
        for name, body in draft.new.resources.items():
            if body["Type"] == type_:
                yield name

    return list(named())
