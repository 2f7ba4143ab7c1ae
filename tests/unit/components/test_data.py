"""What holds data: table, key and artifact bucket."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from components._platform import Tier
from components.data.artifact_bucket import ArtifactBucket, ArtifactBucketArgs
from components.data.key import EncryptionKey, EncryptionKeyArgs
from components.data.table import Table, TableArgs
from components.observability.metric import Metric
from tests.support.components import KEY_ARN, SCOPE, platform
from tests.support.mocks import Recording, record

TABLE_ARN = "arn:aws:dynamodb:eu-west-1:111122223333:table/pavedroad-dev-orders"
BUCKET = "pavedroad-dev-artifacts-111122223333-eu-west-1"
ARGS = TableArgs(platform=platform(), hash_key="order_id")


def table_run(args: TableArgs = ARGS, *, preview: bool = True) -> Recording:
    return record(lambda: {"arn": (t := Table("orders", args)).arn, "name": t.name}, preview=preview)


def bucket_run(tier: Tier = Tier.DEVELOPMENT) -> Recording:
    args = ArtifactBucketArgs(scope=SCOPE, tier=tier)
    return record(lambda: {"name": ArtifactBucket("artifacts", args).name}, preview=True)


def test_a_table_is_on_demand_and_recoverable(*, preview: bool) -> None:
    run = table_run(preview=preview)

    assert run.one("aws:dynamodb/table:Table").inputs == {
        "name": "pavedroad-dev-orders",
        "billingMode": "PAY_PER_REQUEST",
        "attributes": [{"name": "order_id", "type": "S"}],
        "hashKey": "order_id",
        "pointInTimeRecovery": {"enabled": True},
        "deletionProtectionEnabled": False,
    }
    assert run.values == {"arn": TABLE_ARN, "name": "pavedroad-dev-orders"}


def test_options_of_a_table_reach_it() -> None:
    args = replace(ARGS, range_key="line", ttl_attribute="expires_at", kms_key_arn=KEY_ARN)
    inputs = table_run(args).one("aws:dynamodb/table:Table").inputs

    assert inputs["rangeKey"] == "line"
    assert [a["name"] for a in inputs["attributes"]] == ["order_id", "line"]
    assert inputs["ttl"] == {"enabled": True, "attributeName": "expires_at"}
    assert inputs["serverSideEncryption"] == {"enabled": True, "kmsKeyArn": KEY_ARN}


@pytest.mark.parametrize("tier", Tier)
def test_production_protects_a_table_twice(tier: Tier) -> None:
    table = table_run(replace(ARGS, platform=platform(tier))).one("aws:dynamodb/table:Table")

    assert table.protect == table.inputs["deletionProtectionEnabled"] == (tier is Tier.PRODUCTION)


def test_grants_of_a_table_name_exact_actions() -> None:
    granted: dict[str, Any] = {}

    def make() -> None:
        table = Table("orders", replace(ARGS, kms_key_arn=KEY_ARN))
        granted.update(read=table.allow_read(), write=table.allow_write(), update=table.allow_update())

    record(make, preview=True)
    assert {name: statements[0].actions for name, statements in granted.items()} == {
        "read": ("dynamodb:GetItem",),
        "write": ("dynamodb:PutItem", "dynamodb:GetItem"),
        "update": ("dynamodb:UpdateItem",),
    }
    assert {statements[0].resources for statements in granted.values()} == {(TABLE_ARN,)}
    assert {name: statements[1].actions for name, statements in granted.items()} == {
        "read": ("kms:Decrypt",),
        "write": ("kms:Decrypt", "kms:GenerateDataKey"),
        "update": ("kms:Decrypt", "kms:GenerateDataKey"),
    }


def test_a_metric_of_a_table_names_it() -> None:
    metrics: list[Metric] = []
    record(lambda: metrics.append(Table("orders", ARGS).metric("ThrottledRequests")), preview=True)

    assert metrics == [
        Metric(
            namespace="AWS/DynamoDB",
            name="ThrottledRequests",
            dimensions={"TableName": "pavedroad-dev-orders"},
        )
    ]


def test_keys_that_could_not_work_are_refused() -> None:
    with pytest.raises(ValueError, match="hash_key: got ''"):
        replace(ARGS, hash_key="")
    with pytest.raises(ValueError, match="hash_key: got 'order_id'"):
        replace(ARGS, range_key="order_id")
    with pytest.raises(ValueError, match="kms_key_arn: got 'alias/x'"):
        replace(ARGS, kms_key_arn="alias/x")


@pytest.mark.parametrize("tier", Tier)
def test_a_key_is_rotated_each_year_and_protected_in_production(tier: Tier) -> None:
    args = EncryptionKeyArgs(scope=SCOPE, tier=tier, description="Data at rest")
    run = record(lambda: {"alias": EncryptionKey("key", args).alias_name}, preview=True)
    key = run.one("aws:kms/key:Key")

    assert (key.inputs["enableKeyRotation"], key.inputs["rotationPeriodInDays"]) == (True, 365)
    assert key.inputs["deletionWindowInDays"] == 30
    assert key.protect == (tier is Tier.PRODUCTION)
    assert run.values["alias"] == "alias/pavedroad-dev-key"


def test_the_key_policy_lets_in_the_account_its_alarms_and_its_log_groups() -> None:
    args = EncryptionKeyArgs(scope=SCOPE, tier=Tier.DEVELOPMENT, description="Data at rest")
    run = record(lambda: {"arn": EncryptionKey("key", args).arn}, preview=True)
    account, alarms, logs = run.one("aws:kms/key:Key").document("policy")["Statement"]

    assert account["Principal"] == {"AWS": "arn:aws:iam::111122223333:root"}
    assert alarms["Principal"] == {"Service": "cloudwatch.amazonaws.com"}
    assert alarms["Action"] == ["kms:Decrypt", "kms:GenerateDataKey"]
    assert alarms["Condition"] == {"StringEquals": {"aws:SourceAccount": "111122223333"}}
    assert logs["Principal"] == {"Service": "logs.eu-west-1.amazonaws.com"}
    assert logs["Condition"] == {
        "ArnLike": {"kms:EncryptionContext:aws:logs:arn": "arn:aws:logs:eu-west-1:111122223333:log-group:*"}
    }


def test_the_artifact_bucket_is_private_versioned_encrypted_and_tidy() -> None:
    run = bucket_run()

    assert run.values["name"] == run.one("aws:s3/bucket:Bucket").inputs["bucket"] == BUCKET
    assert run.one("aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock").inputs == {
        "bucket": BUCKET,
        "blockPublicAcls": True,
        "blockPublicPolicy": True,
        "ignorePublicAcls": True,
        "restrictPublicBuckets": True,
    }
    assert run.one("aws:s3/bucketVersioning:BucketVersioning").inputs["versioningConfiguration"] == {
        "status": "Enabled"
    }
    encryption = run.one(
        "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration"
    )
    assert encryption.inputs["rules"] == [{"applyServerSideEncryptionByDefault": {"sseAlgorithm": "AES256"}}]
    ownership = run.one("aws:s3/bucketOwnershipControls:BucketOwnershipControls")
    assert ownership.inputs["rule"] == {"objectOwnership": "BucketOwnerEnforced"}
    (rule,) = run.one("aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration").inputs["rules"]
    assert (rule["status"], rule["noncurrentVersionExpiration"]) == ("Enabled", {"noncurrentDays": 90})
    assert rule["abortIncompleteMultipartUpload"] == {"daysAfterInitiation": 7}


def test_the_bucket_policy_refuses_plain_connections_to_bucket_and_objects() -> None:
    run = bucket_run()
    policy = run.one("aws:s3/bucketPolicy:BucketPolicy")
    (statement,) = policy.document("policy")["Statement"]

    assert (statement["Effect"], statement["Action"]) == ("Deny", "s3:*")
    assert statement["Resource"] == [f"arn:aws:s3:::{BUCKET}", f"arn:aws:s3:::{BUCKET}/*"]
    assert run.depends(policy, run.one("aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock"))


@pytest.mark.parametrize("tier", Tier)
def test_production_keeps_the_bucket(tier: Tier) -> None:
    bucket = bucket_run(tier).one("aws:s3/bucket:Bucket")
    keep = tier is Tier.PRODUCTION

    assert (bucket.protect, bucket.inputs["forceDestroy"]) == (keep, not keep)


def test_a_bucket_keeps_replaced_versions_at_least_a_day() -> None:
    with pytest.raises(ValueError, match="noncurrent_days: got 0, allowed 1 or more"):
        ArtifactBucketArgs(scope=SCOPE, tier=Tier.DEVELOPMENT, noncurrent_days=0)
