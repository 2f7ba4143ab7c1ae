"""Runs a piece of program on a recording mock and hands back plain data.

Pulumi's own `MockMonitor` shows a test neither options nor the unknowns of a first preview. `record` shows
both: it runs `build` in a loop of its own, lets the graph settle, and only then returns, so that nothing is
asserted inside an `apply`. Numbers come back as the wire has them (30.0 equals 30); what is unknown is one of
`SENTINELS`.

    recording = record(lambda: {"url": Queue("orders", args).url}, preview=True)
    queue = recording.one("aws:sqs/queue:Queue", "orders")
    assert queue.inputs["visibilityTimeoutSeconds"] == 180
    assert is_unknown(recording.values["url"])
"""

from __future__ import annotations

import asyncio
import json
import logging
import warnings
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

import pulumi
import pulumi_aws
from google.protobuf import empty_pb2, json_format, struct_pb2
from pulumi.runtime import mocks, rpc, settings, stack
from pulumi.runtime.proto import resource_pb2

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

with warnings.catch_warnings():
    # The package warns of its own deprecated names while it loads; the test run makes errors of warnings.
    warnings.simplefilter("ignore", DeprecationWarning)
    for _service in (pulumi_aws.lambda_, pulumi_aws.s3):
        getattr(_service, "outputs")  # noqa: B009 - the first attribute loads the lazy module

SENTINELS: Final = frozenset(
    {
        rpc.UNKNOWN,
        "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7",  # boolean
        "3eeb2bf0-c639-47a8-9e75-3b44932eb421",  # number
        "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2",  # array
        "030794c1-ac77-496b-92df-f27374a8bd58",  # asset
        "e48ece36-62e2-4504-bad9-02848725956a",  # archive
        "dd056dcd-154b-4c76-9bd3-c8f88648b5ff",  # object
    }
)

PROJECT: Final = "pavedroad"
STACK: Final = "dev"

_ACCOUNT: Final = "111122223333"
_REGION: Final = "eu-west-1"


def is_unknown(value: object) -> bool:
    """Whether the value, or anything in it, is not known."""
    if isinstance(value, str):
        return any(sentinel in value for sentinel in SENTINELS)
    if isinstance(value, dict):
        return any(is_unknown(part) for part in value.values())
    if isinstance(value, list | tuple):
        return any(is_unknown(part) for part in value)
    return value is UNKNOWN_VALUE


UNKNOWN_VALUE: Final = object()
"""Stands in `Recording.values` for an output that is not known."""


@dataclass(frozen=True, kw_only=True)
class Recorded:
    """One registration as the engine would see it."""

    type: str
    name: str
    urn: str
    parent: str
    custom: bool
    inputs: dict[str, Any]
    protect: bool
    retain_on_delete: bool
    depends_on: frozenset[str]
    property_dependencies: Mapping[str, frozenset[str]]
    aliases: tuple[str, ...] = ()

    def document(self, property_name: str) -> dict[str, Any]:
        """A property that holds JSON text, decoded."""
        return json.loads(self.inputs[property_name])


