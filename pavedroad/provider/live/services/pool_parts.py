"""Cognito: domains, resource servers, groups and users of a pool."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, cast

from pavedroad.provider.live.contract import LiveType, Refused
from pavedroad.provider.live.plain import flag_in, strings_in, text_in
from pavedroad.provider.live.services._operations import perform
from pavedroad.provider.live.services._wire import Part, capital, plainly, sent, told

if TYPE_CHECKING:
    from pavedroad.provider.live.contract import Call
    from pavedroad.provider.live.plain import Plains
    from pavedroad.provider.live.services._wire import Members, Names


def _pool(call: Call) -> str:
    return call.text("userPoolId")


# Domains


def _create_domain(call: Call) -> str:
    domain, certificate = call.text("domain"), text_in(call.inputs, "certificateArn")
    wanted: dict[str, object] = {"CustomDomainConfig": {"CertificateArn": certificate}} if certificate else {}
    wanted |= sent(capital("managedLoginVersion"), call.inputs)
    perform(call.clients.cognito, "create_user_pool_domain", Domain=domain, UserPoolId=_pool(call), **wanted)
    return domain


def _read_domain(call: Call, domain: str) -> Plains | None:
    answer = perform(call.clients.cognito, "describe_user_pool_domain", Domain=domain)
    found = cast("Members", answer["DomainDescription"])
    if not found.get("Domain"):
        return None
    names: Names = {
        **capital("domain", "managedLoginVersion", "userPoolId", "version"),
        "awsAccountId": "AWSAccountId",
        "certificateArn": "CustomDomainConfig.CertificateArn",
        "cloudfrontDistribution": "CloudFrontDistribution",
        "cloudfrontDistributionArn": "CloudFrontDistribution",
        "s3Bucket": "S3Bucket",
    }
    return told(names, found)


def _update_domain(call: Call, domain: str) -> None:
    certificate = text_in(call.inputs, "certificateArn")
    wanted: dict[str, object] = {"CustomDomainConfig": {"CertificateArn": certificate}} if certificate else {}
    wanted |= sent(capital("managedLoginVersion"), call.inputs)
    perform(call.clients.cognito, "update_user_pool_domain", Domain=domain, UserPoolId=_pool(call), **wanted)


def _delete_domain(call: Call, domain: str) -> None:
    call.clients.cognito.delete_user_pool_domain(Domain=domain, UserPoolId=_pool(call))


# Resource servers

_SERVER: Final[Names] = {
    **capital("name"),
    "scopes": Part("Scopes", capital("scopeDescription", "scopeName"), many=True),
}


def _server_place(call: Call) -> dict[str, object]:
    return {"UserPoolId": _pool(call), "Identifier": call.text("identifier")}


def _put_server(call: Call, operation: str) -> None:
    nothing: dict[str, object] = {"Name": call.text("name"), "Scopes": []}
    wanted = {**nothing, **sent(_SERVER, call.inputs)}
    perform(call.clients.cognito, operation, **_server_place(call), **wanted)


def _create_server(call: Call) -> str:
    _put_server(call, "create_resource_server")
    return f"{_pool(call)}|{call.text('identifier')}"


def _read_server(call: Call, _identity: str) -> Plains:
    answer = perform(call.clients.cognito, "describe_resource_server", **_server_place(call))
    found = cast("Members", answer["ResourceServer"])
    identifier = call.text("identifier")
    scopes = cast("list[Members]", found.get("Scopes") or [])
    return {
        **told(_SERVER, found),
        "identifier": identifier,
        "scopeIdentifiers": [f"{identifier}/{scope['ScopeName']}" for scope in scopes],
        "userPoolId": _pool(call),
    }


def _update_server(call: Call, _identity: str) -> None:
    _put_server(call, "update_resource_server")


def _delete_server(call: Call, _identity: str) -> None:
    perform(call.clients.cognito, "delete_resource_server", **_server_place(call))


def _locate_server(_call: Call, identity: str) -> tuple[str, Plains]:
    pool, _, identifier = identity.partition("|")
    return identity, {"userPoolId": pool, "identifier": identifier}


# Groups

_GROUP: Final[Names] = capital("description", "precedence", "roleArn")


def _group_place(call: Call) -> dict[str, object]:
    return {"UserPoolId": _pool(call), "GroupName": call.text("name")}


def _create_group(call: Call) -> str:
    perform(call.clients.cognito, "create_group", **_group_place(call), **sent(_GROUP, call.inputs))
    return f"{_pool(call)}/{call.text('name')}"


def _read_group(call: Call, _identity: str) -> Plains:
    found = cast("Members", perform(call.clients.cognito, "get_group", **_group_place(call))["Group"])
    known = told(_GROUP, found)
    if "precedence" not in call.inputs and not known.get("precedence"):
        known.pop("precedence", None)
    return {**known, "name": call.text("name"), "userPoolId": _pool(call)}


def _update_group(call: Call, _identity: str) -> None:
    nothing: dict[str, object] = {"Description": "", "Precedence": 0}
    if call.wants("roleArn") and "roleArn" not in call.inputs:
        raise Refused("InvalidParameterException", "roleArn: Cognito keeps a group's role; replace the group")
    wanted = {**nothing, **sent(_GROUP, call.inputs)}
    perform(call.clients.cognito, "update_group", **_group_place(call), **wanted)


def _delete_group(call: Call, _identity: str) -> None:
    perform(call.clients.cognito, "delete_group", **_group_place(call))


def _locate_group(_call: Call, identity: str) -> tuple[str, Plains]:
    pool, _, name = identity.partition("/")
    return identity, {"userPoolId": pool, "name": name}


# Users


def _user_place(call: Call) -> dict[str, object]:
    return {"UserPoolId": _pool(call), "Username": call.text("username")}


def _attributes(call: Call) -> dict[str, str]:
    return strings_in(call.inputs, "attributes")


def _listed(attributes: dict[str, str]) -> list[dict[str, str]]:
    return [{"Name": name, "Value": value} for name, value in sorted(attributes.items())]


def _create_user(call: Call) -> str:
    steering = sent(
        capital("clientMetadata", "desiredDeliveryMediums", "forceAliasCreation", "messageAction")
        | capital("temporaryPassword"),
        call.inputs,
    )
    attributes = _listed(_attributes(call))
    perform(
        call.clients.cognito, "admin_create_user", **_user_place(call), UserAttributes=attributes, **steering
    )
    _settle(call)
    return f"{_pool(call)}/{call.text('username')}"


def _settle(call: Call) -> None:
    """Set what a user has besides attributes: the password and whether it may sign in."""
    password = text_in(call.inputs, "password")
    if password and (not call.changed or call.wants("password")):
        perform(
            call.clients.cognito,
            "admin_set_user_password",
            **_user_place(call),
            Password=password,
            Permanent=True,
        )
    enabled = flag_in(call.inputs, "enabled", default=True)
    if not enabled or call.wants("enabled"):
        operation = "admin_enable_user" if enabled else "admin_disable_user"
        perform(call.clients.cognito, operation, **_user_place(call))


def _known(found: Members) -> dict[str, str]:
    attributes = cast("list[dict[str, str]]", found.get("UserAttributes") or [])
    return {item["Name"]: item.get("Value", "") for item in attributes}


def _read_user(call: Call, _identity: str) -> Plains:
    found = perform(call.clients.cognito, "admin_get_user", **_user_place(call))
    known = _known(found)
    own: Plains = {name: value for name, value in known.items() if name != "sub"}
    return {
        "attributes": own,
        "creationDate": plainly(found["UserCreateDate"]),
        "enabled": bool(found.get("Enabled")),
        "lastModifiedDate": plainly(found["UserLastModifiedDate"]),
        "preferredMfaSetting": str(found.get("PreferredMfaSetting") or ""),
        "status": str(found["UserStatus"]),
        "sub": known.get("sub", ""),
        "username": call.text("username"),
        "userPoolId": _pool(call),
    }


def _update_user(call: Call, _identity: str) -> None:
    cognito = call.clients.cognito
    if call.wants("attributes"):
        now = _known(perform(cognito, "admin_get_user", **_user_place(call)))
        wanted = _attributes(call)
        gone = sorted(set(now) - set(wanted) - {"sub"})
        if gone:
            perform(cognito, "admin_delete_user_attributes", **_user_place(call), UserAttributeNames=gone)
        if wanted:
            perform(
                cognito, "admin_update_user_attributes", **_user_place(call), UserAttributes=_listed(wanted)
            )
    _settle(call)


def _delete_user(call: Call, _identity: str) -> None:
    perform(call.clients.cognito, "admin_delete_user", **_user_place(call))


def _locate_user(_call: Call, identity: str) -> tuple[str, Plains]:
    pool, _, name = identity.partition("/")
    return identity, {"userPoolId": pool, "username": name}


TYPES: Final[dict[str, LiveType]] = {
    "aws:cognito/resourceServer:ResourceServer": LiveType(
        create=_create_server,
        read=_read_server,
        update=_update_server,
        delete=_delete_server,
        locate=_locate_server,
        tagged=False,
    ),
    "aws:cognito/user:User": LiveType(
        create=_create_user,
        read=_read_user,
        update=_update_user,
        delete=_delete_user,
        locate=_locate_user,
        write_only=frozenset(
            {
                "clientMetadata",
                "desiredDeliveryMediums",
                "forceAliasCreation",
                "messageAction",
                "password",
                "temporaryPassword",
                "validationData",
            }
        ),
        secret=frozenset({"password", "temporaryPassword"}),
        tagged=False,
    ),
    "aws:cognito/userGroup:UserGroup": LiveType(
        create=_create_group,
        read=_read_group,
        update=_update_group,
        delete=_delete_group,
        locate=_locate_group,
        tagged=False,
    ),
    "aws:cognito/userPoolDomain:UserPoolDomain": LiveType(
        create=_create_domain,
        read=_read_domain,
        update=_update_domain,
        delete=_delete_domain,
        tagged=False,
    ),
}
