"""The definition of the order workflow: states, retries, ends, and the laws that any definition obeys."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, Final

import pytest

from systems.order_processing.workflow import WorkflowParts, order_workflow

if TYPE_CHECKING:
    from collections.abc import Iterator

PARTS: Final = WorkflowParts(
    partition="aws",
    table_name="orders",
    check_function_arn="arn:check:live",
    charge_function_arn="arn:charge:live",
    fulfilment_queue_url="https://sqs/fulfilment",
)
DEFINITION: Final[dict[str, Any]] = json.loads(json.dumps(order_workflow(PARTS)))
STATES: Final[dict[str, dict[str, Any]]] = DEFINITION["States"]

SERVICE_FAULTS: Final = [
    "Lambda.TooManyRequestsException",
    "Lambda.ServiceException",
    "Lambda.AWSLambdaException",
    "Lambda.SdkClientException",
]
RETRY_A: Final = {
    "ErrorEquals": SERVICE_FAULTS,
    "IntervalSeconds": 1,
    "BackoffRate": 2,
    "MaxAttempts": 6,
    "MaxDelaySeconds": 20,
    "JitterStrategy": "FULL",
}
RETRY_B: Final = {
    "ErrorEquals": ["States.TaskFailed", "States.Timeout"],
    "IntervalSeconds": 2,
    "BackoffRate": 2,
    "MaxAttempts": 4,
    "JitterStrategy": "FULL",
}
DUPLICATE: Final = ["DynamoDB.ConditionalCheckFailedException"]


def strings(value: object) -> Iterator[str]:
    """Every text inside a definition."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for item in value.values():
            yield from strings(item)
    elif isinstance(value, list):
        for item in value:
            yield from strings(item)


def successors(state: dict[str, Any]) -> Iterator[str]:
    """Names of the states that may come next."""
    for rule in (state, *state.get("Choices", ()), *state.get("Catch", ())):
        if "Next" in rule:
            yield rule["Next"]
    if "Default" in state:
        yield state["Default"]


def caught(state: str) -> dict[str, str]:
    """Error -> next state."""
    return {error: rule["Next"] for rule in STATES[state].get("Catch", ()) for error in rule["ErrorEquals"]}


def test_every_state_is_reachable_and_every_successor_exists() -> None:
    seen, todo = set[str](), [DEFINITION["StartAt"]]
    while todo:
        name = todo.pop()
        if name not in seen:
            seen.add(name)
            todo.extend(successors(STATES[name]))

    assert seen == STATES.keys()


def test_the_states_are_those_of_the_flow() -> None:
    assert {name: state["Type"] for name, state in STATES.items()} == {
        "BeginProcessing": "Task",
        "CheckOrder": "Task",
        "IsAccepted": "Choice",
        "ChargeOrder": "Task",
        "IsCharged": "Choice",
        "MarkCharged": "Task",
        "Dispatch": "Task",
        "Completed": "Pass",
        "MarkRejected": "Task",
        "Rejected": "Pass",
        "MarkFailed": "Task",
        "OrderFailed": "Fail",
        "AlreadyHandled": "Pass",
    }


def test_the_good_path_goes_from_begin_to_completed() -> None:
    path = ["BeginProcessing"]
    while "Next" in STATES[path[-1]] or "Choices" in STATES[path[-1]]:
        state = STATES[path[-1]]
        path.append(state["Choices"][0]["Next"] if "Choices" in state else state["Next"])

    assert path == [
        "BeginProcessing",
        "CheckOrder",
        "IsAccepted",
        "ChargeOrder",
        "IsCharged",
        "MarkCharged",
        "Dispatch",
        "Completed",
    ]


def test_ends_are_pass_states_with_an_output_or_the_one_failure() -> None:
    """An output on a Succeed state is not honoured everywhere."""
    ends = {name for name, state in STATES.items() if state.get("End") or state["Type"] == "Fail"}

    assert ends == {"Completed", "Rejected", "AlreadyHandled", "OrderFailed"}
    assert all("Output" in STATES[name] for name in ends - {"OrderFailed"})
    assert set(STATES["Completed"]["Output"]) == {"order_id", "status", "charge_id", "reason"}
    assert set(STATES["Rejected"]["Output"]) == {"order_id", "status", "charge_id", "reason"}
    assert STATES["AlreadyHandled"]["Output"] == {"status": "DUPLICATE"}
    assert STATES["OrderFailed"]["Error"] == "OrderFailed"


@pytest.mark.parametrize(
    ("state", "retries"),
    [
        ("CheckOrder", [RETRY_A, RETRY_B]),
        ("ChargeOrder", [RETRY_A, RETRY_B]),
        ("BeginProcessing", []),
        ("MarkCharged", []),
        ("MarkRejected", []),
        ("MarkFailed", []),
    ],
)
def test_retries_are_those_of_the_flow(state: str, retries: list[dict[str, Any]]) -> None:
    assert STATES[state].get("Retry", []) == retries


def test_dispatch_is_tried_five_times_more_and_then_fails_where_it_can_be_redriven() -> None:
    """A redrive starts again at the state that failed; behind a catch it would start at a Fail state."""
    (retry,) = STATES["Dispatch"]["Retry"]

    assert (retry["ErrorEquals"], retry["MaxAttempts"]) == (["States.ALL"], 5)
    assert "Catch" not in STATES["Dispatch"]


