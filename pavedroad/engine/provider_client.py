"""One provider plugin over gRPC: values in and out, failures as errors with the provider's own words."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final, Literal, TypeVar

from google.protobuf import empty_pb2

from pavedroad.engine import values
from pavedroad.engine.protocol import provider_pb2 as pb
from pavedroad.engine.request import EngineError
from pavedroad.engine.rpc import Channel, RpcFailure

if TYPE_CHECKING:
    from collections.abc import Sequence

    from google.protobuf.message import Message

    from pavedroad.engine.processes import Child
    from pavedroad.engine.values import Props

CANCEL_SECONDS: Final = 1.0

_Reply = TypeVar("_Reply", bound="Message")
_SERVICE: Final = "/pulumirpc.ResourceProvider/"


class ProviderFailure(Exception):  # noqa: N818 - the provider's refusal, not a bug
    """The provider refused or failed an operation; the text is its own.

    Attributes:
        partial: What exists all the same, when the provider says that a resource was made incompletely.
    """

    def __init__(self, message: str, partial: Partial | None = None) -> None:
        """Carry the provider's words."""
        super().__init__(message)
        self.partial = partial


@dataclass(frozen=True, kw_only=True)
class Partial:
    """A resource that exists but did not become ready."""

    id: str
    outputs: Props
    inputs: Props
    reasons: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Failure:
    """One input that the provider's Check refuses."""

    property: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class Diff:
    """The answer to Diff; `changes` is unknown when the provider leaves the comparison to the engine."""

    changes: Literal["none", "some", "unknown"] = "unknown"
    replaces: tuple[str, ...] = ()
    diffs: tuple[str, ...] = ()
    delete_before_replace: bool = False

    @property
    def replace(self) -> bool:
        """Whether the resource must be replaced."""
        return bool(self.replaces)


@dataclass(frozen=True, kw_only=True)
class Live:
    """What the provider says that exists; an empty id means: nothing does."""

    id: str
    outputs: Props = field(default_factory=dict)
    inputs: Props | None = None
    init_errors: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Subject:
    """The resource that a call is about."""

    urn: str
    type: str
    name: str


