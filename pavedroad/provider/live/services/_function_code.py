"""Where the code of a function or layer comes from: an archive of the program, an object in S3, or an image.

Lambda reads the object when it is told about it, and refuses what is not there; the emulator would make the
function all the same and answer for it.
"""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from pavedroad.provider.live.contract import Refused
from pavedroad.provider.live.plain import map_in, text_in
from pavedroad.provider.live.retrying import code_of
from pavedroad.provider.live.services._archives import zipped

if TYPE_CHECKING:
    from botocore.exceptions import ClientError
    from mypy_boto3_s3.type_defs import GetObjectRequestTypeDef

    from pavedroad.provider.live.contract import Call

SOURCES: Final = frozenset({"code", "imageUri", "s3Bucket", "s3Key", "s3ObjectVersion"})
"""Inputs that say where the code is."""

# What S3 says to Lambda when it cannot hand out the object.
_S3_TEXTS: Final = {
    "NoSuchBucket": "The specified bucket does not exist",
    "NoSuchKey": "The specified key does not exist.",
    "NoSuchVersion": "The specified version does not exist.",
    "AccessDenied": "Access Denied",
}


@dataclass(frozen=True, kw_only=True)
class Code:
    """Code that was looked at.

    Attributes:
        fields: What the API takes to name it.
        sha256: Lambda's digest of the zip file; empty for an image.
        image: Address of the image, if it is one.
    """

    fields: dict[str, object]
    sha256: str = ""
    image: str = ""


def code_of_inputs(call: Call) -> Code:
    """The code that the inputs name.

    Raises:
        Refused: It is not there.
    """
    image = text_in(call.inputs, "imageUri")
    if image:
        return Code(fields={"ImageUri": image}, image=image)
    archive = map_in(call.inputs, "code")
    if archive:
        content = zipped(archive)
        return Code(fields={"ZipFile": content}, sha256=_digest(content))
    place: GetObjectRequestTypeDef = {
        "Bucket": text_in(call.inputs, "s3Bucket"),
        "Key": text_in(call.inputs, "s3Key"),
    }
    fields: dict[str, object] = {"S3Bucket": place["Bucket"], "S3Key": place["Key"]}
    version = text_in(call.inputs, "s3ObjectVersion")
    if version:
        place["VersionId"] = version
        fields["S3ObjectVersion"] = version
    return Code(fields=fields, sha256=_digest(_stored(call, place)))


def _stored(call: Call, place: GetObjectRequestTypeDef) -> bytes:
    from botocore.exceptions import ClientError  # noqa: PLC0415 - a preview needs no boto3

    try:
        return call.clients.s3.get_object(**place)["Body"].read()
    except ClientError as error:
        raise _unread(error) from error


def _unread(error: ClientError) -> Refused:
    code = code_of(error)
    if code not in _S3_TEXTS and not code.startswith("NoSuch"):
        code = "AccessDenied"
    text = _S3_TEXTS.get(code, code)
    return Refused(
        "InvalidParameterValueException",
        f"Error occurred while GetObject. S3 Error Code: {code}. S3 Error Message: {text}",
    )


def _digest(content: bytes) -> str:
    return base64.b64encode(hashlib.sha256(content).digest()).decode()
