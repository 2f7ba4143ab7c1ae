"""What belongs to a function in the local cloud: aliases, permissions, and how it is invoked."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, cast

import grpc
import pytest

from tests.support.lambda_cases import make, unique
from tests.support.live import obeys
from tests.support.provider import ACCOUNT, REGION

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mypy_boto3_lambda import LambdaClient

    from tests.support.live import Bench, Seen
    from tests.support.provider import Kept, Props

pytestmark = pytest.mark.cloud
ALIAS = "aws:lambda/alias:Alias"
PERMISSION = "aws:lambda/permission:Permission"
ASYNC = "aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig"
URL = "aws:lambda/functionUrl:FunctionUrl"
WARM = "aws:lambda/provisionedConcurrencyConfig:ProvisionedConcurrencyConfig"
RECURSION = "aws:lambda/functionRecursionConfig:FunctionRecursionConfig"
ARN = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:"
QUEUE_ARN = f"arn:aws:sqs:{REGION}:{ACCOUNT}:failures"
NAMES = pytest.mark.parametrize("form", ["{}", f"{ACCOUNT}:function:{{}}", f"{ARN}{{}}"])


def _lambda(bench: Bench) -> LambdaClient:
    return bench.cloud.client("lambda", ACCOUNT)


def _versions(bench: Bench, number: int) -> str:
    """A function with so many versions."""
    made = make(bench, publish=True)
    for count in range(1, number):
        _lambda(bench).update_function_configuration(FunctionName=made.id, Description=f"{count}")
        _lambda(bench).publish_version(FunctionName=made.id)
    return made.id


def _aliased(bench: Bench) -> str:
    """A function with an alias `live` on its first version."""
    name = _versions(bench, 1)
    _lambda(bench).create_alias(FunctionName=name, Name="live", FunctionVersion="1")
    return name


def _found(bench: Bench, ask: str, **key: object) -> Seen | None:
    """What a call of Lambda answers; None when nothing is there."""
    lambda_ = _lambda(bench)
    try:
        answer = getattr(lambda_, ask)(**key)
    except (
        lambda_.exceptions.ResourceNotFoundException,
        lambda_.exceptions.ProvisionedConcurrencyConfigNotFoundException,
    ):
        return None
    return cast("Seen", {name: item for name, item in answer.items() if name != "ResponseMetadata"})


@NAMES
def test_an_alias_obeys_the_law(bench: Bench, form: str) -> None:
    name = _versions(bench, 2)
    bare = {"functionName": form.format(name), "name": "live", "functionVersion": "1"}
    full = {
        **bare,
        "functionVersion": "2",
        "description": "what triggers call",
        "routingConfig": {"additionalVersionWeights": {"1": 0.25}},
    }

    def look(_kept: Kept) -> Seen | None:
        found = _found(bench, "get_alias", FunctionName=name, Name="live")
        return {key: item for key, item in found.items() if key != "RevisionId"} if found else None

    kept = obeys(
        bench,
        ALIAS,
        "live",
        full,
        look=look,
        seen={
            "AliasArn": f"{ARN}{name}:live",
            "FunctionVersion": "2",
            "Description": "what triggers call",
            "RoutingConfig": {"AdditionalVersionWeights": {"1": 0.25}},
        },
        changes=[(bare, {"FunctionVersion": "1", "Description": "", "RoutingConfig": None})],
        drift=lambda _: _lambda(bench).update_alias(
            FunctionName=name,
            Name="live",
            RoutingConfig={"AdditionalVersionWeights": {"1": 0.5}},
        ),
        imported=lambda _: f"{form.format(name)}/live",
    )
    assert kept.id == kept.outputs["arn"] == f"{ARN}{name}:live"
    gateway = f"arn:aws:apigateway:{REGION}:lambda:path/2015-03-31/functions"
    assert kept.outputs["invokeArn"] == f"{gateway}/{ARN}{name}:live/invocations"


def test_an_alias_of_a_missing_version_is_refused(bench: Bench) -> None:
    name = _versions(bench, 1)
    said = f"ResourceNotFoundException: Function not found: {ARN}{name}:9"
    wanted: Props = {"functionName": name, "name": "live", "functionVersion": "9"}
    with pytest.raises(grpc.RpcError, match=said):
        bench.client.make(ALIAS, "a", wanted)
    kept = bench.client.make(ALIAS, "b", {"functionName": name, "name": "live", "functionVersion": "1"})
    weights: Props = {"additionalVersionWeights": {"9": 0.1}}
    with pytest.raises(grpc.RpcError, match=said):
        bench.client.change(
            kept,
            {"functionName": name, "name": "live", "functionVersion": "1", "routingConfig": weights},
        )


def _statement(bench: Bench, name: str, sid: str, **qualifier: str) -> Seen | None:
    found = _found(bench, "get_policy", FunctionName=name, **qualifier)
    document = json.loads(str(found["Policy"])) if found else {"Statement": []}
    return next((item for item in document["Statement"] if item["Sid"] == sid), None)


@pytest.mark.parametrize("qualified", ["", "beside", "inside"])
def test_a_permission_obeys_the_law(bench: Bench, qualified: str) -> None:
    name = _aliased(bench)
    function = f"{ARN}{name}:live" if qualified == "inside" else name
    beside = {"qualifier": "live"} if qualified == "beside" else {}
    arn = f"{ARN}{name}:live" if qualified else f"{ARN}{name}"
    source = f"arn:aws:s3:::{name}"
    obeys(
        bench,
        PERMISSION,
        "s3",
        {
            "function": function,
            "action": "lambda:InvokeFunction",
            "principal": "s3.amazonaws.com",
            "sourceArn": source,
            "sourceAccount": ACCOUNT,
            "statementId": "FromS3",
            **beside,
        },
        look=lambda _: _statement(bench, name, "FromS3"),
        seen={
            "Principal": {"Service": "s3.amazonaws.com"},
            "Resource": arn,
            "Action": "lambda:InvokeFunction",
            "Condition": {
                "ArnLike": {"AWS:SourceArn": source},
                "StringEquals": {"AWS:SourceAccount": ACCOUNT},
            },
        },
        imported=lambda _: f"{name}:live/FromS3" if qualified else f"{name}/FromS3",
        blind=frozenset({"function", "qualifier"}) if qualified == "inside" else frozenset(),
    )


@pytest.mark.parametrize(
    ("given", "seen"),
    [
        ({"eventSourceToken": "tok"}, {"StringEquals": {"lambda:EventSourceToken": "tok"}}),
        ({"principalOrgId": "o-abcdefghij"}, {"StringEquals": {"aws:PrincipalOrgID": "o-abcdefghij"}}),
        (
            {"action": "lambda:InvokeFunctionUrl", "functionUrlAuthType": "AWS_IAM"},
            {"StringEquals": {"lambda:FunctionUrlAuthType": "AWS_IAM"}},
        ),
        ({"invokedViaFunctionUrl": True}, {"Bool": {"lambda:InvokedViaFunctionUrl": "true"}}),
        ({"principal": "999999999999"}, None),
        ({"principal": "*"}, None),
    ],
)
def test_what_a_permission_demands_is_told(
    bench: Bench, given: Mapping[str, object], seen: Mapping[str, object] | None
) -> None:
    name = make(bench).id
    obeys(
        bench,
        PERMISSION,
        "p",
        {"function": name, "action": "lambda:InvokeFunction", "principal": "sns.amazonaws.com", **given},
        look=lambda kept: _statement(bench, name, kept.id),
        seen={"Condition": seen},
        imported=lambda kept: f"{name}/{kept.id}",
        blind=frozenset({"principal"}) if given.get("principal") == "999999999999" else frozenset(),
    )


def test_a_permission_that_someone_took_away_is_made_again(bench: Bench) -> None:
    name = make(bench).id
    wanted: Props = {"function": name, "action": "lambda:InvokeFunction", "principal": "sns.amazonaws.com"}
    kept = bench.client.make(PERMISSION, "gone", wanted)
    _lambda(bench).remove_permission(FunctionName=name, StatementId=kept.id)

    assert bench.client.refresh(kept).id == ""


@NAMES
@pytest.mark.parametrize("qualifier", ["", "live"])
def test_settings_of_asynchronous_calls_obey_the_law(bench: Bench, form: str, qualifier: str) -> None:
    name = _aliased(bench)
    beside = {"qualifier": qualifier} if qualifier else {}
    key = {"FunctionName": name, **({"Qualifier": qualifier} if qualifier else {})}
    bare = {"functionName": form.format(name), "maximumRetryAttempts": 2, **beside}
    full = {
        **bare,
        "maximumRetryAttempts": 0,
        "maximumEventAgeInSeconds": 120,
        "destinationConfig": {
            "onFailure": {"destination": QUEUE_ARN},
            "onSuccess": {"destination": f"{QUEUE_ARN}-not"},
        },
    }

    def look(_kept: Kept) -> Seen | None:
        found = _found(bench, "get_function_event_invoke_config", **key)
        return {item: value for item, value in found.items() if item != "LastModified"} if found else None

    obeys(
        bench,
        ASYNC,
        "async",
        full,
        look=look,
        seen={
            "MaximumRetryAttempts": 0,
            "MaximumEventAgeInSeconds": 120,
            "DestinationConfig": {
                "OnFailure": {"Destination": QUEUE_ARN},
                "OnSuccess": {"Destination": f"{QUEUE_ARN}-not"},
            },
        },
        changes=[
            (bare, {"MaximumRetryAttempts": 2, "DestinationConfig": {"OnSuccess": {}, "OnFailure": {}}})
        ],
        drift=lambda _: _lambda(bench).put_function_event_invoke_config(
            FunctionName=f"{name}:{qualifier}" if qualifier else name, MaximumRetryAttempts=1
        ),
    )


@pytest.mark.parametrize("qualifier", ["", "live"])
def test_a_function_url_obeys_the_law(bench: Bench, qualifier: str) -> None:
    name = _aliased(bench)
    beside = {"qualifier": qualifier} if qualifier else {}
    key = {"FunctionName": name, **({"Qualifier": qualifier} if qualifier else {})}
    bare = {"functionName": name, "authorizationType": "NONE", **beside}
    cors = {
        "allowOrigins": ["https://a.example"],
        "allowMethods": ["GET"],
        "maxAge": 60,
        "allowCredentials": True,
    }

    def look(_kept: Kept) -> Seen | None:
        found = _found(bench, "get_function_url_config", **key)
        return {item: value for item, value in found.items() if "Time" not in item} if found else None

    kept = obeys(
        bench,
        URL,
        "url",
        {**bare, "authorizationType": "AWS_IAM", "invokeMode": "RESPONSE_STREAM", "cors": cors},
        look=look,
        seen={
            "AuthType": "AWS_IAM",
            "InvokeMode": "RESPONSE_STREAM",
            "Cors": {
                "AllowOrigins": ["https://a.example"],
                "AllowMethods": ["GET"],
                "MaxAge": 60,
                "AllowCredentials": True,
            },
        },
        changes=[(bare, {"AuthType": "NONE", "InvokeMode": "BUFFERED"})],
        drift=lambda _: _lambda(bench).update_function_url_config(**key, AuthType="NONE"),  # pyright: ignore[reportArgumentType] - its two keys are texts
        imported=lambda _: f"{name}/live" if qualifier else name,
    )
    assert kept.outputs["functionUrl"] == f"https://{kept.outputs['urlId']}.lambda-url.{REGION}.on.aws/"
    assert kept.outputs["functionArn"] == f"{ARN}{name}" + (":live" if qualifier else "")
    assert kept.id == (f"{name}/live" if qualifier else name)


def test_provisioned_concurrency_obeys_the_law(bench: Bench) -> None:
    name = _aliased(bench)
    bare = {"functionName": name, "qualifier": "live", "provisionedConcurrentExecutions": 2}
    requested = "RequestedProvisionedConcurrentExecutions"

    def look(_kept: Kept) -> Seen | None:
        found = _found(bench, "get_provisioned_concurrency_config", FunctionName=name, Qualifier="live")
        return {requested: found[requested]} if found else None

    kept = obeys(
        bench,
        WARM,
        "warm",
        bare,
        look=look,
        seen={requested: 2},
        changes=[({**bare, "provisionedConcurrentExecutions": 3}, {requested: 3})],
        drift=lambda _: _lambda(bench).put_provisioned_concurrency_config(
            FunctionName=name, Qualifier="live", ProvisionedConcurrentExecutions=7
        ),
    )
    assert kept.id == f"{name},live"


def test_what_is_kept_warm_may_stay(bench: Bench) -> None:
    name = _aliased(bench)
    kept = bench.client.make(
        WARM,
        "stays",
        {
            "functionName": name,
            "qualifier": "live",
            "provisionedConcurrentExecutions": 2,
            "skipDestroy": True,
        },
    )
    bench.client.delete(kept)

    assert (
        _found(bench, "get_provisioned_concurrency_config", FunctionName=name, Qualifier="live") is not None
    )


def test_recursion_settings_are_set_and_go_back_to_aws_s_own(bench: Bench) -> None:
    name = make(bench).id

    def loop() -> object:
        return (_found(bench, "get_function_recursion_config", FunctionName=name) or {}).get("RecursiveLoop")

    wanted: Props = {"functionName": name, "recursiveLoop": "Allow"}
    kept = bench.client.make(RECURSION, "loop", wanted)
    assert (kept.id, loop()) == (name, "Allow")
    assert bench.client.refresh(kept) == kept
    _lambda(bench).put_function_recursion_config(FunctionName=name, RecursiveLoop="Terminate")
    drifted = bench.client.refresh(kept)
    assert set(bench.client.difference(drifted, wanted)) == {"recursiveLoop"}
    bench.client.change(drifted, wanted)
    assert loop() == "Allow"
    imported = bench.client.read(RECURSION, "loop", name)
    assert bench.client.difference(imported, wanted) == {}
    bench.client.delete(kept)
    assert loop() == "Terminate"


def test_names_of_other_places_are_refused(bench: Bench) -> None:
    there = f"arn:aws:lambda:us-east-1:{ACCOUNT}:function:{unique('x')}"
    with pytest.raises(grpc.RpcError, match="ResourceNotFoundException"):
        bench.client.make(RECURSION, "far", {"functionName": there, "recursiveLoop": "Allow"})
