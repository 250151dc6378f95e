"""AWS clients for one emulator, deaf to the profiles and variables of the user."""

from __future__ import annotations

from typing import Any

from local_stage.emulator import ACCESS_KEY, REGION, SECRET_KEY, Emulator


class Clients:
    """`clients("dynamodb")` is a client of that service, as root of the account."""

    def __init__(self, emulator: Emulator) -> None:
        # slow to import, and only wanted once the stack is deployed
        import boto3
        import botocore.session

        nobody = botocore.session.Session(session_vars={"profile": (None, None, None, None)})
        self._session = boto3.Session(
            botocore_session=nobody,
            aws_access_key_id=ACCESS_KEY,
            aws_secret_access_key=SECRET_KEY,
            region_name=REGION,
        )
        self._made: list[Any] = []
        self.account = emulator.account
        self._where = {
            "endpoint_url": emulator.endpoint,
            "verify": str(emulator.certificates.ca),
        }

    def __call__(self, service: str) -> Any:
        client = self._session.client(service, **self._where)  # type: ignore[call-overload]
        self._made.append(client)
        return client

    def close(self) -> None:
        """Close every connection: the emulator waits for them when it ends in order."""
        for client in self._made:
            client.close()
