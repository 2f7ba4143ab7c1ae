"""Cases of the rules on principals."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

from policies.rules.iam import (
    IAM_ROLE_BOUNDARY_ATTACHED,
    IAM_ROLE_NAME_PREFIXED,
    POLICY,
    ROLE,
    USER,
)
from tests.support.policies import Computed, Data, Mode, Res
from tests.support.rule_cases import Case

if TYPE_CHECKING:
    from collections.abc import Mapping

BOUNDARY: Final = "arn:aws:iam::111122223333:policy/pavedroad-dev-boundary"
TRUST: Final = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [
            {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
        ],
    }
)
_BOUNDARIES: Final = {"boundaryPolicies": ["pavedroad-dev-boundary", "platform-boundary"]}
_NAMES: Final = {"roleNamePrefixes": ["pavedroad-dev-", "lambdaDev"]}


def role(kind: str = ROLE, depends: tuple[str, ...] = (), logical: str = "worker", **props: Data) -> Res:
    """A compliant role with some properties changed; None takes one away."""
    base: dict[str, Data] = {"name": "pavedroad-dev-worker", "permissionsBoundary": BOUNDARY}
    merged = {**base, **({"assumeRolePolicy": TRUST} if kind == ROLE else {}), **props}
    return Res(
        type=kind, name=logical, props=merged, depends={"permissionsBoundary": depends} if depends else {}
    )


def policy(name: Data = "pavedroad-dev-boundary") -> Res:
    return Res(type=POLICY, name="boundary", props={"name": name, "policy": "{}"})


def _i1(
    name: str,
    *resources: Res,
    keys: tuple[str, ...] = (),
    undecided: tuple[str, ...] = (),
    not_applicable: str = "",
    says: tuple[str, ...] = (),
    parameters: Mapping[str, Data] | None = None,
    modes: tuple[Mode, ...] = tuple(Mode),
) -> Case:
    return Case(
        rule=IAM_ROLE_BOUNDARY_ATTACHED,
        name=name,
        resources=resources,
        keys=keys,
        undecided=undecided,
        not_applicable=not_applicable,
        says=says,
        parameters=_BOUNDARIES | dict(parameters or {}),
        modes=modes,
    )


_UNKNOWN: Final = Computed()
_I1: Final = (
    _i1("the boundary passes", role()),
    _i1(
        "a second boundary passes",
        role(permissionsBoundary="arn:aws:iam::999988887777:policy/platform-boundary"),
    ),
    _i1(
        "partition and path do not matter",
        role(permissionsBoundary="arn:aws-cn:iam::999988887777:policy/a/b/platform-boundary"),
    ),
    _i1("a user with the boundary passes", role(USER)),
    _i1(
        "no boundary fails",
        role(permissionsBoundary=None),
        keys=("boundary",),
        says=(
            "worker (aws:iam/role:Role): permissionsBoundary is not set;",
            "boundary pavedroad-dev-boundary,",
            "platform-boundary is required. Set permissionsBoundary to",
            "the company boundary. [boundary]",
        ),
    ),
    _i1("an empty boundary is none", role(permissionsBoundary=""), keys=("boundary",)),
    _i1("a user without boundary fails", role(USER, permissionsBoundary=None), keys=("boundary",)),
    _i1(
        "another policy fails",
        role(permissionsBoundary="arn:aws:iam::aws:policy/AdministratorAccess"),
        keys=("boundary",),
        says=("permissionsBoundary is arn:aws:iam::aws:policy/AdministratorAccess",),
    ),
    _i1("a longer name is another policy", role(permissionsBoundary=f"{BOUNDARY}-2"), keys=("boundary",)),
    _i1(
        "a path is not a name",
        role(permissionsBoundary="arn:aws:iam::111122223333:policy/platform-boundary/x"),
        keys=("boundary",),
    ),
    _i1(
        "a bare name is no ARN",
        role(permissionsBoundary="platform-boundary"),
        keys=("boundary",),
        says=("is no policy ARN",),
    ),
    _i1("an allowed account passes", role(), parameters={"boundaryAccounts": ["111122223333"]}),
    _i1(
        "another account fails",
        role(),
        keys=("boundary",),
        says=("lies in account 111122223333", "a boundary of account 999988887777 is required"),
        parameters={"boundaryAccounts": ["999988887777"]},
    ),
    _i1(
        "a service-linked role",
        role(path="/aws-service-role/x.amazonaws.com/", permissionsBoundary=None),
        not_applicable="AWS makes",
    ),
    _i1(
        "a role of single sign-on",
        role(path="/aws-reserved/sso.amazonaws.com/", permissionsBoundary=None),
        not_applicable="AWS makes",
    ),
    _i1(
        "a similar path is not reserved",
        role(path="/aws-service-roles/", permissionsBoundary=None),
        keys=("boundary",),
    ),
    _i1(
        "an unknown path is undecided without a boundary",
        role(path=_UNKNOWN, permissionsBoundary=None),
        undecided=("path",),
    ),
    _i1("an unknown path does not matter with one", role(path=_UNKNOWN)),
    _i1(
        "an unknown boundary without dependency is undecided, once",
        role(permissionsBoundary=_UNKNOWN),
        undecided=("permissionsBoundary",),
    ),
    _i1(
        "an in-stack policy of the right name passes",
        policy(),
        role(permissionsBoundary=_UNKNOWN, depends=("boundary",)),
    ),
    _i1(
        "a predicted ARN of an in-stack policy passes",
        policy(),
        role(permissionsBoundary=Computed(BOUNDARY), depends=("boundary",)),
    ),
    _i1(
        "an in-stack policy of another name fails",
        policy("wide-open"),
        role(permissionsBoundary=_UNKNOWN, depends=("boundary",)),
        keys=("boundary",),
        says=("permissionsBoundary refers to policy wide-open",),
    ),
    _i1(
        "an in-stack policy of another name fails once in both modes",
        policy("wide-open"),
        role(
            permissionsBoundary=Computed("arn:aws:iam::111122223333:policy/wide-open"), depends=("boundary",)
        ),
        keys=("boundary",),
    ),
    _i1(
        "an in-stack policy of unknown name is undecided",
        policy(_UNKNOWN),
        role(permissionsBoundary=_UNKNOWN, depends=("boundary",)),
        undecided=("permissionsBoundary",),
    ),
    _i1(
        "every role is judged",
        role(permissionsBoundary=None, logical="a"),
        role(logical="b"),
        role(USER, permissionsBoundary=None, logical="c"),
        keys=("boundary", "boundary"),
    ),
    _i1("a policy alone is not judged", policy("wide-open")),
    _i1(
        "outside the scope",
        role(permissionsBoundary=None),
        parameters={"scope": ["other-*"]},
        not_applicable="scope",
    ),
)


def _i2(
    name: str,
    subject: Res,
    *,
    keys: tuple[str, ...] = (),
    undecided: tuple[str, ...] = (),
    not_applicable: str = "",
    says: tuple[str, ...] = (),
    parameters: Mapping[str, Data] | None = None,
) -> Case:
    return Case(
        rule=IAM_ROLE_NAME_PREFIXED,
        name=name,
        resources=(subject,),
        keys=keys,
        undecided=undecided,
        not_applicable=not_applicable,
        says=says,
        parameters=_NAMES | dict(parameters or {}),
    )


_LAMBDA_ONLY: Final = {"prefixServices": ["lambda.amazonaws.com", "states.amazonaws.com"]}
_EC2: Final = TRUST.replace("lambda.", "ec2.")
_I2: Final = (
    _i2("a prefixed name passes", role()),
    _i2("a second prefix passes", role(name="lambdaDevWorker")),
    _i2("the prefix alone passes", role(name="pavedroad-dev-")),
    _i2("a path that is written down passes", role(path="/")),
    _i2(
        "a name without prefix fails",
        role(name="worker"),
        keys=("name",),
        says=(
            "worker (aws:iam/role:Role): name is worker; a role name",
            "that starts with pavedroad-dev-, lambdaDev is",
            "required. Name the role with the agreed prefix and path. [name]",
        ),
    ),
    _i2("the prefix inside a name fails", role(name="x-pavedroad-dev-worker"), keys=("name",)),
    _i2("case counts", role(name="Pavedroad-dev-worker"), keys=("name",)),
    _i2("namePrefix counts without a name", role(name=None, namePrefix="pavedroad-dev-w")),
    _i2(
        "namePrefix without prefix fails",
        role(name=None, namePrefix="w"),
        keys=("name",),
        says=("namePrefix is w",),
    ),
    _i2("the name wins over namePrefix", role(name="w", namePrefix="pavedroad-dev-"), keys=("name",)),
    _i2("the logical name counts without both", role(name=None, logical="pavedroad-dev-worker")),
    _i2(
        "the logical name without prefix fails",
        role(name=None),
        keys=("name",),
        says=("the logical name is worker",),
    ),
    _i2(
        "another path fails",
        role(path="/team/"),
        keys=("path",),
        says=("path is /team/; path / is required",),
    ),
    _i2("an allowed path passes", role(path="/team/"), parameters={"rolePaths": ["/team/"]}),
    _i2("name and path are both reported", role(name="w", path="/team/"), keys=("name", "path")),
    _i2("a service-linked role", role(name="w", path="/aws-service-role/x/"), not_applicable="AWS makes"),
    _i2("an unknown name is undecided", role(name=_UNKNOWN), undecided=("name",)),
    _i2(
        "an unknown name hides no path",
        role(name=_UNKNOWN, path="/team/"),
        keys=("path",),
        undecided=("name",),
    ),
    _i2("an unknown path is undecided", role(path=_UNKNOWN), undecided=("path",)),
    _i2("an unknown path may be a reserved one", role(name="w", path=_UNKNOWN), undecided=("path",)),
    _i2(
        "a service outside the list",
        role(name="w", assumeRolePolicy=_EC2),
        parameters=_LAMBDA_ONLY,
        not_applicable="names none of",
    ),
    _i2("a service of the list", role(name="w"), parameters=_LAMBDA_ONLY, keys=("name",)),
    _i2(
        "an unknown trust policy is undecided",
        role(name="w", assumeRolePolicy=_UNKNOWN),
        parameters=_LAMBDA_ONLY,
        undecided=("assumeRolePolicy",),
    ),
    _i2(
        "an unknown trust policy does not matter with a good name",
        role(assumeRolePolicy=_UNKNOWN),
        parameters=_LAMBDA_ONLY,
    ),
    _i2(
        "an unknown trust policy does not matter without a list",
        role(name="w", assumeRolePolicy=_UNKNOWN),
        keys=("name",),
    ),
    _i2(
        "an unreadable trust policy is judged",
        role(name="w", assumeRolePolicy="{"),
        parameters=_LAMBDA_ONLY,
        keys=("name",),
    ),
)

CASES: Final = (*_I1, *_I2)
