"""Small projects on disk for the tests of settings, and what the loader says about them."""

from __future__ import annotations

import datetime as dt
import json
from typing import TYPE_CHECKING, Final

import pulumi
import yaml
from pulumi.runtime.stack import Stack

from systems.settings import Settings, SettingsError, resolve, stack_in_files
from tests.support import mocks

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    import pytest

    from tests.support.mocks import Recording

TODAY: Final = dt.date(2026, 11, 21)
TAGS: Final = {"owner": "platform", "cost_centre": "1000"}
AWS: Final = {"aws:region": "eu-west-1", "aws:allowedAccountIds": ["111122223333"]}


def project(
    directory: Path,
    *,
    base: Mapping[str, object] | None = None,
    raw: Mapping[str, object] | None = None,
    **stacks: Mapping[str, object],
) -> Path:
    """Write a project: `base` under `pavedroad:base`, each stack's keys under `pavedroad:`.

    Args:
        directory: Where to write.
        base: Values of `pavedroad:base` beside the required tags.
        raw: Keys with their namespace, added to every stack.
        stacks: Keys of a stack without the namespace.
    """
    shared = {"tags": TAGS, **(base or {})}
    config = {"pavedroad:base": {"value": shared}}
    (directory / "Pulumi.yaml").write_text(yaml.safe_dump({"name": "pavedroad", "config": config}))
    for stack, keys in stacks.items():
        own = {f"pavedroad:{key}": value for key, value in keys.items()}
        text = yaml.safe_dump({"config": {**AWS, **(raw or {}), **own}})
        (directory / f"Pulumi.{stack}.yaml").write_text(text)
    return directory


def orders(**settings: object) -> dict[str, object]:
    """Keys of a stack that has only these settings of order_processing."""
    return {"systems": {"order_processing": settings}}


def load(directory: Path, stack: str = "dev") -> Settings:
    """The settings of a stack, as its files give them."""
    return resolve(stack_in_files(directory, stack), TODAY)


def problems(directory: Path, stack: str = "dev") -> list[str]:
    """What is wrong with a stack, one line each; none when nothing is."""
    try:
        load(directory, stack)
    except SettingsError as error:
        return [str(problem) for problem in error.problems]
    return []


def as_config(directory: Path, stack: str) -> dict[str, str]:
    """The configuration of a stack as an engine hands it to the program: texts, objects as JSON."""
    texts: dict[str, str] = {}
    declared = yaml.safe_load((directory / "Pulumi.yaml").read_text())["config"]
    own = yaml.safe_load((directory / f"Pulumi.{stack}.yaml").read_text())["config"]
    for key, value in {**{k: v["value"] for k, v in declared.items()}, **own}.items():
        texts[key] = value if isinstance(value, str) else json.dumps(value)
    return texts


def run_program(
    monkeypatch: pytest.MonkeyPatch,
    build: Callable[[], None],
    *,
    directory: Path,
    stack: str,
    preview: bool,
) -> Recording:
    """Run a program on the recording mock as a stack of a project; `values` are its exports."""
    monkeypatch.setattr(mocks, "STACK", stack)

    def program() -> Mapping[str, pulumi.Input[object]]:
        build()
        root = pulumi.runtime.get_root_resource()
        assert isinstance(root, Stack)
        return dict(root.outputs)

    return mocks.record(program, preview=preview, config=as_config(directory, stack))
