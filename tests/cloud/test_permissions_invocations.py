"""A service invokes a function only where the function's policy lets it."""

from __future__ import annotations

import http.client
import json
from typing import TYPE_CHECKING

import pytest
from botocore.exceptions import ClientError

from tests.support.cloud_functions import Deployed, deploy, unique
from tests.support.waiting import eventually

if TYPE_CHECKING:
    from tests.support.cloud import Cloud

ACCOUNT = "000000000000"
HERE = f"eu-west-1:{ACCOUNT}"
TELL = 'def handle(event, context):\n    print(event)\n    return {"statusCode": 200, "body": "done"}\n'


def permit(cloud: Cloud, function: Deployed, service: str, source: str, qualifier: str = "") -> None:
    """AddPermission, for one service and source."""
    name = f"{function.name}:{qualifier}" if qualifier else function.name
    cloud.client("lambda").add_permission(
        FunctionName=name,
        StatementId=unique("permit"),
        Action="lambda:InvokeFunction",
        Principal=service,
        SourceArn=source,
        SourceAccount=ACCOUNT,
    )


def asked(cloud: Cloud, path: str) -> tuple[int, bytes]:
    """GET on a gateway."""
    connection = http.client.HTTPConnection("127.0.0.1", cloud.running.port, timeout=30)
    try:
        connection.request("GET", path)
        answer = connection.getresponse()
        return answer.status, answer.read()
    finally:
        connection.close()


def test_a_topic_invokes_only_with_a_permission_for_it(cloud: Cloud) -> None:
    function = deploy(cloud, TELL)
    sns = cloud.client("sns")
    topic = sns.create_topic(Name=unique("topic"))["TopicArn"]
    sns.subscribe(TopicArn=topic, Protocol="lambda", Endpoint=function.arn)

    def refused(count: int) -> None:
        """Wait for it: a permission that comes before would still let the message through."""
        told = f"not authorized to perform: lambda:InvokeFunction on resource: {function.arn}"
        eventually(lambda: cloud.log().count(told) == count)

    sns.publish(TopicArn=topic, Message="without")
    refused(1)
    permit(cloud, function, "sns.amazonaws.com", f"{topic}-other")
    sns.publish(TopicArn=topic, Message="for another topic")
    refused(2)
    permit(cloud, function, "sns.amazonaws.com", topic)
    sns.publish(TopicArn=topic, Message="with")

    seen = eventually(function.log, lambda lines: any("'with'" in line for line in lines))
    assert not any("without" in line or "another" in line for line in seen)


def test_a_bucket_is_refused_a_function_that_does_not_permit_it(cloud: Cloud) -> None:
    function = deploy(cloud, TELL)
    s3, bucket = cloud.client("s3"), unique("bucket")
    s3.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})

    def notify() -> None:
        s3.put_bucket_notification_configuration(
            Bucket=bucket,
            NotificationConfiguration={
                "LambdaFunctionConfigurations": [
                    {"LambdaFunctionArn": function.arn, "Events": ["s3:ObjectCreated:*"]}
                ]
            },
        )

    with pytest.raises(ClientError, match="Unable to validate the following destination configurations"):
        notify()
    permit(cloud, function, "s3.amazonaws.com", f"arn:aws:s3:::{bucket}")
    notify()
    s3.put_object(Bucket=bucket, Key="first", Body=b"")
    eventually(function.log, lambda lines: any("first" in line for line in lines))

    policy = json.loads(cloud.client("lambda").get_policy(FunctionName=function.name)["Policy"])
    cloud.client("lambda").remove_permission(
        FunctionName=function.name, StatementId=policy["Statement"][0]["Sid"]
    )
    s3.put_object(Bucket=bucket, Key="second", Body=b"")
    eventually(
        cloud.log, lambda text: f"s3.amazonaws.com for arn:aws:s3:::{bucket} is not authorized" in text
    )
    assert not any("second" in line for line in function.log())


def test_a_log_group_is_refused_a_function_that_does_not_permit_it(cloud: Cloud) -> None:
    function = deploy(cloud, TELL)
    logs, group = cloud.client("logs"), unique("/filtered")
    logs.create_log_group(logGroupName=group)
    logs.create_log_stream(logGroupName=group, logStreamName="s")

    def subscribe() -> None:
        logs.put_subscription_filter(
            logGroupName=group, filterName="all", filterPattern="", destinationArn=function.arn
        )

    with pytest.raises(ClientError, match="Could not execute the lambda function"):
        subscribe()
    permit(cloud, function, "logs.amazonaws.com", f"arn:aws:logs:{HERE}:log-group:{group}:*")
    subscribe()

    policy = json.loads(cloud.client("lambda").get_policy(FunctionName=function.name)["Policy"])
    cloud.client("lambda").remove_permission(
        FunctionName=function.name, StatementId=policy["Statement"][0]["Sid"]
    )
    logs.put_log_events(
        logGroupName=group, logStreamName="s", logEvents=[{"timestamp": 1_790_000_000_000, "message": "m"}]
    )
    told = f"logs.amazonaws.com for arn:aws:logs:{HERE}:log-group:{group}:* is not authorized"
    eventually(lambda: told in cloud.log())
    assert logs.describe_subscription_filters(logGroupName=group)["subscriptionFilters"]


