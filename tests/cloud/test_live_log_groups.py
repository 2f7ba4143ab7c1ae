"""Log groups, streams, filters and resource policies in the local cloud."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

import grpc
import pytest

from tests.support.live import obeys
from tests.support.provider import ACCOUNT, REGION, Kept

if TYPE_CHECKING:
    from mypy_boto3_logs import CloudWatchLogsClient

    from tests.support.live import Bench
    from tests.support.provider import Props

pytestmark = pytest.mark.cloud

GROUP: Final = "aws:cloudwatch/logGroup:LogGroup"
STREAM: Final = "aws:cloudwatch/logStream:LogStream"
METRIC: Final = "aws:cloudwatch/logMetricFilter:LogMetricFilter"
SUBSCRIPTION: Final = "aws:cloudwatch/logSubscriptionFilter:LogSubscriptionFilter"
POLICY: Final = "aws:cloudwatch/logResourcePolicy:LogResourcePolicy"
_ARN: Final = f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:"
_KEY: Final = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/1"


def _logs(bench: Bench) -> CloudWatchLogsClient:
    return bench.cloud.client("logs", ACCOUNT)


def _group(logs: CloudWatchLogsClient, name: str) -> dict[str, object] | None:
    found = [
        group
        for group in logs.describe_log_groups(logGroupNamePrefix=name)["logGroups"]
        if group.get("logGroupName") == name
    ]
    if not found:
        return None
    tags = logs.list_tags_for_resource(resourceArn=f"{_ARN}{name}")["tags"]
    return {**{key: value for key, value in found[0].items() if key != "creationTime"}, "tags": tags}


def test_group(bench: Bench) -> None:
    logs = _logs(bench)
    name = "/shop/dev/orders"
    kept = obeys(
        bench,
        GROUP,
        "group",
        {"name": name, "retentionInDays": 30, "tags": {"team": "shop"}},
        look=lambda kept: _group(logs, kept.id),
        seen={"retentionInDays": 30, "logGroupClass": "STANDARD", "tags": {"team": "shop"}},
        changes=[
            (
                {"name": name, "kmsKeyId": _KEY, "deletionProtectionEnabled": True, "tags": {"owner": "you"}},
                {
                    "retentionInDays": None,
                    "kmsKeyId": _KEY,
                    "deletionProtectionEnabled": True,
                    "tags": {"owner": "you"},
                },
            ),
        ],
        drift=lambda _kept: logs.put_retention_policy(logGroupName=name, retentionInDays=1),
    )
    assert kept.outputs["arn"] == f"{_ARN}{name}"


def test_group_of_another_class(bench: Bench) -> None:
    logs = _logs(bench)
    obeys(
        bench,
        GROUP,
        "seldom",
        {"name": "/shop/dev/seldom", "logGroupClass": "INFREQUENT_ACCESS", "kmsKeyId": _KEY},
        look=lambda kept: _group(logs, kept.id),
        seen={"logGroupClass": "INFREQUENT_ACCESS", "kmsKeyId": _KEY},
        drift=lambda kept: logs.disassociate_kms_key(logGroupName=kept.id),
    )


def test_protected_group_is_not_deleted(bench: Bench) -> None:
    name = "/shop/dev/protected"
    kept = bench.client.make(GROUP, "protected", {"name": name, "deletionProtectionEnabled": True})
    with pytest.raises(grpc.RpcError, match="Disable deletion protection first"):
        bench.client.delete(kept)
    assert _group(_logs(bench), name) is not None
    bench.client.delete(bench.client.change(kept, {"name": name}))
    assert _group(_logs(bench), name) is None


def test_group_that_is_not_to_be_destroyed_outlives_its_resource(bench: Bench) -> None:
    logs = _logs(bench)
    kept = bench.client.make(GROUP, "outlives", {"name": "/shop/dev/outlives", "skipDestroy": True})
    bench.client.delete(kept)
    assert _group(logs, kept.id) is not None
    logs.delete_log_group(logGroupName=kept.id)


def test_name_of_another_group_is_refused_however_often(bench: Bench) -> None:
    """What was begun is forgotten: the group of somebody else is never adopted."""
    logs = _logs(bench)
    logs.create_log_group(logGroupName="/shop/dev/taken")
    for _ in range(2):
        with pytest.raises(grpc.RpcError, match="ResourceAlreadyExistsException"):
            bench.client.make(GROUP, "taken", {"name": "/shop/dev/taken"})
    logs.delete_log_group(logGroupName="/shop/dev/taken")


def test_stream(bench: Bench) -> None:
    logs = _logs(bench)
    group = bench.client.make(GROUP, "streams", {"name": "/shop/dev/streams"})

    def look(kept: Kept) -> dict[str, object] | None:
        streams = logs.describe_log_streams(logGroupName=group.id)["logStreams"]
        return next(({**item} for item in streams if item.get("logStreamName") == kept.id), None)

    kept = obeys(
        bench,
        STREAM,
        "stream",
        {"logGroupName": group.id, "name": "one"},
        look=look,
        seen={"logStreamName": "one"},
        imported=lambda _kept: "/shop/dev/streams:one",
    )
    assert kept.outputs["arn"] == f"{_ARN}/shop/dev/streams:log-stream:one"
    bench.client.delete(group)


def test_metric_filter(bench: Bench) -> None:
    logs = _logs(bench)
    group = bench.client.make(GROUP, "metrics", {"name": "/shop/dev/metrics"})

    def look(kept: Kept) -> dict[str, object] | None:
        found = logs.describe_metric_filters(logGroupName=group.id, filterNamePrefix=kept.id)["metricFilters"]
        return next(({**{k: v for k, v in item.items() if k != "creationTime"}} for item in found), None)

    block = {"name": "Errors", "namespace": "shop", "value": "1"}
    inputs = {"logGroupName": group.id, "name": "errors", "pattern": "ERROR", "metricTransformation": block}
    first = {"metricName": "Errors", "metricNamespace": "shop", "metricValue": "1"}
    obeys(
        bench,
        METRIC,
        "errors",
        {**inputs, "metricTransformation": {**block, "defaultValue": "0"}},
        look=look,
        seen={"filterPattern": "ERROR", "metricTransformations": [{**first, "defaultValue": 0.0}]},
        changes=[
            (
                {
                    **inputs,
                    "pattern": "{ $.level = ERROR }",
                    "metricTransformation": {**block, "unit": "Count", "dimensions": {"route": "$.route"}},
                    "applyOnTransformedLogs": True,
                },
                {
                    "filterPattern": "{ $.level = ERROR }",
                    "metricTransformations": [{**first, "unit": "Count", "dimensions": {"route": "$.route"}}],
                    "applyOnTransformedLogs": True,
                },
            ),
            ({**inputs, "pattern": ""}, {"filterPattern": "", "metricTransformations": [first]}),
        ],
        drift=lambda _kept: logs.put_metric_filter(
            logGroupName=group.id,
            filterName="errors",
            filterPattern="WARN",
            metricTransformations=[{"metricName": "Errors", "metricNamespace": "shop", "metricValue": "2"}],
        ),
        imported=lambda _kept: "/shop/dev/metrics:errors",
    )
    bench.client.delete(group)


def test_subscription_filter(bench: Bench) -> None:
    logs = _logs(bench)
    group = bench.client.make(GROUP, "passed", {"name": "/shop/dev/passed"})
    first, stream = (f"arn:aws:kinesis:{REGION}:{ACCOUNT}:stream/shop-dev-{name}" for name in ("one", "two"))
    roles = [f"arn:aws:iam::{ACCOUNT}:role/shop-dev-{name}" for name in ("one", "two")]

    def look(_kept: Kept) -> dict[str, object] | None:
        found = logs.describe_subscription_filters(logGroupName=group.id)["subscriptionFilters"]
        return next(({**{k: v for k, v in item.items() if k != "creationTime"}} for item in found), None)

    inputs = {
        "logGroup": group.id,
        "name": "all",
        "destinationArn": first,
        "roleArn": roles[0],
        "filterPattern": "",
    }
    kept = obeys(
        bench,
        SUBSCRIPTION,
        "all",
        inputs,
        look=look,
        seen={"destinationArn": first, "roleArn": roles[0], "distribution": "ByLogStream"},
        changes=[
            (
                {
                    **inputs,
                    "destinationArn": stream,
                    "roleArn": roles[1],
                    "distribution": "Random",
                    "filterPattern": "ERROR",
                    "emitSystemFields": ["@aws.account"],
                    "applyOnTransformedLogs": True,
                },
                {
                    "destinationArn": stream,
                    "roleArn": roles[1],
                    "distribution": "Random",
                    "filterPattern": "ERROR",
                    "emitSystemFields": ["@aws.account"],
                    "applyOnTransformedLogs": True,
                },
            ),
        ],
        drift=lambda _kept: logs.put_subscription_filter(
            logGroupName=group.id, filterName="all", filterPattern="x", destinationArn=first
        ),
        imported=lambda _kept: "/shop/dev/passed|all",
    )
    assert kept.id.startswith("cwlsf-")
    bench.client.delete(group)


def test_third_subscription_of_a_group_is_refused(bench: Bench) -> None:
    group = bench.client.make(GROUP, "many", {"name": "/shop/dev/many"})
    inputs: Props = {
        "logGroup": group.id,
        "destinationArn": f"arn:aws:kinesis:{REGION}:{ACCOUNT}:stream/shop-dev-one",
        "roleArn": f"arn:aws:iam::{ACCOUNT}:role/shop-dev-one",
        "filterPattern": "",
    }
    for name in ("one", "two"):
        bench.client.make(SUBSCRIPTION, name, {**inputs, "name": name})
    with pytest.raises(grpc.RpcError, match="LimitExceededException"):
        bench.client.make(SUBSCRIPTION, "three", {**inputs, "name": "three"})
    bench.client.delete(group)


@pytest.mark.parametrize("scope", ["ACCOUNT", "RESOURCE"])
def test_resource_policy(bench: Bench, scope: str) -> None:
    logs = _logs(bench)
    group = bench.client.make(GROUP, f"of-{scope}", {"name": f"/shop/dev/policy-{scope}"})
    arn = f"{group.outputs['arn']}"
    whose = {"policyName": "shop-dev-events"} if scope == "ACCOUNT" else {"resourceArn": arn}
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": "events.amazonaws.com"},
        "Action": "logs:PutLogEvents",
        "Resource": "*",
    }
    one = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    two = json.dumps({"Version": "2012-10-17", "Statement": [{**statement, "Sid": "two"}]})

    def found() -> dict[str, object] | None:
        if scope == "ACCOUNT":
            policies = logs.describe_resource_policies()["resourcePolicies"]
        else:
            policies = logs.describe_resource_policies(resourceArn=arn, policyScope="RESOURCE")[
                "resourcePolicies"
            ]
        return next(({**item} for item in policies), None)

    def look(_kept: Kept) -> dict[str, object] | None:
        policy = found()
        return policy and {key: policy.get(key) for key in ("policyDocument", "policyScope")}

    def drift(_kept: Kept) -> None:
        policy = found()
        assert policy is not None
        if scope == "ACCOUNT":
            logs.put_resource_policy(policyName="shop-dev-events", policyDocument=two)
        else:
            revision = str(policy["revisionId"])
            logs.put_resource_policy(resourceArn=arn, policyDocument=two, expectedRevisionId=revision)

    obeys(
        bench,
        POLICY,
        f"policy-{scope}",
        {**whose, "policyDocument": one},
        look=look,
        seen={"policyDocument": one, "policyScope": scope},
        changes=[({**whose, "policyDocument": two}, {"policyDocument": two})],
        drift=drift,
    )
    bench.client.delete(group)
