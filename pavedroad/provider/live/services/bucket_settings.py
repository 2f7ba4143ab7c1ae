"""Settings of S3 buckets, each a resource of its own whose id is the bucket's name."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, cast

from pavedroad.provider.live.contract import LiveType, Refused
from pavedroad.provider.live.plain import flag_in, map_in, maps_in, text_in
from pavedroad.provider.live.services._documents import written
from pavedroad.provider.live.services._principals import refuse_missing_principals
from pavedroad.provider.live.services._wire import Part, capital, sent, told

if TYPE_CHECKING:
    from collections.abc import Callable

    from mypy_boto3_s3.type_defs import (
        BucketLoggingStatusTypeDef,
        CORSConfigurationTypeDef,
        OwnershipControlsTypeDef,
        PublicAccessBlockConfigurationTypeDef,
        PutBucketVersioningRequestTypeDef,
        ServerSideEncryptionConfigurationTypeDef,
    )

    from pavedroad.provider.live.contract import Call
    from pavedroad.provider.live.plain import Plain, Plains
    from pavedroad.provider.live.services._wire import Members, Names

_ACCESS: Final = capital("blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets")
_CORS: Final[Names] = {
    "id": "ID",
    **capital("allowedHeaders", "allowedMethods", "allowedOrigins", "exposeHeaders", "maxAgeSeconds"),
}
_ENCRYPTION: Final[Names] = {
    "applyServerSideEncryptionByDefault": Part(
        "ApplyServerSideEncryptionByDefault",
        {"kmsMasterKeyId": "KMSMasterKeyID", "sseAlgorithm": "SSEAlgorithm"},
    ),
    "blockedEncryptionTypes": "BlockedEncryptionTypes.EncryptionType",
    "bucketKeyEnabled": "BucketKeyEnabled",
}
_GRANTEE: Final[Names] = {"displayName": "DisplayName", "emailAddress": "EmailAddress", "id": "ID"}
_LOGGING: Final[Names] = {
    **capital("targetBucket", "targetPrefix"),
    "targetGrants": Part(
        "TargetGrants",
        {
            "grantee": Part("Grantee", {**_GRANTEE, "type": "Type", "uri": "URI"}),
            "permission": "Permission",
        },
        many=True,
    ),
}


@dataclass(frozen=True, kw_only=True)
class Setting:
    """One setting of a bucket.

    Attributes:
        put: Sets it.
        get: What the bucket has, without the bucket itself; None when it is not set.
        drop: Takes it away.
    """

    put: Callable[[Call, str], object]
    get: Callable[[Call, str], Plains | None]
    drop: Callable[[Call, str], object]
    write_only: frozenset[str] = frozenset()

    def live(self) -> LiveType:
        """The type that sets it."""

        def create(call: Call) -> str:
            bucket = call.text("bucket")
            self.put(call, bucket)
            return bucket

        def read(call: Call, bucket: str) -> Plains | None:
            found = self.get(call, bucket)
            return None if found is None else {"bucket": bucket, **found}

        def update(call: Call, bucket: str) -> None:
            self.put(call, bucket)

        def delete(call: Call, bucket: str) -> None:
            self.drop(call, bucket)

        return LiveType(
            create=create,
            read=read,
            update=update,
            delete=delete,
            # An owner may stand behind the name; whose bucket it is, the account tells.
            locate=lambda _call, identity: (_name(identity), {"bucket": _name(identity)}),
            write_only=self.write_only | {"expectedBucketOwner"},
            tagged=False,
        )


def _name(identity: str) -> str:
    return identity.partition(",")[0]


def _put_policy(call: Call, bucket: str) -> None:
    document = written(call.inputs["policy"])
    refuse_missing_principals(call, document, "MalformedPolicy", "Invalid principal in policy")
    call.clients.s3.put_bucket_policy(Bucket=bucket, Policy=document)


def _put_versioning(call: Call, bucket: str) -> None:
    wanted = map_in(call.inputs, "versioningConfiguration")
    status = text_in(wanted, "status")
    if status == "Disabled":
        if _versioning(call, bucket) != {"status": "Disabled"}:
            raise Refused(
                "InvalidBucketState",
                "versioningConfiguration.status cannot be updated from Enabled or Suspended to Disabled; use "
                "Suspended",
            )
        return
    request: PutBucketVersioningRequestTypeDef = {
        "Bucket": bucket,
        "VersioningConfiguration": sent({"mfaDelete": "MFADelete", "status": "Status"}, wanted),  # pyright: ignore[reportAssignmentType] - S3 refuses what it does not know
    }
    mfa = text_in(call.inputs, "mfa")
    if mfa:
        request["MFA"] = mfa
    call.clients.s3.put_bucket_versioning(**request)


def _versioning(call: Call, bucket: str) -> Plains:
    found = call.clients.s3.get_bucket_versioning(Bucket=bucket)
    # Once it was on it can only be suspended; that it never was on, S3 says by saying nothing.
    state: Plains = {"status": found.get("Status", "Disabled")}
    mfa = found.get("MFADelete", "Disabled")
    return state if mfa == "Disabled" else {**state, "mfaDelete": mfa}


def _suspend(call: Call, bucket: str) -> None:
    if text_in(map_in(call.inputs, "versioningConfiguration"), "status") != "Disabled":
        call.clients.s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Suspended"})


def _put_encryption(call: Call, bucket: str) -> None:
    rules = [sent(_ENCRYPTION, rule) for rule in maps_in(call.inputs, "rules")]
    wanted = cast("ServerSideEncryptionConfigurationTypeDef", {"Rules": rules})
    call.clients.s3.put_bucket_encryption(Bucket=bucket, ServerSideEncryptionConfiguration=wanted)


def _encryption(call: Call, bucket: str) -> Plains:
    found = call.clients.s3.get_bucket_encryption(Bucket=bucket)["ServerSideEncryptionConfiguration"]
    asked = maps_in(call.inputs, "rules")
    rules: list[Plain] = []
    for index, rule in enumerate(found["Rules"]):
        known = told(_ENCRYPTION, cast("Members", rule))
        like = asked[index] if index < len(asked) else {}
        # S3 says false where nobody said anything.
        rules.append({key: value for key, value in known.items() if value is not False or key in like})
    return {"rules": rules}


def _put_access(call: Call, bucket: str) -> None:
    wanted = {member: flag_in(call.inputs, name) for name, member in _ACCESS.items()}
    configuration = cast("PublicAccessBlockConfigurationTypeDef", wanted)
    call.clients.s3.put_public_access_block(Bucket=bucket, PublicAccessBlockConfiguration=configuration)


def _access(call: Call, bucket: str) -> Plains:
    found = call.clients.s3.get_public_access_block(Bucket=bucket)["PublicAccessBlockConfiguration"]
    return told(_ACCESS, cast("Members", found))


def _open(call: Call, bucket: str) -> None:
    if not flag_in(call.inputs, "skipDestroy"):
        call.clients.s3.delete_public_access_block(Bucket=bucket)


def _put_ownership(call: Call, bucket: str) -> None:
    wanted = cast(
        "OwnershipControlsTypeDef", {"Rules": [sent(capital("objectOwnership"), map_in(call.inputs, "rule"))]}
    )
    call.clients.s3.put_bucket_ownership_controls(Bucket=bucket, OwnershipControls=wanted)


def _ownership(call: Call, bucket: str) -> Plains:
    found = call.clients.s3.get_bucket_ownership_controls(Bucket=bucket)["OwnershipControls"]
    return {"rule": {"objectOwnership": found["Rules"][0]["ObjectOwnership"]}}


def _put_cors(call: Call, bucket: str) -> None:
    rules = [sent(_CORS, rule) for rule in maps_in(call.inputs, "corsRules")]
    wanted = cast("CORSConfigurationTypeDef", {"CORSRules": rules})
    call.clients.s3.put_bucket_cors(Bucket=bucket, CORSConfiguration=wanted)


def _cors(call: Call, bucket: str) -> Plains:
    found = call.clients.s3.get_bucket_cors(Bucket=bucket)
    return {"corsRules": [told(_CORS, cast("Members", rule)) for rule in found["CORSRules"]]}


def _put_logging(call: Call, bucket: str) -> None:
    if "targetObjectKeyFormat" in call.inputs:
        raise Refused(
            "NotSupported", "targetObjectKeyFormat: not set in the local cloud; leave it to S3's default"
        )
    wanted: dict[str, object] = {"TargetGrants": [], **sent(_LOGGING, call.inputs)}
    status = cast("BucketLoggingStatusTypeDef", {"LoggingEnabled": wanted})
    call.clients.s3.put_bucket_logging(Bucket=bucket, BucketLoggingStatus=status)


def _logging(call: Call, bucket: str) -> Plains | None:
    answer = call.clients.s3.get_bucket_logging(Bucket=bucket)
    if "LoggingEnabled" not in answer:
        return None
    return {"targetPrefix": "", **told(_LOGGING, cast("Members", answer["LoggingEnabled"]))}


TYPES: Final[dict[str, LiveType]] = {
    "aws:s3/bucketCorsConfiguration:BucketCorsConfiguration": Setting(
        put=_put_cors, get=_cors, drop=lambda call, bucket: call.clients.s3.delete_bucket_cors(Bucket=bucket)
    ).live(),
    "aws:s3/bucketLogging:BucketLogging": Setting(
        put=_put_logging,
        get=_logging,
        drop=lambda call, bucket: call.clients.s3.put_bucket_logging(Bucket=bucket, BucketLoggingStatus={}),
    ).live(),
    "aws:s3/bucketOwnershipControls:BucketOwnershipControls": Setting(
        put=_put_ownership,
        get=_ownership,
        drop=lambda call, bucket: call.clients.s3.delete_bucket_ownership_controls(Bucket=bucket),
    ).live(),
    "aws:s3/bucketPolicy:BucketPolicy": Setting(
        put=_put_policy,
        get=lambda call, bucket: {"policy": call.clients.s3.get_bucket_policy(Bucket=bucket)["Policy"]},
        drop=lambda call, bucket: call.clients.s3.delete_bucket_policy(Bucket=bucket),
    ).live(),
    "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock": Setting(
        put=_put_access, get=_access, drop=_open, write_only=frozenset({"skipDestroy"})
    ).live(),
    "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration": Setting(
        put=_put_encryption,
        get=_encryption,
        drop=lambda call, bucket: call.clients.s3.delete_bucket_encryption(Bucket=bucket),
    ).live(),
    "aws:s3/bucketVersioning:BucketVersioning": Setting(
        put=_put_versioning,
        get=lambda call, bucket: {"versioningConfiguration": _versioning(call, bucket)},
        drop=_suspend,
        write_only=frozenset({"mfa"}),
    ).live(),
}
