"""Queues: dead letters, encryption, TLS, computed figures, and the promise between queue and consumer."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from components._iam import Statement
from components._platform import Tier
from components.compute.function import Function
from components.messaging.dead_letter_queue import DeadLetterQueue, DeadLetterQueueArgs
from components.messaging.queue import ConsumerTiming, Pollers, Queue, QueueArgs, Scaling
from components.messaging.queue_parts import QueueShape
from tests.support.components import KEY_ARN, TOPIC_ARN, function_args, platform
from tests.support.mocks import Recording, is_unknown, record

if TYPE_CHECKING:
    from collections.abc import Callable

ARN = "arn:aws:sqs:eu-west-1:111122223333:pavedroad-dev-orders"
DLQ_ARN = f"{ARN}-dlq"
FUNCTIONS = "arn:aws:lambda:eu-west-1:111122223333:function"
ARGS = QueueArgs(platform=platform(), consumer=ConsumerTiming(timeout_seconds=30))


def queue_run(args: QueueArgs = ARGS, *, preview: bool = True) -> Recording:
    return record(lambda: {"arn": (q := Queue("orders", args)).arn, "url": q.url}, preview=preview)


def fed(args: QueueArgs = ARGS, *, scaling: Scaling | None = None, **changes: Any) -> Recording:  # noqa: ANN401
    def build() -> None:
        queue = Queue("orders", args)
        statements = {"statements": queue.allow_consume(), **changes}
        queue.feed(Function("orders-accept-orders", function_args(**statements)), scaling)

    return record(build, preview=True)


def test_a_queue_keeps_its_figures_and_its_encryption(*, preview: bool) -> None:
    queue = queue_run(preview=preview).one("aws:sqs/queue:Queue", "orders")

    assert queue.inputs == {
        "name": "pavedroad-dev-orders",
        "messageRetentionSeconds": 345_600,
        "visibilityTimeoutSeconds": 180,
        "receiveWaitTimeSeconds": 20,
        "maxMessageSize": 1_048_576,
        "sqsManagedSseEnabled": True,
    }


def test_a_customer_key_replaces_the_services_own() -> None:
    run = queue_run(replace(ARGS, kms_key_arn=KEY_ARN))

    for queue in run.of_type("aws:sqs/queue:Queue"):
        assert queue.inputs["kmsMasterKeyId"] == KEY_ARN
        assert "sqsManagedSseEnabled" not in queue.inputs


def test_the_dead_letter_queue_takes_from_this_queue_only_and_keeps_fourteen_days(*, preview: bool) -> None:
    run = queue_run(preview=preview)

    assert run.one("aws:sqs/queue:Queue", "orders-dlq").inputs["messageRetentionSeconds"] == 1_209_600
    assert run.one("aws:sqs/redriveAllowPolicy:RedriveAllowPolicy").document("redriveAllowPolicy") == {
        "redrivePermission": "byQueue",
        "sourceQueueArns": [ARN],
    }
    assert run.one("aws:sqs/redrivePolicy:RedrivePolicy").document("redrivePolicy") == {
        "deadLetterTargetArn": DLQ_ARN,
        "maxReceiveCount": 5,
    }


def test_each_policy_denies_plain_connections_to_its_own_queue(*, preview: bool) -> None:
    run = queue_run(preview=preview)

    for name, arn in (("orders-policy", ARN), ("orders-dlq-policy", DLQ_ARN)):
        policy = run.one("aws:sqs/queuePolicy:QueuePolicy", name)
        (statement,) = policy.document("policy")["Statement"]
        assert (statement["Effect"], statement["Principal"], statement["Action"]) == ("Deny", "*", "sqs:*")
        assert statement["Resource"] == arn
        assert statement["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}


def test_the_arn_is_known_at_the_first_preview_and_waits_for_policy_and_redrive() -> None:
    run = fed()
    mapping = run.one("aws:lambda/eventSourceMapping:EventSourceMapping")

    assert mapping.inputs["eventSourceArn"] == ARN
    assert run.depends(mapping, run.one("aws:sqs/queuePolicy:QueuePolicy", "orders-policy"))
    assert run.depends(mapping, run.one("aws:sqs/redrivePolicy:RedrivePolicy"))
    assert run.depends(mapping, run.one("aws:iam/rolePolicy:RolePolicy"))
    values = queue_run().values
    assert values["arn"] == ARN
    assert is_unknown(values["url"])


def test_alarms_tell_of_late_messages_and_of_the_first_given_up() -> None:
    alarms = {a.name: a.inputs for a in queue_run().of_type("aws:cloudwatch/metricAlarm:MetricAlarm")}

    assert {
        name: (a["metricName"], a["comparisonOperator"], a["threshold"]) for name, a in alarms.items()
    } == {
        "orders-age": ("ApproximateAgeOfOldestMessage", "GreaterThanThreshold", 360),
        "orders-retention": ("ApproximateAgeOfOldestMessage", "GreaterThanThreshold", 172_800),
        "orders-dlq-depth": (
            "ApproximateNumberOfMessagesVisible",
            "GreaterThanOrEqualToThreshold",
            1,
        ),
    }
    assert alarms["orders-age"]["evaluationPeriods"] == 5
    assert alarms["orders-dlq-depth"]["dimensions"] == {"QueueName": "pavedroad-dev-orders-dlq"}
    assert alarms["orders-dlq-depth"]["alarmActions"] == [TOPIC_ARN]


def test_the_age_that_alarms_can_be_set() -> None:
    run = queue_run(replace(ARGS, age_alarm_seconds=900))

    assert run.one("aws:cloudwatch/metricAlarm:MetricAlarm", "orders-age").inputs["threshold"] == 900


@pytest.mark.parametrize("tier", Tier)
def test_production_protects_queues(tier: Tier) -> None:
    run = queue_run(replace(ARGS, platform=platform(tier)))

    assert {q.protect for q in run.of_type("aws:sqs/queue:Queue")} == {tier is Tier.PRODUCTION}


def test_a_mapping_feeds_the_alias_and_reports_single_failures() -> None:
    mapping = fed(scaling=Scaling(maximum_concurrency=10)).one(
        "aws:lambda/eventSourceMapping:EventSourceMapping"
    )

    assert mapping.inputs == {
        "eventSourceArn": ARN,
        "functionName": f"{FUNCTIONS}:pavedroad-dev-orders-accept-orders:live",
        "batchSize": 10,
        "maximumBatchingWindowInSeconds": 0,
        "functionResponseTypes": ["ReportBatchItemFailures"],
        "scalingConfig": {"maximumConcurrency": 10},
        "metricsConfig": {"metrics": ["EventCount"]},
    }


def test_a_reservation_caps_the_mapping_and_pollers_replace_the_cap() -> None:
    token = "aws:lambda/eventSourceMapping:EventSourceMapping"
    reserved = fed(reserved_concurrency=20).one(token).inputs
    polled = fed(scaling=Scaling(provisioned_pollers=Pollers(minimum=2, maximum=20))).one(token).inputs

    assert reserved["scalingConfig"] == {"maximumConcurrency": 20}
    assert "scalingConfig" not in polled
    assert polled["provisionedPollerConfig"] == {"minimumPollers": 2, "maximumPollers": 20}


def test_a_queue_without_consumer_or_with_other_promises_is_not_fed() -> None:
    with pytest.raises(ValueError, match="consumer is not set"):
        fed(replace(ARGS, consumer=None))
    with pytest.raises(ValueError, match=r"timeout_seconds is 30, but function .* has 31"):
        fed(timeout_seconds=31)
    with pytest.raises(ValueError, match=r"lacks sqs:ReceiveMessage, .* add queue.allow_consume"):
        fed(statements=())


def test_a_function_that_may_send_to_the_queue_it_reads_is_refused() -> None:
    every = Statement(
        actions=(
            "sqs:ReceiveMessage",
            "sqs:DeleteMessage",
            "sqs:ChangeMessageVisibility",
            "sqs:GetQueueAttributes",
            "sqs:SendMessage",
        ),
        resources=(ARN,),
    )

    with pytest.raises(ValueError, match="never ends"):
        fed(statements=(every,))


def test_a_second_consumer_is_refused() -> None:
    def build() -> None:
        queue = Queue("orders", ARGS)
        for name in ("first", "second"):
            queue.feed(Function(name, function_args(statements=queue.allow_consume())))

    with pytest.raises(ValueError, match="pavedroad-dev-first consumes it already"):
        record(build, preview=True)


def test_unwise_figures_are_warned_of_at_the_queue() -> None:
    run = fed(replace(ARGS, max_receive_count=4, retention_seconds=600))

    assert len(run.warnings) == 2
    assert "retention_seconds 600 is below 1440" in run.warnings[0]
    assert "max_receive_count 4 is below 5" in run.warnings[1]


@pytest.mark.parametrize(
    ("make", "text"),
    [
        (
            lambda: replace(ARGS, retention_seconds=172_800, dlq_retention_seconds=86_400),
            "dlq_retention_seconds must be greater than retention_seconds (172800), got 86400",
        ),
        (lambda: replace(ARGS, retention_seconds=59), "retention_seconds: got 59, allowed 60 to 1209600"),
        (lambda: replace(ARGS, dlq_retention_seconds=1_209_601), "dlq_retention_seconds: got 1209601"),
        (lambda: replace(ARGS, max_receive_count=0), "max_receive_count: got 0, allowed 1 to 1000"),
        (lambda: replace(ARGS, age_alarm_seconds=0), "age_alarm_seconds: got 0"),
        (lambda: replace(ARGS, kms_key_arn="alias/aws/sqs"), "kms_key_arn: got 'alias/aws/sqs'"),
        (lambda: replace(ARGS, visibility_timeout_seconds=60), "got 60, allowed 180"),
        (
            lambda: DeadLetterQueueArgs(platform=platform(), kms_key_arn="key"),
            "kms_key_arn: got 'key', allowed the ARN of a key",
        ),
        (
            lambda: QueueShape(physical_name="q", retention_seconds=59, max_message_bytes=1024),
            "retention_seconds: got 59",
        ),
        (
            lambda: QueueShape(physical_name="q", retention_seconds=60, max_message_bytes=1023),
            "max_message_bytes: got 1023, allowed 1024 to 1048576",
        ),
    ],
)
def test_arguments_that_lose_messages_are_refused(make: Callable[[], object], text: str) -> None:
    with pytest.raises(ValueError) as refused:  # noqa: PT011 - the text is compared below, without a pattern
        make()

    assert text in str(refused.value)


def test_grants_name_the_actions_and_the_one_queue() -> None:
    run: dict[str, Any] = {}

    def build() -> None:
        queue = Queue("orders", replace(ARGS, kms_key_arn=KEY_ARN))
        run["send"], run["consume"] = queue.allow_send(), queue.allow_consume()

    record(build, preview=True)
    send, send_key = run["send"]
    consume, consume_key = run["consume"]
    assert (send.actions, send.resources) == (("sqs:SendMessage",), (ARN,))
    assert consume.actions == (
        "sqs:ReceiveMessage",
        "sqs:DeleteMessage",
        "sqs:ChangeMessageVisibility",
        "sqs:GetQueueAttributes",
    )
    assert send_key.actions == ("kms:Decrypt", "kms:GenerateDataKey")
    assert consume_key.actions == ("kms:Decrypt",)
    assert send_key.conditions == {"StringEquals": {"kms:ViaService": "sqs.eu-west-1.amazonaws.com"}}


def test_a_dead_letter_queue_stands_alone_for_what_a_function_fails_on() -> None:
    args = DeadLetterQueueArgs(platform=platform())
    run = record(lambda: {"arn": DeadLetterQueue("orders-submit-failures", args).arn}, preview=True)

    assert run.values["arn"] == f"{ARN}-submit-failures"
    assert not run.of_type("aws:sqs/redriveAllowPolicy:RedriveAllowPolicy")
    assert run.names("aws:cloudwatch/metricAlarm:MetricAlarm") == {"orders-submit-failures-depth"}
