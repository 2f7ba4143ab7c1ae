"""The state machine of an order, in JSONata: a pure function from names to a definition.

Begin -> check -> charge -> mark charged -> dispatch. Refusals are successes (REJECTED), exhausted faults fail the
execution (FAILED). Every branch ends in a Pass state that shapes the output: `Output` on a Succeed state is not
honoured everywhere. Expected outcomes travel as data, so that no branch depends on the name of an error class.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pulumi import Input, Output

Definition: TypeAlias = "Mapping[str, Definition] | Sequence[Definition] | Output[str] | str | int | float | bool"
"""JSON, with outputs (ARNs that carry the order of creation) as leaves."""
State: TypeAlias = "dict[str, Definition]"

CONDITION_FAILED: Final = "DynamoDB.ConditionalCheckFailedException"

RETRY_SERVICE: Final[State] = {
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
"""Lambda could not take the call: the function did not run."""

RETRY_FAULT: Final[State] = {
    "ErrorEquals": ["States.TaskFailed", "States.Timeout"],
    "IntervalSeconds": 2,
    "BackoffRate": 2,
    "MaxAttempts": 4,
    "JitterStrategy": "FULL",
}
"""The function raised or ran out of time; charging is idempotent, so it is tried again."""

RETRY_DISPATCH: Final[State] = {
    "ErrorEquals": ["States.ALL"],
    "IntervalSeconds": 1,
    "BackoffRate": 2,
    "MaxAttempts": 5,
    "MaxDelaySeconds": 20,
    "JitterStrategy": "FULL",
}


@dataclass(frozen=True, kw_only=True)
class WorkflowParts:
    """What the machine works with.

    Attributes:
        table_name: Table of orders.
        check_function_arn: Alias `live` of check_order.
        charge_function_arn: Alias `live` of charge_order.
        fulfilment_queue_url: Queue that a charged order goes to.
        timeout_seconds: Longest run of one execution.
    """

    table_name: str
    check_function_arn: Input[str]
    charge_function_arn: Input[str]
    fulfilment_queue_url: Input[str]
    timeout_seconds: int


def order_workflow(parts: WorkflowParts) -> State:
    """The definition of the machine."""
    return {
        "Comment": "Check, charge and hand over one order.",
        "QueryLanguage": "JSONata",
        "StartAt": "BeginProcessing",
        "TimeoutSeconds": parts.timeout_seconds,
        "States": {
            **_begin(parts),
            **_check(parts),
            **_charge(parts),
            **_dispatch(parts),
            **_refuse(parts),
            **_fail(parts),
        },
    }
