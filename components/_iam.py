"""IAM statements and documents as plain data, built from names that are known at plan time.

A grant is a `Statement`. A wildcard needs its reason written beside it; only actions that AWS offers no
resource-level permission for may use `*` without one. Documents are deterministic JSON: equal statements give
equal text, so that no preview shows a change where there is none.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Literal, TypeAlias

Conditions: TypeAlias = Mapping[str, Mapping[str, str | Sequence[str]]]
"""Operator -> condition key -> value or values."""
Principals: TypeAlias = Mapping[str, Sequence[str]]
"""Principal type (`Service`, `AWS`) -> principals; `{"*": ("*",)}` is everybody."""

POLICY_VERSION: Final = "2012-10-17"
EVERYBODY: Final[Principals] = {"*": ("*",)}

# Service authorization reference: these actions have no resource type, so that `*` is their only resource.
STAR_ONLY_ACTIONS: Final = frozenset(
    {
        "ec2:AssignPrivateIpAddresses",
        "ec2:CreateNetworkInterface",
        "ec2:DeleteNetworkInterface",
        "ec2:DescribeNetworkInterfaces",
        "ec2:DescribeSecurityGroups",
        "ec2:DescribeSubnets",
        "ec2:DescribeVpcs",
        "ec2:UnassignPrivateIpAddresses",
        "cloudwatch:PutMetricData",
        "config:PutEvaluations",
        "lambda:GetAccountSettings",
        "lambda:ListEventSourceMappings",
        "lambda:ListFunctions",
        "logs:CreateLogDelivery",
        "logs:DeleteLogDelivery",
        "logs:DescribeLogGroups",
        "logs:DescribeResourcePolicies",
        "logs:GetLogDelivery",
        "logs:ListLogDeliveries",
        "logs:PutResourcePolicy",
        "logs:UpdateLogDelivery",
        "sqs:ListQueues",
        "xray:GetSamplingRules",
        "xray:GetSamplingTargets",
        "xray:PutTelemetryRecords",
        "xray:PutTraceSegments",
    }
)

_ACTION: Final = re.compile(r"[a-z0-9-]+:[A-Za-z*?]+")
_SID: Final = re.compile(r"[A-Za-z0-9]*")
_WILDCARDS: Final = re.compile(r"[*?]")


@dataclass(frozen=True, kw_only=True)
class Statement:
    """One statement of a policy document.

    Attributes:
        actions: Action names, `service:Action`.
        resources: ARNs, known at plan time.
        not_resources: ARNs that a Deny leaves alone; in place of `resources`, never in an Allow.
        conditions: Operator -> key -> value(s).
        effect: `Allow` or `Deny`.
        sid: Letters and digits; unique within a document, empty for none.
        principals: Who is meant; for resource and trust policies only.
        wildcard_reason: Why a wildcard in an action or a resource of an Allow cannot be avoided.
    """

    actions: tuple[str, ...]
    resources: tuple[str, ...] = ()
    not_resources: tuple[str, ...] = ()
    conditions: Conditions = field(default_factory=dict[str, Mapping[str, str | Sequence[str]]])
    effect: Literal["Allow", "Deny"] = "Allow"
    sid: str = ""
    principals: Principals = field(default_factory=dict[str, Sequence[str]])
    wildcard_reason: str = ""

    def __post_init__(self) -> None:
        """Refuse malformed actions and wildcards that nobody has given a reason for."""
        if not self.actions:
            raise ValueError("actions: got none, allowed one or more of the form service:Action")
        for action in self.actions:
            if not _ACTION.fullmatch(action) and not (action == "*" and self.effect == "Deny"):
                raise ValueError(f"actions: got {action!r}, allowed the form service:Action")
        if not _SID.fullmatch(self.sid):
            raise ValueError(f"sid: got {self.sid!r}, allowed letters and digits")
        if self.not_resources and (self.resources or self.effect == "Allow"):
            raise ValueError("not_resources: allowed only in a Deny, and in place of resources")
        if self.effect == "Allow" and not self.wildcard_reason:
            self._refuse_wildcards()

    def _refuse_wildcards(self) -> None:
        for action in self.actions:
            if _WILDCARDS.search(action):
                raise ValueError(
                    f"actions: {action!r} holds a wildcard; name the actions or set wildcard_reason"
                )
        if set(self.resources) == {"*"} and set(self.actions) <= STAR_ONLY_ACTIONS:
            return
        for resource in self.resources:
            if _WILDCARDS.search(resource):
                raise ValueError(
                    f"resources: {resource!r} holds a wildcard for {', '.join(self.actions)}; "
                    "name the resource or set wildcard_reason"
                )

    def to_json(self) -> dict[str, object]:
        """The statement in IAM's JSON form; elements in IAM's usual order, empty ones left out."""
        everybody = "*" in self.principals
        elements: dict[str, object] = {
            "Sid": self.sid,
            "Effect": self.effect,
            "Principal": "*"
            if everybody
            else {k: _one_or_many(v) for k, v in sorted(self.principals.items())},
            "Action": _one_or_many(self.actions),
            "Resource": _one_or_many(self.resources) if self.resources else None,
            "NotResource": _one_or_many(self.not_resources) if self.not_resources else None,
            "Condition": {
                operator: {key: _one_or_many(value) for key, value in sorted(pairs.items())}
                for operator, pairs in sorted(self.conditions.items())
            },
        }
        return {key: value for key, value in elements.items() if value}


def _one_or_many(values: str | Sequence[str]) -> str | list[str]:
    if isinstance(values, str):
        return values
    return values[0] if len(values) == 1 else list(values)


def _document(statements: Sequence[Statement]) -> str:
    if not statements:
        raise ValueError("statements: got none, allowed one or more")
    sids = [s.sid for s in statements if s.sid]
    if twice := sorted({sid for sid in sids if sids.count(sid) > 1}):
        raise ValueError(f"sid: {', '.join(twice)} stands twice, allowed once in a document")
    body = {"Version": POLICY_VERSION, "Statement": [s.to_json() for s in statements]}
    return json.dumps(body, separators=(",", ":"))


def policy_document(statements: Sequence[Statement]) -> str:
    """Identity policy document (inline policy, managed policy, boundary) as compact JSON.

    Raises:
        ValueError: No statement, a repeated Sid, a principal, or a statement without resources.
    """
    for statement in statements:
        if statement.principals or not (statement.resources or statement.not_resources):
            raise ValueError(
                f"statement for {', '.join(statement.actions)}: "
                "an identity policy names resources and no principal"
            )
    return _document(statements)


def resource_policy_document(statements: Sequence[Statement]) -> str:
    """Resource policy document (queue, topic, bucket, key) as compact JSON.

    Raises:
        ValueError: No statement, a repeated Sid, or a statement without principal or resources.
    """
    for statement in statements:
        if not statement.principals or not statement.resources:
            raise ValueError(
                f"statement for {', '.join(statement.actions)}: "
                "a resource policy names principals and resources"
            )
    return _document(statements)


def trust_document(service: str, *, source_account: str = "", source_arns: Sequence[str] = ()) -> str:
    """Trust policy for one service principal.

    Args:
        service: Principal such as `lambda.amazonaws.com`.
        source_account: Account for which alone the service may act (confused deputy).
        source_arns: ARN patterns of the resources for which alone it may act.
    """
    conditions: dict[str, Mapping[str, str | Sequence[str]]] = {}
    if source_account:
        conditions["StringEquals"] = {"aws:SourceAccount": source_account}
    if source_arns:
        conditions["ArnLike"] = {"aws:SourceArn": tuple(source_arns)}
    return _document(
        [Statement(actions=("sts:AssumeRole",), principals={"Service": (service,)}, conditions=conditions)]
    )


def deny_insecure_transport(
    service: str, resources: tuple[str, ...], *, actions: tuple[str, ...] = ()
) -> Statement:
    """Deny the actions (all of the service, when none are given) over anything but TLS."""
    return Statement(
        sid="DenyInsecureTransport",
        effect="Deny",
        principals=EVERYBODY,
        actions=actions or (f"{service}:*",),
        resources=resources,
        conditions={"Bool": {"aws:SecureTransport": "false"}},
    )