@dataclass(kw_only=True)
class Recording:
    """Everything one run registered, in order.

    Attributes:
        resources: Registrations, components and custom resources.
        outputs: URN -> outputs that a component registered.
        sequence: `("resource", urn)` and `("outputs", urn)` in the order of arrival.
        warnings: Texts of warnings that the program logged.
        values: What `build` returned, resolved; `UNKNOWN_VALUE` where not known.
    """

    resources: list[Recorded] = field(default_factory=list[Recorded])
    outputs: dict[str, dict[str, Any]] = field(default_factory=dict[str, dict[str, Any]])
    sequence: list[tuple[str, str]] = field(default_factory=list[tuple[str, str]])
    warnings: list[str] = field(default_factory=list[str])
    values: dict[str, Any] = field(default_factory=dict[str, Any])

    def of_type(self, token: str) -> list[Recorded]:
        """All registrations of a type."""
        return [resource for resource in self.resources if resource.type == token]

    def one(self, token: str, name: str | None = None) -> Recorded:
        """The one registration of a type (and name)."""
        found = [r for r in self.of_type(token) if name is None or r.name == name]
        assert len(found) == 1, f"{token} {name or ''}: found {[r.name for r in found]}"
        return found[0]

    def names(self, token: str) -> set[str]:
        """Logical names of all registrations of a type."""
        return {resource.name for resource in self.of_type(token)}

    def custom(self) -> list[Recorded]:
        """Everything that a provider would create."""
        return [resource for resource in self.resources if resource.custom]

    def components(self) -> list[Recorded]:
        """Everything that only groups."""
        return [resource for resource in self.resources if not resource.custom]

    def depends(self, resource: Recorded, other: Recorded) -> bool:
        """Whether `resource` is made after `other`, directly or through others."""
        by_urn = {r.urn: r for r in self.resources}
        todo, seen = [resource], set[str]()
        while todo:
            for urn in todo.pop().depends_on - seen:
                seen.add(urn)
                todo.append(by_urn[urn])
        return other.urn in seen


class _NoCalls(mocks.Mocks):
    """Our programs compute what data sources would tell; a call is a mistake."""

    def call(self, args: mocks.MockCallArgs) -> tuple[dict[str, Any], list[tuple[str, str]] | None]:
        raise AssertionError(f"call of {args.token}: no program of ours needs a data source")

    def new_resource(self, args: mocks.MockResourceArgs) -> tuple[str | None, dict[str, Any]]:
        raise AssertionError(f"{args.typ} {args.name}: the recorder answers registrations itself")


class RecordingMonitor(mocks.MockMonitor):
    """A mock monitor that keeps the whole request and answers as a preview or an update would."""

    def __init__(self, recording: Recording, *, preview: bool) -> None:
        super().__init__(_NoCalls())
        self._recording = recording
        self._preview = preview

    def make_urn(self, parent: str, type_: str, name: str) -> str:
        """The engine's URN: the whole chain of parents, without the stack's own type."""
        chain = parent.split("::")[2] if parent else ""
        qualified = f"{chain}${type_}" if chain and chain != "pulumi:pulumi:Stack" else type_
        return f"urn:pulumi:{STACK}::{PROJECT}::{qualified}::{name}"

    def RegisterResource(  # noqa: N802 - the name of the protocol's method
        self, request: resource_pb2.RegisterResourceRequest
    ) -> resource_pb2.RegisterResourceResponse:
        """Keep the request; known outputs for an update, inputs only for a preview."""
        urn = self.make_urn(request.parent, request.type, request.name)
        if request.type == "pulumi:pulumi:Stack":
            return resource_pb2.RegisterResourceResponse(urn=urn)
        inputs = json_format.MessageToDict(request.object)
        self._recording.sequence.append(("resource", urn))
        self._recording.resources.append(
            Recorded(
                type=request.type,
                name=request.name,
                urn=urn,
                parent=request.parent,
                custom=request.custom,
                inputs=inputs,
                protect=request.protect,
                retain_on_delete=request.retainOnDelete,
                depends_on=frozenset(request.dependencies),
                property_dependencies={
                    name: frozenset(dependencies.urns)
                    for name, dependencies in request.propertyDependencies.items()
                },
                aliases=tuple(alias.urn for alias in request.aliases),
            )
        )
        known = request.custom and not self._preview
        state = struct_pb2.Struct()
        state.CopyFrom(request.object)
        if known:
            state.update(computed_outputs(request.type, request.name, inputs))
        return resource_pb2.RegisterResourceResponse(
            urn=urn, id=f"{request.name}-id" if known else "", object=state
        )

    def RegisterResourceOutputs(  # noqa: N802 - the name of the protocol's method
        self, request: resource_pb2.RegisterResourceOutputsRequest
    ) -> empty_pb2.Empty:
        """Keep what a component shows."""
        self._recording.sequence.append(("outputs", request.urn))
        self._recording.outputs[request.urn] = json_format.MessageToDict(request.outputs)
        return super().RegisterResourceOutputs(request)


