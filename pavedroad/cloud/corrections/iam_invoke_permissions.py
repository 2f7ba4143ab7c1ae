"""A service invokes a function only where the function's own policy lets it.

AWS: SNS, S3, CloudWatch Logs, API Gateway and Cognito need AddPermission for their principal, the source and
the qualifier. Without it S3 and Logs refuse the notification and the filter, API Gateway answers 500, Cognito
fails the call, and what was already arranged is dropped.
The emulator: invokes, whatever the policy says.
Here: the policy is asked each time. Rules and schedules: `iam_deliveries`.
"""

from __future__ import annotations

import logging
import threading
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any, Final, cast

from pavedroad.cloud import permissions
from pavedroad.cloud.seams import Seam

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    Data = dict[str, Any]
    Function = Callable[..., Any]

_log: Final = logging.getLogger("pavedroad.permissions")
_INVOKE: Final = "lambda:InvokeFunction"
_COGNITO: Final = "cognito-idp.amazonaws.com"
_GATEWAY: Final = "apigateway.amazonaws.com"
_REJECTED: Final = {
    "_apply_presignup_trigger": ("PreSignUp", "_PreSignUpRejected"),
    "_apply_inbound_federation_trigger": ("InboundFederation", "_InboundFederationRejected"),
    "_apply_custom_message_trigger": ("CustomMessage", "_CustomMessageRejected"),
}
_CHALLENGES: Final = {
    "_invoke_define_auth_challenge_trigger": "DefineAuthChallenge",
    "_invoke_create_auth_challenge_trigger": "CreateAuthChallenge",
    "_invoke_verify_auth_challenge_trigger": "VerifyAuthChallengeResponse",
}

_sns: Final = Seam("services.sns", "_deliver_to_lambda")
_s3: Final = Seam(
    "services.s3",
    "_bucket_owner_account",
    "_deliver_event_to_lambda",
    "_invalid_notification_config",
    "_validate_notification_configs",
)
_logs: Final = Seam(
    "services.cloudwatch_logs", "_fanout_to_subscription_filters", "_log_groups", "_put_subscription_filter"
)
_rest: Final = Seam(
    "services.apigateway_v1",
    "_call_lambda_raw",
    "_invoke_authorizer_lambda",
    "_invoke_lambda_custom_v1",
    "_invoke_lambda_proxy_v1",
)
_http: Final = Seam(
    "services.apigateway",
    "_extract_lambda_ref_from_integration_uri",
    "_invoke_lambda_proxy",
    "_invoke_request_authorizer_lambda",
)
_users: Final = Seam(
    "services.cognito",
    "_apply_pretoken_trigger",
    "_user_pools",
    *_REJECTED,
    *(error for _trigger, error in _REJECTED.values()),
    *_CHALLENGES,
)
_responses: Final = Seam("core.responses", "error_response_json", "get_account_id", "get_region")

_integration: ContextVar[Data | None] = ContextVar("pavedroad_integration", default=None)
_hiding: Final = threading.RLock()


def install() -> None:
    """Wrap each place from which a service invokes."""
    permissions.check()
    for seam in (_sns, _s3, _logs, _rest, _http, _users, _responses):
        seam.check()
    _sns.wrap("_deliver_to_lambda", _from_topic)
    _s3.wrap("_deliver_event_to_lambda", _from_bucket)
    _s3.wrap("_validate_notification_configs", _validate)
    _logs.wrap("_put_subscription_filter", _subscribe)
    _logs.wrap("_fanout_to_subscription_filters", _from_group)
    _rest.wrap("_invoke_lambda_proxy_v1", _with_integration)
    _rest.wrap("_invoke_lambda_custom_v1", _with_integration)
    _rest.wrap("_call_lambda_raw", _from_method)
    _rest.wrap("_invoke_authorizer_lambda", _from_authorizer)
    _http.wrap("_invoke_request_authorizer_lambda", _from_authorizer)
    _http.wrap("_invoke_lambda_proxy", _from_route)
    for name, (trigger, error) in _REJECTED.items():
        _users.wrap(name, _rejecting(trigger, error))
    for name, trigger in _CHALLENGES.items():
        _users.wrap(name, _challenging(trigger))
    _users.wrap("_apply_pretoken_trigger", _from_pool_with_token)


