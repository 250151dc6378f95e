"""A stage that only looks as if it were running."""

from __future__ import annotations

import subprocess
from pathlib import Path

from tools.local_stage.emulator import Certificates, Emulator
from tools.local_stage.serving import RunningStage


def running_stage(
    stage: str = "local",
    *,
    port: int = 4566,
    signed: bool = False,
    origin: str = "https://app.example.com",
) -> RunningStage:
    """Return what `serve` would yield, without a process behind it."""
    folder = Path("/nowhere") / str(port)
    certificates = Certificates(folder / "ca.pem", folder / "server.pem")
    emulator = Emulator(
        port=port,
        account="000000000000",
        process=subprocess.Popen.__new__(subprocess.Popen),
        certificates=certificates,
        log=folder / "emulator.log",
    )
    return RunningStage(
        stage=stage,
        url=f"https://127.0.0.1:{port}/{stage}",
        port=port,
        ca_bundle=certificates.ca,
        signed=signed,
        allowed_origin=origin,
        caller=("AKIA0000000000000000", "secret") if signed else None,
        stack_name=f"UserApi-{stage}",
        outputs={"TableName": f"table-of-{stage}"},
        asset=folder / "asset",
        environment=emulator.client_environment,
        folder=folder,
        emulator=emulator,
    )
