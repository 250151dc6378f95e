"""A running stage as a developer sees it: its page in a browser, its log, and what changes."""

from __future__ import annotations

import json
import re
import shutil
import ssl
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import closing, nullcontext
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml  # type: ignore[import-untyped]
from botocore.exceptions import EndpointConnectionError
from playwright.sync_api import Browser, Page, sync_playwright

from tests_e2e import selection
from tools.local_stage import __main__, bootstrap_stack, sample, state, stopping
from tools.local_stage import page_server as server
from tools.local_stage.changes import Changes
from tools.local_stage.clients import Clients
from tools.local_stage.emulator import Emulator, bind
from tools.local_stage.function_log import FunctionLog, readable
from tools.local_stage.programs import LocalStageError
from tools.local_stage.serving import RunningStage, serve
from tools.local_stage.stopping import Stopped
from tools.tests.local_stage.running import running_stage

pytestmark = pytest.mark.programs

ROOT = Path(__file__).resolve().parents[3]
ORIGIN = "http://127.0.0.1:3000"
FOREIGN = "http://127.0.0.1:1"
SIGNED = {"AuthorizationType": "AWS_IAM", "HttpMethod": "POST"}
SLOW = {"ThrottlingRateLimit": 30, "ThrottlingBurstLimit": 60}  # also a busy machine is faster
READY = "main[aria-busy=false]"


