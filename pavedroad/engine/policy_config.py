"""Configuration of policy packs: the file, the pack's own defaults, and the schema of each policy."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, cast

from pavedroad.engine.config_types import violations
from pavedroad.engine.request import EngineError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from pavedroad.engine.events import EnforcementLevel, Severity
    from pavedroad.engine.values import Props, Wire

LEVELS: Final = ("advisory", "mandatory", "remediate", "disabled")
_ALL: Final = "all"
_LEVEL_KEY: Final = "enforcementLevel"


@dataclass(frozen=True, kw_only=True)
class PolicyInfo:
    """What a pack says about one of its policies."""

    name: str
    level: EnforcementLevel
    severity: Severity = ""
    schema: Mapping[str, Props] = field(default_factory=dict[str, "Props"])
    required: tuple[str, ...] = ()
    for_resources: bool = True
    for_stacks: bool = True


@dataclass(frozen=True, kw_only=True)
class Setting:
    """What a configuration says about one policy; None leaves the level as it is."""

    level: EnforcementLevel | None = None
    properties: Props = field(default_factory=dict)


def read_file(path: Path) -> dict[str, Setting]:
    """The configuration file of a pack.

    Raises:
        EngineError: It is missing or not of the right form.
    """
    try:
        data = cast("Wire", json.loads(path.read_text(encoding="utf-8")))
    except OSError as error:
        raise EngineError(f"policy pack configuration {path}: cannot be read: {error.strerror}.") from error
    except ValueError as error:
        raise EngineError(f"policy pack configuration {path}: not valid JSON: {error}.") from error
    if not isinstance(data, dict):
        raise EngineError(f"policy pack configuration {path}: wanted an object of policies by name.")
    # Pulumi's files may carry the environments of its hosted service, which mean nothing to a pack.
    return {name: _setting(f"{path}: {name}", raw) for name, raw in data.items() if name != "environments"}


def _setting(where: str, raw: Wire) -> Setting:
    if isinstance(raw, str):
        return Setting(level=level_of(where, raw))
    if not isinstance(raw, dict):
        raise EngineError(f"{where}: got {json.dumps(raw)}, wanted a level or an object.")
    level = raw.get(_LEVEL_KEY)
    return Setting(
        level=None if level is None else level_of(f"{where}.{_LEVEL_KEY}", level),
        properties={key: value for key, value in raw.items() if key != _LEVEL_KEY},
    )


def level_of(where: str, raw: Wire) -> EnforcementLevel:
    """The level by name.

    Raises:
        EngineError: There is no such level.
    """
    for level in LEVELS:
        if raw == level:
            return level
    raise EngineError(f"{where}: got {json.dumps(raw)}, allowed are {', '.join(LEVELS)}.")


def settle(
    pack: str,
    policies: list[PolicyInfo],
    layers: list[Mapping[str, Setting]],
    properties: Mapping[str, bool | int | str],
) -> dict[str, Setting]:
    """What each policy runs with: its own defaults, then the layers, later wins.

    Args:
        pack: The pack's name, for messages.
        policies: The pack's policies.
        layers: Configurations by policy name; `all` sets the level of every policy.
        properties: Set on every policy whose schema knows the property.

    Raises:
        EngineError: A value breaks a policy's schema.
    """
    settled: dict[str, Setting] = {}
    for policy in policies:
        defaults: Props = {
            key: schema["default"] for key, schema in policy.schema.items() if "default" in schema
        }
        settled[policy.name] = Setting(level=policy.level, properties=defaults)
    shared: dict[str, Setting] = {
        policy.name: Setting(
            properties={key: value for key, value in properties.items() if key in policy.schema}
        )
        for policy in policies
    }
    for layer in [*layers, shared]:
        everywhere = layer.get(_ALL)
        for policy in policies:
            before, own = settled[policy.name], layer.get(policy.name, Setting())
            level = own.level or (everywhere.level if everywhere else None) or before.level
            settled[policy.name] = Setting(level=level, properties={**before.properties, **own.properties})
    for policy in policies:
        _validate(pack, policy, settled[policy.name].properties)
    return settled


def _validate(pack: str, policy: PolicyInfo, properties: Props) -> None:
    if not (policy.schema or policy.required):
        return
    schema: Props = {"properties": dict(policy.schema), "required": list(policy.required)}
    wrong = list(violations(schema, properties, policy.name))
    if wrong:
        raise EngineError(
            f"policy pack '{pack}': its configuration is not valid:\n" + "\n".join(f"  {w}" for w in wrong)
        )