def test_a_rest_api_invokes_only_the_alias_that_permits_its_method(cloud: Cloud) -> None:
    function = deploy(cloud, TELL)
    version = cloud.client("lambda").publish_version(FunctionName=function.name)["Version"]
    cloud.client("lambda").create_alias(FunctionName=function.name, Name="live", FunctionVersion=version)
    gateway = cloud.client("apigateway")
    api = gateway.create_rest_api(name=unique("api"))["id"]
    root = gateway.get_resources(restApiId=api)["items"][0].get("id", "")
    resource = gateway.create_resource(restApiId=api, parentId=root, pathPart="orders")["id"]
    gateway.put_method(restApiId=api, resourceId=resource, httpMethod="GET", authorizationType="NONE")
    gateway.put_integration(
        restApiId=api,
        resourceId=resource,
        httpMethod="GET",
        type="AWS_PROXY",
        integrationHttpMethod="POST",
        uri=f"arn:aws:apigateway:eu-west-1:lambda:path/2015-03-31/functions/{function.arn}:live/invocations",
    )
    gateway.create_deployment(restApiId=api, stageName="v1")
    scope = f"{ACCOUNT}/20260101/eu-west-1/execute-api/aws4_request"
    path = f"/_aws/execute-api/{api}/v1/orders?X-Amz-Credential={scope}"

    assert asked(cloud, path)[0] == 500
    permit(cloud, function, "apigateway.amazonaws.com", f"arn:aws:execute-api:{HERE}:{api}/*/GET/orders")
    assert asked(cloud, path)[0] == 500  # the permission is for the function, not for its alias
    permit(
        cloud, function, "apigateway.amazonaws.com", f"arn:aws:execute-api:{HERE}:{api}/*/POST/orders", "live"
    )
    assert asked(cloud, path)[0] == 500
    permit(
        cloud, function, "apigateway.amazonaws.com", f"arn:aws:execute-api:{HERE}:{api}/*/GET/orders", "live"
    )
    assert asked(cloud, path) == (200, b"done")


def test_an_http_api_invokes_only_with_a_permission_for_its_route(cloud: Cloud) -> None:
    function = deploy(cloud, TELL)
    gateway = cloud.client("apigatewayv2")
    api = gateway.create_api(Name=unique("api"), ProtocolType="HTTP")["ApiId"]
    integration = gateway.create_integration(
        ApiId=api, IntegrationType="AWS_PROXY", IntegrationUri=function.arn, PayloadFormatVersion="2.0"
    )["IntegrationId"]
    gateway.create_route(ApiId=api, RouteKey="GET /orders/{id}", Target=f"integrations/{integration}")
    gateway.create_stage(ApiId=api, StageName="$default", AutoDeploy=True)
    path = f"/_aws/execute-api/{api}/$default/orders/1"

    assert asked(cloud, path)[0] == 500
    permit(
        cloud, function, "apigateway.amazonaws.com", f"arn:aws:execute-api:{HERE}:{api}/*/GET/orders/{{id}}"
    )
    assert asked(cloud, path) == (200, b"done")


def test_a_user_pool_fails_a_call_whose_trigger_it_may_not_invoke(cloud: Cloud) -> None:
    function = deploy(cloud, "def handle(event, context):\n    return event\n")
    users = cloud.client("cognito-idp")
    pool = users.create_user_pool(PoolName=unique("pool"), LambdaConfig={"PreSignUp": function.arn})[
        "UserPool"
    ]
    client = users.create_user_pool_client(UserPoolId=pool.get("Id", ""), ClientName="c")["UserPoolClient"]

    def sign_up(name: str) -> None:
        users.sign_up(ClientId=client.get("ClientId", ""), Username=name, Password="Secret-Word-1")

    with pytest.raises(ClientError, match="PreSignUp invocation failed due to error AccessDeniedException"):
        sign_up("first")
    permit(cloud, function, "cognito-idp.amazonaws.com", pool.get("Arn", ""))
    sign_up("second")
