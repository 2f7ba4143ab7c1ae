"""What a new resource looks like: names, ids, ARNs, URLs, defaults, in both preview modes."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

import grpc
import pytest

from pavedroad.provider import sdk
from tests.support.provider import (
    ACCOUNT,
    FUNCTION,
    FUNCTION_INPUTS,
    QUEUE,
    REGION,
    UNKNOWN,
    provider,
    secret,
)
from tests.unit.provider.good_resources import ALLOW, TRUST

if TYPE_CHECKING:
    from tests.support.provider import Client, Props

ARN = f"arn:aws:{{}}:{REGION}:{ACCOUNT}:{{}}"
ARCHIVE: Props = {
    "4dabf18193072939515e22adb298388d": "0def7320c3a5731c473e5ecbe6d01bc7",
    "hash": "aa",
    "path": "x.zip",
}

CASES: list[tuple[str, Props, str, str]] = [
    (
        QUEUE,
        {"name": "orders"},
        f"https://sqs.{REGION}.amazonaws.com/{ACCOUNT}/orders",
        ARN.format("sqs", "orders"),
    ),
    (FUNCTION, {**FUNCTION_INPUTS, "name": "f"}, "f", ARN.format("lambda", "function:f")),
    (
        "aws:lambda/alias:Alias",
        {"functionName": ARN.format("lambda", "function:f"), "functionVersion": UNKNOWN, "name": "live"},
        ARN.format("lambda", "function:f:live"),
        ARN.format("lambda", "function:f:live"),
    ),
    ("aws:iam/role:Role", {"name": "r", "assumeRolePolicy": TRUST}, "r", f"arn:aws:iam::{ACCOUNT}:role/r"),
    (
        "aws:iam/policy:Policy",
        {"name": "p", "path": "/app/", "policy": ALLOW},
        f"arn:aws:iam::{ACCOUNT}:policy/app/p",
        f"arn:aws:iam::{ACCOUNT}:policy/app/p",
    ),
    (
        "aws:dynamodb/table:Table",
        {
            "name": "orders",
            "hashKey": "id",
            "attributes": [{"name": "id", "type": "S"}],
            "billingMode": "PAY_PER_REQUEST",
        },
        "orders",
        ARN.format("dynamodb", "table/orders"),
    ),
    (
        "aws:sfn/stateMachine:StateMachine",
        {
            "name": "flow",
            "roleArn": f"arn:aws:iam::{ACCOUNT}:role/r",
            "definition": '{"StartAt": "A", "States": {"A": {"Type": "Succeed"}}}',
        },
        ARN.format("states", "stateMachine:flow"),
        ARN.format("states", "stateMachine:flow"),
    ),
    (
        "aws:cloudwatch/logGroup:LogGroup",
        {"name": "/aws/lambda/f"},
        "/aws/lambda/f",
        ARN.format("logs", "log-group:/aws/lambda/f"),
    ),
    ("aws:s3/bucket:Bucket", {"bucket": "shop-artifacts"}, "shop-artifacts", "arn:aws:s3:::shop-artifacts"),
    ("aws:sns/topic:Topic", {"name": "alarms"}, ARN.format("sns", "alarms"), ARN.format("sns", "alarms")),
    (
        "aws:cloudwatch/metricAlarm:MetricAlarm",
        {
            "name": "dlq",
            "comparisonOperator": "GreaterThanThreshold",
            "evaluationPeriods": 1,
            "metricName": "Errors",
            "namespace": "AWS/Lambda",
            "period": 60,
            "statistic": "Sum",
            "threshold": 1,
        },
        "dlq",
        ARN.format("cloudwatch", "alarm:dlq"),
    ),
    (
        "aws:kms/alias:Alias",
        {"name": "alias/shop", "targetKeyId": "k"},
        "alias/shop",
        ARN.format("kms", "alias/shop"),
    ),
    (
        "aws:signer/signingProfile:SigningProfile",
        {"name": "shop_dev", "platformId": "AWSLambda-SHA384-ECDSA"},
        "shop_dev",
        ARN.format("signer", "/signing-profiles/shop_dev"),
    ),
    ("aws:ecs/cluster:Cluster", {"name": "c"}, "c", ARN.format("ecs", "cluster/c")),
]


@pytest.mark.parametrize(("token", "inputs", "identity", "arn"), CASES, ids=[case[0] for case in CASES])
def test_id_and_arn_have_the_form_of_aws(
    aws: Client, token: str, inputs: Props, identity: str, arn: str
) -> None:
    made = aws.plan(token, "x", inputs)

    assert made.id == identity
    assert made.outputs["arn"] == arn


@pytest.mark.parametrize(
    "token", [QUEUE, FUNCTION, "aws:iam/role:Role", "aws:s3/bucket:Bucket", "aws:msk/cluster:Cluster"]
)
def test_every_output_of_the_type_is_there(aws: Client, token: str) -> None:
    outputs = aws.create(token, "x", {"name": "n"}).outputs

    assert set(sdk.shape(token).outputs) <= set(outputs)


def test_inputs_are_echoed_with_secrets_and_archives_intact(aws: Client) -> None:
    inputs: Props = {
        **{key: value for key, value in FUNCTION_INPUTS.items() if not key.startswith("s3")},
        "code": ARCHIVE,
        "environment": {"variables": {"TOKEN": secret("hidden"), "URL": UNKNOWN}},
    }

    made = aws.plan(FUNCTION, "f", inputs)

    assert made.outputs["code"] == ARCHIVE
    assert made.outputs["environment"] == inputs["environment"]


def test_defaults_of_aws_are_filled_into_outputs_not_into_inputs(aws: Client) -> None:
    checked = aws.check(QUEUE, "orders", {"name": "orders"})
    outputs = aws.create(QUEUE, "orders", checked.inputs).outputs

    assert checked.shown == {"name": "orders"}
    assert outputs["visibilityTimeoutSeconds"] == 30
    assert outputs["messageRetentionSeconds"] == 345600
    assert outputs["sqsManagedSseEnabled"] is True


def test_a_partly_given_block_is_completed(aws: Client) -> None:
    outputs = aws.plan(
        FUNCTION, "f", {**FUNCTION_INPUTS, "name": "f", "loggingConfig": {"logFormat": "JSON"}}
    ).outputs

    assert outputs["loggingConfig"] == {"logFormat": "JSON", "logGroup": "/aws/lambda/f"}


def test_what_aws_counts_stays_unknown_in_a_preview(aws: Client) -> None:
    outputs = aws.plan(FUNCTION, "f", {**FUNCTION_INPUTS, "publish": True}).outputs

    assert [outputs[key] for key in ("version", "qualifiedArn", "lastModified")] == [UNKNOWN] * 3


def test_a_function_that_publishes_nothing_is_latest(aws: Client) -> None:
    assert aws.plan(FUNCTION, "f", FUNCTION_INPUTS).outputs["version"] == "$LATEST"


def test_generated_ids_are_stable_and_differ_by_name_and_account(aws: Client) -> None:
    token = "aws:lambda/codeSigningConfig:CodeSigningConfig"
    inputs: Props = {"allowedPublishers": {"signingProfileVersionArns": []}}
    first = str(aws.create(token, "a", inputs).outputs["configId"])
    other_account = "444455556666"
    with provider(account=other_account) as other:
        elsewhere = str(other.create(token, "a", inputs).outputs["configId"])

    beside = str(aws.create(token, "b", inputs).outputs["configId"])

    assert first == aws.create(token, "a", inputs).outputs["configId"]
    assert len({first, beside, elsewhere}) == 3
    assert first.startswith("csc-")
    assert len(first) == len("csc-") + 17


def test_a_signing_job_says_where_the_signed_archive_will_be(aws: Client) -> None:
    made = aws.plan(
        "aws:signer/signingJob:SigningJob",
        "job",
        {
            "profileName": "shop_dev",
            "source": {"s3": {"bucket": "b", "key": "k", "version": "v"}},
            "destination": {"s3": {"bucket": "b", "prefix": "signed/"}},
        },
    )

    assert made.outputs["signedObjects"] == [{"s3s": [{"bucket": "b", "key": f"signed/{made.id}.zip"}]}]


def test_the_region_argument_wins_over_the_provider(aws: Client) -> None:
    made = aws.plan(QUEUE, "orders", {"name": "orders", "region": "eu-central-1"})

    assert made.outputs["arn"] == f"arn:aws:sqs:eu-central-1:{ACCOUNT}:orders"
    assert made.outputs["region"] == "eu-central-1"


def test_the_partition_follows_the_region() -> None:
    with provider(region="cn-north-1") as china:
        made = china.plan(QUEUE, "orders", {"name": "orders"})

    assert made.outputs["arn"] == f"arn:aws-cn:sqs:cn-north-1:{ACCOUNT}:orders"
    assert made.id == f"https://sqs.cn-north-1.amazonaws.com.cn/{ACCOUNT}/orders"


def test_default_tags_lie_under_the_resources_own(aws: Client) -> None:
    aws.configure(region=REGION, defaultTags='{"tags": {"team": "road", "stage": "dev"}}')

    outputs = aws.plan(QUEUE, "orders", {"tags": {"stage": "test"}}).outputs

    assert outputs["tags"] == {"stage": "test"}
    assert outputs["tagsAll"] == {"team": "road", "stage": "test"}


def test_without_an_account_the_sandbox_one_is_taken(aws: Client) -> None:
    aws.configure(region=REGION)

    assert aws.plan(QUEUE, "q", {"name": "q"}).outputs["arn"] == f"arn:aws:sqs:{REGION}:000000000000:q"


def test_an_unknown_name_makes_arn_and_id_unknown(aws: Client) -> None:
    made = aws.plan(QUEUE, "orders", {"name": UNKNOWN})

    assert made.id == ""
    assert made.outputs["arn"] == UNKNOWN


def test_honest_mode_knows_inputs_and_defaults_but_nothing_computed(honest: Client) -> None:
    made = honest.plan(QUEUE, "orders", {"delaySeconds": 5})

    assert made.id == ""
    assert made.outputs["delaySeconds"] == 5
    assert made.outputs["visibilityTimeoutSeconds"] == 30
    assert str(made.outputs["name"]).startswith("orders-")
    assert [made.outputs[key] for key in ("arn", "url", "sqsManagedSseEnabled")] == [UNKNOWN] * 3


def test_a_real_create_leaves_nothing_unknown_and_is_repeatable(aws: Client) -> None:
    inputs: Props = {**FUNCTION_INPUTS, "name": "f", "publish": True}

    first, second = (aws.create(FUNCTION, "f", inputs, preview=False) for _ in range(2))

    assert first == second
    assert UNKNOWN not in str(first.outputs)
    assert first.outputs["version"] == "1"


def test_a_resource_reference_is_taken_as_its_id(aws: Client) -> None:
    reference: Props = {
        "4dabf18193072939515e22adb298388d": "5cf8f73096256a8f31e491e813e4eb8e",
        "urn": "urn:pulumi:dev::shop::aws:iam/role:Role::r",
        "id": "shop-dev-role",
    }

    checked = aws.check(
        "aws:iam/rolePolicyAttachment:RolePolicyAttachment", "a", {"role": reference, "policyArn": UNKNOWN}
    )

    assert checked.inputs["role"] == "shop-dev-role"


def test_a_policy_given_as_an_object_becomes_json_text(aws: Client) -> None:
    document: Props = {"Version": "2012-10-17", "Statement": []}

    checked = aws.check("aws:iam/rolePolicy:RolePolicy", "p", {"role": "r", "policy": document})

    assert checked.inputs["policy"] == '{"Statement":[],"Version":"2012-10-17"}'


def test_a_type_that_the_sdk_lacks_is_refused_by_name(aws: Client) -> None:
    with pytest.raises(grpc.RpcError) as caught:
        aws.create("aws:sqs/pipe:Pipe", "x", {})

    assert "aws:sqs/pipe:Pipe is no resource type of pulumi-aws" in str(
        cast("grpc.Call", caught.value).details()
    )
