"""Alarms, log groups, dashboards and the topic that alarms call."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from components.observability.alarm_topic import AlarmTopic, AlarmTopicArgs
from components.observability.dashboard import Dashboard, DashboardArgs, Widget, dashboard_body
from components.observability.log_group import RETENTION_DAYS, check_retention
from components.observability.metric import Metric
from tests.support.components import KEY_ARN, SCOPE, platform
from tests.support.mocks import record

if TYPE_CHECKING:
    from collections.abc import Callable

SENT = Metric(namespace="AWS/SQS", name="NumberOfMessagesSent", dimensions={"QueueName": "orders"})
TOPIC = "arn:aws:sns:eu-west-1:111122223333:pavedroad-dev-alarms"


def test_the_topic_is_encrypted_and_open_to_own_alarms_over_tls_only(*, preview: bool) -> None:
    args = AlarmTopicArgs(scope=SCOPE, key_arn=KEY_ARN)
    run = record(lambda: {"arn": AlarmTopic("alarms", args).arn}, preview=preview)
    publish, plain = run.one("aws:sns/topicPolicy:TopicPolicy").document("policy")["Statement"]

    assert run.values["arn"] == TOPIC
    assert run.one("aws:sns/topic:Topic").inputs == {
        "name": "pavedroad-dev-alarms",
        "kmsMasterKeyId": KEY_ARN,
    }
    assert publish["Principal"] == {"Service": "cloudwatch.amazonaws.com"}
    assert (publish["Action"], publish["Resource"]) == ("sns:Publish", TOPIC)
    assert publish["Condition"] == {"StringEquals": {"aws:SourceAccount": "111122223333"}}
    assert (plain["Effect"], plain["Principal"], plain["Resource"]) == ("Deny", "*", TOPIC)
    assert "sns:Publish" in plain["Action"]
    assert plain["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}


def test_a_dashboards_body_is_known_and_draws_what_it_is_given() -> None:
    widget = Widget(title="Messages", metrics=[SENT.labelled("sent")])
    args = DashboardArgs(platform=platform(), widgets=[widget])
    run = record(lambda: {"name": Dashboard("orders", args).name}, preview=True)
    inputs = run.one("aws:cloudwatch/dashboard:Dashboard").inputs

    assert inputs["dashboardName"] == "pavedroad-dev-orders"
    (drawn,) = json.loads(inputs["dashboardBody"])["widgets"]
    assert drawn["properties"] == {
        "title": "Messages",
        "region": "eu-west-1",
        "view": "timeSeries",
        "period": 60,
        "metrics": [
            ["AWS/SQS", "NumberOfMessagesSent", "QueueName", "orders", {"stat": "Sum", "label": "sent"}]
        ],
    }


def test_widgets_fill_rows_from_left_to_right() -> None:
    widgets = [Widget(title=str(n), metrics=[SENT], width=10) for n in range(3)]
    places = [(w["x"], w["y"]) for w in json.loads(dashboard_body(widgets, "eu-west-1"))["widgets"]]

    assert places == [(0, 0), (10, 0), (0, 6)]


@pytest.mark.parametrize(
    ("make", "text"),
    [
        (lambda: Widget(title="x", metrics=[]), "metrics of widget 'x': got none"),
        (lambda: Widget(title="x", metrics=[SENT], width=25), "width of widget 'x': got 25, allowed 1 to 24"),
        (lambda: DashboardArgs(platform=platform(), widgets=[]), "widgets: got 0, allowed 1 to 500"),
        (lambda: check_retention("days", 31), "days: got 31, allowed 1, 3, 5, 7"),
    ],
)
def test_what_cloudwatch_would_refuse_is_refused(make: Callable[[], object], text: str) -> None:
    with pytest.raises(ValueError, match=text):
        make()


def test_every_retention_of_the_service_is_taken() -> None:
    for days in RETENTION_DAYS:
        check_retention("days", days)
    assert list(RETENTION_DAYS) == sorted(set(RETENTION_DAYS))
