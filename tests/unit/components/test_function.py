"""Functions: least privilege, signed, observable, called by alias."""

from __future__ import annotations

from typing import Any

import pulumi
import pytest

from components._iam import Statement
from components.compute.function import Function
from components.compute.signed_code import (
    _signed_object,  # pyright: ignore[reportPrivateUsage] - only a broken service gets there
)
from components.messaging.dead_letter_queue import DeadLetterQueue, DeadLetterQueueArgs
from tests.support.components import (
    BOUNDARY_ARN,
    KEY_ARN,
    LAYER_ARN,
    SIGNING_ARN,
    TOPIC_ARN,
    function_args,
    platform,
)
from tests.support.mocks import Recording, is_unknown, record

NAME = "pavedroad-dev-orders-check-order"
ARN = f"arn:aws:lambda:eu-west-1:111122223333:function:{NAME}"
GROUP = f"/aws/lambda/{NAME}"


def build(*, preview: bool = True, **changes: Any) -> Recording:  # noqa: ANN401 - any argument of a function
    def make() -> dict[str, pulumi.Output[Any]]:
        function = Function("orders-check-order", function_args(**changes))
        return {"arn": function.arn, "live": function.live_arn, "bytes": function.environment_bytes}

    return record(make, preview=preview)


def test_a_function_has_the_houses_settings(*, preview: bool) -> None:
    inputs = build(preview=preview).one("aws:lambda/function:Function").inputs

    assert {key: value for key, value in inputs.items() if key not in {"s3Bucket", "s3Key"}} == {
        "name": NAME,
        "description": "Decides on an order",
        "role": f"arn:aws:iam::111122223333:role/{NAME}",
        "handler": "lambdas.check_order.handler.handle",
        "runtime": "python3.13",
        "architectures": ["arm64"],
        "codeSigningConfigArn": SIGNING_ARN,
        "layers": [LAYER_ARN],
        "memorySize": 256,
        "timeout": 30,
        "environment": {"variables": {"LOG_LEVEL": "INFO"}},
        "tracingConfig": {"mode": "Active"},
        "loggingConfig": {
            "logFormat": "JSON",
            "logGroup": GROUP,
            "applicationLogLevel": "INFO",
            "systemLogLevel": "INFO",
        },
        "publish": True,
    }


def test_the_role_carries_the_boundary_and_is_trusted_by_lambda_alone() -> None:
    role = build().one("aws:iam/role:Role")

    assert role.inputs["name"] == NAME
    assert role.inputs["permissionsBoundary"] == BOUNDARY_ARN
    (trust,) = role.document("assumeRolePolicy")["Statement"]
    assert trust == {
        "Effect": "Allow",
        "Principal": {"Service": "lambda.amazonaws.com"},
        "Action": "sts:AssumeRole",
    }


def test_the_one_policy_holds_logs_traces_and_the_grants_only(*, preview: bool) -> None:
    grant = Statement(actions=("sqs:SendMessage",), resources=("arn:aws:sqs:eu-west-1:1:q",))
    policy = build(preview=preview, statements=[grant]).one("aws:iam/rolePolicy:RolePolicy")

    assert policy.document("policy")["Statement"] == [
        {
            "Sid": "WriteOwnLogs",
            "Effect": "Allow",
            "Action": ["logs:CreateLogStream", "logs:PutLogEvents"],
            "Resource": f"arn:aws:logs:eu-west-1:111122223333:log-group:{GROUP}:*",
        },
        {
            "Sid": "Trace",
            "Effect": "Allow",
            "Action": ["xray:PutTelemetryRecords", "xray:PutTraceSegments"],
            "Resource": "*",
        },
        {"Effect": "Allow", "Action": "sqs:SendMessage", "Resource": "arn:aws:sqs:eu-west-1:1:q"},
    ]


