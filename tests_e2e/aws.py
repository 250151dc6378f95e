"""What the checks do on AWS with the credentials of the environment."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import boto3
from botocore.exceptions import ClientError

from tests_e2e.leftovers import Journal
from tests_e2e.signing import Signer
from tests_e2e.target import Target

Attributes = Mapping[str, Any]  # attribute name -> DynamoDB's typed value, {"S": "Ada"}


@cache
def client(service: str) -> Any:
    """One client per service and process, from the standard AWS environment."""
    return boto3.client(service)  # type: ignore[call-overload]


def stack_outputs(stack_name: str) -> dict[str, str]:
    stack = client("cloudformation").describe_stacks(StackName=stack_name)["Stacks"][0]
    return {output["OutputKey"]: output["OutputValue"] for output in stack["Outputs"]}


def signer(target: Target) -> Signer:
    """Signs as the principal of the environment, for the region of the stage."""
    session = boto3.Session()
    credentials = session.get_credentials()
    assert credentials is not None
    key = credentials.get_frozen_credentials()
    region = target.region or session.region_name
    assert key.access_key
    assert key.secret_key
    return Signer(key.access_key, key.secret_key, key.token, region)


@dataclass
class Users:
    """Places test users in the stage's table: each has a random id, each is removed."""

    table: str
    journal: Journal
    _placed: list[str] = field(default_factory=list)

    def new_id(self) -> str:
        return f"e2e-{uuid.uuid4().hex}"

    def put(self, attributes: Attributes, user_id: str | None = None) -> str:
        """Write a user, a new one or one of these again; gives its id."""
        user_id = user_id or self.new_id()
        if user_id not in self._placed:
            self.journal.placed("user", self.table, user_id)
            self._placed.append(user_id)
        client("dynamodb").put_item(
            TableName=self.table, Item={**attributes, "userId": {"S": user_id}}
        )
        return user_id

    def remove_all(self) -> None:
        while self._placed:
            remove(self.journal, "user", self.table, self._placed[-1])
            self._placed.pop()


def principal(journal: Journal, stage: Target, region: str, allowed: str) -> tuple[str, Signer]:
    """A new IAM user who may call one method and path of the stage: its name, and its key."""
    iam, name = client("iam"), f"e2e-{uuid.uuid4().hex}"
    journal.placed("principal", name)
    iam.create_user(UserName=name)
    statement = {
        "Effect": "Allow",
        "Action": "execute-api:Invoke",
        "Resource": f"arn:aws:execute-api:*:*:*/{stage.stage_name}{allowed}",
    }
    policy = {"Version": "2012-10-17", "Statement": [statement]}
    iam.put_user_policy(UserName=name, PolicyName="calls", PolicyDocument=json.dumps(policy))
    key = iam.create_access_key(UserName=name)["AccessKey"]
    return name, Signer(key["AccessKeyId"], key["SecretAccessKey"], None, region)


def remove(journal: Journal, kind: str, *names: str) -> None:
    """Remove one thing of the journal, whether it came into being or not."""
    removers: dict[str, Callable[..., None]] = {
        "user": _remove_user,
        "principal": _remove_principal,
        "function": _remove_function,
    }
    removers[kind](*names)
    journal.removed(kind, *names)


def _remove_user(table: str, user_id: str) -> None:
    client("dynamodb").delete_item(TableName=table, Key={"userId": {"S": user_id}})


def _remove_principal(name: str) -> None:
    iam = client("iam")
    with suppress(iam.exceptions.NoSuchEntityException):
        for key in iam.list_access_keys(UserName=name)["AccessKeyMetadata"]:
            iam.delete_access_key(UserName=name, AccessKeyId=key["AccessKeyId"])
        for policy in iam.list_user_policies(UserName=name)["PolicyNames"]:
            iam.delete_user_policy(UserName=name, PolicyName=policy)
        iam.delete_user(UserName=name)


def _remove_function(name: str) -> None:
    with suppress(client("lambda").exceptions.ResourceNotFoundException):
        client("lambda").delete_function(FunctionName=name)


def error_code(error: ClientError) -> str:
    return str(error.response["Error"]["Code"])
