"""The options of the suite, and the stage that they name."""

from __future__ import annotations

import re
import ssl
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import SplitResult, urlsplit

import pytest

from contract.answers import FUNCTION_HEADERS, GATEWAY_HEADERS, PREFLIGHT_HEADERS
from contract.smoke_user import SMOKE_USER
from contract.stages import STAGES, Promised

LOCAL_PREFIX = "/_aws/execute-api/"
VALUES = {
    "--stage-url": ("URL", "URL of the stage, for instance the Url output of the stack"),
    "--stage-name": (
        "NAME",
        f"whose promises it must keep: {', '.join(STAGES)} (default: the end of the URL)",
    ),
    "--ca-bundle": ("FILE", "CA certificates that the stage's certificate is checked with"),
    "--table-name": ("NAME", "the stage's table: places and removes test users there"),
    "--stack-name": ("NAME", "the stage's stack: finds the table, and checks what is deployed"),
    "--smoke-user": (
        "ID",
        f"the permanent synthetic user of the stage (default with -m smoke: {SMOKE_USER})",
    ),
}
FLAGS = {
    "--burst": "also send bursts and load (always on a local stage)",
    "--principals": "also create, and remove, an IAM user and a function that try what they may not"
    " (always on a local stage)",
    "--table-faults": "also bring up a separate local stage whose table fails",
    "--lifecycle": "also bring up separate local stages and destroy them",
}
# Field names of RFC 9110, and those that the contract fixes: a check must not lose them.
HEADER_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
CONTRACT_HEADERS = {*FUNCTION_HEADERS, *GATEWAY_HEADERS, *PREFLIGHT_HEADERS} | {
    "access-control-allow-credentials",
    "access-control-allow-origin",
    "etag",
    "retry-after",
    "x-request-id",
}


@dataclass(frozen=True)
class Target:
    """The stage under test: where it is, what it must promise, what may be done to it.

    `base_path` has no slash at its end; `stage_name` is one of `contract.stages.STAGES`.
    """

    url: str
    host: str
    port: int
    base_path: str
    stage_name: str
    ca_bundle: Path | None = None
    table_name: str | None = None
    stack_name: str | None = None
    smoke_user: str | None = None
    signs: bool = False
    bursts: bool = False
    principals: bool = False
    table_faults: bool = False
    lifecycle: bool = False
    strict: bool = False
    allowed_headers: frozenset[str] = frozenset()  # in lower case

    @property
    def local(self) -> bool:
        """Whether an emulator serves it: such URLs have a path that AWS does not use."""
        return self.base_path.startswith(LOCAL_PREFIX)

    @property
    def host_header(self) -> str:
        return self.host if self.port == 443 else f"{self.host}:{self.port}"

    @property
    def region(self) -> str | None:
        """The region in an AWS host name, if this is one."""
        parts = self.host.split(".")
        return parts[2] if parts[1:2] == ["execute-api"] else None

    @property
    def expected(self) -> Promised:
        return STAGES[self.stage_name]

    def tls_context(self) -> ssl.SSLContext:
        return ssl.create_default_context(cafile=self.ca_bundle)


def add_options(parser: pytest.Parser) -> None:
    group = parser.getgroup("e2e", "the stage that tests_e2e checks")
    for option, (metavar, text) in VALUES.items():
        group.addoption(option, metavar=metavar, help=text)
    for option, text in FLAGS.items():
        group.addoption(option, action="store_true", help=text)
    group.addoption(
        "--auth",
        choices=["none", "iam"],
        default="none",
        help="iam: sign the requests with the AWS credentials of the environment",
    )
    group.addoption(
        "--allow-header",
        metavar="NAME",
        action="append",
        default=[],
        help="a header that something in front of the stage adds, for instance via; repeatable",
    )


def from_options(config: pytest.Config) -> Target:
    """Read the stage that the options name. Raises pytest.UsageError with one line."""
    url = config.getoption("stage_url", None)
    if not url:
        raise pytest.UsageError(
            "tests_e2e needs the stage to test: pytest tests_e2e --stage-url URL"
            " (`make e2e` brings a local stage up and names it)"
        )
    stage = of(url, config.getoption("stage_name"), _ca_bundle(config.getoption("ca_bundle")))
    return replace(
        stage,
        table_name=config.getoption("table_name"),
        stack_name=config.getoption("stack_name"),
        smoke_user=config.getoption("smoke_user") or _default_smoke_user(config),
        signs=config.getoption("auth") == "iam",
        bursts=config.getoption("burst") or stage.local,
        principals=config.getoption("principals") or stage.local,
        table_faults=config.getoption("table_faults"),
        lifecycle=config.getoption("lifecycle"),
        strict=bool(config.getoption("strict")),  # pytest's own --strict
        allowed_headers=frozenset(map(_allowed_header, config.getoption("allow_header"))),
    )


def _default_smoke_user(config: pytest.Config) -> str | None:
    """Without the smoke user no smoke test can see a record: there it is not a matter of choice."""
    return SMOKE_USER if config.getoption("markexpr") == "smoke" else None


def of(url: str, stage_name: str | None = None, ca_bundle: Path | None = None) -> Target:
    """Read a stage from its URL, with nothing permitted. Raises pytest.UsageError."""
    parts = _split(url)
    base_path = parts.path.rstrip("/")
    stage_name = stage_name or base_path.rpartition("/")[2]
    if stage_name not in STAGES:
        raise pytest.UsageError(
            f"--stage-url {url}: its path ends with the stage name {stage_name!r}, which is none of"
            f" {', '.join(STAGES)}; name the stage with --stage-name"
        )
    return Target(
        url=f"https://{parts.netloc}{base_path}",
        host=parts.hostname or "",
        port=parts.port or 443,
        base_path=base_path,
        stage_name=stage_name,
        ca_bundle=ca_bundle,
    )


def _split(url: str) -> SplitResult:
    try:
        parts = urlsplit(url)
        parts.port  # noqa: B018 - raises on a port that is not a number
    except ValueError as error:
        raise pytest.UsageError(f"--stage-url {url}: {error}") from None
    if parts.scheme != "https" or not parts.hostname:
        raise pytest.UsageError(f"--stage-url {url}: a stage's URL begins with https:// and a host")
    if parts.query or parts.fragment or parts.username:
        raise pytest.UsageError(f"--stage-url {url}: a stage's URL is only https://HOST/PATH")
    return parts


def _allowed_header(name: str) -> str:
    if not HEADER_NAME.fullmatch(name):
        raise pytest.UsageError(
            f"--allow-header {name!r}: not a header name: letters, digits and hyphens, no value"
        )
    if name.lower() in CONTRACT_HEADERS:
        raise pytest.UsageError(f"--allow-header {name}: the contract fixes this header")
    return name.lower()


def _ca_bundle(path: str | None) -> Path | None:
    if path is None:
        return None
    try:
        ssl.create_default_context(cafile=path)
    except OSError as error:
        reason = "holds no certificate" if isinstance(error, ssl.SSLError) else error.strerror
        raise pytest.UsageError(f"--ca-bundle {path}: {reason}") from None
    return Path(path)
