"""Policy packs at work: loading, remediation, analysis of each resource and of the whole stack."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeVar

from google.protobuf import empty_pb2

from pavedroad.engine import events as ev
from pavedroad.engine import values
from pavedroad.engine.plugins import ORGANIZATION
from pavedroad.engine.policy_config import PolicyInfo, Setting, read_file, settle
from pavedroad.engine.protocol import analyzer_pb2 as pb
from pavedroad.engine.request import EngineError
from pavedroad.engine.rpc import Channel, RpcFailure
from pavedroad.engine.state import urn_name

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from google.protobuf.message import Message

    from pavedroad.engine.plugins import Plugins
    from pavedroad.engine.processes import Child
    from pavedroad.engine.request import PolicyPack
    from pavedroad.engine.state import State
    from pavedroad.engine.values import Props

_Reply = TypeVar("_Reply", bound="Message")

_SERVICE: Final = "/pulumirpc.Analyzer/"
_LEVELS: Final[dict[pb.EnforcementLevel.ValueType, ev.EnforcementLevel]] = {
    pb.ADVISORY: "advisory",
    pb.MANDATORY: "mandatory",
    pb.REMEDIATE: "remediate",
    pb.DISABLED: "disabled",
}
_SEVERITIES: Final[dict[int, ev.Severity]] = {
    pb.POLICY_SEVERITY_LOW: "low",
    pb.POLICY_SEVERITY_MEDIUM: "medium",
    pb.POLICY_SEVERITY_HIGH: "high",
    pb.POLICY_SEVERITY_CRITICAL: "critical",
}


@dataclass(kw_only=True)
class _Pack:
    name: str
    version: str
    channel: Channel
    child: Child
    severities: dict[str, ev.Severity]
    remediates: bool
    analyses_resources: bool
    analyses_stacks: bool
    policies: int
    enabled: int


@dataclass(frozen=True, kw_only=True)
class Subject:
    """A resource as policies see it, with the options that only its registration knows."""

    state: State
    provider: State | None


class Policies:
    """The packs of a run; all calls wait until every pack is ready."""

    def __init__(self, plugins: Plugins, emit: Callable[[ev.EngineEvent], None], *, dry_run: bool) -> None:
        """Prepare; nothing is started yet."""
        self._plugins = plugins
        self._emit = emit
        self._dry_run = dry_run
        self._packs: list[_Pack] = []
        self._channels: list[Channel] = []
        self._ready: asyncio.Task[None] | None = None
        # What was told of each resource.
        self._told: dict[str, list[ev.PolicyEvent | ev.PolicyRemediationEvent]] = {}
        self.violated = False

    def start(self, packs: Sequence[PolicyPack]) -> None:
        """Start all packs side by side."""
        self._ready = asyncio.create_task(self._load_all(packs)) if packs else None

    async def ready(self) -> None:
        """Wait until every pack is loaded and configured.

        Raises:
            EngineError: A pack cannot be started or configured.
        """
        if self._ready is not None:
            await asyncio.shield(self._ready)

    @property
    def versions(self) -> dict[str, str]:
        """The loaded packs, name to version."""
        return {pack.name: pack.version for pack in self._packs}

    async def close(self) -> None:
        """Close all connections."""
        if self._ready is not None:
            self._ready.cancel()
            await asyncio.gather(self._ready, return_exceptions=True)
        await asyncio.gather(*(channel.close() for channel in self._channels))

    async def _load_all(self, packs: Sequence[PolicyPack]) -> None:
        # Loaded side by side, but kept in the order given: remediations apply one after another.
        self._packs = list(await asyncio.gather(*(self._load(pack) for pack in packs)))
        for pack in self._packs:
            self._emit(
                ev.PolicyPackEvent(
                    policy_pack_name=pack.name,
                    policy_pack_version=pack.version,
                    policies=pack.policies,
                    enabled=pack.enabled,
                )
            )

    async def _load(self, pack: PolicyPack) -> _Pack:
        given = read_file(pack.config_file) if pack.config_file is not None else {}
        child, version = await self._plugins.policy_pack(pack.path)
        channel = Channel(await child.address())
        self._channels.append(channel)
        info = await _call((child, channel), "GetAnalyzerInfo", empty_pb2.Empty(), pb.AnalyzerInfo, "loading")
        policies = [_policy_info(policy) for policy in info.policies]
        initial = {
            name: Setting(
                level=_LEVELS.get(config.enforcementLevel), properties=values.from_struct(config.properties)
            )
            for name, config in info.initialConfig.items()
        }
        settings = settle(info.name, policies, [initial, given], pack.properties)
        await self._configure(child, channel, settings)
        on = [policy for policy in policies if settings[policy.name].level != "disabled"]
        return _Pack(
            name=info.name,
            version=version or info.version,  # a Python pack answers 0.0.1, whatever its file states
            channel=channel,
            child=child,
            severities={policy.name: policy.severity for policy in policies},
            remediates=any(settings[policy.name].level == "remediate" for policy in on),
            analyses_resources=any(policy.for_resources for policy in on),
            analyses_stacks=any(policy.for_stacks for policy in on),
            policies=len(policies),
            enabled=len(on),
        )

    async def _configure(self, child: Child, channel: Channel, settings: dict[str, Setting]) -> None:
        stack = pb.AnalyzerStackConfigureRequest(
            stack=self._plugins.request.stack,
            project=self._plugins.project.name,
            organization=ORGANIZATION,
            dry_run=self._dry_run,
            config=self._plugins.config.texts(),
            config_secret_keys=self._plugins.config.secret_keys(),
        )
        await _call(
            (child, channel), "ConfigureStack", stack, pb.AnalyzerStackConfigureResponse, "configuring"
        )
        request = pb.ConfigureAnalyzerRequest()
        levels = {name: number for number, name in _LEVELS.items()}
        for name, setting in settings.items():
            entry = request.policyConfig[name]
            if setting.level is not None:
                entry.enforcementLevel = levels[setting.level]
            entry.properties.CopyFrom(values.to_struct(setting.properties))
        await _call((child, channel), "Configure", request, empty_pb2.Empty, "configuring")

    async def remediate(self, subject: Subject, *, again: bool = False) -> Props:
        """The resource's inputs after every pack's remediations, in the order of the packs.

        Args:
            subject: The resource.
            again: Its inputs were checked anew, and what was told of them is not told twice.
        """
        inputs = subject.state.inputs
        for pack in self._packs:
            if not pack.remediates:
                continue
            request = _analyze_request(subject, inputs)
            reply = await self._ask(pack, "Remediate", request, pb.RemediateResponse, subject.state.urn)
            for remediation in reply.remediations:
                if remediation.diagnostic:
                    self._tell(self._note(pack, remediation, subject.state.urn), again=again)
                elif remediation.HasField("properties"):
                    after = {
                        **{key: inputs[key] for key in inputs if key.startswith(values.INTERNAL_PREFIX)},
                        **values.from_struct(remediation.properties),
                    }
                    self._tell(
                        ev.PolicyRemediationEvent(
                            resource_urn=subject.state.urn,
                            policy_name=remediation.policyName,
                            policy_pack_name=remediation.policyPackName,
                            policy_pack_version=pack.version,
                            before=values.mask_props(inputs),
                            after=values.mask_props(after),
                        ),
                        again=again,
                    )
                    inputs = after
        return inputs

    async def analyze(self, subject: Subject, *, again: bool = False) -> bool:
        """Let every pack judge one resource; whether a mandatory policy is violated.

        Args:
            subject: The resource.
            again: Its inputs were checked anew, and what was told of them is not told twice.
        """
        packs = [pack for pack in self._packs if pack.analyses_resources]
        if not packs:
            return False
        request, urn = _analyze_request(subject, subject.state.inputs), subject.state.urn
        replies = await asyncio.gather(
            *(self._ask(pack, "Analyze", request, pb.AnalyzeResponse, urn) for pack in packs)
        )
        found = [
            self._report(pack, diagnostic, urn, again=again)
            for pack, reply in zip(packs, replies, strict=True)
            for diagnostic in reply.diagnostics
        ]
        return any(found)

    async def analyze_stack(self, subjects: Iterable[Subject], root: str) -> None:
        """Let every pack judge the whole stack, on the outputs of its resources."""
        packs = [pack for pack in self._packs if pack.analyses_stacks]
        if not packs:
            return
        request = pb.AnalyzeStackRequest(resources=[_stack_resource(subject) for subject in subjects])
        known = {resource.urn for resource in request.resources}
        replies = await asyncio.gather(
            *(self._ask(pack, "AnalyzeStack", request, pb.AnalyzeResponse, "the stack") for pack in packs)
        )
        for pack, reply in zip(packs, replies, strict=True):
            for diagnostic in reply.diagnostics:
                self._report(pack, diagnostic, diagnostic.urn if diagnostic.urn in known else root)

    def _tell(self, event: ev.PolicyEvent | ev.PolicyRemediationEvent, *, again: bool) -> None:
        told = self._told.setdefault(event.resource_urn, [])
        if not (again and event in told):
            told.append(event)
            self._emit(event)

    def _report(
        self, pack: _Pack, diagnostic: pb.AnalyzeDiagnostic, urn: str, *, again: bool = False
    ) -> bool:
        level = _LEVELS[diagnostic.enforcementLevel]
        # What a remediation left behind is refused like any mandatory violation.
        level = "mandatory" if level == "remediate" else level
        severity = _SEVERITIES.get(diagnostic.severity) or pack.severities.get(diagnostic.policyName, "")
        self._tell(
            ev.PolicyEvent(
                resource_urn=urn,
                message=diagnostic.message,
                policy_name=diagnostic.policyName,
                policy_pack_name=diagnostic.policyPackName,
                policy_pack_version=pack.version,
                enforcement_level=level,
                severity=severity,
            ),
            again=again,
        )
        self.violated = self.violated or level == "mandatory"
        return level == "mandatory"

    def _note(self, pack: _Pack, remediation: pb.Remediation, urn: str) -> ev.PolicyEvent:
        return ev.PolicyEvent(
            resource_urn=urn,
            message=remediation.diagnostic,
            policy_name=remediation.policyName,
            policy_pack_name=remediation.policyPackName,
            policy_pack_version=pack.version,
            enforcement_level="advisory",
            severity=pack.severities.get(remediation.policyName, ""),
        )

    async def _ask(self, pack: _Pack, name: str, request: Message, reply: type[_Reply], about: str) -> _Reply:
        return await _call((pack.child, pack.channel), name, request, reply, f"judging {about}")


async def _call(
    plugin: tuple[Child, Channel], name: str, request: Message, reply: type[_Reply], doing: str
) -> _Reply:
    child, channel = plugin
    try:
        return await channel.method(f"{_SERVICE}{name}", reply)(request)
    except RpcFailure as failure:
        if failure.code == "UNIMPLEMENTED" and name == "ConfigureStack":
            return reply()
        ended = await child.ended_early() if failure.code == "UNAVAILABLE" else ""
        what = ended or f"failed: {failure.message.removeprefix('Exception calling application: ')}"
        raise EngineError(f"{child.label} {what}\nThis happened while {doing}.") from failure


def _policy_info(info: pb.PolicyInfo) -> PolicyInfo:
    schema = values.from_struct(info.configSchema.properties)
    return PolicyInfo(
        name=info.name,
        level=_LEVELS[info.enforcementLevel],
        severity=_SEVERITIES.get(info.severity, ""),
        schema={key: value for key, value in schema.items() if isinstance(value, dict)},
        required=tuple(info.configSchema.required),
        for_resources=info.policy_type != pb.POLICY_TYPE_STACK,
        for_stacks=info.policy_type != pb.POLICY_TYPE_RESOURCE,
    )


def _visible(props: Props) -> values.Struct:
    """Properties as the policy SDK can read them: it knows no resource references and no internal keys."""
    return values.to_struct(values.plain_references(values.without_internals(props)))


def _options(state: State) -> pb.AnalyzerResourceOptions:
    options = pb.AnalyzerResourceOptions(
        protect=state.protect,
        ignoreChanges=state.ignore_changes,
        deleteBeforeReplace=bool(state.delete_before_replace),
        deleteBeforeReplaceDefined=state.delete_before_replace is not None,
        additionalSecretOutputs=state.additional_secret_outputs,
        aliases=state.aliases,
        parent=state.parent,
    )
    if state.custom_timeouts:
        limits = state.custom_timeouts
        options.customTimeouts.CopyFrom(
            pb.AnalyzerResourceOptions.CustomTimeouts(
                create=limits.get("create", 0),
                update=limits.get("update", 0),
                delete=limits.get("delete", 0),
            )
        )
    return options


def _provider(state: State | None) -> pb.AnalyzerProviderResource | None:
    if state is None:
        return None
    return pb.AnalyzerProviderResource(
        type=state.type, properties=_visible(state.inputs), urn=state.urn, name=urn_name(state.urn)
    )


def _analyze_request(subject: Subject, inputs: Props) -> pb.AnalyzeRequest:
    state = subject.state
    return pb.AnalyzeRequest(
        type=state.type,
        properties=_visible(inputs),
        urn=state.urn,
        name=urn_name(state.urn),
        options=_options(state),
        provider=_provider(subject.provider),
    )


def _stack_resource(subject: Subject) -> pb.AnalyzerResource:
    state = subject.state
    return pb.AnalyzerResource(
        type=state.type,
        properties=_visible(state.outputs),
        urn=state.urn,
        name=urn_name(state.urn),
        options=_options(state),
        provider=_provider(subject.provider),
        parent=state.parent,
        dependencies=state.dependencies,
        propertyDependencies={
            key: pb.AnalyzerPropertyDependencies(urns=urns)
            for key, urns in state.property_dependencies.items()
        },
    )
