"""What to try a stage with: users in its table, and a caller whose signature is checked."""

from __future__ import annotations

from typing import Any

from contract import smoke_user, users
from tools.local_stage.clients import Clients

CALLER = "caller"
# In DynamoDB's own JSON: what the table holds, not what the API answers
USERS = (
    users.item(
        "ada",
        name={"S": "Ada Lovelace"},
        email={"S": "ada@example.com"},
        born={"N": "1815"},
        languages={"SS": ["en", "fr"]},
        program={
            "M": {
                "title": {"S": "Note G"},
                "computes": {"S": "Bernoulli numbers"},
                "machine": {"S": "Analytical Engine"},
                "published": {"N": "1843"},
                "run": {"BOOL": False},
            }
        },
    ),
    users.item(
        "grace",
        name={"S": "Grace Hopper"},
        email={"S": "grace@example.com"},
        born={"N": "1906"},
        rank={"S": "rear admiral"},
        nanosecond_m={"N": "0.299792458"},
        compilers={"L": [{"M": {"name": {"S": "A-0"}, "year": {"N": "1952"}}}]},
        known_for={"SS": ["COBOL", "FLOW-MATIC", "the moth in the relay"]},
    ),
    users.item(
        "alan",
        name={"S": "Alan Turing"},
        email={"S": "alan@example.com"},
        born={"N": "1912"},
        papers={"NS": ["1936", "1950"]},
        machine={"M": {"states": {"L": [{"S": "A"}, {"S": "B"}]}, "halts": {"NULL": True}}},
        tape={"B": b"\x00\x01\x01\x00\xff"},
        pi={"N": "3.1415926535897932384626433832795028842"},  # all 38 digits of a number
    ),
    smoke_user.stored(),
)


def put_users(clients: Clients, table_name: str) -> None:
    """Put the sample users into the table; one that is there already stays as it is."""
    dynamodb = clients.of("dynamodb")
    for user in USERS:
        try:
            dynamodb.put_item(
                TableName=table_name,
                Item=user,
                ConditionExpression="attribute_not_exists(userId)",
            )
        except dynamodb.exceptions.ConditionalCheckFailedException:
            continue


def create_caller(clients: Clients, policy: str) -> tuple[str, str]:
    """Create an IAM user with this policy alone; return its access key and secret key.

    The emulator accepts any secret with the root key that everything else here uses.
    """
    iam: Any = clients.of("iam")
    try:
        iam.create_user(UserName=CALLER)
    except iam.exceptions.EntityAlreadyExistsException:  # of a kept stage, whose secret is gone
        for known in iam.list_access_keys(UserName=CALLER)["AccessKeyMetadata"]:
            iam.delete_access_key(UserName=CALLER, AccessKeyId=known["AccessKeyId"])
    iam.put_user_policy(UserName=CALLER, PolicyName="calls", PolicyDocument=policy)
    key = iam.create_access_key(UserName=CALLER)["AccessKey"]
    return key["AccessKeyId"], key["SecretAccessKey"]
