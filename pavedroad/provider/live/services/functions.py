"""Lambda functions: code, settings, concurrency and published versions, in the official provider's order.

Before anything is written it is compared with what AWS has: an update that was cut off does not write twice,
and what is published unchanged keeps its number.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, cast

from pavedroad.provider.live.contract import LiveType, Refused
from pavedroad.provider.live.plain import (
    flag_in,
    number_in,
    text_in,
    texts_in,
)
from pavedroad.provider.live.retrying import retrying
from pavedroad.provider.live.services._execution_roles import refuse_unassumable
from pavedroad.provider.live.services._function_code import SOURCES, code_of_inputs
from pavedroad.provider.live.services._function_settings import (
    DEFAULTS,
    ONLY_MADE,
    SETTINGS,
    alike,
    default_log,
    settings_of,
)
from pavedroad.provider.live.services._functions import (
    await_ready,
    configuration,
    in_own_words,
    invoke_arn,
    is_gone,
    meant,
    permitted,
    streaming_arn,
    until,
)
from pavedroad.provider.live.services._wire import retag, sent, told

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mypy_boto3_lambda.type_defs import (
        CreateFunctionRequestTypeDef,
        GetFunctionResponseTypeDef,
        PublishVersionRequestTypeDef,
        UpdateFunctionCodeRequestTypeDef,
        UpdateFunctionConfigurationRequestTypeDef,
    )

    from pavedroad.provider.live.contract import Call
    from pavedroad.provider.live.plain import Plains

# AWS's quotas: of an account that has not asked for more, and what no reservation may take.
_ACCOUNT_CONCURRENCY: Final = 1000
_UNRESERVED_CONCURRENCY: Final = 100
_UNRESERVED: Final = -1

_CODE: Final = SOURCES | {"architectures", "codeSha256", "sourceCodeHash", "sourceKmsKeyArn"}
_PUBLISHED: Final = _CODE | frozenset(SETTINGS) | {"publish", "publishTo"}


def _create(call: Call) -> str:
    given = call.text("name")
    name = meant(call, given).name
    refuse_unassumable(call, text_in(call.inputs, "role"))
    _refuse_reservation(call, "")
    code = code_of_inputs(call).fields
    key = text_in(call.inputs, "sourceKmsKeyArn")
    wanted: dict[str, object] = {
        "FunctionName": name,
        "Code": {**code, "SourceKMSKeyArn": key} if key else code,
        "Tags": call.tags,
        **sent({**SETTINGS, **ONLY_MADE}, call.inputs),
    }
    request = cast("CreateFunctionRequestTypeDef", wanted)
    permitted(lambda: call.clients.lambda_.create_function(**request))
    # It is there now: what follows is tried again without making it again.
    await_ready(call, name)
    if text_in(call.inputs, "codeSigningConfigArn"):
        _sign(call, name)
    if number_in(call.inputs, "reservedConcurrentExecutions", _UNRESERVED) != _UNRESERVED:
        _reserve(call, name)
    _publish(call, name)
    return given


def _update(call: Call, identity: str) -> None:
    name = meant(call, identity).name
    if call.wants("codeSigningConfigArn"):
        _sign(call, name)
    found = call.clients.lambda_.get_function(FunctionName=name)
    _configure(call, name, settings_of(call, found["Configuration"]))
    if call.changed & _CODE:
        _bring_code(call, name, found)
    if call.wants("reservedConcurrentExecutions"):
        _reserve(call, name)
    if call.changed & _PUBLISHED:
        _publish(call, name)
    if call.wants("tags"):
        _tag(call, found["Configuration"].get("FunctionArn", ""), found.get("Tags", {}))


def _configure(call: Call, name: str, now: Plains) -> None:
    """Change the settings that are not what they shall be."""
    defaults: Plains = {**DEFAULTS, "loggingConfig": default_log(name)}
    wanted: Plains = {}
    for key in sorted(call.changed & frozenset(SETTINGS)):
        value = call.inputs.get(key, defaults.get(key))
        if value is not None and not alike(value, now.get(key)):
            wanted[key] = value
    if not wanted:
        return
    if "role" in wanted:
        refuse_unassumable(call, text_in(wanted, "role"))
    members = {"FunctionName": name, **sent(SETTINGS, wanted)}
    request = cast("UpdateFunctionConfigurationRequestTypeDef", members)
    update = call.clients.lambda_.update_function_configuration
    retrying(lambda: permitted(lambda: update(**request)))
    await_ready(call, name)


def _bring_code(call: Call, name: str, found: GetFunctionResponseTypeDef) -> None:
    """Bring the code that it shall have, unless it has it."""
    now = found["Configuration"]
    code = code_of_inputs(call)
    architectures = texts_in(call.inputs, "architectures") or ["x86_64"]
    known = (
        code.sha256 == now.get("CodeSha256")
        if not code.image
        else code.image == found["Code"].get("ImageUri")
    )
    key = text_in(call.inputs, "sourceKmsKeyArn")
    same_key = key == found["Code"].get("SourceKMSKeyArn", "")
    if known and same_key and architectures == list(now.get("Architectures", [])):
        return
    request: dict[str, object] = {"FunctionName": name, "Architectures": architectures, **code.fields}
    if key:
        request["SourceKMSKeyArn"] = key
    retrying(
        lambda: call.clients.lambda_.update_function_code(**cast("UpdateFunctionCodeRequestTypeDef", request))
    )
    await_ready(call, name)


def _publish(call: Call, name: str) -> None:
    """Publish a version if the program wants one; what is published already keeps its number."""
    if not flag_in(call.inputs, "publish"):
        return
    request: PublishVersionRequestTypeDef = {"FunctionName": name}
    if text_in(call.inputs, "publishTo"):
        request["PublishTo"] = "LATEST_PUBLISHED"
    version = retrying(lambda: call.clients.lambda_.publish_version(**request))["Version"]
    await_ready(call, name, version)


def _sign(call: Call, name: str) -> None:
    arn = text_in(call.inputs, "codeSigningConfigArn")
    if arn:
        call.clients.lambda_.put_function_code_signing_config(FunctionName=name, CodeSigningConfigArn=arn)
    else:
        call.clients.lambda_.delete_function_code_signing_config(FunctionName=name)


def _reserve(call: Call, name: str) -> None:
    wanted = number_in(call.inputs, "reservedConcurrentExecutions", _UNRESERVED)
    if wanted == _UNRESERVED:
        call.clients.lambda_.delete_function_concurrency(FunctionName=name)
        return
    _refuse_reservation(call, name)
    call.clients.lambda_.put_function_concurrency(FunctionName=name, ReservedConcurrentExecutions=wanted)


def _refuse_reservation(call: Call, name: str) -> None:
    """Refuse to leave less to the account's other functions than AWS does.

    Args:
        call: The operation.
        name: The function, whose own reservation ends with the new one; empty when it does not exist yet.
    """
    wanted = number_in(call.inputs, "reservedConcurrentExecutions", _UNRESERVED)
    if wanted <= 0:
        return
    reserved = _reserved_by_others(call, name)
    if _ACCOUNT_CONCURRENCY - reserved - wanted < _UNRESERVED_CONCURRENCY:
        raise Refused(
            "InvalidParameterValueException",
            "Specified ReservedConcurrentExecutions for function decreases account's "
            f"UnreservedConcurrentExecution below its minimum value of [{_UNRESERVED_CONCURRENCY}].",
        )


def _reserved_by_others(call: Call, name: str) -> int:
    lambda_ = call.clients.lambda_

    def of(function: str) -> int:
        return lambda_.get_function_concurrency(FunctionName=function).get("ReservedConcurrentExecutions", 0)

    limit = lambda_.get_account_settings()["AccountLimit"]
    left = limit.get("UnreservedConcurrentExecutions", 0)
    if left:
        return limit.get("ConcurrentExecutions", 0) - left - (of(name) if name else 0)
    # The emulator runs fewer functions at once than AWS, and does not say how far its limit is passed.
    pages = lambda_.get_paginator("list_functions").paginate()
    functions = [item.get("FunctionName", "") for page in pages for item in page["Functions"]]
    return sum(of(function) for function in functions if function != name)


def _tag(call: Call, arn: str, now: Mapping[str, str]) -> None:
    lambda_ = call.clients.lambda_
    retag(
        now,
        call.tags,
        tag=lambda tags: lambda_.tag_resource(Resource=arn, Tags=tags),
        untag=lambda keys: lambda_.untag_resource(Resource=arn, TagKeys=keys),
    )


def _read(call: Call, identity: str) -> Plains:
    name = meant(call, identity).name
    lambda_ = call.clients.lambda_
    answer = lambda_.get_function(FunctionName=name)
    now, code = answer["Configuration"], answer["Code"]
    arn = now.get("FunctionArn", "")
    version = _latest(call, name)
    reserved = answer.get("Concurrency", {}).get("ReservedConcurrentExecutions", _UNRESERVED)
    found: Plains = {
        **settings_of(call, now),
        "name": in_own_words(call, "name", name),
        "arn": arn,
        "architectures": list(now.get("Architectures", [])),
        "codeSha256": now.get("CodeSha256"),
        "imageUri": code.get("ImageUri"),
        "invokeArn": invoke_arn(call, arn),
        "lastModified": now.get("LastModified"),
        "packageType": now.get("PackageType"),
        "qualifiedArn": f"{arn}:{version}",
        "qualifiedInvokeArn": invoke_arn(call, f"{arn}:{version}"),
        "reservedConcurrentExecutions": reserved,
        "responseStreamingInvokeArn": streaming_arn(call, arn),
        "sourceCodeSize": now.get("CodeSize"),
        "sourceKmsKeyArn": code.get("SourceKMSKeyArn"),
        "tags": {**answer.get("Tags", {})},
        "version": version,
        **told(ONLY_MADE, now),
    }
    if now.get("PackageType") != "Image":
        signing = lambda_.get_function_code_signing_config(FunctionName=name)
        found["codeSigningConfigArn"] = signing.get("CodeSigningConfigArn")
    return found


def _latest(call: Call, name: str) -> str:
    """The version that was published last, or the one name of what is not published."""
    pages = call.clients.lambda_.get_paginator("list_versions_by_function").paginate(FunctionName=name)
    versions = [item.get("Version", "") for page in pages for item in page.get("Versions", [])]
    return max((version for version in versions if version.isdigit()), key=int, default="$LATEST")


def _delete(call: Call, identity: str) -> None:
    if flag_in(call.before, "skipDestroy"):
        return
    name = meant(call, identity).name
    call.clients.lambda_.delete_function(FunctionName=name)
    until(lambda: is_gone(lambda: configuration(call, name)), f"function {name} was still there")


TYPES: Final[dict[str, LiveType]] = {
    "aws:lambda/function:Function": LiveType(
        create=_create,
        read=_read,
        update=_update,
        delete=_delete,
        write_only=SOURCES - {"imageUri"}
        | {
            "publish",
            "publishTo",
            "replaceSecurityGroupsOnDestroy",
            "replacementSecurityGroupIds",
            "skipDestroy",
            "sourceCodeHash",
            "useResourceTimeoutForPropagation",
        },
    ),
}
