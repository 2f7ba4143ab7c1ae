"""Layers in the local cloud."""

from __future__ import annotations

import base64
import hashlib
import json
from typing import TYPE_CHECKING

import grpc
import pytest

from pavedroad.provider.values import ARCHIVE, ASSET, SIGNATURE
from tests.support.cloud_functions import archive as zipped
from tests.support.lambda_cases import make, unique
from tests.support.live import obeys
from tests.support.provider import ACCOUNT, REGION

if TYPE_CHECKING:
    from tests.support.live import Bench, Seen
    from tests.support.provider import Kept, Props

pytestmark = pytest.mark.cloud
LAYER = "aws:lambda/layerVersion:LayerVersion"
GRANT = "aws:lambda/layerVersionPermission:LayerVersionPermission"
BLIND = frozenset({"code", "s3Bucket", "s3Key", "s3ObjectVersion", "skipDestroy", "sourceCodeHash"})


def _code(text: str = "WORD = 'layer'\n") -> Props:
    member: Props = {SIGNATURE: ASSET, "text": text, "hash": text}
    return {SIGNATURE: ARCHIVE, "assets": {"python/own_words.py": member}, "hash": text}


def _look(bench: Bench, kept: Kept) -> Seen | None:
    lambda_ = bench.cloud.client("lambda", ACCOUNT)
    name, version = kept.id.split(":")[-2:]
    try:
        found = lambda_.get_layer_version(LayerName=name, VersionNumber=int(version))
    except lambda_.exceptions.ResourceNotFoundException:
        return None
    return {**found, "CodeSha256": found["Content"].get("CodeSha256")}


def test_a_layer_version_obeys_the_law(bench: Bench) -> None:
    name = unique("layer")
    kept = obeys(
        bench,
        LAYER,
        "words",
        {
            "layerName": name,
            "code": _code(),
            "description": "words",
            "licenseInfo": "MIT",
            "compatibleRuntimes": ["python3.13", "python3.12"],
            "compatibleArchitectures": ["arm64"],
        },
        look=lambda kept: _look(bench, kept),
        seen={
            "Description": "words",
            "LicenseInfo": "MIT",
            "CompatibleRuntimes": ["python3.13", "python3.12"],
            "CompatibleArchitectures": ["arm64"],
        },
        blind=BLIND,
    )
    arn = f"arn:aws:lambda:{REGION}:{ACCOUNT}:layer:{name}"
    assert (kept.id, kept.outputs["arn"], kept.outputs["layerArn"]) == (f"{arn}:1", f"{arn}:1", arn)
    assert kept.outputs["version"] == "1"


def test_a_layer_from_s3_is_found_by_functions(bench: Bench) -> None:
    s3, bucket = bench.cloud.client("s3", ACCOUNT), unique("layers")
    s3.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": REGION})
    content = zipped({"python/own_words.py": "WORD = 'stored'\n"})
    s3.put_object(Bucket=bucket, Key="layer.zip", Body=content)
    made = bench.client.make(
        LAYER, "stored", {"layerName": unique("layer"), "s3Bucket": bucket, "s3Key": "layer.zip"}
    )
    source = "from own_words import WORD\n\ndef handle(event, context):\n    return WORD\n"
    text: Props = {SIGNATURE: ASSET, "text": source, "hash": source}
    code: Props = {SIGNATURE: ARCHIVE, "assets": {"app.py": text}, "hash": source}
    function = make(bench, layers=[made.id], code=code)

    assert made.outputs["codeSha256"] == base64.b64encode(hashlib.sha256(content).digest()).decode()
    assert made.outputs["sourceCodeSize"] == len(content)
    answer = bench.cloud.client("lambda", ACCOUNT).invoke(FunctionName=function.id)
    assert json.loads(answer["Payload"].read()) == "stored"


def test_versions_go_up_and_old_ones_may_stay(bench: Bench) -> None:
    name = unique("layer")
    first = bench.client.make(LAYER, "one", {"layerName": name, "code": _code(), "skipDestroy": True})
    second = bench.client.make(LAYER, "two", {"layerName": name, "code": _code("B = 2\n")})
    bench.client.delete(first)
    bench.client.delete(second)

    assert [kept.outputs["version"] for kept in (first, second)] == ["1", "2"]
    assert _look(bench, first) is not None
    assert _look(bench, second) is None


