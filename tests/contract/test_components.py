"""The laws of components: what holds for every one of them, whatever it builds."""

from __future__ import annotations

import ast
import dataclasses
import importlib
import inspect
import pkgutil
from collections import Counter
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pytest

import components
from components._base import Component
from components._iam import STAR_ONLY_ACTIONS
from components._platform import Tier
from components.governance.role import add_role
from systems.foundation import Foundation
from tests.support.components import PREFIX, build_everything, use_small_archives
from tests.support.mocks import Recorded, Recording, is_unknown, record

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT: Final = Path(__file__).resolve().parents[2]

TYPES: Final = {
    "AlarmTopic": "pavedroad:observability:AlarmTopic",
    "ArtifactBucket": "pavedroad:data:ArtifactBucket",
    "CompanyLayer": "pavedroad:compute:CompanyLayer",
    "Dashboard": "pavedroad:observability:Dashboard",
    "DeadLetterQueue": "pavedroad:messaging:DeadLetterQueue",
    "EncryptionKey": "pavedroad:data:EncryptionKey",
    "Foundation": "pavedroad:systems:Foundation",
    "Function": "pavedroad:compute:Function",
    "PermissionsBoundary": "pavedroad:governance:PermissionsBoundary",
    "Queue": "pavedroad:messaging:Queue",
    "Signing": "pavedroad:governance:Signing",
    "StateMachine": "pavedroad:workflows:StateMachine",
    "Table": "pavedroad:data:Table",
}
"""Pinned: a token stands in each child's URN, so a change replaces live resources unless it has an alias."""

NAME_PROPERTIES: Final = {
    "aws:cloudwatch/dashboard:Dashboard": "dashboardName",
    "aws:cloudwatch/metricAlarm:MetricAlarm": "name",
    "aws:dynamodb/table:Table": "name",
    "aws:iam/policy:Policy": "name",
    "aws:iam/role:Role": "name",
    "aws:lambda/function:Function": "name",
    "aws:s3/bucket:Bucket": "bucket",
    "aws:sfn/stateMachine:StateMachine": "name",
    "aws:sns/topic:Topic": "name",
    "aws:sqs/queue:Queue": "name",
}
DOCUMENTS: Final = {
    "aws:iam/policy:Policy": ("policy",),
    "aws:iam/role:Role": ("assumeRolePolicy",),
    "aws:iam/rolePolicy:RolePolicy": ("policy",),
    "aws:kms/key:Key": ("policy",),
    "aws:s3/bucketPolicy:BucketPolicy": ("policy",),
    "aws:sns/topicPolicy:TopicPolicy": ("policy",),
    "aws:sqs/queuePolicy:QueuePolicy": ("policy",),
}
# A boundary caps and a key policy means its own key by *; both say so with a reason in their source.
MAY_USE_STAR: Final = {"aws:iam/policy:Policy", "aws:kms/key:Key"}


def component_classes() -> list[type[Component]]:
    """Every component of the house, found by walking the packages, so that none can be forgotten."""
    found: set[type[Component]] = {Foundation}
    for module in pkgutil.walk_packages(components.__path__, f"{components.__name__}."):
        members = vars(importlib.import_module(module.name)).values()
        found |= {c for c in members if inspect.isclass(c) and issubclass(c, Component)}
    return sorted(found - {Component}, key=lambda c: c.__name__)


