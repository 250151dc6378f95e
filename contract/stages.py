"""What each stage promises, written down by hand: the tests' own idea of the settings.

Not read from cdk.json or the stack: a wrong setting there must turn the tests red.
"""

from __future__ import annotations

from dataclasses import dataclass

PROJECT = "user-api"
SLOWEST_ANSWER_SECONDS = 7.0
PROMPT_SECONDS = 1.0  # what nobody waits for when all is warm
LOG_LINE_BYTES = 450
# All that the function may do with the table.
TABLE_ACTIONS = {"dynamodb:GetItem"}


@dataclass(frozen=True, kw_only=True, repr=False)
class Promised:
    """The promises that differ between stages, and the numbers all of them share."""

    stage: str
    authorization: str
    origins: tuple[str, ...]
    data_kept: bool
    memory_mb: int = 512
    timeout_seconds: int = 10
    log_level: str = "INFO"
    system_log_level: str
    alarm_addresses: tuple[str, ...] = ()
    cache_max_age_seconds: int = 0
    requests_per_second: int = 100
    burst: int = 200
    log_retention_days: int = 7

    def __repr__(self) -> str:
        """In one line, because a failing test shows it."""
        return f"<what {self.stage} promises>"

    @property
    def iam(self) -> bool:
        """Whether requests are signed."""
        return self.authorization == "AWS_IAM"

    @property
    def cache_control(self) -> str:
        """The header of a record: used again only after asking, unless the stage sets an age."""
        if not self.cache_max_age_seconds:
            return "private, no-cache"
        return f"private, max-age={self.cache_max_age_seconds}"


STAGES = {
    promised.stage: promised
    for promised in (
        Promised(
            stage="local",
            authorization="NONE",
            origins=("http://127.0.0.1:3000", "http://localhost:3000"),
            data_kept=False,
            system_log_level="INFO",
            alarm_addresses=("operators@example.com",),
        ),
        Promised(
            stage="dev",
            authorization="NONE",
            origins=("http://localhost:3000",),
            data_kept=False,
            system_log_level="INFO",
        ),
        Promised(
            stage="staging",
            authorization="AWS_IAM",
            origins=("https://staging.example.com",),
            data_kept=True,
            system_log_level="WARN",
        ),
        Promised(
            stage="prod",
            authorization="AWS_IAM",
            origins=("https://app.example.com", "https://www.example.com"),
            data_kept=True,
            system_log_level="WARN",
        ),
    )
}
