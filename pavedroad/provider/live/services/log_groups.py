"""CloudWatch Logs: groups and the streams in them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, cast

from pavedroad.provider.live.contract import LiveType
from pavedroad.provider.live.plain import flag_in, number_in, text_in
from pavedroad.provider.live.services._wire import retag

if TYPE_CHECKING:
    from mypy_boto3_logs.literals import LogGroupClassType
    from mypy_boto3_logs.type_defs import CreateLogGroupRequestTypeDef, LogGroupTypeDef

    from pavedroad.provider.live.contract import Call
    from pavedroad.provider.live.plain import Plains

_DEFAULT_CLASS: Final = "STANDARD"


def _arn(call: Call, name: str) -> str:
    return f"arn:{call.partition}:logs:{call.region}:{call.account}:log-group:{name}"


def _create_group(call: Call) -> str:
    name = call.text("name")
    asked: CreateLogGroupRequestTypeDef = {"logGroupName": name}
    if text_in(call.inputs, "kmsKeyId"):
        asked["kmsKeyId"] = text_in(call.inputs, "kmsKeyId")
    if text_in(call.inputs, "logGroupClass"):
        asked["logGroupClass"] = cast("LogGroupClassType", text_in(call.inputs, "logGroupClass"))
    if flag_in(call.inputs, "deletionProtectionEnabled"):
        asked["deletionProtectionEnabled"] = True
    if call.tags:
        asked["tags"] = call.tags
    call.clients.logs.create_log_group(**asked)
    _retain(call, name)
    return name


def _retain(call: Call, name: str) -> None:
    days = number_in(call.inputs, "retentionInDays")
    if days:
        call.clients.logs.put_retention_policy(logGroupName=name, retentionInDays=days)
    elif call.wants("retentionInDays"):
        call.clients.logs.delete_retention_policy(logGroupName=name)


def _group(call: Call, name: str) -> LogGroupTypeDef | None:
    for page in call.clients.logs.get_paginator("describe_log_groups").paginate(logGroupNamePrefix=name):
        for group in page["logGroups"]:
            if group.get("logGroupName") == name:
                return group
    return None


def _read_group(call: Call, name: str) -> Plains | None:
    group = _group(call, name)
    if group is None:
        return None
    return {
        "name": name,
        "arn": _arn(call, name),
        "retentionInDays": group.get("retentionInDays", 0),
        "logGroupClass": group.get("logGroupClass", _DEFAULT_CLASS),
        "kmsKeyId": group.get("kmsKeyId", ""),
        "deletionProtectionEnabled": group.get("deletionProtectionEnabled", False),
        "tags": {**call.clients.logs.list_tags_for_resource(resourceArn=_arn(call, name))["tags"]},
    }


def _update_group(call: Call, name: str) -> None:
    logs, arn = call.clients.logs, _arn(call, name)
    if call.wants("retentionInDays"):
        _retain(call, name)
    if call.wants("kmsKeyId"):
        key = text_in(call.inputs, "kmsKeyId")
        if key:
            logs.associate_kms_key(logGroupName=name, kmsKeyId=key)
        else:
            logs.disassociate_kms_key(logGroupName=name)
    if call.wants("deletionProtectionEnabled"):
        logs.put_log_group_deletion_protection(
            logGroupIdentifier=name,
            deletionProtectionEnabled=flag_in(call.inputs, "deletionProtectionEnabled"),
        )
    if call.wants("tags"):
        retag(
            logs.list_tags_for_resource(resourceArn=arn)["tags"],
            call.tags,
            tag=lambda tags: logs.tag_resource(resourceArn=arn, tags=tags),
            untag=lambda keys: logs.untag_resource(resourceArn=arn, tagKeys=keys),
        )


def _delete_group(call: Call, name: str) -> None:
    if not flag_in(call.before, "skipDestroy"):
        call.clients.logs.delete_log_group(logGroupName=name)


def _locate_group(_call: Call, name: str) -> tuple[str, Plains]:
    return name, {"name": name}


def _create_stream(call: Call) -> str:
    name = call.text("name")
    call.clients.logs.create_log_stream(logGroupName=call.text("logGroupName"), logStreamName=name)
    return name


def _read_stream(call: Call, name: str) -> Plains | None:
    group = call.text("logGroupName")
    pages = call.clients.logs.get_paginator("describe_log_streams")
    for page in pages.paginate(logGroupName=group, logStreamNamePrefix=name):
        for stream in page["logStreams"]:
            if stream.get("logStreamName") == name:
                arn = f"{_arn(call, group)}:log-stream:{name}"
                return {"name": name, "logGroupName": group, "arn": arn}
    return None


def _delete_stream(call: Call, name: str) -> None:
    call.clients.logs.delete_log_stream(logGroupName=call.text("logGroupName"), logStreamName=name)


def _locate_stream(_call: Call, identity: str) -> tuple[str, Plains]:
    group, _, name = identity.partition(":")
    return name, {"logGroupName": group, "name": name}


TYPES: Final[dict[str, LiveType]] = {
    "aws:cloudwatch/logGroup:LogGroup": LiveType(
        create=_create_group,
        read=_read_group,
        update=_update_group,
        delete=_delete_group,
        locate=_locate_group,
        write_only=frozenset({"skipDestroy"}),
    ),
    "aws:cloudwatch/logStream:LogStream": LiveType(
        create=_create_stream, read=_read_stream, delete=_delete_stream, locate=_locate_stream, tagged=False
    ),
}
