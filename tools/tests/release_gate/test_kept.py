"""What outlives a release, in a folder and in a bucket: the set to go back to, and the lock."""

from __future__ import annotations

import json
import multiprocessing
import os
import re
from collections.abc import Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import boto3
import pytest
from moto import mock_aws

from tools.release_gate import released_set
from tools.release_gate.problems import UndecidedError
from tools.release_gate.releasing import kept as module
from tools.release_gate.releasing import storage
from tools.release_gate.releasing.kept import LOCK, LOCK_SECONDS, RELEASED, Kept
from tools.release_gate.releasing.release import Plan
from tools.release_gate.releasing.stage import Stage
from tools.release_gate.releasing.storage import Bucket, Document, Folder, Storage
from tools.tests.release_gate import sets


@pytest.fixture(scope="module")
def client() -> Any:
    session = boto3.Session("testing", "testing", region_name="us-east-1")
    return session.client("s3")


@pytest.fixture
def s3(client: Any) -> Iterator[Any]:
    with mock_aws():
        client.create_bucket(Bucket="kept")
        client.put_bucket_versioning(Bucket="kept", VersioningConfiguration={"Status": "Enabled"})
        yield client


@pytest.fixture(params=["folder", "bucket"])
def documents(request: pytest.FixtureRequest, tmp_path: Path) -> Storage:
    if request.param == "folder":
        return Folder(tmp_path / "kept" / "prod")
    return storage.in_bucket("s3://kept/releases", "prod", request.getfixturevalue("s3"))


@pytest.fixture
def prod(documents: Storage, tmp_path: Path) -> Kept:
    return _kept(documents, tmp_path)


def _kept(documents: Storage, work: Path) -> Kept:
    return Kept("prod", documents, work)


def test_document_is_what_was_written_last(documents: Storage) -> None:
    assert documents.read("x") is None
    documents.remove("x")
    for content in (b"first", b"second"):
        documents.write("x", content)
        assert (found := documents.read("x"))
        assert found.content == content
    documents.remove("x")
    assert documents.read("x") is None


def test_document_is_replaced_only_where_it_is_still_the_old(documents: Storage) -> None:
    stale = Document(b"other", '"0123"')
    assert not documents.replace("x", stale, b"new")
    assert documents.replace("x", None, b"first")
    assert not documents.replace("x", None, b"new")
    assert not documents.replace("x", stale, b"new")
    first = documents.read("x")
    assert documents.replace("x", first, b"second")
    assert not documents.replace("x", first, b"third")
    assert (found := documents.read("x"))
    assert found.content == b"second"


def test_bucket_holds_documents_below_prefix_and_stage(s3: Any) -> None:
    for url, key in (
        ("s3://kept", "prod/x"),
        ("s3://kept/", "prod/x"),
        ("s3://kept/a/b/", "a/b/prod/x"),
    ):
        assert storage.is_url(url)
        storage.in_bucket(url, "prod", s3).write("x", url.encode())
        assert s3.get_object(Bucket="kept", Key=key)["Body"].read() == url.encode()
    assert not storage.is_url("build/released")


