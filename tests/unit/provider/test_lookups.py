"""Data sources: who and where we are, and IAM documents in the official provider's form."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, cast
from zlib import crc32

import grpc
import pytest

from tests.support.provider import ACCOUNT, REGION, UNKNOWN, provider, secret

if TYPE_CHECKING:
    from tests.support.provider import Client, Plain, Props

DOCUMENT = "aws:iam/getPolicyDocument:getPolicyDocument"


def document(aws: Client, *statements: Plain, **arguments: Plain) -> Props:
    return aws.invoke(DOCUMENT, {"statements": list(statements), **arguments})


def test_who_and_where(aws: Client) -> None:
    caller = aws.invoke("aws:index/getCallerIdentity:getCallerIdentity", {})
    region = aws.invoke("aws:index/getRegion:getRegion", {})
    partition = aws.invoke("aws:index/getPartition:getPartition", {})

    assert caller["accountId"] == ACCOUNT
    assert caller["arn"] == f"arn:aws:iam::{ACCOUNT}:root"
    assert (region["region"], region["name"], region["description"]) == (REGION, REGION, "Europe (Ireland)")
    assert (partition["partition"], partition["reverseDnsPrefix"]) == ("aws", "com.amazonaws")


def test_zones_follow_the_region(aws: Client) -> None:
    zones = aws.invoke(
        "aws:index/getAvailabilityZones:getAvailabilityZones", {"excludeNames": ["eu-west-1b"]}
    )
    virginia = aws.invoke("aws:index/getAvailabilityZones:getAvailabilityZones", {"region": "us-east-1"})
    zone = aws.invoke("aws:index/getAvailabilityZone:getAvailabilityZone", {"name": "eu-west-1c"})

    assert zones["names"] == ["eu-west-1a", "eu-west-1c"]
    assert zones["zoneIds"] == ["euw1-az1", "euw1-az3"]
    assert len(cast("list[str]", virginia["names"])) == 6
    assert (zone["zoneId"], zone["nameSuffix"]) == ("euw1-az3", "c")


def test_a_document_is_written_as_the_official_provider_writes_it(aws: Client) -> None:
    result = document(
        aws,
        {
            "sid": "Send",
            "actions": ["sqs:SendMessage"],
            "resources": ["arn:aws:sqs:eu-west-1:1:b", "arn:aws:sqs:eu-west-1:1:c"],
            "principals": [{"type": "Service", "identifiers": ["a.amazonaws.com", "b.amazonaws.com"]}],
            "conditions": [{"test": "StringEquals", "variable": "aws:SourceAccount", "values": ["1"]}],
        },
    )

    expected = """{
  "Version": "2012-10-17",
  "Statement": [
    {
      "Sid": "Send",
      "Effect": "Allow",
      "Action": "sqs:SendMessage",
      "Resource": [
        "arn:aws:sqs:eu-west-1:1:c",
        "arn:aws:sqs:eu-west-1:1:b"
      ],
      "Principal": {
        "Service": [
          "b.amazonaws.com",
          "a.amazonaws.com"
        ]
      },
      "Condition": {
        "StringEquals": {
          "aws:SourceAccount": "1"
        }
      }
    }
  ]
}"""
    assert result["json"] == expected
    assert result["minifiedJson"] == json.dumps(json.loads(expected), separators=(",", ":"))
    assert result["id"] == str(crc32(expected.encode()))


@pytest.mark.parametrize(
    ("principals", "expected"),
    [
        ([{"type": "*", "identifiers": ["*"]}], "*"),
        ([{"type": "AWS", "identifiers": ["*"]}], {"AWS": "*"}),
        ([{"type": "AWS", "identifiers": ["1"]}, {"type": "AWS", "identifiers": ["2"]}], {"AWS": ["1", "2"]}),
        (
            [{"type": "Service", "identifiers": ["s"]}, {"type": "AWS", "identifiers": ["2", "3"]}],
            {"AWS": ["3", "2"], "Service": "s"},
        ),
    ],
)
def test_principals(aws: Client, principals: Plain, expected: Plain) -> None:
    result = document(aws, {"actions": ["*"], "principals": principals})

    assert json.loads(str(result["json"]))["Statement"][0]["Principal"] == expected


def test_condition_values_keep_their_order_and_are_joined(aws: Client) -> None:
    conditions: Plain = [
        {"test": "StringLike", "variable": "aws:x", "values": ["b", "a"]},
        {"test": "StringLike", "variable": "aws:x", "values": ["c"]},
    ]

    result = document(aws, {"actions": ["*"], "conditions": conditions})

    assert json.loads(str(result["json"]))["Statement"][0]["Condition"] == {
        "StringLike": {"aws:x": ["b", "a", "c"]}
    }


def test_policy_variables_and_escapes(aws: Client) -> None:
    result = document(aws, {"actions": ["*"], "resources": ["arn:aws:s3:::b/&{aws:username}/<x>"]})

    assert '"Resource": "arn:aws:s3:::b/${aws:username}/\\u003cx\\u003e"' in str(result["json"])


def test_sources_come_first_and_overrides_replace_by_sid(aws: Client) -> None:
    source = json.dumps(
        {"Version": "2008-10-17", "Id": "s", "Statement": {"Sid": "A", "Effect": "Deny", "Action": "x"}}
    )
    override = json.dumps({"Statement": [{"Sid": "A", "Effect": "Allow", "Action": "y"}]})

    result = document(
        aws,
        {"sid": "B", "actions": ["z"]},
        sourcePolicyDocuments=[source],
        overridePolicyDocuments=[override],
    )

    written = json.loads(str(result["json"]))
    assert [(item["Sid"], item["Action"]) for item in written["Statement"]] == [("A", "y"), ("B", "z")]
    assert (written["Version"], written["Id"]) == ("2012-10-17", "s")


def test_unknown_arguments_make_an_unknown_document(aws: Client) -> None:
    assert document(aws, {"actions": ["*"], "resources": [UNKNOWN]})["json"] == UNKNOWN


def test_secret_arguments_make_a_secret_document(aws: Client) -> None:
    written = document(aws, {"actions": ["*"], "resources": [secret("arn:aws:s3:::hidden")]})["json"]

    assert isinstance(written, dict)
    assert "arn:aws:s3:::hidden" in str(written["value"])


@pytest.mark.parametrize(
    ("token", "arguments", "words"),
    [
        ("aws:ec2/getVpc:getVpc", {}, "aws:ec2/getVpc:getVpc needs a look into an AWS account"),
        ("aws:ec2/getVpc:getVpc", {}, "aws:index/getCallerIdentity:getCallerIdentity"),
        (DOCUMENT, {"statements": [{"sid": "A"}, {"sid": "A"}]}, "the Sid 'A' is there twice"),
        (DOCUMENT, {"sourcePolicyDocuments": ["{"]}, "sourcePolicyDocuments[0]: got text that is no JSON"),
        (
            DOCUMENT,
            {"version": "2008-10-17", "statements": [{"resources": ["&{aws:username}"]}]},
            "has no meaning in version 2008-10-17",
        ),
        (
            "aws:index/getAvailabilityZone:getAvailabilityZone",
            {"name": "eu-west-1z"},
            "eu-west-1a, eu-west-1b",
        ),
    ],
)
def test_refusals_name_what_and_why(aws: Client, token: str, arguments: Props, words: str) -> None:
    with pytest.raises(grpc.RpcError) as caught:
        aws.invoke(token, arguments)

    assert words in str(cast("grpc.Call", caught.value).details())


def test_the_partition_of_china() -> None:
    with provider(region="cn-north-1") as china:
        answer = china.invoke("aws:index/getPartition:getPartition", {})

    assert (answer["partition"], answer["dnsSuffix"]) == ("aws-cn", "amazonaws.com.cn")
