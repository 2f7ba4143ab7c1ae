"""Data sources that need no account: who and where we are, zones, and IAM documents."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pavedroad.provider.documents import DocumentError, policy_document
from pavedroad.provider.values import (
    UNKNOWN,
    Properties,
    Secret,
    Value,
    is_secret,
    is_unknown,
    items,
    reveal,
    text,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from pavedroad.provider.account import Account

# Zones that new accounts can use, where a region has other letters than a, b and c (AWS Regions and Zones
# page).
_LETTERS: Final = {
    "ap-northeast-1": "acd",
    "ap-northeast-2": "abcd",
    "ca-central-1": "abd",
    "us-east-1": "abcdef",
    "us-west-1": "ab",
    "us-west-2": "abcd",
    "cn-north-1": "abd",
}
_SHORT_PARTS: Final = {
    "north": "n",
    "south": "s",
    "east": "e",
    "west": "w",
    "central": "c",
    "northeast": "ne",
    "southeast": "se",
    "northwest": "nw",
    "southwest": "sw",
}
# Names of regions as AWS's consoles write them.
_DESCRIPTIONS: Final = {
    "eu-central-1": "Europe (Frankfurt)",
    "eu-north-1": "Europe (Stockholm)",
    "eu-west-1": "Europe (Ireland)",
    "eu-west-2": "Europe (London)",
    "eu-west-3": "Europe (Paris)",
    "us-east-1": "US East (N. Virginia)",
    "us-east-2": "US East (Ohio)",
    "us-west-1": "US West (N. California)",
    "us-west-2": "US West (Oregon)",
}


class LookupRefusedError(Exception):
    """The data source cannot be answered; the text says why and what can."""


def look_up(token: str, arguments: Properties, account: Account) -> Properties:
    """The result of a data source.

    Raises:
        LookupRefusedError: No such data source here, or its arguments make no sense.
    """
    answer = LOOKUPS.get(token)
    if answer is None:
        raise LookupRefusedError(
            f"{token} needs a look into an AWS account, which a local run has not; supported are "
            f"{', '.join(sorted(LOOKUPS))}. Pass the value by configuration, or name "
            "the resource in the program."
        )
    return answer(arguments, account.of(arguments))


def _caller(_arguments: Properties, account: Account) -> Properties:
    arn = f"arn:{account.partition}:iam::{account.account}:root"
    return {"id": account.account, "accountId": account.account, "arn": arn, "userId": account.account}


def _region(arguments: Properties, account: Account) -> Properties:
    endpoint = text(arguments.get("endpoint"))
    name = (endpoint.split(".")[1] if endpoint and endpoint.count(".") > 1 else None) or text(
        arguments.get("name")
    )
    region = name or account.region
    return {
        "id": region,
        "name": region,
        "region": region,
        "endpoint": endpoint or f"ec2.{region}.{account.dns_suffix}",
        "description": _DESCRIPTIONS.get(region, region),
    }


def _partition(_arguments: Properties, account: Account) -> Properties:
    return {
        "id": account.partition,
        "partition": account.partition,
        "dnsSuffix": account.dns_suffix,
        "reverseDnsPrefix": ".".join(reversed(account.dns_suffix.split("."))),
    }


def _zone_id(region: str, letter: str) -> str:
    """`eu-west-1a` has the id `euw1-az1`; the letters of an account stand in order here."""
    area, *middle, number = region.split("-")
    short = "".join(_SHORT_PARTS.get(part, part) for part in middle)
    place = _LETTERS.get(region, "abc").index(letter) + 1
    return f"{area}{short}{number}-az{place}"


def _zones(arguments: Properties, account: Account) -> Properties:
    region = account.region
    excluded = {text(item) for item in items(arguments.get("excludeNames"))}
    excluded_ids = {text(item) for item in items(arguments.get("excludeZoneIds"))}
    zones = [
        (f"{region}{letter}", _zone_id(region, letter))
        for letter in _LETTERS.get(region, "abc")
        if f"{region}{letter}" not in excluded and _zone_id(region, letter) not in excluded_ids
    ]
    return {
        **arguments,
        "id": region,
        "region": region,
        "groupNames": [region],
        "names": [name for name, _ in zones],
        "zoneIds": [zone for _, zone in zones],
    }


def _zone(arguments: Properties, account: Account) -> Properties:
    region = account.region
    wanted = text(arguments.get("name")) or text(arguments.get("zoneId"))
    for letter in _LETTERS.get(region, "abc"):
        name, zone = f"{region}{letter}", _zone_id(region, letter)
        if wanted in {name, zone}:
            return {
                **arguments,
                "id": name,
                "name": name,
                "zoneId": zone,
                "nameSuffix": letter,
                "region": region,
                "groupName": region,
                "groupLongName": _DESCRIPTIONS.get(region, region),
                "networkBorderGroup": region,
                "optInStatus": "opt-in-not-required",
                "parentZoneId": "",
                "parentZoneName": "",
                "state": "available",
                "zoneType": "availability-zone",
            }
    names = ", ".join(f"{region}{letter}" for letter in _LETTERS.get(region, "abc"))
    raise LookupRefusedError(f"name or zoneId: got {wanted!r}; region {region} has {names}")


def _document(arguments: Properties, _account: Account) -> Properties:
    if is_unknown([*arguments.values()]):
        return {**arguments, "id": UNKNOWN, "json": UNKNOWN, "minifiedJson": UNKNOWN}
    plain = {key: reveal(value) for key, value in arguments.items()}
    try:
        result = policy_document(plain)
    except DocumentError as error:
        raise LookupRefusedError(f"aws:iam/getPolicyDocument: {error}") from error
    if not is_secret([*arguments.values()]):
        return result
    hidden: dict[str, Value] = {key: Secret(result[key]) for key in ("json", "minifiedJson")}
    return {**result, **arguments, **hidden}


LOOKUPS: Final[dict[str, Callable[[Properties, Account], Properties]]] = {
    "aws:iam/getPolicyDocument:getPolicyDocument": _document,
    "aws:index/getAvailabilityZone:getAvailabilityZone": _zone,
    "aws:index/getAvailabilityZones:getAvailabilityZones": _zones,
    "aws:index/getCallerIdentity:getCallerIdentity": _caller,
    "aws:index/getPartition:getPartition": _partition,
    "aws:index/getRegion:getRegion": _region,
}