def test_plan_reads_bucket_with_credentials_that_deploy(
    s3: Any, base_set: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[tuple[str, str]] = []

    def client(_: Stage, service: str, environment: Mapping[str, str]) -> Any:
        seen.append((service, environment["AWS_PROFILE"]))
        return s3

    monkeypatch.setattr(Stage, "client", client)
    stage = Stage("prod", "UserApi-prod", {"AWS_PROFILE": "release"}, {"AWS_PROFILE": "verify"})
    plan = Plan(released_set.load(base_set), (stage,), "s3://kept/x", tmp_path)
    assert plan.kept(stage).storage == Bucket(s3, "kept", "x/prod/")
    assert seen == [("s3", "release")]


def test_storage_that_cannot_be_reached_is_named(s3: Any, tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.touch()
    missing = storage.in_bucket("s3://missing", "prod", s3)
    for documents, name in ((Folder(file), str(file)), (missing, "s3://missing/prod/")):
        for act in (
            lambda: documents.read("x"),  # noqa: B023 - called in this iteration
            lambda: documents.write("x", b""),  # noqa: B023
            lambda: documents.replace("x", None, b""),  # noqa: B023
        ):
            with pytest.raises(UndecidedError, match=f"^--keep {re.escape(name)}: [^\n]+$"):
                act()


def test_set_is_kept_with_tests_of_its_commit(prod: Kept, base_set: Path, tmp_path: Path) -> None:
    assert prod.previous() is None
    first = released_set.load(base_set)
    prod.keep(first)
    changed = sets.edited(base_set, tmp_path / "set", lambda body: body.update(Description="x"))
    for released in (first, released_set.load(changed)):
        prod.keep(released)
        previous = prod.previous()
        assert previous
        assert previous.seal == released.seal
        assert (module.checks_of(previous) / "tests_e2e" / "test_smoke.py").is_file()


@pytest.mark.parametrize("damage", ["cut off", "no archive", "other data", "no data"])
def test_damaged_archive_is_named(prod: Kept, kept_base: bytes, damage: str) -> None:
    half = len(kept_base) // 2
    start, end = kept_base[:half], kept_base[half + 500 :]
    damaged = {
        "cut off": start,
        "no archive": end,
        "other data": start + bytes(500) + end,
        "no data": kept_base[:10] + b"\xff" * 500 + end,
    }
    prod.storage.write(RELEASED, damaged[damage])
    with pytest.raises(UndecidedError, match="cannot be read"):
        prod.previous()


def test_set_survives_when_keeping_next_one_is_interrupted(
    prod: Kept, kept_base: bytes, base_set: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    released = released_set.load(base_set)
    prod.storage.write(RELEASED, kept_base)
    for place in ("tarfile.open", "tarfile.TarFile.add", "tarfile.TarFile.close"):
        with monkeypatch.context() as patch:
            patch.setattr(place, _interrupted)
            with pytest.raises(KeyboardInterrupt):
                prod.keep(released)
        assert (previous := prod.previous())
        assert previous.seal == released.seal


def _interrupted(*_: object, **__: object) -> None:
    raise KeyboardInterrupt


def test_second_release_to_stage_is_refused_with_owner_and_limit(prod: Kept) -> None:
    removal = re.escape(prod.storage.removal(LOCK))
    who = f"prod: is being released to by .*, process {os.getpid()}; the lock ends at .* UTC;"
    with (
        prod.locked(),
        pytest.raises(UndecidedError, match=f"{who} if that process is gone: {removal}$"),
        prod.locked(),
    ):
        pass
    with prod.locked():
        pass


def test_lock_of_crashed_release_ends_at_limit(prod: Kept) -> None:
    with prod.locked(now=1000.0):
        left = prod.storage.read(LOCK)
    assert left
    prod.storage.write(LOCK, left.content)
    with pytest.raises(UndecidedError), prod.locked(now=999.0 + LOCK_SECONDS):
        pass
    now = 1000.0 + LOCK_SECONDS
    with prod.locked(now=now), pytest.raises(UndecidedError), prod.locked(now=now):
        pass
    with prod.locked(now=now):
        pass


def test_overtaken_release_leaves_lock_of_another(prod: Kept) -> None:
    with ExitStack() as fast:
        with prod.locked(now=1000.0):
            fast.enter_context(prod.locked())
        with pytest.raises(UndecidedError), prod.locked():
            pass


def test_lock_whose_request_was_sent_twice_is_own(
    prod: Kept, monkeypatch: pytest.MonkeyPatch
) -> None:
    """botocore sends a request again whose answer it did not get."""
    replace = type(prod.storage).replace

    def twice(self: Any, *words: Any) -> bool:
        replace(self, *words)
        return bool(replace(self, *words))

    with monkeypatch.context() as patch:
        patch.setattr(type(prod.storage), "replace", twice)
        with prod.locked(), pytest.raises(UndecidedError), prod.locked():
            pass
    with prod.locked():
        pass


@pytest.mark.parametrize("over", [False, True], ids=["no-lock", "lock-that-is-over"])
def test_of_two_machines_that_see_same_lock_one_wins(
    documents: Storage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, over: bool
) -> None:
    """The slower one has read the storage before the faster one writes its lock."""
    if over:
        documents.write(LOCK, json.dumps({"owner": "crashed", "until": 1.0}).encode())
    slow, fast = _kept(documents, tmp_path), _kept(documents, tmp_path)
    replace = type(documents).replace
    with ExitStack() as locks:

        def overtaken(self: Any, *words: Any) -> bool:
            monkeypatch.setattr(type(documents), "replace", replace)
            locks.enter_context(fast.locked())
            return bool(replace(self, *words))

        monkeypatch.setattr(type(documents), "replace", overtaken)
        with pytest.raises(UndecidedError, match="is being released to by"), slow.locked():
            pytest.fail("both have the lock")


def test_of_two_processes_that_race_one_wins(tmp_path: Path) -> None:
    rounds = 20
    context = multiprocessing.get_context("fork")
    barrier = context.Barrier(2)
    with ProcessPoolExecutor(2, context, _racer, (barrier,)) as pool:
        races = [pool.submit(_races, tmp_path, rounds) for _ in range(2)]
        first, second = (race.result(timeout=60) for race in races)
    assert [a + b for a, b in zip(first, second, strict=True)] == [1] * rounds


BARRIER: Any = None


def _racer(barrier: Any) -> None:
    global BARRIER
    BARRIER = barrier


def _races(folder: Path, rounds: int) -> list[int]:
    """Return for each round whether this process got the lock, which a crash left there."""
    won = []
    for number in range(rounds):
        documents = Folder(folder / str(number))
        documents.write(LOCK, json.dumps({"owner": "crashed", "until": 1.0}).encode())
        BARRIER.wait(30)
        try:
            with Kept("prod", documents, folder).locked():
                won.append(1)
                BARRIER.wait(30)
        except UndecidedError:
            won.append(0)
            BARRIER.wait(30)
    return won
