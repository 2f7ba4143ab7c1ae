"""Functions in the local cloud."""

from __future__ import annotations

import base64
import hashlib
import io
import json
import zipfile
from typing import TYPE_CHECKING

import grpc
import pytest

from pavedroad.provider.values import ARCHIVE, SIGNATURE
from tests.support.lambda_cases import SOURCE, archive, inputs, make, role, unique
from tests.support.live import obeys
from tests.support.provider import ACCOUNT, FUNCTION, REGION

if TYPE_CHECKING:
    from pathlib import Path

    from mypy_boto3_lambda.type_defs import EnvironmentTypeDef

    from tests.support.live import Bench, Seen
    from tests.support.provider import Kept, Plain, Props

pytestmark = pytest.mark.cloud
BLIND = frozenset(
    {"code", "s3Bucket", "s3Key", "s3ObjectVersion", "publish", "skipDestroy", "sourceCodeHash"}
)
ARN = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:"


def _look(bench: Bench, kept: Kept) -> Seen | None:
    lambda_ = bench.cloud.client("lambda", ACCOUNT)
    try:
        found = lambda_.get_function(FunctionName=kept.id)
    except lambda_.exceptions.ResourceNotFoundException:
        return None
    now = found["Configuration"]
    signing = lambda_.get_function_code_signing_config(FunctionName=kept.id)
    return {
        **{
            key: now.get(key)
            for key in ("Description", "Timeout", "MemorySize", "Runtime", "Handler", "Role", "CodeSha256")
        },
        "Architectures": now.get("Architectures"),
        "Variables": now.get("Environment", {}).get("Variables", {}),
        "Dead": now.get("DeadLetterConfig", {}).get("TargetArn", ""),
        "Layers": [layer.get("Arn") for layer in now.get("Layers", [])],
        "Storage": now.get("EphemeralStorage", {}).get("Size"),
        "Log": now.get("LoggingConfig"),
        "Tracing": now.get("TracingConfig", {}).get("Mode"),
        "Snap": now.get("SnapStart", {}).get("ApplyOn"),
        "Key": now.get("KMSKeyArn", ""),
        "Subnets": now.get("VpcConfig", {}).get("SubnetIds", []),
        "Reserved": found.get("Concurrency", {}).get("ReservedConcurrentExecutions"),
        "Signing": signing.get("CodeSigningConfigArn"),
        "Tags": found.get("Tags"),
    }


def _layer(bench: Bench) -> str:
    return bench.cloud.client("lambda", ACCOUNT).publish_layer_version(
        LayerName=unique("layer"), Content={"ZipFile": _zip({"python/own.py": "A = 1\n"})}
    )["LayerVersionArn"]


