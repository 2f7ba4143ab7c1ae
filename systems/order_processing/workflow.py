"""The state machine of an order, in JSONata: a pure function from names to a definition.

Begin -> check -> charge -> mark charged -> dispatch. Refusals are successes (REJECTED), exhausted faults fail
the execution (FAILED). Expected outcomes travel as data, so that no branch depends on the name of an error
class, and branches end in Pass states, which shape the output everywhere.

Dispatch has retries and no catch: an execution that fails there is redriven at Dispatch, while one that went
on to a Fail state would only fail again (Step Functions guide, redrive behavior of individual states). The
order stays CHARGED meanwhile and is not charged again.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pulumi import Output

    from components.workflows.state_machine import Json

CONDITION_FAILED: Final = "DynamoDB.ConditionalCheckFailedException"
CHECK_TIMEOUT_SECONDS: Final = 10
CHARGE_TIMEOUT_SECONDS: Final = 15

RETRY_SERVICE: Final[Mapping[str, Json]] = {
    "ErrorEquals": [
        "Lambda.TooManyRequestsException",
        "Lambda.ServiceException",
        "Lambda.AWSLambdaException",
        "Lambda.SdkClientException",
    ],
    "IntervalSeconds": 1,
    "BackoffRate": 2,
    "MaxAttempts": 6,
    "MaxDelaySeconds": 20,
    "JitterStrategy": "FULL",
}
"""Lambda could not take the call: the function has not run."""

RETRY_FAULT: Final[Mapping[str, Json]] = {
    "ErrorEquals": ["States.TaskFailed", "States.Timeout"],
    "IntervalSeconds": 2,
    "BackoffRate": 2,
    "MaxAttempts": 4,
    "JitterStrategy": "FULL",
}
"""The function raised or ran out of time; charging is idempotent, so it is tried again."""

RETRY_DISPATCH: Final[Mapping[str, Json]] = {
    "ErrorEquals": ["States.ALL"],
    "IntervalSeconds": 1,
    "BackoffRate": 2,
    "MaxAttempts": 5,
    "MaxDelaySeconds": 20,
    "JitterStrategy": "FULL",
}

ORDER: Final = "{% $states.context.Execution.Input %}"
"""What the functions get: the input of the execution, unchanged."""
NOW: Final = "{% $now() %}"
EXECUTION: Final = "{% $states.context.Execution.Id %}"


@dataclass(frozen=True, kw_only=True)
class WorkflowParts:
    """What the machine works with.

    Attributes:
        partition: AWS partition; part of the names of service integrations.
        table_name: Table of orders.
        check_function_arn: Alias `live` of check_order.
        charge_function_arn: Alias `live` of charge_order.
        fulfilment_queue_url: Queue that a charged order goes to.
    """

    partition: str
    table_name: str | Output[str]
    check_function_arn: str | Output[str]
    charge_function_arn: str | Output[str]
    fulfilment_queue_url: str | Output[str]


def order_workflow(parts: WorkflowParts) -> dict[str, Json]:
    """The definition of the machine, without its timeout."""
    return {
        "Comment": "Checks, charges and hands over one order.",
        "QueryLanguage": "JSONata",
        "StartAt": "BeginProcessing",
        "States": {
            "BeginProcessing": _begin(parts),
            "CheckOrder": _check(parts),
            "IsAccepted": _choice("$states.input.check.decision = 'accept'", "ChargeOrder"),
            "ChargeOrder": _charge(parts),
            "IsCharged": _choice("$states.input.charge.outcome = 'charged'", "MarkCharged"),
            "MarkCharged": _mark_charged(parts),
            "Dispatch": _dispatch(parts),
            "Completed": _end(
                status="CHARGED", charge_id="{% $states.input.charge.charge_id %}", reason=None
            ),
            "MarkRejected": _mark_rejected(parts),
            "Rejected": _end(status="REJECTED", charge_id=None, reason="{% $states.input.reason %}"),
            "MarkFailed": _mark_failed(parts),
            "OrderFailed": {
                "Type": "Fail",
                "Error": "OrderFailed",
                "Cause": "{% $states.input.error.Error & ': ' & $states.input.error.Cause %}",
            },
            "AlreadyHandled": {"Type": "Pass", "Output": {"status": "DUPLICATE"}, "End": True},
        },
    }


def _begin(parts: WorkflowParts) -> Json:
    """RECEIVED -> PROCESSING; the same execution may come again, another one may not."""
    return {
        **_transition(
            parts,
            to="PROCESSING",
            condition="#status = :received OR (#status = :to AND #execution_arn = :execution_arn)",
            sets={"execution_arn": {"S": EXECUTION}},
            values={":received": {"S": "RECEIVED"}},
        ),
        "Output": "{% $states.input %}",
        "Catch": [_already_handled()],
        "Next": "CheckOrder",
    }


def _check(parts: WorkflowParts) -> Json:
    return {
        **_invoke(parts, parts.check_function_arn, CHECK_TIMEOUT_SECONDS),
        "Output": "{% $merge([$states.input, {'check': $states.result.Payload}]) %}",
        # A check whose environment dies says nothing about the order: it must not end as FAILED for it.
        "Retry": [RETRY_SERVICE, RETRY_FAULT],
        "Catch": [_failed()],
        "Next": "IsAccepted",
    }


def _charge(parts: WorkflowParts) -> Json:
    return {
        **_invoke(parts, parts.charge_function_arn, CHARGE_TIMEOUT_SECONDS),
        "Output": "{% $merge([$states.input, {'charge': $states.result.Payload}]) %}",
        "Retry": [RETRY_SERVICE, RETRY_FAULT],
        "Catch": [_failed()],
        "Next": "IsCharged",
    }


def _mark_charged(parts: WorkflowParts) -> Json:
    return {
        **_transition(
            parts,
            to="CHARGED",
            condition="#status = :processing",
            sets={
                "charge_id": {"S": "{% $states.input.charge.charge_id %}"},
                "total": {"N": "{% $string($states.input.check.total) %}"},
            },
            values={":processing": {"S": "PROCESSING"}},
        ),
        "Output": "{% $states.input %}",
        "Catch": [_already_handled()],
        "Next": "Dispatch",
    }


def _dispatch(parts: WorkflowParts) -> Json:
    body = (
        "{% $string({'schema': 1, 'order_id': $states.input.order_id, "
        "'charge_id': $states.input.charge.charge_id, 'correlation_id': $states.input.correlation_id}) %}"
    )
    return {
        "Type": "Task",
        "Resource": f"arn:{parts.partition}:states:::sqs:sendMessage",
        "Arguments": {
            "QueueUrl": parts.fulfilment_queue_url,
            "MessageBody": body,
            "MessageAttributes": {
                "correlation_id": {"DataType": "String", "StringValue": "{% $states.input.correlation_id %}"},
                "schema_version": {"DataType": "String", "StringValue": "1"},
            },
        },
        "Output": "{% $states.input %}",
        "Retry": [RETRY_DISPATCH],
        "Next": "Completed",
    }


def _mark_rejected(parts: WorkflowParts) -> Json:
    reason = "$exists($states.input.charge) ? $states.input.charge.reason : $states.input.check.reason"
    return {
        **_transition(
            parts,
            to="REJECTED",
            condition="#status = :processing",
            sets={"reason": {"S": f"{{% {reason} %}}"}},
            values={":processing": {"S": "PROCESSING"}},
        ),
        "Output": f"{{% $merge([$states.input, {{'reason': {reason}}}]) %}}",
        "Catch": [_already_handled()],
        "Next": "Rejected",
    }


def _mark_failed(parts: WorkflowParts) -> Json:
    """PROCESSING -> FAILED; also when the record says otherwise by now, the fault must not pass unseen."""
    return {
        **_transition(
            parts,
            to="FAILED",
            condition="#status = :processing",
            sets={"reason": {"S": "{% $states.input.error.Error %}"}},
            values={":processing": {"S": "PROCESSING"}},
        ),
        "Output": "{% $states.input %}",
        "Catch": [
            {"ErrorEquals": [CONDITION_FAILED], "Output": "{% $states.input %}", "Next": "OrderFailed"}
        ],
        "Next": "OrderFailed",
    }


def _transition(
    parts: WorkflowParts, *, to: str, condition: str, sets: Mapping[str, Json], values: Mapping[str, Json]
) -> dict[str, Json]:
    """A conditional change of the order's status.

    Every name goes by a placeholder: `status` and `total` are among DynamoDB's 573 reserved words.
    """
    fields = ("updated_at", *sets)
    assignments = ["#status = :to", *(f"#{field} = :{field}" for field in fields)]
    return {
        "Type": "Task",
        "Resource": f"arn:{parts.partition}:states:::dynamodb:updateItem",
        "Arguments": {
            "TableName": parts.table_name,
            "Key": {"order_id": {"S": "{% $states.input.order_id %}"}},
            "UpdateExpression": f"SET {', '.join(assignments)}",
            "ConditionExpression": condition,
            "ExpressionAttributeNames": {f"#{field}": field for field in ("status", *fields)},
            "ExpressionAttributeValues": {
                ":to": {"S": to},
                ":updated_at": {"S": NOW},
                **{f":{field}": value for field, value in sets.items()},
                **values,
            },
        },
    }


def _invoke(parts: WorkflowParts, function_arn: str | Output[str], timeout_seconds: int) -> dict[str, Json]:
    return {
        "Type": "Task",
        "Resource": f"arn:{parts.partition}:states:::lambda:invoke",
        "Arguments": {"FunctionName": function_arn, "Payload": ORDER},
        "TimeoutSeconds": timeout_seconds,
    }


def _choice(condition: str, then: str) -> Json:
    return {
        "Type": "Choice",
        "Choices": [{"Condition": f"{{% {condition} %}}", "Next": then}],
        "Default": "MarkRejected",
    }


def _end(*, status: str, charge_id: str | None, reason: str | None) -> Json:
    order_id = "{% $states.input.order_id %}"
    output: Json = {"order_id": order_id, "status": status, "charge_id": charge_id, "reason": reason}
    return {"Type": "Pass", "Output": output, "End": True}


def _already_handled() -> Json:
    return {"ErrorEquals": [CONDITION_FAILED], "Next": "AlreadyHandled"}


def _failed() -> Json:
    output = "{% $merge([$states.input, {'error': $states.errorOutput}]) %}"
    return {"ErrorEquals": ["States.ALL"], "Output": output, "Next": "MarkFailed"}
