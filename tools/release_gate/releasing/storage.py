"""Where documents of a stage outlive a release: a folder of this machine, or an S3 bucket.

A document is written whole or not at all. `replace` compares and writes in one step, so that of
two machines that try at once one fails; S3 does that by the conditions of a PUT request:
https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from botocore.exceptions import BotoCoreError, ClientError
from filelock import FileLock

from tools.release_gate.problems import UndecidedError

# https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html
URL = re.compile(
    r"s3://(?P<bucket>[a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:/(?P<prefix>[\w!.*'()/-]*))?"
)
LOST = ("PreconditionFailed", "ConditionalRequestConflict", "NoSuchKey")


@dataclass(frozen=True)
class Document:
    """The content of a document, and what S3 calls this version of it (its ETag)."""

    content: bytes
    tag: str = ""


class Storage(Protocol):
    """The documents of one stage. Every method raises UndecidedError where it cannot be reached."""

    def read(self, name: str) -> Document | None:
        """Return a document, None where there is none."""

    def write(self, name: str, content: bytes) -> None:
        """Write a document, whatever was there."""

    def replace(self, name: str, old: Document | None, content: bytes) -> bool:
        """Write a document if what is there is still `old`; return whether it was."""

    def remove(self, name: str) -> None:
        """Remove a document, if it is there."""

    def removal(self, name: str) -> str:
        """Return the command by which somebody removes a document by hand."""


@dataclass(frozen=True)
class Folder:
    """Documents as files."""

    path: Path

    def read(self, name: str) -> Document | None:
        with _reached(self.path):
            try:
                return Document((self.path / name).read_bytes())
            except FileNotFoundError:
                return None

    def write(self, name: str, content: bytes) -> None:
        with _reached(self.path):
            self.path.mkdir(parents=True, exist_ok=True)
            new = self.path / f".{name}-{os.getpid()}"
            new.write_bytes(content)
            new.replace(self.path / name)

    def replace(self, name: str, old: Document | None, content: bytes) -> bool:
        with _reached(self.path):
            self.path.mkdir(parents=True, exist_ok=True)
            with FileLock(self.path / ".guard"):
                if self.read(name) != old:
                    return False
                self.write(name, content)
                return True

    def remove(self, name: str) -> None:
        with _reached(self.path):
            (self.path / name).unlink(missing_ok=True)

    def removal(self, name: str) -> str:
        return f"rm {self.path / name}"


@dataclass(frozen=True)
class Bucket:
    """Documents as objects of an S3 bucket, whose keys begin with `prefix`."""

    client: Any
    bucket: str
    prefix: str

    @property
    def url(self) -> str:
        return f"s3://{self.bucket}/{self.prefix}"

    def read(self, name: str) -> Document | None:
        with _reached(self.url):
            try:
                answer = self.client.get_object(**self._key(name))
            except self.client.exceptions.NoSuchKey:
                return None
            return Document(answer["Body"].read(), answer["ETag"])

    def write(self, name: str, content: bytes) -> None:
        with _reached(self.url):
            self.client.put_object(**self._key(name), Body=content)

    def replace(self, name: str, old: Document | None, content: bytes) -> bool:
        condition = {"IfMatch": old.tag} if old else {"IfNoneMatch": "*"}
        with _reached(self.url):
            try:
                self.client.put_object(**self._key(name), Body=content, **condition)
            except ClientError as error:
                if error.response["Error"]["Code"] not in LOST:
                    raise
                return False
            return True

    def remove(self, name: str) -> None:
        with _reached(self.url):
            self.client.delete_object(**self._key(name))

    def removal(self, name: str) -> str:
        return f"aws s3 rm {self.url}{name}"

    def _key(self, name: str) -> dict[str, str]:
        return {"Bucket": self.bucket, "Key": f"{self.prefix}{name}"}


def is_url(where: str) -> bool:
    """Return whether this names a bucket, not a folder. Raises ValueError for any other URL."""
    if where and not re.match(r"\w+:/", where):
        return False
    if not URL.fullmatch(where):
        raise ValueError(f"{where!r}: a folder, s3://BUCKET, or s3://BUCKET/PREFIX")
    return True


def in_bucket(url: str, stage: str, client: Any) -> Bucket:
    """Return the documents of a stage below an S3 URL."""
    found = URL.fullmatch(url)
    assert found, url  # `is_url` was asked
    prefix = (found["prefix"] or "").strip("/")
    return Bucket(client, found["bucket"], f"{prefix}/{stage}/" if prefix else f"{stage}/")


@contextmanager
def _reached(where: object) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise UndecidedError(f"--keep {where}: {error.strerror or error}") from None
    except (ClientError, BotoCoreError) as error:
        raise UndecidedError(f"--keep {where}: {error}") from None