class ProviderClient:
    """A running provider plugin."""

    def __init__(self, package: str, child: Child, address: str) -> None:
        """Connect; `greet` must be awaited before anything else."""
        self.package = package
        self.child = child
        self.accepts_secrets = True
        self._channel = Channel(address)

    async def greet(self, engine_address: str, root: str) -> None:
        """Shake hands; a provider without Handshake tells the same in its Configure reply."""
        request = pb.ProviderHandshakeRequest(
            engine_address=engine_address, root_directory=root, program_directory=root
        )
        reply = await self._optional("Handshake", request, pb.ProviderHandshakeResponse, "starting")
        if reply is not None:
            self.accepts_secrets = reply.accept_secrets

    async def close(self) -> None:
        """Close the connection."""
        await self._channel.close()

    async def cancel(self) -> None:
        """Ask the provider to give up what it does."""
        try:
            await self._channel.method(f"{_SERVICE}Cancel", empty_pb2.Empty)(
                empty_pb2.Empty(), CANCEL_SECONDS
            )
        except RpcFailure:
            return

    async def check_config(self, subject: Subject, olds: Props, news: Props) -> tuple[Props, list[Failure]]:
        """Check a provider's own configuration."""
        request = pb.CheckRequest(
            urn=subject.urn, name=subject.name, type=subject.type, olds=self._out(olds), news=self._out(news)
        )
        reply = await self._optional("CheckConfig", request, pb.CheckResponse, f"checking {subject.urn}")
        return (news, []) if reply is None else self._checked(reply, news)

    async def diff_config(self, subject: Subject, old: tuple[Props, Props], news: Props) -> Diff:
        """Compare a provider's configuration with the old inputs and outputs."""
        request = pb.DiffRequest(
            urn=subject.urn,
            name=subject.name,
            type=subject.type,
            old_inputs=self._out(old[0]),
            olds=self._out(old[1]),
            news=self._out(news),
        )
        reply = await self._optional("DiffConfig", request, pb.DiffResponse, f"comparing {subject.urn}")
        return Diff() if reply is None else _diff(reply)

    async def configure(self, subject: Subject, inputs: Props, id_: str) -> None:
        """Configure the provider; it is ready for resources afterwards."""
        plain = values.reveal_props(inputs)
        request = pb.ConfigureRequest(
            urn=subject.urn,
            name=subject.name,
            type=subject.type,
            id=id_,
            args=self._out(inputs),
            variables={
                f"{self.package}:config:{key}": value
                for key, value in plain.items()
                if isinstance(value, str)
            },
            acceptSecrets=True,
            acceptResources=True,
            sends_old_inputs=True,
            sends_old_inputs_to_delete=True,
        )
        reply = await self._call("Configure", request, pb.ConfigureResponse, f"configuring {subject.urn}")
        self.accepts_secrets = self.accepts_secrets or reply.acceptSecrets

    async def check(
        self, subject: Subject, olds: Props | None, news: Props, seed: bytes
    ) -> tuple[Props, list[Failure]]:
        """Check and complete a resource's inputs."""
        request = pb.CheckRequest(
            urn=subject.urn,
            name=subject.name,
            type=subject.type,
            olds=None if olds is None else self._out(olds),
            news=self._out(news),
            randomSeed=seed,
        )
        return self._checked(
            await self._call("Check", request, pb.CheckResponse, f"checking {subject.urn}"), news
        )

    async def diff(
        self, subject: Subject, id_: str, old: tuple[Props, Props], news: Props, ignore: Sequence[str]
    ) -> Diff:
        """Compare a resource's new inputs with its old inputs and outputs."""
        request = pb.DiffRequest(
            id=id_,
            urn=subject.urn,
            name=subject.name,
            type=subject.type,
            old_inputs=self._out(values.elide_assets(old[0])),
            olds=self._out(values.elide_assets(old[1])),
            news=self._out(values.elide_assets(news)),
            ignoreChanges=ignore,
        )
        return _diff(await self._call("Diff", request, pb.DiffResponse, f"comparing {subject.urn}"))

    async def create(
        self, subject: Subject, inputs: Props, *, preview: bool, limit_seconds: float = 0
    ) -> tuple[str, Props]:
        """Create a resource, or say what creating it would give; id and outputs."""
        request = pb.CreateRequest(
            urn=subject.urn,
            name=subject.name,
            type=subject.type,
            properties=self._out(inputs),
            preview=preview,
            timeout=limit_seconds,
        )
        reply = await self._call("Create", request, pb.CreateResponse, f"creating {subject.urn}", inputs)
        return reply.id, self._in(values.from_struct(reply.properties), inputs)

    async def update(
        self,
        subject: Subject,
        id_: str,
        old: tuple[Props, Props],
        news: Props,
        *,
        ignore: Sequence[str],
        preview: bool,
        limit_seconds: float = 0,
    ) -> Props:
        """Update a resource in place, or say what that would give; the outputs."""
        request = pb.UpdateRequest(
            id=id_,
            urn=subject.urn,
            name=subject.name,
            type=subject.type,
            old_inputs=self._out(old[0]),
            olds=self._out(old[1]),
            news=self._out(news),
            ignoreChanges=ignore,
            preview=preview,
            timeout=limit_seconds,
        )
        reply = await self._call("Update", request, pb.UpdateResponse, f"updating {subject.urn}", news)
        return self._in(values.from_struct(reply.properties), news)

    async def delete(
        self, subject: Subject, id_: str, old: tuple[Props, Props], *, limit_seconds: float = 0
    ) -> None:
        """Delete a resource."""
        request = pb.DeleteRequest(
            id=id_,
            urn=subject.urn,
            name=subject.name,
            type=subject.type,
            old_inputs=self._out(old[0]),
            properties=self._out(old[1]),
            timeout=limit_seconds,
        )
        await self._call("Delete", request, empty_pb2.Empty, f"deleting {subject.urn}")

    async def read(self, subject: Subject, id_: str, inputs: Props, outputs: Props) -> Live:
        """Read what exists under an id."""
        request = pb.ReadRequest(
            id=id_,
            urn=subject.urn,
            name=subject.name,
            type=subject.type,
            inputs=self._out(inputs),
            properties=self._out(outputs),
        )
        try:
            sent = {**outputs, **inputs}
            reply = await self._call("Read", request, pb.ReadResponse, f"reading {subject.urn}", sent)
        except ProviderFailure as failure:
            if failure.partial is None:
                raise
            part = failure.partial
            return Live(id=part.id, outputs=part.outputs, inputs=part.inputs, init_errors=part.reasons)
        return Live(
            id=reply.id,
            outputs=self._in(values.from_struct(reply.properties), outputs),
            inputs=self._in(values.from_struct(reply.inputs), inputs) if reply.HasField("inputs") else None,
        )

    async def invoke(self, token: str, arguments: Props, *, preview: bool) -> tuple[Props, list[Failure]]:
        """Call a data source."""
        request = pb.InvokeRequest(
            tok=token, args=values.to_struct(values.reveal_props(arguments)), preview=preview
        )
        reply = await self._call("Invoke", request, pb.InvokeResponse, f"invoking {token}")
        # `return` is a keyword, so the generated field has to be asked for by name.
        result = values.from_struct(getattr(reply, "return"))
        return result, [Failure(property=f.property, reason=f.reason) for f in reply.failures]

    def _out(self, props: Props) -> values.Struct:
        return values.to_struct(props if self.accepts_secrets else values.reveal_props(props))

    def _in(self, props: Props, sent: Props) -> Props:
        return props if self.accepts_secrets else values.remark(props, sent)

    def _checked(self, reply: pb.CheckResponse, sent: Props) -> tuple[Props, list[Failure]]:
        inputs = self._in(values.from_struct(reply.inputs), sent)
        return inputs, [Failure(property=f.property, reason=f.reason) for f in reply.failures]

    async def _optional(self, name: str, request: Message, reply: type[_Reply], doing: str) -> _Reply | None:
        try:
            return await self._call(name, request, reply, doing)
        except Unimplemented:
            return None

    async def _call(
        self, name: str, request: Message, reply: type[_Reply], doing: str, sent: Props | None = None
    ) -> _Reply:
        try:
            return await self._channel.method(f"{_SERVICE}{name}", reply)(request)
        except RpcFailure as failure:
            raise await self._explained(failure, doing, sent or {}) from failure

    async def _explained(self, failure: RpcFailure, doing: str, sent: Props) -> Exception:
        if failure.code == "UNAVAILABLE":
            ended = await self.child.ended_early()
            if ended:
                return EngineError(f"{self.child.label} {ended}\nThis happened while {doing}.")
        if failure.code == "UNIMPLEMENTED":
            return Unimplemented(failure.message)
        partial = _partial(failure.details)
        if partial is None:
            return ProviderFailure(failure.message)
        marked = replace(
            partial, outputs=self._in(partial.outputs, sent), inputs=self._in(partial.inputs, sent)
        )
        reasons = "; ".join(reason for reason in partial.reasons if reason not in failure.message)
        return ProviderFailure(f"{failure.message}: {reasons}" if reasons else failure.message, marked)


