"""AWS Signature Version 4, written out so that the checks can also sign wrongly.

Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qsl, quote


@dataclass(frozen=True)
class Signer:
    """Signs requests to API Gateway as one principal. The secrets stay out of its repr."""

    access_key: str
    secret_key: str = field(repr=False)
    token: str | None = field(repr=False)
    region: str
    service: str = "execute-api"
    shift: timedelta = timedelta(0)  # how far its clock is off
    instead: str | None = None  # the target that it signs, whatever is asked for

    def headers(self, method: str, host: str, target: str) -> dict[str, str]:
        """The headers that sign a request without a body for `target` (path and query)."""
        target = self.instead or target
        stamp = (datetime.now(UTC) + self.shift).strftime("%Y%m%dT%H%M%SZ")
        signed = {"host": host, "x-amz-date": stamp}
        if self.token:
            signed["x-amz-security-token"] = self.token
        names = ";".join(signed)
        canonical = _canonical_request(method, target, signed, names)
        scope = f"{stamp[:8]}/{self.region}/{self.service}/aws4_request"
        text = f"AWS4-HMAC-SHA256\n{stamp}\n{scope}\n{_sha256(canonical)}"
        signature = hmac.new(self._key(stamp[:8]), text.encode(), hashlib.sha256).hexdigest()
        del signed["host"]
        return signed | {
            "authorization": f"AWS4-HMAC-SHA256 Credential={self.access_key}/{scope},"
            f" SignedHeaders={names}, Signature={signature}"
        }

    def _key(self, day: str) -> bytes:
        key = f"AWS4{self.secret_key}".encode()
        for part in (day, self.region, self.service, "aws4_request"):
            key = hmac.new(key, part.encode(), hashlib.sha256).digest()
        return key


def _canonical_request(method: str, target: str, signed: Mapping[str, str], names: str) -> str:
    path, _, query = target.partition("?")
    pairs = sorted(
        (quote(name, safe="-_.~"), quote(value, safe="-_.~"))
        for name, value in parse_qsl(query, keep_blank_values=True)
    )
    return "\n".join(
        [
            method,
            quote(path, safe="/-_.~"),  # encoded once more: every service but S3 wants that
            "&".join(f"{name}={value}" for name, value in pairs),
            *(f"{name}:{value}" for name, value in signed.items()),
            "",
            names,
            _sha256(""),
        ]
    )


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
