"""The events of a run, in the Pulumi engine's event format.

The engine emits these values in order through one callback. `to_json` gives the JSON that the Pulumi CLI
writes with `--event-log`; the command renders the same values as a tree. A secret never stands in an event in
clear text: property values are masked as `[secret]` before an event is made.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

Json: TypeAlias = "str | int | float | bool | Sequence[Json] | Mapping[str, Json] | None"

SECRET_MASK: Final = "[secret]"  # noqa: S105 - a mask, not a secret
"""What stands in an event for a secret value; Pulumi's own display uses the same text."""

UNKNOWN_MASK: Final = "[unknown]"
"""What stands in an event for a value that is not known before the update."""


class Op(StrEnum):
    """Step operations under Pulumi's names."""

    SAME = "same"
    CREATE = "create"
    UPDATE = "update"
    DELETE = "delete"
    REPLACE = "replace"
    CREATE_REPLACEMENT = "create-replacement"
    DELETE_REPLACED = "delete-replaced"
    READ = "read"
    READ_REPLACEMENT = "read-replacement"
    REFRESH = "refresh"
    DISCARD = "discard"
    DISCARD_REPLACED = "discard-replaced"
    REMOVE_PENDING_REPLACE = "remove-pending-replace"
    IMPORT = "import"
    IMPORT_REPLACEMENT = "import-replacement"


EnforcementLevel: TypeAlias = Literal["advisory", "mandatory", "remediate", "disabled"]
Severity: TypeAlias = Literal["", "low", "medium", "high", "critical"]


@dataclass(frozen=True, kw_only=True)
class StepState:
    """One side (old or new) of a step: what the event format calls StepEventStateMetadata."""

    urn: str
    type: str
    custom: bool
    id: str = ""
    parent: str = ""
    provider: str = ""
    protect: bool = False
    retain_on_delete: bool = False
    inputs: Mapping[str, Json] = field(default_factory=dict[str, "Json"])
    outputs: Mapping[str, Json] = field(default_factory=dict[str, "Json"])


@dataclass(frozen=True, kw_only=True)
class StepMetadata:
    """What a step does to one resource; `diffs` and `keys` (those that force replacement) name properties."""

    op: Op
    urn: str
    type: str
    old: StepState | None = None
    new: StepState | None = None
    keys: tuple[str, ...] = ()
    diffs: tuple[str, ...] = ()
    provider: str = ""
    logical: bool = True

    @property
    def name(self) -> str:
        """The logical name: the last part of the URN."""
        return self.urn.rsplit("::", 1)[-1]


@dataclass(frozen=True, kw_only=True)
class PreludeEvent:
    """First event: the configuration of the run; secret values are masked."""

    config: Mapping[str, str]


@dataclass(frozen=True, kw_only=True)
class ResourcePreEvent:
    """A step was planned (preview) or begins (update)."""

    metadata: StepMetadata
    planning: bool


@dataclass(frozen=True, kw_only=True)
class ResOutputsEvent:
    """A step is done; `metadata.new.outputs` holds its outputs."""

    metadata: StepMetadata
    planning: bool
    duration_seconds: float = 0.0


@dataclass(frozen=True, kw_only=True)
class ResOpFailedEvent:
    """A step failed; the reason is a diagnostic with the same URN."""

    metadata: StepMetadata
    steps: int = 0


@dataclass(frozen=True, kw_only=True)
class DiagnosticEvent:
    """A message of the engine, the program or a provider; `urn` is empty when it belongs to no resource."""

    severity: Literal["debug", "info", "info#err", "warning", "error"]
    message: str
    urn: str = ""
    prefix: str = ""
    stream_id: int = 0
    ephemeral: bool = False


@dataclass(frozen=True, kw_only=True)
class PolicyEvent:
    """One violation or note of one policy; `message` is description, newline, text, as the pack sent it."""

    resource_urn: str
    message: str
    policy_name: str
    policy_pack_name: str
    policy_pack_version: str
    enforcement_level: EnforcementLevel
    severity: Severity = ""


@dataclass(frozen=True, kw_only=True)
class PolicyRemediationEvent:
    """A policy changed the inputs of a resource before it was planned."""

    resource_urn: str
    policy_name: str
    policy_pack_name: str
    policy_pack_version: str
    before: Mapping[str, Json]
    after: Mapping[str, Json]


@dataclass(frozen=True, kw_only=True)
class PolicyPackEvent:
    """A pack was loaded: how many policies it holds and how many are enabled."""

    policy_pack_name: str
    policy_pack_version: str
    policies: int
    enabled: int


@dataclass(frozen=True, kw_only=True)
class SummaryEvent:
    """Last event: `resource_changes` counts steps by operation, without default providers, as Pulumi does."""

    duration_seconds: float
    resource_changes: Mapping[str, int]
    policy_packs: Mapping[str, str]
    result: Literal["succeeded", "failed", "cancelled"]
    is_preview: bool


@dataclass(frozen=True, kw_only=True)
class CancelEvent:
    """The run was cancelled (Ctrl-C); nothing follows."""


EngineEvent: TypeAlias = (
    PreludeEvent
    | ResourcePreEvent
    | ResOutputsEvent
    | ResOpFailedEvent
    | DiagnosticEvent
    | PolicyEvent
    | PolicyRemediationEvent
    | PolicyPackEvent
    | SummaryEvent
    | CancelEvent
)