def _refusal(service: str, function: str, source: str, account: str = "") -> str:
    """Why a service may not invoke a function for a source; empty when it may."""
    owner = account or _responses["get_account_id"]()
    decision = permissions.service_may(service, _INVOKE, function, source_arn=source, source_account=owner)
    if not decision:
        _log.warning("not invoked: %s", decision.message)
    return decision.message


def _from_topic(original: Function) -> Function:
    def deliver(function: str, envelope: str, topic: str, *rest: object) -> None:
        if not _refusal("sns.amazonaws.com", function, topic, permissions.account_of(topic)):
            original(function, envelope, topic, *rest)

    return deliver


def _from_bucket(original: Function) -> Function:
    def deliver(function: str, event: Data, *rest: object) -> None:
        bucket = event["Records"][0]["s3"]["bucket"]["name"]
        if not _bucket_refusal(function, bucket):
            original(function, event, *rest)

    return deliver


def _bucket_refusal(function: str, bucket: str) -> str:
    owner = _s3["_bucket_owner_account"](bucket) or ""
    return _refusal("s3.amazonaws.com", function, f"arn:aws:s3:::{bucket}", owner)


def _validate(original: Function) -> Function:
    def validate(configs: list[Data], region: str, bucket: str = "", skip: object = None) -> object:
        error = original(configs, region, bucket, skip)
        if error or skip:
            return error
        functions = [config["arn"] for config in configs if config["type"] == "lambda"]
        refused = [function for function in functions if _bucket_refusal(function, bucket)]
        if not refused:
            return None
        return _s3["_invalid_notification_config"](
            f"Unable to validate the following destination configurations: {', '.join(refused)}"
        )

    return validate


def _group_refusal(group: str, function: str) -> str:
    if ":function:" not in function:
        return ""
    here = f"{_responses['get_region']()}:{_responses['get_account_id']()}"
    return _refusal("logs.amazonaws.com", function, f"arn:aws:logs:{here}:log-group:{group}:*")


def _subscribe(original: Function) -> Function:
    def put(data: Data) -> object:
        group, function = data.get("logGroupName", ""), data.get("destinationArn", "")
        if group in _logs["_log_groups"] and _group_refusal(group, function):
            return _responses["error_response_json"](
                "InvalidParameterException",
                "Could not execute the lambda function. Make sure you have given CloudWatch Logs permission "
                "to execute your function.",
                400,
            )
        return original(data)

    return put


def _from_group(original: Function) -> Function:
    def fan_out(group_name: str, stream: str, events: object) -> None:
        with _hiding:
            groups = _logs["_log_groups"]
            group = cast("Data", groups.get(group_name) or {})
            filters = cast("dict[str, Data]", group.get("subscriptionFilters") or {})
            refused = [
                name
                for name, kept in filters.items()
                if _group_refusal(group_name, str(kept.get("destinationArn", "")))
            ]
            if not refused:
                original(group_name, stream, events)
                return
            # The emulator serves all filters of the group in one go: hide the refused ones for the moment.
            allowed = {name: kept for name, kept in filters.items() if name not in refused}
            groups[group_name] = {**group, "subscriptionFilters": allowed}
            try:
                original(group_name, stream, events)
            finally:
                groups[group_name] = group

    return fan_out


def _with_integration(original: Function) -> Function:
    async def invoke(integration: Data, *rest: object, **more: object) -> object:
        token = _integration.set(integration)
        try:
            return await original(integration, *rest, **more)
        finally:
            _integration.reset(token)

    return invoke


def _from_method(original: Callable[..., Awaitable[object]]) -> Callable[..., Awaitable[object]]:
    async def call(reference: str, event: Data, *, account_id: str, region: str) -> object:
        role = str((_integration.get() or {}).get("credentials") or "")
        context = event["requestContext"]
        source = (
            f"arn:aws:execute-api:{region}:{account_id}:{context['apiId']}/{context['stage']}/"
            f"{event['httpMethod']}{event['resource']}"
        )
        refused = _gateway_refusal(reference, source, account_id, role)
        if refused:
            return None, refused
        return await original(reference, event, account_id=account_id, region=region)

    return call


