"""The standards pack: levels by environment, parameters from the standards, the walk over its policies."""

from __future__ import annotations

import datetime as dt
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

import grpc
import pulumi_policy as sdk
import pytest
import yaml
from google.protobuf import empty_pb2
from pulumi.runtime import proto
from pulumi.runtime.proto import analyzer_pb2_grpc
from pulumi_policy import policy as sdk_policy

from guardrails.exemptions import Exemption, Register
from guardrails.standards import CompanyLayer, RuleSettings, Standards, load
from policies.kit.levels import level_of, level_problems, strict_by_default
from policies.kit.organisation import parameter_values
from policies.kit.pack import PackContent, pack_content
from policies.kit.rule import Level, Rule, Severity
from policies.rules import RULES
from policies.selection import ids_by_pack, rules_of
from tests.support.policies import Res, struct

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

ROOT: Final = Path(__file__).parents[2]
PACK: Final = ROOT / "policies" / "packs" / "standards"
AS_OF: Final = dt.date(2026, 9, 1)
BY_ROW: Final[Mapping[str, Rule]] = {rule.row: rule for rule in RULES if rule.row != "+"}
FUNCTION: Final = "aws:lambda/function:Function"
ROLE: Final = "aws:iam/role:Role"


def standards(tier: str = "production", **rules: RuleSettings) -> Standards:
    return replace(
        load("dev"), tier=tier, rules={name.replace("_", "-"): value for name, value in rules.items()}
    )


def content(environment: str = "dev") -> PackContent:
    return pack_content(rules_of("standards"), load(environment), Register(as_of=AS_OF))


def with_severity(severity: Severity, level: Level = Level.MANDATORY) -> Rule:
    return replace(BY_ROW["L2"], severity=severity, level=level)


@pytest.mark.parametrize(
    ("severity", "level", "development", "test", "production"),
    [
        (Severity.CRITICAL, Level.MANDATORY, Level.MANDATORY, Level.MANDATORY, Level.MANDATORY),
        (Severity.HIGH, Level.MANDATORY, Level.MANDATORY, Level.MANDATORY, Level.MANDATORY),
        (Severity.MEDIUM, Level.MANDATORY, Level.ADVISORY, Level.MANDATORY, Level.MANDATORY),
        (Severity.HIGH, Level.ADVISORY, Level.ADVISORY, Level.ADVISORY, Level.ADVISORY),
        (Severity.MEDIUM, Level.ADVISORY, Level.ADVISORY, Level.ADVISORY, Level.ADVISORY),
    ],
)
def test_levels_by_tier(
    severity: Severity, level: Level, development: Level, test: Level, production: Level
) -> None:
    rule = with_severity(severity, level)
    found = [level_of(rule, standards(tier)) for tier in ("development", "test", "production")]
    assert found == [development, test, production]


def test_the_standards_override_a_level() -> None:
    settings = RuleSettings(level="disabled", parameters={})
    assert level_of(BY_ROW["L2"], standards(functions_signing_attached=settings)) is Level.DISABLED


@pytest.mark.parametrize(
    ("row", "level", "tier", "problem"),
    [
        ("L2", "disabled", "production", "level disabled is not allowed in production"),
        ("L1", "remediate", "production", "level remediate is not allowed in production"),
        ("A5", "advisory", "development", "level advisory is too low for a critical rule"),
        ("L2", "remediate", "development", "level remediate is not possible; the rule mends nothing"),
        ("L1", "remediate", "development", None),
        ("L2", "disabled", "development", None),
    ],
)
def test_levels_that_are_not_allowed(row: str, level: str, tier: str, problem: str | None) -> None:
    rule = BY_ROW[row]
    found = level_problems(
        rule, replace(standards(tier), rules={rule.id: RuleSettings(level=level, parameters={})})
    )
    assert found == ((problem,) if problem else ())


def test_strict_is_on_for_severe_stack_policies_of_production_only() -> None:
    rule, medium = BY_ROW["L1"], BY_ROW["K3c"]
    assert strict_by_default(rule, f"{rule.id}-in-stack", standards())
    assert not strict_by_default(rule, rule.id, standards())
    assert not strict_by_default(rule, f"{rule.id}-in-stack", standards("development"))
    assert not strict_by_default(medium, medium.id, standards())


