"""Cognito: user pools and their clients."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, cast

from pavedroad.provider.live.contract import LiveType
from pavedroad.provider.live.plain import text_in
from pavedroad.provider.live.services._operations import perform
from pavedroad.provider.live.services._pool_names import CLIENT, FIXED, MFA, POOL, SCHEMAS
from pavedroad.provider.live.services._wire import plainly, retag, sent, told

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pavedroad.provider.live.contract import Call
    from pavedroad.provider.live.plain import Plains
    from pavedroad.provider.live.services._wire import Members

_PAGE: Final = 60


def _pages(call: Call, operation: str, field: str, **members: object) -> Iterator[Members]:
    token: object = None
    while True:
        more = {} if token is None else {"NextToken": token}
        page = perform(call.clients.cognito, operation, MaxResults=_PAGE, **members, **more)
        yield from cast("list[Members]", page.get(field) or [])
        token = page.get("NextToken")
        if not token:
            return


def _create_pool(call: Call) -> str:
    wanted = {**sent({**POOL, **FIXED, **SCHEMAS}, call.inputs), "PoolName": call.text("name")}
    made = perform(call.clients.cognito, "create_user_pool", **wanted, UserPoolTags=call.tags)
    pool = str(cast("Members", made["UserPool"])["Id"])
    _protect(call, pool)
    return pool


def _find_pool(call: Call) -> str | None:
    for pool in _pages(call, "list_user_pools", "UserPools"):
        if pool.get("Name") == call.text("name") and pool["Id"] not in call.taken:
            return str(pool["Id"])
    return None


def _protect(call: Call, pool: str) -> None:
    """Set the second factors."""
    wanted = {"MfaConfiguration": "OFF", **sent(MFA, call.inputs)}
    # An enabled factor that is not asked for any more is turned off.
    wanted.setdefault("SoftwareTokenMfaConfiguration", {"Enabled": False})
    if any(name in call.inputs or call.wants(name) for name in MFA):
        perform(call.clients.cognito, "set_user_pool_mfa_config", UserPoolId=pool, **wanted)


def _described(call: Call, pool: str) -> Members:
    return cast("Members", perform(call.clients.cognito, "describe_user_pool", UserPoolId=pool)["UserPool"])


def _read_pool(call: Call, pool: str) -> Plains:
    found = _described(call, pool)
    factors = told(MFA, perform(call.clients.cognito, "get_user_pool_mfa_config", UserPoolId=pool))
    if "softwareTokenMfaConfiguration" not in call.inputs and factors.get(
        "softwareTokenMfaConfiguration"
    ) == {"enabled": False}:
        del factors["softwareTokenMfaConfiguration"]
    return {
        **told({**POOL, **FIXED}, found),
        **factors,
        "arn": f"arn:{call.partition}:cognito-idp:{call.region}:{call.account}:userpool/{pool}",
        "creationDate": plainly(found["CreationDate"]),
        "customDomain": plainly(found.get("CustomDomain") or ""),
        "domain": plainly(found.get("Domain") or ""),
        "endpoint": f"cognito-idp.{call.region}.{call.subject.account.dns_suffix}/{pool}",
        "estimatedNumberOfUsers": plainly(found.get("EstimatedNumberOfUsers", 0)),
        "lastModifiedDate": plainly(found["LastModifiedDate"]),
        "name": plainly(found["Name"]),
        "tags": {**cast("Mapping[str, str]", found.get("UserPoolTags") or {})},
    }


def _update_pool(call: Call, pool: str) -> None:
    if call.changed - {"tags"}:
        # What an update leaves out goes back to its default, but for the tier: that stays as it is.
        tier = {"userPoolTier": call.before["userPoolTier"]} if call.before.get("userPoolTier") else {}
        wanted = sent(POOL, {**tier, **call.inputs})
        perform(call.clients.cognito, "update_user_pool", UserPoolId=pool, **wanted)
        _protect(call, pool)
    if call.wants("schemas"):
        _add_attributes(call, pool)
    if call.wants("tags"):
        arn = text_in(_read_pool(call, pool), "arn")
        cognito = call.clients.cognito
        retag(
            cognito.list_tags_for_resource(ResourceArn=arn).get("Tags", {}),
            call.tags,
            tag=lambda tags: cognito.tag_resource(ResourceArn=arn, Tags=tags),
            untag=lambda keys: cognito.untag_resource(ResourceArn=arn, TagKeys=keys),
        )


def _add_attributes(call: Call, pool: str) -> None:
    """Attributes are only ever added to a pool."""
    there = {
        str(item["Name"]).removeprefix("custom:")
        for item in cast("list[Members]", _described(call, pool).get("SchemaAttributes") or [])
    }
    asked = cast("list[Members]", sent(SCHEMAS, call.inputs).get("Schema") or [])
    new = [item for item in asked if item["Name"] not in there]
    if new:
        perform(call.clients.cognito, "add_custom_attributes", UserPoolId=pool, CustomAttributes=new)


def _delete_pool(call: Call, pool: str) -> None:
    call.clients.cognito.delete_user_pool(UserPoolId=pool)


# Clients


def _create_client(call: Call) -> str:
    wanted = {"ClientName": call.text("name"), **sent(CLIENT, call.inputs)}
    made = perform(
        call.clients.cognito,
        "create_user_pool_client",
        UserPoolId=call.text("userPoolId"),
        GenerateSecret=call.inputs.get("generateSecret") is True,
        **wanted,
    )
    return str(cast("Members", made["UserPoolClient"])["ClientId"])


def _find_client(call: Call) -> str | None:
    pool = call.text("userPoolId")
    for client in _pages(call, "list_user_pool_clients", "UserPoolClients", UserPoolId=pool):
        if client.get("ClientName") == call.text("name") and client["ClientId"] not in call.taken:
            return str(client["ClientId"])
    return None


def _client_place(call: Call, client: str) -> dict[str, object]:
    return {"UserPoolId": call.text("userPoolId"), "ClientId": client}


def _read_client(call: Call, client: str) -> Plains:
    answer = perform(call.clients.cognito, "describe_user_pool_client", **_client_place(call, client))
    found = cast("Members", answer["UserPoolClient"])
    return {
        **told(CLIENT, found),
        "clientSecret": plainly(found.get("ClientSecret") or ""),
        "generateSecret": bool(found.get("ClientSecret")) or None,
        "userPoolId": call.text("userPoolId"),
    }


def _update_client(call: Call, client: str) -> None:
    wanted = {"ClientName": call.text("name"), **sent(CLIENT, call.inputs)}
    perform(call.clients.cognito, "update_user_pool_client", **_client_place(call, client), **wanted)


def _delete_client(call: Call, client: str) -> None:
    perform(call.clients.cognito, "delete_user_pool_client", **_client_place(call, client))


def _locate_client(_call: Call, identity: str) -> tuple[str, Plains]:
    pool, _, client = identity.partition("/")
    return client, {"userPoolId": pool}


TYPES: Final[dict[str, LiveType]] = {
    "aws:cognito/userPool:UserPool": LiveType(
        create=_create_pool,
        read=_read_pool,
        update=_update_pool,
        delete=_delete_pool,
        find=_find_pool,
        write_only=frozenset({"schemas"}),
    ),
    "aws:cognito/userPoolClient:UserPoolClient": LiveType(
        create=_create_client,
        read=_read_client,
        update=_update_client,
        delete=_delete_client,
        find=_find_client,
        locate=_locate_client,
        write_only=frozenset({"refreshTokenRotation"}),
        secret=frozenset({"clientSecret"}),
        tagged=False,
    ),
}
