"""Drives rules through the SDK's own servicer: serialised requests, proxies, floats and unknown sentinels.

A resource may hold `Computed(value)`, a value that is known in the predicted preview mode and unknown in the
honest one, and `Computed()`, unknown in both. `judge` runs both halves of a rule over a program of resources,
in the order of the engine: each resource, then the stack.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING, Final, cast

import pulumi_policy as sdk
from google.protobuf import struct_pb2
from pulumi.runtime import proto
from pulumi_policy import policy as sdk_policy
from pulumi_policy import proxy

from guardrails.exemptions import Register
from policies.kit.adapter import Adapter
from policies.kit.run import RunRecord

if TYPE_CHECKING:
    from policies.kit.rule import Level, Rule

Data = object  # JSON with Computed leaves

PACK: Final = "tests"
PROJECT: Final = "pavedroad"
AS_OF: Final = dt.date(2026, 9, 1)
_KEY: Final = re.compile(r"\[([^\[\]]*(?:\[[^\]]*\][^\[\]]*)*)\]$")


class Mode(Enum):
    """The two preview modes."""

    PREDICTED = "predicted"
    UNKNOWN = "unknown"


MODES: Final = tuple(Mode)


@dataclass(frozen=True)
class Computed:
    """An output of another resource: known in predicted mode if it has a value, unknown otherwise."""

    value: Data = None
    sentinel: str = proxy.UNKNOWN_STRING_VALUE


@dataclass(frozen=True, kw_only=True)
class Res:
    """A resource of a program under test.

    Attributes:
        type: Type token.
        props: Inputs on the wire, with Computed leaves.
        name: Logical name.
        depends: Names of the resources that each top-level property depends on.
        region: Region of its provider; empty for a request without provider.
        provider: Further inputs of its provider.
        parent: URN of its parent.
        outputs: What the stack policy sees beside or instead of the inputs.
    """

    type: str
    props: Mapping[str, Data] = field(default_factory=dict[str, Data])
    name: str = "subject"
    depends: Mapping[str, Sequence[str]] = field(default_factory=dict[str, Sequence[str]])
    region: str = ""
    provider: Mapping[str, Data] = field(default_factory=dict[str, Data])
    parent: str = ""
    outputs: Mapping[str, Data] = field(default_factory=dict[str, Data])

    def urn(self, stack: str = "dev") -> str:
        return f"urn:pulumi:{stack}::{PROJECT}::{self.type}::{self.name}"


@dataclass(frozen=True, kw_only=True)
class Report:
    """What came back.

    Attributes:
        violations: Texts without the description line, in order.
        notes: Advisory lines of undecided and exempted things, without the SDK's preface.
        not_applicable: Reasons.
        diagnostics: The raw diagnostics.
    """

    violations: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    not_applicable: tuple[str, ...] = ()
    diagnostics: tuple[proto.AnalyzeDiagnostic, ...] = ()

    @property
    def keys(self) -> tuple[str, ...]:
        """Finding keys of the violations, in order."""
        return tuple(_key(text) for text in self.violations)

    def __add__(self, other: Report) -> Report:
        return Report(
            violations=self.violations + other.violations,
            notes=self.notes + other.notes,
            not_applicable=self.not_applicable + other.not_applicable,
            diagnostics=self.diagnostics + other.diagnostics,
        )


def plain(data: Data, mode: Mode) -> Data:
    """The data as the wire carries it in a preview mode."""
    if isinstance(data, Computed):
        return data.sentinel if mode is Mode.UNKNOWN or data.value is None else plain(data.value, mode)
    if isinstance(data, Mapping):
        return {key: plain(value, mode) for key, value in data.items()}
    if isinstance(data, (list, tuple)):
        return [plain(value, mode) for value in data]
    return data


class Server:
    """The SDK's servicer over rules; every request and answer goes through its bytes."""

    def __init__(
        self,
        rules: Sequence[Rule],
        parameters: Mapping[str, Data] | None = None,
        *,
        level: Level | None = None,
        record: RunRecord | None = None,
        stack: str = "dev",
        by_policy: Mapping[str, Mapping[str, Data]] | None = None,
    ) -> None:
        """Serve rules.

        Args:
            rules: The rules, in order.
            parameters: Configuration of every policy; names that a policy's schema lacks are left out.
            level: Level of all rules instead of their own.
            record: Memory of the run; a fresh one with an empty register when left out.
            stack: Name of the stack, for URNs.
            by_policy: Configuration of single policies, sent as it is, over `parameters`.
        """
        self.stack = stack
        self.record = record or RunRecord(Register(as_of=AS_OF))
        adapters = [Adapter(rule=rule, level=level or rule.level, record=self.record) for rule in rules]
        policies = [policy for adapter in adapters for policy in adapter.policies()]
        self.servicer = sdk_policy._PolicyAnalyzerServicer(
            PACK, "1.0.0", policies, sdk.EnforcementLevel.ADVISORY
        )
        request = proto.ConfigureAnalyzerRequest()
        for policy in policies:
            known = policy.config_schema.properties if policy.config_schema else {}
            values = {name: value for name, value in (parameters or {}).items() if name in known}
            values |= (by_policy or {}).get(policy.name, {})
            config = request.policyConfig[policy.name]
            effective = (level or next(a.level for a in adapters if policy.name in a.rule.policy_names)).value
            config.enforcementLevel = proto.EnforcementLevel.Value(effective.upper())
            config.properties.CopyFrom(struct(values))
        self.servicer.Configure(proto.ConfigureAnalyzerRequest.FromString(request.SerializeToString()), None)

    def analyze(self, resource: Res, mode: Mode = Mode.PREDICTED) -> Report:
        """One resource, through Analyze."""
        request = proto.AnalyzeRequest(
            type=resource.type,
            urn=resource.urn(self.stack),
            name=resource.name,
            properties=struct(plain(resource.props, mode)),
            options=proto.AnalyzerResourceOptions(parent=resource.parent),
            provider=self._provider(resource),
        )
        wire = proto.AnalyzeRequest.FromString(request.SerializeToString())
        return _report(self.servicer.Analyze(wire, None))

    def analyze_stack(self, resources: Sequence[Res], mode: Mode = Mode.PREDICTED) -> Report:
        """The stack, through AnalyzeStack."""
        urns = {resource.name: resource.urn(self.stack) for resource in resources}
        request = proto.AnalyzeStackRequest(
            resources=[
                proto.AnalyzerResource(
                    type=resource.type,
                    urn=resource.urn(self.stack),
                    name=resource.name,
                    properties=struct(plain({**resource.props, **resource.outputs}, mode)),
                    options=proto.AnalyzerResourceOptions(parent=resource.parent),
                    provider=self._provider(resource),
                    parent=resource.parent,
                    propertyDependencies={
                        name: proto.AnalyzerPropertyDependencies(urns=[urns[target] for target in targets])
                        for name, targets in resource.depends.items()
                    },
                )
                for resource in resources
            ]
        )
        wire = proto.AnalyzeStackRequest.FromString(request.SerializeToString())
        return _report(self.servicer.AnalyzeStack(wire, None))

    def remediate(self, resource: Res, mode: Mode = Mode.PREDICTED) -> proto.RemediateResponse:
        """One resource, through Remediate."""
        request = proto.AnalyzeRequest(
            type=resource.type,
            urn=resource.urn(self.stack),
            name=resource.name,
            properties=struct(plain(resource.props, mode)),
            provider=self._provider(resource),
        )
        return self.servicer.Remediate(proto.AnalyzeRequest.FromString(request.SerializeToString()), None)

    def _provider(self, resource: Res) -> proto.AnalyzerProviderResource | None:
        if not resource.region and not resource.provider:
            return None
        inputs = {**resource.provider, **({"region": resource.region} if resource.region else {})}
        kind = "pulumi:providers:aws"
        urn = f"urn:pulumi:{self.stack}::{PROJECT}::{kind}::default"
        return proto.AnalyzerProviderResource(
            type=kind, urn=urn, name="default", properties=struct(plain(inputs, Mode.PREDICTED))
        )