def _gateway_refusal(function: str, source: str, account: str, role: str) -> str:
    if not role:
        return _refusal(_GATEWAY, function, source, account)
    decision = permissions.role_allows(role, _INVOKE, function)
    if not permissions.role_trusts(role, _GATEWAY, source_arn=source, source_account=account):
        return f"API Gateway cannot assume {role}"
    return decision.message


def _from_authorizer(original: Callable[..., Awaitable[object]]) -> Callable[..., Awaitable[object]]:
    async def invoke(authorizer: Data, event: Data, account: str, region: str) -> object:
        function = _http["_extract_lambda_ref_from_integration_uri"](authorizer.get("authorizerUri", ""))
        api = event.get("requestContext", {}).get("apiId") or event.get("methodArn", "::::::").split(":")[5]
        which = authorizer.get("authorizerId") or authorizer.get("id")
        source = f"arn:aws:execute-api:{region}:{account}:{str(api).partition('/')[0]}/authorizers/{which}"
        role = str(
            authorizer.get("authorizerCredentialsArn") or authorizer.get("authorizerCredentials") or ""
        )
        if _gateway_refusal(function, source, account, role):
            return None
        return await original(authorizer, event, account, region)

    return invoke


def _from_route(original: Callable[..., Awaitable[object]]) -> Callable[..., Awaitable[object]]:
    async def invoke(integration: Data, *rest: Any, **more: Any) -> object:  # noqa: ANN401 - untyped
        api, stage, _path, method, _headers, _body, _query, route = rest[:8]
        account, region = more["owner_account_id"], more["owner_region"]
        function = _http["_extract_lambda_ref_from_integration_uri"](integration.get("integrationUri", ""))
        path = "/$default" if route == "$default" else f"/{method}{route.partition(' ')[2]}"
        source = f"arn:aws:execute-api:{region}:{account}:{api}/{stage}{path}"
        if _gateway_refusal(function, source, account, str(integration.get("credentialsArn") or "")):
            return 500, {"Content-Type": "application/json"}, b'{"message":"Internal Server Error"}'
        return await original(integration, *rest, **more)

    return invoke


def _pool_refusal(pool: Data | None, trigger: str) -> str:
    configured = cast("Data", (pool or {}).get("LambdaConfig") or {})
    function: object = configured.get(trigger) or configured.get(f"{trigger}Config") or ""
    if isinstance(function, dict):
        function = cast("Data", function).get("LambdaArn", "")
    if not function or not _refusal(_COGNITO, str(function), cast("Data", pool)["Arn"]):
        return ""
    return f"{trigger} invocation failed due to error AccessDeniedException."


def _pool(reference: object) -> Data | None:
    return cast("Data", reference) if isinstance(reference, dict) else _users["_user_pools"].get(reference)


def _rejecting(trigger: str, error: str) -> Callable[[Function], Function]:
    def wrap(original: Function) -> Function:
        def apply(pool: object, *rest: object, **more: object) -> object:
            refused = _pool_refusal(_pool(pool), trigger)
            if refused:
                raise _users[error](refused)
            return original(pool, *rest, **more)

        return apply

    return wrap


def _challenging(trigger: str) -> Callable[[Function], Function]:
    def wrap(original: Function) -> Function:
        def invoke(pool: object, *rest: object, **more: object) -> object:
            refused = _pool_refusal(_pool(pool), trigger)
            if refused:
                return None, _responses["error_response_json"]("UnexpectedLambdaException", refused, 400)
            return original(pool, *rest, **more)

        return invoke

    return wrap


def _from_pool_with_token(original: Function) -> Function:
    def apply(pool: object, claims: Data, *rest: object, **more: object) -> object:
        # The emulator has no way to fail here: the token is made without what the trigger would have added.
        return (
            claims
            if _pool_refusal(_pool(pool), "PreTokenGeneration")
            else original(pool, claims, *rest, **more)
        )

    return apply
