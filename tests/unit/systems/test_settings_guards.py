"""What settings protect: secrets, production, and files that say only what differs."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import yaml

from systems.settings import SettingsError, effective, repetitions, resolve, stack_in_files
from systems.settings._source import running_stack
from tests.support import mocks
from tests.support.settings import TODAY, as_config, load, orders, problems, project

if TYPE_CHECKING:
    from systems.settings import Source

ROOT = Path(__file__).resolve().parents[3]
PAID = {"payment_mode": "http", "payment_secret": "orders/payment"}
MAILED = {"foundation": {"alarm_emails": ["a@b.example"]}}
PRODUCTION = {"tier": "production", **MAILED}

# Put together here, so that no scanner takes this file for a leak.
PLAINTEXT = [
    ("AKIA" + "ABCDEFGHIJKLMNOP", "an AWS access key"),
    ("wJalrXUtnFEMIK7MDENG" + "bPxRfiCYEXAMPLEKEYab", "an AWS secret key"),
    ("ghp_" + "a1" * 18, "a GitHub token"),
    ("xoxb-" + "1234567890-abc", "a Slack token"),
    ("sk_live_" + "a1b2c3d4e5f6g7h8", "a payment provider's key"),
    ("eyJhbGciOiJI" + ".eyJzdWIiOiIx" + ".c2lnbmF0dXJl", "a JSON web token"),
    ("https://user:" + "hunter2@pay.example.com", "an address with a password"),
    ("-----BEGIN RSA " + "PRIVATE KEY-----", "a private key"),
]


@pytest.mark.parametrize(("value", "kind"), PLAINTEXT)
def test_plaintext_that_looks_like_a_secret_is_refused_and_not_repeated(
    tmp_path: Path, value: str, kind: str
) -> None:
    project(tmp_path, dev={"tags": {"owner": value}})

    found = [p for p in problems(tmp_path) if "plaintext" in p]
    assert found == [
        (
            f"pavedroad:tags.owner: plaintext that looks like {kind}; keep it in Secrets Manager and give "
            "its name, or encrypt it with `pulumi config set --secret --path` (Pulumi.dev.yaml)"
        )
    ]
    assert value not in found[0]


def test_secrets_are_looked_for_in_lists_too(tmp_path: Path) -> None:
    project(tmp_path, base=orders(currencies=[PLAINTEXT[0][0]]), dev={})

    assert any(
        "order_processing.currencies: plaintext" in p and "Pulumi.yaml" in p for p in problems(tmp_path)
    )


@pytest.mark.parametrize("key", ["secretKey", "token", "accessKey"])
def test_credentials_of_the_provider_are_refused_in_plaintext(tmp_path: Path, key: str) -> None:
    project(tmp_path, raw={f"aws:{key}": "abc"}, dev={})

    (problem,) = problems(tmp_path)
    assert problem.startswith(f"aws:{key}: plaintext that looks like a secret by its name")


def test_credentials_of_the_provider_may_be_encrypted(tmp_path: Path) -> None:
    project(tmp_path, raw={"aws:secretKey": {"secure": "v1:abc"}}, dev={})

    assert problems(tmp_path) == []


def test_the_name_of_a_secret_is_no_secret(tmp_path: Path) -> None:
    project(tmp_path, dev=orders(**PAID, payment_url="https://pay.example.com"))

    assert problems(tmp_path) == []


def encrypted_source(directory: Path, url: str) -> Source:
    """A stack whose payment_url is encrypted, as the engine hands it to the program."""
    secure = {"secure": "v1:0123456789abcdef:ciphertext"}
    project(directory, dev=orders(**PAID, payment_url=secure))
    config = as_config(directory, "dev")
    systems = json.loads(config["pavedroad:systems"])
    systems["order_processing"]["payment_url"] = url
    config["pavedroad:systems"] = json.dumps(systems)
    seen: list[Source] = []
    mocks.record(lambda: seen.append(running_stack(directory)), preview=True, config=config)
    return seen[0]


def test_an_encrypted_value_is_decrypted_and_stays_marked(tmp_path: Path) -> None:
    settings = resolve(encrypted_source(tmp_path, "https://pay.example.com/token"), TODAY)

    assert settings.systems.order_processing.payment_url == "https://pay.example.com/token"
    assert settings.encrypted == {"order_processing.payment_url"}
    assert settings.encrypted_in("order_processing") == {"payment_url"}
    assert settings.encrypted_in("order") == frozenset()


def test_a_value_that_could_not_be_decrypted_does_not_stop_a_preview(tmp_path: Path) -> None:
    settings = resolve(encrypted_source(tmp_path, "[secret]"), TODAY)

    assert settings.systems.order_processing.payment_url == "https://encrypted.invalid/"
    assert settings.encrypted_in("order_processing") == {"payment_url"}


def test_a_bad_encrypted_value_is_not_shown(tmp_path: Path) -> None:
    source = encrypted_source(tmp_path, "hunter2")

    with pytest.raises(SettingsError) as caught:
        resolve(source, TODAY)
    assert "order_processing.payment_url: got an encrypted value, allowed an https address" in str(
        caught.value
    )
    assert "hunter2" not in str(caught.value)


def test_a_secret_that_the_file_does_not_mark_is_secret_as_a_whole(tmp_path: Path) -> None:
    """Values of a hosted environment are secret by key, without a mark in the file."""
    project(tmp_path, dev={})
    config = {**as_config(tmp_path, "dev"), "pavedroad:debug_until": "2026-12-01"}
    seen: list[Source] = []

    def build() -> None:
        mocks.pulumi.runtime.set_all_config(config, ["pavedroad:debug_until"])
        seen.append(running_stack(tmp_path))

    mocks.record(build, preview=True, config=config)

    assert seen[0].encrypted == {("debug_until",)}


def test_a_value_that_shapes_the_plan_may_not_be_encrypted(tmp_path: Path) -> None:
    project(tmp_path, dev=orders(batch_size={"secure": "v1:abc"}))

    assert (
        "order_processing.batch_size: must not be encrypted, the plan depends on it; write it in plain text "
        "(Pulumi.dev.yaml)"
    ) in problems(tmp_path)


def test_an_encrypted_value_cannot_be_inherited(tmp_path: Path) -> None:
    project(
        tmp_path,
        dev=orders(**PAID, payment_url={"secure": "v1:abc"}),
        test={"inherits": "dev", **orders(payment_url="https://pay.example.com")},
    )

    assert problems(tmp_path, "test") == [
        (
            "order_processing.payment_url: encrypted for stack dev, whose key is not at hand here; set the "
            "value in the own file (Pulumi.dev.yaml)"
        )
    ]


FLOORS = [
    (
        orders(retention_seconds=86_400),
        "order_processing.retention_seconds: got 86400, production allows 172800 or more",
    ),
    (
        orders(dlq_retention_seconds=604_800),
        "order_processing.dlq_retention_seconds: got 604800, production allows 1209600 or more",
    ),
    (
        orders(log_retention_days=60),
        "order_processing.log_retention_days: got 60, production allows 90 or more",
    ),
    (
        orders(log_level="DEBUG"),
        (
            "order_processing.log_level: got DEBUG, production allows it until a date only; "
            "pavedroad:debug_until is not set"
        ),
    ),
    (
        orders(log_level="DEBUG") | {"debug_until": "2026-11-20"},
        (
            "order_processing.log_level: got DEBUG, production allows it until a date only; "
            "pavedroad:debug_until 2026-11-20 is over"
        ),
    ),
    (
        {"foundation": {"alarm_emails": []}},
        "pavedroad:foundation.alarm_emails: got none, production needs an address (or alarm_topic_arn)",
    ),
    (
        {"tier": "development"},
        "pavedroad:tier: got development, an environment named prod must be production",
    ),
]


@pytest.mark.parametrize(("keys", "text"), FLOORS)
def test_production_may_not_lower_what_keeps_evidence(
    tmp_path: Path, keys: dict[str, object], text: str
) -> None:
    project(tmp_path, prod={**PRODUCTION, **keys})

    assert problems(tmp_path, "prod") == [f"{text} (Pulumi.prod.yaml)"]


def test_production_may_not_lower_it_through_a_parent_either(tmp_path: Path) -> None:
    project(
        tmp_path,
        dev=orders(retention_seconds=60, age_alarm_seconds=60),
        prod={**PRODUCTION, "inherits": "dev"},
    )

    assert problems(tmp_path, "prod") == [
        "order_processing.retention_seconds: got 60, production allows 172800 or more (Pulumi.dev.yaml)"
    ]


@pytest.mark.parametrize(
    "keys",
    [
        orders(retention_seconds=259_200),
        orders(log_retention_days=365),
        orders(log_level="DEBUG") | {"debug_until": "2026-11-21"},
        {"foundation": {"alarm_topic_arn": "arn:aws:sns:eu-west-1:111122223333:alarms", "alarm_emails": []}},
    ],
)
def test_production_may_raise_it(tmp_path: Path, keys: dict[str, object]) -> None:
    project(tmp_path, prod={**PRODUCTION, **keys})

    assert problems(tmp_path, "prod") == []


def test_development_may_lower_it(tmp_path: Path) -> None:
    project(tmp_path, dev=orders(log_level="DEBUG", log_retention_days=1, retention_seconds=3600))

    assert problems(tmp_path) == []


def test_debugging_ends_by_itself(tmp_path: Path) -> None:
    project(tmp_path, prod={**PRODUCTION, **orders(log_level="DEBUG"), "debug_until": "2026-12-01"})
    source = stack_in_files(tmp_path, "prod")

    resolve(source, dt.date(2026, 12, 1))
    with pytest.raises(SettingsError, match="2026-12-01 is over"):
        resolve(source, dt.date(2026, 12, 2))


STACKS = sorted(path.name.split(".")[1] for path in ROOT.glob("Pulumi.*.yaml"))


def test_there_are_three_environments() -> None:
    assert STACKS == ["dev", "prod", "sandbox"]


@pytest.mark.parametrize("stack", STACKS)
def test_our_own_environments_are_valid_and_repeat_nothing(stack: str) -> None:
    assert problems(ROOT, stack) == []
    assert [str(repetition) for repetition in repetitions(ROOT, stack)] == []


def test_the_sandbox_is_dev_with_short_timeouts() -> None:
    dev, sandbox = load(ROOT, "dev"), load(ROOT, "sandbox")

    assert sandbox.account == "000000000000"
    assert sandbox.systems.order_processing == dev.systems.order_processing.model_copy(
        update={"function_timeout_seconds": 2, "max_receive_count": 2, "retry_delay_seconds": 1}
    )
    assert sandbox.systems.order_processing.visibility_seconds == 12


REPETITIONS = [
    ({}, orders(batch_size=10), {}, "10 in Pulumi.dev.yaml repeats what the default gives"),
    (orders(batch_size=5), orders(batch_size=5), {}, "5 in Pulumi.dev.yaml repeats what Pulumi.yaml gives"),
    (
        {"tier": "production"},
        orders(log_retention_days=90),
        {},
        "90 in Pulumi.dev.yaml repeats what production profile gives",
    ),
    (
        {},
        {"inherits": "test", **orders(batch_size=7)},
        orders(batch_size=7),
        "7 in Pulumi.dev.yaml repeats what Pulumi.test.yaml gives",
    ),
    (orders(batch_size=10), {}, {}, "10 in Pulumi.yaml repeats what the default gives"),
    (orders(currencies=["EUR"]), orders(currencies=["EUR"]), {}, "['EUR'] in Pulumi.dev.yaml repeats"),
]


@pytest.mark.parametrize(("base", "dev", "test", "text"), REPETITIONS)
def test_a_value_that_would_be_inherited_anyway_is_a_repetition(
    tmp_path: Path, base: dict[str, object], dev: dict[str, object], test: dict[str, object], text: str
) -> None:
    project(tmp_path, base=base, dev=dev, test=test)

    (repetition,) = repetitions(tmp_path, "dev")
    assert text in str(repetition)


def test_a_value_that_differs_is_no_repetition(tmp_path: Path) -> None:
    project(tmp_path, base=orders(batch_size=5), dev=orders(batch_size=10, max_order_total=7))

    assert list(repetitions(tmp_path, "dev")) == []


def test_every_value_in_force_has_an_origin(tmp_path: Path) -> None:
    project(
        tmp_path, base={"tier": "production", **orders(batch_size=5)}, dev=orders(max_order_total=7) | MAILED
    )

    origins = {value.path: (value.value, value.origin) for value in effective(tmp_path, "dev")}
    assert origins["order_processing.batch_size"] == (5, "Pulumi.yaml")
    assert origins["order_processing.max_order_total"] == (7, "Pulumi.dev.yaml")
    assert origins["order_processing.log_retention_days"] == (90, "production profile")
    assert origins["order_processing.retention_seconds"] == (172_800, "default")


def test_our_stack_files_hold_no_more_than_config() -> None:
    """The files are plain Pulumi: what the CLI would not accept is not in them."""
    for stack in STACKS:
        assert set(yaml.safe_load((ROOT / f"Pulumi.{stack}.yaml").read_text())) == {"config"}