class Unimplemented(ProviderFailure):
    """The provider does not know the call."""


def _diff(reply: pb.DiffResponse) -> Diff:
    changes: Literal["none", "some", "unknown"] = "unknown"
    if reply.changes == pb.DiffResponse.DIFF_NONE:
        changes = "none"
    elif reply.changes == pb.DiffResponse.DIFF_SOME:
        changes = "some"
    replaces = list(reply.replaces)
    diffs = list(reply.diffs)
    for path, detail in reply.detailedDiff.items():
        top = path.split(".", 1)[0].split("[", 1)[0]
        if top not in diffs:
            diffs.append(top)
        if detail.kind in _REPLACING and top not in replaces:
            replaces.append(top)
    return Diff(
        changes=changes,
        replaces=tuple(replaces),
        diffs=tuple(diffs),
        delete_before_replace=reply.deleteBeforeReplace,
    )


_REPLACING: Final = frozenset(
    {pb.PropertyDiff.ADD_REPLACE, pb.PropertyDiff.DELETE_REPLACE, pb.PropertyDiff.UPDATE_REPLACE}
)


def _partial(details: bytes | None) -> Partial | None:
    """The partly made resource that travels as a detail of the status."""
    if details is None:
        return None
    from pavedroad.engine.protocol import status_pb2  # noqa: PLC0415 - only for this rare case

    for detail in status_pb2.Status.FromString(details).details:
        made = pb.ErrorResourceInitFailed()
        if detail.Unpack(made):
            return Partial(
                id=made.id,
                outputs=values.from_struct(made.properties),
                inputs=values.from_struct(made.inputs),
                reasons=tuple(made.reasons),
            )
    return None
