"""The system on the recording mock: what it is made of, what its functions are told, what is watched."""

from __future__ import annotations

import importlib
import json
from collections import Counter
from typing import TYPE_CHECKING, Any, Final

import pytest

from components._platform import Tier
from systems.order_processing.settings import OrderProcessingSettings, ProvisionedPollers
from tests.support.mocks import is_unknown
from tests.support.orders import FUNCTIONS, MACHINE, arn, build, physical

if TYPE_CHECKING:
    from tests.support.mocks import Recording


@pytest.fixture(scope="module")
def workflow() -> Recording:
    return build()


@pytest.fixture(scope="module")
def queue_mode() -> Recording:
    return build(OrderProcessingSettings(orchestration="queue"))


COUNTS: Final = {
    "aws:sqs/queue:Queue": 5,
    "aws:sqs/queuePolicy:QueuePolicy": 5,
    "aws:sqs/redriveAllowPolicy:RedriveAllowPolicy": 2,
    "aws:lambda/function:Function": 5,
    "aws:iam/role:Role": 6,
    "aws:lambda/alias:Alias": 5,
    "aws:cloudwatch/logGroup:LogGroup": 6,
    "aws:lambda/eventSourceMapping:EventSourceMapping": 2,
    "aws:sfn/stateMachine:StateMachine": 1,
    "aws:sfn/alias:Alias": 1,
    "aws:dynamodb/table:Table": 1,
    "aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig": 1,
    "aws:lambda/functionRecursionConfig:FunctionRecursionConfig": 5,
    "aws:cloudwatch/dashboard:Dashboard": 1,
}
WITHOUT_WORKFLOW: Final = {
    "aws:lambda/function:Function": 3,
    "aws:iam/role:Role": 3,
    "aws:lambda/alias:Alias": 3,
    "aws:cloudwatch/logGroup:LogGroup": 3,
    "aws:sfn/stateMachine:StateMachine": 0,
    "aws:sfn/alias:Alias": 0,
    "aws:lambda/functionRecursionConfig:FunctionRecursionConfig": 3,
}


def test_the_system_is_made_of_what_it_needs(workflow: Recording) -> None:
    counts = Counter(resource.type for resource in workflow.resources)

    assert {token: counts[token] for token in COUNTS} == COUNTS


def test_queue_mode_leaves_machine_check_and_charge_out(queue_mode: Recording) -> None:
    counts = Counter(resource.type for resource in queue_mode.resources)

    assert {token: counts[token] for token in COUNTS} == {**COUNTS, **WITHOUT_WORKFLOW}
    assert queue_mode.names("aws:lambda/function:Function") == {
        "orders-submit-orders",
        "orders-accept-orders",
        "orders-fulfil-orders",
    }


def test_everything_belongs_to_the_system(workflow: Recording) -> None:
    for resource in workflow.resources:
        assert resource.urn.split("::")[2].startswith("pavedroad:systems:OrderProcessing")


def test_names_follow_from_project_and_environment(workflow: Recording) -> None:
    queues = {queue.inputs["name"] for queue in workflow.of_type("aws:sqs/queue:Queue")}
    functions = {function.inputs["name"] for function in workflow.of_type("aws:lambda/function:Function")}
    groups = {group.inputs["name"] for group in workflow.of_type("aws:cloudwatch/logGroup:LogGroup")}

    assert queues == {
        physical(name) for name in ("", "dlq", "fulfilment", "fulfilment-dlq", "submit-failures")
    }
    assert functions == {physical(name) for name in FUNCTIONS}
    assert workflow.one("aws:dynamodb/table:Table").inputs["name"] == physical("")
    assert workflow.one("aws:sfn/stateMachine:StateMachine").inputs["name"] == physical("workflow")
    assert groups == {
        *(f"/aws/lambda/{physical(name)}" for name in FUNCTIONS),
        f"/aws/vendedlogs/states/{physical('workflow')}",
    }


URL: Final = "https://sqs.eu-west-1.amazonaws.com/111122223333/"
COMMON: Final = {"ENVIRONMENT": "dev", "LOG_LEVEL": "INFO", "FUNCTION_TIMEOUT_SECONDS": "30"}
CONSUMER: Final = {**COMMON, "RETRY_DELAY_SECONDS": "10", "VISIBILITY_TIMEOUT_SECONDS": "180"}
ENVIRONMENTS: Final = {
    "submit-orders": {
        **COMMON,
        "FUNCTION_TIMEOUT_SECONDS": "60",
        "QUEUE_URL": f"{URL}{physical('')}",
        "MAX_MESSAGE_BYTES": "262144",
    },
    "accept-orders": {
        **CONSUMER,
        "QUEUE_URL": f"{URL}{physical('')}",
        "TABLE_NAME": physical(""),
        "MAX_INPUT_BYTES": "262144",
        "STATE_MACHINE_ARN": f"{MACHINE}:live",
    },
    "check-order": {**COMMON, "MAX_ORDER_TOTAL": "1000000", "CURRENCIES": "EUR,USD"},
    "charge-order": {**COMMON, "TABLE_NAME": physical(""), "PAYMENT_MODE": "simulated"},
    "fulfil-orders": {
        **CONSUMER,
        "QUEUE_URL": f"{URL}{physical('fulfilment')}",
        "TABLE_NAME": physical(""),
        "ORCHESTRATION": "workflow",
    },
}


