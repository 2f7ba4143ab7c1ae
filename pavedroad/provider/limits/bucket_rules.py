"""Rules within a bucket's settings and an object: policy, rules of life, receivers, encryption, CORS."""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING, Final

from pavedroad.provider.limits.finding import Finding, quote, refuse
from pavedroad.provider.limits.policy_rules import statements_of
from pavedroad.provider.values import Properties, Value, at, entries, is_unknown, items, number, text

if TYPE_CHECKING:
    from collections.abc import Iterator

_ACTIONS: Final = (
    "abortIncompleteMultipartUpload",
    "expiration",
    "noncurrentVersionExpiration",
    "noncurrentVersionTransitions",
    "transitions",
)
_TAGGED: Final = ("abortIncompleteMultipartUpload", "expiredObjectDeleteMarker")
_INFREQUENT: Final = frozenset({"STANDARD_IA", "ONEZONE_IA"})
_INFREQUENT_DAYS: Final = 30
_RULES: Final = 1000
_ID_LENGTH: Final = 255
_CORS_RULES: Final = 100
_CORS_METHODS: Final = frozenset({"GET", "PUT", "POST", "DELETE", "HEAD"})
_OBJECT_TAGS: Final = 10
_RECEIVERS: Final = ("lambdaFunctions", "queues", "topics")
_LIFECYCLE: Final = "S3 PutBucketLifecycleConfiguration"


def policy(inputs: Properties) -> Iterator[Finding]:
    """A bucket's policy is about that bucket and the objects in it."""
    bucket = text(inputs.get("bucket"))
    if bucket is None:
        return
    for statement in statements_of(inputs.get("policy")):
        named = statement.get("Resource", statement.get("NotResource"))
        for resource in items(named) or [named]:
            given = text(resource)
            place = (given or "").rpartition(":::")[2]
            if given is None or "*" in place.partition("/")[0] or place.partition("/")[0] == bucket:
                continue
            yield refuse("policy", given, f"resources of {bucket} (S3 PutBucketPolicy)")


def lifecycle(inputs: Properties) -> Iterator[Finding]:
    """Rules with one filter and something to do, at times that S3 takes."""
    rules = items(inputs.get("rules"))
    if len(rules) > _RULES:
        yield Finding("rules", f"rules: got {len(rules)} rules, allowed at most {_RULES} ({_LIFECYCLE})")
    ids = [text(at(rule, "id")) for rule in rules]
    for name in sorted({name for name in ids if name and ids.count(name) > 1}):
        yield Finding(
            "rules", f"rules: got the id {quote(name)} twice, allowed once ({_LIFECYCLE}); rename one"
        )
    for index, rule in enumerate(rules):
        if not is_unknown(rule):
            yield from _rule(f"rules[{index}]", dict(entries(rule)))


def _rule(path: str, rule: Properties) -> Iterator[Finding]:
    name = text(rule.get("id")) or ""
    if len(name) > _ID_LENGTH:
        yield refuse(f"{path}.id", name, f"at most {_ID_LENGTH} characters ({_LIFECYCLE})")
    if not any(rule.get(action) for action in _ACTIONS):
        yield Finding(path, f"{path}: got no action, allowed one of {', '.join(_ACTIONS)} ({_LIFECYCLE})")
    if rule.get("filter") is not None and rule.get("prefix") is not None:
        yield Finding(
            f"{path}.prefix", f"{path}.prefix: got it beside filter, allowed one of them ({_LIFECYCLE})"
        )
    narrowed = [key for key, value in entries(rule.get("filter")) if value is not None]
    if len(narrowed) > 1:
        yield Finding(
            f"{path}.filter",
            f"{path}.filter: got {' and '.join(sorted(narrowed))}, allowed one of them ({_LIFECYCLE}); put "
            "them under and",
        )
    if at(rule.get("filter"), "tag") is not None or at(rule.get("filter"), "and", "tags") is not None:
        marker = at(rule.get("expiration"), "expiredObjectDeleteMarker")
        for key, given in zip(_TAGGED, (rule.get(_TAGGED[0]), marker), strict=True):
            if given:
                yield Finding(
                    f"{path}.{key}",
                    f"{path}.{key}: got it with a filter by tags, which S3 refuses ({_LIFECYCLE})",
                )
    yield from _times(path, rule)


