"""Signs requests as botocore does, correctly and in the wrong ways that the checks try."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from urllib.parse import parse_qsl

from botocore.auth import SIGV4_TIMESTAMP, SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import ReadOnlyCredentials


@dataclass(frozen=True)
class Signer:
    """Signs requests to API Gateway as one principal. The secrets stay out of its repr."""

    credentials: ReadOnlyCredentials = field(repr=False)
    region: str
    service: str = "execute-api"
    clock_skew: timedelta = timedelta(0)
    signed_target: str | None = None  # what is signed, whatever is sent

    def headers(self, method: str, host: str, target: str) -> dict[str, str]:
        """The headers that sign a request without a body for `target` (path and query)."""
        path, _, query = (self.signed_target or target).partition("?")
        # As parameters, so that botocore encodes them as the service expects.
        parameters = parse_qsl(query, keep_blank_values=True)
        request = AWSRequest(method, f"https://{host}{path}", params=parameters)  # type: ignore[arg-type]
        _Auth(self).add_auth(request)
        return dict(request.headers.items())


class _Auth(SigV4Auth):
    """Signature Version 4 by a clock that may be wrong."""

    def __init__(self, signer: Signer) -> None:
        super().__init__(signer.credentials, signer.service, signer.region)
        self._skew = signer.clock_skew

    def _modify_request_before_signing(self, request: AWSRequest) -> None:
        now = datetime.strptime(request.context["timestamp"], SIGV4_TIMESTAMP)
        request.context["timestamp"] = (now + self._skew).strftime(SIGV4_TIMESTAMP)
        super()._modify_request_before_signing(request)  # type: ignore[misc]