@pytest.fixture(scope="module")
def running(
    assembly: Callable[[str], Path], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[RunningStage]:
    """The stage `local`, which allows an origin of a free port, and has one signed method."""
    folder = tmp_path_factory.mktemp("development")
    with bind(None) as free:
        origin = f"http://127.0.0.1:{free.getsockname()[1]}"
    copy = shutil.copytree(assembly("local"), folder / "assembly")
    [file] = copy.glob("*.template.json")
    template = json.loads(file.read_text(encoding="utf-8").replace(ORIGIN, origin))
    [get] = [
        body
        for body in template["Resources"].values()
        if body["Type"] == "AWS::ApiGateway::Method"
        and body["Properties"]["HttpMethod"] == "GET"
        and "method.request.path.userId" in json.dumps(body)
    ]
    [stage] = [
        body["Properties"]
        for body in template["Resources"].values()
        if body["Type"] == "AWS::ApiGateway::Stage"
    ]
    for setting in stage["MethodSettings"]:
        setting.update(SLOW)
    template["Resources"]["Signed"] = {**get, "Properties": {**get["Properties"], **SIGNED}}
    file.write_text(json.dumps(template), encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(state, "FOLDERS", folder / "stages")
        with serve(assembly=copy, cdk_bootstrap=True) as stage:
            yield stage


@pytest.fixture(scope="module")
def clients(running: RunningStage) -> Iterator[Clients]:
    with closing(Clients(running.emulator)) as clients:
        yield clients


@pytest.fixture(scope="module")
def address(running: RunningStage, clients: Clients) -> Iterator[str]:
    with server.page(running, clients) as address:
        yield address


@pytest.fixture(scope="module")
def api(address: str) -> str:
    """Where the page asks."""
    with urllib.request.urlopen(f"{address}/stage") as answer:
        return str(json.load(answer)["api"])


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        # as tests_e2e/test_browser.py says, for containers
        flags = ["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu"]
        chromium = playwright.chromium.launch(executable_path=selection.chromium(), args=flags)
        with closing(chromium):
            yield chromium


@pytest.fixture(scope="module")
def page(browser: Browser, address: str) -> Iterator[Page]:
    """The page, opened once; each test clicks on what it looks at."""
    with closing(browser.new_page()) as page:
        page.goto(address)
        page.wait_for_selector(READY)
        yield page


def asked(stage: RunningStage, path: str) -> tuple[int, str]:
    """Return status and body of an answer of the stage."""
    trust = ssl.create_default_context(cafile=str(stage.ca_bundle))
    try:
        with urllib.request.urlopen(f"{stage.url}{path}", context=trust) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


def bootstrapped(clients: Clients) -> dict[str, Any]:
    """Return parameters, outputs, template and resources of an account's bootstrap stack."""
    cloudformation, name = clients.of("cloudformation"), bootstrap_stack.NAME
    (stack,) = cloudformation.describe_stacks(StackName=name)["Stacks"]
    resources = cloudformation.describe_stack_resources(StackName=name)["StackResources"]
    found = {
        "parameters": {row["ParameterKey"]: row["ParameterValue"] for row in stack["Parameters"]},
        "outputs": {row["OutputKey"]: row["OutputValue"] for row in stack["Outputs"]},
        "resources": {row["LogicalResourceId"]: row["PhysicalResourceId"] for row in resources},
        "tags": stack["Tags"],
        "protected": stack["EnableTerminationProtection"],
        "template": yaml.safe_load(cloudformation.get_template(StackName=name)["TemplateBody"]),
    }
    own = json.dumps(found).replace(clients.account, "ACCOUNT")
    return dict(json.loads(own))


def test_bootstrap_without_cli_is_that_of_cli(running: RunningStage, clients: Clients) -> None:
    another = replace(running.emulator, account="222222222222")
    with closing(Clients(another)) as without_cli:
        bootstrap_stack.create(without_cli)
        assert bootstrapped(without_cli) == bootstrapped(clients)


def test_page_shows_answer_headers_timing_and_log_line(page: Page) -> None:
    page.click("text=alan")
    page.wait_for_selector(READY)
    assert page.inner_text("#status") == "200"
    assert '"name": "Alan Turing"' in page.inner_text("#body")
    # all digits, of which JavaScript's numbers keep 17
    assert '"pi": 3.1415926535897932384626433832795028842' in page.inner_text("#body")
    headers = page.inner_text("#headers")
    assert {"etag", "x-request-id"} <= set(headers.split())
    assert "vary" not in headers.split()  # not among those that CORS exposes
    timing = page.inner_text("#timing")
    assert re.search(
        r"\d ms in the browser\s+[\d.]+ ms in the function\s+[\d.]+ ms for the", timing
    )
    line = json.loads(page.inner_text("#log"))
    assert (line["userId"], line["status"]) == ("alan", 200)
    assert line["requestId"] in headers


@pytest.mark.parametrize(
    ("text", "status", "code", "written"),
    [
        ("an invalid id", "400", "INVALID_USER_ID", True),
        ("no id", "400", "INVALID_REQUEST", False),
        ("an unknown user", "404", "USER_NOT_FOUND", True),
        ("an unknown route", "404", "NOT_FOUND", False),
        ("unchanged", "304", "(empty)", True),
        ("over the rate limit", "429", "THROTTLED", False),
        ("access to the table denied", "500", "DATABASE_ERROR", True),
    ],
)
def test_click_provokes_answer(
    page: Page, text: str, status: str, code: str, written: bool
) -> None:
    page.click(f"#errors >> text={text}")
    page.wait_for_selector(READY)
    assert page.inner_text("#status") == status
    assert code in page.inner_text("#body")
    log = page.inner_text("#log")
    assert (f'"status": {status}' in log) == written
    assert ("The gateway answered" in log) != written
    page.click("#users >> text=grace")
    page.wait_for_selector(READY)
    assert page.inner_text("#status") == "200"


def test_page_is_of_another_origin_and_asks_nobody_else(
    browser: Browser, address: str, api: str
) -> None:
    with closing(browser.new_page()) as page:
        answers: list[Any] = []
        page.on("response", lambda answer: answers.append(answer))
        page.goto(address)
        page.wait_for_selector(READY)
        hosts = {answer.url.split("/")[2] for answer in answers}
        own, other = address.split("/")[2], api.split("/")[2]
        assert hosts == {own, other}
        assert own != other
        [record] = [answer for answer in answers if other in answer.url]
        assert record.all_headers()["access-control-allow-origin"] == address
        assert page.evaluate("() => fetch('http://192.0.2.1/').catch(() => 'refused')") == "refused"


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 360])
def test_page_fits_and_is_legible(page: Page, scheme: Any, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    page.emulate_media(color_scheme=scheme)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    left = "document.querySelector('#answer').getBoundingClientRect().left"
    assert (page.evaluate(left) > width / 4) == (width == 1280)  # beside the buttons or below them
    style = "getComputedStyle(document.body)"
    colors = page.evaluate(f"[{style}.color, {style}.backgroundColor]")
    text, ground = (sum(map(int, re.findall(r"\d+", color)[:3])) / 3 for color in colors)
    assert (text < 64 and ground > 192) if scheme == "light" else (text > 192 and ground < 64)


def status_of(request: urllib.request.Request) -> int:
    try:
        with urllib.request.urlopen(request) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code


def test_server_answers_its_own_page_alone(address: str, running: RunningStage) -> None:
    rebound = urllib.request.Request(f"{address}/stage", headers={"Host": "evil.example"})
    assert status_of(rebound) == 403
    for headers in ({}, {"Origin": FOREIGN}):
        deny = urllib.request.Request(f"{address}/table/deny", data=b"", headers=headers)
        assert status_of(deny) == 403
    assert asked(running, "/user/ada")[0] == 200
    assert status_of(urllib.request.Request(f"{address}/../serving.py")) == 404


def test_plain_http_reaches_this_api_alone(api: str, running: RunningStage) -> None:
    root = api.removesuffix(running.url.partition("/_aws")[2]).removesuffix("/_aws")
    assert status_of(urllib.request.Request(f"{api}/user/ada")) == 200
    assert status_of(urllib.request.Request(f"{root}/")) == 403  # S3
    assert status_of(urllib.request.Request(f"{root}/_ministack/health")) == 403
    assert status_of(urllib.request.Request(f"{api}/../../../../")) == 403
    assert status_of(urllib.request.Request(f"{api}/user/ada", data=b"", method="POST")) == 501
    rebound = urllib.request.Request(f"{api}/user/ada", headers={"Host": "evil.example"})
    assert status_of(rebound) == 403


def test_denied_permission_comes_back_by_itself(
    running: RunningStage, clients: Clients, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server, "DENIED_SECONDS", 0.3)
    server.TablePermission(clients, running.outputs["FunctionName"]).deny()
    assert asked(running, "/user/ada")[0] == 500
    deadline = time.monotonic() + 10
    while asked(running, "/user/ada")[0] != 200:
        assert time.monotonic() < deadline


@pytest.mark.parametrize(
    "origin", ["https://127.0.0.1:3000", "http://app.example.com:3000", "http://localhost", "*"]
)
def test_stage_without_origin_here_has_no_page(clients: Clients, origin: str) -> None:
    with pytest.raises(LocalStageError, match=re.escape(f"the stage allows {origin}, which")):
        server.page(running_stage(origin=origin), clients).__enter__()


def test_caller_needs_right_secret(running: RunningStage, clients: Clients) -> None:
    statement = {"Effect": "Allow", "Action": "execute-api:Invoke", "Resource": "*"}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    key, secret = sample.create_caller(clients, policy)
    answers = []
    for user in (f"{key}:{secret}", f"{key}:wrong"):
        command = ["curl", "-s", "--cacert", str(running.ca_bundle), "-X", "POST", "--user", user]
        command += ["--aws-sigv4", "aws:amz:us-east-1:execute-api", f"{running.url}/user/ada"]
        answers.append(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
    # The function answers the first, with a timestamp; the gateway refuses the second.
    assert ['"timestamp"' in answer for answer in answers] == [True, False]


def test_log_has_one_line_for_each_request(running: RunningStage, clients: Clients) -> None:
    log = FunctionLog(clients, running.outputs["FunctionLogGroup"])
    for path in ("/user/ada", "/user/nobody", "/user"):  # the gateway answers the last
        asked(running, path)
    lines: list[str] = []
    deadline = time.monotonic() + 10
    while len(lines) < 2 and time.monotonic() < deadline:
        lines += log.new_lines()
    found, missing = sorted(lines, key=lambda line: "nobody" in line)
    shape = r"\d\d:\d\d:\d\d  {}  GET /user/\{{userId\}} +[\d.]+ ms  {}"
    assert re.fullmatch(shape.format(200, "ada(  cold start)?"), found)
    assert re.fullmatch(shape.format(404, "nobody  USER_NOT_FOUND(  cold start)?"), missing)
    assert log.new_lines() == []


def test_log_shows_what_function_prints_and_not_what_lambda_writes() -> None:
    assert readable("here: {'userId': 'ada'}\n") == "here: {'userId': 'ada'}"
    assert readable('{"level": "INFO"}') == '{"level": "INFO"}'
    assert readable("START RequestId: 1 Version: 2") is None
    trial = {"timestamp": "2026-01-01T00:00:00.000Z", "status": 400, "durationMs": 1}
    assert readable(json.dumps({**trial, "requestId": "1", "invocationId": "1"})) is None
    assert readable(json.dumps({**trial, "requestId": "1", "invocationId": "2"})) is not None


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A folder with a copy of the function's package, to be changed."""
    shutil.copytree(ROOT / "lambda_function", tmp_path / "lambda_function")
    return tmp_path


def served(changes: Changes, file: Path, text: str) -> str:
    """Save a file and return what is shown then."""
    file.write_text(text, encoding="utf-8")
    for _ in range(3):
        if news := changes.serve():
            return news
    raise AssertionError("the change was not noticed")


def test_change_is_served_and_broken_one_is_shown_and_mended(
    running: RunningStage, clients: Clients, root: Path
) -> None:
    changes = Changes(clients, running.outputs, root=root, asset=running.asset)
    file = root / "lambda_function" / "answers.py"
    good = file.read_text(encoding="utf-8")
    assert [changes.serve() for _ in range(3)] == [None] * 3
    changed = good.replace("There is no user with this userId.", "Nobody has this id.")
    assert served(changes, file, changed).startswith("✓ lambda_function/answers.py: served after ")
    assert "Nobody has this id." in asked(running, "/user/nobody")[1]
    broken = served(changes, file, f"{changed}\ndef broken(:\n")
    number = len(changed.splitlines()) + 2
    assert f"invalid syntax (answers.py, line {number})" in broken
    assert "Nobody has this id." in asked(running, "/user/nobody")[1]
    assert "No module named 'missing'" in served(changes, file, f"import missing\n{good}")
    assert served(changes, file, good).startswith("✓")
    assert "There is no user with this userId." in asked(running, "/user/nobody")[1]


def test_new_version_keeps_what_lies_beside_package(
    running: RunningStage, clients: Clients, root: Path
) -> None:
    asset = shutil.copytree(running.asset, root / "asset")
    (asset / "beside.py").write_text("MESSAGE = 'from beside'", encoding="utf-8")
    changes = Changes(clients, running.outputs, root=root, asset=asset)
    file = root / "lambda_function" / "answers.py"
    good = file.read_text(encoding="utf-8")
    changed = good.replace('"There is no user with this userId."', "__import__('beside').MESSAGE")
    assert served(changes, file, changed).startswith("✓")
    assert "from beside" in asked(running, "/user/nobody")[1]
    assert served(changes, file, good).startswith("✓")


def test_kept_stage_gets_sources_once(running: RunningStage, clients: Clients, root: Path) -> None:
    """What it serves may be older or newer than what was deployed."""
    changes = Changes(clients, running.outputs, root=root, asset=running.asset, kept=True)
    news = [changes.serve() for _ in range(3)]
    assert [bool(one) for one in news] == [True, False, False]


def test_command_shows_stage_then_its_log_until_ctrl_c(
    running: RunningStage,
    address: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    shown: list[str] = []

    def sleep(_: float) -> None:
        if not shown:
            asked(running, "/user/ada")
        shown.append(capsys.readouterr().out)
        if "  200  GET" in shown[-1] or len(shown) > 200:
            raise Stopped(2)

    monkeypatch.setattr(__main__, "serve", lambda **_: nullcontext(running))
    monkeypatch.setattr(stopping, "ENDING", ())
    monkeypatch.setattr(time, "sleep", sleep)
    assert __main__.main([]) == 0
    assert f"Stage URL: {running.url}" in shown[0]
    port = address.rpartition(":")[2]
    assert f"none: port {port} on 127.0.0.1 cannot be used: address already in use" in shown[0]
    assert re.search(r"  200  GET /user/\{userId\} +[\d.]+ ms  ada", shown[-1])


def test_emulator_that_dies_is_one_line(
    running: RunningStage, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    alive = iter([True, False])

    def check_alive(_: Emulator) -> None:
        if not next(alive):
            raise LocalStageError("the emulator is dead")

    def unreachable(_: FunctionLog) -> list[str]:
        raise EndpointConnectionError(endpoint_url="https://127.0.0.1:1")

    monkeypatch.setattr(__main__, "serve", lambda **_: nullcontext(running))
    monkeypatch.setattr(stopping, "ENDING", ())
    monkeypatch.setattr(Emulator, "check_alive", check_alive)
    monkeypatch.setattr(FunctionLog, "new_lines", unreachable)
    assert __main__.main(["--no-page"]) == 2
    assert capsys.readouterr().err == "error: the emulator is dead\n"
