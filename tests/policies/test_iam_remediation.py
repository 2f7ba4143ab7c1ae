"""The boundary rule at level remediate: adds what is certain, and nothing else."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from google.protobuf import json_format

from policies.kit.rule import Level
from policies.rules.iam import IAM_ROLE_BOUNDARY_ATTACHED, ROLE
from tests.support.iam_cases import BOUNDARY, role
from tests.support.policies import Computed, Mode, Res, Server

if TYPE_CHECKING:
    from collections.abc import Mapping

CONFIGURED: Mapping[str, object] = {
    "boundaryPolicies": ["pavedroad-dev-boundary"],
    "boundaryArn": BOUNDARY,
}


def remediated(subject: Res, parameters: Mapping[str, object] = CONFIGURED) -> dict[str, object] | None:
    server = Server([IAM_ROLE_BOUNDARY_ATTACHED], parameters, level=Level.REMEDIATE)
    found = server.remediate(subject, Mode.UNKNOWN).remediations
    return json_format.MessageToDict(found[0].properties) if found else None


def test_a_missing_boundary_is_added_and_everything_else_kept() -> None:
    subject = role(permissionsBoundary=None, tags={"owner": "team"})
    props = remediated(subject)
    assert props is not None
    assert props["permissionsBoundary"] == BOUNDARY
    assert {name: value for name, value in props.items() if name != "permissionsBoundary"} == {
        name: value for name, value in subject.props.items() if name != "permissionsBoundary"
    }


def test_remediate_then_validate_is_clean_and_idempotent() -> None:
    props = remediated(role(permissionsBoundary=None))
    assert props is not None
    mended = replace(role(), props=props)
    server = Server([IAM_ROLE_BOUNDARY_ATTACHED], CONFIGURED, level=Level.REMEDIATE)
    assert server.analyze(mended).violations == ()
    assert remediated(mended) is None


def test_another_or_an_unknown_boundary_is_left_alone() -> None:
    assert remediated(role(permissionsBoundary="arn:aws:iam::aws:policy/AdministratorAccess")) is None
    assert remediated(role(permissionsBoundary=Computed())) is None


def test_reserved_paths_and_missing_configuration_change_nothing() -> None:
    assert remediated(role(permissionsBoundary=None, path="/aws-reserved/sso/")) is None
    unset = {"boundaryPolicies": ["pavedroad-dev-boundary"]}
    assert remediated(role(permissionsBoundary=None), unset) is None


def test_the_subject_is_a_role() -> None:
    assert role().type == ROLE
