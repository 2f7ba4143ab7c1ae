"""Secrets have the versions that somebody gave them, and lose replicas again.

AWS: a secret that is made without a value has no version; PutSecretValue with a token that is known answers
the same once more, or refuses another value; a version gets all stages that are asked for, and the versions
that had them lose them; RemoveRegionsFromReplication deletes replicas.
The emulator: an empty version stands there and becomes AWSPREVIOUS; a known token is written over; beside
AWSCURRENT all stages are dropped, and without it two versions have the same; the operation is missing.
Here: no empty version, tokens and stages count, and replicas go.
"""

from __future__ import annotations

import json
from http import HTTPStatus
from typing import TYPE_CHECKING, Final, cast

from pavedroad.cloud.seams import Seam

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    Request = dict[str, object]
    Secret = dict[str, dict[str, dict[str, list[str]]]]
    Answer = tuple[int, dict[str, str], bytes]
    Operation = Callable[[Request], Answer]
    Handler = Callable[[str, str, Mapping[str, str], bytes, object], Awaitable[Answer]]

_secrets: Final = Seam(
    "services.secretsmanager",
    "_create_secret",
    "_put_secret_value",
    "_resolve",
    "_secrets",
    "_delete_replicas",
    "error_response_json",
    "handle_request",
    "json_response",
)
_VALUES: Final = ("SecretString", "SecretBinary")


def install() -> None:
    """Wrap what makes versions, and add the missing operation."""
    _secrets.check()
    _secrets.wrap("_create_secret", _create)
    _secrets.wrap("_put_secret_value", _put)
    _secrets.wrap("handle_request", _handle)


def _create(original: Operation) -> Operation:
    def create(request: Request) -> Answer:
        status, headers, body = original(request)
        if status != 200 or any(request.get(key) is not None for key in _VALUES):  # noqa: PLR2004 - HTTP's OK
            return status, headers, body
        _secrets["_secrets"][request["Name"]]["Versions"].clear()
        answer = {key: value for key, value in json.loads(body).items() if key != "VersionId"}
        return _secrets["json_response"](answer)

    return create


def _put(original: Operation) -> Operation:
    def put(request: Request) -> Answer:
        _, secret = _secrets["_resolve"](request.get("SecretId"))
        token = request.get("ClientRequestToken")
        known = secret["Versions"].get(token) if secret and token else None
        if known is None:
            return _staged(original(request), request, secret)
        if any(known.get(key) != request.get(key) for key in _VALUES):
            return _secrets["error_response_json"](
                "ResourceExistsException",
                "You can't use ClientRequestToken because that value is already in use for a version of "
                f"secret {secret['ARN']}.",
                400,
            )
        names = {"ARN": secret["ARN"], "Name": secret["Name"], "VersionId": token}
        return _secrets["json_response"]({**names, "VersionStages": list(known["Stages"])})

    return put


def _staged(answer: Answer, request: Request, secret: Secret) -> Answer:
    """Give a new version the stages that were asked for, and no other version."""
    status, _, body = answer
    if status != HTTPStatus.OK:
        return answer
    told = json.loads(body)
    versions = secret["Versions"]
    stages = versions[told["VersionId"]]["Stages"]
    for stage in cast("list[str]", request.get("VersionStages") or []):
        for version, other in list(versions.items()):
            if version != told["VersionId"] and stage in other["Stages"]:
                other["Stages"].remove(stage)
        if stage not in stages:
            stages.append(stage)
    return _secrets["json_response"]({**told, "VersionStages": list(stages)})


def _handle(original: Handler) -> Handler:
    async def handle(
        method: str, path: str, headers: Mapping[str, str], body: bytes, query: object
    ) -> Answer:
        if headers.get("x-amz-target", "").endswith(".RemoveRegionsFromReplication"):
            return _remove_regions(cast("Request", json.loads(body)))
        return await original(method, path, headers, body, query)

    return handle


def _remove_regions(request: Request) -> Answer:
    _, secret = _secrets["_resolve"](request.get("SecretId"))
    if not secret:
        return _secrets["error_response_json"](
            "ResourceNotFoundException", "Secrets Manager can't find the specified secret.", 400
        )
    regions = cast("list[str]", request.get("RemoveReplicaRegions") or [])
    kept = [status for status in secret["ReplicationStatus"] if status["Region"] not in regions]
    secret["ReplicationStatus"] = [
        status for status in secret["ReplicationStatus"] if status["Region"] in regions
    ]
    _secrets["_delete_replicas"](secret)
    secret["ReplicationStatus"] = kept
    return _secrets["json_response"]({"ARN": secret["ARN"], "ReplicationStatus": kept})
