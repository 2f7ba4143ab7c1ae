"""Prints what the standards pack costs: a resource on the SDK's own server, and the start of the pack.

The stack is 500 resources in the proportions of a system of functions. Figures, no limits: machines differ.
"""

from __future__ import annotations

import datetime as dt
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Final

from google.protobuf import empty_pb2, json_format
from pulumi.runtime import proto
from pulumi_policy import EnforcementLevel, deserialize
from pulumi_policy import policy as sdk_policy

from guardrails.exemptions import Register
from guardrails.standards import load
from policies.kit.pack import pack_content
from policies.selection import rules_of
from tests.support.policies import Res, struct

ROOT: Final = Path(__file__).parents[2]
RESOURCES: Final = 500
ARN: Final = "arn:aws:{}:eu-west-1:111122223333:{}"
DOCUMENT: Final = '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"sqs:SendMessage"}]}'
TAGS: Final = {"project": "pavedroad", "environment": "dev", "system": "orders"}
KINDS: Final = {
    "aws:lambda/function:Function": {
        "runtime": "python3.13",
        "handler": "lambdas.accept_orders.handler.handle",
        "role": "arn:aws:iam::111122223333:role/pavedroad-dev-accept-orders",
        "layers": [ARN.format("lambda", "layer:pavedroad-company:1")],
        "codeSigningConfigArn": ARN.format("lambda", "code-signing-config:csc-0123456789abcdef0"),
        "s3Bucket": "pavedroad-dev-artifacts",
        "s3Key": "signed/accept_orders.zip",
        "environment": {"variables": {f"SETTING_{index}": "value" for index in range(6)}},
        "timeout": 10,
        "memorySize": 256,
        "tags": TAGS,
    },
    "aws:iam/role:Role": {
        "name": "pavedroad-dev-accept-orders",
        "assumeRolePolicy": DOCUMENT,
        "permissionsBoundary": "arn:aws:iam::111122223333:policy/pavedroad-dev-boundary",
        "tags": TAGS,
    },
    "aws:iam/rolePolicy:RolePolicy": {"policy": DOCUMENT},
    "aws:cloudwatch/logGroup:LogGroup": {"name": "/aws/lambda/x", "retentionInDays": 14, "tags": TAGS},
    "aws:cloudwatch/metricAlarm:MetricAlarm": {"comparisonOperator": "GreaterThanThreshold", "tags": TAGS},
    "aws:sqs/queue:Queue": {"name": "pavedroad-dev-orders", "visibilityTimeoutSeconds": 60, "tags": TAGS},
    "aws:lambda/alias:Alias": {"name": "live", "functionName": "pavedroad-dev-orders"},
    "pavedroad:compute:Function": {},
}


def stack() -> list[Res]:
    kinds = list(KINDS.items())
    return [
        Res(type=kinds[index % len(kinds)][0], props=kinds[index % len(kinds)][1], name=f"resource-{index}")
        for index in range(RESOURCES)
    ]


def test_cost_of_a_resource() -> None:
    content = pack_content(rules_of("standards"), load("dev"), Register(as_of=dt.date(2026, 9, 1)))
    servicer = sdk_policy._PolicyAnalyzerServicer(
        "standards", "1.0.0", content.policies, EnforcementLevel.MANDATORY, content.initial_config
    )
    info = servicer.GetAnalyzerInfo(empty_pb2.Empty(), None)
    config = {name: info.initialConfig[name] for name in info.initialConfig}
    servicer.Configure(proto.ConfigureAnalyzerRequest(policyConfig=config), None)
    resources = stack()
    requests = [
        proto.AnalyzeRequest(type=item.type, urn=item.urn(), name=item.name, properties=struct(item.props))
        for item in resources
    ]
    members = [
        proto.AnalyzerResource(type=item.type, urn=item.urn(), name=item.name, properties=struct(item.props))
        for item in resources
    ]

    start = time.process_time()
    for request in requests:
        servicer.Analyze(request, None)
    each = time.process_time() - start
    start = time.process_time()
    response = servicer.AnalyzeStack(proto.AnalyzeStackRequest(resources=members), None)
    whole = time.process_time() - start
    start = time.process_time()
    for request in requests:
        deserialize.deserialize_properties(json_format.MessageToDict(request.properties))
    decode = time.process_time() - start

    def milliseconds(seconds: float) -> str:
        return f"{seconds / RESOURCES * 1000:.2f} ms"

    print(
        f"\nstandards pack, {len(info.policies)} policies, {RESOURCES} resources, processor time a resource:"
    )
    print(f"  resource policies {milliseconds(each)}, stack policies {milliseconds(whole)},")
    print(f"  together {milliseconds(each + whole)}; decoding once costs {milliseconds(decode)}")
    assert len(response.diagnostics) > 0  # the functions' signing config is not of this stack


def test_start_of_the_pack() -> None:
    def run(code: str) -> float:
        start = time.perf_counter()
        arguments = [sys.executable, "-c", code]
        subprocess.run(arguments, check=True, cwd=ROOT, env={"PATH": os.defpath})  # noqa: S603 - our own code
        return time.perf_counter() - start

    bare, sdk = run("pass"), run("import pulumi_policy")
    ours = run("import policies.selection, policies.kit.pack")
    print(f"\nstart: interpreter {bare:.2f} s, with the SDK {sdk:.2f} s, with the pack's rules {ours:.2f} s")


def test_the_pack_loads_neither_the_provider_sdk_nor_pydantic() -> None:
    """A pack starts with every run; these two would double its start."""
    code = (
        "import sys, policies.selection, policies.kit.pack\n"
        "print([name for name in ('pulumi_aws', 'pydantic', 'boto3') if name in sys.modules])"
    )
    arguments = [sys.executable, "-c", code]
    found = subprocess.run(arguments, check=True, cwd=ROOT, capture_output=True, text=True)  # noqa: S603 - our own code
    assert found.stdout.strip() == "[]"
