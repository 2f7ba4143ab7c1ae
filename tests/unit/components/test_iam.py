"""IAM statements and documents: no wildcard without a reason, deterministic, valid JSON."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from components._iam import (
    EVERYBODY,
    STAR_ONLY_ACTIONS,
    Statement,
    deny_insecure_transport,
    policy_document,
    resource_policy_document,
    trust_document,
)

if TYPE_CHECKING:
    from collections.abc import Callable

QUEUE = "arn:aws:sqs:eu-west-1:111122223333:orders"
SEND = Statement(actions=("sqs:SendMessage",), resources=(QUEUE,))

ACTION = st.builds(
    "{}:{}{}".format,
    st.sampled_from(["sqs", "s3", "execute-api"]),
    st.sampled_from(["Get", "Put", "Send"]),
    st.text("abcXYZ", min_size=1, max_size=12),
)
ARN = st.builds(
    "arn:aws:{}:eu-west-1:111122223333:{}".format,
    st.sampled_from(["sqs", "dynamodb", "lambda"]),
    st.text("abc/-:", min_size=1, max_size=20),
)
TEXT = st.text('ab:/\u00e9"\\ ', min_size=1, max_size=12)
CONDITIONS = st.dictionaries(
    st.sampled_from(["StringEquals", "ArnLike"]),
    st.dictionaries(TEXT, st.one_of(TEXT, st.lists(TEXT, min_size=1, max_size=3)), max_size=2),
    max_size=2,
)
STATEMENT = st.builds(
    lambda actions, resources, conditions: Statement(
        actions=tuple(actions), resources=tuple(resources), conditions=conditions
    ),
    st.lists(ACTION, min_size=1, max_size=4),
    st.lists(ARN, min_size=1, max_size=3),
    CONDITIONS,
)


def many(value: Any) -> list[Any]:  # noqa: ANN401 - what a document may hold
    return value if isinstance(value, list) else [value]


@given(statements=st.lists(STATEMENT, min_size=1, max_size=4))
def test_a_document_says_exactly_what_its_statements_say(statements: list[Statement]) -> None:
    document = json.loads(policy_document(statements))

    assert document["Version"] == "2012-10-17"
    assert [tuple(many(s["Action"])) for s in document["Statement"]] == [s.actions for s in statements]
    assert [tuple(many(s["Resource"])) for s in document["Statement"]] == [s.resources for s in statements]
    for written, said in zip(document["Statement"], statements, strict=True):
        for operator, pairs in said.conditions.items():
            for key, value in pairs.items():
                assert many(written["Condition"][operator][key]) == many(
                    value if isinstance(value, str) else list(value)
                )


@given(statements=st.lists(STATEMENT, min_size=1, max_size=4))
def test_equal_statements_give_equal_text_without_white_space(statements: list[Statement]) -> None:
    again = [
        Statement(
            actions=s.actions,
            resources=s.resources,
            conditions=dict(reversed([(k, dict(reversed([*v.items()]))) for k, v in s.conditions.items()])),
        )
        for s in statements
    ]

    text = policy_document(statements)
    assert policy_document(again) == text
    assert json.dumps(json.loads(text), separators=(",", ":")) == text


@given(action=ACTION, place=st.integers(0, 30), wildcard=st.sampled_from("*?"))
def test_an_action_with_a_wildcard_needs_a_reason(action: str, place: int, wildcard: str) -> None:
    service, name = action.split(":")
    loose = f"{service}:{name[:place]}{wildcard}{name[place:]}"

    with pytest.raises(ValueError, match="wildcard"):
        Statement(actions=(loose,), resources=(QUEUE,))
    Statement(actions=(loose,), resources=(QUEUE,), wildcard_reason="a family of reads")
    Statement(actions=(loose,), resources=(QUEUE,), effect="Deny")


@given(arn=ARN, place=st.integers(0, 60), wildcard=st.sampled_from("*?"))
def test_a_resource_with_a_wildcard_needs_a_reason(arn: str, place: int, wildcard: str) -> None:
    loose = arn[:place] + wildcard + arn[place:]

    with pytest.raises(ValueError, match="wildcard"):
        Statement(actions=("sqs:SendMessage",), resources=(QUEUE, loose))


@pytest.mark.parametrize("action", sorted(STAR_ONLY_ACTIONS))
def test_an_action_without_resource_types_may_use_star_alone(action: str) -> None:
    assert Statement(actions=(action,), resources=("*",)).to_json()["Resource"] == "*"


def test_star_is_not_lent_to_other_actions_or_resources() -> None:
    with pytest.raises(ValueError, match="sqs:SendMessage"):
        Statement(actions=("xray:PutTraceSegments", "sqs:SendMessage"), resources=("*",))
    with pytest.raises(ValueError, match="wildcard"):
        Statement(actions=("xray:PutTraceSegments",), resources=("*", QUEUE))


@pytest.mark.parametrize(
    ("make", "text"),
    [
        (lambda: Statement(actions=(), resources=(QUEUE,)), "actions: got none"),
        (lambda: Statement(actions=("SendMessage",), resources=(QUEUE,)), "service:Action"),
        (lambda: Statement(actions=("*",), resources=(QUEUE,)), "service:Action"),
        (lambda: Statement(actions=("sqs:SendMessage",), resources=(QUEUE,), sid="a b"), "sid"),
        (lambda: Statement(actions=("sqs:SendMessage",), not_resources=(QUEUE,)), "not_resources"),
        (lambda: policy_document([]), "statements: got none"),
        (lambda: policy_document([Statement(actions=("sqs:SendMessage",))]), "identity policy"),
        (lambda: policy_document([deny_insecure_transport("sqs", (QUEUE,))]), "identity policy"),
        (lambda: resource_policy_document([SEND]), "resource policy"),
        (
            lambda: policy_document(
                [Statement(actions=("sqs:SendMessage",), resources=(QUEUE,), sid="Same")] * 2
            ),
            "Same",
        ),
    ],
)
def test_what_is_no_valid_document_is_refused(make: Callable[[], object], text: str) -> None:
    with pytest.raises(ValueError, match=text):
        make()


def test_a_trust_document_binds_the_service_to_its_source() -> None:
    machine = "arn:aws:states:eu-west-1:111122223333:stateMachine:m"

    document = json.loads(
        trust_document("states.amazonaws.com", source_account="111122223333", source_arns=(machine,))
    )

    assert document["Statement"] == [
        {
            "Effect": "Allow",
            "Principal": {"Service": "states.amazonaws.com"},
            "Action": "sts:AssumeRole",
            "Condition": {
                "ArnLike": {"aws:SourceArn": machine},
                "StringEquals": {"aws:SourceAccount": "111122223333"},
            },
        }
    ]


def test_a_tls_only_statement_denies_everybody_everything_on_the_queue() -> None:
    document = json.loads(resource_policy_document([deny_insecure_transport("sqs", (QUEUE,))]))

    assert document["Statement"] == [
        {
            "Sid": "DenyInsecureTransport",
            "Effect": "Deny",
            "Principal": "*",
            "Action": "sqs:*",
            "Resource": QUEUE,
            "Condition": {"Bool": {"aws:SecureTransport": "false"}},
        }
    ]


def test_a_deny_may_leave_resources_alone() -> None:
    statement = Statement(actions=("sts:AssumeRole",), not_resources=(QUEUE,), effect="Deny")

    assert json.loads(policy_document([statement]))["Statement"][0]["NotResource"] == QUEUE
    assert EVERYBODY == {"*": ("*",)}