def test_every_policy_has_its_level_strictness_and_parameters() -> None:
    """A policy configuration on the wire has no unset level, so each must be said."""
    found = content("prod")
    assert {policy.name for policy in found.policies} == set(found.initial_config)
    layer = found.initial_config["functions-layer-company-present-in-stack"]
    assert layer == {
        "enforcementLevel": sdk.EnforcementLevel.MANDATORY,
        "strict": True,
        "companyLayers": [{"name": "pavedroad-company", "minimumVersion": 2, "account": "444455556666"}],
        "ownAccounts": ["111122223333", "444455556666", "000000000000"],
    }


def test_a_company_layer_reaches_the_rule_with_everything_that_it_says() -> None:
    arns = {"eu-west-1": "arn:aws:lambda:eu-west-1:111122223333:layer:base:4"}
    layer = CompanyLayer(name="base", minimum_version=4, partition="aws", runtimes=("python*",), arns=arns)
    values = parameter_values(replace(standards(), company_layers=(layer,)))
    assert values["companyLayers"] == [
        {"name": "base", "minimumVersion": 4, "partition": "aws", "runtimes": ["python*"], "arns": arns}
    ]


def test_no_rule_of_the_pack_lacks_a_required_parameter() -> None:
    for rule in rules_of("standards"):
        for policy in rule.policy_names:
            settings = content().initial_config[policy]
            assert isinstance(settings, dict)
            assert all(name in settings for name, item in rule.parameters.items() if item.required)


def test_the_parameters_of_the_standards_fit_the_rules() -> None:
    for rule in rules_of("standards"):
        settings = content().initial_config[rule.id]
        assert isinstance(settings, dict)
        for name, value in settings.items():
            if name not in ("enforcementLevel", "strict"):
                assert rule.parameters[name].problem(value) == ""  # type: ignore[arg-type] - JSON by construction


def test_standards_that_name_no_rule_are_a_problem_and_an_unlisted_environment_a_remark() -> None:
    odd = replace(standards(no_such_rule=RuleSettings(level="", parameters={})), listed=False)
    view = pack_content(rules_of("standards"), odd, Register(as_of=AS_OF)).record.view("dev")
    assert view.problems == {"no-such-rule": ("no rule has this name",)}
    assert "has no table in standards.toml" in view.remarks[0]


def test_a_pack_judges_the_entries_of_its_own_rules() -> None:
    entries = tuple(
        Exemption(rule=rule, resource="x", reason="r" * 20, owner="o", expires=AS_OF)
        for rule in ("functions-signing-attached", "storage-other-rule")
    )
    found = pack_content(rules_of("standards"), load("dev"), Register(entries=entries, as_of=AS_OF))
    assert [entry.rule for entry in found.record.register.entries] == ["functions-signing-attached"]


def test_packs_are_told_by_rule_id() -> None:
    assert ids_by_pack()["standards"][-1] == "exemptions-entry-used"


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The policies that the SDK's server decodes for, in order."""
    names: list[str] = []
    create = sdk_policy._PolicyAnalyzerServicer._create_report_violation

    def record(  # noqa: PLR0917 - the signature is the SDK's
        self: sdk_policy._PolicyAnalyzerServicer,
        response: proto.AnalyzeResponse,
        name: str,
        description: str,
        level: sdk.EnforcementLevel,
        severity: sdk.Severity | None,
    ) -> sdk.ReportViolation:
        names.append(name)
        return create(self, response, name, description, level, severity)

    monkeypatch.setattr(sdk_policy._PolicyAnalyzerServicer, "_create_report_violation", record)
    return names


def servicer(found: PackContent) -> sdk_policy._PolicyAnalyzerServicer:
    return sdk_policy._PolicyAnalyzerServicer(
        "standards", "1.0.0", found.policies, sdk.EnforcementLevel.MANDATORY, found.initial_config
    )


def request(kind: str, name: str = "x") -> proto.AnalyzeRequest:
    resource = Res(type=kind, name=name)
    return proto.AnalyzeRequest(type=kind, urn=resource.urn(), name=name, properties=struct({}))


def test_a_policy_is_asked_once_and_then_only_for_its_types(asked: list[str]) -> None:
    server = servicer(content())
    server.Analyze(request(ROLE), None)
    every = {policy.name for policy in content().policies if isinstance(policy, sdk.ResourceValidationPolicy)}
    assert set(asked) == every
    asked.clear()
    server.Analyze(request(ROLE), None)
    assert asked == [
        "functions-layer-company-present",  # the first of the list, which tells the type
        "iam-role-boundary-attached",
        "iam-role-name-prefixed",
        "guardrails-rule-sound",
    ]


