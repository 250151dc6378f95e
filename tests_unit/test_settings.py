"""The settings of a stage: what is refused, and in which words."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from stack.settings import Settings, SettingsError, read_context, reported, stage_names

pytestmark = pytest.mark.promise("stage-settings-checked")

CDK_JSON = Path(__file__).resolve().parent.parent / "cdk.json"
GOOD: dict[str, Any] = {
    "account": "111111111111",
    "authorization": "AWS_IAM",
    "allowed_origins": ["https://app.example.com", "http://127.0.0.1:3000"],
    "retain_data": True,
    "memory_mb": 512,
    "timeout_seconds": 10,
    "log_level": "INFO",
    "rate_limit": 100,
    "burst_limit": 200,
    "cache_max_age_seconds": 60,
    "system_log_level": "WARN",
    "alarm_addresses": ["operators@example.com"],
    "traces_per_second": 1,
    "trace_percent": 5,
}
WHOLE = {
    "memory_mb": (128, 10240),
    "timeout_seconds": (8, 28),
    "rate_limit": (1, 10000),
    "burst_limit": (1, 5000),
    "cache_max_age_seconds": (0, 86400),
    "traces_per_second": (0, 100),
    "trace_percent": (0, 100),
}
CHOICE = {
    "system_log_level": ("DEBUG", "INFO", "WARN"),
    "authorization": ("NONE", "AWS_IAM"),
    "log_level": ("DEBUG", "INFO", "WARN", "ERROR"),
}
BOOL = ("retain_data",)
ORIGINS = "a list of one or more different origins, each http(s)://host[:port]"


def load(**changes: object) -> Settings:
    return Settings.load("dev", {"dev": {**GOOD, **changes}})


def refusal(stage: object, stages: object) -> str:
    """Return the one line with which a stage is refused."""
    with pytest.raises(SettingsError) as refused:
        Settings.load(stage, stages)
    line = str(refused.value)
    assert "\n" not in line
    return line


def refusal_of(key: str, value: object) -> str:
    return refusal("dev", {"dev": {**GOOD, key: value}})


def test_good_settings_are_kept_unchanged() -> None:
    settings = load()
    assert settings.stage == "dev"
    for key, value in GOOD.items():
        assert getattr(settings, key) == (tuple(value) if isinstance(value, list) else value)


def test_settings_cannot_be_changed() -> None:
    with pytest.raises(AttributeError):
        load().memory_mb = 128  # type: ignore[misc]


def test_stages_of_cdk_json_are_accepted() -> None:
    stages = read_context(CDK_JSON)["stages"]
    assert stage_names(stages) == tuple(stages)
    for stage in stages:
        assert Settings.load(stage, stages).stage == stage


@pytest.mark.parametrize("stage", ["nope", "Dev", "", None, 1, ["dev"]])
def test_unknown_stage_is_refused(stage: object) -> None:
    line = refusal(stage, {"dev": GOOD, "qa": GOOD})
    assert line == f"stage {stage!r} is not known: allowed is dev, qa"


@pytest.mark.parametrize("settings", [None, [], "dev"])
def test_stage_without_settings_is_refused(settings: object) -> None:
    assert refusal("dev", {"dev": settings}) == "stage dev: cdk.json has no object stages.dev"


@pytest.mark.parametrize("stages", [None, {}, [], ["dev"]])
def test_context_without_stages_is_refused(stages: object) -> None:
    line = "cdk.json has no object context.stages with a stage in it"
    assert refusal("dev", stages) == line


@pytest.mark.parametrize("name", ["a", "q-2", "a" + "b" * 30])
def test_stage_has_any_short_name(name: str) -> None:
    assert stage_names({name: GOOD}) == (name,)


@pytest.mark.parametrize(
    "name", ["", "Dev", "2", "-a", "a_b", "a b", "a" + "b" * 31, "dev\n", "account"]
)
def test_stage_name_that_aws_cannot_use_is_refused(name: str) -> None:
    allowed = "a letter and up to 30 of a-z, 0-9 and -, other than account, sampling"
    line = f"stage {name!r}: the name is not allowed: allowed is {allowed}"
    assert refusal(name, {"dev": GOOD, name: GOOD}) == line


def test_unknown_key_is_refused() -> None:
    line = refusal_of("memory", 512)
    assert line == f"cdk.json, stage dev: key 'memory' is not known: allowed is {', '.join(GOOD)}"


@pytest.mark.parametrize("key", GOOD)
def test_missing_key_is_refused(key: str) -> None:
    line = refusal("dev", {"dev": {name: GOOD[name] for name in GOOD if name != key}})
    assert line.startswith(f"cdk.json, stage dev: key '{key}' is missing: allowed is ")
    assert line.endswith(refusal_of(key, None).partition(" is None: ")[2])


@pytest.mark.parametrize("key", GOOD)
@pytest.mark.parametrize("value", [None, {}, 1.5, "-", -1])
def test_wrong_type_is_refused(key: str, value: object) -> None:
    assert refusal_of(key, value).startswith(
        f"cdk.json, stage dev: key '{key}' is {value!r}: allowed is "
    )


@pytest.mark.parametrize("key", WHOLE)
@pytest.mark.parametrize("value", [True, False, "100", 100.0])
def test_number_that_is_not_whole_is_refused(key: str, value: object) -> None:
    assert refusal_of(key, value).startswith(
        f"cdk.json, stage dev: key '{key}' is {value!r}: allowed is "
    )


@pytest.mark.parametrize("key", WHOLE)
def test_number_out_of_range_is_refused(key: str) -> None:
    least, most = WHOLE[key]
    for value in (least, most):
        assert getattr(load(**{key: value}), key) == value
    for value in (least - 1, most + 1):
        allowed = f"a whole number from {least} to {most}"
        assert (
            refusal_of(key, value)
            == f"cdk.json, stage dev: key '{key}' is {value}: allowed is {allowed}"
        )


@pytest.mark.parametrize("key", CHOICE)
def test_choice_accepts_its_words_only(key: str) -> None:
    for word in CHOICE[key]:
        assert getattr(load(**{key: word}), key) == word
    for word in (CHOICE[key][0].lower(), "COGNITO"):
        allowed = "one of " + ", ".join(CHOICE[key])
        assert (
            refusal_of(key, word)
            == f"cdk.json, stage dev: key '{key}' is '{word}': allowed is {allowed}"
        )


@pytest.mark.parametrize("key", BOOL)
def test_switch_accepts_true_and_false_only(key: str) -> None:
    for value in (True, False):
        assert getattr(load(**{key: value}), key) is value
    for number in (0, 1):
        line = f"cdk.json, stage dev: key '{key}' is {number}: allowed is true or false"
        assert refusal_of(key, number) == line


@pytest.mark.parametrize(
    "origin",
    [
        "https://app.example.com",
        "http://localhost:3000",
        "http://127.0.0.1:1",
        "https://a-b.c:65535",
    ],
)
def test_origin_is_accepted(origin: str) -> None:
    assert load(allowed_origins=[origin]).allowed_origins == (origin,)


@pytest.mark.parametrize(
    "origin",
    [
        "*",
        "null",
        "app.example.com",
        "ftp://app.example.com",
        "https://",
        "https://app.example.com/",
        "https://App.example.com",
        "https://app.example.com:",
        "https://app.example.com:0",
        "https://app.example.com:65536",
        "https://app.example.com\n",
        "https://app.example.com,https://other.example.com",
        "https://-.example.com:80x",
        "https://*.example.com",
        "https://it's.example.com",
        7,
    ],
)
def test_text_that_is_not_origin_is_refused(origin: object) -> None:
    line = f"cdk.json, stage dev: key 'allowed_origins' is {[origin]!r}: allowed is {ORIGINS}"
    assert refusal_of("allowed_origins", [origin]) == line


@pytest.mark.parametrize("addresses", [[], ["a@b.c"], ["Ops.Team+1@example.com", "x@example.com"]])
def test_addresses(addresses: list[str]) -> None:
    assert load(alarm_addresses=addresses).alarm_addresses == tuple(addresses)


@pytest.mark.parametrize(
    "address", ["", "ops", "@example.com", "ops@example", "o ps@b.c", "a@b.c\n", 7]
)
def test_address_that_is_none(address: object) -> None:
    allowed = "a list of different e-mail addresses, which may be empty"
    line = f"cdk.json, stage dev: key 'alarm_addresses' is {[address]!r}: allowed is {allowed}"
    assert refusal_of("alarm_addresses", [address]) == line
    assert refusal_of("alarm_addresses", ["a@b.c", "a@b.c"]).endswith(allowed)
    assert refusal_of("alarm_addresses", "a@b.c").endswith(allowed)


def test_stage_is_signed_by_its_authorization() -> None:
    assert load(authorization="AWS_IAM").signed
    assert not load(authorization="NONE").signed


@pytest.mark.parametrize("account", ["", "any", "000000000000"])
def test_account_is_accepted(account: str) -> None:
    assert load(account=account).account == account


@pytest.mark.parametrize("account", ["any ", "ANY", "11111111111", "1111111111111", "1" * 24, 1])
def test_text_that_is_not_account_is_refused(account: object) -> None:
    allowed = "an account id of 12 digits, 'any', or '' for none yet"
    line = f"cdk.json, stage dev: key 'account' is {account!r}: allowed is {allowed}"
    assert refusal_of("account", account) == line


def test_repeated_origin_is_refused() -> None:
    twice = ["https://app.example.com"] * 2
    assert refusal_of("allowed_origins", twice).endswith(ORIGINS)
    assert refusal_of("allowed_origins", "https://app.example.com").endswith(ORIGINS)


def test_refusal_ends_program_with_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended, reported():
        Settings.load("nope", {"dev": GOOD})
    assert ended.value.code == 2
    output = capsys.readouterr()
    line = "error: stage 'nope' is not known: allowed is dev\n"
    assert (output.out, output.err) == ("", line)


def test_other_error_is_not_hidden() -> None:
    with pytest.raises(ZeroDivisionError), reported():
        raise ZeroDivisionError


def test_context_is_read(tmp_path: Path) -> None:
    file = tmp_path / "cdk.json"
    file.write_text(json.dumps({"context": {"stages": {"dev": "\u00e9"}}}), encoding="utf-8")
    assert read_context(file) == {"stages": {"dev": "\u00e9"}}


@pytest.mark.parametrize(
    "text", ["", "{", "[]", "{}", "null", '{"context": 1}', '{"context": "x"}']
)
def test_file_without_context_is_refused(tmp_path: Path, text: str) -> None:
    file = tmp_path / "cdk.json"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(SettingsError) as refused:
        read_context(file)
    assert str(refused.value) == "cdk.json: not a JSON object with an object 'context'"


def test_missing_cdk_json_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SettingsError) as refused:
        read_context(tmp_path / "cdk.json")
    assert str(refused.value) == "cdk.json: No such file or directory"
