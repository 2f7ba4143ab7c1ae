"""What an update of a user pool or its client leaves out goes back to its default; groups and users change.

AWS: UpdateUserPool and UpdateUserPoolClient set what they are not told to its default; UpdateGroup and
AdminDeleteUserAttributes change groups and users.
The emulator: keeps it; both operations are missing.
Here: the defaults are said (what SetUserPoolMfaConfig sets stays, as on AWS), and the operations are there.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final, cast

from pavedroad.cloud.seams import Seam

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    Request = dict[str, object]
    Operation = Callable[[Request], object]
    Handler = Callable[[str, str, Mapping[str, str], bytes, object], Awaitable[object]]

_cognito: Final = Seam(
    "services.cognito",
    "_resolve_pool",
    "_resolve_user",
    "_update_user_pool",
    "_update_user_pool_client",
    "error_response_json",
    "handle_request",
    "json_response",
)
_POOL: Final[Request] = {
    "AccountRecoverySetting": {},
    "AdminCreateUserConfig": {"AllowAdminCreateUserOnly": False, "UnusedAccountValidityDays": 7},
    "AutoVerifiedAttributes": [],
    "DeletionProtection": "INACTIVE",
    "DeviceConfiguration": {},
    "EmailConfiguration": {},
    "EmailVerificationMessage": "",
    "EmailVerificationSubject": "",
    "LambdaConfig": {},
    "Policies": {
        "PasswordPolicy": {
            "MinimumLength": 8,
            "RequireUppercase": True,
            "RequireLowercase": True,
            "RequireNumbers": True,
            "RequireSymbols": True,
            "TemporaryPasswordValidityDays": 7,
        }
    },
    "SmsAuthenticationMessage": "",
    "SmsVerificationMessage": "",
    "UserAttributeUpdateSettings": {},
    "UserPoolAddOns": {},
    "VerificationMessageTemplate": {},
}
_CLIENT: Final[Request] = {
    "AccessTokenValidity": None,
    "AllowedOAuthFlows": [],
    "AllowedOAuthFlowsUserPoolClient": False,
    "AllowedOAuthScopes": [],
    "CallbackURLs": [],
    "DefaultRedirectURI": "",
    "ExplicitAuthFlows": [],
    "IdTokenValidity": None,
    "LogoutURLs": [],
    "ReadAttributes": [],
    "RefreshTokenValidity": 30,
    "SupportedIdentityProviders": [],
    "TokenValidityUnits": {},
    "WriteAttributes": [],
}


def install() -> None:
    """Wrap both updates, and add the missing operations."""
    _cognito.check()
    _cognito.wrap("_update_user_pool", lambda original: _complete(original, _POOL))
    _cognito.wrap("_update_user_pool_client", lambda original: _complete(original, _CLIENT))
    _cognito.wrap("handle_request", _handle)


def _handle(original: Handler) -> Handler:
    async def handle(
        method: str, path: str, headers: Mapping[str, str], body: bytes, query: object
    ) -> object:
        target = headers.get("x-amz-target", "")
        if target.startswith("AWSCognitoIdentityProviderService."):
            operation = _MISSING.get(target.rpartition(".")[2])
            if operation is not None:
                return operation(cast("Request", json.loads(body)))
        return await original(method, path, headers, body, query)

    return handle


def _update_group(request: Request) -> object:
    pool, error = _cognito["_resolve_pool"](request.get("UserPoolId"))
    if error:
        return error
    group = pool["_groups"].get(request.get("GroupName"))
    if group is None:
        return _cognito["error_response_json"]("ResourceNotFoundException", "Group not found.", 400)
    group.update({key: request[key] for key in ("Description", "Precedence", "RoleArn") if key in request})
    told = {key: value for key, value in group.items() if not key.startswith("_")}
    return _cognito["json_response"]({"Group": told})


def _delete_attributes(request: Request) -> object:
    pool, error = _cognito["_resolve_pool"](request.get("UserPoolId"))
    if error:
        return error
    user, error = _cognito["_resolve_user"](pool, request.get("Username"))
    if error:
        return error
    names = cast("list[str]", request.get("UserAttributeNames") or [])
    user["Attributes"] = [item for item in user["Attributes"] if item["Name"] not in names]
    return _cognito["json_response"]({})


_MISSING: Final[dict[str, Operation]] = {
    "AdminDeleteUserAttributes": _delete_attributes,
    "UpdateGroup": _update_group,
}


def _complete(original: Operation, defaults: Request) -> Operation:
    return lambda request: original({**defaults, **request})
