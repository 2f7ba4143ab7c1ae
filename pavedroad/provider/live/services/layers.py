"""Versions of layers, and who else may use them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, cast

from pavedroad.provider.live.contract import LiveType
from pavedroad.provider.live.plain import flag_in, map_in, number_in, text_in
from pavedroad.provider.live.services._documents import statements
from pavedroad.provider.live.services._function_code import SOURCES, code_of_inputs
from pavedroad.provider.live.services._functions import same_principal
from pavedroad.provider.live.services._wire import Names, capital, sent, told

if TYPE_CHECKING:
    from mypy_boto3_lambda.type_defs import (
        AddLayerVersionPermissionRequestTypeDef,
        PublishLayerVersionRequestTypeDef,
    )

    from pavedroad.provider.live.contract import Call
    from pavedroad.provider.live.plain import Plains

_VERSION: Final[Names] = capital(
    "compatibleArchitectures", "compatibleRuntimes", "description", "licenseInfo"
)
_ORGANIZATION: Final = "aws:PrincipalOrgID"


def _place(arn: str) -> tuple[str, int]:
    """Name and number of a layer's version."""
    layer, _, version = arn.rpartition(":")
    return _name(layer), int(version) if version.isdigit() else 0


def _name(layer: str) -> str:
    """The name of a layer, given as name or ARN."""
    return layer.rpartition(":")[2]


def _create(call: Call) -> str:
    wanted: dict[str, object] = {
        "LayerName": _name(text_in(call.inputs, "layerName")),
        "Content": code_of_inputs(call).fields,
        **sent(_VERSION, call.inputs),
    }
    request = cast("PublishLayerVersionRequestTypeDef", wanted)
    return call.clients.lambda_.publish_layer_version(**request)["LayerVersionArn"]


def _read(call: Call, arn: str) -> Plains:
    name, version = _place(arn)
    found = call.clients.lambda_.get_layer_version(LayerName=name, VersionNumber=version)
    content = found["Content"]
    return {
        **dict.fromkeys(_VERSION),
        **told(_VERSION, found),
        "arn": found["LayerVersionArn"],
        "codeSha256": content.get("CodeSha256"),
        "createdDate": found["CreatedDate"],
        "layerArn": found["LayerArn"],
        "layerName": text_in(call.inputs, "layerName") or name,
        "sourceCodeSize": content.get("CodeSize"),
        "version": str(found["Version"]),
    }


def _find(call: Call) -> str | None:
    """The newest version that is what the program asks for."""
    name = _name(text_in(call.inputs, "layerName"))
    digest = code_of_inputs(call).sha256
    pages = call.clients.lambda_.get_paginator("list_layer_versions").paginate(LayerName=name)
    for item in (item for page in pages for item in page["LayerVersions"]):
        arn = item.get("LayerVersionArn", "")
        if arn in call.taken:
            continue
        found = _read(call, arn)
        asked = {key: call.inputs.get(key) or None for key in ("description", "licenseInfo")}
        if found.get("codeSha256") == digest and asked == {key: found.get(key) or None for key in asked}:
            return arn
    return None


def _delete(call: Call, arn: str) -> None:
    if not flag_in(call.before, "skipDestroy"):
        name, version = _place(arn)
        call.clients.lambda_.delete_layer_version(LayerName=name, VersionNumber=version)


def _locate(_call: Call, arn: str) -> tuple[str, Plains]:
    return arn, {"layerName": _place(arn)[0]}


def _granted(call: Call) -> tuple[str, int]:
    return _name(call.text("layerName")), number_in({**call.before, **call.inputs}, "versionNumber")


def _grant(call: Call) -> str:
    name, version = _granted(call)
    wanted: AddLayerVersionPermissionRequestTypeDef = {
        "LayerName": name,
        "VersionNumber": version,
        "StatementId": text_in(call.inputs, "statementId"),
        "Action": text_in(call.inputs, "action"),
        "Principal": text_in(call.inputs, "principal"),
    }
    organization = text_in(call.inputs, "organizationId")
    if organization:
        wanted["OrganizationId"] = organization
    call.clients.lambda_.add_layer_version_permission(**wanted)
    return f"{text_in(call.inputs, 'layerName')},{version}"


def _read_grant(call: Call, _identity: str) -> Plains | None:
    name, version = _granted(call)
    found = call.clients.lambda_.get_layer_version_policy(LayerName=name, VersionNumber=version)
    granted = {text_in(item, "Sid"): item for item in statements(found["Policy"])}
    wanted = call.text("statementId")
    # An import names the layer's version alone; it takes the only statement that there is.
    sid = wanted or (next(iter(granted)) if len(granted) == 1 else "")
    if sid not in granted:
        return None
    statement = granted[sid]
    equal = map_in(map_in(statement, "Condition"), "StringEquals")
    return {
        "action": text_in(statement, "Action"),
        "layerName": call.text("layerName"),
        "organizationId": text_in(equal, _ORGANIZATION),
        "policy": found["Policy"],
        "principal": same_principal(call, statement),
        "revisionId": found["RevisionId"],
        "statementId": sid,
        "versionNumber": version,
    }


def _revoke(call: Call, _identity: str) -> None:
    if not flag_in(call.before, "skipDestroy"):
        name, version = _granted(call)
        call.clients.lambda_.remove_layer_version_permission(
            LayerName=name, VersionNumber=version, StatementId=call.text("statementId")
        )


def _locate_grant(_call: Call, given: str) -> tuple[str, Plains]:
    layer, _, version = given.rpartition(",")
    return given, {"layerName": layer, "versionNumber": int(version) if version.isdigit() else 0}


def _nothing(_call: Call, _identity: str) -> None:
    """What may change steers the provider alone: whether a delete lets it stay."""


TYPES: Final[dict[str, LiveType]] = {
    "aws:lambda/layerVersion:LayerVersion": LiveType(
        create=_create,
        read=_read,
        update=_nothing,
        delete=_delete,
        find=_find,
        locate=_locate,
        write_only=SOURCES | {"skipDestroy", "sourceCodeHash"},
        tagged=False,
    ),
    "aws:lambda/layerVersionPermission:LayerVersionPermission": LiveType(
        create=_grant,
        read=_read_grant,
        update=_nothing,
        delete=_revoke,
        locate=_locate_grant,
        write_only=frozenset({"skipDestroy"}),
        tagged=False,
    ),
}
