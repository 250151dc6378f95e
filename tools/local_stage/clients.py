"""AWS clients for one emulator, deaf to the profiles and variables of the user."""

from __future__ import annotations

from typing import Any

from tools.local_stage.emulator import REGION, SECRET_KEY, Emulator


class Clients:
    """The clients that completing a deployment takes, as root of the account."""

    def __init__(self, emulator: Emulator) -> None:
        # slow to import: done when the deployment is under way
        import boto3
        import botocore.session

        nobody = botocore.session.Session(session_vars={"profile": (None, None, None, None)})
        session = boto3.Session(
            botocore_session=nobody,
            aws_access_key_id=emulator.account,
            aws_secret_access_key=SECRET_KEY,
            region_name=REGION,
        )
        where: dict[str, Any] = {
            "endpoint_url": emulator.endpoint,
            "verify": str(emulator.certificates.ca),
        }
        self.account = emulator.account
        self.apigateway = session.client("apigateway", **where)
        self.cloudformation = session.client("cloudformation", **where)
        self.dynamodb = session.client("dynamodb", **where)

    def close(self) -> None:
        """Close every connection: the emulator waits for them when it ends in order."""
        for client in (self.apigateway, self.cloudformation, self.dynamodb):
            client.close()
