"""What the run-time reads of a function's configuration, typed; the emulator keeps plain dictionaries."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Self, cast

if TYPE_CHECKING:
    from collections.abc import Mapping

_ARN_PARTS: Final = 7  # arn:aws:lambda:<region>:<account>:function:<name>, then the qualifier


@dataclass(frozen=True, kw_only=True)
class FunctionSettings:
    """One version of a function.

    Attributes:
        name: Its name.
        version: `$LATEST` or a number.
        arn: Without a qualifier.
        role: ARN of the execution role.
        runtime: As declared, for instance `python3.12`.
        handler: `module.function`.
        timeout_seconds: What an invocation may take.
        memory_mb: Its size.
        variables: The function's own environment.
        log_group: Where its log goes.
        log_format: `Text` or `JSON`.
        application_level: Least level of the function's own lines (JSON only).
        system_level: Least level of the platform's lines (JSON only).
        traced: X-Ray tracing is active.
        layers: ARNs of layer versions in order.
    """

    name: str
    version: str
    arn: str
    role: str
    runtime: str
    handler: str
    timeout_seconds: float
    memory_mb: int
    variables: Mapping[str, str] = field(default_factory=dict[str, str])
    log_group: str
    log_format: str = "Text"
    application_level: str = ""
    system_level: str = "INFO"
    traced: bool = False
    layers: tuple[str, ...] = ()

    @classmethod
    def read(cls, config: Mapping[str, object]) -> Self:
        """Read the emulator's configuration of one version."""
        name = str(config.get("FunctionName", "unknown"))
        logging = _part(config, "LoggingConfig")
        in_json = logging.get("LogFormat") == "JSON"
        layers = cast("list[str | dict[str, str]]", config.get("Layers") or [])
        return cls(
            name=name,
            version=str(config.get("Version", "$LATEST")),
            arn=":".join(str(config.get("FunctionArn", "")).split(":")[:_ARN_PARTS]),
            role=str(config.get("Role", "")),
            runtime=str(config.get("Runtime", "")),
            handler=str(config.get("Handler", "")),
            timeout_seconds=float(cast("int", config.get("Timeout", 3))),
            memory_mb=int(cast("int", config.get("MemorySize", 128))),
            variables={
                key: str(value) for key, value in _part(_part(config, "Environment"), "Variables").items()
            },
            log_group=str(logging.get("LogGroup") or f"/aws/lambda/{name}"),
            log_format="JSON" if in_json else "Text",
            application_level=str(logging.get("ApplicationLogLevel") or "INFO") if in_json else "",
            system_level=str(logging.get("SystemLogLevel") or "INFO"),
            traced=_part(config, "TracingConfig").get("Mode") == "Active",
            layers=tuple(layer if isinstance(layer, str) else layer["Arn"] for layer in layers),
        )

    @property
    def account(self) -> str:
        """The account that owns it."""
        return self.arn.split(":")[4]

    @property
    def region(self) -> str:
        """The region it runs in."""
        return self.arn.split(":")[3]


def _part(config: Mapping[str, object], name: str) -> Mapping[str, object]:
    return cast("Mapping[str, object]", config.get(name) or {})
