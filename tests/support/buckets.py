"""Buckets for the tests of what S3 keeps beside them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from tests.support.provider import ACCOUNT, REGION

if TYPE_CHECKING:
    from collections.abc import Callable

    from mypy_boto3_s3 import S3Client

    from tests.support.live import Bench


def s3_of(bench: Bench) -> S3Client:
    """S3 in the account and region of the provider under test."""
    return bench.cloud.client("s3", ACCOUNT)


def make_bucket(s3: S3Client, name: str) -> str:
    """A new bucket; its name."""
    s3.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": REGION})
    return name


def or_none(look: Callable[[], dict[str, object]]) -> dict[str, object] | None:
    """What is looked at; None when S3 has nothing there."""
    try:
        return look()
    except ClientError:
        return None


def bucket_policy(bucket: str, effect: str = "Deny", **who: str) -> str:
    """A policy on a bucket and its objects that goes by whether a request came over TLS."""
    statement = {
        "Effect": effect,
        "Action": "s3:*",
        "Resource": [f"arn:aws:s3:::{bucket}", f"arn:aws:s3:::{bucket}/*"],
        "Principal": who or "*",
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})