@pytest.mark.parametrize(
    ("state", "catches"),
    [
        ("BeginProcessing", {DUPLICATE[0]: "AlreadyHandled"}),
        ("CheckOrder", {"States.ALL": "MarkFailed"}),
        ("ChargeOrder", {"States.ALL": "MarkFailed"}),
        ("MarkCharged", {DUPLICATE[0]: "AlreadyHandled"}),
        ("MarkRejected", {DUPLICATE[0]: "AlreadyHandled"}),
        ("MarkFailed", {DUPLICATE[0]: "OrderFailed"}),
    ],
)
def test_what_is_caught_goes_where_it_belongs(state: str, catches: dict[str, str]) -> None:
    assert caught(state) == catches


@pytest.mark.parametrize(
    ("state", "condition", "then"),
    [
        ("IsAccepted", "$states.input.check.decision = 'accept'", "ChargeOrder"),
        ("IsCharged", "$states.input.charge.outcome = 'charged'", "MarkCharged"),
    ],
)
def test_refusals_are_decided_by_data(state: str, condition: str, then: str) -> None:
    assert STATES[state]["Choices"] == [{"Condition": f"{{% {condition} %}}", "Next": then}]
    assert STATES[state]["Default"] == "MarkRejected"


@pytest.mark.parametrize(
    ("state", "function", "timeout"),
    [("CheckOrder", "arn:check:live", 10), ("ChargeOrder", "arn:charge:live", 15)],
)
def test_functions_get_the_input_of_the_execution_unchanged(state: str, function: str, timeout: int) -> None:
    task = STATES[state]

    assert task["Resource"] == "arn:aws:states:::lambda:invoke"
    assert task["Arguments"] == {"FunctionName": function, "Payload": "{% $states.context.Execution.Input %}"}
    assert task["TimeoutSeconds"] == timeout


TRANSITIONS: Final = [
    (
        "BeginProcessing",
        "PROCESSING",
        "#status = :received OR (#status = :to AND #execution_arn = :execution_arn)",
    ),
    ("MarkCharged", "CHARGED", "#status = :processing"),
    ("MarkRejected", "REJECTED", "#status = :processing"),
    ("MarkFailed", "FAILED", "#status = :processing"),
]


@pytest.mark.parametrize(("state", "status", "condition"), TRANSITIONS)
def test_every_change_of_status_is_conditional(state: str, status: str, condition: str) -> None:
    task = STATES[state]
    arguments = task["Arguments"]

    assert task["Resource"] == "arn:aws:states:::dynamodb:updateItem"
    assert arguments["TableName"] == "orders"
    assert arguments["Key"] == {"order_id": {"S": "{% $states.input.order_id %}"}}
    assert arguments["ConditionExpression"] == condition
    assert arguments["ExpressionAttributeValues"][":to"] == {"S": status}


@pytest.mark.parametrize("state", [state for state, _, _ in TRANSITIONS])
def test_dynamodb_gets_every_placeholder_it_uses_and_no_other(state: str) -> None:
    arguments = STATES[state]["Arguments"]
    text = f"{arguments['UpdateExpression']} {arguments['ConditionExpression']}"

    assert set(re.findall(r":\w+", text)) == arguments["ExpressionAttributeValues"].keys()
    assert set(re.findall(r"#\w+", text)) == arguments["ExpressionAttributeNames"].keys()


@pytest.mark.parametrize(
    ("state", "fields"),
    [
        ("BeginProcessing", {"execution_arn"}),
        ("MarkCharged", {"charge_id", "total"}),
        ("MarkRejected", {"reason"}),
        ("MarkFailed", {"reason"}),
    ],
)
def test_a_change_of_status_records_why(state: str, fields: set[str]) -> None:
    update = STATES[state]["Arguments"]["UpdateExpression"]

    # No name stands by itself: it may be one of DynamoDB's reserved words, as `status` and `total` are.
    named = {f"#{field}" for field in ("status", "updated_at", *fields)}
    assert set(re.findall(r"[,T] (#?\w+) =", update)) == named


def test_the_fulfilment_message_carries_what_the_last_function_reads() -> None:
    arguments = STATES["Dispatch"]["Arguments"]

    assert STATES["Dispatch"]["Resource"] == "arn:aws:states:::sqs:sendMessage"
    assert arguments["QueueUrl"] == "https://sqs/fulfilment"
    assert re.findall(r"'(\w+)':", arguments["MessageBody"]) == [
        "schema",
        "order_id",
        "charge_id",
        "correlation_id",
    ]
    assert {name: value["DataType"] for name, value in arguments["MessageAttributes"].items()} == {
        "correlation_id": "String",
        "schema_version": "String",
    }


def test_expressions_are_jsonata_and_whole() -> None:
    """A text that only begins like an expression is taken as it stands, silently."""
    assert DEFINITION["QueryLanguage"] == "JSONata"
    for text in strings(DEFINITION):
        if "$" in text or "{%" in text or "%}" in text:
            assert re.fullmatch(r"\{% [^%]+ %\}", text), text
            assert text.count("(") == text.count(")"), text
            assert text.count("{") == text.count("}"), text
            assert text.count("'") % 2 == 0, text


def test_no_state_uses_jsonpath() -> None:
    forbidden = {"InputPath", "OutputPath", "ResultPath", "ResultSelector", "Parameters", "Variable"}

    assert not any(forbidden & state.keys() for state in STATES.values())


def test_the_partition_is_that_of_the_region() -> None:
    parts = WorkflowParts(
        partition="aws-cn",
        table_name="t",
        check_function_arn="c",
        charge_function_arn="c",
        fulfilment_queue_url="q",
    )
    resources = [t for t in strings(order_workflow(parts)) if ":states:::" in t]

    assert len(resources) == 7
    assert all(resource.startswith("arn:aws-cn:states:::") for resource in resources)