def environment(recording: Recording, function: str) -> dict[str, Any]:
    inputs = recording.one("aws:lambda/function:Function", f"orders-{function}").inputs
    return inputs["environment"]["variables"]


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_function_is_told_exactly_what_it_needs(workflow: Recording, function: str) -> None:
    assert environment(workflow, function) == ENVIRONMENTS[function]


def test_in_queue_mode_the_listener_is_told_the_next_queue(queue_mode: Recording) -> None:
    told = {**ENVIRONMENTS["accept-orders"], "NEXT_QUEUE_URL": f"{URL}{physical('fulfilment')}"}
    del told["STATE_MACHINE_ARN"]

    assert environment(queue_mode, "accept-orders") == told
    assert environment(queue_mode, "fulfil-orders")["ORCHESTRATION"] == "queue"


PAID: Final = OrderProcessingSettings(
    payment_mode="http", payment_url="https://pay.example.com", payment_secret="orders/payment"
)


def test_a_payment_provider_is_told_by_reference() -> None:
    told = environment(build(PAID), "charge-order")

    assert told["PAYMENT_MODE"] == "http"
    assert told["PAYMENT_URL"] == "https://pay.example.com"
    assert told["PAYMENT_SECRET"] == arn("secretsmanager", "secret:orders/payment")


def test_an_encrypted_address_stays_a_secret() -> None:
    recording = build(PAID, encrypted=frozenset({"payment_url"}))
    inputs = recording.one("aws:lambda/function:Function", "orders-charge-order").inputs

    assert "1b47061264138c4ac30d75fd1eb44270" in json.dumps(inputs["environment"])


@pytest.mark.parametrize("mode", ["workflow", "queue"])
@pytest.mark.parametrize("function", FUNCTIONS)
def test_what_a_function_reads_is_what_it_is_given(
    workflow: Recording, queue_mode: Recording, mode: str, function: str
) -> None:
    recording = workflow if mode == "workflow" else queue_mode
    if f"orders-{function}" not in recording.names("aws:lambda/function:Function"):
        assert function in {"check-order", "charge-order"}
        return
    handler = importlib.import_module(f"lambdas.{function.replace('-', '_')}.handler")
    optional = {"PAYMENT_URL", "PAYMENT_SECRET", "STATE_MACHINE_ARN", "NEXT_QUEUE_URL"}

    given = environment(recording, function).keys()
    assert given <= set(handler.ENVIRONMENT)
    assert set(handler.ENVIRONMENT) - optional <= given


def test_queues_are_as_the_settings_say() -> None:
    settings = OrderProcessingSettings(
        retention_seconds=3600,
        dlq_retention_seconds=7200,
        function_timeout_seconds=2,
        max_receive_count=2,
        max_message_bytes=2048,
        age_alarm_seconds=60,
    )
    recording = build(settings)
    queues = {queue.name: queue.inputs for queue in recording.of_type("aws:sqs/queue:Queue")}

    for name in ("orders", "orders-fulfilment"):
        assert queues[name]["visibilityTimeoutSeconds"] == 12
        assert queues[name]["messageRetentionSeconds"] == 3600
        assert queues[name]["maxMessageSize"] == 2048
        assert queues[name]["receiveWaitTimeSeconds"] == 20
        redrive = recording.one("aws:sqs/redrivePolicy:RedrivePolicy", f"{name}-redrive")
        assert redrive.document("redrivePolicy")["maxReceiveCount"] == 2
        dead = queues[f"{name}-dlq"]
        assert dead["messageRetentionSeconds"] == 7200
    assert queues["orders-submit-failures"]["messageRetentionSeconds"] == 7200


def test_mappings_go_to_live_report_single_failures_and_are_capped(workflow: Recording) -> None:
    mappings = {
        m.inputs["functionName"]: m
        for m in workflow.of_type("aws:lambda/eventSourceMapping:EventSourceMapping")
    }

    assert set(mappings) == {
        arn("lambda", f"function:{physical(name)}:live") for name in ("accept-orders", "fulfil-orders")
    }
    for mapping in mappings.values():
        assert mapping.inputs["functionResponseTypes"] == ["ReportBatchItemFailures"]
        assert mapping.inputs["batchSize"] == 10
        assert mapping.inputs["scalingConfig"] == {"maximumConcurrency": 10}


