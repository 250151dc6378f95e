"""The settings of deployed resources as their services report them, in CloudFormation's words."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from tools.release_gate.comparison import values

Json = dict[str, Any]
Clients = Callable[[str], Any]  # the name of a service -> boto3's client
Resolve = Callable[[Any], str]  # a plain value -> its text, with physical ids
Reader = Callable[[Clients, str, Mapping[str, Any], Resolve], Json]

URL = "Url"  # which no property of a function has

# What holds where a template is silent.
DEFAULTS: Json = {
    "ActionsEnabled": True,
    "DeletionProtectionEnabled": False,
    "EvaluateLowSampleCountPercentile": None,
    "TreatMissingData": "missing",
    "MemorySize": 128,
    "Timeout": 3,
    "TracingConfig/Mode": "PassThrough",
    URL: [],
}
ALARM = (
    "ActionsEnabled",
    "AlarmActions",
    "ComparisonOperator",
    "DatapointsToAlarm",
    "EvaluationPeriods",
    "ExtendedStatistic",
    "MetricName",
    "Namespace",
    "Period",
    "Statistic",
    "Threshold",
    "TreatMissingData",
)


def expected(properties: Mapping[str, Any], setting: str) -> Any:
    """Return what a template says of a setting, or its default."""
    found = next(iter(values(properties, setting).values()), None)
    return DEFAULTS.get(setting.rpartition("*/")[2], None) if found is None else found


def _role(clients: Clients, name: str, _: Mapping[str, Any], __: Resolve) -> Json:
    iam = clients("iam")
    role = iam.get_role(RoleName=name)["Role"]
    names = iam.list_role_policies(RoleName=name)["PolicyNames"]
    attached = iam.list_attached_role_policies(RoleName=name)["AttachedPolicies"]
    return {
        "AssumeRolePolicyDocument": role["AssumeRolePolicyDocument"],
        "PermissionsBoundary": role.get("PermissionsBoundary", {}).get("PermissionsBoundaryArn"),
        "ManagedPolicyArns": [row["PolicyArn"] for row in attached],
        "Policies": [
            {
                "PolicyName": policy,
                "PolicyDocument": iam.get_role_policy(RoleName=name, PolicyName=policy)[
                    "PolicyDocument"
                ],
            }
            for policy in names
        ],
    }


def _table(clients: Clients, name: str, properties: Mapping[str, Any], _: Resolve) -> Json:
    dynamodb = clients("dynamodb")
    table = dynamodb.describe_table(TableName=name)["Table"]
    backups = dynamodb.describe_continuous_backups(TableName=name)["ContinuousBackupsDescription"]
    recovery = backups.get("PointInTimeRecoveryDescription", {})
    ttl = dynamodb.describe_time_to_live(TableName=name)["TimeToLiveDescription"]
    prefix = "Replicas/*/" if "Replicas" in properties else ""
    point = f"{prefix}PointInTimeRecoverySpecification/PointInTimeRecoveryEnabled"
    return {
        "KeySchema": table["KeySchema"],
        f"{prefix}DeletionProtectionEnabled": table.get("DeletionProtectionEnabled", False),
        point: recovery.get("PointInTimeRecoveryStatus") == "ENABLED",
        "SSESpecification/SSEEnabled": table.get("SSEDescription", {}).get("Status") == "ENABLED",
        "TimeToLiveSpecification/Enabled": ttl.get("TimeToLiveStatus") in ("ENABLED", "ENABLING"),
    }


def _log_group(clients: Clients, name: str, _: Mapping[str, Any], __: Resolve) -> Json:
    groups = clients("logs").describe_log_groups(logGroupNamePrefix=name)["logGroups"]
    (group,) = [row for row in groups if row["logGroupName"] == name] or [{}]
    return {"RetentionInDays": group.get("retentionInDays") if group else "gone"}


def _alarm(clients: Clients, name: str, properties: Mapping[str, Any], _: Resolve) -> Json:
    alarms = clients("cloudwatch").describe_alarms(AlarmNames=[name])["MetricAlarms"]
    if not alarms:
        return {"Threshold": "gone"}
    # An alarm has a statistic or a percentile.
    other = "Statistic" if "ExtendedStatistic" in properties else "ExtendedStatistic"
    return {setting: alarms[0].get(setting) for setting in ALARM if setting != other}


def _function(clients: Clients, name: str, _: Mapping[str, Any], __: Resolve) -> Json:
    client = clients("lambda")
    found = client.get_function_configuration(FunctionName=name)
    return {
        "Environment/Variables": found.get("Environment", {}).get("Variables", {}),
        "Handler": found["Handler"],
        "MemorySize": found["MemorySize"],
        "Role": found["Role"],
        "Timeout": found["Timeout"],
        "TracingConfig/Mode": found.get("TracingConfig", {}).get("Mode", "PassThrough"),
        URL: [
            row["FunctionUrl"]
            for row in client.list_function_url_configs(FunctionName=name)["FunctionUrlConfigs"]
        ],
    }


def _alias(clients: Clients, name: str, _: Mapping[str, Any], __: Resolve) -> Json:
    function, alias = name.split(":")[-2:]
    found = clients("lambda").get_alias(FunctionName=function, Name=alias)
    return {
        "Name": found["Name"],
        "FunctionVersion": found["FunctionVersion"],
        "RoutingConfig": found.get("RoutingConfig") or None,
    }


def _api(clients: Clients, name: str, properties: Mapping[str, Any], __: Resolve) -> Json:
    found = clients("apigateway").get_rest_api(restApiId=name)
    wanted = properties.get("EndpointConfiguration", {}).get("Types")
    return {
        "DisableExecuteApiEndpoint": found.get("disableExecuteApiEndpoint", False),
        # The emulator does not report the types; AWS always does.
        "EndpointConfiguration/Types": found["endpointConfiguration"].get("types", wanted),
        "SecurityPolicy": found.get("securityPolicy"),
    }


def _method(clients: Clients, _: str, properties: Mapping[str, Any], resolve: Resolve) -> Json:
    found = clients("apigateway").get_method(
        restApiId=resolve(properties["RestApiId"]),
        resourceId=resolve(properties["ResourceId"]),
        httpMethod=properties["HttpMethod"],
    )
    return {
        "AuthorizationType": found["authorizationType"],
        "ApiKeyRequired": found.get("apiKeyRequired", False),
    }


def _stage(clients: Clients, name: str, properties: Mapping[str, Any], resolve: Resolve) -> Json:
    found = clients("apigateway").get_stage(
        restApiId=resolve(properties["RestApiId"]), stageName=name
    )
    log = found.get("accessLogSettings", {})
    return {
        "AccessLogSetting/DestinationArn": log.get("destinationArn"),
        "AccessLogSetting/Format": log.get("format"),
        "MethodSettings": list(_rows(found.get("methodSettings", {}), properties)),
        "TracingEnabled": found.get("tracingEnabled", False),
    }


def _rows(found: Mapping[str, Json], properties: Mapping[str, Any]) -> Iterator[Json]:
    """The settings that a template has, as they are; and every row that it does not have."""
    written = {}
    for row in properties.get("MethodSettings", []):
        path = str(row["ResourcePath"]).removeprefix("/") or "~1"
        written[f"{path}/{row['HttpMethod']}"] = row
    for key, settings in found.items():
        row = written.get(key, {})
        names = {name[:1].lower() + name[1:]: name for name in row}
        values = {names[name]: value for name, value in settings.items() if name in names}
        yield {**{name: row[name] for name in ("HttpMethod", "ResourcePath") if row}, **values}


READERS: Mapping[str, Reader] = {
    "AWS::ApiGateway::Method": _method,
    "AWS::ApiGateway::RestApi": _api,
    "AWS::ApiGateway::Stage": _stage,
    "AWS::CloudWatch::Alarm": _alarm,
    "AWS::DynamoDB::GlobalTable": _table,
    "AWS::DynamoDB::Table": _table,
    "AWS::IAM::Role": _role,
    "AWS::Lambda::Alias": _alias,
    "AWS::Lambda::Function": _function,
    "AWS::Logs::LogGroup": _log_group,
}