def _zip(files: dict[str, str]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as opened:
        for name, text in files.items():
            opened.writestr(zipfile.ZipInfo(name), text)
    return buffer.getvalue()


def _object(bench: Bench, bucket: str, key: str, source: str) -> str:
    s3 = bench.cloud.client("s3", ACCOUNT)
    if bucket not in [item.get("Name") for item in s3.list_buckets()["Buckets"]]:
        s3.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": REGION})
        s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    content = _zip({"app.py": source})
    return s3.put_object(Bucket=bucket, Key=key, Body=content)["VersionId"]


def _sha(kept: Kept) -> Plain:
    return kept.outputs["codeSha256"]


def test_a_function_with_every_setting_obeys_the_law(bench: Bench) -> None:
    plain = inputs(bench)
    signing = f"arn:aws:lambda:{REGION}:{ACCOUNT}:code-signing-config:csc-0123456789abcdef0"
    full = {
        **plain,
        "description": "what it does",
        "timeout": 20,
        "memorySize": 256,
        "runtime": "python3.12",
        "handler": "app.other",
        "architectures": ["arm64"],
        "environment": {"variables": {"TABLE": "orders", "SIZE": "3"}},
        "deadLetterConfig": {"targetArn": f"arn:aws:sqs:{REGION}:{ACCOUNT}:dead"},
        "layers": [_layer(bench)],
        "ephemeralStorage": {"size": 1024},
        "loggingConfig": {
            "logFormat": "JSON",
            "logGroup": "/own/group",
            "applicationLogLevel": "DEBUG",
            "systemLogLevel": "INFO",
        },
        "tracingConfig": {"mode": "Active"},
        "kmsKeyArn": f"arn:aws:kms:{REGION}:{ACCOUNT}:key/0",
        "vpcConfig": {"subnetIds": ["subnet-1", "subnet-2"], "securityGroupIds": ["sg-1"]},
        "reservedConcurrentExecutions": 5,
        "codeSigningConfigArn": signing,
        "tags": {"team": "shop"},
    }
    bare: dict[str, object] = {
        "Description": "",
        "Timeout": 3,
        "MemorySize": 128,
        "Runtime": "python3.13",
        "Handler": "app.handle",
        "Architectures": ["x86_64"],
        "Variables": {},
        "Dead": "",
        "Layers": [],
        "Storage": 512,
        "Tracing": "PassThrough",
        "Snap": "None",
        "Key": "",
        "Subnets": [],
        "Reserved": None,
        "Signing": "",
        "Tags": {},
    }
    seen: dict[str, object] = {
        "Description": "what it does",
        "Timeout": 20,
        "MemorySize": 256,
        "Runtime": "python3.12",
        "Handler": "app.other",
        "Architectures": ["arm64"],
        "Variables": {"TABLE": "orders", "SIZE": "3"},
        "Dead": f"arn:aws:sqs:{REGION}:{ACCOUNT}:dead",
        "Layers": full["layers"],
        "Storage": 1024,
        "Log": {
            "LogFormat": "JSON",
            "LogGroup": "/own/group",
            "ApplicationLogLevel": "DEBUG",
            "SystemLogLevel": "INFO",
        },
        "Tracing": "Active",
        "Key": f"arn:aws:kms:{REGION}:{ACCOUNT}:key/0",
        "Subnets": ["subnet-1", "subnet-2"],
        "Reserved": 5,
        "Signing": signing,
        "Tags": {"team": "shop"},
    }

    def drift(kept: Kept) -> None:
        lambda_ = bench.cloud.client("lambda", ACCOUNT)
        more: EnvironmentTypeDef = {"Variables": {"TABLE": "orders", "SIZE": "3", "MORE": "1"}}
        lambda_.update_function_configuration(FunctionName=kept.id, Timeout=9, Environment=more)
        lambda_.put_function_concurrency(FunctionName=kept.id, ReservedConcurrentExecutions=2)

    obeys(
        bench,
        FUNCTION,
        str(full["name"]),
        full,
        look=lambda kept: _look(bench, kept),
        seen=seen,
        changes=[(plain, bare)],
        drift=drift,
        blind=BLIND,
    )


def test_the_outputs_are_aws_s(bench: Bench) -> None:
    made = make(bench, publish=True)
    arn, name = made.outputs["arn"], made.id

    assert arn == f"{ARN}{name}"
    assert made.outputs["version"] == "1"
    assert made.outputs["qualifiedArn"] == f"{arn}:1"
    gateway = f"arn:aws:apigateway:{REGION}:lambda:path/2015-03-31/functions"
    assert made.outputs["invokeArn"] == f"{gateway}/{arn}/invocations"
    assert made.outputs["qualifiedInvokeArn"] == f"{gateway}/{arn}:1/invocations"
    assert made.outputs["tagsAll"] == {}
    found = bench.cloud.client("lambda", ACCOUNT).get_function(FunctionName=name)["Configuration"]
    assert (_sha(made), made.outputs["sourceCodeSize"]) == (found.get("CodeSha256"), found.get("CodeSize"))
    assert found.get("State") == "Active"


def test_only_a_change_publishes(bench: Bench) -> None:
    """Tags and reservations are not in a version; code and settings are."""
    wanted = inputs(bench, publish=True)
    made = bench.client.make(FUNCTION, "p", wanted)
    tagged = bench.client.change(made, {**wanted, "tags": {"a": "b"}, "reservedConcurrentExecutions": 1})
    timed = bench.client.change(tagged, {**wanted, "timeout": 9})
    coded = bench.client.change(timed, {**wanted, "timeout": 9, "code": archive("A = 1\n")})

    versions = [kept.outputs["version"] for kept in (made, tagged, timed, coded)]
    assert versions == ["1", "1", "2", "3"]
    assert len({str(_sha(kept)) for kept in (made, timed, coded)}) == 2


def test_an_interrupted_create_publishes_no_second_version(bench: Bench) -> None:
    wanted = inputs(bench, publish=True)
    made = bench.client.make(FUNCTION, "i", wanted)
    bench.interrupt(made)

    assert bench.client.make(FUNCTION, "i", wanted).outputs["version"] == "1"


def test_the_same_code_under_another_key_is_no_new_version(bench: Bench) -> None:
    bucket = unique("code")
    _object(bench, bucket, "one.zip", SOURCE)
    _object(bench, bucket, "two.zip", SOURCE)
    plain = {key: value for key, value in inputs(bench).items() if key != "code"}
    wanted = {**plain, "publish": True, "s3Bucket": bucket, "s3Key": "one.zip"}
    made = bench.client.make(FUNCTION, "k", wanted)
    moved = bench.client.change(made, {**wanted, "s3Key": "two.zip"})

    assert moved.outputs["version"] == "1"


def test_code_comes_from_the_version_of_an_object(bench: Bench) -> None:
    bucket = unique("code")
    first = _object(bench, bucket, "app.zip", SOURCE)
    _object(bench, bucket, "app.zip", "def handle(event, context):\n    return 'second'\n")
    plain = {key: value for key, value in inputs(bench).items() if key != "code"}
    wanted = {**plain, "s3Bucket": bucket, "s3Key": "app.zip", "s3ObjectVersion": first}
    made = bench.client.make(FUNCTION, "o", wanted)
    newest = bench.client.change(made, {**plain, "s3Bucket": bucket, "s3Key": "app.zip"})

    digest = hashlib.sha256(_zip({"app.py": SOURCE})).digest()
    assert _sha(made) == base64.b64encode(digest).decode()
    assert _sha(newest) != _sha(made)
    answer = bench.cloud.client("lambda", ACCOUNT).invoke(FunctionName=made.id)
    assert json.loads(answer["Payload"].read()) == "second"


def test_a_folder_and_a_zip_file_are_archives_too(bench: Bench, tmp_path: Path) -> None:
    folder = tmp_path / "code"
    (folder / "inner").mkdir(parents=True)
    (folder / "app.py").write_text("from inner.own import handle\n", encoding="utf-8")
    (folder / "inner" / "own.py").write_text(SOURCE, encoding="utf-8")
    packed = tmp_path / "code.zip"
    packed.write_bytes(_zip({"app.py": SOURCE}))
    for number, path in enumerate((folder, packed)):
        code: Props = {SIGNATURE: ARCHIVE, "path": str(path), "hash": str(path)}
        made = make(bench, code=code, name=unique(f"folder{number}"))
        answer = bench.cloud.client("lambda", ACCOUNT).invoke(FunctionName=made.id, Payload=b'"x"')
        assert json.loads(answer["Payload"].read()) == {"got": "x"}


def test_code_that_changed_behind_the_program_is_seen_by_its_digest(bench: Bench) -> None:
    wanted = inputs(bench)
    made = bench.client.make(FUNCTION, "d", wanted)
    told: Props = {**wanted, "codeSha256": _sha(made)}
    kept = bench.client.change(made, told)
    assert bench.client.difference(kept, told) == {}
    bench.cloud.client("lambda", ACCOUNT).update_function_code(
        FunctionName=made.id, ZipFile=_zip({"app.py": "other = 1\n"})
    )

    drifted = bench.client.refresh(kept)

    assert set(bench.client.difference(drifted, told)) == {"codeSha256"}
    assert _sha(bench.client.change(drifted, told)) == _sha(made)


def test_skip_destroy_leaves_the_function(bench: Bench) -> None:
    made = make(bench, skipDestroy=True)
    bench.client.delete(made)

    assert _look(bench, made) is not None


def _refused(bench: Bench, name: str = "", **more: Plain) -> str:
    wanted = inputs(bench, name, **more)
    if "s3Bucket" in wanted:
        del wanted["code"]
    with pytest.raises(grpc.RpcError) as caught:
        bench.client.make(FUNCTION, "r", wanted)
    assert not [name for name in _functions(bench) if name == wanted["name"]]
    return str(caught.value.details())  # pyright: ignore[reportAttributeAccessIssue, reportUnknownMemberType, reportUnknownArgumentType] - grpc's errors have it


def _functions(bench: Bench) -> list[str]:
    pages = bench.cloud.client("lambda", ACCOUNT).get_paginator("list_functions").paginate()
    return [item.get("FunctionName", "") for page in pages for item in page["Functions"]]


def test_a_role_that_lambda_cannot_assume_is_refused(bench: Bench) -> None:
    said = "InvalidParameterValueException: The role defined for the function cannot be assumed by Lambda."
    assert said in _refused(bench, role=f"arn:aws:iam::{ACCOUNT}:role/nobody")
    assert said in _refused(bench, role=role(bench, "ec2.amazonaws.com"))
    assert "Cross-account pass role is not allowed" in _refused(
        bench, role="arn:aws:iam::999999999999:role/x"
    )
    made = make(bench)
    wanted = {**made.inputs, "role": f"arn:aws:iam::{ACCOUNT}:role/nobody"}
    with pytest.raises(grpc.RpcError, match="cannot be assumed by Lambda"):
        bench.client.change(made, {key: value for key, value in wanted.items() if not key.startswith("__")})


def test_code_that_is_not_there_is_refused(bench: Bench) -> None:
    bucket = unique("code")
    _object(bench, bucket, "app.zip", SOURCE)
    start = "InvalidParameterValueException: Error occurred while GetObject. S3 Error Code: "

    assert f"{start}NoSuchKey" in _refused(bench, s3Bucket=bucket, s3Key="other.zip")
    assert f"{start}NoSuchBucket" in _refused(bench, s3Bucket=unique("none"), s3Key="app.zip")
    assert f"{start}NoSuchVersion" in _refused(
        bench, s3Bucket=bucket, s3Key="app.zip", s3ObjectVersion="3f0c9f3e-0000-4000-a000-000000000000"
    )


def test_layers_that_are_not_there_are_refused(bench: Bench) -> None:
    arn = f"arn:aws:lambda:{REGION}:{ACCOUNT}:layer:none:7"
    assert f"Layer version {arn} does not exist." in _refused(bench, layers=[arn])


def test_reservations_leave_a_hundred_executions_to_others(bench: Bench) -> None:
    said = "below its minimum value of [100]"
    assert said in _refused(bench, reservedConcurrentExecutions=901)
    made = make(bench, reservedConcurrentExecutions=3)
    wanted = {key: value for key, value in made.inputs.items() if not key.startswith("__")}
    with pytest.raises(grpc.RpcError, match="below its minimum"):
        bench.client.change(made, {**wanted, "reservedConcurrentExecutions": 950})
