"""Secrets never stand in an event, and encrypted configuration needs no passphrase for a preview."""

from __future__ import annotations

import json
import os
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from pavedroad import engine
from pavedroad.engine import values
from pavedroad.engine.passphrase import Crypter
from pavedroad.engine.statefile import Vault
from tests.support.engine import PROVIDER, Observed, Session, write_project

PROGRAM = """
import pulumi
import pulumi_aws as aws
config = pulumi.Config()
aws.sqs.Queue("orders", tags={"token": config.require_secret("token"), "plain": config.require("plain")})
pulumi.export("nested", config.require_secret_object("nested"))
pulumi.log.info("token is secret: " + str(pulumi.runtime.is_config_secret("cases:token")))
"""


def preview(root: Path) -> Observed:
    observed = Observed()
    request = engine.RunRequest(project_dir=root, stack="dev", provider_dirs={"aws": PROVIDER})
    observed.result = engine.preview(request, observed.take)
    return observed


def texts(observed: Observed) -> str:
    return "\n".join(json.dumps(engine.to_json(event, 0, 0)) for event in observed.events)


def encrypted_project(root: Path, passphrase: str) -> None:
    crypter = Crypter.new(passphrase)
    write_project(
        root,
        PROGRAM,
        config=(
            "  aws:region: eu-west-1\n  cases:plain: shown\n"
            f"  cases:token: {{secure: {crypter.encrypt('hush-hush')}}}\n"
            f"  cases:nested: {{a: [1, {{secure: {crypter.encrypt('deep-secret')}}}]}}\n"
            f"encryptionsalt: {crypter.state}\n"
        ),
    )


def test_secret_values_of_a_program_are_masked_in_every_event(tmp_path: Path) -> None:
    observed = Session(tmp_path, "secrets").run(0)

    assert "hush" not in texts(observed)
    assert observed.result is not None
    assert observed.result.outputs == {
        "derived": engine.SECRET_MASK,
        "plain": "orders-688351",
        "secret": engine.SECRET_MASK,
    }


def test_encrypted_configuration_is_decrypted_with_the_passphrase(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    encrypted_project(tmp_path, "correct horse")
    monkeypatch.setenv("PULUMI_CONFIG_PASSPHRASE", "correct horse")
    (tmp_path / "__main__.py").write_text(
        PROGRAM + 'assert config.require("token") == "hush-hush"\n'
        'assert config.require_object("nested") == {"a": [1, "deep-secret"]}\n'
    )

    observed = preview(tmp_path)

    assert observed.diagnostics == []
    assert "hush-hush" not in texts(observed)
    assert "deep-secret" not in texts(observed)
    assert "token is secret: True" in texts(observed)


def test_without_the_passphrase_a_marked_placeholder_stands_for_each_secret(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    encrypted_project(tmp_path, "correct horse")
    monkeypatch.delenv("PULUMI_CONFIG_PASSPHRASE", raising=False)
    monkeypatch.delenv("PULUMI_CONFIG_PASSPHRASE_FILE", raising=False)
    (tmp_path / "__main__.py").write_text(
        PROGRAM + 'assert config.require_object("nested") == {"a": [1, "[secret]"]}\n'
    )

    observed = preview(tmp_path)

    [warning] = observed.diagnostics
    assert warning[0] == "warning"
    assert "cases:token" in warning[2]
    assert "cases:nested" in warning[2]
    assert "token is secret: True" in texts(observed)


def test_a_wrong_passphrase_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    encrypted_project(tmp_path, "correct horse")
    (tmp_path / "passphrase").write_text("wrong\n")
    monkeypatch.delenv("PULUMI_CONFIG_PASSPHRASE", raising=False)
    monkeypatch.setenv("PULUMI_CONFIG_PASSPHRASE_FILE", str(tmp_path / "passphrase"))

    with pytest.raises(engine.EngineError, match="the passphrase is not the one"):
        preview(tmp_path)


def test_ambient_credentials_and_the_passphrase_reach_no_child(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_PROFILE", "AWS_ENDPOINT_URL_SQS", "PULUMI_CONFIG_PASSPHRASE"):
        monkeypatch.setenv(name, "ambient")
    write_project(
        tmp_path,
        "import os\nprint('got', sorted(k for k, v in os.environ.items() if v == 'ambient'))\n",
    )

    observed = preview(tmp_path)

    assert any(
        isinstance(event, engine.DiagnosticEvent) and event.message == "got []" for event in observed.events
    )


def test_a_passphrase_file_that_is_no_text_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    encrypted_project(tmp_path, "correct horse")
    (tmp_path / "passphrase").write_bytes(b"\xff\xfe")
    monkeypatch.delenv("PULUMI_CONFIG_PASSPHRASE", raising=False)
    monkeypatch.setenv("PULUMI_CONFIG_PASSPHRASE_FILE", str(tmp_path / "passphrase"))

    with pytest.raises(engine.EngineError, match="it is not UTF-8 text"):
        preview(tmp_path)


@pytest.mark.parametrize(("kept", "why"), [("", "is empty"), (None, "cannot read")])
def test_a_folder_s_own_passphrase_that_is_none_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kept: str | None, why: str
) -> None:
    monkeypatch.delenv("PULUMI_CONFIG_PASSPHRASE", raising=False)
    path = tmp_path / "passphrase"
    path.mkdir() if kept is None else path.write_text(kept)

    with pytest.raises(engine.EngineError, match=why):
        Vault(tmp_path, "", "state").seal({values.SIGNATURE: values.SECRET, "value": "x"})


def test_runs_that_begin_together_have_one_passphrase(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two stacks share a folder: neither may overwrite the other's, nor read it half written."""
    monkeypatch.delenv("PULUMI_CONFIG_PASSPHRASE", raising=False)
    began = threading.Barrier(2)
    link = Path.hardlink_to

    def together(path: Path, target: Path) -> None:
        began.wait(60)
        link(path, target)

    monkeypatch.setattr(Path, "hardlink_to", together)
    monkeypatch.setattr(os, "getpid", threading.get_ident)
    secret: values.Wire = {values.SIGNATURE: values.SECRET, "value": "hush"}
    vaults = [Vault(tmp_path, "", "state") for _ in range(2)]
    with ThreadPoolExecutor(2) as pool:
        sealed = list(pool.map(lambda vault: vault.seal(secret), vaults))

    monkeypatch.undo()
    for vault, text in zip(vaults, sealed, strict=True):
        assert Vault(tmp_path, vault.salt, "state").unseal(text) == secret
    assert [path.name for path in tmp_path.iterdir()] == ["passphrase"]


def test_a_plain_secret_that_is_no_json_is_refused_without_showing_it(tmp_path: Path) -> None:
    with pytest.raises(engine.EngineError, match="a secret in it is not valid JSON") as error:
        Vault(tmp_path, "", "state").unseal({values.SIGNATURE: values.SECRET, "plaintext": "hush-hush"})

    assert "hush" not in str(error.value)