def _times(path: str, rule: Properties) -> Iterator[Finding]:
    expiration = rule.get("expiration")
    yield from _one_time(f"{path}.expiration", expiration, ("date", "days", "expiredObjectDeleteMarker"))
    ends = number(at(expiration, "days"))
    for index, transition in enumerate(items(rule.get("transitions"))):
        place = f"{path}.transitions[{index}]"
        yield from _one_time(place, transition, ("date", "days"))
        days, kind = number(at(transition, "days")), text(at(transition, "storageClass"))
        if days is not None and kind in _INFREQUENT and days < _INFREQUENT_DAYS:
            yield refuse(f"{place}.days", days, f"at least {_INFREQUENT_DAYS} for {kind} ({_LIFECYCLE})")
        if days is not None and ends is not None and days >= ends:
            yield refuse(f"{place}.days", days, f"fewer than expiration.days, {ends:g} ({_LIFECYCLE})")
    for place, days in (
        ("expiration.days", at(expiration, "days")),
        (
            "noncurrentVersionExpiration.noncurrentDays",
            at(rule, "noncurrentVersionExpiration", "noncurrentDays"),
        ),
        (
            "abortIncompleteMultipartUpload.daysAfterInitiation",
            at(rule, "abortIncompleteMultipartUpload", "daysAfterInitiation"),
        ),
    ):
        amount = number(days)
        if amount is not None and amount < 1:
            yield refuse(f"{path}.{place}", days, f"1 day or more ({_LIFECYCLE})")


def _one_time(path: str, value: Value, keys: tuple[str, ...]) -> Iterator[Finding]:
    given = [key for key, item in entries(value) if key in keys and item not in (None, False)]
    if len(given) > 1:
        yield Finding(path, f"{path}: got {' and '.join(sorted(given))}, allowed one of them ({_LIFECYCLE})")


def notification(inputs: Properties) -> Iterator[Finding]:
    """No two receivers would be told of one and the same change."""
    receivers = [
        (f"{kind}[{index}]", receiver)
        for kind in _RECEIVERS
        for index, receiver in enumerate(items(inputs.get(kind)))
        if not is_unknown(receiver)
    ]
    for (first, left), (second, right) in combinations(receivers, 2):
        event = _shared(left, right)
        if event:
            yield Finding(
                second,
                f"{second}: got {event} for keys that {first} has too, allowed one receiver for each event "
                "and key (S3 PutBucketNotificationConfiguration); use a topic for both, or EventBridge",
            )


def _shared(left: Value, right: Value) -> str:
    """An event that both would be told of, or nothing."""
    for key, starts in (("filterPrefix", True), ("filterSuffix", False)):
        one, other = text(at(left, key)) or "", text(at(right, key)) or ""
        short, long = sorted((one, other), key=len)
        if not (long.startswith(short) if starts else long.endswith(short)):
            return ""
    for one in items(at(left, "events")):
        for other in items(at(right, "events")):
            first, second = text(one) or "", text(other) or ""
            if first and second and (_covers(first, second) or _covers(second, first)):
                return min(first, second, key=len)
    return ""


def _covers(wide: str, event: str) -> bool:
    return wide == event or (wide.endswith("*") and event.startswith(wide[:-1]))


def encryption(inputs: Properties) -> Iterator[Finding]:
    """A key belongs to encryption with KMS."""
    for index, rule in enumerate(items(inputs.get("rules"))):
        default = at(rule, "applyServerSideEncryptionByDefault")
        key = at(default, "kmsMasterKeyId")
        if key is not None and text(at(default, "sseAlgorithm")) == "AES256":
            path = f"rules[{index}].applyServerSideEncryptionByDefault.kmsMasterKeyId"
            yield refuse(path, key, "none with AES256 (S3 PutBucketEncryption); use aws:kms")


def cors(inputs: Properties) -> Iterator[Finding]:
    """Methods that S3 knows, and one wildcard in an origin."""
    rules = items(inputs.get("corsRules"))
    if len(rules) > _CORS_RULES:
        yield Finding(
            "corsRules", f"corsRules: got {len(rules)} rules, allowed at most {_CORS_RULES} (S3 CORS)"
        )
    for index, rule in enumerate(rules):
        for method in items(at(rule, "allowedMethods")):
            known = text(method)
            if known is not None and known not in _CORS_METHODS:
                allowed = ", ".join(sorted(_CORS_METHODS))
                yield refuse(f"corsRules[{index}].allowedMethods", known, f"{allowed} (S3 PutBucketCors)")
        for origin in items(at(rule, "allowedOrigins")):
            if (text(origin) or "").count("*") > 1:
                yield refuse(f"corsRules[{index}].allowedOrigins", origin, "at most one * (S3 PutBucketCors)")


def object_details(inputs: Properties) -> Iterator[Finding]:
    """Tags and metadata of an object."""
    tags = list(entries(inputs.get("tags")))
    if len(tags) > _OBJECT_TAGS:
        yield Finding(
            "tags", f"tags: got {len(tags)} tags, allowed at most {_OBJECT_TAGS} for an object (S3 PutObject)"
        )
    for key, _ in entries(inputs.get("metadata")):
        if key != key.lower():
            yield refuse(f"metadata.{key}", key, "names in lower case, as S3 keeps them (S3 PutObject)")
