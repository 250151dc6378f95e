"""IAM users of our own, who may call one method and path of the stage."""

from __future__ import annotations

import json
import uuid
from dataclasses import dataclass, field

from botocore.credentials import ReadOnlyCredentials

from tests_e2e.aws import client
from tests_e2e.leftovers import Journal
from tests_e2e.signing import Signer
from tests_e2e.target import Target


@dataclass
class Principals:
    """Creates IAM users, and removes them."""

    stage: Target
    region: str
    journal: Journal
    _names: list[str] = field(default_factory=list)

    def who_may_call(self, method_and_path: str) -> Signer:
        """A signer of a new IAM user, who may call `/GET/user/ada` or `/GET/*` alone."""
        statement = {
            "Effect": "Allow",
            "Action": "execute-api:Invoke",
            "Resource": f"arn:aws:execute-api:*:*:*/{self.stage.stage_name}{method_and_path}",
        }
        return self.with_policy(json.dumps({"Version": "2012-10-17", "Statement": [statement]}))

    def with_policy(self, document: str) -> Signer:
        """A signer of a new IAM user, who has this policy alone."""
        iam, name = client("iam"), f"e2e-{uuid.uuid4().hex}"
        self.journal.placed("principal", name)
        self._names.append(name)
        iam.create_user(UserName=name)
        iam.put_user_policy(UserName=name, PolicyName="calls", PolicyDocument=document)
        key = iam.create_access_key(UserName=name)["AccessKey"]
        credentials = ReadOnlyCredentials(key["AccessKeyId"], key["SecretAccessKey"], None)
        return Signer(credentials, self.region)

    def remove_all(self) -> None:
        while self._names:
            self.journal.remove("principal", self._names.pop())