def test_whether_a_version_stays_is_decided_later(bench: Bench) -> None:
    wanted: Props = {"layerName": unique("layer"), "code": _code()}
    layer = bench.client.make(LAYER, "kept", wanted)
    granted: Props = {
        "layerName": wanted["layerName"],
        "versionNumber": 1,
        "statementId": "all",
        "action": "lambda:GetLayerVersion",
        "principal": "*",
    }
    grant = bench.client.make(GRANT, "kept", granted)
    grant = bench.client.change(grant, {**granted, "skipDestroy": True})
    layer = bench.client.change(layer, {**wanted, "skipDestroy": True})
    bench.client.delete(grant)
    bench.client.delete(layer)

    assert bench.client.refresh(grant).id == grant.id
    assert _look(bench, layer) is not None


def test_an_interrupted_layer_is_not_taken_for_an_older_one(bench: Bench) -> None:
    """The same name with other content is another version."""
    name = unique("layer")
    bench.client.make(LAYER, "older", {"layerName": name, "code": _code("A = 1\n"), "description": "a"})
    wanted: Props = {"layerName": name, "code": _code("B = 2\n"), "description": "a"}
    made = bench.client.make(LAYER, "newer", wanted)
    bench.cloud.client("lambda", ACCOUNT).delete_layer_version(LayerName=name, VersionNumber=2)
    bench.interrupt(made)

    assert bench.client.make(LAYER, "newer", wanted).outputs["version"] == "3"


def test_a_layer_whose_object_is_not_there_is_refused(bench: Bench) -> None:
    bucket = unique("none")
    with pytest.raises(grpc.RpcError, match="S3 Error Code: NoSuchBucket"):
        bench.client.make(LAYER, "no", {"layerName": unique("layer"), "s3Bucket": bucket, "s3Key": "x.zip"})


@pytest.mark.parametrize("by_arn", [False, True])
def test_a_grant_of_a_layer_obeys_the_law(bench: Bench, *, by_arn: bool) -> None:
    name = unique("layer")
    layer = bench.client.make(LAYER, f"granted-{by_arn}", {"layerName": name, "code": _code()})
    given = layer.outputs["layerArn"] if by_arn else name
    lambda_ = bench.cloud.client("lambda", ACCOUNT)

    def look(_kept: Kept) -> Seen | None:
        try:
            found = lambda_.get_layer_version_policy(LayerName=name, VersionNumber=1)
        except lambda_.exceptions.ResourceNotFoundException:
            return None
        return json.loads(found["Policy"])["Statement"][0]

    kept = obeys(
        bench,
        GRANT,
        f"grant-{by_arn}",
        {
            "layerName": given,
            "versionNumber": 1,
            "statementId": "other-account",
            "action": "lambda:GetLayerVersion",
            "principal": "999999999999",
        },
        look=look,
        seen={"Sid": "other-account", "Principal": {"AWS": "arn:aws:iam::999999999999:root"}},
        # AWS tells an account as its root user.
        blind=frozenset({"principal"}),
    )
    assert kept.id == f"{given},1"


def test_a_grant_to_an_organization_is_told(bench: Bench) -> None:
    name = unique("layer")
    bench.client.make(LAYER, "shared", {"layerName": name, "code": _code()})
    wanted: Props = {
        "layerName": name,
        "versionNumber": 1,
        "statementId": "all",
        "action": "lambda:GetLayerVersion",
        "principal": "*",
        "organizationId": "o-abcdefghij",
        "skipDestroy": True,
    }
    kept = bench.client.make(GRANT, "all", wanted)
    imported = bench.client.read(GRANT, "all", f"{name},1")

    assert bench.client.refresh(kept) == kept
    assert {key: imported.inputs.get(key) for key in wanted} == {**wanted, "skipDestroy": None}
    assert json.loads(str(kept.outputs["policy"]))["Statement"][0]["Sid"] == "all"
    bench.client.delete(kept)
    assert bench.client.refresh(kept).id == kept.id
