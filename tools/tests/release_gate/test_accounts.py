"""What GitHub Actions and CloudFormation may do in an account: exactly what is written here."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from tools import assemblies
from tools.template import Template, listed, plain

FOLDER = Path(__file__).resolve().parents[2] / "release_gate" / "accounts"
ARN = "arn:${AWS::Partition}"
HERE = "${AWS::Region}:${AWS::AccountId}"
ACCESS = ("Delete", "Get", "Put")
GITHUB = "token.actions.githubusercontent.com"


def _template(name: str) -> Template:
    """Read a template as `aws cloudformation deploy` does."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AWS_DATA_PATH", "")  # awscli sets it where it is imported
        reader = import_module("awscli.customizations.cloudformation.yamlhelper")
    return Template.from_json(reader.yaml_parse((FOLDER / name).read_text(encoding="utf-8")))


@pytest.fixture(scope="module")
def roles() -> Template:
    return _template("roles.template.yaml")


@pytest.fixture(scope="module")
def execution() -> list[dict[str, Any]]:
    policy = _template("execution-policy.template.yaml").only("AWS::IAM::ManagedPolicy")
    statements: list[dict[str, Any]] = policy.at("PolicyDocument", "Statement")
    return statements


def _role(roles: Template, name: str) -> Any:
    return next(role for role in roles.resources("AWS::IAM::Role") if role.logical_id == name)


def _granted(role: Any) -> set[tuple[str, str]]:
    """Every pair of an action and a resource that the role's own policies allow."""
    statements = [
        statement
        for policy in role.at("Policies")
        for statement in policy["PolicyDocument"]["Statement"]
    ]
    assert all(set(s) == {"Effect", "Action", "Resource"} for s in statements)
    assert all(s["Effect"] == "Allow" for s in statements)
    return {
        (action, resource)
        for s in statements
        for action in listed(s["Action"])
        for resource in listed(s["Resource"])
    }


@pytest.mark.parametrize("name", ["ReleaseRole", "VerifyRole"])
def test_role_is_taken_by_one_environment_of_main_alone(roles: Template, name: str) -> None:
    (statement,) = _role(roles, name).at("AssumeRolePolicyDocument", "Statement")
    assert statement == {
        "Effect": "Allow",
        "Principal": {"Federated": f"{ARN}:iam::${{AWS::AccountId}}:oidc-provider/{GITHUB}"},
        "Action": "sts:AssumeRoleWithWebIdentity",
        "Condition": {
            "StringEquals": {
                f"{GITHUB}:aud": "sts.amazonaws.com",
                f"{GITHUB}:sub": "${SubjectPrefix}:environment:${Environment}",
                f"{GITHUB}:ref": "refs/heads/main",
                f"{GITHUB}:repository_id": "${RepositoryId}",
            }
        },
    }


@pytest.mark.parametrize("name", ["ReleaseRole", "VerifyRole"])
def test_role_has_no_managed_policy(roles: Template, name: str) -> None:
    assert _role(roles, name).at("ManagedPolicyArns") is None


def test_release_role_takes_roles_of_bootstrap_alone(roles: Template) -> None:
    prefix = f"{ARN}:iam::${{AWS::AccountId}}:role/cdk-${{Qualifier}}"
    assert _granted(_role(roles, "ReleaseRole")) == {
        ("sts:AssumeRole", f"{prefix}-{kind}-role-${{AWS::AccountId}}-${{AWS::Region}}")
        for kind in ("deploy", "file-publishing", "lookup")
    }


def test_verify_role_calls_both_routes_of_its_stage_alone(roles: Template) -> None:
    calls = {(a, r) for a, r in _granted(_role(roles, "VerifyRole")) if a.startswith("execute")}
    stage = f"{ARN}:execute-api:{HERE}:*/${{Environment}}"
    assert calls == {
        ("execute-api:Invoke", f"{stage}/GET/user"),
        ("execute-api:Invoke", f"{stage}/GET/user/*"),
    }


def test_verify_role_changes_nothing(roles: Template) -> None:
    verbs = ("Describe", "Filter", "GET", "Get", "Invoke", "List")
    granted = _granted(_role(roles, "VerifyRole"))
    assert [a for a, _ in granted if not a.partition(":")[2].startswith(verbs)] == []
    everywhere = {action for action, resource in granted if resource == "*"}
    assert everywhere == {"cloudwatch:DescribeAlarms", "logs:DescribeLogGroups"}


