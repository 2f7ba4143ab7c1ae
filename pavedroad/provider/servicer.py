# ruff: noqa: N802 - the methods carry the names of the protocol
"""Pulumi's `ResourceProvider` service for package aws: plans any type of the SDK, with no account."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

import grpc
from google.protobuf import empty_pb2
from pulumi.runtime.proto import plugin_pb2, provider_pb2, provider_pb2_grpc

from pavedroad.provider import account as accounts
from pavedroad.provider import sdk
from pavedroad.provider.account import ACCOUNT_KEYS, Account, from_config, merged_tags
from pavedroad.provider.check import check_inputs
from pavedroad.provider.diff import Change, compare, compare_all_tags
from pavedroad.provider.kinds import SEED_KEY, Kind, KindError, kind_in, marked
from pavedroad.provider.limits.run import refusals
from pavedroad.provider.live.backend import Live
from pavedroad.provider.live.clients import Endpoint, PlannedCloud
from pavedroad.provider.live.table import MODULES
from pavedroad.provider.lookups import LookupRefusedError, look_up
from pavedroad.provider.naming import NameRequest
from pavedroad.provider.predict.plan import Mode, plan_create, plan_update, predicted_arn, row_for
from pavedroad.provider.predict.subject import Subject
from pavedroad.provider.recorded import Recorded, RefusedError
from pavedroad.provider.registry import Entry, Registry
from pavedroad.provider.store import MemoryStore, RecordError, Store
from pavedroad.provider.values import decode, encode, text

if TYPE_CHECKING:
    from collections.abc import Callable, Generator
    from typing import NoReturn

    from pavedroad.provider.limits.finding import Finding
    from pavedroad.provider.values import Properties

_DISABLED: Final = provider_pb2.CheckRequest.AutonamingOptions.DISABLE
_PLAIN: Final = {
    Change.ADD: provider_pb2.PropertyDiff.ADD,
    Change.DELETE: provider_pb2.PropertyDiff.DELETE,
    Change.UPDATE: provider_pb2.PropertyDiff.UPDATE,
}
_REPLACING: Final = {
    Change.ADD: provider_pb2.PropertyDiff.ADD_REPLACE,
    Change.DELETE: provider_pb2.PropertyDiff.DELETE_REPLACE,
    Change.UPDATE: provider_pb2.PropertyDiff.UPDATE_REPLACE,
}


def _nothing() -> None:
    """Nobody waits for the end."""


def _unheard(_urn: str, _text: str) -> None:
    """Nobody is told."""


@dataclass(eq=False)
class Provider(provider_pb2_grpc.ResourceProviderServicer):
    """One provider of one run.

    Attributes:
        predicted: Whether a preview predicts computed outputs; else they stay unknown, as with the official
        one. stop: Called when the engine cancels. store: Record of what was made. registry: What has been
        planned, for checks across resources. cloud: Where live types are made; None: all types are recorded.
        account: Where resources are made; set by Configure. report:
        Told the URN and the text of what the user should know.
    """

    predicted: bool = True
    stop: Callable[[], None] = _nothing
    store: Store = field(default_factory=MemoryStore)
    registry: Registry = field(default_factory=Registry)
    cloud: Endpoint | PlannedCloud | None = None
    account: Account = field(default_factory=Account)
    report: Callable[[str, str], None] = _unheard
    _moved: set[str] = field(default_factory=set[str])

    def Handshake(
        self, request: provider_pb2.ProviderHandshakeRequest, context: grpc.ServicerContext
    ) -> provider_pb2.ProviderHandshakeResponse:
        """Say what this provider takes."""
        del request, context
        return provider_pb2.ProviderHandshakeResponse(
            accept_secrets=True,
            accept_resources=True,
            accept_outputs=True,
            supports_autonaming_configuration=True,
        )

    def GetPluginInfo(self, request: empty_pb2.Empty, context: grpc.ServicerContext) -> plugin_pb2.PluginInfo:
        """The version of the SDK that this provider serves."""
        del request, context
        return plugin_pb2.PluginInfo(version=sdk.version())

    def Attach(self, request: plugin_pb2.PluginAttach, context: grpc.ServicerContext) -> empty_pb2.Empty:
        """Serve one more run."""
        del request, context
        self.registry.forget()
        return empty_pb2.Empty()

    def CheckConfig(
        self, request: provider_pb2.CheckRequest, context: grpc.ServicerContext
    ) -> provider_pb2.CheckResponse:
        """Take the configuration as it is, and refuse an account that it does not allow."""
        del context
        return provider_pb2.CheckResponse(
            inputs=request.news,
            failures=[
                provider_pb2.CheckFailure(property=path, reason=reason)
                for path, reason in accounts.refusals(decode(request.news))
            ],
        )

    def DiffConfig(
        self, request: provider_pb2.DiffRequest, context: grpc.ServicerContext
    ) -> provider_pb2.DiffResponse:
        """Another account or region is another place, so the provider is replaced; the rest is a detail."""
        del context
        old, new = decode(request.old_inputs or request.olds), decode(request.news)
        before, after = from_config(old), from_config(new)
        changed = [key for key in sorted({*old, *new}) if old.get(key) != new.get(key)]
        moved = accounts.is_settled(new) and before.account != after.account
        replacing = [key for key in ACCOUNT_KEYS if moved and key in changed]
        if before.home != after.home and "region" in changed:
            replacing.append("region")
        return provider_pb2.DiffResponse(
            changes=provider_pb2.DiffResponse.DIFF_SOME if changed else provider_pb2.DiffResponse.DIFF_NONE,
            diffs=changed,
            replaces=replacing,
        )

    def Configure(
        self, request: provider_pb2.ConfigureRequest, context: grpc.ServicerContext
    ) -> provider_pb2.ConfigureResponse:
        """Learn account, region and default tags."""
        config = decode(request.args)
        for path, reason in accounts.refusals(config):
            _refuse(context, f"{path}: {reason}")
        self.account = from_config(config)
        return provider_pb2.ConfigureResponse(
            acceptSecrets=True,
            supportsPreview=True,
            acceptResources=True,
            acceptOutputs=True,
            supports_autonaming_configuration=True,
        )

    def Check(
        self, request: provider_pb2.CheckRequest, context: grpc.ServicerContext
    ) -> provider_pb2.CheckResponse:
        """Fill in names and refuse what AWS would refuse."""
        subject = self._subject(request.urn, decode(request.news), context)
        naming = NameRequest(
            logical=subject.name,
            seed=request.randomSeed or request.urn.encode(),
            proposed=request.autonaming.proposed_name,
            disabled=request.HasField("autonaming") and request.autonaming.mode == _DISABLED,
        )
        checked = check_inputs(subject.shape, subject.inputs, decode(request.olds), naming)
        failures = [*checked.failures, *self._refusals(subject, checked.inputs)]
        return provider_pb2.CheckResponse(
            inputs=encode(checked.inputs),
            failures=[
                provider_pb2.CheckFailure(property=failure.path, reason=failure.reason)
                for failure in failures
            ],
        )

    def Diff(
        self, request: provider_pb2.DiffRequest, context: grpc.ServicerContext
    ) -> provider_pb2.DiffResponse:
        """Compare inputs with inputs, and with what the resource has by default."""
        known = decode(request.olds)
        old = decode(request.old_inputs) if request.HasField("old_inputs") else known
        new = decode(request.news)
        subject = self._subject(request.urn, new, context)
        with _refusing(context):
            self._kind(subject, known)
        row = row_for(subject.shape)
        difference = compare(
            subject.shape, old, new, list(request.ignoreChanges), known=known, defaults=row.unasked
        )
        if "tags" not in difference.tops:
            tags = compare_all_tags(known, merged_tags(subject.account, new.get("tags")))
            difference.changes.update(tags)
        return provider_pb2.DiffResponse(
            changes=(
                provider_pb2.DiffResponse.DIFF_SOME
                if difference.changes
                else provider_pb2.DiffResponse.DIFF_NONE
            ),
            diffs=sorted(difference.tops),
            replaces=difference.replaces,
            deleteBeforeReplace=difference.delete_first,
            hasDetailedDiff=True,
            detailedDiff={
                path: provider_pb2.PropertyDiff(
                    kind=(_REPLACING if path in difference.replaces else _PLAIN)[change], inputDiff=True
                )
                for path, change in difference.changes.items()
            },
        )

    def Create(
        self, request: provider_pb2.CreateRequest, context: grpc.ServicerContext
    ) -> provider_pb2.CreateResponse:
        """Plan a resource, or note it in the record."""
        subject = self._subject(request.urn, decode(request.properties), context)
        kind = self._kind_of(subject.shape.token)
        if request.preview:
            planned = plan_create(subject, Mode(preview=True, predicted=self.predicted))
            outputs = marked(planned.outputs, kind, subject.seed)
        else:
            with _refusing(context):
                planned = self._backend(kind, subject).create(subject)
            outputs = planned.outputs
        return provider_pb2.CreateResponse(id=planned.id, properties=encode(outputs))

    def Update(
        self, request: provider_pb2.UpdateRequest, context: grpc.ServicerContext
    ) -> provider_pb2.UpdateResponse:
        """Plan a change, or note it in the record."""
        subject = self._subject(request.urn, decode(request.news), context)
        olds = decode(request.olds)
        with _refusing(context):
            kind = self._kind(subject, olds)
            if request.preview:
                mode = Mode(preview=True, predicted=self.predicted)
                planned = plan_update(subject, request.id, olds, mode)
                outputs = marked(planned.outputs, kind, subject.seed)
            else:
                given = decode(request.old_inputs) if request.HasField("old_inputs") else olds
                outputs = self._backend(kind, subject).update(subject, request.id, olds, given).outputs
        return provider_pb2.UpdateResponse(properties=encode(outputs))

    def Delete(self, request: provider_pb2.DeleteRequest, context: grpc.ServicerContext) -> empty_pb2.Empty:
        """Remove a resource."""
        subject = self._subject(request.urn, decode(request.old_inputs), context)
        olds = decode(request.properties)
        with _refusing(context):
            self._backend(self._kind(subject, olds), subject).delete(subject, request.id, olds)
        return empty_pb2.Empty()

    def Read(
        self, request: provider_pb2.ReadRequest, context: grpc.ServicerContext
    ) -> provider_pb2.ReadResponse:
        """What exists under an id, for a refresh, an import or a program that only reads.

        Without an id: what an interrupted create has made from the seed in its inputs.
        """
        subject = self._subject(request.urn, decode(request.inputs), context)
        olds = decode(request.properties)
        with _refusing(context):
            backend = self._backend(self._kind(subject, olds), subject)
            found = backend.read(subject, request.id, olds) if request.id else backend.unfinished(subject)
        if found is None:
            return provider_pb2.ReadResponse()
        return provider_pb2.ReadResponse(
            id=found.id, properties=encode(found.outputs), inputs=encode(found.inputs)
        )

    def Invoke(
        self, request: provider_pb2.InvokeRequest, context: grpc.ServicerContext
    ) -> provider_pb2.InvokeResponse:
        """Answer a data source, or refuse it by name."""
        try:
            result = look_up(request.tok, decode(request.args), self.account)
        except LookupRefusedError as error:
            _refuse(context, str(error))
        response = provider_pb2.InvokeResponse()
        getattr(response, "return").CopyFrom(encode(result))  # the field's name is a word of Python
        return response

    def Cancel(self, request: empty_pb2.Empty, context: grpc.ServicerContext) -> empty_pb2.Empty:
        """End soon."""
        del request, context
        self.stop()
        return empty_pb2.Empty()

    def _refusals(self, subject: Subject, inputs: Properties) -> list[Finding]:
        """What AWS would refuse; the resource is noted for those that come later."""
        checked = replace(subject, inputs=inputs, seed=text(inputs.get(SEED_KEY)) or "")
        found = refusals(subject.shape, subject.urn, inputs, subject.account, self.registry)
        self.registry.add(
            Entry(
                urn=subject.urn,
                token=subject.shape.token,
                inputs=inputs,
                arn=text(predicted_arn(checked)) or "",
                account=subject.account,
            )
        )
        return found

    def _kind(self, subject: Subject, olds: Properties) -> Kind:
        """The kind that a resource had when it was made; that it is another by now is said once."""
        said, today = kind_in(olds), self._kind_of(subject.shape.token)
        if said is not None and said is not today and subject.urn not in self._moved:
            self._moved.add(subject.urn)
            self.report(
                subject.urn,
                f"made as a {said.value} resource, and stays one; {subject.shape.token} is {today.value} by "
                "now. Replace it (`pavedroad destroy --target`, then `up`) to move it over",
            )
        return said or today

    def _backend(self, kind: Kind, subject: Subject) -> Recorded | Live:
        if kind is Kind.RECORDED:
            return Recorded(self.store)
        if subject.shape.token not in MODULES:
            raise RefusedError(
                f"{subject.name}: the stack's state says that it exists in the local cloud (live), which "
                f"this provider does not reach for {subject.shape.token}; use the pavedroad that made it, or "
                "take it out of the state"
            )
        if not isinstance(self.cloud, Endpoint):
            raise RefusedError(
                f"{subject.name}: it exists in the local cloud, and none runs for this operation; start it "
                "(`pavedroad cloud start`) and leave --no-cloud out"
            )
        return Live(self.store, self.cloud, self.report)

    def _kind_of(self, token: str) -> Kind:
        """The kind of what is made from now on."""
        return Kind.LIVE if token in MODULES and self.cloud is not None else Kind.RECORDED

    def _subject(self, urn: str, inputs: Properties, context: grpc.ServicerContext) -> Subject:
        shape = self._shape(_token(urn), context)
        seed = text(inputs.get(SEED_KEY)) or ""
        return Subject(shape, urn, urn.rpartition("::")[2], inputs, self.account.of(inputs), seed)

    def _shape(self, token: str, context: grpc.ServicerContext) -> sdk.ResourceShape:
        try:
            return sdk.shape(token)
        except sdk.UnknownTypeError as error:
            _refuse(context, str(error))


@contextmanager
def _refusing(context: grpc.ServicerContext) -> Generator[None]:
    """Give the engine what cannot be done as a plain message."""
    try:
        yield
    except (RefusedError, RecordError, KindError) as error:
        context.abort(grpc.StatusCode.FAILED_PRECONDITION, str(error))


def _refuse(context: grpc.ServicerContext, text: str) -> NoReturn:
    context.abort(grpc.StatusCode.INVALID_ARGUMENT, text)
    raise AssertionError(text)  # abort() does not return; the stubs cannot say so


def _token(urn: str) -> str:
    """The resource's type in `urn:pulumi:stack::project::parent$type::name`."""
    return urn.split("::", 3)[2].rpartition("$")[2]