def test_stack_policies_are_asked_when_the_stack_has_their_types(asked: list[str]) -> None:
    server = servicer(content())
    role = proto.AnalyzerResource(type=ROLE, urn=Res(type=ROLE).urn(), name="x", properties=struct({}))
    server.AnalyzeStack(proto.AnalyzeStackRequest(resources=[role]), None)
    assert asked[:2] == ["functions-layer-company-present-in-stack", "iam-role-boundary-attached-in-stack"]
    assert not any(name.startswith(("api-", "kafka-", "cdn-")) for name in asked)


def test_a_walk_that_is_not_about_a_resource_sees_every_policy() -> None:
    found = content()
    info = servicer(found).GetAnalyzerInfo(empty_pb2.Empty(), None)
    assert len(info.policies) == len(found.policies) == len(list(found.policies))


def test_a_new_type_in_the_next_request_is_judged(asked: list[str]) -> None:
    server = servicer(content())
    for kind in (ROLE, ROLE, FUNCTION):
        asked.clear()
        response = server.Analyze(request(kind), None)
    assert "functions-signing-attached" in asked
    assert any("codeSigningConfigArn is not set" in item.message for item in response.diagnostics)


def production_run(*disabled: str) -> list[str]:
    """What the check of the configuration says about a stack of one queue in production."""
    server = servicer(content("prod"))
    info = server.GetAnalyzerInfo(empty_pb2.Empty(), None)
    config = dict(info.initialConfig)
    for name in disabled:
        config[name].enforcementLevel = proto.DISABLED
    server.Configure(proto.ConfigureAnalyzerRequest(policyConfig=config), None)
    kind = "aws:sqs/queue:Queue"
    server.Analyze(request(kind), None)
    queue = proto.AnalyzerResource(type=kind, urn=Res(type=kind).urn(), name="x", properties=struct({}))
    response = server.AnalyzeStack(proto.AnalyzeStackRequest(resources=[queue]), None)
    return [item.message for item in response.diagnostics]


def test_a_sound_pack_says_nothing_in_production() -> None:
    """Policies that were passed over do not count as disabled."""
    assert production_run() == []


@pytest.mark.parametrize("name", ["functions-signing-attached", "exemptions-entry-listed"])
def test_a_policy_that_is_disabled_in_production_is_a_violation(name: str) -> None:
    messages = production_run(name)
    assert len(messages) == 1
    assert f"{name} is disabled; every rule runs in production" in messages[0]


def test_the_private_names_that_tests_use_are_there() -> None:
    """The pack itself uses none; a new SDK that renames them breaks these tests alone."""
    for name in ("Analyze", "AnalyzeStack", "Configure", "_create_report_violation"):
        assert hasattr(sdk_policy._PolicyAnalyzerServicer, name)


@pytest.fixture
def running() -> Iterator[analyzer_pb2_grpc.AnalyzerStub]:
    """The pack as the CLI starts it: a plugin that prints its port."""
    project = yaml.safe_load((PACK / "PulumiPolicy.yaml").read_text())
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("PULUMI")},
        "PULUMI_STACK": "sandbox",
        "PULUMI_PROJECT": "pavedroad",
        "PULUMI_DRY_RUN": "true",
    }
    assert (PACK / project["runtime"]["options"]["virtualenv"]).resolve() == ROOT / ".venv"
    with subprocess.Popen(  # noqa: S603 - our own pack
        [sys.executable, "-u", "-m", "pulumi.policy", "127.0.0.1:1", str(PACK)],
        stdout=subprocess.PIPE,
        cwd="/",
        env=environment,
    ) as process:
        assert process.stdout
        port = int(process.stdout.readline())
        with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
            yield analyzer_pb2_grpc.AnalyzerStub(channel)
        process.terminate()


def test_the_pack_runs_as_a_plugin_with_the_standards_of_its_stack(
    running: analyzer_pb2_grpc.AnalyzerStub,
) -> None:
    info = running.GetAnalyzerInfo(empty_pb2.Empty())
    assert info.name == "standards"
    assert len(info.policies) == len(content().policies)
    prefix = info.initialConfig["iam-role-name-prefixed"].properties["roleNamePrefixes"]
    assert list(prefix) == ["pavedroad-sandbox-"]
    running.Configure(proto.ConfigureAnalyzerRequest(policyConfig=dict(info.initialConfig)))
    response = running.Analyze(request(FUNCTION))
    assert {item.policyName for item in response.diagnostics if item.enforcementLevel == proto.MANDATORY} == {
        "functions-layer-company-present",
        "functions-signing-attached",
    }
