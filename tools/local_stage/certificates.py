"""The certificate authority of a local stage, and its server's certificate."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import trustme


@dataclass(frozen=True)
class Certificates:
    """PEM files: what clients trust, and what the server shows and keeps secret."""

    ca: Path
    server: Path
    key: Path


def certificates(folder: Path) -> Certificates:
    """The certificates in `folder`, made when they are not there (an own CA each time)."""
    made = Certificates(folder / "ca.pem", folder / "server.pem", folder / "server.key")
    if not made.key.exists():
        folder.mkdir(parents=True, exist_ok=True)
        authority = trustme.CA(organization_name="local stage")
        server = authority.issue_cert("127.0.0.1", "localhost")
        authority.cert_pem.write_to_path(made.ca)
        for pem in server.cert_chain_pems:
            pem.write_to_path(made.server, append=True)
        made.key.touch(mode=0o600)
        server.private_key_pem.write_to_path(made.key)
    return made