def test_log_group_policy_and_signature_are_there_before_the_function() -> None:
    run = build()
    function = run.one("aws:lambda/function:Function")

    for token in (
        "aws:cloudwatch/logGroup:LogGroup",
        "aws:iam/role:Role",
        "aws:iam/rolePolicy:RolePolicy",
        "aws:signer/signingJob:SigningJob",
        "aws:s3/bucketObjectv2:BucketObjectv2",
    ):
        assert run.depends(function, run.one(token)), token


def test_the_code_is_the_object_that_the_signing_job_left() -> None:
    known, first = build(preview=False), build()
    job = known.one("aws:signer/signingJob:SigningJob")
    upload = known.one("aws:s3/bucketObjectv2:BucketObjectv2")
    function = known.one("aws:lambda/function:Function")

    assert upload.inputs["key"].startswith("unsigned/orders-check-order/")
    assert job.inputs["source"]["s3"] == {
        "bucket": upload.inputs["bucket"],
        "key": upload.inputs["key"],
        "version": "v1",
    }
    assert job.inputs["destination"]["s3"]["prefix"] == "signed/orders-check-order/"
    assert function.inputs["s3Key"] == "signed/orders-check-order-signature.zip"
    assert job.urn in function.property_dependencies["s3Key"]
    assert is_unknown(first.one("aws:lambda/function:Function").inputs["s3Key"])


def test_a_signing_job_without_a_signed_object_is_an_error() -> None:
    with pytest.raises(ValueError, match="left no signed object"):
        _signed_object([])


def test_callers_get_the_alias_live_and_its_arn_is_known_at_once(*, preview: bool) -> None:
    run = build(preview=preview)
    alias = run.one("aws:lambda/alias:Alias")

    assert (alias.inputs["name"], alias.inputs["functionName"]) == ("live", NAME)
    assert run.values["arn"] == ARN
    assert run.values["live"] == f"{ARN}:live"
    assert run.one("aws:lambda/function:Function").urn in alias.property_dependencies["functionVersion"]


def test_lambda_stops_a_function_that_feeds_itself() -> None:
    assert build().one("aws:lambda/functionRecursionConfig:FunctionRecursionConfig").inputs == {
        "functionName": NAME,
        "recursiveLoop": "Terminate",
    }


def test_alarms_on_errors_throttles_and_slowness() -> None:
    run = build(timeout_seconds=10)
    alarms = {a.name: a.inputs for a in run.of_type("aws:cloudwatch/metricAlarm:MetricAlarm")}

    assert {
        name: (a["metricName"], a["threshold"], a["evaluationPeriods"]) for name, a in alarms.items()
    } == {
        "orders-check-order-errors": ("Errors", 1, 1),
        "orders-check-order-throttles": ("Throttles", 1, 1),
        "orders-check-order-duration": ("Duration", 8000, 3),
    }
    slow = alarms["orders-check-order-duration"]
    assert (slow["extendedStatistic"], slow["comparisonOperator"]) == ("p99", "GreaterThanThreshold")
    assert "statistic" not in slow
    for alarm in alarms.values():
        assert alarm["dimensions"] == {"FunctionName": NAME}
        assert alarm["alarmActions"] == alarm["okActions"] == [TOPIC_ARN]
        assert alarm["treatMissingData"] == "notBreaching"


def test_an_asynchronous_function_keeps_what_it_failed_on() -> None:
    def make() -> None:
        failures = DeadLetterQueue("orders-submit-failures", DeadLetterQueueArgs(platform=platform()))
        Function("orders-submit-orders", function_args(on_failure=failures))

    run = record(make, preview=True)
    queue_arn = "arn:aws:sqs:eu-west-1:111122223333:pavedroad-dev-orders-submit-failures"

    assert run.one("aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig").inputs == {
        "functionName": "pavedroad-dev-orders-submit-orders",
        "qualifier": "live",
        "maximumRetryAttempts": 2,
        "maximumEventAgeInSeconds": 3600,
        "destinationConfig": {"onFailure": {"destination": queue_arn}},
    }
    statements = run.one("aws:iam/rolePolicy:RolePolicy").document("policy")["Statement"]
    assert {"Effect": "Allow", "Action": "sqs:SendMessage", "Resource": queue_arn} in statements