def test_verify_role_writes_test_users_on_staging_alone(roles: Template) -> None:
    policy = roles.only("AWS::IAM::RolePolicy")
    assert policy.body["Condition"] == "IsStaging"
    assert plain(roles.body["Conditions"]["IsStaging"]) == plain(
        {"Fn::Equals": [{"Ref": "Environment"}, "staging"]}
    )
    assert policy.at("RoleName") == "${VerifyRole}"
    assert policy.at("PolicyDocument", "Statement") == [
        {
            "Effect": "Allow",
            "Action": ["dynamodb:DeleteItem", "dynamodb:PutItem"],
            "Resource": f"{ARN}:dynamodb:{HERE}:table/UserApi-${{Environment}}-*",
            # Without the second condition a request without keys would match the first.
            "Condition": {
                "ForAllValues:StringLike": {"dynamodb:LeadingKeys": "e2e-*"},
                "Null": {"dynamodb:LeadingKeys": "false"},
            },
        }
    ]


def test_bucket_is_used_by_release_role_alone_and_over_tls(roles: Template) -> None:
    """And there only by the objects of its stage."""
    policy = roles.only("AWS::S3::BucketPolicy")
    assert policy.at("Bucket") == "${Releases}"
    allowed = [s for s in policy.at("PolicyDocument", "Statement") if s["Effect"] == "Allow"]
    assert {frozenset(s) for s in allowed} == {
        frozenset({"Effect", "Principal", "Action", "Resource"})
    }
    assert [s["Principal"] for s in allowed] == [{"AWS": "${ReleaseRole.Arn}"}] * len(allowed)
    assert {(a, s["Resource"]) for s in allowed for a in listed(s["Action"])} == {
        ("s3:ListBucket", "${Releases.Arn}"),
        *((f"s3:{verb}Object", "${Releases.Arn}/${Environment}/*") for verb in ACCESS),
    }
    (denied,) = [s for s in policy.at("PolicyDocument", "Statement") if s["Effect"] == "Deny"]
    assert denied == {
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:*",
        "Resource": ["${Releases.Arn}", "${Releases.Arn}/*"],
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }


def test_bucket_outlives_stack_and_is_never_public(roles: Template) -> None:
    bucket = roles.only("AWS::S3::Bucket")
    assert bucket.body["DeletionPolicy"] == bucket.body["UpdateReplacePolicy"] == "Retain"
    assert bucket.at("VersioningConfiguration") == {"Status": "Enabled"}
    assert set(bucket.at("PublicAccessBlockConfiguration").values()) == {True}
    assert bucket.at("BucketName") is None


def test_execution_policy_allows_only_what_is_named(execution: list[dict[str, Any]]) -> None:
    assert [s["Sid"] for s in execution if "*" in listed(s["Action"])] == []
    everywhere = {s["Sid"] for s in execution if "*" in listed(s["Resource"])}
    assert everywhere == {"LogDelivery", "Sampling"}
    whole_services = {s["Sid"] for s in execution for a in listed(s["Action"]) if a.endswith(":*")}
    assert whole_services == {"Table", "Function", "Gateway", "Logs", "Topic"}


def test_execution_policy_hands_roles_to_two_services_alone(
    execution: list[dict[str, Any]],
) -> None:
    (statement,) = [s for s in execution if "iam:PassRole" in listed(s["Action"])]
    assert statement["Resource"] == f"{ARN}:iam::${{AWS::AccountId}}:role/UserApi-*"
    assert statement["Condition"] == {
        "StringEquals": {
            "iam:PassedToService": ["apigateway.amazonaws.com", "lambda.amazonaws.com"]
        }
    }


def test_execution_policy_reaches_no_role_of_others(execution: list[dict[str, Any]]) -> None:
    resources = {r for s in execution for r in listed(s["Resource"]) if ":iam:" in r}
    account = f"{ARN}:iam::${{AWS::AccountId}}"
    assert resources == {
        f"{account}:role/UserApi-*",
        f"{account}:policy/UserApi-*",
        f"{account}:role/aws-service-role/*",
    }


def test_execution_policy_covers_every_service_of_stack(execution: list[dict[str, Any]]) -> None:
    """A resource of another service would fail in the middle of a deployment."""
    services = {a.partition(":")[0] for s in execution for a in listed(s["Action"])}
    used = {
        resource.type.split("::")[1].lower()
        for file in assemblies.assemblies().rglob("*.template.json")
        for resource in Template.load(file).resources()
    }
    assert used - services == set()
