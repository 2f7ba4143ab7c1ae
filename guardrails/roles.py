"""Permissions boundary and name of principals (I1, I2).

Roles that AWS makes for its own services and for single sign-on live under reserved paths and are left out.
What a role may do is the business of other rules.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, cast

from guardrails.verdict import (
    UNKNOWN,
    Finding,
    Maybe,
    Unknown,
    Verdict,
    not_applicable,
    undecided,
    violation,
)
from guardrails.wording import listing, quote

if TYPE_CHECKING:
    from guardrails.openapi import Json

RESERVED_PATHS: Final = ("/aws-service-role/", "/aws-reserved/")
ANY_SERVICE: Final = "*"
_POLICY_ARN: Final = re.compile(
    r"arn:aws[a-z-]*:iam::(?P<account>\d{12}|aws):policy/(?:[^/]+/)*(?P<name>[^/]+)"
)


@dataclass(frozen=True, kw_only=True)
class BoundaryStandard:
    """Which policies count as permissions boundary.

    Attributes:
        policies: Names of policies.
        accounts: Accounts the policy may live in; empty for any.
    """

    policies: tuple[str, ...]
    accounts: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class NameStandard:
    """How roles are named.

    Attributes:
        prefixes: A role's name starts with one of them.
        paths: Paths a role may have.
        services: Only roles that one of these service principals may assume are judged; empty for every role.
    """

    prefixes: tuple[str, ...]
    paths: tuple[str, ...] = ("/",)
    services: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class PrincipalFacts:
    """A role or user.

    Attributes:
        label: Logical name.
        name: Its own name.
        name_prefix: What a generated name starts with; counts without a name.
        path: Its path; absent is `/`.
        boundary: ARN of its permissions boundary.
        boundary_names: Names of the in-stack policies that the boundary refers to, when the ARN is not known.
        trusted_services: Service principals that may assume it; None when the trust policy cannot be read.
    """

    label: str = ""
    name: Maybe[str] = None
    name_prefix: Maybe[str] = None
    path: Maybe[str] = None
    boundary: Maybe[str] = None
    boundary_names: tuple[Maybe[str], ...] = ()
    trusted_services: Maybe[tuple[str, ...]] = ()


def boundary_attached(facts: PrincipalFacts, standard: BoundaryStandard) -> Verdict:
    """I1: the principal carries one of the boundaries."""
    if _reserved(facts):
        return not_applicable("AWS makes and owns principals of this path")
    verdict = _boundary(facts, standard)
    return undecided("path") if verdict.findings and facts.path is UNKNOWN else verdict


def name_prefixed(facts: PrincipalFacts, standard: NameStandard) -> Verdict:
    """I2: the name starts with an agreed prefix, and the path is an agreed one."""
    if _reserved(facts):
        return not_applicable("AWS makes and owns roles of this path")
    if standard.services and facts.trusted_services is not UNKNOWN:
        services = facts.trusted_services
        named = services is None or isinstance(services, Unknown) or ANY_SERVICE in services
        if not named and not set(cast("tuple[str, ...]", services)) & set(standard.services):
            return not_applicable(f"the trust policy names none of {listing(standard.services)}")
    verdict = _named(facts, standard)
    if verdict.findings and standard.services and facts.trusted_services is UNKNOWN:
        return undecided("assumeRolePolicy")
    return verdict


def trusted_services(document: Json) -> tuple[str, ...] | None:
    """The service principals that a trust policy admits, sorted; None when it cannot be read.

    `*` stands for any service: the principal `*`, `{"Service": "*"}` and NotPrincipal.

    Args:
        document: JSON text or object.
    """
    root = document
    if isinstance(root, str):
        try:
            root = cast("Json", json.loads(root.lstrip("\ufeff")))
        except (ValueError, RecursionError):
            return None
    body = _lowered(root)
    statements = body.get("statement") if body is not None else None
    if statements is None:
        return None
    services: set[str] = set()
    for statement in _listed(statements):
        fields = _lowered(statement)
        if fields is None:
            return None
        if fields.get("effect") == "Allow":
            services.update(_admitted(fields))
    return tuple(sorted(services))


def _boundary(facts: PrincipalFacts, standard: BoundaryStandard) -> Verdict:
    wanted = f"boundary {listing(standard.policies)} is required"
    if facts.boundary is None:
        return violation(
            Finding(key="boundary", code="none", fact="permissionsBoundary is not set", requirement=wanted)
        )
    if isinstance(facts.boundary, Unknown):
        known = [name for name in facts.boundary_names if isinstance(name, str)]
        wrong = sorted(name for name in known if name not in standard.policies)
        if wrong:
            fact = f"permissionsBoundary refers to policy {quote(wrong[0])}"
            return violation(Finding(key="boundary", code="wrong", fact=fact, requirement=wanted))
        settled = known and len(known) == len(facts.boundary_names)
        return Verdict() if settled else undecided("permissionsBoundary")
    match = _POLICY_ARN.fullmatch(facts.boundary)
    if match is None:
        fact = f"permissionsBoundary {quote(facts.boundary)} is no policy ARN"
    elif match["name"] not in standard.policies:
        fact = f"permissionsBoundary is {quote(facts.boundary)}"
    elif standard.accounts and match["account"] not in standard.accounts:
        fact = f"permissionsBoundary {quote(match['name'])} lies in account {match['account']}"
        wanted = f"a boundary of account {listing(standard.accounts)} is required"
    else:
        return Verdict()
    return violation(Finding(key="boundary", code="wrong", fact=fact, requirement=wanted))


def _named(facts: PrincipalFacts, standard: NameStandard) -> Verdict:
    findings: list[Finding] = []
    waiting: list[str] = []
    prop, name = _effective_name(facts)
    if isinstance(name, Unknown):
        waiting.append(prop)
    elif not name.startswith(standard.prefixes):
        findings.append(
            Finding(
                key="name",
                code="name",
                fact=f"{prop} is {quote(name)}",
                requirement=f"a role name that starts with {listing(standard.prefixes)} is required",
            )
        )
    path = "/" if facts.path is None else facts.path
    if isinstance(path, Unknown):
        waiting.append("path")
    elif path not in standard.paths:
        findings.append(
            Finding(
                key="path",
                code="name",
                fact=f"path is {quote(path)}",
                requirement=f"path {listing(standard.paths)} is required",
            )
        )
    if findings and facts.path is UNKNOWN:  # the unknown path may turn out to be a reserved one
        return undecided(*waiting)
    return violation(*findings, undecided=tuple(waiting))


def _effective_name(facts: PrincipalFacts) -> tuple[str, str | Unknown]:
    """The property that decides the start of the name, and what it says."""
    if facts.name is not None:
        return "name", facts.name
    if facts.name_prefix is not None:
        return "namePrefix", facts.name_prefix
    return "the logical name", facts.label


def _reserved(facts: PrincipalFacts) -> bool:
    return isinstance(facts.path, str) and facts.path.startswith(RESERVED_PATHS)


def _admitted(statement: Mapping[str, Json]) -> set[str]:
    """Services that one Allow statement admits."""
    if "notprincipal" in statement or statement.get("principal") == ANY_SERVICE:
        return {ANY_SERVICE}
    principal = _lowered(statement.get("principal")) or {}
    return {str(value) for value in _listed(principal.get("service"))}


def _listed(value: Json) -> tuple[Json, ...]:
    if value is None:
        return ()
    return tuple(value) if isinstance(value, Sequence) and not isinstance(value, str) else (value,)


def _lowered(value: Json) -> dict[str, Json] | None:
    """The object with its element names in lower case: IAM reads them in any case."""
    if not isinstance(value, Mapping):
        return None
    return {str(key).lower(): element for key, element in value.items()}
