"""Clients of the AWS APIs that an emulator answers."""

from __future__ import annotations

from threading import Lock
from typing import Any

import boto3
import botocore.session
from botocore.config import Config

from tools.local_stage.emulator import REGION, SECRET_KEY, Emulator


class Clients:
    """Clients of an emulator as root of its account, deaf to the user's profiles and variables.

    Threads may share them.
    """

    def __init__(self, emulator: Emulator) -> None:
        nobody = botocore.session.Session(session_vars={"profile": (None, None, None, None)})
        self.account = emulator.account
        self._session: Any = boto3.Session(
            botocore_session=nobody,
            aws_access_key_id=emulator.account,
            aws_secret_access_key=SECRET_KEY,
            region_name=REGION,
        )
        self._where: dict[str, Any] = {
            "endpoint_url": emulator.endpoint,
            "verify": str(emulator.certificates.ca),
            # an emulator that has ended is named at once
            "config": Config(retries={"total_max_attempts": 2}),
        }
        self._created: dict[str, Any] = {}
        self._creating = Lock()

    def of(self, service: str) -> Any:
        """Return boto3's client of a service, which its first use creates."""
        with self._creating:
            if service not in self._created:
                self._created[service] = self._session.client(service, **self._where)
            return self._created[service]

    def close(self) -> None:
        """Close every connection: an emulator that saves its state waits for them."""
        for client in self._created.values():
            client.close()