@pytest.fixture(autouse=True)
def _small_archives(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    use_small_archives(monkeypatch, tmp_path)


@cache
def recording(tier: Tier, *, preview: bool) -> Recording:
    return record(lambda: build_everything(tier), preview=preview)


@pytest.fixture(params=[(t, p) for t in Tier for p in (True, False)], ids=lambda c: f"{c[0].value}-{c[1]}")
def run(request: pytest.FixtureRequest) -> Recording:
    tier, preview = request.param
    return recording(tier, preview=preview)


def statements(run: Recording) -> Iterator[tuple[Recorded, dict[str, Any]]]:
    for resource in run.custom():
        for name in DOCUMENTS.get(resource.type, ()):
            for statement in resource.document(name)["Statement"]:
                yield resource, statement


def listed(value: str | list[str] | None) -> list[str]:
    return [value] if isinstance(value, str) else value or []


def test_type_tokens_are_pinned() -> None:
    assert {c.__name__: c.TYPE for c in component_classes()} == TYPES


def test_a_token_names_the_area_and_the_class() -> None:
    for component in component_classes():
        area = component.__module__.split(".")[1 if component.__module__.startswith("components") else 0]
        assert f"pavedroad:{area}:{component.__name__}" == component.TYPE


def test_the_tests_build_every_component(run: Recording) -> None:
    assert {c.TYPE for c in component_classes()} <= {c.type for c in run.components()}


@pytest.mark.parametrize("component", component_classes(), ids=lambda c: c.__name__)
def test_a_component_takes_name_args_and_options(component: type[Component]) -> None:
    parameters = list(inspect.signature(component).parameters.values())

    assert [p.name for p in parameters] == ["name", "args", "opts"]
    assert parameters[2].default is None


@pytest.mark.parametrize("component", component_classes(), ids=lambda c: c.__name__)
def test_arguments_are_a_frozen_dataclass_by_keyword(component: type[Component]) -> None:
    module = inspect.getmodule(component)
    args = vars(module)[f"{component.__name__}Args"]

    assert dataclasses.is_dataclass(args)
    assert getattr(args, "__dataclass_params__").frozen  # noqa: B009 - an attribute that types do not know
    assert all(field.kw_only for field in dataclasses.fields(args))


@pytest.mark.parametrize("component", component_classes(), ids=lambda c: c.__name__)
def test_a_component_registers_its_outputs_last(component: type[Component]) -> None:
    tree = ast.parse(Path(inspect.getfile(component)).read_text())
    (body,) = [
        method.body
        for node in tree.body
        if isinstance(node, ast.ClassDef) and node.name == component.__name__
        for method in node.body
        if isinstance(method, ast.FunctionDef) and method.name == "__init__"
    ]

    assert ast.unparse(body[0]) == "super().__init__(name, opts)"
    assert ast.unparse(body[-1]).startswith("self.finish(")
    calls = [n for n in ast.walk(ast.Module(body=body, type_ignores=[])) if isinstance(n, ast.Call)]
    assert Counter(ast.unparse(call.func) for call in calls)["self.finish"] == 1


def test_every_component_registers_its_outputs_once(run: Recording) -> None:
    arrivals = Counter(urn for kind, urn in run.sequence if kind == "outputs")

    assert {urn: n for urn, n in arrivals.items() if "pulumi:pulumi:Stack" not in urn} == {
        c.urn: 1 for c in run.components()
    }


def test_no_component_reads_configuration_exports_or_calls_aws() -> None:
    for path in sorted((ROOT / "components").rglob("*.py")):
        text = path.read_text()
        for word in ("pulumi.Config", "pulumi.export", "import boto3", "os.environ", "import Config"):
            assert word not in text, f"{path.relative_to(ROOT)}: {word}"


def test_the_base_of_components_stays_small() -> None:
    assert len((ROOT / "components" / "_base.py").read_text().splitlines()) < 80


def test_every_resource_has_a_component_of_ours_as_parent(run: Recording) -> None:
    urns = {c.urn: c for c in run.components()}

    for resource in run.custom():
        assert resource.parent in urns, resource.urn


def test_a_child_is_named_after_its_component(run: Recording) -> None:
    urns = {c.urn: c for c in run.components()}

    for resource in run.resources:
        parent = urns.get(resource.parent)
        if parent and parent.type != Foundation.TYPE:
            assert resource.name == parent.name or resource.name.startswith(f"{parent.name}-"), resource.urn


def test_nothing_is_made_inside_an_apply() -> None:
    """What an apply would make is missing while its output is unknown."""
    for tier in Tier:
        first, later = (recording(tier, preview=preview) for preview in (True, False))
        assert {r.urn for r in first.resources} == {r.urn for r in later.resources}


def test_every_urn_is_unique(run: Recording) -> None:
    assert max(Counter(r.urn for r in run.resources).values()) == 1


def test_physical_names_start_with_project_and_environment(run: Recording) -> None:
    for token, name in NAME_PROPERTIES.items():
        assert run.of_type(token), token
        for resource in run.of_type(token):
            assert resource.inputs[name].startswith(PREFIX), resource.urn


def test_every_policy_document_is_known_at_the_first_preview(run: Recording) -> None:
    for token, names in DOCUMENTS.items():
        assert run.of_type(token), token
        for resource in run.of_type(token):
            assert not any(is_unknown(resource.inputs[name]) for name in names), resource.urn


def test_every_role_carries_boundary_and_prefix(run: Recording) -> None:
    policy = run.one("aws:iam/policy:Policy", "boundary")

    for role in run.of_type("aws:iam/role:Role"):
        assert role.inputs["permissionsBoundary"].endswith(":policy/pavedroad-dev-boundary")
        assert role.property_dependencies["permissionsBoundary"] == {policy.urn}
        assert role.inputs["name"].startswith(PREFIX)
        assert "path" not in role.inputs
        assert not {"inlinePolicies", "managedPolicyArns"} & set(role.inputs)


def test_every_role_has_exactly_one_policy_and_one_user(run: Recording) -> None:
    policies = [p.inputs["role"] for p in run.of_type("aws:iam/rolePolicy:RolePolicy")]
    users = [f.inputs["role"] for f in run.of_type("aws:lambda/function:Function")]
    users += [m.inputs["roleArn"] for m in run.of_type("aws:sfn/stateMachine:StateMachine")]

    assert sorted(policies) == sorted(r.inputs["name"] for r in run.of_type("aws:iam/role:Role"))
    assert max(Counter(users).values()) == 1


def test_no_grant_holds_a_wildcard_that_aws_does_not_force(run: Recording) -> None:
    for resource, statement in statements(run):
        if statement["Effect"] == "Deny" or resource.type in MAY_USE_STAR:
            continue
        actions, resources = listed(statement["Action"]), listed(statement.get("Resource"))
        assert not [a for a in actions if "*" in a], resource.urn
        if "*" in resources:
            assert set(actions) <= STAR_ONLY_ACTIONS, resource.urn
        else:
            assert all("*" not in r.removesuffix(":*") for r in resources), resource.urn


def test_no_grant_makes_log_groups_or_both_sends_and_receives(run: Recording) -> None:
    by_role: dict[str, Counter[tuple[str, str]]] = {}
    for resource, statement in statements(run):
        if resource.type != "aws:iam/rolePolicy:RolePolicy":
            continue
        assert "logs:CreateLogGroup" not in statement["Action"]
        pairs = [(a, r) for a in listed(statement["Action"]) for r in listed(statement["Resource"])]
        by_role.setdefault(resource.inputs["role"], Counter()).update(pairs)
    for role, pairs in by_role.items():
        read = {r for a, r in pairs if a == "sqs:ReceiveMessage"}
        sent = {r for a, r in pairs if a == "sqs:SendMessage"}
        assert not read & sent, role


def test_every_queue_and_bucket_has_a_policy_against_plain_connections(run: Recording) -> None:
    pairs = (
        ("aws:sqs/queue:Queue", "aws:sqs/queuePolicy:QueuePolicy", "queueUrl"),
        ("aws:s3/bucket:Bucket", "aws:s3/bucketPolicy:BucketPolicy", "bucket"),
        ("aws:sns/topic:Topic", "aws:sns/topicPolicy:TopicPolicy", "arn"),
    )
    for token, policy_token, link in pairs:
        for resource in run.of_type(token):
            (policy,) = [
                p for p in run.of_type(policy_token) if resource.urn in p.property_dependencies[link]
            ]
            denies = [s for s in policy.document("policy")["Statement"] if s["Effect"] == "Deny"]
            assert [s["Condition"] for s in denies] == [{"Bool": {"aws:SecureTransport": "false"}}]
            assert denies[0]["Principal"] == "*"


def test_every_function_is_signed_layered_and_traced_and_writes_to_its_own_group(run: Recording) -> None:
    groups = {g.inputs["name"] for g in run.of_type("aws:cloudwatch/logGroup:LogGroup")}

    for function in run.of_type("aws:lambda/function:Function"):
        inputs = function.inputs
        assert inputs["codeSigningConfigArn"]
        assert len(inputs["layers"]) == 1
        assert "code" not in inputs
        assert inputs["tracingConfig"] == {"mode": "Active"}
        assert inputs["loggingConfig"]["logGroup"] in groups
        jobs = function.property_dependencies["s3Key"]
        assert any("aws:signer/signingJob:SigningJob" in urn for urn in jobs)


def test_every_log_group_forgets(run: Recording) -> None:
    for group in run.of_type("aws:cloudwatch/logGroup:LogGroup"):
        assert group.inputs["retentionInDays"] >= 14


def test_every_trigger_goes_to_the_alias(run: Recording) -> None:
    for mapping in run.of_type("aws:lambda/eventSourceMapping:EventSourceMapping"):
        assert mapping.inputs["functionName"].endswith(":live")
        assert mapping.inputs["functionResponseTypes"] == ["ReportBatchItemFailures"]
        capped = {"scalingConfig", "provisionedPollerConfig"} & set(mapping.inputs)
        assert len(capped) == 1


def test_every_alarm_calls_the_topic_both_ways(run: Recording) -> None:
    topic = run.one("aws:sns/topic:Topic").inputs["name"]

    for alarm in run.of_type("aws:cloudwatch/metricAlarm:MetricAlarm"):
        inputs = alarm.inputs
        assert inputs["alarmActions"] == inputs["okActions"]
        assert inputs["alarmActions"][0].endswith(f":{topic}")
        assert (inputs["treatMissingData"], inputs["period"]) == ("notBreaching", 60)
        assert inputs["alarmDescription"]


def test_production_protects_what_holds_data_and_development_nothing() -> None:
    holding = {
        "aws:dynamodb/table:Table",
        "aws:kms/key:Key",
        "aws:s3/bucket:Bucket",
        "aws:sqs/queue:Queue",
    }
    for tier in Tier:
        protected = {r.type for r in recording(tier, preview=True).resources if r.protect}
        assert protected == (holding if tier.keeps_state else set())


def test_roles_are_made_in_one_place_only() -> None:
    makers = [
        str(path.relative_to(ROOT))
        for path in sorted((ROOT / "components").rglob("*.py"))
        if "iam.Role(" in path.read_text()
    ]

    assert makers == [str(Path(inspect.getfile(add_role)).relative_to(ROOT))]
