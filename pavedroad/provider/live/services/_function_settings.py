"""The settings of a function as the program spells them, and as Lambda does."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, cast

from pavedroad.provider.live.plain import Whole, empty, list_in, map_in, pruned, strings_in, text_in, texts_in
from pavedroad.provider.live.services._wire import Names, Part, Turned, capital, plainly, sent, told

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pavedroad.provider.live.contract import Call
    from pavedroad.provider.live.plain import Plain, Plains


def _maps(value: object) -> list[Plains]:
    return [item for item in list_in({"all": plainly(value)}, "all") if isinstance(item, dict)]


_FILE_SYSTEM: Final = capital("arn", "localMountPath")
_VARIABLES: Final = Turned(
    "Variables",
    lambda value: strings_in({"all": value}, "all"),
    lambda value: Whole(map_in({"all": plainly(value)}, "all")),
)
_LAYERS: Final = Turned(
    "Layers", lambda value: value, lambda value: [layer.get("Arn") for layer in _maps(value)]
)
_FILE_SYSTEMS: Final = Turned(
    "FileSystemConfigs",
    lambda value: [sent(_FILE_SYSTEM, value)] if isinstance(value, dict) and value else [],
    lambda value: next((told(_FILE_SYSTEM, item) for item in _maps(value)), None),
)
_CAPACITY: Final = Part(
    "LambdaManagedInstancesCapacityProviderConfig",
    {
        **capital("capacityProviderArn", "perExecutionEnvironmentMaxConcurrency"),
        "executionEnvironmentMemoryGibPerVcpu": "ExecutionEnvironmentMemoryGiBPerVCpu",
    },
)
_IMAGE: Final = {"commands": "Command", "entryPoints": "EntryPoint", "workingDirectory": "WorkingDirectory"}

SETTINGS: Final[Names] = {
    **capital("description", "handler", "memorySize", "role", "runtime", "timeout"),
    "kmsKeyArn": "KMSKeyArn",
    "layers": _LAYERS,
    "capacityProviderConfig": Part(
        "CapacityProviderConfig", {"lambdaManagedInstancesCapacityProviderConfig": _CAPACITY}
    ),
    "deadLetterConfig": Part("DeadLetterConfig", capital("targetArn")),
    "durableConfig": Part(
        "DurableConfig", {**capital("executionTimeout"), "retentionPeriod": "RetentionPeriodInDays"}
    ),
    "environment": Part("Environment", {"variables": _VARIABLES}),
    "ephemeralStorage": Part("EphemeralStorage", capital("size")),
    "fileSystemConfig": _FILE_SYSTEMS,
    "imageConfig": Part("ImageConfig", _IMAGE),
    "loggingConfig": Part(
        "LoggingConfig", capital("applicationLogLevel", "logFormat", "logGroup", "systemLogLevel")
    ),
    "snapStart": Part("SnapStart", capital("applyOn")),
    "tracingConfig": Part("TracingConfig", capital("mode")),
    "vpcConfig": Part("VpcConfig", capital("ipv6AllowedForDualStack", "securityGroupIds", "subnetIds")),
}
"""What UpdateFunctionConfiguration changes."""

ONLY_MADE: Final[Names] = {
    **capital("architectures", "packageType"),
    "tenancyConfig": Part("TenancyConfig", capital("tenantIsolationMode")),
}
"""What CreateFunction takes beside the settings."""

DEFAULTS: Final[dict[str, Plain]] = {
    "deadLetterConfig": {"targetArn": ""},
    "description": "",
    "environment": {"variables": {}},
    "ephemeralStorage": {"size": 512},
    "fileSystemConfig": {},
    "imageConfig": {},
    "kmsKeyArn": "",
    "layers": [],
    "memorySize": 128,
    "snapStart": {"applyOn": "None"},
    "timeout": 3,
    "tracingConfig": {"mode": "PassThrough"},
    "vpcConfig": {"ipv6AllowedForDualStack": False, "securityGroupIds": [], "subnetIds": []},
}
"""What an input that is taken away goes back to."""


def settings_of(call: Call, now: Mapping[str, object]) -> Plains:
    """The settings as properties; what is not set is None."""
    members: dict[str, object] = {**now}
    image = members.get("ImageConfigResponse")
    if isinstance(image, dict):
        members |= {**cast("dict[str, object]", image)}
    found: Plains = {**dict.fromkeys(SETTINGS), **told(SETTINGS, members)}
    if not map_in(map_in(found, "environment"), "variables") and "environment" not in call.inputs:
        found["environment"] = None
    if text_in(map_in(found, "snapStart"), "applyOn") == "None" and "snapStart" not in call.inputs:
        found["snapStart"] = None
    if not texts_in(map_in(found, "vpcConfig"), "subnetIds") and "vpcConfig" not in call.inputs:
        found["vpcConfig"] = None
    log = {**default_log(str(members.get("FunctionName"))), **map_in(found, "loggingConfig")}
    levels: Plains = {"applicationLogLevel": "INFO", "systemLogLevel": "INFO"}
    found["loggingConfig"] = {**levels, **log} if log["logFormat"] == "JSON" else log
    return {key: None if empty(value) else value for key, value in found.items()}


def default_log(name: str) -> Plains:
    """Where a function's log goes if nobody says so."""
    return {"logFormat": "Text", "logGroup": f"/aws/lambda/{name}"}


def alike(wanted: Plain, now: Plain) -> bool:
    """Whether a setting is what it shall be; what is empty is not set."""
    return _bare(pruned(now, wanted)) == _bare(wanted)


def _bare(value: Plain) -> Plain:
    """A value without what is empty in it."""
    if isinstance(value, dict):
        inner: Plains = {key: bare for key, item in value.items() if (bare := _bare(item)) is not None}
        return inner or None
    return None if empty(value) else value