def judge(
    rule: Rule,
    *resources: Res,
    parameters: Mapping[str, Data] | None = None,
    mode: Mode = Mode.PREDICTED,
    server: Server | None = None,
) -> Report:
    """Run a rule as the engine does: each resource, then the stack; reports of both halves, in order."""
    server = server or Server([rule], parameters)
    report = Report()
    for resource in resources:
        report += server.analyze(resource, mode)
    return report + server.analyze_stack(resources, mode)


def struct(data: Data) -> struct_pb2.Struct:
    """Plain data as protobuf; numbers become floats."""
    result = struct_pb2.Struct()
    result.update(cast("dict[str, str]", plain(data, Mode.PREDICTED)))
    return result


def _key(text: str) -> str:
    found = _KEY.search(text)
    assert found, f"no finding key at the end of: {text}"
    return found.group(1)


def _report(response: proto.AnalyzeResponse) -> Report:
    response = proto.AnalyzeResponse.FromString(response.SerializeToString())
    violations: list[str] = []
    notes: list[str] = []
    for diagnostic in response.diagnostics:
        if diagnostic.message.startswith("can't run policy"):
            assert diagnostic.enforcementLevel == proto.ADVISORY
            notes.extend(diagnostic.message.split(" during preview: ", 1)[1].splitlines())
        else:
            violations.append(diagnostic.message.split("\n", 1)[1])
    return Report(
        violations=tuple(violations),
        notes=tuple(notes),
        not_applicable=tuple(entry.reason for entry in response.not_applicable),
        diagnostics=tuple(response.diagnostics),
    )
