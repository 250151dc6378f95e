"""Three users to ask for on a fresh local stage."""

from __future__ import annotations

from tools.local_stage.clients import Clients

# In DynamoDB's own JSON: what the table holds, not what the API answers
SAMPLE_USERS = (
    {
        "userId": {"S": "ada"},
        "name": {"S": "Ada Lovelace"},
        "email": {"S": "ada@example.com"},
        "born": {"N": "1815"},
        "languages": {"SS": ["en", "fr"]},
    },
    {
        "userId": {"S": "grace"},
        "name": {"S": "Grace Hopper"},
        "email": {"S": "grace@example.com"},
        "born": {"N": "1906"},
    },
    {
        "userId": {"S": "alan"},
        "name": {"S": "Alan Turing"},
        "email": {"S": "alan@example.com"},
        "born": {"N": "1912"},
    },
)


def put_sample_users(clients: Clients, table_name: str) -> None:
    """Put them into the table; a user who is there already stays as they are."""
    dynamodb = clients.dynamodb
    for user in SAMPLE_USERS:
        try:
            dynamodb.put_item(
                TableName=table_name,
                Item=user,
                ConditionExpression="attribute_not_exists(userId)",
            )
        except dynamodb.exceptions.ConditionalCheckFailedException:
            continue
