"""Who may do what: each role of order_processing exactly as its row of the table says."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pytest

from systems.order_processing.settings import OrderProcessingSettings
from tests.support.orders import FULFILMENT, KEY, MACHINE, QUEUE, TABLE, arn, build, physical

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.support.mocks import Recording


@pytest.fixture(scope="module")
def workflow() -> Recording:
    return build()


@pytest.fixture(scope="module")
def queue_mode() -> Recording:
    return build(OrderProcessingSettings(orchestration="queue"))


CONSUME: Final = {
    "sqs:ReceiveMessage",
    "sqs:DeleteMessage",
    "sqs:ChangeMessageVisibility",
    "sqs:GetQueueAttributes",
}


def grants(recording: Recording, role: str) -> set[tuple[str, str]]:
    """(action, resource) of everything that the role's one inline policy allows."""
    policy = recording.one("aws:iam/rolePolicy:RolePolicy", f"orders-{role}-grants")
    pairs: set[tuple[str, str]] = set()
    for statement in policy.document("policy")["Statement"]:
        assert statement["Effect"] == "Allow"
        actions, resources = (
            [value] if isinstance(value, str) else value
            for value in (statement["Action"], statement["Resource"])
        )
        pairs |= {(action, resource) for action in actions for resource in resources}
    return pairs


def every(actions: set[str], *resources: str) -> set[tuple[str, str]]:
    return {(action, resource) for action in actions for resource in resources}


LOG_DELIVERY: Final = {
    "logs:CreateLogDelivery",
    "logs:DeleteLogDelivery",
    "logs:DescribeLogGroups",
    "logs:DescribeResourcePolicies",
    "logs:GetLogDelivery",
    "logs:ListLogDeliveries",
    "logs:PutResourcePolicy",
    "logs:UpdateLogDelivery",
}
TRACE: Final = {"xray:PutTraceSegments", "xray:PutTelemetryRecords"}
SAMPLING: Final = {"xray:GetSamplingRules", "xray:GetSamplingTargets"}

PERMISSIONS: Final[dict[str, set[tuple[str, str]]]] = {
    "submit-orders": every({"sqs:SendMessage"}, QUEUE, arn("sqs", physical("submit-failures"))),
    "accept-orders": every(CONSUME, QUEUE)
    | every({"states:StartExecution"}, MACHINE, f"{MACHINE}:live")
    | every({"dynamodb:PutItem", "dynamodb:GetItem"}, TABLE),
    "check-order": set(),
    "charge-order": every({"dynamodb:UpdateItem"}, TABLE),
    "fulfil-orders": every(CONSUME, FULFILMENT) | every({"dynamodb:UpdateItem"}, TABLE),
    "workflow": every(
        {"lambda:InvokeFunction"},
        arn("lambda", f"function:{physical('check-order')}:live"),
        arn("lambda", f"function:{physical('charge-order')}:live"),
    )
    | every({"dynamodb:UpdateItem"}, TABLE)
    | every({"sqs:SendMessage"}, FULFILMENT)
    | every(LOG_DELIVERY | TRACE | SAMPLING, "*"),
}


def expected(
    role: str, permissions: Mapping[str, set[tuple[str, str]]] = PERMISSIONS
) -> set[tuple[str, str]]:
    """A role's permissions; a function's with its own logs and traces."""
    if role == "workflow":
        return permissions[role]
    group = arn("logs", f"log-group:/aws/lambda/{physical(role)}:*")
    own = every({"logs:CreateLogStream", "logs:PutLogEvents"}, group) | every(TRACE, "*")
    return permissions[role] | own


@pytest.mark.parametrize("role", sorted(PERMISSIONS))
def test_a_role_may_do_exactly_what_its_row_says(workflow: Recording, role: str) -> None:
    assert grants(workflow, role) == expected(role)


def test_in_queue_mode_the_listener_sends_instead_of_starting(queue_mode: Recording) -> None:
    swapped = every(CONSUME, QUEUE) | every({"sqs:SendMessage"}, FULFILMENT)
    swapped |= every({"dynamodb:PutItem", "dynamodb:GetItem"}, TABLE)

    assert grants(queue_mode, "accept-orders") == expected("accept-orders", {"accept-orders": swapped})
    for role in ("submit-orders", "fulfil-orders"):
        assert grants(queue_mode, role) == expected(role)


def test_no_role_reads_and_writes_the_same_queue(workflow: Recording, queue_mode: Recording) -> None:
    for recording in (workflow, queue_mode):
        for policy in recording.of_type("aws:iam/rolePolicy:RolePolicy"):
            pairs = grants(recording, policy.name.removeprefix("orders-").removesuffix("-grants"))
            read = {resource for action, resource in pairs if action == "sqs:ReceiveMessage"}
            written = {resource for action, resource in pairs if action == "sqs:SendMessage"}
            assert not read & written


def test_a_payment_provider_adds_the_one_secret_and_nothing_else() -> None:
    settings = OrderProcessingSettings(
        payment_mode="http", payment_url="https://pay.example.com", payment_secret="orders/payment"
    )
    recording = build(settings)

    secret = arn("secretsmanager", "secret:orders/payment-??????")
    assert grants(recording, "charge-order") == expected("charge-order") | {
        ("secretsmanager:GetSecretValue", secret)
    }


def test_a_customer_key_comes_with_the_rights_to_use_it() -> None:
    recording = build(OrderProcessingSettings(kms_key=KEY))
    reader, writer = {("kms:Decrypt", KEY)}, every({"kms:Decrypt", "kms:GenerateDataKey"}, KEY)

    assert grants(recording, "submit-orders") == expected("submit-orders") | writer
    assert grants(recording, "check-order") == expected("check-order")
    assert grants(recording, "workflow") == expected("workflow") | writer
    assert reader < grants(recording, "accept-orders")


def test_every_role_has_the_boundary_the_prefix_and_one_trusted_service(workflow: Recording) -> None:
    roles = {role.name: role for role in workflow.of_type("aws:iam/role:Role")}

    assert len(roles) == 6
    for role in roles.values():
        assert role.inputs["permissionsBoundary"] == "arn:aws:iam::111122223333:policy/pavedroad-dev-boundary"
        assert role.inputs["name"].startswith("pavedroad-dev-orders-")
        (statement,) = role.document("assumeRolePolicy")["Statement"]
        machine = role.inputs["name"] == physical("workflow")
        service = "states.amazonaws.com" if machine else "lambda.amazonaws.com"
        assert statement["Principal"] == {"Service": service}
        if machine:
            assert statement["Condition"] == {
                "StringEquals": {"aws:SourceAccount": "111122223333"},
                "ArnLike": {"aws:SourceArn": MACHINE},
            }