def computed_outputs(token: str, name: str, inputs: dict[str, Any]) -> dict[str, Any]:
    """What AWS would add to the inputs; deterministic, and only what our programs read."""
    physical = inputs.get("name", name)
    arn = f"arn:aws:{token.split(':')[1].split('/', maxsplit=1)[0]}:{_REGION}:{_ACCOUNT}:{physical}"
    outputs: dict[str, Any] = {"arn": arn}
    match token:
        case "aws:sqs/queue:Queue":
            outputs["url"] = f"https://sqs.{_REGION}.amazonaws.com/{_ACCOUNT}/{physical}"
        case "aws:s3/bucketObjectv2:BucketObjectv2":
            outputs["versionId"] = "v1"
        case "aws:signer/signingJob:SigningJob":
            place = {"bucket": inputs["destination"]["s3"]["bucket"], "key": f"signed/{name}.zip"}
            outputs["signedObjects"] = [{"s3s": [place]}]
        case "aws:signer/signingProfile:SigningProfile":
            outputs["versionArn"] = f"arn:aws:signer:{_REGION}:{_ACCOUNT}:/signing-profiles/{physical}/v"
        case "aws:lambda/codeSigningConfig:CodeSigningConfig":
            config_id = "csc-0123456789abcdef0"
            outputs["arn"] = f"arn:aws:lambda:{_REGION}:{_ACCOUNT}:code-signing-config:{config_id}"
        case "aws:lambda/layerVersion:LayerVersion":
            outputs["arn"] = f"arn:aws:lambda:{_REGION}:{_ACCOUNT}:layer:{inputs['layerName']}:1"
        case "aws:lambda/function:Function":
            outputs["version"] = "1"
        case "aws:sfn/stateMachine:StateMachine":
            outputs["arn"] = f"arn:aws:states:{_REGION}:{_ACCOUNT}:stateMachine:{physical}"
            outputs["stateMachineVersionArn"] = f"{outputs['arn']}:1"
        case "aws:kms/key:Key":
            outputs["keyId"] = "0123"
            outputs["arn"] = f"arn:aws:kms:{_REGION}:{_ACCOUNT}:key/0123"
        case _:
            pass
    return outputs


class _Warnings(logging.Handler):
    def __init__(self, texts: list[str]) -> None:
        super().__init__(logging.WARNING)
        self._texts = texts

    def emit(self, record: logging.LogRecord) -> None:
        self._texts.append(record.getMessage())


async def _resolve(value: pulumi.Input[Any]) -> object:
    output = pulumi.Output.from_input(value)
    known = await output.is_known()
    return await output.future() if known else UNKNOWN_VALUE


def record(
    build: Callable[[], Mapping[str, pulumi.Input[Any]] | None],
    *,
    preview: bool,
    config: Mapping[str, str] | None = None,
) -> Recording:
    """Run `build` on a fresh mock engine and wait until everything it started has ended.

    Args:
        build: Makes resources; may return values to resolve.
        preview: True = outputs that AWS makes are unknown; False = all are known.
        config: `pulumi.Config` values by full key.

    Raises:
        Exception: Whatever `build`, an `apply` or a registration raised.
    """
    recording = Recording()
    logger = logging.Logger("pulumi")  # noqa: LOG001 - of this run alone, not the process-wide one
    logger.addHandler(_Warnings(recording.warnings))

    async def run() -> None:
        monitor = RecordingMonitor(recording, preview=preview)
        mocks.set_mocks(
            _NoCalls(), project=PROJECT, stack=STACK, preview=preview, logger=logger, monitor=monitor
        )
        for queue in ("rpc_manager", "outputs"):  # what an earlier run in this process left unfinished
            getattr(settings.SETTINGS, queue).clear()
        pulumi.runtime.set_all_config(dict(config or {}))
        returned: list[Mapping[str, pulumi.Input[Any]]] = []
        await stack.run_pulumi_func(lambda: returned.append(build() or {}))
        recording.values = {name: await _resolve(value) for name, value in returned[0].items()}

    asyncio.run(run())
    return recording