def test_a_function_without_destination_has_no_asynchronous_settings() -> None:
    assert not build().of_type("aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig")


def test_a_customer_key_for_variables_may_be_read_by_the_role() -> None:
    run = build(kms_key_arn=KEY_ARN)

    assert run.one("aws:lambda/function:Function").inputs["kmsKeyArn"] == KEY_ARN
    statements = run.one("aws:iam/rolePolicy:RolePolicy").document("policy")["Statement"]
    assert statements[-1]["Action"] == "kms:Decrypt"
    assert statements[-1]["Resource"] == KEY_ARN


def test_an_invoke_grant_names_the_alias_only() -> None:
    grants: list[Statement] = []
    record(
        lambda: grants.extend(Function("orders-check-order", function_args()).allow_invoke()), preview=True
    )

    assert [(g.actions, g.resources) for g in grants] == [(("lambda:InvokeFunction",), (f"{ARN}:live",))]


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"package": "check-order"}, "package: got 'check-order'"),
        ({"description": ""}, "description: got 0 characters, allowed 1 to 256"),
        ({"timeout_seconds": 901}, "timeout_seconds: got 901, allowed 1 to 900"),
        ({"memory_mb": 127}, "memory_mb: got 127, allowed 128 to 10240"),
        ({"runtime": "python3.9"}, "runtime: got 'python3.9', allowed python3.12"),
        ({"log_level": "TRACE"}, "log_level: got 'TRACE', allowed DEBUG, INFO, WARN, ERROR"),
        ({"log_retention_days": 31}, "log_retention_days: got 31, allowed 1, 3, 5"),
        ({"reserved_concurrency": -1}, "reserved_concurrency: got -1"),
        ({"async_retries": 3}, "async_retries: got 3, allowed 0 to 2"),
        ({"async_max_age_seconds": 59}, "async_max_age_seconds: got 59, allowed 60 to 21600"),
        ({"layers": ["a"] * 5}, "function check_order has 6 layers with the company layer, limit 5"),
        ({"environment": {"BIG": "x" * 5000}}, "environment: got 5003 bytes, allowed 4096"),
        ({"environment": {"A-B": "x"}}, "environment: got 'A-B'"),
        ({"environment": {"LOG_LEVEL": "INFO"}}, "not LOG_LEVEL"),
        ({"environment": {"API_TOKEN": "x"}}, "API_TOKEN holds a literal"),
        ({"environment": {"dbPassword": "x"}}, "dbPassword holds a literal"),
    ],
)
def test_arguments_that_lambda_would_refuse_or_regret_are_refused(changes: dict[str, Any], text: str) -> None:
    with pytest.raises(ValueError) as refused:  # noqa: PT011 - the text is compared below, without a pattern
        function_args(**changes)

    assert text in str(refused.value)


@pytest.mark.parametrize("value", ["", "arn:aws:secretsmanager:eu-west-1:111122223333:secret:payments"])
def test_a_reference_to_a_secret_is_no_secret(value: str) -> None:
    args = function_args(environment={"PAYMENT_SECRET": value, "SECRET_NAME": "payments"})

    assert args.environment["PAYMENT_SECRET"] == value


def test_an_environment_that_grows_too_large_by_late_values_fails_the_run() -> None:
    def make() -> None:
        late = pulumi.Output.from_input("x" * 5000)
        Function("orders-check-order", function_args(environment={"BIG": late}))

    assert build(preview=False, environment={"A": "1"}).values["bytes"] == len("LOG_LEVELINFOA1")
    with pytest.raises(ValueError, match="allowed 4096"):
        record(make, preview=False)


def test_a_changed_archive_is_signed_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    before = build(preview=False).one("aws:s3/bucketObjectv2:BucketObjectv2").inputs["key"]
    monkeypatch.setattr("components.compute.signed_code.content_hash", lambda _path: "f" * 64)

    after = build(preview=False).one("aws:s3/bucketObjectv2:BucketObjectv2").inputs["key"]
    assert before != after == f"unsigned/orders-check-order/{'f' * 64}.zip"