def test_pollers_take_the_place_of_the_cap() -> None:
    settings = OrderProcessingSettings(provisioned_pollers=ProvisionedPollers(min=2, max=4))

    for mapping in build(settings).of_type("aws:lambda/eventSourceMapping:EventSourceMapping"):
        assert mapping.inputs["provisionedPollerConfig"] == {"minimumPollers": 2, "maximumPollers": 4}
        assert "scalingConfig" not in mapping.inputs


def test_only_consumers_get_the_reservation() -> None:
    recording = build(OrderProcessingSettings(reserved_concurrency=10))
    reserved = {
        function.name: function.inputs.get("reservedConcurrentExecutions")
        for function in recording.of_type("aws:lambda/function:Function")
    }

    assert {name for name, value in reserved.items() if value == 10} == {
        "orders-accept-orders",
        "orders-fulfil-orders",
    }
    assert all(value in {10, None} for value in reserved.values())


def test_functions_are_as_the_settings_say() -> None:
    settings = OrderProcessingSettings(
        function_timeout_seconds=2, log_level="WARN", log_retention_days=7, max_receive_count=5
    )
    recording = build(settings)

    for function in recording.of_type("aws:lambda/function:Function"):
        timeout = 60 if function.name == "orders-submit-orders" else 2
        assert function.inputs["timeout"] == timeout
        assert function.inputs["environment"]["variables"]["FUNCTION_TIMEOUT_SECONDS"] == str(timeout)
        assert function.inputs["loggingConfig"]["applicationLogLevel"] == "WARN"
        assert function.inputs["memorySize"] == 256
        assert function.inputs["architectures"] == ["arm64"]
    for group in recording.of_type("aws:cloudwatch/logGroup:LogGroup"):
        assert group.inputs["retentionInDays"] == 7


def test_an_asynchronous_caller_loses_nothing(workflow: Recording) -> None:
    config = workflow.one("aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig").inputs

    assert config["functionName"] == physical("submit-orders")
    assert config["qualifier"] == "live"
    assert (config["maximumRetryAttempts"], config["maximumEventAgeInSeconds"]) == (2, 3600)
    destination = config["destinationConfig"]["onFailure"]["destination"]
    assert destination == arn("sqs", physical("submit-failures"))


def test_the_machine_runs_the_order_workflow(workflow: Recording) -> None:
    machine = workflow.one("aws:sfn/stateMachine:StateMachine")
    definition = machine.document("definition")

    assert machine.inputs["type"] == "STANDARD"
    assert definition["StartAt"] == "BeginProcessing"
    assert definition["TimeoutSeconds"] == 3600
    check = definition["States"]["CheckOrder"]["Arguments"]["FunctionName"]
    assert check == arn("lambda", f"function:{physical('check-order')}:live")
    assert definition["States"]["Dispatch"]["Arguments"]["QueueUrl"] == f"{URL}{physical('fulfilment')}"


def test_the_table_is_kept_in_production_only() -> None:
    for tier, kept in ((Tier.DEVELOPMENT, False), (Tier.PRODUCTION, True)):
        table = build(tier=tier).one("aws:dynamodb/table:Table")
        assert table.inputs["hashKey"] == "order_id"
        assert table.inputs["deletionProtectionEnabled"] is kept
        assert table.protect is kept


def test_callers_and_operators_get_what_they_need(workflow: Recording, queue_mode: Recording) -> None:
    assert workflow.values["queue_url"] == f"{URL}{physical('')}"
    assert workflow.values["state_machine_arn"] == f"{MACHINE}:live"
    assert workflow.values["submit_orders_arn"] == arn("lambda", f"function:{physical('submit-orders')}:live")
    assert workflow.values.keys() - queue_mode.values.keys() == {
        "state_machine_arn",
        "check_order_arn",
        "charge_order_arn",
    }


def test_documents_are_known_at_a_first_preview() -> None:
    """Names and ARNs are computed, so that a policy decides on whole documents before anything exists."""
    recording = build(preview=True)

    for policy in recording.of_type("aws:iam/rolePolicy:RolePolicy"):
        assert not is_unknown(policy.inputs["policy"])
    for mapping in recording.of_type("aws:lambda/eventSourceMapping:EventSourceMapping"):
        assert not is_unknown(mapping.inputs["functionName"])
        assert not is_unknown(mapping.inputs["eventSourceArn"])
